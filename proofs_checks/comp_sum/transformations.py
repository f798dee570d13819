"""The search for an instance whose surrogate regret falls below a claimed transformation of its zero-one regret."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import torch

from plumbline import witness
from plumbline.domain import Scope
from plumbline.evidence import Finding, Witness
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Effort
from proofs_checks.engines import search
from theory.comp_sum import definitions

_CONCENTRATIONS = (0.1, 0.5, 1.0, 3.0)
_BETA_ROUNDING = 1e-15  # beta is known to rounding only, and T may be steep at 1: suspicions are confirmed exactly
_CHUNK = 16_384  # laws whose arrays stay in a processor's cache
_PLAN = search.Effort(samples=20_000, parents=9, rounds=30, children=16, confirmations=6)
_BETAS = [Fraction(step, 20) for step in range(21)]


def two_class_laws(n: int, betas: list[Fraction]) -> list[list[Fraction]]:
    """((1 + beta)/2, 0, .., 0, (1 - beta)/2): two likely labels, the last one predicted."""
    zero = [Fraction(0)] * (n - 2)
    return [[(1 + beta) / 2, *zero, (1 - beta) / 2] for beta in betas]


def uniform_laws(n: int, betas: list[Fraction]) -> list[list[Fraction]]:
    """Laws with m - 1 equally likely labels above the predicted one, for every pool size m."""
    laws = []
    for m in range(2, n + 1):
        for beta in betas:
            low = max(Fraction(0), (1 - (m - 1) * beta) / m)
            top = low + beta
            rest = 1 - low - (m - 1) * top
            if rest < 0:
                share = (1 - top) / (m - 2) if m > 2 else Fraction(0)
                if m == 2 and top != 1:
                    continue
                laws.append([top, *[share] * (m - 2), *[Fraction(0)] * (n - m), low])
            elif n > m and rest / (n - m) <= top:
                laws.append([top] * (m - 1) + [rest / (n - m)] * (n - m) + [low])
            elif n == m and rest == 0:
                laws.append([top] * (m - 1) + [low])
    return laws


def _tensor(laws: list[list[Fraction]]) -> torch.Tensor:
    return torch.tensor([[float(entry) for entry in law] for law in laws], dtype=torch.float64)


def dirichlet(n: int, generator: torch.Generator, count: int) -> torch.Tensor:
    """Dirichlet laws of several concentrations, by normalised powers of uniforms (heavy at faces for small ones)."""
    uniform = torch.rand(count, n, generator=generator, dtype=torch.float64).clamp_min(1e-300)
    which = torch.randint(len(_CONCENTRATIONS), (count, 1), generator=generator)
    powers = (1 / torch.tensor(_CONCENTRATIONS, dtype=torch.float64))[which]
    exponential = torch.log(uniform).neg_()
    weights = torch.exp((1 - powers) * exponential).mul_(exponential)  # = exponential * uniform^(powers - 1)
    return weights.div_(weights.sum(-1, keepdim=True))


def _rational_scores(p: list[Fraction], tau: Fraction) -> list[Fraction]:
    """The best score vector that predicts the last label, with the predicted entry made exactly largest."""
    law = torch.tensor([[float(entry) for entry in p]], dtype=torch.float64)
    best = definitions.best_softmax_predicting(law, float(tau))[0]
    s = [Fraction(float(entry)).limit_denominator(10**9) for entry in best]
    top = max(s)
    s = [top if top - entry < Fraction(1, 10**6) else entry for entry in s]
    total = sum(s)
    return [entry / total for entry in s]


def confirm(
    paper: str, transform: Formula, tau: Fraction, law: list[Fraction], parameters: Mapping[str, int | Fraction]
) -> Witness | None:
    """A witness at an exact law, or ``None`` where the transformation is respected to 50 digits."""
    beta_axis = transform.domain["beta"]
    beta = max(law) - law[-1]
    if not beta_axis.contains(beta):  # type: ignore[union-attr]
        return None
    data: dict[str, Any] = {
        "p": [str(entry) for entry in law],
        "s": [str(entry) for entry in _rational_scores(law, tau)],
        "predicted": len(law) - 1,
        "tau": str(tau),
        "parameters": {name: str(value) for name, value in parameters.items()},
        "formulas": {"T": emit_standalone(transform)},
    }
    note = f"zero-one regret {beta}, surrogate regret below the claimed transformation"
    found = witness.make(paper, "transformation", data, note)
    return found if found.relation == "<" else None


def attack(
    transform: Formula,
    tau: Fraction,
    n: int,
    effort: Effort,
    scope: Scope,
    statement: str,
    parameters: Mapping[str, int | Fraction] | None = None,
    plan: search.Effort | None = None,
) -> Finding:
    """Search laws on ``n`` labels, the last one predicted, for a regret below ``transform(beta)``.

    The regret is evaluated from the definition at the best score vector that predicts the label. ``plan`` says how hard
    to try where ``effort`` is not to decide it.
    """
    parameters = dict(parameters or {})
    floats = {name: value if isinstance(value, int) else float(value) for name, value in parameters.items()}
    axis = transform.domain["beta"]
    betas = [beta for beta in _BETAS if axis.contains(beta)]  # type: ignore[union-attr]
    top = float(axis.hi) if axis.hi is not None else 1.0  # type: ignore[union-attr]

    def slack(p: search.Batch) -> torch.Tensor:
        assert isinstance(p, torch.Tensor)
        beta = definitions.zero_one_regret(p, torch.full(p.shape[:1], n - 1))
        inside = (beta - _BETA_ROUNDING).clamp(0.0, top)
        regret = definitions.least_regret_predicting(p, float(tau), validate=False)
        difference = regret - transform.torch(beta=inside, **floats)
        return torch.where(beta <= top, difference, torch.ones_like(beta))

    def exact(instance: torch.Tensor) -> Witness | None:
        for denominator in (max(20, n), max(1000, n), 10**9):  # at least n: some entry stays positive
            law = search.exact_distribution(instance, denominator)
            found = confirm("comp_sum", transform, tau, law, parameters)
            if found is not None:
                return found
        return None

    problem = search.Problem(
        sample=lambda generator, count: dirichlet(n, generator, count),
        candidates=lambda: _tensor([*two_class_laws(n, betas), *(uniform_laws(n, betas) if n > 2 else [])]),
        slack=slack,
        confirm=exact,
        project=search.simplex,
    )
    plan = plan or (search.EFFORTS["full"] if effort.full else _PLAN)
    return search.attack(problem, effort=plan, seed=effort.seed, scope=scope, statement=statement, chunk=_CHUNK)
