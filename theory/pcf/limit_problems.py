"""Problem programs of the hypergeometric minimal solutions and of the infinite limits (see theory/pcf/problems.py).

The formulas that have such solutions are found here again, by solving; the stored polynomials are not used for that.
A polynomial identity in n is tried at more numbers than its degree. Of a and -a the one with positive top is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache, partial
from typing import Any

from theory.pcf.census_witnesses import regime_of
from theory.pcf.certificate_witnesses import (
    Triple,
    all_triples,
    at,
    convergents_of,
    excess,
    nowhere_zero,
    order,
    solve_for,
    tail_is_enclosed,
    value_at,
)
from theory.pcf.problems import DIVERGENT, counted, one_number
from theory.pcf.product_witnesses import ONE as UNIT
from theory.pcf.product_witnesses import Pair, all_solutions, defect, limit_of, pair_value, smaller_zero

Problem = dict[str, Any]
Stored = Sequence[Mapping[str, Any]]
Key = tuple[int, ...]
DEEPEST = 600


def stored_problem(statement: str, instances: Callable[[Stored], list[Any]]) -> Problem:
    """Relations that are derived for the stored instances, whatever part of the claim they are used for."""
    return {"kind": "relations", "statement": statement, "instances": instances}


def distinct(entries: Stored, wanted: Mapping[Key, Any]) -> list[Key]:
    """The formulas of the stored instances, which must be the wanted ones, each of them once."""
    found = [tuple(entry["instance"]["formula"]) for entry in entries]
    if sorted(found) != sorted(wanted):
        raise ValueError("the stored formulas are not exactly those with a hypergeometric minimal solution")
    return found


def enclosed_limit(instance: Mapping[str, Any], value: Callable[[Key], Fraction]) -> list[Any]:
    """|2^k L - centre| <= radius for the claimed L, where this interval holds the limit by Worpitzky's disc."""
    key, N = list(instance["formula"]), int(instance["depth"])
    centre, radius, scale = (int(instance[name]) for name in ("centre", "radius", "scale"))
    (p, q), (x, y) = convergents_of(key, N), convergents_of(key, N - 1)
    t = Fraction(abs(at(key[:3], N)), 2)
    if not tail_is_enclosed(key, N) or (q + t * y) * (q - t * y) <= 0:
        raise ValueError(f"the tail of {key} is not seen to be enclosed at depth {N}")
    ends = [(p + s * x) / (q + s * y) for s in (t, -t)]
    if any(abs(end * 2**scale - centre) > radius for end in ends):
        raise ValueError(f"the interval does not hold the limit of {key}")
    return [(abs(value(tuple(key)) * 2**scale - centre), "<=", radius)]


# pcf.rational.list


@cache
def hypergeometric() -> dict[Key, list[Fraction]]:
    """All formulas with d_a = d_b in {1, 2} and a solution zeta^n C(n+1), and their C."""
    found: dict[Key, list[Fraction]] = {}
    for degree in (1, 2):
        groups: dict[tuple[int, int, int], list[Triple]] = {}
        for b in nowhere_zero():
            if order(b)[0] == degree:
                groups.setdefault(order(b), []).append(b)
        for a in all_triples():
            one = order(a)
            for two, group in groups.items() if one[0] == degree and one[1] > 0 else ():
                rho = excess(one, two)
                if rho.denominator == 1 and rho >= 0:
                    solved = ((b, solve_for((*a, *b), int(rho))) for b in group)
                    found |= {(*a, *b): C for b, C in solved if C is not None}
    return found


def tops(key: Sequence[int]) -> tuple[Fraction, Fraction]:
    return Fraction(key[0] or key[1]), Fraction(key[3] or key[4])


def claimed_limit(claim: Any, key: Key) -> Fraction | None:
    """The claimed limit with C found here, None where C(0) = 0."""
    C, (A, B) = hypergeometric()[key], tops(key)
    if C[0] == 0:
        return None
    zeta = claim.value("zeta", A=A, B=B)
    return Fraction(claim.value("limit", a0=Fraction(key[2]), zeta=zeta, ratio=value_at(C, 1) / C[0]))


