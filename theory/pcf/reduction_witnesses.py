"""Programs that multiply out one period of a continued fraction modulo a prime; standard library and mpmath only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import gcd, isqrt
from typing import Any

from mpmath import nstr

Formulas = Mapping[str, Callable[..., Any]]


def fraction_of(value: Any) -> Fraction:
    """The rational with a small denominator that a number of 50 digits stands for."""
    if isinstance(value, (int, Fraction)):
        return Fraction(value)
    return Fraction(nstr(value, 45)).limit_denominator(10**9)


def residue_of(value: Any, prime: int) -> int:
    """A rational modulo a prime that does not divide its denominator."""
    exact = fraction_of(value)
    return exact.numerator * pow(exact.denominator, -1, prime) % prime


def legendre(value: Any, prime: int) -> int:
    """(x/l) for a rational x."""
    power = pow(residue_of(value, prime), (prime - 1) // 2, prime)
    return -1 if power == prime - 1 else power


def value_at(coefficients: list[int], n: int) -> int:
    """A polynomial, highest power first."""
    total = 0
    for coefficient in coefficients:
        total = total * n + coefficient
    return total


def period(a: list[int], b: list[int], prime: int) -> tuple[int, int]:
    """Trace and determinant of M_1 ... M_l modulo l."""
    x, y, z, w = 1, 0, 0, 1
    for n in range(1, prime + 1):
        an, bn = value_at(a, n) % prime, value_at(b, n) % prime
        x, y, z, w = y, (bn * x + an * y) % prime, w, (bn * z + an * w) % prime
    return (x + w) % prime, (x * w - y * z) % prime


def _numbers(data: Mapping[str, Any]) -> dict[str, int]:
    return {name: int(data[name]) for name in ("e", "d", "c", "b1", "b0")}


def period_trace(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: 2c tr P_l modulo l, multiplied out. Right: the claimed t (1 - (Delta/l)) modulo l."""
    prime, at = int(data["l"]), _numbers(data)
    found, _ = period([at["e"], at["d"]], [at["c"], at["b1"], at["b0"]], prime)
    chi = legendre(formulas["discriminant"](e=at["e"], c=at["c"]), prime)
    t = fraction_of(formulas["t"](e=at["e"], d=at["d"], c=at["c"], b1=at["b1"]))
    claimed = formulas["trace"](t=t, chi=chi)
    return Fraction(2 * at["c"] * found % prime), Fraction(residue_of(claimed, prime))


