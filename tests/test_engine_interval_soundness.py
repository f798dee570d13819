"""What the interval engine must never do, with its search for counterexamples switched off; covers; evaluators."""

from __future__ import annotations

import copy
import math
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
import sympy
from flint import arb, fmpq
from interval_judge import UNIT, edge_sides, judge, logistic

from plumbline.domain import Integer, Real
from plumbline.evidence import Verdict
from plumbline.formula import (
    Abs,
    Formula,
    Max,
    atanh,
    cosh,
    exp,
    log,
    piecewise,
    power,
    rational,
    sqrt,
    tanh,
    xlogx,
)
from proofs_checks.engines.interval import Contact, flaws, signs
from proofs_checks.engines.interval.algebra import factored
from proofs_checks.engines.interval.cover import hole
from proofs_checks.engines.interval.endpoints import (
    MISSING_END,
    REGULAR,
    SINGULAR,
    WHOLE,
    Program,
    add,
    multiply,
)
from proofs_checks.engines.interval.refute import Refuter
from proofs_checks.engines.interval.scalar import Cell

HALF = Fraction(1, 2)
BOX = Real("x", 0, 1), Real("y", 0, 1)
TINY = 262537412640768744 - exp(sympy.pi * sympy.sqrt(163))  # 7.5e-13, lost in 96 bits


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """The prover alone: no samples, no descent, no witness."""
    monkeypatch.setattr(Refuter, "search", lambda self: False)
    monkeypatch.setattr(Refuter, "try_point", lambda self, point: False)
    monkeypatch.setattr(Refuter, "equality", lambda self, point: False)


FALSE: list[tuple[Callable[..., Any], tuple[Real | Integer, ...], dict[str, Any]]] = [
    (lambda t: t**2 - 2, (Real("t", 0, 2),), {"contacts": [Contact("t", sympy.sqrt(2))]}),
    (lambda t: 2 - t**2, (Real("t", 0, 2),), {"contacts": [Contact("t", sympy.sqrt(2))]}),
    (lambda t: t**2 - TINY, (UNIT,), {}),
    (lambda t: t - TINY, (UNIT,), {"contacts": [Contact("t", 0)]}),
    (lambda t: logistic(t) - t**2 * rational("0.500000000001"), (UNIT,), {}),
    (lambda t: (t - rational("1/3")) ** 2 - rational("1e-12"), (UNIT,), {}),
    (lambda t: 1 / t, (UNIT,), {}),
    (lambda t: -log(t), (UNIT,), {}),
    (lambda t: 1 + xlogx(t - 1), (Real("t", 0, "3/2"),), {}),
    (lambda t: 10**6 - t * exp(1 / t), (Real("t", 0, 1, open_lo=True),), {}),
    (lambda t: 1000 - log(1 + t), (Real("t", 0),), {}),
    (lambda t: 10**6 - exp(t), (Real("t", 0),), {}),
    (lambda t: t, (UNIT,), {"strict": True}),
    (lambda t: (t - HALF) ** 2, (UNIT,), {"strict": True}),
    (lambda t: piecewise((-1, t <= 0), (t**2, True)), (UNIT,), {}),
    (lambda t: piecewise((t, t < HALF), (-rational("1e-30"), t <= HALF), (1, True)), (UNIT,), {}),
    (lambda t: piecewise((1, t**2 < HALF), (-1, True)), (UNIT,), {}),
    (lambda t: Abs(t - rational("1/3")) - rational("1e-12"), (UNIT,), {}),
    (lambda x, y: piecewise((0, x * y > 0), (-1, True)), BOX, {}),
    (lambda x, y: piecewise((1, x**2 < y), (-1, True)), BOX, {}),
    (lambda x, y: x * y * (x - HALF), BOX, {}),
    (lambda x, y: x * logistic(y) - logistic(x * y) * rational("1.0000001"), BOX, {}),
    (lambda x, y: x**2 + y**2 - rational("2.0000001") * x * y, BOX, {}),
    (lambda n, t: (1 + t) ** n - 1 - n * t - t**2, (Integer("n", 1, 4), UNIT), {}),
    (lambda n: (-2) ** n, (Integer("n", 0, 200),), {"relax": ["n"]}),
]


@pytest.mark.parametrize("case", range(len(FALSE)))
@pytest.mark.usefixtures("blind")
def test_false_statements_are_not_proved(case: int) -> None:
    build, axes, options = FALSE[case]
    assert judge(build, 0, *axes, max_boxes=1500, **options).verdict is Verdict.INCONCLUSIVE


