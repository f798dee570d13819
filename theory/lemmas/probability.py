"""Probability: tails, moments, conditional expectations, information."""

from __future__ import annotations

from plumbline.nouns import Lemma

CHERNOFF_METHOD = Lemma(
    "chernoff_method",
    "Exponential Markov inequality",
    r"$-\tfrac1n\log\Pr(\sum_iX_i\ge nq)\ge\lambda q-\tfrac1n\log\mathbb E\,e^{\lambda\sum_iX_i}$ for $\lambda\ge 0$",
    "S. Boucheron, G. Lugosi, P. Massart, Concentration Inequalities, section 2.1",
)
BOUNDED_MOMENT = Lemma(
    "bounded_moment",
    "Exponential moments of bounded variables are largest on {0, 1}",
    r"$\tfrac1n\sum_i\log\mathbb E\,e^{\lambda X_i}\le\log(1-p+pe^\lambda)$ for $X_i\in[0,1]$ of average mean $p$: "
    r"the chord of the exponential, and concavity of the logarithm",
    "W. Hoeffding, Probability Inequalities for Sums of Bounded Random Variables, 1963, proof of theorem 1",
)
LAYER_CAKE = Lemma(
    "layer_cake",
    "Layer-cake representation",
    r"$s=\int_0^{\max s}\mathbf 1[s\ge t]\,dt$ for $s\ge 0$: a point of the simplex whose largest entry is $s_k$ is a "
    r"mixture of uniform laws on sets that contain $k$",
    "E. H. Lieb and M. Loss, Analysis, section 1.13",
)
TOWER = Lemma(
    "tower",
    "Tower property of conditional expectation",
    r"$\mathbb E[XY]=\mathbb E\big[X\,\mathbb E[Y\,|\,\mathcal F]\big]$ for $X$ bounded and determined by $\mathcal F$ "
    r"(and by randomness independent of $Y$ given $\mathcal F$)",
    "D. Williams, Probability with Martingales, section 9.7",
)
CENTRAL_LIMIT = Lemma(
    "central_limit",
    "Central limit theorem for rows of independent bounded terms",
    r"sums of $n$ independent signs of mean $m_n$ with $m_n\sqrt n\to\mu$: "
    r"$\Pr(S_n<0)+\tfrac12\Pr(S_n=0)\to\Phi(-\mu)$",
    "W. Feller, An Introduction to Probability Theory and Its Applications, volume II, section VIII.4",
)
BOUNDED_CONVERGENCE = Lemma(
    "bounded_convergence",
    "Bounded convergence",
    r"$|f_n|\le 1$ and $f_n\to f$ pointwise on $[0,1]$ imply $\int_0^1f_n\to\int_0^1f$",
    "W. Rudin, Principles of Mathematical Analysis, chapter 11",
)
VAN_TREES = Lemma(
    "van_trees",
    "Van Trees inequality",
    r"for a prior on $[-r,r]$ that vanishes at the ends and has Fisher information $J$, every estimate of $\theta$ "
    r"from observations of Fisher information $I$ has Bayes risk at least $1/(I+J)$; the prior "
    r"$\tfrac1r\cos^2(\pi\theta/2r)$ has $J=\pi^2/r^2$",
    "A. B. Tsybakov, Introduction to Nonparametric Estimation, section 2.7.3",
)
