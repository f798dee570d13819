"""Laws of random instances, from small seeded samples of the definitions."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

import numpy as np

from plumbline.domain import Instances
from plumbline.evidence import Finding
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines.statistics import ExponentDesign, MeanDesign, fit_exponent, prove_mean_equals
from theory.starc import gaussian_law, sampling
from theory.starc.definitions.mdp import TabularMDP

_RHOS = (Fraction(-1, 2), Fraction(1, 4), Fraction(3, 5), Fraction(9, 10))
_STATES = 2000
_RUNS = 300
_SIZES = (4096.0, 16384.0, 65536.0, 262144.0, 1048576.0)
_MDPS = 8
_SEEDS = 128

LIMITS = MeanDesign(
    name="starc.gaussian",
    alpha="1e-5",
    tests=11,
    effect=0.01,
    sd=0.02,
    samples=_RUNS,
    method="student",
    normality="each sample is a smooth function of means over 2000 independent states",
    two_sided=True,
)
INFLATION = ExponentDesign(name="starc.mc_inflation", alpha="1e-5", x=_SIZES, seeds=_SEEDS, noise=0.15)

_MEASURES = {
    "regret": gaussian_law.worst_case_regret,
    "range": gaussian_law.range_distance,
    "rollout": gaussian_law.rollout_regret,
}


@lru_cache(maxsize=16)
def sample(seed: int, rho: Fraction, part: str) -> np.ndarray:
    """One measure of _RUNS pairs of rewards; all measures of one rho are of the same pairs."""
    draw = np.random.default_rng([seed, 318, rho.numerator + rho.denominator, rho.denominator])
    first, second = gaussian_law.gaussian_gaps(draw, float(rho), _RUNS, _STATES)
    return _MEASURES[part](first, second, np.ones(_STATES))


@check("starc.law.gaussian", timeout=30)
def gaussian(subject: Subject, effort: Effort) -> Iterator[Finding]:
    for rho in reversed(_RHOS):
        scope = Instances(1, f"rho = {rho}, {_STATES} states of equal weight")
        for part in _MEASURES:
            if part == "regret" and rho < 0:
                continue
            limit = float(subject[part].mpmath(rho=rho))
            statement = f"the mean of {part} at rho = {rho} is {limit:.5f}"
            yield prove_mean_equals(
                sample(effort.seed, rho, part), limit, LIMITS, scope=scope, statement=statement
            ).for_part(part)


def environment(draw: np.random.Generator, states: int, actions: int) -> tuple[TabularMDP, np.ndarray, np.ndarray]:
    """A dense random environment and a reward with one that is equivalent to it."""
    tau = draw.dirichlet(np.ones(states), (states, actions))
    mdp = TabularMDP(tau, np.full(states, 1 / states), 0.9)
    R, noise = draw.standard_normal((2, states, actions, states))
    potential = draw.standard_normal(states)
    noise = noise - (tau * noise).sum(-1, keepdims=True)
    return mdp, R, 2 * R + mdp.discount * potential - potential[:, None, None] + noise


@lru_cache(maxsize=2)
def inflated(seed: int) -> np.ndarray:
    """Mean estimated distance over environments, one row for each seed and one column for each m."""
    draw = np.random.default_rng([seed, 319])
    found = np.zeros((_SEEDS, len(_SIZES)))
    for _ in range(_MDPS):
        mdp, *rewards = environment(draw, 10, 3)
        shaped = [sampling.shaped_by_values(mdp, R) for R in rewards]
        for column, m in enumerate(_SIZES):
            forms = [
                sampling.estimate(sampling.successor_counts(draw, mdp, int(m), _SEEDS), values) for values in shaped
            ]
            found[:, column] += sampling.distance(forms[0], forms[1]) / _MDPS
    return found


@check("starc.law.mc_inflation", timeout=60)
def mc_inflation(subject: Subject, effort: Effort) -> Iterator[Finding]:
    distances = inflated(effort.seed)
    rate = subject["inflation"]
    exponent = Fraction(math.log2(rate.mpmath(m=4)) - math.log2(rate.mpmath(m=1))) / 2
    scope = Instances(_MDPS, "dense random environments of ten states, pairs of equivalent rewards")
    statement = f"the mean estimated distance falls like m^({exponent})"
    yield fit_exponent(_SIZES, distances, exponent, INFLATION, seed=effort.seed, scope=scope, statement=statement)
