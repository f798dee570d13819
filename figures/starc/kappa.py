"""The condition number kappa of VAL with L2 norms, and how close pairs of rewards come to it."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from figures import style
from plumbline.nouns import Figure
from theory.starc import gaussian_law
from theory.starc.definitions.regret import worst_case_regret

_ANGLES = 241
_POINTS = tuple((eps, gamma) for gamma in (0.5, 0.9, 0.99) for eps in (0.003, 0.01, 0.03, 0.1, 0.3, 0.9))


def weight_ratio(eps: Any, gamma: Any) -> Any:
    """Visits of the second state over those of the first, in the chain that leaves with probability eps."""
    return gamma * eps / (1 - gamma)


def chain_kappa(eps: Any, gamma: Any) -> Any:
    """||D||_2 / min D."""
    ratio = weight_ratio(eps, gamma)
    return np.sqrt(1 + ratio**2) / np.minimum(1, ratio)


def bandit_kappa(arms: int) -> float:
    """sqrt(A/2) for even A, sqrt((A^2 - 1)/(2 A)) for odd A."""
    return float(np.sqrt(arms / 2 if arms % 2 == 0 else (arms**2 - 1) / (2 * arms)))


def found_in_chain(eps: float, gamma: float) -> tuple[float, float]:
    """(sup W/d, 1/inf W/d) over pairs of directions on a grid, refined around the best."""
    weights = np.array([1.0, weight_ratio(eps, gamma)])

    def ratios(one: np.ndarray, two: np.ndarray) -> np.ndarray:
        first, second = (np.stack([np.cos(angle), np.sin(angle)], -1) for angle in (one, two))
        apart = np.linalg.norm(first - second, axis=-1)
        quotient = gaussian_law.worst_case_regret(first, second, weights) / np.where(apart > 0, apart, 1)
        return np.where(apart > 1e-6, quotient, np.nan)

    angles = np.linspace(0, 2 * np.pi, _ANGLES)
    best = []
    for sign in (1, -1):
        one, two = np.meshgrid(angles, angles, indexing="ij")
        width = angles[1]
        for _ in range(8):
            value = sign * ratios(one, two)
            at = np.unravel_index(np.nanargmax(value), value.shape)
            top, centre = float(value[at]), (one[at], two[at])
            offsets = np.linspace(-width, width, 21)
            one, two = np.meshgrid(centre[0] + offsets, centre[1] + offsets, indexing="ij")
            width /= 5
        best.append(sign * top)
    return best[0], 1 / best[1]


def found_in_bandit(arms: int) -> float:
    """W/d of two-valued R1 and R2 = R1 + t (e_i - e_j), i and j on one side, t small."""
    r1 = torch.zeros(1, 1, arms, dtype=torch.float64)
    r1[..., : arms // 2] = 1
    r2 = r1.clone()
    r2[..., -1] += 1e-4
    r2[..., -2] -= 1e-4
    tau, mu0 = torch.ones(1, 1, arms, 1, dtype=torch.float64), torch.ones(1, 1, dtype=torch.float64)
    unit = [(r - r.mean()) / torch.linalg.vector_norm(r - r.mean()) for r in (r1, r2)]
    return float(worst_case_regret(tau, mu0, 0.0, r1, r2).value[0] / torch.linalg.vector_norm(unit[0] - unit[1]))


def draw(tables: dict[str, Any], evidence: dict[str, Any]) -> tuple[Any, dict[str, np.ndarray]]:
    """Heat map of kappa over (eps, gamma); what pairs of rewards attain there; bandits."""
    eps, effective = np.geomspace(1e-3, 1, 121), np.geomspace(1e-3, 0.8, 121)
    kappa = chain_kappa(eps[None, :], 1 - effective[:, None])
    points = np.array(_POINTS)
    exact = chain_kappa(points[:, 0], points[:, 1])
    found = np.array([found_in_chain(*point) for point in _POINTS])
    arms = np.arange(3, 17)
    law, attained = (np.array([f(int(n)) for n in arms]) for f in (bandit_kappa, found_in_bandit))
    figure, (heat, chain, bandit) = style.new_figure(1, 3, height=2.9)
    mesh = heat.pcolormesh(eps, effective, np.log10(kappa), cmap="viridis", shading="gouraud", rasterized=True)
    lines = heat.contour(eps, effective, kappa, levels=[1.5, 3, 10, 30, 100], colors="white", linewidths=0.7)
    heat.clabel(lines, fontsize=7)
    heat.plot(points[:, 0], 1 - points[:, 1], "o", ms=2.5, color="white", mec="black", mew=0.4)
    heat.set(xscale="log", yscale="log", xlabel=r"chance $\varepsilon$ to leave", ylabel=r"$1-\gamma$")
    heat.set_title(r"$\log_{10}\kappa$, two states")
    figure.colorbar(mesh, ax=heat)
    ends = np.array([1.2, exact.max() * 1.2])
    style.theory(chain, ends, ends, 0, label=r"$\kappa$")
    style.theory(chain, ends, 2 * ends, 1, variant=1, label=r"$2\kappa$")
    style.measured(chain, exact, found[:, 0], 0, label=r"found $\sup W/d$", size=6)
    style.measured(chain, exact, found[:, 1], 1, label=r"found $1/\inf(W/d)$", size=3)
    chain.set(xscale="log", yscale="log", xlabel=r"$\kappa$", title="attained by rewards")
    chain.legend(loc="upper left", fontsize=7)
    style.theory(bandit, arms, law, 0, label=r"$\kappa$")
    style.measured(bandit, arms, attained, 0, label="$W/d$ of a pair")
    bandit.set(xlabel="arms", title="bandits")
    bandit.legend(loc="upper left")
    arrays = {"eps": eps, "effective": effective, "kappa": kappa, "points": points, "exact": exact, "found": found}
    return figure, {**arrays, "arms": arms, "bandit_kappa": law, "bandit_found": attained}


KAPPA = Figure(
    "starc.kappa",
    "How far distance and regret can be apart",
    "Condition number kappa of VAL with L2 norms: d/(2 kappa) <= W <= kappa d. Left: closed form for two states "
    "where actions do not move (start in one, leave for good with chance eps); kappa grows where a state is "
    "rarely reached or dwelt in. Middle: largest and smallest W/d that a search over pairs of rewards finds at "
    "the dots, against kappa and 2 kappa. Right: bandits, with W/d of an explicit pair.",
    draw,
)
