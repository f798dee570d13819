"""The symbolic engine on a zoo of true and false statements."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from sympy import (
    Abs,
    And,
    Max,
    Mul,
    Or,
    Piecewise,
    Pow,
    Rational,
    Symbol,
    atanh,
    cosh,
    diff,
    exp,
    log,
    sinh,
    sqrt,
    tanh,
)

from plumbline import witness as witnesses
from plumbline.domain import Domain, Integer, Real
from plumbline.errors import InputError
from plumbline.evidence import Finding, Strength, Verdict
from plumbline.formula import Formula, box_cox, expm1_over, log1p_over, power, xlogx
from proofs_checks.engines import symbolic
from proofs_checks.engines.symbolic import (
    prove_derivative,
    prove_identity,
    prove_induction,
    prove_integral,
    prove_telescoping,
)

HOLDS, VIOLATED, INCONCLUSIVE = Verdict.HOLDS, Verdict.VIOLATED, Verdict.INCONCLUSIVE

a, b, q, t, tau, u, x, y = (Symbol(name, real=True) for name in ["a", "b", "q", "t", "tau", "u", "x", "y"])
n = Symbol("n", integer=True)
s = Symbol("s", real=True)


def over(name: str, lo: Any = None, hi: Any = None, ends: str = "[]") -> Real:
    return Real(name, lo, hi, open_lo=ends[0] == "(", open_hi=ends[1] == ")")


UNIT = Domain(over("x", 0, 1))
BOTH = Domain(over("x", -1, 1))
POSITIVE = Domain(over("x", 0, None, "()"))
LINE = Domain(over("x"))
EXPONENTS = (over("a", 1, 2), over("b", 1, 2))


def confirmed(finding: Finding) -> bool:
    """Whether the witness, evaluated again from its stored data, shows what it states."""
    return finding.witness is not None and witnesses.confirms("none", finding.witness.as_json())


# -- identities -------------------------------------------------------------------------------------

unevaluated_root = Pow(x**2, Rational(1, 2), evaluate=False)
unevaluated_one = Mul(x, Pow(x, -1, evaluate=False), evaluate=False)
logistic = ((1 + t) * log(1 + t) + (1 - t) * log(1 - t)) / 2
INSIDE = Domain(over("t", -1, 1, "()"))

TRUE_IDENTITIES: dict[str, tuple[Any, Any, Domain]] = {
    "root of a square, x >= 0": (unevaluated_root, x, UNIT),
    "root of a square is the modulus": (unevaluated_root, Abs(x), BOTH),
    "log of a square, x > 0": (log(x**2), 2 * log(x), POSITIVE),
    "log of a product of negatives": (
        log(x * y),
        log(-x) + log(-y),
        Domain(over("x", -2, -1), over("y", -2, -1)),
    ),
    "nested real powers": ((x**a) ** b, x ** (a * b), Domain(over("x", 0, 2), *EXPONENTS)),
    "slope of the logistic transformation": (diff(logistic, t), atanh(t), INSIDE),
    "its second derivative": (diff(logistic, t, 2), 1 / (1 - t**2), INSIDE),
    "cancelled fraction off its pole": (unevaluated_one, 1, POSITIVE),
    "symbolic exponent, tau < 1": (
        diff(((1 + u) ** (1 - tau) - 1) / (1 - tau), u),
        (1 + u) ** (-tau),
        Domain(over("u", 0), over("tau", 0, 1, "[)")),
    ),
    "symbolic exponent, tau > 1": (
        diff(((1 + u) ** (1 - tau) - 1) / (1 - tau), u),
        (1 + u) ** (-tau),
        Domain(over("u", 0), over("tau", 1, 3, "(]")),
    ),
    "reciprocal exponent": (
        (1 + u) ** (a / (1 - a)) * (1 + u),
        (1 + u) ** (1 / (1 - a)),
        Domain(over("u", 0), over("a", 2, 3)),
    ),
    "roots of different orders": (sqrt(x) * x ** Rational(1, 3), x ** Rational(5, 6), UNIT),
    "surds": ((sqrt(2) + sqrt(3)) ** 2, 5 + 2 * sqrt(2) * sqrt(3), UNIT),
    "xlogx at its end": (xlogx(2 * x), 2 * xlogx(x) + 2 * x * log(2), UNIT),
    "box_cox at exponent zero": (box_cox(x, q) * q, x**q - 1, Domain(over("x", 1, 2), over("q", 0, 1))),
    "expm1_over at zero": (x * expm1_over(x), exp(x) - 1, BOTH),
    "log1p_over at zero": (x * log1p_over(x), log(1 + x), Domain(over("x", -1, 1, "(]"))),
    "power at zero": (
        power(x, a) * power(x, b),
        power(x, a + b),
        Domain(over("x", 0, 1), over("a", 1, 2), over("b", 1, 2)),
    ),
    "hyperbolic functions": (cosh(x) ** 2 - sinh(x) ** 2, 1, LINE),
    "tanh of atanh": (tanh(atanh(x)), x, Domain(over("x", -1, 1, "()"))),
    "softplus": (log(1 + exp(x)), x + log(1 + exp(-x)), LINE),
    "doubling": (2 ** (n + 1), 2 * 2**n, Domain(Integer("n", 0))),
    "odd power of minus one": ((-x) ** (2 * n + 1), -(x ** (2 * n + 1)), Domain(over("x", 1, 2), Integer("n", 0))),
    "natural power of any real": (x ** (n + 2), x**2 * x**n, Domain(over("x", -1, 1), Integer("n", 0))),
    "positive part": (Max(x, 0) - Max(-x, 0), x, BOTH),
    "a hinge as a piecewise": (Piecewise((x, x > 0), (0, True)), Max(x, 0), BOTH),
}


@pytest.mark.parametrize("name", TRUE_IDENTITIES)
def test_true_identities_hold_on_the_whole_domain(name: str) -> None:
    left, right, domain = TRUE_IDENTITIES[name]
    finding = prove_identity(left, right, domain)
    assert finding.verdict is HOLDS, finding.reason
    assert finding.scope == domain
    assert finding.strength is Strength.SYMBOLIC
    assert finding.effort["points"] == 5
    assert finding.certificate is not None


@pytest.mark.parametrize("name", TRUE_IDENTITIES)
def test_the_same_identities_disturbed_are_refuted(name: str) -> None:
    left, right, domain = TRUE_IDENTITIES[name]
    finding = prove_identity(left, right + Rational(1, 10**30), domain)
    assert finding.verdict is VIOLATED, finding.reason
    assert confirmed(finding)


FALSE_IDENTITIES: dict[str, tuple[Any, Any, Domain]] = {
    "root of a square, any sign": (unevaluated_root, x, BOTH),
    "false at order 1e-30": (x, x + Rational(1, 10**30), BOTH),
    "false at order 1e-30 with logs": (
        log(2 * x) * (1 + Rational(1, 10**30)),
        log(2) + log(x),
        Domain(over("x", 1, 2)),
    ),
    "wrong exponent": ((1 + u) ** (1 - tau), (1 + u) ** (tau - 1), Domain(over("u", 0), over("tau", 0, 1))),
    "wrong power law": (x**a * x**b, x ** (a * b), Domain(over("x", 1, 2), *EXPONENTS)),
    "sign of an odd power": ((-x) ** n, x**n, Domain(over("x", 1, 2), Integer("n", 0))),
    "modulus": (Abs(x), x, BOTH),
}


@pytest.mark.parametrize("name", FALSE_IDENTITIES)
def test_false_identities_are_refuted_with_a_witness(name: str) -> None:
    left, right, domain = FALSE_IDENTITIES[name]
    finding = prove_identity(left, right, domain)
    assert finding.verdict is VIOLATED, finding.reason
    assert confirmed(finding)
    assert finding.witness is not None
    for axis in domain.ranges:
        assert axis.contains(Fraction(finding.witness.data["point"][axis.name]))


UNDEFINED_SOMEWHERE: dict[str, tuple[Any, Any, Domain]] = {
    "log of a square, any sign": (log(x**2), 2 * log(x), BOTH),
    "log of a product, any signs": (log(x * y), log(x) + log(y), Domain(over("x", -2, 2), over("y", -2, 2))),
    "powers of a negative base": (
        (x**a) ** b,
        x ** (a * b),
        Domain(over("x", -2, 2), over("a", 1, 2), over("b", 1, 2)),
    ),
    "cancelled fraction through its pole": (unevaluated_one, 1, UNIT),
    "x log x written out at zero": (xlogx(x), x * log(x), UNIT),
    "pole of the exponent": (
        ((1 + u) ** (1 - tau) - 1) / (1 - tau),
        box_cox(1 + u, 1 - tau),
        Domain(over("u", 0), over("tau", 0, 2)),
    ),
    "cube root of negatives": (x ** Rational(1, 3), x ** Rational(1, 3), BOTH),
    "box_cox infinite at zero": (box_cox(x, q), box_cox(x, q), Domain(over("x", 0, 1), over("q", 0, 1))),
    "negative exponent at zero": (x ** (-q), x ** (-q), Domain(over("x", 0, 1), over("q", 0, 1))),
    "even divisor": (x / (x**2 + y**2), x / (x**2 + y**2), Domain(over("x", -1, 1), over("y", -1, 1))),
}


@pytest.mark.parametrize("name", UNDEFINED_SOMEWHERE)
def test_an_identity_that_is_undefined_somewhere_is_not_claimed_there(name: str) -> None:
    left, right, domain = UNDEFINED_SOMEWHERE[name]
    finding = prove_identity(left, right, domain)
    assert finding.verdict is INCONCLUSIVE
    assert finding.reason and finding.certificate is None


def test_the_same_identity_holds_off_the_pole() -> None:
    left, right, _ = UNDEFINED_SOMEWHERE["pole of the exponent"]
    for axis in (over("tau", 0, 1, "[)"), over("tau", 1, 2, "(]")):
        assert prove_identity(left, right, Domain(over("u", 0), axis)).verdict is HOLDS


def test_density_does_not_speak_of_single_integers() -> None:
    domain = Domain(over("x", 1, 2), Integer("n", 0))
    finding = prove_identity(n * box_cox(x, n), x**n - 1, domain)
    assert finding.verdict is HOLDS
    assert finding.effort["pieces"] == 2  # n = 0, where the primitive is a logarithm, on its own


def test_listed_facts_must_themselves_be_proved() -> None:
    assert prove_identity(x, x, BOTH, positive=[x + 2]).verdict is HOLDS
    finding = prove_identity(x, x, BOTH, positive=[x])
    assert finding.verdict is INCONCLUSIVE and "not proved" in finding.reason


def test_a_formula_brings_its_domain() -> None:
    left = Formula("test.left", [Real("x", 1, 2)], lambda x: log(x**3))
    right = Formula("test.right", [Real("x", 1, 2)], lambda x: 3 * log(x))
    finding = prove_identity(left, right)
    assert finding.verdict is HOLDS and finding.scope == left.domain


def test_a_contradiction_between_normal_form_and_balls_is_inconclusive(monkeypatch: pytest.MonkeyPatch) -> None:
    from proofs_checks.engines.symbolic import identities

    monkeypatch.setattr(identities.balls, "compare", lambda *args: 1)
    finding = prove_identity(x, x, UNIT)
    assert finding.verdict is INCONCLUSIVE and "contradiction" in finding.reason


@pytest.mark.parametrize(
    "bad",
    [0.5 * x, x + Symbol("z", real=True), Symbol("x", positive=True), Symbol("x", integer=True), 0.5, x / 0],
)
def test_input_that_is_not_exact_or_assumes_too_much_is_refused(bad: Any) -> None:
    with pytest.raises(InputError):
        prove_identity(bad, x, UNIT)


# -- calculus ---------------------------------------------------------------------------------------

DERIVATIVES: list[tuple[Any, Any, str, Domain, Verdict]] = [
    (xlogx(x) - x, log(x), "x", POSITIVE, HOLDS),
    (xlogx(x) - x, log(x), "x", UNIT, INCONCLUSIVE),
    (x**3, 3 * x**2, "x", UNIT, HOLDS),
    (x**3, 2 * x**2, "x", UNIT, VIOLATED),
    (box_cox(x, q), power(x, q) / x, "x", Domain(over("x", 1, 4), over("q", 0, 2, "(]")), HOLDS),
    (box_cox(x, q), x ** (q - 1), "x", Domain(over("x", 0, 4, "(]"), over("q", -1, 2)), HOLDS),
    (box_cox(x, q), box_cox(x, q, 1), "q", Domain(over("x", 0, 4, "(]"), over("q", -1, 2)), HOLDS),
    (box_cox(x, q), box_cox(x, q, 0), "q", Domain(over("x", 0, 4, "(]"), over("q", -1, 2)), VIOLATED),
    (log1p_over(x), log1p_over(x, 2) - 1 / (1 + x), "x", Domain(over("x", -1, 3, "(]")), HOLDS),
    (x ** Rational(3, 2) * Rational(2, 3), sqrt(x), "x", Domain(over("x", 0)), HOLDS),
    (Abs(x), 1, "x", BOTH, VIOLATED),
    (Piecewise((x**2, x <= 0), (x**2 + 1, True)), 2 * x, "x", BOTH, INCONCLUSIVE),
    (Abs(x), Piecewise((-1, x < 0), (1, True)), "x", BOTH, INCONCLUSIVE),
]


@pytest.mark.parametrize("case", range(len(DERIVATIVES)))
def test_derivatives(case: int) -> None:
    primitive, density, variable, domain, expected = DERIVATIVES[case]
    finding = prove_derivative(primitive, density, variable, domain)
    assert finding.verdict is expected, (primitive, finding.reason)


def test_integrals() -> None:
    unit = over("x", 0, 1)
    assert prove_integral(log(x), xlogx(x) - x, -1, unit).verdict is HOLDS
    wrong = prove_integral(log(x), xlogx(x) - x, -2, unit)
    assert wrong.verdict is VIOLATED
    written_out = prove_integral(log(x), x * log(x) - x, -1, unit)
    assert written_out.verdict is INCONCLUSIVE and "continuity" in written_out.reason
    parameter = Domain(over("a", 0, 2, "(]"))
    assert prove_integral(power(x, a), power(x, a + 1) / (a + 1), 1 / (a + 1), unit, parameter).verdict is HOLDS
    assert prove_integral(1 / x**2, -1 / x, -2, over("x", -1, 1)).verdict is INCONCLUSIVE
    jump = Piecewise((x, x <= 0), (x + 1, True))
    assert prove_integral(1, jump, 2, over("x", -1, 1)).verdict is not HOLDS
    jump = Piecewise((x - 1, x <= 0), (x, True))
    assert prove_integral(1, jump, 2, unit).verdict is not HOLDS


# -- induction --------------------------------------------------------------------------------------


def naturals(start: int) -> Domain:
    return Domain(Integer("n", start))


def test_induction_with_an_inequality() -> None:
    claim = 2**n - n**2
    assert prove_induction(claim, "n", naturals(5), relation=">", multiplier=2).verdict is HOLDS
    assert prove_induction(claim, "n", naturals(4), relation=">=", multiplier=2).verdict is HOLDS
    base = prove_induction(claim, "n", naturals(3), relation=">=", multiplier=2)
    assert base.verdict is VIOLATED and "base" in base.reason
    step = prove_induction(claim, "n", naturals(1), relation=">=", multiplier=2)
    assert step.verdict is INCONCLUSIVE and "step" in step.reason
    flipped = prove_induction(n - 5, "n", naturals(5), relation=">=", multiplier=-1)
    assert flipped.verdict is INCONCLUSIVE and "multiplier" in flipped.reason


def test_induction_along_a_recursion() -> None:
    domain = Domain(Integer("n", 0), Real("s"))
    claim = s - n * (n + 1) / 2
    good = prove_induction(claim, "n", domain, state="s", next_state=s + n + 1, initial=0)
    assert good.verdict is HOLDS and good.scope == naturals(0)
    bad_base = prove_induction(claim, "n", domain, state="s", next_state=s + n + 1, initial=1)
    assert bad_base.verdict is VIOLATED and "base" in bad_base.reason
    bad_step = prove_induction(claim, "n", domain, state="s", next_state=s + n + 2, initial=0)
    assert bad_step.verdict is INCONCLUSIVE and "step" in bad_step.reason


def test_telescoping() -> None:
    assert prove_telescoping(1 / (n * (n + 1)), -1 / n, "n", naturals(1)).verdict is HOLDS
    assert prove_telescoping(n * 2**n, (n - 2) * 2**n, "n", naturals(0)).verdict is HOLDS
    assert prove_telescoping(1 / (n * (n + 1)), -1 / n, "n", naturals(0)).verdict is INCONCLUSIVE
    assert prove_telescoping(n, n**2 / 2, "n", naturals(0)).verdict is VIOLATED
    with pytest.raises(InputError):
        prove_telescoping(x, x, "x", UNIT)


def test_the_engine_grants_its_own_strength() -> None:
    assert symbolic.ENGINE.grants is Strength.SYMBOLIC


def test_conditions_joined_by_and_and_or_are_decided() -> None:
    """On a wide step the sides differ at a point that anyone can evaluate; a narrow one is never overlooked."""
    for condition in (And(x >= Rational(1, 3), x < Rational(2, 3)), Or(x < Rational(1, 3), x > Rational(2, 3))):
        found = prove_identity(Piecewise((x + 1, condition), (x, True)), x, UNIT)
        assert found.verdict is VIOLATED
        assert confirmed(found)
    narrow = And(x >= Rational(1, 3), x < Rational(1001, 3000))
    assert prove_identity(Piecewise((x + 1, narrow), (x, True)), x, UNIT).verdict is not HOLDS
    assert prove_identity(Piecewise((x, narrow), (x + 0, True)), x, UNIT).verdict is HOLDS
