"""Derivatives and integrals, by the differential field of the normal forms."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import sympy

from plumbline.domain import Domain, Real
from plumbline.errors import InputError
from plumbline.evidence import Finding, Verdict
from proofs_checks.engines.symbolic.identities import ENGINE, agree, prove_identity, separate
from proofs_checks.engines.symbolic.normalise import Normaliser
from proofs_checks.engines.symbolic.pieces import Piece, domain_of, expression, over_pieces, undefined
from proofs_checks.engines.symbolic.ratios import Undecided

if TYPE_CHECKING:
    from plumbline.formula import Formula


def prove_derivative(
    antiderivative: Formula | Any,
    integrand: Formula | Any,
    variable: str,
    domain: Domain | None = None,
    *,
    statement: str = "",
) -> Finding:
    """``d/dx F = f`` at every point of the domain (one-sided at its ends).

    F and f are proved defined and continuous on the whole domain, and the derivative of the normal form of F
    is f off the zeros of finitely many polynomials. By the mean value theorem, and by locally uniform limits
    in the other variables, the derivative is f at these zeros too.
    """
    started = time.perf_counter()
    domain = domain_of(domain, antiderivative, integrand)
    primitive = expression(antiderivative, domain, "antiderivative")
    density = expression(integrand, domain, "integrand")
    axis = domain[variable]
    if not isinstance(axis, Real) or (axis.lo is not None and axis.lo == axis.hi):
        raise InputError(f"variable must be a real axis of positive length, got {axis.describe()}")

    def prove(normaliser: Normaliser) -> str:
        form = normaliser.form(primitive)
        normaliser.require_defined(primitive)
        normaliser.require_defined(density)
        forms = normaliser.forms
        gap = forms.reduced(forms.derivative(form, variable) - normaliser.form(density))
        if not gap.is_zero:
            raise Undecided(f"derivative minus integrand has the normal form {forms.describe(gap)[:300]}")
        return f"d/d{variable} of {forms.describe(form)[:300]}"

    verdict, reason, witness, pieces = Verdict.HOLDS, "", None, list[Piece]()
    symbol = next((s for s in primitive.free_symbols if s.name == variable), sympy.Symbol(variable, real=True))
    slope = sympy.diff(primitive, symbol)
    try:
        pieces = list(over_pieces(domain, prove, whole=frozenset({variable})))
        checked, contradiction = agree(slope, density, domain)
        if contradiction is not None:
            verdict, reason = Verdict.INCONCLUSIVE, f"engine contradiction: sides differ at {contradiction}"
        elif not checked:
            verdict, reason = Verdict.INCONCLUSIVE, "no point of the domain could be evaluated in balls"
    except Undecided as missing:
        verdict, reason = Verdict.INCONCLUSIVE, str(missing)
        witness = separate(slope, density, domain)
        if witness is not None:
            verdict, reason = Verdict.VIOLATED, "derivative and integrand differ at the witness"
    return ENGINE.finding(
        verdict,
        domain,
        statement or f"d/d{variable} {primitive} == {density}",
        reason=reason,
        witness=witness,
        certificate={
            "kind": "derivative",
            "antiderivative": str(primitive),
            "integrand": str(density),
            "variable": variable,
            "domain": domain.describe(),
            "pieces": [piece.as_json() for piece in pieces],
        }
        if verdict is Verdict.HOLDS
        else None,
        seconds=time.perf_counter() - started,
    )


def prove_integral(
    integrand: Formula | Any,
    antiderivative: Formula | Any,
    value: Formula | Any,
    variable: Real,
    domain: Domain | None = None,
    *,
    statement: str = "",
) -> Finding:
    """``int_lo^hi f dx = value`` over the finite range of ``variable``, for all parameters in ``domain``.

    Proved: F is continuous on the closed range, F' = f inside it, and F(hi) - F(lo) = value identically. Where f
    is unbounded at an end, the integral is the improper one.
    """
    started = time.perf_counter()
    parameters = domain or Domain()
    lo, hi = variable.lo, variable.hi
    if lo is None or hi is None or lo >= hi:
        raise InputError(f"variable must have a finite range of positive length, got {variable.describe()}")
    closed = Domain(*parameters.axes, Real(variable.name, lo, hi))
    inside = Domain(*parameters.axes, Real(variable.name, lo, hi, open_lo=True, open_hi=True))
    primitive = expression(antiderivative, closed, "antiderivative")
    density = expression(integrand, closed, "integrand")
    total = expression(value, parameters, "value")
    statement = statement or f"integral of {density} over {variable.describe()} == {total}"
    verdict, reason, witness = Verdict.HOLDS, "", None
    findings = [prove_derivative(primitive, density, variable.name, inside)]
    gap = undefined(closed, primitive, whole=frozenset({variable.name}))
    if gap:
        verdict, reason = Verdict.INCONCLUSIVE, f"continuity on the closed range: {gap}"
    else:
        at = {symbol: symbol for symbol in primitive.free_symbols if symbol.name == variable.name}
        ends = [primitive.subs(dict.fromkeys(at, _number(end))) for end in (hi, lo)]
        findings.append(prove_identity(ends[0] - ends[1], total, parameters))
    for finding in findings:
        if verdict is Verdict.HOLDS and finding.verdict is not Verdict.HOLDS:
            verdict, reason = Verdict.INCONCLUSIVE, f"{finding.statement}: {finding.reason}"
    if len(findings) == 2 and findings[0].verdict is Verdict.HOLDS and findings[1].verdict is Verdict.VIOLATED:
        verdict, reason, witness = Verdict.VIOLATED, findings[1].reason, findings[1].witness
    return ENGINE.finding(
        verdict,
        parameters,
        statement,
        reason=reason,
        witness=witness,
        certificate={"kind": "integral", "findings": [finding.as_json() for finding in findings]},
        seconds=time.perf_counter() - started,
    )


def _number(value: Fraction) -> Any:
    return sympy.Rational(value.numerator, value.denominator)
