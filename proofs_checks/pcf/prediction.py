"""Limits of delta and its prediction: inflated simple fractions and followed logarithms, then the derivations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding, Witness
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import derivation, instances, symbolic
from proofs_checks.engines.facts import formula_equal
from proofs_checks.pcf import regimes
from theory.pcf import prediction_bounds, prediction_claims

Data = dict[str, Any]

_SIMPLE = ((0, 1, 2), (0, 3, 1), (1, 0, 1), (2, 1, 3))
"""a of simple continued fractions (b = 1), all values at least 1 for n >= 1."""
_FOLLOWED = ((1, 5, 7, 0, 0, 5), (2, 5, 4, 0, -2, -5), (3, -5, 4, -5, 5, -3), (0, 2, 5, 0, 0, -3))
_FAR = ((0, 2, 1, 0, 0, -1), (1, 0, 1, 0, 0, 1))
"""cot 1, and a formula without a known closed form."""


def _tried(
    subject: Subject, roles: tuple[str, ...], program: str, cases: list[Data], wanted: tuple[str, ...], text: str
) -> Finding:
    formulas = {role: emit_standalone(subject[role]) for role in roles}

    def evaluate(data: Data) -> Witness:
        return witness.make("pcf", program, {**data, "formulas": formulas}, text)

    return instances.compare(cases, evaluate, wanted=wanted, statement=text, description="formulas at single depths")


def _inflated(depth: int, powers: range) -> list[Data]:
    return [{"a": [str(x) for x in a], "k": str(k), "n": str(depth)} for a in _SIMPLE for k in powers]


def _real(name: str, low: int | None = None) -> tuple[Any, Real]:
    return sympy.Symbol(name, real=True), Real(name, low, open_lo=low is not None)


def _claimed_limit(limit: Formula) -> Finding:
    """The claimed limit is -e/h - 1 for all integers e < 0 and all growths h > 0."""
    e, h = sympy.Symbol("e", integer=True), sympy.Symbol("h", real=True)
    numbers = Domain(prediction_bounds.E, prediction_bounds.H)
    return formula_equal(limit, -e / h - 1, numbers, statement="the claimed limit is -e/eta' - 1")


def _limit_of_ratio(limit: Formula) -> list[Finding]:
    """The claimed limit is -e/h - 1; -(e l + x)/(h l + y) - 1 less it is (e y/h - x)/(h l + y), l = ln n!."""
    (l, ell), (x, one), (y, two) = _real("l", 0), _real("x"), _real("y", 0)
    e, h = sympy.Symbol("e", integer=True), sympy.Symbol("h", real=True)
    numbers = Domain(prediction_bounds.E, prediction_bounds.H, ell, one, two)
    rest = -(e * l + x) / (h * l + y) - 1 - (-e / h - 1)
    off = "delta_n less it is (e y/h - x)/(h ln n! + y)"
    return [
        _claimed_limit(limit),
        symbolic.prove_identity(rest, (e * y / h - x) / (h * l + y), numbers, statement=off),
    ]


def _least_growth(subject: Subject) -> list[Finding]:
    """The claimed least growth is at most d_a - d_b/2 = -e/2, and the claimed limit at -e/2 is 1."""
    domain, half = Domain(prediction_bounds.E), Formula("half", [prediction_bounds.E], lambda e: -e / 2)
    there = subject["limit"].substitute({"h": lambda e: -e / 2}, [prediction_bounds.E])
    return [
        derivation.derive(
            lambda: derivation.formula_at_least(half, subject["least"]), domain, "the least growth is at most -e/2"
        ),
        _claimed_limit(subject["limit"]),
        symbolic.prove_identity(there, sympy.Integer(1), domain, statement="the limit at the least growth is 1"),
    ]


def _constant(limit: Formula) -> Finding:
    """d_b = 0: eta' = d_a, e = -2 d_a, and the claimed limit is 1."""
    axis = prediction_bounds.D
    at = limit.substitute({"e": lambda d: -2 * d, "h": lambda d: d}, [axis])
    statement = "at e = -2 d_a, eta' = d_a the limit is 1"
    return symbolic.prove_identity(at, sympy.Integer(1), Domain(axis), statement=statement)


