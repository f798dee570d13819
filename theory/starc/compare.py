"""Two rewards in one environment: distances, worst-case regret both ways with its proof, and the worst policies.

``compare`` works in float64; ``compare_exactly`` turns the numbers into rationals and returns
certificates that are verified without optimisation.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from plumbline.errors import InputError, PlumblineError
from theory.starc.definitions import exact
from theory.starc.definitions.mdp import RationalMDP, TabularMDP

if TYPE_CHECKING:
    import torch

_ZERO = 1e-12
DISTANCES = ("VAL-2-2", "minimal-L2", "d_Omega", "EPIC", "DARD")


@dataclass(frozen=True)
class Regret:
    """Worst-case regret ``value`` of choosing by the second reward where the first one counts, in units of ``range``.

    Its certificate, in float64: ``attained`` <= value <= ``bound`` but for rounding. Two pairs (best, worst) of
    deterministic policies, ``left`` and ``right`` (2, S), mixed with weight ``theta`` on the left one, make up
    ``preferred`` and ``chosen`` (S, A), the worst pair: the second reward does not prefer the first of them
    (``gap`` <= 0 but for rounding), and the first reward loses ``attained``. ``upper`` and ``lower`` (S,) with
    M upper >= r1 - multiplier r2 >= M lower give ``bound``, which includes what rounding violates of these.
    ``rollout`` is the regret of the policy that is optimal for the second reward.
    """

    value: float
    attained: float
    bound: float
    range: float
    multiplier: float
    left: np.ndarray
    right: np.ndarray
    theta: float
    preferred: np.ndarray
    chosen: np.ndarray
    gap: float
    upper: np.ndarray
    lower: np.ndarray
    rollout: float


@dataclass(frozen=True)
class Comparison:
    """``distances`` by name (None where undefined), regret of R2 in place of R1 and back, and ``warnings``."""

    distances: dict[str, float | None]
    regret: Regret
    back: Regret
    warnings: tuple[str, ...]


def compare(mdp: TabularMDP, R1: Any, R2: Any) -> Comparison:
    """All distances between two rewards of shape (S, A, S) or (S, A), and their worst-case regrets.

    Trivial rewards (range 0): W is 0 where the first is trivial and 1 where only the second is; STARC distances are 1
    between a trivial and another reward, 0 between two; EPIC and DARD are undefined (None) where a canonical reward is
    constant. InputError for wrong shapes and for NaN or infinity.
    """
    import torch

    rewards = [mdp.require_reward(R, name) for R, name in ((R1, "R1"), (R2, "R2"))]
    for R, name in zip(rewards, ("R1", "R2"), strict=True):
        if R.ndim != 3:
            raise InputError(f"{name} must be one reward of shape (S, A, S) or (S, A), got {R.shape}")
    tau, mu0 = torch.from_numpy(mdp.transitions)[None], torch.from_numpy(mdp.initial)[None]
    both = torch.from_numpy(np.stack(rewards))
    r = (tau * both).sum(-1)
    there, back = _regret(mdp, tau, mu0, r), _regret(mdp, tau, mu0, r.flip(0))
    trivial = [_trivial(mdp, way.range, float(x.abs().max())) for way, x in zip((there, back), r, strict=True)]
    return Comparison(_distances(mdp, tau, mu0, both), there, back, _warnings(mdp, trivial))


def _distances(mdp: TabularMDP, tau: torch.Tensor, mu0: torch.Tensor, R: torch.Tensor) -> dict[str, float | None]:
    from theory.starc.definitions import canonicalisations as forms
    from theory.starc.definitions.metrics import lp_norm, pearson_distance, range_distance, starc_distance

    gamma, both = mdp.discount, tau.expand(2, -1, -1, -1)
    val, least = forms.value_adjusted_levelling(both, gamma, R), forms.minimal_l2(both, gamma, R)
    found: list[float | None] = [float(starc_distance(c[:1], c[1:], R1=R[:1], R2=R[1:])) for c in (val, least)]
    r = (both * R).sum(-1)
    found.append(float(range_distance(tau, mu0, gamma, r[:1], r[1:])))
    for c in (forms.epic(gamma, R), forms.dard(both, gamma, R)):
        spread = lp_norm(c - c.mean((1, 2, 3), keepdim=True), "2")
        constant = bool((spread <= _ZERO * lp_norm(R, "2")).any())
        found.append(None if constant else float(pearson_distance(c[:1], c[1:])))
    return dict(zip(DISTANCES, found, strict=True))


def _stochastic(occupancy: np.ndarray) -> np.ndarray:
    """The stationary policy (S, A) of an occupancy; uniform in states that it never visits."""
    visits = occupancy.sum(1, keepdims=True)
    uniform = np.full_like(occupancy, 1 / occupancy.shape[1])
    return np.where(visits > 0, occupancy / np.where(visits > 0, visits, 1), uniform)


def _regret(mdp: TabularMDP, tau: torch.Tensor, mu0: torch.Tensor, r: torch.Tensor) -> Regret:
    """W(r1, r2) with its proof, r (2, S, A)."""
    from theory.starc.definitions.regret import worst_case_regret
    from theory.starc.definitions.returns import occupancy_of, range_norm, returns_of

    gamma, r1, r2 = mdp.discount, r[:1], r[1:]
    found = worst_case_regret(tau, mu0, gamma, r1, r2)
    value, h, lam, theta = (float(x) for x in (found.value, found.h1, found.multiplier, found.theta))
    trivial = _trivial(mdp, h, float(r1.abs().max()))
    unit = 1.0 if trivial else h
    pairs = (found.left[0], found.right[0])
    visits = [[occupancy_of(tau, mu0, gamma, actions[None])[0] for actions in pair] for pair in pairs]
    preferred, chosen = (theta * visits[0][side] + (1 - theta) * visits[1][side] for side in (0, 1))
    lost, gap = (float((x[0] * (preferred - chosen)).sum()) for x in (r1, r2))
    upper, lower = found.upper[0].numpy(), found.lower[0].numpy()
    M = mdp.shaping_matrix()
    q = (r1 - lam * r2).reshape(-1).numpy()
    excess = max(float((q - M @ upper).max()), 0.0) + max(float((M @ lower - q).max()), 0.0)
    bound = (float(mdp.initial @ (upper - lower)) + excess / (1 - gamma)) / unit
    (_, best1, _), (_, best2, _) = range_norm(tau, mu0, gamma, r1), range_norm(tau, mu0, gamma, r2)
    rollout = float(returns_of(tau, mu0, gamma, r1, best1) - returns_of(tau, mu0, gamma, r1, best2)) / unit
    attained, bound, rollout = (0.0, 0.0, 0.0) if trivial else (lost / unit, bound, max(rollout, 0.0))
    return Regret(
        value, attained, bound, h, lam, found.left[0].numpy(), found.right[0].numpy(), theta,
        _stochastic(preferred.numpy()), _stochastic(chosen.numpy()), gap, upper, lower, rollout,
    )  # fmt: skip


def _trivial(mdp: TabularMDP, h: float, largest: float) -> bool:
    """Whether the range h is rounding beside a largest expected reward."""
    return h <= _ZERO * largest / (1 - mdp.discount)


def _warnings(mdp: TabularMDP, trivial: list[bool]) -> tuple[str, ...]:
    found = []
    missed = np.flatnonzero(~mdp.reachable())
    if missed.size:
        shown = ", ".join(map(str, missed[:10])) + (", ..." if missed.size > 10 else "")
        found.append(
            f"no policy reaches {missed.size} of {mdp.n_states} states ({shown}): W and d_Omega ignore rewards there, "
            "other distances do not, and bounds between them fail"
        )
    for name, same in zip(("R1", "R2"), trivial, strict=True):
        if same:
            found.append(f"{name} is trivial: all policies have the same return")
    return tuple(found)


@dataclass(frozen=True)
class ExactComparison:
    """Verified certificates of W(R1, R2) and W(R2, R1) over Q for ``mdp``, and the most that a number was ``moved``."""

    mdp: RationalMDP
    regret: exact.RegretCertificate
    back: exact.RegretCertificate
    moved: float


def rationalise(mdp: TabularMDP, denominator: int | None = None) -> RationalMDP:
    """The MDP over Q: floats as they are or the nearest of bounded denominator, rows divided by their exact sums."""
    return RationalMDP(
        [[_row(row, denominator) for row in block] for block in mdp.transitions.tolist()],
        _row(mdp.initial.tolist(), denominator),
        _rational(mdp.discount, denominator),
    )


def _rational(x: float, denominator: int | None) -> Fraction:
    return Fraction(x) if denominator is None else Fraction(x).limit_denominator(denominator)


def _row(values: list[float], denominator: int | None) -> list[Fraction]:
    numbers = [_rational(x, denominator) for x in values]
    total = sum(numbers, Fraction(0))
    if total <= 0:
        raise InputError(f"a row of probabilities vanishes with denominators of at most {denominator}")
    return [x / total for x in numbers]


def compare_exactly(mdp: TabularMDP, R1: Any, R2: Any, denominator: int | None = None) -> ExactComparison:
    """Worst-case regret both ways over Q, each certificate verified; see :func:`rationalise` for the numbers meant."""
    if denominator is not None and denominator < 1:
        raise InputError(f"denominator must be at least 1, got {denominator}")
    over_q = rationalise(mdp, denominator)
    rates, moved = [], abs(over_q.as_float().transitions - mdp.transitions).max()
    for R, name in ((R1, "R1"), (R2, "R2")):
        floats = mdp.require_reward(R, name)
        nested = [[[_rational(x, denominator) for x in row] for row in block] for block in floats.tolist()]
        moved = max(moved, abs(np.array(nested, dtype=np.float64) - floats).max())
        rates.append(over_q.expected_reward(nested))
    moved = max(moved, abs(float(over_q.discount) - mdp.discount))
    proofs = []
    for r1, r2 in (rates, rates[::-1]):
        proof = exact.worst_case_regret(over_q, r1, r2)
        if not exact.verify(proof, over_q, r1, r2):
            raise PlumblineError("a certificate of worst-case regret is rejected")
        proofs.append(proof)
    return ExactComparison(over_q, proofs[0], proofs[1], float(moved))