def finite_limit(claim: Any, key: Key) -> Fraction:
    limit = claimed_limit(claim, key)
    if limit is None:
        raise ValueError(f"the limit of {key} is infinite")
    return limit


def listed_count(claim: Any, role: str) -> int:
    degree, _, kind = role.partition("_")
    keys = [key for key in hypergeometric() if bool(key[0]) == (degree == "quadratic")]
    if kind:
        wanted = None if kind == "infinite" else 0
        keys = [key for key in keys if claimed_limit(claim, key) == wanted]
    return 2 * len(keys)


def residual(key: Key, C: list[Fraction], n: int) -> Fraction:
    """A B a(n) C(n) - A^2 b(n) C(n-1) + B^2 C(n+1)."""
    A, B = tops(key)
    before, now, later = (value_at(C, n + k) for k in (-1, 0, 1))
    return A * B * at(list(key[:3]), n) * now - A * A * at(list(key[3:]), n) * before + B * B * later


def equation(key: Key, C: list[Fraction]) -> list[Any]:
    """The residual, of degree at most deg C + 2, at deg C + 3 numbers."""
    if C[-1] != 1:
        raise ValueError(f"C is not monic: {key}")
    return [(residual(key, C, n), "==", 0) for n in range(len(C) + 2)]


def rational_list(claim: Any) -> Iterator[Problem]:
    for role in ("quadratic", "quadratic_zero", "quadratic_infinite", "linear", "linear_zero", "linear_infinite"):
        yield one_number(claim, role, f"formulas: {role}", partial(listed_count, claim, role), part=role)

    def equations(stored: Stored) -> list[Any]:
        keys = distinct(stored, hypergeometric())
        numbers = [2 * sum(bool(key[0]) == quadratic for key in keys) for quadratic in (True, False)]
        if numbers != [claim.value("quadratic"), claim.value("linear")]:
            raise ValueError(f"{numbers} formulas of degree 2 and 1 are stored")
        polynomials = ([Fraction(c) for c in entry["instance"]["C"]] for entry in stored)
        return [(None, equation(key, C)) for key, C in zip(keys, polynomials, strict=True)]

    def solving(stored: Stored) -> list[Any]:
        return [(None, [recurrence(tuple(e["instance"]["formula"]), int(e["instance"]["n"]))]) for e in stored]

    def recurrence(key: Key, n: int) -> Any:
        A, B = tops(key)
        zeta = claim.value("zeta", A=A, B=B)
        u = [zeta**k * value_at(hypergeometric()[key], n - 1 + k) for k in range(3)]
        return u[2] - at(list(key[:3]), n) * u[1] - at(list(key[3:]), n) * u[0], "==", 0

    def limits(stored: Stored) -> list[Any]:
        return [(None, enclosed_limit(entry["instance"], partial(finite_limit, claim))) for entry in stored]

    identity = "A B a(n) C(n) - A^2 b(n) C(n-1) + B^2 C(n+1) = 0 for every listed formula"
    yield stored_problem(identity, equations)
    yield stored_problem("zeta^n C(n+1) solves the recurrence", solving)
    yield stored_problem("the limit lies in its enclosure", limits)


# pcf.rational.products


@cache
def product_solutions() -> dict[Key, tuple[Fraction, list[Pair]]]:
    return {tuple(key): (r, C) for key, r, C in all_solutions()}


def product_limit(claim: Any, key: Key) -> Fraction:
    """The claimed limit of a formula with rational z."""
    r, C = product_solutions()[key]
    z = smaller_zero(key[1], key[3])
    if C[0] == (0, 0) or z[1]:
        raise ValueError(f"the limit of {key} is infinite or irrational")
    ratio = pair_value(C, 1)[0] / C[0][0]
    return Fraction(claim.value("limit", d=Fraction(key[2]), z=z[0], r=r, ratio=ratio))


