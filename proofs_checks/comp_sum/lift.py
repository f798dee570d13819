"""From the pointwise to the expected bound: Jensen for convex transformations, a mixture against it otherwise."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from fractions import Fraction

import mpmath
import sympy
import torch

from plumbline import witness
from plumbline.domain import Domain, Instances, Real
from plumbline.errors import InputError
from plumbline.evidence import Finding, Witness
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import search
from proofs_checks.engines.derivation import Derivation, Sample, StepFailed, derive
from theory import lemmas
from theory.comp_sum import bounds, claims
from theory.comp_sum.witnesses import pools, real

Transformation = Callable[[torch.Tensor], torch.Tensor]

_POOL_CLASSES = 3
_PLAN = search.Effort(samples=20_000, parents=6, rounds=20, children=16, confirmations=4)
_CONVEX: tuple[Transformation, ...] = (
    lambda beta: bounds.transform_sumexp.torch(beta=beta),
    lambda beta: bounds.transform_logistic.torch(beta=beta),
    lambda beta: bounds.mae_class_free.torch(beta=beta),
    lambda beta: beta**2,
    lambda beta: (beta - 0.5).clamp_min(0.0),
)


def _pools(beta: torch.Tensor) -> torch.Tensor:
    """The exact MAE transformation for three classes: nondecreasing, not convex."""
    return torch.stack([torch.maximum(beta - 1 / m, beta / m) for m in range(2, _POOL_CLASSES + 1)]).amin(0)


_EXACT_CONVEX: tuple[Callable[[Fraction], Fraction], ...] = (
    lambda beta: beta**2,
    lambda beta: beta**2 / (1 + beta),
    lambda beta: max(Fraction(0), beta - Fraction(1, 2)),
)
_NUMBERS = ("R", "R_star", "E_least", "E_T", "T_E", "R_01", "R_01_star", "E_least_01", "B")

_FAMILIES: dict[str, tuple[Transformation, ...]] = {"convex": _CONVEX, "nondecreasing": (*_CONVEX, _pools)}


def _gaps(batch: torch.Tensor, family: tuple[Transformation, ...]) -> torch.Tensor:
    """Mean of T minus T of the mean, for two-point laws (weight, beta_1, beta_2) and every T of the family."""
    weight, first, second = batch.unbind(-1)
    middle = weight * first + (1 - weight) * second
    return torch.stack([weight * T(first) + (1 - weight) * T(second) - T(middle) for T in family]).amin(0)


def _confirm(instance: torch.Tensor) -> Witness | None:
    """The mixture in exact rationals, for the transformation that is not convex."""
    weight, *betas = [Fraction(entry).limit_denominator(1000) for entry in instance.tolist()]
    points = [
        {"weight": str(share), "beta": str(beta), "regret": str(pools(beta, _POOL_CLASSES))}
        for share, beta in zip((weight, 1 - weight), betas, strict=True)
    ]
    data = {"n": _POOL_CLASSES, "points": points}
    found = witness.make("comp_sum", "mixture", data, "mean regret over x below T of the mean zero-one regret")
    return found if found.relation == "<" else None


def _attack(family: tuple[Transformation, ...], effort: Effort) -> Finding:
    grid = torch.linspace(0, 1, 5, dtype=torch.float64)

    def slack(batch: search.Batch) -> torch.Tensor:
        assert isinstance(batch, torch.Tensor)
        return _gaps(batch, family)

    problem = search.Problem(
        sample=lambda generator, count: torch.rand(count, 3, generator=generator, dtype=torch.float64),
        candidates=lambda: torch.cartesian_prod(grid, grid, grid),
        slack=slack,
        confirm=_confirm if _pools in family else lambda instance: None,
        project=search.box(0.0, 1.0),
    )
    scope = Instances(len(family), "transformations with the property, all two-point mixtures")
    plan = search.EFFORTS["full"] if effort.full else _PLAN
    return search.attack(problem, effort=plan, seed=effort.seed, scope=scope, statement="mean of T >= T of the mean")


def _sample(draw: random.Random) -> Sample:
    """A finite input space with made-up conditional risks whose regrets respect a convex T pointwise."""
    size = draw.randint(1, 5)
    weights = [draw.randint(1, 9) for _ in range(size)]
    mass = [Fraction(weight, sum(weights)) for weight in weights]
    betas = [Fraction(draw.randint(0, 10), 10) for _ in mass]
    least = [Fraction(draw.randint(0, 20), 10) for _ in mass]
    transform = draw.choice(_EXACT_CONVEX)
    regrets = [transform(beta) + Fraction(draw.randint(0, 5), 10) for beta in betas]
    risk = sum((m * (c + r) for m, c, r in zip(mass, least, regrets, strict=True)), Fraction(0))
    mean_least = sum((m * c for m, c in zip(mass, least, strict=True)), Fraction(0))
    mean_beta = sum((m * b for m, b in zip(mass, betas, strict=True)), Fraction(0))
    best_in_class = mean_least + (risk - mean_least) * Fraction(draw.randint(0, 10), 10)
    gap = best_in_class - mean_least
    wrong, least_wrong = Fraction(draw.randint(1, 9), 10), Fraction(draw.randint(0, 9), 10)
    values = {
        "R": risk,
        "R_star": best_in_class,
        "E_least": mean_least,
        "E_T": sum((m * transform(b) for m, b in zip(mass, betas, strict=True)), Fraction(0)),
        "T_E": transform(mean_beta),
        "R_01": least_wrong + mean_beta,
        "R_01_star": least_wrong + wrong * mean_beta,
        "E_least_01": least_wrong,
        "B": mean_beta,
    }
    left = risk - best_in_class + gap
    return Sample({name: real(value) for name, value in values.items()}, real(left), {})


def _derivation(given: str) -> Finding:
    scope = claims.jensen_lift.domain
    statement = "R(h) - R* + M >= T(zero-one estimation error plus its gap)"

    def proof() -> Finding:
        draw = random.Random(0)
        with mpmath.workdps(60):
            d = Derivation(
                Domain(*(Real(name) for name in _NUMBERS)),
                [_sample(draw) for _ in range(20)],
            )
        R, R_star, E_least, E_T, T_E = (d[name] for name in _NUMBERS[:5])
        R_01, R_01_star, E_least_01, B = (d[name] for name in _NUMBERS[5:])
        zero_one = d.identity(
            "R_01(h) - R_01* + M_01 = R_01(h) - E[C_01*(x)]",
            R_01 - R_01_star + (R_01_star - E_least_01),
            R_01 - E_least_01,
        )
        mean = d.by_definition("which is the mean zero-one regret B, and T_E = T(B)", R_01 - E_least_01, B)
        left = d.expands("the gap is M = R* - E[C*(x)]", R - R_star + (R_star - E_least))
        pointwise = d.lemma(
            "E[C(h,x) - C*(x)] >= E[T(zero-one regret at x)] by the pointwise bound",
            lemmas.MONOTONE_INTEGRAL,
            R - E_least,
            E_T,
        )
        if given != "convex":
            raise StepFailed(f"Jensen's inequality needs a convex transformation; given: {given}")
        jensen = d.lemma("E[T(X)] >= T(E[X]), T convex by assumption", lemmas.JENSEN, E_T, T_E)
        fact = d.combine("chain", left, T_E, [(sympy.Integer(1), pointwise), (sympy.Integer(1), jensen)])
        envelope = d.deduce(
            "the convex envelope of T is convex and at most T: the statement applies to it",
            lemmas.CONVEX_CHORD,
            requires=[fact],
        )
        return d.conclude([fact, zero_one, mean, envelope], scope, statement)

    return derive(proof, scope, statement)


@check("comp_sum.jensen_lift", timeout=30)
def jensen_lift(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Attack two-point mixtures of transformations with the property; then the derivation that uses it."""
    given = subject["property"]
    if given not in _FAMILIES:
        raise InputError(f"property must be one of {sorted(_FAMILIES)}, got {given!r}")
    yield _attack(_FAMILIES[given], effort)
    yield _derivation(given)
