"""What the claims about comp-sum losses assume, and the wrong partner that does without completeness."""

from __future__ import annotations

from plumbline.nouns import Refutation

COMPLETE = r"$\mathcal H$ symmetric and complete: at each $x$ the scores range over all of $\mathbb R^n$"
TIES = r"ties of $\arg\max_y h(x,y)$ are broken by any fixed rule, the worst one included"

BOUNDED_SCORES = Refutation(
    "scores in [-1/2,1/2]^n instead of completeness",
    {"scores": "bounded"},
    "a sure label: the least loss of bounded scores is positive, which takes from the regret of a tie",
    drops=COMPLETE,
)
BOUNDED_RISK = Refutation(
    "scores in [-1/2,1/2]^n instead of completeness",
    {"scores": "bounded"},
    "a sure label: bounded scores do not reach loss 0",
    drops=COMPLETE,
)
