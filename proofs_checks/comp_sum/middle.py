"""The exact transformation for 3/2 < tau < 2: searched for n = 3..6, proved for every n up to tau = 1.618."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import torch

from plumbline import witness
from plumbline.domain import Domain, Instances, Real
from plumbline.evidence import Finding, Verdict, Witness
from plumbline.formula import emit_standalone, power
from plumbline.nouns import Effort, Subject, check
from proofs_checks.comp_sum import real_pools
from proofs_checks.comp_sum.bounded import in_a_box, incomplete
from proofs_checks.comp_sum.tightness import two_classes
from proofs_checks.comp_sum.transformations import dirichlet, two_class_laws, uniform_laws
from proofs_checks.engines import instances, search
from proofs_checks.engines.derivation import Derivation, Fact, Sample, derive
from theory import lemmas
from theory.comp_sum import bounds, definitions, middle_bounds
from theory.comp_sum import middle_claims as claims
from theory.comp_sum.witnesses import real, regret

_BETAS = [Fraction(step, 20) for step in range(1, 21)]
_TAUS = tuple(Fraction(value) for value in ("1.85", "1.7", "1.55", "1.663", "1.95"))
_KNOWN = [
    [Fraction(value, 10**6) for value in (546644, 406712, 46644)],
    [Fraction(27, 40), Fraction(13, 40), Fraction(0)],
]
_PLAN = search.Effort(samples=2000, parents=6, rounds=12, children=12, confirmations=3)
_GRID = 20001
_BISECTIONS = 40
_ROLES = ("two_class", "tied", "level", "pair")


def _emitted(subject: Subject) -> dict[str, str]:
    return {role: emit_standalone(subject[role]) for role in _ROLES}


def _entries(law: list[Fraction]) -> list[str]:
    return [str(entry) for entry in law]


def _identities(subject: Subject) -> Iterator[Finding]:
    """The two-class law and tied laws against the stated closed forms."""
    formulas = _emitted(subject)
    two = [(beta, tau) for tau in _TAUS[:3] for beta in (Fraction(3, 10), Fraction(9, 10))]
    yield instances.compare(
        [
            {
                "p": _entries([(1 + beta) / 2, Fraction(0), (1 - beta) / 2]),
                "s": ["1/2", "0", "1/2"],
                "predicted": 2,
                "tau": str(tau),
                "parameters": {"tau": str(tau)},
                "formulas": {"T": formulas["two_class"]},
            }
            for beta, tau in two
        ],
        lambda data: witness.make("comp_sum", "transformation", data, "regret of two classes against the stated value"),
        wanted=("==",),
        statement="regret of the two-class law = stated value",
        description="values of beta and tau",
    ).for_part("two_classes")
    laws = [("11/20", "1/20", 3), ("3/5", "0", 3), ("2/5", "1/10", 4), ("3/10", "1/20", 6)]
    yield instances.compare(
        [
            {"x": x, "y": y, "m": m, "tau": str(tau), "formulas": {"tied": formulas["tied"]}}
            for x, y, m in laws
            for tau in _TAUS[:3]
        ],
        lambda data: witness.make("comp_sum", "tied_law", data, "regret of a law with tied scores"),
        wanted=("==",),
        statement="regret of the law (x, z, .., z, y) with tied scores = stated value",
        description="values of x, y, m and tau",
    ).for_part("pools")
    yield instances.compare(
        [
            {"x": x, "y": y, "tau": str(tau), "formulas": {"level": formulas["level"]}}
            for x, y, _ in laws
            for tau in _TAUS[:3]
        ],
        lambda data: witness.make("comp_sum", "stationary", data, "slopes of the norm at the stated z"),
        wanted=("==",),
        statement="the r-norm is stationary at the stated z",
        description="values of x, y and tau",
    ).for_part("pools")
    yield instances.compare(
        [{"beta": beta, "tau": str(tau), "formulas": formulas} for beta in ("27/40", "9/10", "1") for tau in _TAUS[:3]],
        lambda data: witness.make("comp_sum", "pair_law", data, "regret of (beta, 1 - beta, 0) with the pair tied"),
        wanted=("==",),
        statement="regret of the law (beta, 1 - beta, 0) with the pair tied = stated value",
        description="values of beta and tau",
    ).for_part("pools")


def _pool_values(subject: Subject, tau: float, m: int, beta: np.ndarray) -> np.ndarray:
    """The claimed T_m on an array, by bisection for y with the claimed level."""
    level = subject["level"]
    low, high = np.zeros_like(beta), (1 - beta) / 2
    face = beta + (m - 2) * level.numpy(x=beta, y=low, tau=tau) >= 1
    for _ in range(_BISECTIONS):
        y = (low + high) / 2
        heavy = 2 * y + beta + (m - 2) * level.numpy(x=y + beta, y=y, tau=tau) > 1
        low, high = np.where(heavy, low, y), np.where(heavy, y, high)
    y = np.where(face, 0.0, high)
    z = np.where(face, (1 - beta) / (m - 2), np.minimum(level.numpy(x=y + beta, y=y, tau=tau), 1.0))
    return np.asarray(subject["tied"].numpy(x=y + beta, y=y, z=z, m=m, tau=tau))


def claimed_values(subject: Subject, tau: Fraction, largest: int, grid: np.ndarray) -> dict[int, np.ndarray]:
    """The claimed least regret on a grid of beta, for n = 3 .. largest."""
    value = np.array(subject["two_class"].numpy(beta=grid, tau=float(tau)))
    if subject["pools"] == "all":
        far = grid >= 2 / 3
        value[far] = np.minimum(value[far], subject["pair"].numpy(beta=grid[far], tau=float(tau)))
    values = {}
    for n in range(3, largest + 1):
        if subject["pools"] != "two":
            value = np.minimum(value, _pool_values(subject, float(tau), n, grid))
        values[n] = value
    return values


def _pair_laws(n: int) -> list[list[Fraction]]:
    """(y + beta, z, .., z, 0, .., 0, y) on m labels for a grid of y: the tied laws up to the grid's step."""
    laws = []
    for m in range(3, n + 1):
        for beta in _BETAS[:-1]:
            for step in range(13):
                y = (1 - beta) / 2 * Fraction(step, 12) ** 2
                z = (1 - beta - 2 * y) / (m - 2)
                if 0 <= z <= y + beta:
                    laws.append([y + beta, *[z] * (m - 2), *[Fraction(0)] * (n - m), y])
    return laws


