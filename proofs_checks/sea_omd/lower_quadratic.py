"""Noisy quadratics: averaging over very long horizons against the bound, then the van Trees inequality each round."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import mpmath
import sympy

from plumbline.domain import Domain, Integer, Real
from plumbline.evidence import Finding
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines.derivation import Derivation, Sample, derive
from proofs_checks.sea_omd.lower_signs import compared
from theory import lemmas
from theory.sea_omd import lower_bounds, lower_claims
from theory.sea_omd.lower_witnesses import averaging_regret, real

_ONE = sympy.Integer(1)
_FAR = "1" + "0" * 400


def _sample(lam: str, s: str, diameter: str, rounds: int, learner: str) -> Sample:
    """Averaging, or staying at 0; W sums 1/(t + kappa)."""
    with mpmath.workdps(60):
        kappa = (2 * mpmath.pi * real(s) / (real(lam) * real(diameter))) ** 2
        data = {"lam": lam, "s": s, "D": diameter, "T": str(rounds)}
        still = real(Fraction(rounds) * Fraction(lam) * Fraction(diameter) ** 2 / 8)
        regret = averaging_regret(data) if learner == "averaging" else still
        total = sum(1 / (t + kappa) for t in range(rounds))
        known = {"lam": Fraction(lam), "s": Fraction(s), "D": Fraction(diameter), "T": Fraction(rounds)}
        return Sample({**known, "kappa": kappa, "W": total, "R": regret, "t": Fraction(rounds - 1)}, regret, {})


def _derivation(subject: Subject) -> Finding:
    scope, statement = lower_claims.strong.domain, "the largest regret >= s^2/(2 lam) ln(1 + T/kappa)"

    def proof() -> Finding:
        sizes = [lower_bounds.CONVEXITY, lower_bounds.NOISE, lower_bounds.DIAMETER]
        more = [Real("kappa", 0, None, open_lo=True), Real("W", 0, None), Real("R", 0, None)]
        counts = [lower_bounds.HORIZON, Integer("t", 0, None)]
        settings = [("1", "1", "2"), ("3", "1/2", "1"), ("1/4", "2", "30")]
        made = [
            _sample(*setting, rounds, learner)
            for setting in settings
            for rounds in (1, 2, 9)
            for learner in ("averaging", "still")
        ]
        d = Derivation(Domain(*sizes, *more, *counts), made)
        T, lam, s, kappa, W, t = (d[name] for name in ("T", "lam", "s", "kappa", "W", "t"))
        left = d.expands("the largest regret", d["R"])
        information, prior = t * lam**2 / s**2, kappa * lam**2 / s**2
        term = d.identity(
            "(lam/2)/(I_t + J), I_t = t lam^2/s^2 and J = 4 pi^2/D^2 = kappa lam^2/s^2",
            lam / 2 / (information + prior),
            s**2 / (2 * lam) / (t + kappa),
        )
        rounds = d.lemma(
            "t observations theta - n/lam precede round t+1; the largest regret is at least that under the prior",
            lemmas.VAN_TREES,
            left,
            s**2 / (2 * lam) * W,
            requires=[term],
        )
        falling = d.nonnegative("1/(t+kappa) falls", 1 / (t + kappa) - 1 / (t + 1 + kappa))
        total = d.lemma(
            "sum of 1/(t+kappa) over 0 <= t < T >= its integral",
            lemmas.INTEGRAL_TEST,
            W,
            sympy.log(1 + T / kappa),
            requires=[falling],
        )
        bound = s**2 / (2 * lam) * sympy.log(1 + T / kappa)
        facts = [
            d.combine("R >= the bound", left, bound, [(_ONE, rounds), (s**2 / (2 * lam), total)]),
            d.identity("that is it", bound, d.claimed(lower_bounds.strong_regret, T=T, lam=lam, s=s, kappa=kappa)),
            d.at_least("the claimed bound is no larger", lower_bounds.strong_regret, subject["bound"]),
        ]
        return d.conclude(facts, scope, statement)

    return derive(proof, scope, statement)


@check("sea_omd.lower.strong", timeout=30)
def strong(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Averaging on few and on very many rounds, then the van Trees inequality."""
    settings = [
        ("1", "1/3", "2"),
        ("2", "2", "2"),
        ("1/2", "1/2", "2"),
        (_FAR, _FAR, "2"),
        ("1", "1", "2"),
        ("1", "20", "1"),
    ]
    tiny = "1/" + _FAR
    settings += [(tiny, tiny, "2")]
    cases = [{"lam": lam, "s": s, "D": size, "T": rounds} for lam, s, size in settings for rounds in ("2", "100", _FAR)]
    text = "the largest regret of averaging is at least the bound"
    yield compared(subject, "bound", "averaging_game", cases, (">", "=="), text)
    yield _derivation(subject)
