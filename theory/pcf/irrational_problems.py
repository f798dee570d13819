"""Problem program of the irrational limits: every formula of the census is decided once more, in plain integers.

For a prime p, v is the least valuation of the contents of all blocks of T transfer matrices. Contents are only computed
where bounds leave the sign of ln|A/B| + sum (v/T) ln p open: v >= 1 at T = 2p where the period modulo p is nilpotent,
and p^(2v) divides the determinants, which are products of values of b.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache, partial
from typing import Any

from mpmath import iv

from theory.pcf.certificate_witnesses import (
    Triple,
    all_triples,
    at,
    convergents_of,
    excess,
    nowhere_zero,
    order,
    proved_by_size,
    valuation,
)
from theory.pcf.limit_problems import hypergeometric, stored_problem
from theory.pcf.problems import ONE, counted

Problem = dict[str, Any]
PLANS = {2: (9, 6), 3: (6, 4), 5: (4, 4), 7: (3, 3), 11: (2, 2), 13: (2, 2), 17: (2, 2), 19: (2, 2), 23: (2, 2)}
"""By prime: contents modulo p^w, blocks of lengths p, ..., J p."""


@cache
def values(c: Triple, power: int) -> list[int]:
    """c(1), c(2), ... modulo a prime power, one period and the longest block beyond it."""
    return [at(c, n) % power for n in range(1, power + 60)]


@cache
def period(c: Triple, p: int) -> list[int]:
    """c(1), ..., c(p) modulo p, twice over."""
    return [at(c, n) % p for n in range(1, p + 1)] * 2


@cache
def start_of(b: Triple, p: int) -> int:
    """A place in the period where b vanishes modulo p, -1 if there is none."""
    row = period(b, p)[:p]
    return row.index(0) if 0 in row else -1


def nilpotent(a: Triple, b: Triple, p: int) -> bool:
    """Whether M_1 ... M_p has trace and determinant 0 modulo p: one entry is followed once around from a zero of b."""
    start = start_of(b, p)
    if start < 0:
        return False
    rows = period(a, p), period(b, p)
    u, v = 1, rows[0][start]
    for x, y in zip(rows[0][start + 1 : start + p], rows[1][start + 1 : start + p], strict=True):
        u, v = v, (x * v + y * u) % p
    return v == 0


@cache
def ceiling(b: Triple, p: int) -> tuple[tuple[Fraction, int, int], ...]:
    """(largest possible v/T, its v, T) for the lengths T, largest first.

    v is half the least valuation of the products of b over blocks: of those that start in the first p^2 numbers, as
    more of them only lower it.
    """
    w, longest = PLANS[p]
    found = []
    single = [valuation(at(b, n), p, 2 * w) for n in range(1, p * p * longest + p * longest + 1)]
    for length in range(p, longest * p + 1, p):
        least = min(sum(single[k * length : (k + 1) * length]) for k in range(p))
        v = min(least // 2, w)
        found.append((Fraction(v, length), v, length))
    return tuple(sorted(found, key=lambda item: (-item[0], item[2])))


def content_at_least(a: Sequence[int], b: Sequence[int], start: int, length: int, power: int) -> int:
    """gcd of the entries of M_(start+1) ... M_(start+length) and ``power``; a, b are values modulo a multiple of it."""
    x, y, s, t = 1, 0, 0, 1
    for u, v in zip(a[start : start + length], b[start : start + length], strict=True):
        x, y, s, t = y, (v * x + u * y) % power, t, (v * s + u * t) % power
    return math.gcd(x, y, s, t, power)


def least(a: Triple, b: Triple, p: int, length: int, top: int, useless: int) -> int:
    """The least valuation over all blocks, at most ``top``; 0 as soon as it is seen to be at most ``useless``."""
    v, k = top, 0
    while v > useless:
        power = p**v
        rows = values(a, power), values(b, power)
        content = content_at_least(*rows, k * length % power, length, power)
        if content < power:
            v = valuation(content, p, v)
        k += 1
        if p ** (v - 1) <= k:  # later blocks agree with earlier ones modulo p^v
            break
    return v if v > useless else 0


@cache
def log_bounds(n: int) -> tuple[int, int]:
    """Integers below and above 2^64 ln n."""
    iv.prec = max(iv.prec, 96)
    logarithm = iv.log(iv.mpf(n)) * 2**64
    return math.floor(logarithm.a), math.ceil(logarithm.b)


def slope_sign(A: int, B: int, rates: Mapping[int, Fraction]) -> int:
    """The sign of ln A - ln B + sum r_p ln p: 0 only if every prime has the exponent 0, by unique factorisation."""
    over, under = log_bounds(A), log_bounds(B)
    low, high = over[0] - under[1], over[1] - under[0]
    for p, r in rates.items():
        ends = log_bounds(p)
        low += r.numerator * ends[0] // r.denominator
        high -= -r.numerator * ends[1] // r.denominator
    if low > 0 or high < 0:
        return 1 if low > 0 else -1
    if any(rates.get(p, 0) + valuation(A, p, A) - valuation(B, p, B) for p in PLANS):
        raise ArithmeticError(f"the sign of the slope is not found: A = {A}, B = {B}, {rates}")
    return 0


@cache
def hopeful(A: int, b: Triple) -> tuple[tuple[int, ...], bool]:
    """Primes p with a zero of b modulo p, and whether they suffice if each has its largest possible rate."""
    B = abs(order(b)[1])
    primes = tuple(p for p in PLANS if start_of(b, p) >= 0)
    return primes, slope_sign(A, B, {p: highest(b, p) for p in primes}) > 0


@cache
def highest(b: Triple, p: int) -> Fraction:
    return max(rate for rate, _, _ in ceiling(b, p))


@cache
def bounded(A: int, b: Triple, primes: tuple[int, ...]) -> int:
    """1 or -1 if the least or largest possible rates at these primes make the slope positive or not, else 0."""
    B = abs(order(b)[1])
    if slope_sign(A, B, {p: Fraction(1, 2 * p) for p in primes}) > 0:
        return 1
    return -1 if slope_sign(A, B, {p: highest(b, p) for p in primes}) <= 0 else 0


def proved(a: Triple, b: Triple) -> bool:
    """Whether the gcd proves that the limit is irrational; d_a = d_b >= 1 and the top A of a is positive."""
    A, B = order(a)[1], abs(order(b)[1])
    primes, any_hope = hopeful(A, b)
    if not any_hope:
        return False
    if A == B:  # every rate counts
        return any(nilpotent(a, b, p) for p in primes)
    primes = tuple(p for p in primes if nilpotent(a, b, p))
    known = bounded(A, b, primes)
    if known:
        return known > 0
    low = {p: Fraction(1, 2 * p) for p in primes}
    high = {p: highest(b, p) for p in primes}
    for p in primes:
        best = Fraction(0)
        for rate, top, length in ceiling(b, p):
            high[p] = max(rate, best)
            if slope_sign(A, B, high) <= 0:
                return False
            if rate > best:
                best = max(best, Fraction(least(a, b, p, length, top, math.floor(best * length)), length))
                low[p] = max(low[p], best)
                if slope_sign(A, B, low) > 0:
                    return True
        high[p] = best
        if slope_sign(A, B, high) <= 0:
            return False
    raise AssertionError("all rates are known")


def by_size(a: Triple, b: Triple) -> bool:
    """For equal degrees."""
    A, B = order(a)[1], abs(order(b)[1])
    return B < A or (B == A and excess(order(a), order(b)) < 0)


@cache
def by_gcd(degree: int) -> int:
    """How many formulas with d_a = ``degree`` are proved by the gcd and not by size; both signs of a."""
    rows = [b for b in nowhere_zero() if order(b)[0] == degree]
    own = [a for a in all_triples() if order(a)[0] == degree and order(a)[1] > 0]
    return 2 * sum(proved(a, b) for a in own for b in rows if not by_size(a, b))


def claimed(claim: Any, role: str) -> int:
    """A claimed number, given as a formula or as a plain number."""
    return int(claim.value(role) if role in claim.formulas else claim.objects[role])


def never_rational(ties: bool) -> list[Any]:
    """No certificate for a formula with a hypergeometric minimal solution; ``ties``: |A| = |B| would be one."""
    found = []
    for key in hypergeometric():
        a, b = (key[0], key[1], key[2]), (key[3], key[4], key[5])
        tie = ties and order(a)[1] == abs(order(b)[1])
        found.append((None, [(int(tie or by_size(a, b) or proved(a, b)), "==", 0)]))
    return found


def dividing(stored: Sequence[Mapping[str, Any]], starts: str) -> list[Any]:
    """The exponent of p in the gcd of p_n and q_n is at least v floor(n/T), v being the least valuation of contents."""
    found = []
    for entry in stored:
        instance = entry["instance"]
        key, (p, v, length, n) = instance["formula"], (int(instance[name]) for name in ("p", "v", "T", "n"))
        a, b = (key[0], key[1], key[2]), (key[3], key[4], key[5])
        top = PLANS[p][0] if starts == "all" else 0
        if least(a, b, p, length, top, 0) != v or length % p:
            raise ValueError(f"{v} is not the least exponent of {p} in blocks of length {length} of {key}")
        exact = valuation(math.gcd(*convergents_of(key, n)), p, 10**6)
        found.append((None, [(exact, ">=", v * (n // length))]))
    return found


def ties(stored: Sequence[Mapping[str, Any]]) -> list[Any]:
    """The sign of rho for every pair of leading terms with |A| = |B|."""
    kinds = {order(c) for c in all_triples()}
    wanted = {(a, b) for a in kinds for b in kinds if a[0] == b[0] >= 1 and 0 < a[1] == abs(b[1])}
    keys = [entry["instance"]["formula"] for entry in stored]
    found = [(order((x[0], x[1], x[2])), order((x[3], x[4], x[5]))) for x in keys]
    if sorted(found) != sorted(wanted):
        raise ValueError("the stored formulas are not one for each pair of leading terms with |A| = |B|")
    signs = [(rho > 0) - (rho < 0) for rho in (excess(a, b) for a, b in found)]
    return [(None, [(sign, "==", sign)]) for sign in signs]


def irrational(claim: Any) -> Iterator[Problem]:
    def size() -> list[Any]:
        return [(None, [(claimed(claim, "by_size"), "==", proved_by_size({}, ONE)[1])])]

    def linear() -> list[Any]:
        return [(None, [(claimed(claim, "by_gcd_linear"), "==", by_gcd(1))])]

    def gcd() -> list[Any]:
        return [(None, [(claimed(claim, "by_gcd"), "==", by_gcd(1) + by_gcd(2))])]

    yield counted("proved by size", size, part="size")
    yield counted("by gcd, d_a = 1", linear, part="linear")
    yield counted("formulas proved by the gcd, over the whole census", gcd, part="gcd")
    text = "no formula with a hypergeometric minimal solution has a certificate"
    yield stored_problem(text, lambda stored: never_rational(bool(claim.objects["ties"])))
    yield stored_problem("certified powers divide the gcd", partial(dividing, starts=claim.objects["starts"]))
    yield stored_problem("sign of rho at every tie of the census", ties)


PROBLEMS: dict[str, Callable[[Any], Iterator[Problem]]] = {"pcf.irrational.census": irrational}