def product_kinds(key: Key) -> set[str]:
    limit = limit_of(list(key), *product_solutions()[key])
    irrational = limit is not None and limit[1] != 0
    kinds = {
        "linear": key[1] != 0 and not irrational,
        "zero": key[1] != 0 and limit == (0, 0),
        "infinite": limit is None,
        "irrational": irrational,
        "constant": key[1] == 0,
    }
    return {kind for kind, so in kinds.items() if so}


def product_number(role: str) -> int:
    return 2 * sum(role in product_kinds(key) for key in product_solutions())


def product_equation(instance: Mapping[str, Any]) -> list[Any]:
    """The defect, of degree at most deg C + 1, at deg C + 2 numbers; and that an irrational z makes L irrational."""
    key, r = list(instance["formula"]), Fraction(instance["r"])
    C: list[Pair] = [(Fraction(x), Fraction(y)) for x, y in instance["C"]]
    _, _, _, c, b1, b0 = key
    if C[-1] != UNIT or c * r * r - b1 * r + b0 != 0:
        raise ValueError(f"C is not monic, or -r no root of b: {key}")
    values = [defect(key, r, partial(pair_value, C), n) for n in range(len(C) + 1)]
    if smaller_zero(key[1], c)[1] == 0:
        if any(y for _, y in C):
            raise ValueError(f"C is not rational: {key}")
        return [(x, "==", 0) for x, _ in values]
    limit = limit_of(key, r, C)
    if limit is None:
        raise ValueError(f"the limit of {key} is infinite")
    return [*((part, "==", 0) for value in values for part in value), (abs(limit[1]), ">", 0)]


def products(claim: Any) -> Iterator[Problem]:
    for role in ("linear", "zero", "infinite", "irrational", "constant"):
        yield one_number(claim, role, f"formulas: {role}", partial(product_number, role), part=role)

    def equations(stored: Stored) -> list[Any]:
        distinct(stored, product_solutions())
        if 2 * len(stored) != sum(claim.value(role) for role in ("linear", "irrational", "constant")):
            raise ValueError(f"{len(stored)} formulas are stored")
        return [(None, product_equation(entry["instance"])) for entry in stored]

    def degrees(stored: Stored) -> list[Any]:
        return [(None, [degree(entry["instance"])]) for entry in stored]

    def degree(instance: Mapping[str, Any]) -> Any:
        """The claimed degree and that of the stored C, which solves the equation."""
        if any(left != 0 for left, _, _ in product_equation(instance)):
            raise ValueError(f"the stored C does not solve the equation of {instance['formula']}")
        (_, e, d, c, b1, _), r = instance["formula"], Fraction(instance["r"])
        s = e - 2 * smaller_zero(e, c)[0]
        rho = claim.value("degree", t=Fraction(2 * c * d - e * (b1 + c)), s=s, w=2 * c * r - b1, c=Fraction(c))
        return rho, "==", len(instance["C"]) - 1

    def limits(stored: Stored) -> list[Any]:
        return [(None, enclosed_limit(entry["instance"], partial(product_limit, claim))) for entry in stored]

    yield stored_problem("the equation for C holds; L is irrational with z", equations)
    yield stored_problem("C has the degree rho", degrees)
    yield stored_problem("the limit lies in its enclosure", limits)


# pcf.regimes.infinite


@cache
def infinite_keys() -> dict[str, frozenset[Key]]:
    """Formulas with C(0) = 0: q_n, which has the same values at n = -1 and 0 up to a factor, is minimal."""
    level = [key for key, C in hypergeometric().items() if C[0] == 0]
    found = {"quadratic": [key for key in level if key[0]], "linear": [key for key in level if not key[0]]}
    found["mixed"] = [key for key, (_, C) in product_solutions().items() if C[0] == (0, 0)]
    return {name: frozenset(keys) for name, keys in found.items()}


def known_finite(a: Triple, b: Triple) -> bool:
    """By the size of the minimal solution; constant a and b; linear a with a double zero and no stretched part."""
    one, two = order(a), order(b)
    if one[0] == two[0] == 0:
        return True
    if one[0] >= two[0]:
        smaller = one[0] > two[0] or abs(two[1]) < abs(one[1])
        return smaller or (abs(two[1]) == abs(one[1]) and excess(one, two) < 0)
    return one[0] == 1 and regime_of(a, b) in ("power", "logarithmic")