@pytest.mark.usefixtures("blind")
def test_prover_needs_no_samples() -> None:
    assert judge(*edge_sides()).verdict is Verdict.HOLDS
    kink = judge(lambda t: piecewise((rational("1/3") - t, t < rational("1/3")), (t - rational("1/3"), True)), 0, UNIT)
    assert kink.verdict is Verdict.HOLDS
    pole = judge(lambda t: piecewise((5, t <= HALF), (1 / (t - HALF), True)), 1, UNIT)
    assert pole.verdict is Verdict.HOLDS


def test_strict_sign_is_not_granted_on_a_box_that_holds_a_tight_face() -> None:
    t = sympy.Symbol("t", real=True)
    unit = ((Fraction(0), Fraction(1)),)
    closed, opened = Cell((t,), unit, ((False, False),)), Cell((t,), unit, ((True, False),))
    curve = sympy.exp(t) - 1 - t
    assert not signs.judge(closed.scalar(curve), unit, strict=True).reason
    assert signs.judge(closed.scalar(curve), unit).reason
    assert signs.judge(opened.scalar(curve), unit, strict=True).reason


# covers


def test_dropping_any_piece_is_noticed() -> None:
    certificate = judge(*edge_sides()).certificate
    assert certificate is not None
    count = len(certificate["cells"][0]["pieces"])
    assert count > 10
    for index in range(count):
        damaged = copy.deepcopy(dict(certificate))
        del damaged["cells"][0]["pieces"][index]
        assert flaws(damaged), f"piece {index} was not missed"
    shrunk = copy.deepcopy(dict(certificate))
    shrunk["cells"][0]["pieces"][0][2] = str(Fraction(shrunk["cells"][0]["pieces"][0][2]) - Fraction(1, 10**9))
    assert flaws(shrunk)
    wider = copy.deepcopy(dict(certificate))
    wider["domain"][0]["hi"] = "2"
    assert any("cells" in flaw for flaw in flaws(wider))
    cells = judge(lambda n, t: (1 + t) ** n, 1, Integer("n", 1, 3), UNIT).certificate
    assert cells is not None
    damaged = copy.deepcopy(dict(cells))
    del damaged["cells"][1]
    assert flaws(damaged)