@check("pcf.delta.limits", timeout=30)
def limits(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Inflations of simple continued fractions; then leading orders."""
    domain = prediction_claims.limits.domain
    depth = 4000 if effort.full else 1200
    statement = "|limit - delta_n| is at most what delta_n may be off"
    yield _tried(subject, ("limit",), "delta_limit", _inflated(depth, range(3)), ("<", "=="), statement).for_part(
        "limit"
    )
    statement = "the growth that is left is at least the claimed one"
    growing = _inflated(60, range(1, 3))
    yield _tried(subject, ("least",), "share_of_growth", growing, ("<", "=="), statement).for_part("least")
    exponents = regimes.factorial_exponents()
    solved = derivation.by_lemma(
        "birkhoff_trjitzinsky",
        [*exponents, *_limit_of_ratio(subject["limit"])],
        domain,
        "ln eps_n = e ln n! + O(n), and ln q~_n = eta' ln n! + o(ln n!)",
    )
    yield derivation.by_lemma("squeeze", [solved], domain, "n/ln n! tends to 0: delta_n -> -e/eta' - 1").for_part(
        "limit"
    )
    product = derivation.by_lemma(
        "stirling",
        _least_growth(subject),
        domain,
        "ln g_n + ln g_(n-1) <= ln|b_1 ... b_n| = d_b ln n! + O(n): eta_g <= d_b/2",
    )
    yield product.for_part("least")
    constant = derivation.by_lemma(
        "stirling",
        [*exponents, _claimed_limit(subject["limit"]), _constant(subject["limit"])],
        domain,
        "d_b = 0: 0 <= ln g_n <= n ln|B|, so that eta_g = 0 and eta' = d_a",
    )
    yield constant.for_part("constant")


def _model(formula: Formula, names: tuple[str, str, str]) -> Finding:
    """The claimed model is the logarithm of n!^u base^n n^power, for all exponents and every depth."""
    (base, one), (power, two) = _real(names[1]), _real(names[2])
    (N, depth), (ell, three) = _real("N", 1), _real("ell", 0)
    first = {"e": prediction_bounds.E, "d": prediction_bounds.D}[names[0]]
    u = sympy.Symbol(names[0], integer=True)
    statement = f"{formula.name} = {names[0]} ln N! + {names[1]} N + {names[2]} ln N"
    numbers = Domain(first, one, two, depth, three)
    return formula_equal(formula, u * ell + base * N + power * sympy.log(N), numbers, statement=statement)


def _off_by(prediction: Formula) -> list[Finding]:
    """The claimed prediction is -x/y - 1; from X + s, z less that from X, Y it is (X (z - Y) - s Y)/(Y z)."""
    (X, one), (s, two), (Y, three), (z, four) = _real("X"), _real("s"), _real("Y", 0), _real("z", 0)
    (x, five), (y, six) = _real("x"), _real("y", 0)
    rest = (-(X + s) / z - 1) - (-X / Y - 1)
    off = "it is off by (X (z - Y) - s Y)/(Y z) for ln eps = X, ln q = Y and models X + s, z"
    numbers = Domain(one, two, three, four)
    return [
        formula_equal(prediction, -x / y - 1, Domain(five, six), statement="the prediction is -x/y - 1"),
        symbolic.prove_identity(rest, (X * (z - Y) - s * Y) / (Y * z), numbers, statement=off),
    ]


@check("pcf.predictor.accuracy", timeout=40)
def accuracy(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Logarithms followed from N to 2N, exact fractions, two predictions at 10^9; then the exponents."""
    domain = prediction_claims.accuracy.domain
    depth = 6000 if effort.full else 800
    for role in ("log_error", "log_q"):
        cases = [{"key": [str(x) for x in key], "n": str(depth), "of": role} for key in _FOLLOWED]
        text = f"{role} grows from N to 2N as claimed, up to 15/N"
        yield _tried(subject, (role,), "growth_between", cases, ("<",), text).for_part(role)
    exact = [{"a": ["0", "2", "3", str(x), "4", "5"], "n": str(n)} for x in (1, 7) for n in (1, 2, 3)]
    text = "delta_n from ln eps_n and ln q_n"
    yield _tried(subject, ("prediction",), "predicted_delta", exact, ("==",), text).for_part("prediction")
    far = [{"key": [str(x) for x in key], "n": str(10**9)} for key in _FAR]
    text = "|prediction at 10^9 - 1| < 1/50 for constant b"
    yield _tried(subject, tuple(subject), "predicted_far_away", far, ("<",), text).for_part("prediction")
    models = {
        "log_error": _model(subject["log_error"], ("e", "gamma", "beta")),
        "log_q": _model(subject["log_q"], ("d", "v", "w")),
    }
    exponents = regimes.factorial_exponents()
    for role, model in models.items():
        text = f"{role} is the logarithm of the formal solutions' growth, up to O(1)"
        yield derivation.by_lemma("birkhoff_trjitzinsky", [*exponents, model], domain, text).for_part(role)
    text = "s, z - Y = O(1), X/Y bounded and Y ~ d_a N ln N: off by O(1/(N ln N))"
    yield derivation.by_lemma(
        "stirling", [*exponents, *models.values(), *_off_by(subject["prediction"])], domain, text
    ).for_part("prediction")
