"""Pseudo-regret and hindsight regret of losses with one curvature, from their definitions.

Losses ``f_t(x) = (a/2)||x||^2 + <l_t, x> + const`` with a >= 0 over a domain X; expected losses ``F_t`` with the mean
of ``l_t``. For fixed u the pseudo-regret is ``E sum f_t(x_t) - f_t(u)``; here u minimises ``sum F_t`` over X and a run
contributes ``sum F_t(x_t) - F_t(u)``, which has the same mean for every learner that does not look ahead (and less
spread). Hindsight regret takes, in every run, the minimiser of ``sum f_t``. Units: those of the losses.
"""

from __future__ import annotations

from typing import Any

from plumbline.arrays import namespace
from plumbline.errors import InputError
from theory.sea_omd.definitions.domains import Domain


def least_total(domain: Domain, curvature: float, rounds: int, slopes: Any) -> Any:
    """``min over u in X of rounds (a/2)||u||^2 + <slopes, u>``, slopes (..., d) the sum of the l_t: shape (...).

    For a > 0 the minimiser is the projection of ``-slopes/(rounds a)``; for a = 0 the value is minus X's support
    function at ``-slopes``. :class:`InputError` for rounds < 1 or a < 0.
    """
    if rounds < 1:
        raise InputError(f"rounds must be at least 1, got {rounds!r}")
    if not curvature >= 0:
        raise InputError(f"curvature must be at least 0, got {curvature!r}")
    if curvature == 0:
        return -domain.support(-slopes)
    total = rounds * curvature
    u = domain.project(slopes / -total)
    return ((total / 2 * u + slopes) * u).sum(-1)


def regret(domain: Domain, curvature: float, slopes: Any, points: Any) -> Any:
    """Hindsight regret of played points (..., T, d) on losses with slopes l_t (..., T, d): shape (...).

    With the means of the l_t in place of the l_t: the runs' contributions to the pseudo-regret.
    """
    namespace(slopes)
    suffered = ((curvature / 2 * points + slopes) * points).sum((-1, -2))
    return suffered - least_total(domain, curvature, slopes.shape[-2], slopes.sum(-2))


def linearised_regret(domain: Domain, gradients: Any, points: Any) -> Any:
    """``max over u in X of sum <g_t, x_t - u>`` for gradients and points (..., T, d): shape (...).

    At least the hindsight regret wherever every loss is convex.
    """
    return (gradients * points).sum((-1, -2)) + domain.support(-gradients.sum(-2))
