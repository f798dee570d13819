"""Counts of the census once more, in plain Python: enumeration of triples, nothing from the project."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

Triple = tuple[int, int, int]


def census_polynomials() -> list[Triple]:
    """All triples (c2, c1, c0) from -5 to 5 but (0, 0, 0)."""
    box = range(-5, 6)
    return [(c2, c1, c0) for c2, c1, c0 in itertools.product(box, repeat=3) if c2 or c1 or c0]


def vanishes(b: Triple) -> bool:
    """Whether b(n) = 0 for some n >= 1: an integer zero divides the lowest coefficient, so it is at most 5."""
    return any(b[0] * n * n + b[1] * n + b[2] == 0 for n in range(1, 6))


def stays(p: Triple) -> bool:
    """Whether p(n + 1) has coefficients from -5 to 5 too."""
    return abs(2 * p[0] + p[1]) <= 5 and abs(p[0] + p[1] + p[2]) <= 5


def shifted(p: Triple, k: int) -> Triple:
    """p(n + k)."""
    return p[0], p[1] + 2 * k * p[0], p[2] + k * p[1] + k * k * p[0]


def small_formulas(own: list[Triple]) -> set[tuple[Triple, Triple]]:
    """Formulas (a, b) for which (2a, 4b) lies in the census too."""
    return {(a, b) for a in own if max(map(abs, a)) <= 2 for b in own if max(map(abs, b)) <= 1}


def negative(a: Triple) -> Triple:
    return -a[0], -a[1], -a[2]


def small_components(own: list[Triple]) -> int:
    """Components of these formulas where sign and index shift by one join them."""
    left, components = small_formulas(own), 0
    while left:
        components += 1
        waiting = [left.pop()]
        while waiting:
            a, b = waiting.pop()
            for near in ((shifted(a, 1), shifted(b, 1)), (shifted(a, -1), shifted(b, -1)), (negative(a), b)):
                if near in left:
                    left.remove(near)
                    waiting.append(near)
    return components


def small_classes(own: list[Triple]) -> int:
    """Classes of these formulas under sign and any index shift (no shift by more than 20 stays among them)."""
    left, classes = small_formulas(own), 0
    while left:
        classes += 1
        a, b = left.pop()
        for k in range(-20, 21):
            left -= {(shifted(a, k), shifted(b, k)), (negative(shifted(a, k)), shifted(b, k))}
    return classes


def first_of_their_class(own: list[Triple]) -> int:
    """Formulas of which no shift by -1, -2, ... lies in the census; constant ones count once each.

    A shift by k moves the second coefficient by at least 2k, or the last one by at least k: k <= 10 suffices.
    """
    counts: dict[tuple[int, ...], int] = {}
    for p in own:
        if p[0] or p[1]:
            back = tuple(k for k in range(1, 11) if max(map(abs, shifted(p, -k))) <= 5)
            counts[back] = counts.get(back, 0) + 1
    constant = len(own) - sum(counts.values())
    both = sum(x * y for one, x in counts.items() for two, y in counts.items() if not set(one) & set(two))
    return both + 2 * constant * counts[()] + constant * constant


def census_size(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """A claimed count of formulas, classes or components, and the count.

    Components under sign and shift: half of the formulas, less half of the pairs (formula, its shift by 1) that lie in
    the census both, as shifts join formulas into paths; constant formulas are their own shifts. Scaling (a, b) to
    (2a, 4b) joins classes in pairs, once for each class with a formula whose scaled form lies in the census.
    """
    own = census_polynomials()
    total = len(own) ** 2
    shifts = sum(map(stays, own)) ** 2 - sum(p[0] == p[1] == 0 for p in own) ** 2
    counts = {
        "total": lambda: total,
        "terminating": lambda: len(own) * sum(map(vanishes, own)),
        "sign": lambda: total // 2,
        "shift": lambda: first_of_their_class(own) // 2,
        "scaling": lambda: first_of_their_class(own) // 2 - small_classes(own),
        "shift_steps": lambda: total // 2 - shifts // 2,
        "scaling_steps": lambda: total // 2 - shifts // 2 - small_components(own),
    }
    return formulas["claimed"](), counts[data["count"]]()


def relative(p: Triple) -> tuple[int, int, Fraction, Fraction]:
    """Degree, leading coefficient, and the next two coefficients over it."""
    degree = 2 if p[0] else 1 if p[1] else 0
    first, second = [*p[3 - degree :], 0, 0][:2]
    top = p[2 - degree]
    return degree, top, Fraction(first, top), Fraction(second, top)


def regime_of(a: Triple, b: Triple) -> str:
    """The class of a formula that does not terminate, by its leading coefficients."""
    da, A, alpha1, alpha2 = relative(a)
    db, B, beta1, beta2 = relative(b)
    if db < 2 * da:
        return "factorial"
    if db > 2 * da:
        return "elliptic" if B < 0 else {1: "sub1", 2: "sub2"}[db - 2 * da]
    if A * A + 4 * B:
        return "hyperbolic" if A * A + 4 * B > 0 else "elliptic"
    d1 = 2 * alpha1 - beta1 - da
    if d1:
        return "parabolic_plus" if d1 > 0 else "parabolic_minus"
    d2 = (1 + 2 * alpha1) ** 2 + 4 * (2 * alpha2 - beta2 - da * beta1 - Fraction(da * (da + 1), 2))
    return "power" if d2 > 0 else "log_oscillating" if d2 < 0 else "logarithmic"


def lasting(b_all: list[Triple]) -> list[Triple]:
    """Those without a zero at an integer n >= 1."""
    return [b for b in b_all if not vanishes(b)]


@functools.cache
def slow_formulas() -> list[tuple[Triple, Triple, str]]:
    """(a, b, class) of the formulas with d_a <= 1 that do not terminate."""
    own = census_polynomials()
    rest = lasting(own)
    return [(a, b, regime_of(a, b)) for a in own if a[0] == 0 for b in rest]


def regime_count(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """A claimed number of non-terminating formulas of a class, and their number.

    Where a has degree 2, b has a degree below 4, so that all of these formulas belong to the factorial class.
    """
    own, wanted = census_polynomials(), data["count"]
    divergent = ("elliptic", "parabolic_minus", "log_oscillating")
    found = len(lasting(own)) * sum(a[0] != 0 for a in own) if wanted in ("factorial", "convergent") else 0
    for _, _, regime in slow_formulas():
        found += regime == wanted or (wanted == "convergent" and regime not in divergent)
    return formulas["claimed"](), found


def filter_count(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """A claimed number of divergent formulas with a_n a_(n-shift) + 4 b_n >= 0 at n = 10^9, and their number."""
    shift, n = int(data["shift"]), 10**9
    wanted = {"parabolic_minus": ("parabolic_minus",), "log_oscillating": ("log_oscillating",)}.get(
        data["count"], ("elliptic", "parabolic_minus", "log_oscillating")
    )
    found = 0
    for a, b, regime in slow_formulas():
        if regime in wanted:
            square = (a[1] * n + a[2]) * (a[1] * (n - shift) + a[2])
            found += square + 4 * (b[0] * n * n + b[1] * n + b[2]) >= 0
    return formulas["claimed"](), found


def band_count(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """A claimed number of rates of the hyperbolic formulas with d_a = 1, d_b = 2, and their number.

    The rate |lambda_-/lambda_+| = |(s - 1)/(s + 1)| with s^2 = 1 + 4 B/A^2; s and 1/s give the same.
    """
    squares = {1 + Fraction(4 * B, A * A) for A in range(1, 6) for B in range(-5, 6) if B and A * A + 4 * B > 0}
    return formulas["claimed"](), len({max(square, 1 / square) for square in squares})
