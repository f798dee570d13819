"""Integer polynomials as tuples of coefficients, highest power first, and their reading from a user's text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from plumbline.errors import InputError
from plumbline.formula.parse import parse

Polynomial = tuple[int, ...]

WIDTH = 3
"""Polynomials of degree at most 2 are written as three coefficients."""
MOST_DEGREE = 20


def require_polynomial(coefficients: Sequence[int], name: str) -> Polynomial:
    """The coefficients (highest power first) without leading zeros, padded to three; integers only, not all zero."""
    if isinstance(coefficients, (str, bytes)) or not isinstance(coefficients, Sequence):
        raise InputError(f"{name} must be a sequence of integer coefficients, got {coefficients!r}")
    for value in coefficients:
        if isinstance(value, bool) or not isinstance(value, int):
            raise InputError(f"coefficients of {name} must be integers, got {value!r}")
    stripped = list(coefficients)
    while stripped and stripped[0] == 0:
        stripped.pop(0)
    if not stripped:
        raise InputError(f"{name} must not be the zero polynomial, got {tuple(coefficients)}")
    if len(stripped) > MOST_DEGREE + 1:
        raise InputError(f"{name} must have degree at most {MOST_DEGREE}, got {len(stripped) - 1}")
    return (0,) * (WIDTH - len(stripped)) + tuple(stripped)


def degree(polynomial: Polynomial) -> int:
    """The degree; the zero polynomial has -1."""
    return next((len(polynomial) - 1 - i for i, value in enumerate(polynomial) if value), -1)


def leading(polynomial: Polynomial) -> int:
    """The coefficient of the highest power."""
    return next((value for value in polynomial if value), 0)


def evaluate(polynomial: Polynomial, n: int) -> int:
    """The value at an integer (Horner)."""
    value = 0
    for coefficient in polynomial:
        value = value * n + coefficient
    return value


def taylor_shift(polynomial: Polynomial, by: int) -> Polynomial:
    """The coefficients of ``n -> p(n + by)``."""
    shifted = list(polynomial)
    for end in range(len(shifted) - 1, 0, -1):
        for i in range(1, end + 1):
            shifted[i] += by * shifted[i - 1]
    return tuple(shifted)


def multiply(one: Polynomial, other: Polynomial) -> Polynomial:
    """The product."""
    product = [0] * (len(one) + len(other) - 1)
    for i, x in enumerate(one):
        for j, y in enumerate(other):
            product[i + j] += x * y
    return tuple(product)


def integer_roots(polynomial: Polynomial) -> tuple[int, ...]:
    """All integer zeros, in increasing order, exactly."""
    top = degree(polynomial)
    if top < 1:
        return ()
    coefficients = polynomial[len(polynomial) - 1 - top :]
    if top == 1:
        first, constant = coefficients
        return (-constant // first,) if constant % first == 0 else ()
    if top > 2:
        return _integer_roots_by_factors(coefficients)
    first, middle, constant = coefficients
    square = middle * middle - 4 * first * constant
    if square < 0 or math.isqrt(square) ** 2 != square:
        return ()
    root = math.isqrt(square)
    found = {(sign * root - middle, 2 * first) for sign in (1, -1)}
    return tuple(sorted({top // bottom for top, bottom in found if top % bottom == 0}))


def _integer_roots_by_factors(coefficients: Polynomial) -> tuple[int, ...]:
    from flint import fmpz_poly

    _, factors = fmpz_poly(list(reversed(coefficients))).factor()
    linear = [(int(part[1]), int(part[0])) for part, _ in factors if part.degree() == 1]
    return tuple(sorted(-constant // first for first, constant in linear if constant % first == 0))


def read_polynomial(text: str, name: str = "polynomial") -> Polynomial:
    """A polynomial in n with integer coefficients from a user's text (``'4*n^2-1'``), which is never evaluated."""
    import sympy

    expression = parse(text, ["n"])
    n = next(iter(expression.free_symbols), sympy.Symbol("n", real=True))
    reach = _degree_bound(expression)
    if reach is None:
        raise InputError(f"{name} must be a polynomial in n with integer coefficients, got {text!r}")
    if reach > MOST_DEGREE:
        raise InputError(f"{name} must have degree at most {MOST_DEGREE}, got {text!r}")
    coefficients = sympy.Poly(expression, n).all_coeffs()
    if not all(value.is_Integer for value in coefficients):
        raise InputError(f"{name} must have integer coefficients, got {text!r}")
    return require_polynomial([int(value) for value in coefficients], name)


def _degree_bound(expression: Any) -> int | None:
    """An upper bound of the degree before anything is expanded; None if this is no polynomial."""
    if expression.is_Rational:
        return 0
    if expression.is_Symbol:
        return 1
    parts = [_degree_bound(part) for part in expression.args]
    if expression.is_Pow:
        exponent = expression.exp
        whole = exponent.is_Integer and exponent >= 0
        return None if parts[0] is None or not whole else parts[0] * int(exponent)
    bounds = [part for part in parts if part is not None]
    if len(bounds) < len(parts) or not (expression.is_Add or expression.is_Mul):
        return None
    return max(bounds) if expression.is_Add else sum(bounds)
