"""The check of a claimed transformation ``T`` of a loss ``Phi``: certified laws against it, then a proof."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from plumbline import witness
from plumbline.domain import Domain, Instances, Real
from plumbline.errors import InputError
from plumbline.evidence import Finding, Verdict, Witness
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Check, Effort, Subject, check
from proofs_checks.calibration import regrets
from proofs_checks.calibration.shape import Shape, shape
from proofs_checks.engines import derivation, instances, interval, symbolic
from proofs_checks.engines.separable import Law, Loss, fraction, minimum
from theory.calibration import BETA, EVERYTHING, SurrogateLoss, tidied

_STATEMENT = "regret >= T(zero-one regret)"
_PRECISE = 10**24
_SECONDS = 5.0
_SHARE = Real("t", Fraction(1, 2), 1, open_hi=True)
_BETAS = (*(Fraction(step, 10) for step in range(10, 0, -1)), Fraction(1, 20))


def transformation_check(claim: str, *, timeout: float = 60.0) -> Check:
    """The check of a claim made by :func:`theory.calibration.transformation_claim`, to stand at module level."""
    return check(claim, timeout=timeout)(_judge)


def _judge(subject: Subject, effort: Effort) -> Iterator[Finding]:
    loss, claimed = SurrogateLoss(subject["phi"]), subject["T"]
    try:
        found = shape(loss)
    except InputError as error:
        yield derivation.undecided(EVERYTHING, _STATEMENT, str(error))
        return
    if found.curve != "convex":
        reason = "claims about concave losses are not proved here: use transformation(..)"
        yield derivation.undecided(EVERYTHING, _STATEMENT, reason)
        return
    attacked = _attack(loss, claimed, (2, 3) if not effort.full else (2, 3, 5, 10), found)
    yield attacked
    if attacked.verdict is not Verdict.VIOLATED:
        yield _proof(loss, claimed, found)


def _attack(loss: SurrogateLoss, claimed: Formula, classes: tuple[int, ...], found: Shape) -> Finding:
    """Two-class laws and the worst structured ones, each against T in balls; a violation becomes a witness."""
    balls, tried = regrets.balls_of(loss), 0
    for n in classes:
        for beta in _BETAS:
            laws = [regrets.structured(beta, 1, 0, (1 - beta) / 2)]
            if n > 2 and not found.two_class:
                laws.append(regrets.worst(beta, n, loss, balls.inverse)[0])
            for law in laws:
                tried += 1
                regret = regrets.certified(law, balls).regret
                if regret.upper < claimed.arb(beta=beta):
                    shown = _witness(loss, claimed, law, beta, balls)
                    if shown.relation == "<":
                        scope = Instances(1, f"a law on {n} labels")
                        reason = f"confirmed: regret {shown.left} < T({beta}) = {shown.right}"
                        return instances.broken(scope, _STATEMENT, shown, reason)
    return instances.unbroken(Instances(tried, "structured laws"), _STATEMENT)


def _witness(loss: SurrogateLoss, claimed: Formula, law: Law, beta: Fraction, balls: Loss) -> Witness:
    """Left: an upper bound of the regret of the law in closed form. Right: T. Both at 50 digits.

    The regret is at most ``sum p_i l(s_i) - [sum p_i (l(a_i) + m(a_i) a_i) - max p_i m(a_i)]`` for the tied softmax s
    and any a > 0, because l lies above its tangents at a.
    """
    tied, least = minimum(regrets.pooled(list(law)), balls).point, minimum(law, balls).point
    rest = fraction(tied[-1]).limit_denominator(_PRECISE) if len(tied) > 1 else Fraction(0)
    outside = law[2][1] if len(tied) > 1 else 0
    inside = sum(count for _, count in law) - outside
    pool = (1 - outside * rest) / inside
    shares = [pool, pool, rest if outside else pool]
    near = iter([fraction(x).limit_denominator(_PRECISE) for x in least])
    cost, tangents, steepest = sympy.Integer(0), sympy.Integer(0), []
    for (p, count), s in zip(law, shares, strict=False):
        if p == 0:
            continue
        a = next(near)
        weight = _number(p * count)
        cost += weight * _at(loss.phi, s)
        tangents += weight * (_at(loss.phi, a) + _at(loss.slope, a) * _number(a))
        steepest.append(_number(p) * _at(loss.slope, a))
    regret = Formula("regret", [BETA], lambda *_: cost - tangents + sympy.Max(*steepest, evaluate=False))
    data = {
        "point": {"beta": str(beta)},
        "formulas": {"left": emit_standalone(regret), "right": emit_standalone(claimed)},
        "law": [[str(p), count] for p, count in law],
    }
    return witness.make("calibration", "formula", data, "upper bound of the regret of a law against T(beta)")


def _number(value: Fraction) -> Any:
    return sympy.Rational(value.numerator, value.denominator)


def _at(formula: Formula, s: Fraction) -> Any:
    """A formula in u at u = 1/s - 1."""
    return formula.expr.xreplace({formula.symbols["u"]: _number(1 / s - 1)})


def _proof(loss: SurrogateLoss, claimed: Formula, found: Shape) -> Finding:
    """T <= T2 along the curve of optimal shares t in [1/2, 1), at beta = 1, and T2 is exact for every n by a lemma."""
    if not found.two_class:
        reason = "neither condition under which two classes decide is proved for this loss"
        return derivation.undecided(EVERYTHING, _STATEMENT, reason)
    value, transformed, same = _curve(loss, claimed)
    inside = _at_least(value, transformed)
    end = Real("beta", 1, 1)
    sure = Formula("T2 at 1", [end], lambda *_: _at(loss.phi, Fraction(1, 2)) - _at(loss.phi, Fraction(1)))
    ended = _at_least(sure, claimed.restrict(end))
    premises = [*found.findings, *found.two_class, *same, inside, ended]
    assert found.lemma is not None
    return derivation.by_lemma(found.lemma, premises, EVERYTHING, _STATEMENT)


def _at_least(left: Formula, right: Formula) -> Finding:
    """``left >= right``, by identity or by ball arithmetic.

    Where the sides agree to 30 digits at sample points only the identity is tried: boxes never settle equality.
    """
    same = symbolic.prove_identity(left, right, left.domain)
    if same.verdict is Verdict.HOLDS or _agree(left, right):
        return same
    try:
        return interval.prove_at_least(left, right, domain=left.domain, budget_seconds=_SECONDS)
    except RecursionError:
        reason = "the formulas are too large for ball arithmetic"
        return derivation.undecided(left.domain, same.statement, reason)


def _agree(left: Formula, right: Formula) -> bool:
    (axis,) = left.domain.ranges
    if axis.lo == axis.hi or axis.lo is None or axis.hi is None:
        return False
    points = [axis.lo + (axis.hi - axis.lo) * share for share in (Fraction(3, 11), Fraction(8, 13))]
    with mpmath.workdps(40):
        return all(
            abs(left.mpmath(dps=40, **{axis.name: x}) - right.mpmath(dps=40, **{axis.name: x})) < mpmath.mpf(10) ** -30
            for x in points
        )


def _curve(loss: SurrogateLoss, claimed: Formula) -> tuple[Formula, Formula, list[Finding]]:
    """T2 and T as functions of the optimal share t: beta(t) = (m(1-t) - m(t)) / (m(1-t) + m(t)), from 0 up to 1.

    The shorter form of beta(t) is proved equal to the definition.
    """
    frame = Formula("t", [_SHARE], lambda *_: 0)
    t = frame.symbols["t"]
    phi, slope = (
        {share: f.expr.xreplace({f.symbols["u"]: 1 / share - 1}) for share in (t, 1 - t)}
        for f in (loss.phi, loss.slope)
    )
    steep, flat = slope[1 - t], slope[t]
    plain = (steep - flat) / (steep + flat)
    beta = tidied(sympy.cancel(sympy.together(plain)))
    same = symbolic.prove_identity(plain, beta, Domain(_SHARE), statement="beta(t) in a shorter form")
    if same.verdict is not Verdict.HOLDS:
        beta = plain
    tie = _at(loss.phi, Fraction(1, 2))
    value = tie - (1 + beta) / 2 * phi[t] - (1 - beta) / 2 * phi[1 - t]
    transformed = claimed.expr.xreplace({claimed.symbols["beta"]: beta})
    return (
        Formula("T2(beta(t))", [_SHARE], lambda *_: value),
        Formula("T(beta(t))", [_SHARE], lambda *_: transformed),
        [same] if same.verdict is Verdict.HOLDS else [],
    )