def _confirm(subject: Subject, tau: Fraction, law: list[Fraction], formulas: dict[str, str]) -> Witness | None:
    """A witness at an exact law: the best score vector that predicts the last label, made rational."""
    row = torch.tensor([[float(entry) for entry in law]], dtype=torch.float64)
    best = definitions.best_softmax_predicting(row, float(tau))[0]
    s = [Fraction(float(entry)).limit_denominator(10**9) for entry in best]
    s = [max(s) if max(s) - entry < Fraction(1, 10**6) else entry for entry in s]
    data = {
        "p": _entries(law),
        "s": _entries([entry / sum(s) for entry in s]),
        "tau": str(tau),
        "pools": subject["pools"],
        "formulas": formulas,
    }
    found = witness.make("comp_sum", "middle", data, "surrogate regret below the claimed least one")
    return found if found.relation == "<" else None


def _attack(subject: Subject, tau: Fraction, n: int, claimed: np.ndarray, grid: np.ndarray, effort: Effort) -> Finding:
    """Search laws on n labels, the last one predicted, for a regret below the claimed least one."""
    formulas = _emitted(subject)
    lowered = claimed - np.diff(claimed, 2).max() / 8  # chords lie above the claimed value by at most that much

    def slack(p: Any) -> torch.Tensor:
        beta = definitions.zero_one_regret(p, torch.full(p.shape[:1], n - 1))
        s = definitions.best_softmax_predicting(p, float(tau))
        value = torch.from_numpy(np.interp(beta.numpy(), grid, lowered))
        return definitions.conditional_regret(p, s, float(tau)) - value

    def exact(instance: torch.Tensor) -> Witness | None:
        for denominator in (20, 1000, 10**6, 10**9):
            found = _confirm(subject, tau, search.exact_distribution(instance, denominator), formulas)
            if found is not None:
                return found
        return None

    laws = [*two_class_laws(n, _BETAS), *uniform_laws(n, _BETAS), *_pair_laws(n), *(_KNOWN if n == 3 else [])]
    rows = torch.tensor([[float(entry) for entry in law] for law in laws], dtype=torch.float64)
    problem = search.Problem(
        sample=lambda generator, count: dirichlet(n, generator, count),
        candidates=lambda: rows,
        slack=slack,
        confirm=exact,
        project=search.simplex,
    )
    scope = Instances(1, f"n={n}, tau={tau}, searched over every law")
    plan = search.EFFORTS["full"] if effort.full else _PLAN
    statement = f"regret >= claimed least regret - 1e-8 at tau={tau}, n={n}"
    found = search.attack(problem, effort=plan, seed=effort.seed, scope=scope, statement=statement)
    return found.for_part("lower")