def ahead(p: Triple, by: int) -> Triple:
    """p(m + by) as a polynomial in m."""
    return p[0], p[1] + 2 * by * p[0], at(p, by)


@cache
def squares(a: Triple) -> list[tuple[int, ...]]:
    """a(N+m) a(N+m+1) by N up to 40: its lowest three coefficients; none below 0, as the highest two must not be."""
    rows = []
    for N in range(41):
        x, y = ahead(a, N), ahead(a, N + 1)
        row = [sum(x[i] * y[k - i] for i in range(3) if 0 <= k - i < 3) for k in range(5)]
        rows.append(tuple(row[2:]) if min(row[:2]) >= 0 else (-1, -1, -1))
    return rows


@cache
def fourfold(b: Triple) -> list[tuple[int, ...]]:
    """|coefficients| of 4 b(N+m+1) by N."""
    return [tuple(4 * abs(x) for x in ahead(b, N + 1)) for N in range(41)]


@cache
def one_signed(p: Triple, signs: tuple[int, ...]) -> int:
    """The least N from which on all coefficients of p(N+m+1) have one of the signs (or are 0)."""
    fits = (N for N in range(41) if any(min(s * x for x in ahead(p, N + 1)) >= 0 for s in signs))
    return next(fits, DEEPEST)


def without_pole(a: Triple, b: Triple) -> bool:
    """Whether q_n + t q_(n-1) has no zero for the tails t in their interval, at some depth n.

    Worpitzky: |t| <= |a(n)|/2. All later a of one sign, all later b positive: t lies between 0 and b(n+1)/a(n+1).
    """
    pairs = enumerate(zip(squares(a), fourfold(b), strict=True))
    disc = next((N for N, (p, q) in pairs if p[0] >= q[0] and p[1] >= q[1] and p[2] >= q[2]), DEEPEST)
    positive = max(one_signed(a, (1, -1)), one_signed(b, (1,)))
    if min(disc, positive) == DEEPEST:
        disc = next((N for N in range(41, DEEPEST) if tail_is_enclosed([*a, *b], N)), DEEPEST)
    q, before = 1, 0
    for n in range(DEEPEST):
        u, v = at(a, n + 1), at(b, n + 1)
        following = u * q + v * before
        if n >= disc and 2 * abs(q) > abs(at(a, n) * before):
            return True
        if n >= positive and q * u * following > 0:
            return True
        q, before = following, q
    return False


@cache
def resolved() -> tuple[int, int, int]:
    """Numbers of formulas with finite limits, of those infinite and finite, and of those left over."""
    infinite = frozenset().union(*infinite_keys().values())
    finite = both = left = 0
    rest = nowhere_zero()
    for a in all_triples():
        for b in rest if order(a)[1] > 0 else ():
            if a[0] or regime_of(a, b) not in DIVERGENT:
                apart, listed = known_finite(a, b) or without_pole(a, b), (*a, *b) in infinite
                finite, both, left = finite + apart, both + (apart and listed), left + (not apart and not listed)
    return 2 * finite, 2 * both, 2 * left


def infinite(claim: Any) -> Iterator[Problem]:
    for role in ("quadratic", "linear", "mixed"):
        yield one_number(claim, role, f"infinite: {role}", partial(infinite_number, role), part=role)

    def derive() -> list[Any]:
        stated = (int(claim.objects["finite"]), 0, 0)
        return [(None, [(number, "==", found)]) for number, found in zip(stated, resolved(), strict=True)]

    yield counted("finite limits, none of them infinite too, no formula left over", derive)


def infinite_number(role: str) -> int:
    return 2 * len(infinite_keys()[role])


PROBLEMS: dict[str, Callable[[Any], Iterator[Problem]]] = {
    "pcf.rational.list": rational_list,
    "pcf.rational.products": products,
    "pcf.regimes.infinite": infinite,
}
