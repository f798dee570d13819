"""Gauss' constant and the lemniscate constant: limits by recurrence against Gamma quotients, then the derivation."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from typing import Any

import mpmath
import sympy

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding, Witness
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances
from proofs_checks.engines.derivation import Derivation, Fact, Sample, derive
from theory import lemmas
from theory.pcf import gamma_claims
from theory.pcf.gamma_witnesses import limit_from_above, quotient

_HALF = Fraction(1, 2)
LISTED: dict[str, tuple[int, Fraction, Fraction]] = {
    "two_minus": (2, Fraction(0), -_HALF),
    "four_plus": (4, Fraction(0), _HALF),
    "two_plus": (2, Fraction(0), _HALF),
    "four_minus": (4, Fraction(0), -_HALF),
    "two_shifted": (2, Fraction(1), -_HALF),
    "four_square": (4, -_HALF, -_HALF),
    "two_square": (2, _HALF, -_HALF),
}
"""(d, r, s) of PCF(d, 4 (n + r)(n + s))."""
_POINTS = (("3/10", "5/4"), ("2", "-1/3"), ("-1/2", "7/2"), ("1/5", "1"))


def _attack(subject: Subject, effort: Effort) -> Iterator[Finding]:
    formulas = {role: emit_standalone(subject[role]) for role in subject}

    def on(program: str, roles: tuple[str, ...], point: tuple[str, str]) -> Witness:
        data = {"r": point[0], "s": point[1], "formulas": {role: formulas[role] for role in roles}}
        return witness.make("pcf", program, data, "the limit by recurrence against Gamma quotients")

    def on_value(name: str) -> Witness:
        d, r, s = LISTED[name]
        data = {"d": str(d), "r": str(r), "s": str(s), "formulas": {"value": formulas[name]}}
        return witness.make("pcf", "lemniscate_value", data, "the limit by recurrence against the claim")

    for program, roles in (("gamma_limit", ("top", "bottom")), ("gamma_product", ("later",))):
        yield instances.compare(
            _POINTS,
            partial(on, program, roles),
            wanted=("==",),
            statement=f"PCF(1, (n + r)(n + s)) by q ({program})",
            description="rational r, s",
        ).for_part("general")
    yield instances.compare(
        list(LISTED), on_value, wanted=("==",), statement="the seven values", description="seven formulas"
    ).for_part("values")


def _general(subject: Subject) -> Finding:
    domain, statement = gamma_claims.gauss_lemniscate.domain, "PCF(1, (n + r)(n + s)) = s (q - r)/(s - q)"

    def proof() -> Finding:
        made = []
        with mpmath.workdps(70):
            for r, s in (
                (Fraction(3, 10), Fraction(5, 4)),
                (Fraction(2), Fraction(-1, 3)),
                (Fraction(1), Fraction(5, 2)),
            ):
                at = [mpmath.mpf(x.numerator) / x.denominator for x in (r, s)]
                q, limit = quotient(*at), limit_from_above(1, *at)
                made.append(Sample({"r": r, "s": s, "q": q, "p": (at[0] + 1) / q, "L": limit}, limit, {}))
        d = Derivation(Domain(*map(Real, ("r", "s", "q", "p", "L"))), made)
        s, q, p = d["s"], d["q"], d["p"]
        r, later = p * q - 1, p * s
        d.expands("the limit", d["L"])
        product = d.identity(
            "q(r,s) q(r+1,s+1) = (r+1) s, with r + 1 = p q", q * later, d.claimed(subject["later"], r=r, s=s)
        )
        top, bottom = (d.claimed(subject[part], r=r, s=s, q=q) for part in ("top", "bottom"))
        next_top, next_bottom = (d.claimed(subject[part], r=r + 1, s=s + 1, q=later) for part in ("top", "bottom"))
        tails = d.identity(
            "t = top/bottom - 1 solves t (1 + t(r+1, s+1)) = (1 + r)(1 + s)",
            (top - bottom) * next_top,
            (1 + r) * (1 + s) * bottom * next_bottom,
        )
        gammas = d.deduce(
            "Gamma(x + 1) = x Gamma(x) gives the product", lemmas.GAMMA_FUNCTION, requires=[product, tails]
        )
        positive = d.deduce(
            "q(r+m, s+m) = m + (r + s)/2 + o(1): t(r+m, s+m) is asymptotic to m, so these are the tails",
            lemmas.POSITIVE_TAILS,
            requires=[gammas],
        )
        claimed = [d.claimed(subject[part], r=d["r"], s=s, q=q) for part in ("top", "bottom")]
        above = d.lemma("L = 1 + t_1", lemmas.POSITIVE_TAILS, d["L"] * claimed[1], claimed[0], requires=[positive])
        below = d.lemma(
            "L = 1 + t_1 (other side)", lemmas.POSITIVE_TAILS, claimed[0], d["L"] * claimed[1], requires=[positive]
        )
        return d.conclude([above, below], domain, statement)

    return derive(proof, domain, statement).for_part("general")


def _quotients(w: Any) -> dict[str, tuple[Fraction, Fraction, Any]]:
    """(r, s) of a formula with a = 1 and its q by Gamma(1/4) Gamma(3/4) = pi sqrt 2, in w; for d = 4 one step below."""
    pi = sympy.pi
    return {
        "two_minus": (Fraction(0), -_HALF, -w / pi),
        "four_plus": (Fraction(0), -_HALF, -w / pi),
        "two_plus": (Fraction(0), _HALF, 1 / w),
        "four_minus": (Fraction(0), -3 * _HALF, 3 / w),
        "two_shifted": (Fraction(1), -_HALF, -w / 2),
        "four_square": (-_HALF, -3 * _HALF, 3 * pi / (2 * w**2)),
        "two_square": (_HALF, -_HALF, -(w**2) / (2 * pi)),
    }


def _rational(x: Fraction) -> Any:
    return sympy.Rational(x.numerator, x.denominator)


def _values(subject: Subject) -> Finding:
    domain, statement = gamma_claims.gauss_lemniscate.domain, "seven limits in the lemniscate constant"

    def proof() -> Finding:
        names = list(LISTED)
        with mpmath.workdps(70):
            w = mpmath.gamma(mpmath.mpf(1) / 4) ** 2 / (2 * mpmath.sqrt(2 * mpmath.pi))
            points = {name: _quotients(sympy.Symbol("w"))[name][:2] for name in names}
            q = {name: quotient(*(mpmath.mpf(x.numerator) / x.denominator for x in points[name])) for name in names}
        made = [Sample({"r": 0, "s": 1, "w": w, **{f"q_{name}": q[name] for name in names}}, w, {})]
        axes = [Real("r"), Real("s"), Real("w", "2.6", "2.7"), *(Real(f"q_{name}") for name in names)]
        d = Derivation(Domain(*axes), made)
        d.expands("w", d["w"])
        facts = [fact for name in names for fact in _one_value(d, subject, name)]
        return d.conclude(facts, domain, statement)

    return derive(proof, domain, statement).for_part("values")


def _one_value(d: Derivation, subject: Subject, name: str) -> list[Fact]:
    """q by Gamma's values, the limit for a = 1 and, for d = 4, one gauge step up; everything times 2."""
    first, second, q = _quotients(d["w"])[name]
    r, s = _rational(first), _rational(second)
    above = d.lemma(f"{name}: q", lemmas.GAMMA_FUNCTION, d[f"q_{name}"], q)
    below = d.lemma(f"{name}: q (other side)", lemmas.GAMMA_FUNCTION, q, d[f"q_{name}"])
    top, bottom = (d.claimed(subject[part], r=r, s=s, q=q) for part in ("top", "bottom"))
    claimed = d.claimed(subject[name], w=d["w"])
    if LISTED[name][0] == 2:
        same = d.identity(f"{name}: twice top over bottom", claimed * bottom, 2 * top)
    else:
        # t_1 = top/bottom - 1 and t of a = 2, (r, s + 1): t_1 (t + s + 3) = (1 + s) t + (1 + r)(1 + s)
        t1_top = top - bottom
        up_top, up_bottom = t1_top * (s + 3) - (1 + r) * (1 + s) * bottom, (1 + s) * bottom - t1_top
        same = d.identity(f"{name}: twice 2 + t", claimed * up_bottom, 2 * (2 * up_bottom + up_top))
    return [above, below, same]


@check("pcf.family.gauss_lemniscate", timeout=60)
def gauss_lemniscate(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Recurrences against the claimed quotients and values; then the derivations."""
    yield from _attack(subject, effort)
    yield _general(subject)
    yield _values(subject)