def _proved_part(subject: Subject) -> Finding:
    """For tau <= 1.618 the least regret is the two-class value, for every n and every law."""
    scope = claims.middle.domain.restrict(real_pools.TAU)
    statement = "regret >= two-class value >= the claimed minimum"

    def proof() -> Finding:
        d, facts = real_pools.reduction()
        growth = real_pools.growth(d)
        same = _two_at_least(d)
        claimed = d.equal("the claimed two-class value", bounds.transform_two_class, subject["two_class"])
        everything: list[Fact] = [*facts, *growth, same, claimed]
        final = d.deduce(
            "max_e G(M, e) is nondecreasing in M, so it is at least its value at M = 2 for 0 < beta < 1; at beta = 0 "
            "the two-class value is 0, at beta = 1 both sides are limits (G grows with beta)",
            lemmas.MEAN_VALUE,
            requires=everything,
        )
        return d.conclude([final, *everything], scope, statement, rests_on=("comp_sum.bayes_risk.complete",))

    return derive(proof, scope, statement).for_part("lower")


def _two_at_least(d: Derivation) -> Fact:
    """At M = 2 the slope e of the two-class law gives Hoelder's equality: G(2, e) is the two-class value."""
    beta, tau = d["beta"], d["tau"]
    q, order = tau - 1, (tau - 1) / (2 - tau)
    x, y = (1 + beta) ** order, (1 - beta) ** order
    total = (2 * x / (x + y)) ** (1 / q) + (2 * y / (x + y)) ** (1 / q)
    line = ((1 + beta * (x - y) / (x + y)) / total**q - 2**-q) / q
    value = d.claimed(bounds.transform_two_class, beta=beta, tau=tau)
    return d.lemma("Hoelder's equality case at M = 2", lemmas.HOELDER, line, value)


def _two_classes_attained(subject: Subject) -> Finding:
    """The law ((1+beta)/2, 0, .., 0, (1-beta)/2) with its two labels tied has exactly the stated regret."""
    scope = claims.middle.domain
    statement = "regret of the two-class law = stated value"

    def sample(n: int, beta: Fraction, tau: Fraction) -> Sample:
        p, s = two_classes(n, beta)
        return Sample({"beta": beta, "tau": tau}, regret([real(x) for x in p], [real(x) for x in s], tau), {"n": n})

    def proof() -> Finding:
        with mpmath.workdps(real_pools.DIGITS):
            made = [sample((3, 4, 11)[i % 3], beta, _TAUS[i % 5]) for i, beta in enumerate(_BETAS)]
        d = Derivation(Domain(bounds.BETA, middle_bounds.TAU_MIDDLE), made)
        beta, tau = d["beta"], d["tau"]
        masses = power((1 + beta) / 2, 1 / (2 - tau)) + power((1 - beta) / 2, 1 / (2 - tau))
        left = d.expands("(||p||_r - 2^(-q))/q", (masses ** (2 - tau) - 2 ** (1 - tau)) / (tau - 1))
        claimed = d.claimed(subject["two_class"], beta=beta, tau=tau)
        same = d.identity("this is the stated value", left, claimed)
        return d.conclude([same], scope, statement, rests_on=("comp_sum.bayes_risk.complete",))

    return derive(proof, scope, statement).for_part("two_classes")