def test_search_that_loses_a_box_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    from proofs_checks.engines.interval import prove

    honest = prove.cover

    def careless(*args: Any, **options: Any) -> Any:
        found = honest(*args, **options)
        del found.proved[len(found.proved) // 2]
        return found

    monkeypatch.setattr(prove, "cover", careless)
    finding = judge(logistic, lambda t: t**2 / 2, UNIT)
    assert finding.verdict is Verdict.INCONCLUSIVE and "no piece covers" in finding.reason


def test_hole_in_the_plane() -> None:
    def square(a: int, b: int, c: int, d: int) -> tuple[tuple[Fraction, Fraction], ...]:
        return ((Fraction(a), Fraction(b)), (Fraction(c), Fraction(d)))

    ring = [square(0, 3, 0, 1), square(0, 3, 2, 3), square(0, 1, 0, 3), square(2, 3, 0, 3)]
    assert hole(square(0, 3, 0, 3), ring) == square(1, 2, 1, 2)
    assert hole(square(0, 3, 0, 3), [*ring, square(1, 2, 1, 2)]) is None
    assert hole(square(0, 3, 1, 1), ring) == square(1, 2, 1, 1) or hole(square(0, 3, 1, 1), ring) is None
    assert hole((), []) == () and hole((), [()]) is None


# the evaluators


def _atoms(x: Any, y: Any) -> list[Any]:
    inner = [x + y, x * y - 2, (x - y) ** 2, 1 / (1 + x**2), x**3 - y / 3, 1 / x, x / (x - y)]
    safe = [x**2 + rational("1/7"), (x - y) ** 2, Abs(x)]
    outer = [log, xlogx, sqrt, lambda z: power(z, y**2 + 1), lambda z: z ** rational("-2/3")]
    found = inner + [f(z) for f in outer for z in safe]
    found += [exp(z) for z in inner[:4]] + [tanh(inner[1]), atanh(x / (1 + x**2)), cosh(x * y)]
    found += [Max(x, y, x * y), sympy.sinh(x), sympy.atan(x - y)]
    return [*found, exp(x) * inner[1] + log(2) * y - rational("1/3")]


def test_float_intervals_enclose_every_value() -> None:
    generator = random.Random(20240)
    x, y = sympy.symbols("x y", real=True)
    checked = 0
    for expr in _atoms(x, y):
        program = Program(expr, (x, y))
        exact = Formula("f", [Real("x"), Real("y")], lambda *_, expr=expr: expr).arb_function()
        for _ in range(25):
            ends = [sorted(Fraction(generator.randint(-24, 24), 8) for _ in range(2)) for _ in range(2)]
            (low, high), _ = program([(float(a), float(b)) for a, b in ends])
            for _ in range(6):
                point = [a + (b - a) * Fraction(generator.randint(0, 16), 16) for a, b in ends]
                value = exact(*(arb(fmpq(p.numerator, p.denominator)) for p in point))
                if value.is_finite():
                    checked += 1
                    assert not value < low and not value > high, (expr, ends, point, low, high)
    assert checked > 2000


def test_float_intervals_at_singular_ends() -> None:
    x = sympy.Symbol("x", real=True)
    assert Program(-sympy.log(x), (x,))([(0.0, 0.5)]) == ((pytest.approx(math.log(2)), math.inf), SINGULAR)
    assert Program(1 / x, (x,), frozenset([1 / x]))([(0.0, 0.5)]) == ((2.0, math.inf), MISSING_END)
    assert Program(1 / x, (x,))([(-1.0, 0.5)]) == ((-math.inf, math.inf), SINGULAR)
    assert Program(xlogx(x), (x,))([(0.0, 1.0)])[1] == REGULAR
    assert Program(x * (1 - x), (x,))([(0.0, 1.0)])[0] == (0.0, 1.0)


def test_factored_expressions_are_equal() -> None:
    x, y = sympy.symbols("x y", real=True)
    for expr in (
        x**4 - 4 * x**2 + 4,
        1 / (1 - x) - 1 / (1 + x),
        sympy.exp(x) * x + x,
        (x**2 - y**2) / (x - 3 * y) + x / 7,
        sympy.log(x + 2) * (x - y) + y * (y - x),
    ):
        product = factored(expr)
        assert product.is_Mul or product.is_Pow
        assert sympy.simplify(product - expr) == 0
    assert factored(x + y) == x + y
    assert factored((x - y) * (x + y) - x**2 + y**2) == 0


def test_random_polynomials_are_judged_as_their_roots_say() -> None:
    generator = random.Random(7)
    verdicts = []
    for _ in range(40):
        roots = [Fraction(generator.randint(-6, 12), 6) for _ in range(generator.randint(1, 3))]
        powers = [generator.randint(1, 3) for _ in roots]
        shift = generator.choice([0, Fraction(1, 10**9), Fraction(-1, 10**9)])

        def build(t: Any, roots: Any = roots, powers: Any = powers, shift: Any = shift) -> Any:
            product = math.prod((t - rational(r)) ** k for r, k in zip(roots, powers, strict=True))
            return sympy.expand(product) * exp(t) + rational(Fraction(shift))

        finding = judge(build, 0, UNIT, max_boxes=2000)
        grid = [Fraction(k, 2048) for k in range(2049)] + [r for r in roots if 0 <= r <= 1]
        values = [math.prod((t - r) ** k for r, k in zip(roots, powers, strict=True)) for t in grid]
        if min(values) < -Fraction(1, 10**6):
            assert finding.verdict is Verdict.VIOLATED
        elif min(values) >= 0 and shift >= 0:
            assert finding.verdict is not Verdict.VIOLATED
        elif min(values) == 0 and shift < 0:
            assert finding.verdict is Verdict.VIOLATED
        verdicts.append(finding.verdict)
    assert verdicts.count(Verdict.INCONCLUSIVE) <= 4
    assert verdicts.count(Verdict.HOLDS) >= 5


def test_float_arithmetic_rounds_outwards() -> None:
    generator = random.Random(11)
    for _ in range(400):
        x, y = (math.ldexp(generator.uniform(-1, 1), generator.randint(-30, 30)) for _ in range(2))
        for span, exact in (
            (add((x, x), (y, y)), Fraction(x) + Fraction(y)),
            (multiply((x, x), (y, y)), Fraction(x) * Fraction(y)),
        ):
            assert span[0] <= exact <= span[1]
            assert math.nextafter(math.nextafter(span[0], math.inf), math.inf) >= span[1]
    n = sympy.Symbol("n", real=True)
    assert Program((-2) ** n, (n,))([(0.0, 3.0)]) == (WHOLE, SINGULAR)
