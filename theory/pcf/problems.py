"""Problem programs: what certificates of these claims must prove, stated again for ``plumbline verify``.

Standard library and the witness programs (plain loops over the census) only. Every count is made once more from its
definition; the matrices of degree 2 are read from the certificate and verified in polynomials over the rationals, for
the formulas that are found here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache, partial
from itertools import product, zip_longest
from typing import Any

from theory.pcf.census_witnesses import band_count, census_polynomials, census_size, lasting, regime_of
from theory.pcf.closed_witnesses import closed_formulas
from theory.pcf.coboundary_witnesses import root_gap
from theory.pcf.euler_witnesses import euler_formulas, top_degree
from theory.pcf.reduction_witnesses import formulas_of_density

Problem = dict[str, Any]
Poly = list[Fraction]
Matrix = list[list[Poly]]
ONE: Mapping[str, Callable[..., Any]] = {"claimed": lambda: 1, "count": lambda: 1}
"""Stands for the claimed number where a witness program is asked for its count only."""
PRIMES = (101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157)
DIVERGENT = ("elliptic", "parabolic_minus", "log_oscillating")
NOT_FREE = "no free variable"


def counted(statement: str, derive: Callable[[], list[Any]], **more: Any) -> Problem:
    """Instances with their relations, [(instance or None, [(left, relation, right)])]."""
    return {
        "kind": "relations",
        "statement": statement,
        "scope": NOT_FREE,
        "instances": lambda stored: derive(),
        **more,
    }


def one_number(claim: Any, role: str, statement: str, count: Callable[[], int], **more: Any) -> Problem:
    return counted(statement, lambda: [(None, [(claim.value(role), "==", count())])], **more)


# pcf.census.size, pcf.regimes.counts, pcf.regimes.released_filter, pcf.asymptotics.bands


def size(role: str) -> int:
    return int(census_size({"count": role}, ONE)[1])


def sizes(claim: Any) -> Iterator[Problem]:
    for role in ("total", "terminating", "sign", "shift", "scaling", "shift_steps", "scaling_steps"):
        yield one_number(claim, role, f"number: {role}", partial(size, role), part=role)


@cache
def tables() -> tuple[Counter[str], dict[int, Counter[str]]]:
    """Formulas that do not terminate by regime; those that pass the test at n = 10^9 with index shift 0 and 1.

    Where a has degree 2 and b degree at most 2, the class is the factorial one, which converges.
    """
    own, n = census_polynomials(), 10**9
    rest = lasting(own)
    classes = Counter({"factorial": len(rest) * sum(a[0] != 0 for a in own)})
    passing: dict[int, Counter[str]] = {0: Counter(), 1: Counter()}
    for a in own:
        if a[0] == 0:
            squares = [(a[1] * n + a[2]) * (a[1] * (n - shift) + a[2]) for shift in (0, 1)]
            for b in rest:
                regime = regime_of(a, b)
                classes[regime] += 1
                if regime in DIVERGENT:
                    value = 4 * (b[0] * n * n + b[1] * n + b[2])
                    for shift, square in enumerate(squares):
                        passing[shift][regime] += square + value >= 0
    return classes, passing


def in_regime(role: str) -> int:
    classes = tables()[0]
    return sum(n for name, n in classes.items() if name not in DIVERGENT) if role == "convergent" else classes[role]


def regimes(claim: Any) -> Iterator[Problem]:
    for role in claim.formulas:
        yield one_number(claim, role, f"formulas: {role}", partial(in_regime, role), part=role)


def passing(role: str, shift: int) -> int:
    found = tables()[1][shift]
    return sum(found.values()) if role == "all" else found[role]


def released(claim: Any) -> Iterator[Problem]:
    for role in ("all", "parabolic_minus", "log_oscillating"):
        yield one_number(claim, role, f"passing: {role}", partial(passing, role, 0), part=role)
    yield one_number(claim, "shifted", "passing with shift", partial(passing, "all", 1), part="shifted")


def bands(claim: Any) -> Iterator[Problem]:
    yield one_number(claim, "bands", "different rates", lambda: band_count({}, ONE)[1])


# pcf.closed.count, pcf.fr.counts, pcf.euler.count


def closed(claim: Any) -> Iterator[Problem]:
    def derive() -> list[Any]:
        return [(kind, [(closed_formulas({"kind": kind}, ONE)[0], "==", claim.value(kind))]) for kind in claim.formulas]

    yield counted("numbers of formulas by kind", derive)


def densities(claim: Any) -> Iterator[Problem]:
    cases = {"full": ["both"], "half": ["one", "same"], "quarter": ["neither"], "none": ["degenerate"]}

    def relation(regime: str, size: str) -> tuple[Any, str, Any]:
        data = {"regime": regime, "cases": cases[size], "rule": claim.objects["rule"]}
        return formulas_of_density(data, ONE)[0], "==", claim.value(f"{regime}_{size}")

    def derive() -> list[Any]:
        pairs = [(regime, size) for regime in ("sub2", "parabolic", "elliptic", "hyperbolic") for size in cases]
        return [([regime, size], [relation(regime, size)]) for regime, size in pairs]

    yield counted("the numbers of formulas are as claimed", derive)


def euler(claim: Any) -> Iterator[Problem]:
    degrees = {"d22": (2, 2), "d12": (1, 2), "d11": (1, 1), "d02": (0, 2), "d00": (0, 0), "total": ()}

    def derive() -> list[Any]:
        keys = [(top_degree(key[:3]), top_degree(key[3:])) for key in euler_formulas()]
        found = {role: sum(not pair or key == pair for key in keys) for role, pair in degrees.items()}
        return [(role, [(found[role], "==", claim.value(role))]) for role in degrees]

    yield counted("numbers of Euler series", derive)


# pcf.fr.degree2


@cache
def nilpotent_keys() -> tuple[tuple[int, ...], ...]:
    """Formulas of degrees (2, 2), a_2 > 0, b without a zero at n >= 1, nilpotent at all twelve primes."""
    side = range(-5, 6)
    lively = [b for b in lasting(census_polynomials()) if b[0]]
    for prime in PRIMES:
        squares = {n * n % prime for n in range(prime)}
        lively = [b for b in lively if (b[1] ** 2 - 4 * b[0] * b[2]) % prime in squares]
    ways = [(a, b) for a in product(range(1, 6), side, side) for b in lively]
    for prime in PRIMES:
        a_rows = {a: _values(a, prime) for a in {a for a, _ in ways}}
        b_rows = {b: _values(b, prime) for b in lively}
        ways = [(a, b) for a, b in ways if _nilpotent(a_rows[a], b_rows[b], prime)]
    return tuple((*a, *b) for a, b in ways)


def _values(p: Sequence[int], prime: int) -> list[int]:
    """p(1), .., p(l) modulo l, twice over."""
    return [(p[0] * n * n + p[1] * n + p[2]) % prime for n in range(1, prime + 1)] * 2


def _nilpotent(a: list[int], b: list[int], prime: int) -> bool:
    """Whether M_1 ... M_l is nilpotent modulo l: from a zero of b on, one entry is followed once around."""
    start = b.index(0)
    u, v = 1, a[start]
    for an, bn in zip(a[start + 1 : start + prime], b[start + 1 : start + prime], strict=True):
        u, v = v, (an * v + bn * u) % prime
    return v == 0


def _slice(gap: str, denominators: Sequence[int]) -> int:
    """Both signs of a; roots of b apart by the gap, the smaller one with such a denominator."""
    found = 0
    for key in nilpotent_keys():
        apart = root_gap(list(key[3:]))
        if gap == "other" or apart != int(gap) or apart is None:
            found += gap == "other" and apart not in (1, 2, 3, 4)
        else:
            found += ((Fraction(-key[4], key[3]) - apart) / 2).denominator in denominators
    return 2 * found


def _times(p: Poly, q: Poly) -> Poly:
    made = [Fraction(0)] * max(len(p) + len(q) - 1, 0)
    for i, x in enumerate(p):
        for j, y in enumerate(q):
            made[i + j] += x * y
    return made


def _plus(p: Poly, q: Poly, sign: int = 1) -> Poly:
    return [x + sign * y for x, y in zip_longest(p, q, fillvalue=Fraction(0))]


def _ahead(p: Poly) -> Poly:
    """p(n + 1), coefficients from the constant on."""
    made: Poly = []
    for x in reversed(p):
        made = _plus(_times(made, [Fraction(1), Fraction(1)]), [x])
    return made


def _product(one: Matrix, two: Matrix) -> Matrix:
    return [[_plus(_times(row[0], two[0][j]), _times(row[1], two[1][j])) for j in range(2)] for row in one]


def _verified(entry: Mapping[str, Any]) -> list[Any]:
    """The defect of M_(a,b)(n) U(n+1) = r(n) U(n) M_(An+s,B)(n), det U(1), and whether r has a zero at n >= 1.

    M_(a,b)(n) has the rows (0, b(n)) and (1, a(n)); A and B are the leading coefficients of a and b, r is n - y.
    """
    key, s = entry["formula"], Fraction(entry["s"])
    a, b = ([Fraction(x) for x in reversed(part)] for part in (key[:3], key[3:]))
    r = [Fraction(x) for x in entry["r"]]
    U: Matrix = [[[Fraction(x) for x in p] for p in row] for row in entry["U"]]
    zero, one = [Fraction(0)], [Fraction(1)]
    left = _product([[zero, b], [one, a]], [[_ahead(p) for p in row] for row in U])
    right = _product(U, [[zero, [Fraction(key[3])]], [one, [s, Fraction(key[0])]]])
    gaps = [_plus(left[i][j], _times(r, right[i][j]), -1) for i in range(2) for j in range(2)]
    (u11, u12), (u21, u22) = ([sum(p, Fraction(0)) for p in row] for row in U)
    if len(r) != 2 or r[1] != 1:
        raise ValueError(f"r must be n - y, got {r}")
    natural = -r[0] >= 1 and r[0].denominator == 1
    residual = sum(x != 0 for gap in gaps for x in gap)
    return [(residual, "==", 0), (u11 * u22 - u12 * u21, "!=", 0), (int(natural), "==", 0)]


def quadratic(claim: Any) -> Iterator[Problem]:
    slices = {
        "gap1": ("1", (1, 2)),
        "integer": ("1", (1,)),
        "half": ("1", (2,)),
        "gap2": ("2", (1, 2)),
        "gap3": ("3", (1, 2)),
        "gap4": ("4", (1, 2)),
        "elsewhere": ("other", ()),
    }
    text = "formulas of degrees (2,2) that are nilpotent at twelve primes, by the gap of the roots of b"
    yield counted(
        text, lambda: [(role, [(_slice(*slices[role]), "==", claim.value(role))]) for role in slices], part="count"
    )

    def equivalences(stored: Sequence[Mapping[str, Any]]) -> list[Any]:
        found = [tuple(entry["instance"]["formula"]) for entry in stored]
        if sorted(found) != sorted(nilpotent_keys()):
            raise ValueError("the certificate is not for exactly the formulas that are nilpotent at all twelve primes")
        return [(None, _verified(entry["instance"])) for entry in stored]

    statement = "M_(a,b)(n) U(n+1) = r(n) U(n) M_(An+s,B)(n), det U(n) and r(n) not 0 for n >= 1"
    yield {
        "kind": "relations",
        "part": "equivalence",
        "statement": statement,
        "scope": NOT_FREE,
        "instances": equivalences,
    }


# pcf.enclosure.census


def _ahead_of(p: Sequence[int], by: int) -> tuple[int, int, int]:
    """p(m + by) for p = (c2, c1, c0)."""
    return p[0], p[1] + 2 * by * p[0], p[2] + by * p[1] + by * by * p[0]


@cache
def least_starts() -> tuple[int, int, tuple[int, ...]]:
    """Factorial formulas (both signs of a) with a start N, the largest least N >= 0, and the first formula that has it.

    N is a start if a(N + m) a(N + m + 1) -+ 4 b(N + m + 1) have no negative coefficient as polynomials in m; there are
    terms +-4b in the three lowest coefficients only, and a start stays one for all larger N.
    """
    found, latest = 0, -1
    first: tuple[int, ...] = ()
    rest = lasting(census_polynomials())
    least = {b: [[4 * abs(x) for x in _ahead_of(b, N + 1)] for N in range(40)] for b in rest}
    for a in census_polynomials():
        if a[0] > 0 or (a[0] == 0 and a[1] > 0):
            rows = []
            for N in range(40):
                x, y = _ahead_of(a, N), _ahead_of(a, N + 1)
                square = [sum(x[i] * y[k - i] for i in range(3) if 0 <= k - i < 3) for k in range(5)]
                rows.append(square[2:] if min(square[:2]) >= 0 else [-1, -1, -1])
            for b in rest if a[0] else [b for b in rest if not b[0]]:
                for N, (P, Q) in enumerate(zip(rows, least[b], strict=True)):
                    if P[0] >= Q[0] and P[1] >= Q[1] and P[2] >= Q[2]:
                        found += 2
                        if latest < N:
                            latest, first = N, (*a, *b)
                        break
    return found, latest, first


def enclosed(claim: Any) -> Iterator[Problem]:
    yield one_number(claim, "enclosed", "formulas with a start", lambda: least_starts()[0], part="enclosed")
    yield one_number(claim, "latest", "the largest least start", lambda: least_starts()[1], part="latest")


PROBLEMS: dict[str, Callable[[Any], Iterator[Problem]]] = {
    "pcf.asymptotics.bands": bands,
    "pcf.census.size": sizes,
    "pcf.closed.count": closed,
    "pcf.enclosure.census": enclosed,
    "pcf.euler.count": euler,
    "pcf.fr.counts": densities,
    "pcf.fr.degree2": quadratic,
    "pcf.regimes.counts": regimes,
    "pcf.regimes.released_filter": released,
}
