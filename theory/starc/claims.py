"""The paper and its claims on order, canonicalisation and metrics; the rest stands in the modules beside this one."""

from __future__ import annotations

from plumbline.nouns import Paper

PAPER = Paper(
    name="starc",
    title="STARC: A General Framework For Quantifying Differences Between Reward Functions",
    authors="J. Skalse, L. Farnik, S. R. Motwani, E. Jenner, A. Gleave, A. Abate",
    venue="ICLR 2024, arXiv 2309.15257",
    summary=(
        r"Two rewards of a finite environment order policies alike iff they differ by potential shaping, "
        r"S'-redistribution and positive scaling. STARC metrics remove the three and measure what is left; small "
        r"distance means small worst-case regret and large distance large regret somewhere. Beside them stands an "
        r"exact identity: worst-case regret is the distance to a ray in the range norm, which gives a metric with "
        r"constants 1 and 1/2 in every environment, and a certificate over the rationals for every pair of rewards."
    ),
    references=(
        "A. Gleave, M. Dennis, S. Legg, S. Russell, J. Leike, Quantifying Differences in Reward Functions, ICLR 2021",
        "B. Wulfe, L. Ellis, J. Mercat, R. McAllister, A. Gaidon, Dynamics-Aware Comparison of Learned Reward "
        "Functions, ICLR 2022",
    ),
)
