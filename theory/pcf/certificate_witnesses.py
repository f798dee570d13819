"""Limits, tails and counts once more in plain Python: recurrences, exact polynomials, enumeration."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

Triple = tuple[int, int, int]


def at(c: list[int] | Triple, n: int) -> int:
    """c2 n^2 + c1 n + c0."""
    return (c[0] * n + c[1]) * n + c[2]


def all_triples() -> list[Triple]:
    """All (c2, c1, c0) from -5 to 5 but (0, 0, 0)."""
    box = range(-5, 6)
    return [(x, y, z) for x, y, z in itertools.product(box, box, box) if x or y or z]


@functools.cache
def nowhere_zero() -> list[Triple]:
    """Those without a zero at an integer n >= 1; an integer zero divides the lowest coefficient."""
    return [c for c in all_triples() if all(at(c, n) for n in range(1, 6))]


def order(c: Triple) -> tuple[int, int, int]:
    """Degree, leading coefficient and the next one."""
    return (2, c[0], c[1]) if c[0] else (1, c[1], c[2]) if c[1] else (0, c[2], 0)


def tally(triples: list[Triple]) -> dict[tuple[int, int, int], int]:
    """How many triples have the same degree and two leading coefficients."""
    found: dict[tuple[int, int, int], int] = {}
    for c in triples:
        found[order(c)] = found.get(order(c), 0) + 1
    return found


def excess(a: tuple[int, int, int], b: tuple[int, int, int]) -> Fraction:
    """rho: the power of n in the minimal solution, for equal degrees 1 or 2."""
    (d, A, a1), (_, B, b1) = a, b
    return Fraction(b1, B) - Fraction(a1, A) - (Fraction(B, A * A) if d == 1 else 0)


@functools.cache
def number_by_size() -> int:
    """How many formulas are proved irrational by the size of the minimal solution."""
    found, below = 0, tally(nowhere_zero())
    for a, many in tally(all_triples()).items():
        for b, more in below.items():
            if a[0] >= 1 and b[0] <= a[0]:
                small = b[0] < a[0] or abs(b[1]) < abs(a[1]) or (abs(b[1]) == abs(a[1]) and excess(a, b) < 0)
                found += many * more if small else 0
    return found


def proved_by_size(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """The claimed number of formulas proved irrational by the size of the minimal solution, and their number."""
    return formulas["claimed"](), number_by_size()


def content(a: Triple, b: Triple, start: int, length: int, modulus: int) -> int:
    """The gcd of the entries of M_(start+1) ... M_(start+length) modulo ``modulus``, and of the modulus."""
    x, y, z, w = 1, 0, 0, 1
    for n in range(start + 1, start + length + 1):
        u, v = at(a, n), at(b, n)
        x, y, z, w = y, (v * x + u * y) % modulus, w, (v * z + u * w) % modulus
    return math.gcd(x, y, z, w, modulus)


def valuation(value: int, p: int, cap: int) -> int:
    """The exponent of p in an integer, at most cap (cap for 0)."""
    v = 0
    while v < cap and value % p == 0:
        value, v = value // p, v + 1
    return v


def least_valuation(a: Triple, b: Triple, p: int, w: int, length: int) -> int:
    """The least valuation of a content over all blocks; blocks repeat modulo p^w after p^(w-1) of them."""
    least, k = w, 0
    while k < p ** (w - 1) and least:
        least = min(least, valuation(content(a, b, k * length, length, p**w), p, w))
        k += 1
        if p ** (least - 1) <= k:  # later blocks agree with earlier ones modulo p^least
            return least
    return least


@functools.cache
def number_by_gcd_linear() -> int:
    """How many formulas with d_a = d_b = 1 are proved by the gcd and not by size.

    The slope is compared as ln|A| + sum (v/T) ln p > ln|B| by integers, with the least common multiple of the T.
    """
    plans = [(2, 9, 6), (3, 6, 4), (5, 4, 4), (7, 3, 3), *((p, 2, 2) for p in (11, 13, 17, 19, 23))]
    found, linear = 0, [b for b in nowhere_zero() if order(b)[0] == 1]
    for a in all_triples():
        for b in linear if order(a)[0] == 1 and order(a)[1] > 0 else ():
            one, two = order(a), order(b)
            if abs(two[1]) < one[1] or (abs(two[1]) == one[1] and excess(one, two) < 0):
                continue
            rates: dict[int, Fraction] = {}
            for p, w, longest in plans:  # more primes only help
                rate = _best_rate(a, b, p, w, longest)
                if rate:
                    rates[p] = rate
                    if _outgrows(one[1], abs(two[1]), rates):
                        found += 2
                        break
    return found


def proved_by_gcd_linear(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """The claimed number of formulas with d_a = d_b = 1 proved by the gcd and not by size, and their number."""
    return formulas["claimed"](), number_by_gcd_linear()


def _best_rate(a: Triple, b: Triple, p: int, w: int, longest: int) -> Fraction:
    if all(at(b, n) % p for n in range(p)) or content(a, b, 0, 2 * p, p) != p:
        return Fraction(0)
    return max(Fraction(least_valuation(a, b, p, w, p * j), p * j) for j in range(1, longest + 1))


def _outgrows(A: int, B: int, rates: Mapping[int, Fraction]) -> bool:
    M = math.lcm(*(r.denominator for r in rates.values()))
    return A**M * math.prod(p ** int(M * r) for p, r in rates.items()) > B**M


def gcd_valuation(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """The exponent of p in gcd(p_n, q_n), and the one that was claimed."""
    key, n, p = [int(value) for value in data["key"]], int(data["n"]), int(data["p"])
    pairs = convergents_of(key, n)
    return valuation(math.gcd(*pairs), p, 10**6), int(data["claimed"])


def convergents_of(key: list[int], n: int) -> tuple[int, int]:
    """(p_n, q_n)."""
    a, b = key[:3], key[3:]
    x, p, y, q = 1, at(a, 0), 0, 1
    for k in range(1, n + 1):
        x, p, y, q = p, at(a, k) * p + at(b, k) * x, q, at(a, k) * q + at(b, k) * y
    return p, q


def value_at(C: list[Fraction], n: int) -> Fraction:
    """A polynomial with coefficients from the constant up."""
    return sum((c * Fraction(n) ** k for k, c in enumerate(C)), Fraction(0))


def certified_though_rational(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """How many proofs of irrationality a rule gives for a formula with a rational or infinite limit; none is right.

    The rule: |B| < |A|, or |B| = |A|. That zeta^n C(n+1) solves the recurrence, as its minimal solution, is shown
    at as many n as the identity of polynomials needs.
    """
    key, C = [int(value) for value in data["key"]], [Fraction(value) for value in data["C"]]
    A, B = key[0] or key[1], key[3] or key[4]
    zeta = Fraction(-B, A)
    for n in range(1, len(C) + 4):
        left = at(key[:3], n) * value_at(C, n)
        if left != -at(key[3:], n) / zeta * value_at(C, n - 1) + zeta * value_at(C, n + 1):
            return 0, 0
    return int(abs(B) <= abs(A)), 0


def solution_residual(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """u_n - a_n u_(n-1) - b_n u_(n-2) over zeta^(n-2) at one n for u_n = zeta^n C(n+1), and 0."""
    key, C, n = [int(value) for value in data["key"]], [Fraction(value) for value in data["C"]], int(data["n"])
    zeta = formulas["zeta"](A=Fraction(key[0] or key[1]), B=Fraction(key[3] or key[4]))
    u = [zeta**k * value_at(C, n - 1 + k) for k in range(3)]
    return u[2] - at(key[:3], n) * u[1] - at(key[3:], n) * u[0], 0


def distance_from_limit(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Distance of the claimed limit from the centre of an interval that holds L, and half of its width.

    The interval is the image of the tail's, |t_N| <= |a_N|/2, by 4 |b(n+1)| <= |a(n) a(n+1)| for n >= N, which is read
    off the coefficients of a(N+m) a(N+m+1) -+ 4 b(N+m+1); without that hypothesis nothing is shown (equal sides).
    """
    key, C, N = [int(value) for value in data["key"]], [Fraction(value) for value in data["C"]], int(data["N"])
    if not tail_is_enclosed(key, N):
        return 0, 0
    (p, q), (x, y) = convergents_of(key, N), convergents_of(key, N - 1)
    t = Fraction(abs(at(key[:3], N)), 2)
    ends = [(p + s * x) / (q + s * y) for s in (t, -t)]
    if (q + t * y) * (q - t * y) <= 0:
        return 0, 0
    zeta = Fraction(-(key[3] or key[4]), key[0] or key[1])
    L = formulas["limit"](a0=Fraction(key[2]), zeta=zeta, ratio=value_at(C, 1) / value_at(C, 0))
    return abs(L - (ends[0] + ends[1]) / 2), abs(ends[0] - ends[1]) / 2


