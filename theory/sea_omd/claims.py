"""The paper; its claims stand in the modules beside this one whose names end in ``_claims``."""

from __future__ import annotations

from plumbline.nouns import Paper

PAPER = Paper(
    name="sea_omd",
    title=("Optimistic Online Mirror Descent for Bridging Stochastic and Adversarial Online Convex Optimization"),
    authors="S. Chen, Y.-J. Zhang, W.-W. Tu, P. Zhao, L. Zhang",
    venue="ICML 2023; JMLR 25(178):1-62, 2024; arXiv 2302.04552",
    summary=(
        r"Nature picks a distribution over losses every round: i.i.d. learning and adversarial online learning are "
        r"the two ends. Two numbers measure difficulty, the cumulative stochastic variance $\sigma^2_{1:T}$ and the "
        r"cumulative adversarial variation $\Sigma^2_{1:T}$. Mirror descent that guesses the next gradient to be "
        r"the last one has expected regret of order $\sqrt{\sigma^2_{1:T}}+\sqrt{\Sigma^2_{1:T}}$, where only the "
        r"expected losses need be convex. Beside the published constants stand sharper ones for the same algorithm, "
        r"the exact worst case of the tuned constant step, and instances that show which terms are needed."
    ),
    references=(
        "S. Sachs, H. Hadiji, T. van Erven, C. Guzman, Between Stochastic and Adversarial Online Convex Optimization: "
        "Improved Regret Bounds via Smoothness, NeurIPS 2022, arXiv 2202.07554",
    ),
)