def period_determinant(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: c det P_l modulo l, multiplied out. Right: the claimed disc if (disc/l) = -1, else 0."""
    prime, at = int(data["l"]), _numbers(data)
    _, found = period([at["e"], at["d"]], [at["c"], at["b1"], at["b0"]], prime)
    disc = fraction_of(formulas["disc"](c=at["c"], b1=at["b1"], b0=at["b0"]))
    claimed = formulas["determinant"](disc=disc) if legendre(disc, prime) == -1 else 0
    return Fraction(at["c"] * found % prime), Fraction(residue_of(claimed, prime))


def period_linear(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """c = 0. Left: e tr P_l (tr P_l where e = 0) modulo l. Right: the claimed -b1 (d); both plus l det P_l."""
    prime, at = int(data["l"]), _numbers(data)
    trace, determinant = period([at["e"], at["d"]], [0, at["b1"], at["b0"]], prime)
    if at["e"] % prime:
        left, claimed = at["e"] * trace % prime, formulas["linear"](b1=at["b1"])
    else:
        left, claimed = trace, formulas["constant"](d=at["d"])
    return Fraction(left + prime * determinant), Fraction(residue_of(claimed, prime))


def is_square(value: int) -> bool:
    """Whether an integer is a square."""
    return value >= 0 and isqrt(value) ** 2 == value


def case_by(rule: str, at: Mapping[str, int]) -> str:
    """The case of a formula by the stated rule, or by a wrong one."""
    e, d, c, b1, b0 = (at[name] for name in ("e", "d", "c", "b1", "b0"))
    disc, delta, t = b1 * b1 - 4 * c * b0, e * e + 4 * c, 2 * c * d - e * (b1 + c)
    if rule != "zero is a square" and delta == 0 and t != 0:
        return "degenerate"
    first = is_square(disc)
    second = is_square(delta) or (t == 0 and rule != "without t")
    if rule == "disc alone":
        second = first
    if first and second:
        return "both"
    if first or second:
        return "one"
    return "same" if is_square(disc * delta) and rule != "fields apart" else "neither"


def _is_prime(n: int) -> bool:
    return n > 1 and all(n % q for q in range(2, isqrt(n) + 1))


def nilpotent_density(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the part of the residue classes modulo 4 disc Delta whose primes have a nilpotent period.

    Zero factors are left out of the modulus. Of each class one prime is multiplied out, the first that divides none
    of 2, c, disc, Delta, t (zeros left out): the Legendre symbols depend on the class alone. Right: the claim.
    """
    at = _numbers(data)
    e, d, c, b1, b0 = (at[name] for name in ("e", "d", "c", "b1", "b0"))
    disc, delta, t = b1 * b1 - 4 * c * b0, e * e + 4 * c, 2 * c * d - e * (b1 + c)
    modulus = 4 * abs((disc or 1) * (delta or 1))
    avoid = 2 * c * (disc or 1) * (delta or 1) * (t or 1)
    classes = [r for r in range(modulus) if gcd(r, modulus) == 1]
    nilpotent = 0
    for r in classes:
        prime = r
        while not _is_prime(prime) or avoid % prime == 0:
            prime += modulus
        nilpotent += period([e, d], [c, b1, b0], prime) == (0, 0)
    return Fraction(nilpotent, len(classes)), fraction_of(formulas[case_by(data["rule"], at)]())


def power_in_gcd(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: the power of l in gcd(p_n, q_n). Right: the claimed floor(n/(2 l)), n + 1 for blocks of no length."""
    at, prime, depth = _numbers(data), int(data["l"]), int(data["n"])
    p_before, p, q_before, q = 1, at["d"], 0, 1
    for n in range(1, depth + 1):
        an, bn = value_at([at["e"], at["d"]], n), value_at([at["c"], at["b1"], at["b0"]], n)
        p_before, p = p, an * p + bn * p_before
        q_before, q = q, an * q + bn * q_before
    common, power = gcd(p, q), 0
    while common % prime == 0:
        common, power = common // prime, power + 1
    blocks = fraction_of(formulas["blocks"]())
    return power, Fraction(depth) / (blocks * prime) // 1 if blocks > 0 else Fraction(depth + 1)


def nilpotent_period(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: 1 if P_l is nilpotent modulo l, multiplied out. Right: 1 if the rule says so (l prime to 2c Delta)."""
    prime, at = int(data["l"]), _numbers(data)
    e, d, c, b1, b0 = (at[name] for name in ("e", "d", "c", "b1", "b0"))
    found = period([e, d], [c, b1, b0], prime) == (0, 0)
    disc, delta, t = b1 * b1 - 4 * c * b0, e * e + 4 * c, 2 * c * d - e * (b1 + c)
    first = legendre(disc, prime) != -1
    second = legendre(delta, prime) == 1 or (t % prime == 0 and data["rule"] != "without t")
    return int(found), int(first and (second or data["rule"] == "disc alone"))


def _non_terminating(c: int, b1: int, b0: int) -> bool:
    return all(c * n * n + b1 * n + b0 for n in range(1, 8))


def _regime(e: int, c: int) -> str:
    if e == 0:
        return "sub2" if c > 0 else "elliptic constant"
    delta = e * e + 4 * c
    return "parabolic" if delta == 0 else "hyperbolic" if delta > 0 else "elliptic"


def formulas_of_density(data: Mapping[str, Any], formulas: Formulas) -> tuple[Any, Any]:
    """Left: how many formulas of the census (coefficients of modulus at most 5) are of the regime and the cases.

    deg a <= 1, deg b = 2, no zero of b at n >= 1. Right: the claimed number.
    """
    side, wanted, found = range(-5, 6), set(data["cases"]), 0
    lively = [(c, b1, b0) for c in side if c for b1 in side for b0 in side if _non_terminating(c, b1, b0)]
    for e in side:
        for c, b1, b0 in lively:
            if _regime(e, c) == data["regime"]:
                for d in side:
                    at = {"e": e, "d": d, "c": c, "b1": b1, "b0": b0}
                    found += (e != 0 or d != 0) and case_by(data["rule"], at) in wanted
    return found, fraction_of(formulas["count"]())
