"""The paper; its claims stand in the modules beside this one whose names end in ``_claims``."""

from __future__ import annotations

from plumbline.nouns import Paper

PAPER = Paper(
    name="pcf",
    title="Unsupervised Discovery of Formulas for Mathematical Constants",
    authors="M. Shalyt, U. Seligmann, I. Beit Halachmi, O. David, R. Elimelech, I. Kaminer",
    venue="NeurIPS 2024, arXiv 2412.16818",
    summary=(
        r"Formulas for constants are compared by the dynamics of their convergence, not by numerical distance: for "
        r"each of the 1,768,900 continued fractions $a_0+b_1/(a_1+b_2/(a_2+\dots))$ whose partial quotients are "
        r"integer polynomials of degree at most 2 with coefficients from $-5$ to $5$, the irrationality measure "
        r"$\delta$, the growth of reduced denominators and the rate of convergence are measured and clustered. Here "
        r"the whole census is classified exactly: which formulas converge and how fast, which are rational, which are "
        r"proved irrational, and closed forms for all that are linear in $a$."
    ),
    references=(
        "The Ramanujan Machine project, Blind-Delta-Algorithm (released code)",
        "R. Wong, H. Li, Asymptotic expansions for second-order linear difference equations, J. Comput. Appl. Math. "
        "41, 1992",
    ),
)
