"""Random trials of the symbolic engine's parts against plain evaluation."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from sympy import Integer as Whole
from sympy import Rational, Symbol, exp, log, sqrt

from plumbline.domain import Domain, Real
from plumbline.formula import box_cox, expm1_over, log1p_over, power, xlogx
from proofs_checks.engines.symbolic import balls, polynomial_signs, spans, sturm
from proofs_checks.engines.symbolic.normalise import Normaliser
from proofs_checks.engines.symbolic.pieces import over_pieces
from proofs_checks.engines.symbolic.ratios import Ratio, Undecided, terms_of

TRIALS = 40


def random_span(source: random.Random) -> spans.Span:
    low, high = sorted(Fraction(source.randint(-4, 4), source.choice([1, 2])) for _ in range(2))
    no_low, no_high = source.random() < 0.2, source.random() < 0.2
    if low == high and not (no_low or no_high):
        return spans.Span(low, high)
    return spans.Span(
        None if no_low else low,
        None if no_high else high,
        no_low or source.random() < 0.5,
        no_high or source.random() < 0.5,
    )


def members(span: spans.Span, source: random.Random, count: int = 6) -> list[Fraction]:
    """Points of the span: its ends where they belong to it, points next to them, and others."""
    tiny = Fraction(1, 10**6)
    low = span.lo if span.lo is not None else (span.hi if span.hi is not None else Fraction(0)) - 7
    high = span.hi if span.hi is not None else low + 9
    found = [low + (high - low) * Fraction(source.randint(1, 99), 100) for _ in range(count)]
    found += [low + tiny * (high - low), high - tiny * (high - low)]
    if span.lo is not None and not span.open_lo:
        found.append(span.lo)
    if span.hi is not None and not span.open_hi:
        found.append(span.hi)
    return [value for value in found if inside(value, span)]


def inside(value: Any, span: spans.Span) -> bool:
    if isinstance(value, mpmath.mpf):  # a binary fraction
        value = Fraction(*map(int, mpmath.libmp.to_rational(value._mpf_)))
    above = span.lo is None or value > span.lo or (value == span.lo and not span.open_lo)
    below = span.hi is None or value < span.hi or (value == span.hi and not span.open_hi)
    return above and below


@pytest.mark.parametrize("seed", range(4))
def test_span_arithmetic_encloses(seed: int) -> None:
    source = random.Random(seed)
    tried = 0
    for _ in range(TRIALS):
        left, right = random_span(source), random_span(source)
        inverse = left.inverse()
        for one in members(left, source):
            assert inside(-one, -left)
            assert inside(one**2, left.power(2)) and inside(one**3, left.power(3))
            if inverse is not None:
                assert inside(1 / one, inverse)
            for other in members(right, source, 2):
                tried += 1
                assert inside(one + other, left + right) and inside(one * other, left * right)
                if one == other:
                    assert inside(one, spans.intersect(left, right))
    assert tried > 500


@pytest.mark.parametrize("seed", range(4))
def test_span_functions_enclose(seed: int) -> None:
    source = random.Random(seed)
    tried = 0
    with mpmath.workdps(60):
        for _ in range(TRIALS):
            span = random_span(source)
            for value in members(span, source):
                real = mpmath.mpf(value.numerator) / value.denominator
                tried += 1
                assert inside(mpmath.exp(real), span.exp())
                if value > 0:
                    assert inside(mpmath.log(real), span.log())
                if value >= 0:
                    assert inside(mpmath.sqrt(real), span.root(2))
    assert tried > 200


def evaluate(terms: polynomial_signs.Terms, point: tuple[Fraction, ...]) -> Fraction:
    total = Fraction(0)
    for monomial, coefficient in terms.items():
        for value, exponent in zip(point, monomial, strict=True):
            coefficient *= value**exponent
        total += coefficient
    return total


@pytest.mark.parametrize("seed", range(6))
def test_polynomial_signs_are_never_missed(seed: int) -> None:
    source = random.Random(seed)
    decided = 0
    for _ in range(TRIALS):
        size = source.choice([1, 2, 2, 3])
        terms = {
            tuple(source.randint(0, 3 if size == 1 else 2) for _ in range(size)): Fraction(source.randint(-3, 5))
            for _ in range(source.randint(1, 5))
        }
        box = [random_span(source) for _ in range(size)]
        found = polynomial_signs.signs(terms, box, pieces=30)
        decided += found != spans.ANY
        for _ in range(25):
            point = tuple(source.choice(members(span, source, 3)) for span in box)
            value = evaluate(terms, point)
            assert (value > 0) - (value < 0) in found, (terms, box, point)
    assert decided > TRIALS // 4


@pytest.mark.parametrize("seed", range(4))
def test_sign_tables_count_the_roots(seed: int) -> None:
    from flint import fmpq, fmpq_poly

    source = random.Random(seed)
    for _ in range(TRIALS):
        roots = {Fraction(source.randint(-6, 6), source.choice([1, 2, 3])) for _ in range(source.randint(0, 4))}
        poly = fmpq_poly([source.choice([-2, 1, 3])])
        for root in roots:
            poly *= fmpq_poly([fmpq(-root.numerator, root.denominator), 1]) ** source.randint(1, 3)
        if source.random() < 0.5:
            poly *= fmpq_poly([-2, 0, 1]) ** source.randint(1, 2)
        span = random_span(source)
        table = sturm.sign_table(poly, span)
        expected = sum(inside(root, span) for root in roots)
        if poly(fmpq(7, 5)) != 0 and (poly % fmpq_poly([-2, 0, 1])) == 0:
            expected += sum(inside(root, span) for root in (mpmath.sqrt(2), -mpmath.sqrt(2)))
        assert len(table.roots) == expected, (poly, span)
        for value in members(span, source, 20):
            image = poly(fmpq(value.numerator, value.denominator))
            assert (image > 0) - (image < 0) in table.all


# -- normal forms -----------------------------------------------------------------------------------

x, y, a = (Symbol(name, real=True) for name in "xya")
DOMAINS = [
    Domain(Real("x", 0, 2, open_lo=True), Real("y", 1, 3), Real("a", "1/2", 2)),
    Domain(Real("x", 0, 1), Real("y", 0, 2), Real("a", 0, 2, open_lo=True)),
    Domain(Real("x", -1, 1), Real("y", -2, 0), Real("a", -1, 1)),
]


def random_expression(source: random.Random, depth: int) -> Any:
    if depth == 0:
        return source.choice([x, y, a, Whole(2), Rational(1, 3), 1 + x, 1 - x, 3 - y, x * y, x**2 + 1, Whole(6)])
    one, other = random_expression(source, depth - 1), random_expression(source, depth - 1)
    return source.choice(
        [
            one + other,
            one - other,
            one * other,
            one * other,
            one / (1 + other**2),
            one / other,
            log(other),
            log(2 + other**2),
            exp(one / 3),
            sqrt(one),
            (1 + other**2) ** a,
            (x * y) ** (a + 1),
            power(x, a) * one,
            xlogx(x) + one,
            box_cox(1 + x, a) * one,
            expm1_over(x) + other,
            log1p_over(y) - other if source.random() < 0.3 else one,
        ]
    )


def number(value: Fraction) -> Any:
    return mpmath.mpf(value.numerator) / value.denominator


def form_value(normaliser: Normaliser, ratio: Ratio, point: dict[str, Fraction]) -> Any:
    """The value of a normal form by the meaning of its generators, with mpmath."""

    def generator(index: int) -> Any:
        this = normaliser.forms.generators[index]
        if this.kind == "variable":
            return number(point[this.label])
        assert this.value is not None
        inner = form_value(normaliser, this.value, point)
        return mpmath.log(inner) if this.kind == "log" else mpmath.exp(inner)

    def poly(part: Any) -> Any:
        total = mpmath.mpf(0)
        for monomial, coefficient in terms_of(part).items():
            term = number(coefficient)
            for index, exponent in enumerate(monomial):
                if exponent:
                    term *= generator(index) ** exponent
            total += term
        return total

    return poly(ratio.num) / poly(ratio.den)


def trials(seed: int) -> Iterator[tuple[Any, Domain, random.Random]]:
    source = random.Random(seed)
    for _ in range(TRIALS):
        yield random_expression(source, source.choice([1, 2, 2, 3])), source.choice(DOMAINS), source


def overlaps(ball: Any, span: spans.Span) -> bool:
    low = ball.upper() >= spans.exact_ball(span.lo) if span.lo is not None else True
    high = ball.lower() <= spans.exact_ball(span.hi) if span.hi is not None else True
    return bool(low and high) or any(
        ball.overlaps(spans.exact_ball(end)) for end in (span.lo, span.hi) if end is not None
    )


def plain_value(expr: Any, point: dict[str, Fraction]) -> Any:
    ball = balls.value(expr, point, 200)
    return mpmath.mpf(ball.mid().str(50, radius=False))


@pytest.mark.parametrize("seed", range(5))
def test_normal_forms_have_the_value_of_the_expression(seed: int) -> None:
    compared = 0
    with mpmath.workdps(40):
        for expr, domain, _ in trials(seed):
            normaliser = Normaliser(domain)
            try:
                form = normaliser.form(expr)
            except Undecided:
                continue
            for point in balls.interior_points(domain, 3, seed):
                expected = plain_value(expr, point)
                found = form_value(normaliser, form, point)
                scale = 1 + abs(expected)
                assert abs(found - expected) < mpmath.mpf(10) ** -25 * scale, (expr, domain.describe(), point)
                compared += 1
    assert compared > TRIALS


@pytest.mark.parametrize("seed", range(5))
def test_a_defined_expression_has_values_inside_its_proved_range(seed: int) -> None:
    compared = 0
    for expr, domain, source in trials(seed + 100):
        normaliser = Normaliser(domain)
        try:
            normaliser.require_defined(expr)
        except Undecided:
            continue
        span, signs = normaliser.span(expr), normaliser.signs(expr)
        for point in balls.random_points(domain, 8, source.randint(0, 999)):
            ball = balls.value(expr, point, 200)
            sign = 1 if ball > 0 else -1 if ball < 0 else 0
            assert sign in signs or (sign == 0 and not ball.is_exact()), (expr, domain.describe(), point)
            assert overlaps(ball, span), (expr, domain.describe(), point)
            compared += 1
    assert compared > TRIALS


@pytest.mark.parametrize("seed", range(3))
def test_derivatives_of_normal_forms(seed: int) -> None:
    compared = 0
    with mpmath.workdps(60):
        for expr, domain, _ in trials(seed + 200):
            normaliser = Normaliser(domain)
            try:
                form = normaliser.form(expr)
                slope = normaliser.forms.derivative(form, "x")
            except Undecided:
                continue
            for point in balls.interior_points(domain, 2, seed):
                step = Fraction(1, 10**20)
                above = form_value(normaliser, form, {**point, "x": point["x"] + step})
                below = form_value(normaliser, form, {**point, "x": point["x"] - step})
                expected = (above - below) / number(2 * step)
                found = form_value(normaliser, slope, point)
                assert abs(found - expected) < mpmath.mpf(10) ** -15 * (1 + abs(expected)) ** 4, (expr, point)
                compared += 1
    assert compared > TRIALS


def test_a_form_that_holds_off_a_thin_set_has_no_strict_sign() -> None:
    normaliser = Normaliser(Domain(Real("x", 0, Fraction(1, 2))))
    weak = normaliser.forms.log(normaliser.form(x), weak=True)
    assert normaliser.forms.signs(weak) == {-1, 0}
    root = normaliser.form(sqrt(x))
    assert 0 in normaliser.forms.signs(root)
    assert all(inside(Fraction(0), g.span) for g in normaliser.forms.generators if g.kind == "exp")
    edge = Normaliser(Domain(Real("x", 0, 1, open_hi=True)))
    assert inside(Fraction(0), edge.forms.span(edge.forms.log(edge.form(x), weak=True)))


def test_open_ends_make_strict_products() -> None:
    half_open = spans.Span(Fraction(0), Fraction(1), True, False)
    assert half_open * half_open == half_open
    assert (half_open * spans.Span(Fraction(0), Fraction(1))).contains_zero()


def test_pieces_cover_the_domain_and_meet_nowhere() -> None:
    from sympy import Abs

    from plumbline.domain import covers

    goal = Abs(x - Rational(1, 3)) + Abs(x) + Abs(y)
    for open_end in (True, False):
        domain = Domain(Real("x", -1, 1, open_lo=open_end, open_hi=open_end), Real("y", -2))
        pieces = [piece.domain for piece in over_pieces(domain, lambda n: n.forms.describe(n.form(goal)))]
        assert covers(domain, pieces) and len(pieces) > 4
        for point in balls.random_points(domain, 50):
            assert sum(all(axis.contains(point[axis.name]) for axis in piece.ranges) for piece in pieces) == 1
