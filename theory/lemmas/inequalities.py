"""Inequalities between sums, means and norms."""

from __future__ import annotations

from plumbline.nouns import Lemma

GIBBS = Lemma(
    "gibbs",
    "Gibbs' inequality",
    r"$\sum_i a_i\log(a_i/b_i)\ge 0$ for $a,b$ in the simplex, with equality iff $a=b$",
    "T. M. Cover and J. A. Thomas, Elements of Information Theory, 2nd ed., section 2.6",
)
CAUCHY_SCHWARZ = Lemma(
    "cauchy_schwarz",
    "Cauchy-Schwarz inequality (Sedrakyan's form)",
    r"$\sum_i a_i/b_i\ge\big(\sum_i\sqrt{a_i}\big)^2$ for $a_i\ge 0$, $b_i>0$, $\sum_i b_i=1$",
    "G. H. Hardy, J. E. Littlewood and G. Polya, Inequalities, chapter II",
)
HOELDER = Lemma(
    "hoelder",
    "Hoelder's inequality",
    r"$\sum_i a_i b_i^{q}\le\big(\sum_i a_i^{1/(1-q)}\big)^{1-q}\big(\sum_i b_i\big)^{q}$ for $0<q<1$, $a_i,b_i\ge 0$",
    "G. H. Hardy, J. E. Littlewood and G. Polya, Inequalities, chapter II",
)
REVERSE_HOELDER = Lemma(
    "reverse_hoelder",
    "Hoelder's inequality for a negative exponent",
    r"$\sum_i a_i b_i^{q}\ge\big(\sum_i a_i^{1/(1-q)}\big)^{1-q}\big(\sum_i b_i\big)^{q}$ for $q<0$, "
    r"$a_i\ge 0$, $b_i>0$",
    "G. H. Hardy, J. E. Littlewood and G. Polya, Inequalities, chapter II",
)
JENSEN = Lemma(
    "jensen",
    "Jensen's inequality",
    r"$\mathbb E\,T(X)\ge T(\mathbb E X)$ for $T$ convex on an interval that contains the values of $X$",
    "G. H. Hardy, J. E. Littlewood and G. Polya, Inequalities, chapter III",
)
CONVEX_CHORD = Lemma(
    "convex_chord",
    "A convex function lies below its chords",
    r"$T(\lambda x+(1-\lambda)y)\le\lambda T(x)+(1-\lambda)T(y)$ for $T$ convex; $T''\ge 0$ on the open interval "
    r"and continuity at its ends imply convexity",
    "R. T. Rockafellar, Convex Analysis, section 4",
)
TANGENT = Lemma(
    "tangent",
    "A convex function lies above its tangents",
    r"$T(x)\ge T(a)+T'(a)(x-a)$ on an interval where $T$ is differentiable with $T''\ge 0$",
    "R. T. Rockafellar, Convex Analysis, section 25",
)
SUM_BOUND = Lemma(
    "sum_bound",
    "A sum is at most its number of terms times the largest",
    r"$\sum_{i\in A}a_i\le|A|\max_{i\in A}a_i$",
    "elementary",
)
POWER_MEAN = Lemma(
    "power_mean",
    "Power means increase with their order",
    r"$r\mapsto\big(\tfrac1n\sum_i a_i^{r}\big)^{1/r}$ is nondecreasing, from $\min_i a_i$ to $\max_i a_i$ "
    r"($a_i\ge 0$)",
    "G. H. Hardy, J. E. Littlewood and G. Polya, Inequalities, chapter II",
)
LYAPUNOV = Lemma(
    "lyapunov",
    "Lyapunov's inequality: norms are log-convex",
    r"$\rho\mapsto\log\|f\|_{1/\rho}$ is convex on a probability space, so $\rho\mapsto\|f\|_{1/\rho}$ lies above its "
    r"tangent at $\rho=1$",
    "G. H. Hardy, J. E. Littlewood and G. Polya, Inequalities, chapter VI",
)
KARAMATA = Lemma(
    "karamata",
    "Karamata's inequality",
    r"$\sum_i f(a_i)\le\sum_i f(b_i)$ for $f$ convex and $a$ majorised by $b$ (reversed for $f$ concave)",
    "G. H. Hardy, J. E. Littlewood and G. Polya, Inequalities, chapter II",
)
CHEBYSHEV_SUM = Lemma(
    "chebyshev_sum",
    "Chebyshev's sum inequality",
    r"$2(a_1b_1+a_2b_2)\ge(a_1+a_2)(b_1+b_2)$ for $a$ and $b$ ordered alike",
    "G. H. Hardy, J. E. Littlewood and G. Polya, Inequalities, chapter II",
)
BERNOULLI = Lemma(
    "bernoulli",
    "Bernoulli's inequality",
    r"$(1+x)^a\ge 1+ax$ for $x\ge -1$ and $a\ge 1$ or $a\le 0$",
    "G. H. Hardy, J. E. Littlewood and G. Polya, Inequalities, chapter II",
)
SEMINORM = Lemma(
    "seminorm",
    "Triangle inequality of a seminorm, both ways",
    r"$n(x+y)\le n(x)+n(y)$ and $|n(x)-n(y)|\le n(x-y)$; $h(r)=\max_{z\in D}\langle r,z\rangle$ is a seminorm for "
    r"$D=-D$ compact",
    "W. Rudin, Functional Analysis, chapter 1",
)
SUPPORTING_LINE = Lemma(
    "supporting_line",
    "A concave function lies below its tangents",
    r"$h(u)\le h(x)+\langle\nabla h(x),u-x\rangle$ for $h$ concave; $h=e^{-\alpha f}>0$ concave implies that "
    r"$e^{-\beta f}=h^{\beta/\alpha}$ is concave for $0<\beta\le\alpha$",
    "R. T. Rockafellar, Convex Analysis, sections 5 and 25",
)
PINSKER = Lemma(
    "pinsker",
    "Pinsker's inequality",
    r"$\mathrm{KL}(p\,\|\,q)\ge\tfrac12\|p-q\|_1^2$",
    "T. M. Cover and J. A. Thomas, Elements of Information Theory, 2nd ed., section 11.6",
)
DUAL_NORMS = Lemma(
    "dual_norms",
    "Hoelder's inequality for the sum and the maximum norm",
    r"$\langle a,b\rangle\le\|a\|_\infty\|b\|_1$",
    "G. H. Hardy, J. E. Littlewood and G. Polya, Inequalities, chapter II",
)
VARIATIONAL_INEQUALITY = Lemma(
    "variational_inequality",
    "Variational inequality of a constrained minimiser",
    r"$y$ minimises a convex differentiable $\varphi$ over a closed convex set $X$ iff $y\in X$ and $\langle\nabla"
    r"\varphi(y),u-y\rangle\ge 0$ for all $u\in X$; without constraints $\nabla\varphi(y)=0$",
    "R. T. Rockafellar, Convex Analysis, section 27; D. Kinderlehrer and G. Stampacchia, An Introduction to "
    "Variational Inequalities and Their Applications, section I.2",
)
INNER_PRODUCT = Lemma(
    "inner_product",
    "Cauchy-Schwarz inequality of an inner product",
    r"$\langle x,y\rangle\le\|x\|\,\|y\|$",
    "R. A. Horn and C. R. Johnson, Matrix Analysis, section 5.1",
)