def tail_is_enclosed(key: list[int], start: int) -> bool:
    """Whether a(n) a(n+1) -+ 4 b(n+1) have no negative coefficient as polynomials in m = n - start."""
    a, b = ([c[0], 2 * c[0] * s + c[1], at(c, s)] for c, s in ((key[:3], start), (key[3:], start + 1)))
    later = [a[0], 2 * a[0] + a[1], a[0] + a[1] + a[2]]
    product = [sum(a[i] * later[k - i] for i in range(3) if 0 <= k - i < 3) for k in range(5)]
    slacks = ([0, 0, *(4 * s * c for c in b)] for s in (1, -1))
    return all(x + y >= 0 for slack in slacks for x, y in zip(product, slack, strict=True))


def latest_start(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """The claimed largest start, and the least start of one formula (to show that it is larger), or the given bound."""
    key = [int(value) for value in data["key"]]
    return formulas["claimed"](), next(n for n in itertools.count() if tail_is_enclosed(key, n))


def factorial_count(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """The claimed number of formulas with d_b < 2 d_a that do not terminate, and their number."""
    found = 0
    for a, many in tally(all_triples()).items():
        for b, more in tally(nowhere_zero()).items():
            found += many * more if b[0] < 2 * a[0] else 0
    return formulas["claimed"](), found


def constant_tail(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """|finite tail| after m steps of the constant continued fraction (a, b), and the claimed radius.

    Equal sides where the claimed hypothesis K |b| <= a^2 fails.
    """
    a, b, K = Fraction(data["a"]), Fraction(data["b"]), Fraction(data["K"])
    if K * abs(b) > a * a:
        return 0, 0
    t = Fraction(0)
    for _ in range(int(data["m"])):
        t = b / (a + t)
    return abs(t), formulas["radius"](x=abs(a))


PRIME = (1 << 31) - 1
"""Solved modulo this prime first: denominators are made of A, B and numbers up to the degree."""


def term_of(key: tuple[int, ...], k: int) -> list[int]:
    """Coefficients, from the constant up, of A B a(n) C(n) - A^2 b(n) C(n-1) + B^2 C(n+1) for C = n^k."""
    a2, a1, a0, b2, b1, b0 = key
    A, B = a2 or a1, b2 or b1
    x, y, z = A * B, A * A, B * B
    if k == 0:
        return [x * a0 - y * b0 + z, x * a1 - y * b1, x * a2 - y * b2]
    out = [0] * (k + 3)
    for i, c in enumerate(_binomials(k)):
        s = -c * y if (k - i) % 2 == 0 else c * y
        out[i] += z * c + s * b0
        out[i + 1] += s * b1
        out[i + 2] += s * b2
    out[k] += x * a0
    out[k + 1] += x * a1
    out[k + 2] += x * a2
    return out


@functools.cache
def _binomials(k: int) -> list[int]:
    return [math.comb(k, i) for i in range(k + 1)]


def solve_for(key: tuple[int, ...], rho: int) -> list[Fraction] | None:
    """The monic C of degree rho that makes all coefficients 0, from the top down; None if there is none."""
    A, B, top = key[0] or key[1], key[3] or key[4], 1 if key[0] else 0
    rest = term_of(key, rho)
    if any(rest[rho + top :]):
        return None
    for k in range(rho - 1, -1, -1):
        c = rest[k + top] * pow(A * A * B * (rho - k), -1, PRIME) % PRIME
        for i, value in enumerate(term_of(key, k)):
            rest[i] = (rest[i] + c * value) % PRIME
    return None if any(value % PRIME for value in rest) else _exact_solution(key, rho, top)


def _exact_solution(key: tuple[int, ...], rho: int, top: int) -> list[Fraction] | None:
    A, B = key[0] or key[1], key[3] or key[4]
    C = [Fraction(0)] * rho + [Fraction(1)]
    rest: list[Fraction | int] = list(term_of(key, rho))
    for k in range(rho - 1, -1, -1):
        C[k] = -rest[k + top] / Fraction(A * A * B * (k - rho))
        for i, value in enumerate(term_of(key, k)):
            rest[i] += C[k] * value
    return None if any(rest) else C


@functools.cache
def all_listed(degree: int) -> list[tuple[Triple, Triple, list[Fraction]]]:
    """(a, b, C) for all formulas of a degree with a hypergeometric minimal solution, a with positive top."""
    found: list[tuple[Triple, Triple, list[Fraction]]] = []
    rows = [b for b in nowhere_zero() if order(b)[0] == degree]
    by_order: dict[tuple[int, int, int], list[Triple]] = {}
    for b in rows:
        by_order.setdefault(order(b), []).append(b)
    for a in all_triples():
        one = order(a)
        if one[0] != degree or one[1] < 0:
            continue
        for two, group in by_order.items():
            rho = excess(one, two)
            if rho.denominator == 1 and rho >= 0:
                solved = ((b, solve_for((*a, *b), int(rho))) for b in group)
                found += [(a, b, C) for b, C in solved if C is not None]
    return found


def listed_formulas(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """The claimed number of formulas with a hypergeometric minimal solution (of a degree and a kind), and theirs."""
    degree, kind = (1 if data["count"].startswith("linear") else 2), data["count"].partition("_")[2]
    return formulas["claimed"](), 2 * sum(_is_of_kind(kind, a, b, C) for a, b, C in all_listed(degree))


def _is_of_kind(kind: str, a: Triple, b: Triple, C: list[Fraction]) -> bool:
    infinite = C[0] == 0
    if kind == "infinite":
        return infinite
    return not kind or (not infinite and a[2] * C[0] + Fraction(order(b)[1], order(a)[1]) * sum(C) == 0)