def _tied_attained(subject: Subject) -> Finding:
    """The law (x, z, .., z, y) with all m scores tied has exactly the stated regret, for every m."""
    scope = claims.middle.domain
    statement = "regret of tied laws = stated value; such a law exists for every beta and m"
    entries = [Real(name, 0, 1) for name in ("x", "y", "z")]

    def sample(index: int, m: int, x: Fraction, y: Fraction) -> Sample:
        tau = _TAUS[index % len(_TAUS)]
        z = (1 - x - y) / (m - 2)
        left = regret([real(x), *[real(z)] * (m - 2), real(y)], [real(Fraction(1, m))] * m, tau)
        return Sample({"beta": x - y, "tau": tau, "x": x, "y": y, "z": z, "m": Fraction(m)}, left, {"n": m})

    def proof() -> Finding:
        laws = [(3, "11/20", "1/20"), (3, "3/5", "0"), (4, "2/5", "1/10"), (6, "3/10", "1/20"), (11, "1/4", "1/10")]
        with mpmath.workdps(real_pools.DIGITS):
            made = [sample(i, m, Fraction(x), Fraction(y)) for i, (m, x, y) in enumerate(laws * 2)]
        d = Derivation(Domain(bounds.BETA, middle_bounds.TAU_MIDDLE, *entries, middle_bounds.POOL), made)
        tau, m = d["tau"], d["m"]
        x, y, z = (d[name] for name in ("x", "y", "z"))
        norm = d.claimed(middle_bounds.tied_regret, x=x, y=y, z=z, m=m, tau=tau)
        left = d.expands("(||p||_r - m^(-q))/q: uniform scores against the least risk", norm)
        claimed = d.claimed(subject["tied"], x=x, y=y, z=z, m=m, tau=tau)
        same = d.identity("this is the stated value", left, claimed)
        exists = d.deduce(
            "2 y + beta + (m - 2) level(y + beta, y) is continuous and rises with y; at y = (1 - beta)/2 it is at "
            "least 1: a solution y >= 0 exists unless the sum exceeds 1 at y = 0, where the stated law has y = 0",
            lemmas.INTERMEDIATE_VALUE,
            requires=[same],
        )
        return d.conclude([same, exists], scope, statement, rests_on=("comp_sum.bayes_risk.complete",))

    return derive(proof, scope, statement).for_part("pools")


def _pair_attained(subject: Subject) -> Finding:
    """The law (beta, 1 - beta, 0) with s_1 = s_3 has exactly the stated regret; s_2 <= s_3 as 1 - beta <= beta/2."""
    axis = middle_bounds.pair_regret.domain["beta"]
    scope = claims.middle.domain.restrict(axis)
    statement = "regret of (beta, 1 - beta, 0) with the pair tied = stated value, for every beta >= 2/3"

    def sample(n: int, beta: Fraction, tau: Fraction) -> Sample:
        weights = [real(value) ** real(1 / (2 - tau)) for value in (beta / 2, 1 - beta, beta / 2)]
        rest = [mpmath.mpf(0)] * (n - 3)
        law = [real(beta), real(1 - beta), mpmath.mpf(0), *rest]
        left = regret(law, [*(weight / sum(weights) for weight in weights), *rest], tau)
        return Sample({"beta": beta, "tau": tau}, left, {"n": n})

    def proof() -> Finding:
        with mpmath.workdps(real_pools.DIGITS):
            made = [sample((3, 4, 11)[i % 3], Fraction(27 + i, 40), tau) for i, tau in enumerate(_TAUS * 2)]
        d = Derivation(Domain(axis, middle_bounds.TAU_MIDDLE), made)
        beta, tau = d["beta"], d["tau"]
        value = d.claimed(middle_bounds.pair_regret, beta=beta, tau=tau)
        left = d.expands("||p||_r minus the pooled norm, over q", value)
        claimed = d.claimed(subject["pair"], beta=beta, tau=tau)
        facts = [
            d.identity("this is the stated value", left, claimed),
            d.nonnegative("1 - beta <= beta/2: the last label is predicted", beta / 2 - (1 - beta)),
        ]
        return d.conclude(facts, scope, statement, rests_on=("comp_sum.bayes_risk.complete",))

    return derive(proof, scope, statement).for_part("pools")


@check("comp_sum.sharp.mid", timeout=60)
def middle(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Instances against the closed forms, the search for n = 3..6, then the proof for tau <= 1.618 and every n."""
    tau = Fraction(7, 4)
    if incomplete(subject):
        yield in_a_box(subject["two_class"], tau, {"beta": 1, "tau": tau}, n=3, part="lower")
        return
    for found in _identities(subject):
        yield found
        if found.verdict is Verdict.VIOLATED:
            return
    grid = np.linspace(0, 1, _GRID)
    for tau in _TAUS:
        claimed = claimed_values(subject, tau, 6, grid)
        for n in range(3, 7):
            found = _attack(subject, tau, n, claimed[n], grid, effort)
            yield found
            if found.verdict is Verdict.VIOLATED:
                return
    yield _proved_part(subject)
    yield _two_classes_attained(subject)
    yield _tied_attained(subject)
    yield _pair_attained(subject)
