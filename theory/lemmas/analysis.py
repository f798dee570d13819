"""Calculus and limits."""

from __future__ import annotations

from plumbline.nouns import Lemma

MONOTONE_INTEGRAL = Lemma(
    "monotone_integral",
    "Monotonicity of the integral",
    r"$f\le g$ on $[a,b]$ implies $\int_a^b f\le\int_a^b g$",
    "W. Rudin, Principles of Mathematical Analysis, chapter 6",
)
MEAN_VALUE = Lemma(
    "mean_value",
    "Monotonicity from the sign of the derivative",
    r"a function continuous on an interval whose derivative is $\ge 0$ inside is nondecreasing there",
    "W. Rudin, Principles of Mathematical Analysis, chapter 5",
)
EXPONENTIAL_MONOTONE = Lemma(
    "exponential_monotone",
    "Monotonicity of the exponential",
    r"$q\mapsto c^q$ is decreasing for $0<c<1$ and $c\mapsto c^q$ increasing for $q>0$",
    "W. Rudin, Principles of Mathematical Analysis, chapter 8",
)
FUNDAMENTAL_THEOREM = Lemma(
    "fundamental_theorem",
    "Fundamental theorem of calculus",
    r"$\int_0^v f=F(v)-F(0)$ for $F'=f$ continuous on $[0,v]$",
    "W. Rudin, Principles of Mathematical Analysis, chapter 6",
)
INFIMUM = Lemma(
    "infimum",
    "Monotonicity of the infimum",
    r"$f\le g$ on a set implies $\inf f\le\inf g$ over it",
    "W. Rudin, Principles of Mathematical Analysis, chapter 1",
)
INTERCHANGE = Lemma(
    "interchange",
    "Interchange of infimum and integral",
    r"$\inf_h\mathbb E\,f(X,h(X))=\mathbb E\inf_v f(X,v)$ over all measurable $h$, for $f\ge 0$ continuous in $v$ "
    r"and measurable in $x$",
    "R. T. Rockafellar and R. J.-B. Wets, Variational Analysis, theorem 14.60",
)
TAYLOR = Lemma(
    "taylor",
    "Taylor's theorem with integral remainder",
    r"$T(\beta)=\beta^2\int_0^1(1-w)\,T''(w\beta)\,dw$ for $T(0)=T'(0)=0$",
    "W. Rudin, Principles of Mathematical Analysis, chapter 5",
)
ENVELOPE = Lemma(
    "envelope",
    "Envelope theorem (Danskin)",
    r"where $\max_e G(M,e)$ is attained at a unique $e(M)$ and $G$ is smooth, "
    r"$\frac{d}{dM}\max_e G=\partial_MG(M,e(M))$",
    "J. F. Bonnans and A. Shapiro, Perturbation Analysis of Optimization Problems, section 4.3",
)
BINOMIAL_SERIES = Lemma(
    "binomial_series",
    "Binomial series, even part",
    r"$\tfrac12\big((1+e)^a+(1-e)^a\big)=\sum_k\binom{a}{2k}e^{2k}$ for $|e|\le 1$, $a>0$; for $k\ge 1$ all "
    r"coefficients are $\ge 0$ if $1\le a\le 2$ and all are $\le 0$ if $0\le a\le 1$",
    "W. Rudin, Principles of Mathematical Analysis, chapter 8",
)
INTERMEDIATE_VALUE = Lemma(
    "intermediate_value",
    "Intermediate value theorem",
    r"a continuous function on an interval takes every value between those at its ends",
    "W. Rudin, Principles of Mathematical Analysis, chapter 4",
)
KINK_MINIMUM = Lemma(
    "kink_minimum",
    "A convex piecewise linear function is least at a kink",
    r"a convex piecewise linear function on $[0,\infty)$ that is bounded below attains its minimum at 0 or at a kink",
    "R. T. Rockafellar, Convex Analysis, section 32",
)
INDUCTION = Lemma(
    "induction",
    "Mathematical induction",
    r"what holds at $n_0$ and passes from $n$ to $n+1$ for every $n\ge n_0$ holds for all $n\ge n_0$",
    "elementary",
)
STIRLING = Lemma(
    "stirling",
    "Stirling's formula",
    r"$\ln n!=n\ln n-n+O(\ln n)$",
    "W. Rudin, Principles of Mathematical Analysis, chapter 8",
)
SQUEEZE = Lemma(
    "squeeze",
    "Limits preserve inequalities",
    r"$x_n\le y_n$ for all large $n$ implies $\limsup x_n\le\limsup y_n$",
    "W. Rudin, Principles of Mathematical Analysis, chapter 3",
)
POSITIVE_TAILS = Lemma(
    "positive_tails",
    "Tails of positive continued fractions",
    r"for $a_n,b_n>0$ with $\sum(b_1b_3\cdots b_{2n-1}/(b_2\cdots b_{2n})a_{2n}+b_2\cdots b_{2n}/(b_1\cdots "
    r"b_{2n+1})a_{2n+1})"
    r"=\infty$ the continued fraction converges, and $t_n=b_n/(a_n+t_{n+1})$ with $t_n>0$ for all large $n$ are "
    r"its tails: "
    r"a positive $t_{n}$ puts the value between two consecutive convergents",
    "L. Lorentzen and H. Waadeland, Continued Fractions, chapter III (Seidel, Stern)",
)
ALTERNATING_SERIES = Lemma(
    "alternating_series",
    "Mercator's and Leibniz' series",
    r"$\sum_{k\ge 0}(-1)^k/(k+1)=\ln 2$, $\sum_{k\ge 0}(-1)^k/(2k+1)=\pi/4$; $\ln 2$ and $\pi$ are irrational",
    "G. H. Hardy and E. M. Wright, An Introduction to the Theory of Numbers, chapter IV; W. Rudin, Principles of "
    "Mathematical Analysis, chapter 8",
)
GAMMA_FUNCTION = Lemma(
    "gamma_function",
    "Gamma function",
    r"$\Gamma(x+1)=x\Gamma(x)$, $\Gamma(1/2)=\sqrt\pi$, $\Gamma(1/4)\Gamma(3/4)=\pi\sqrt 2$; "
    r"$\Gamma(x+1)/\Gamma(x+\tfrac12)=\sqrt x(1+\tfrac1{8x}+O(x^{-2}))$, "
    r"$\Gamma(x+\tfrac12)/\Gamma(x)=\sqrt x(1-\tfrac1{8x}+O(x^{-2}))$",
    "NIST Digital Library of Mathematical Functions, 5.4, 5.5, 5.11",
)
INTEGRAL_TEST = Lemma(
    "integral_test",
    "Sums and integrals of a falling function",
    r"$\int_0^{N}f\le\sum_{k=0}^{N-1}f(k)\le f(0)+\int_0^{N-1}f$ for $f$ nonincreasing on $[0,N]$",
    "W. Rudin, Principles of Mathematical Analysis, chapter 8",
)
TERMWISE = Lemma(
    "termwise",
    "Inequalities add up, differences telescope",
    r"$a_t\le b_t$ for $t\le T$ implies $\sum_{t\le T}a_t\le\sum_{t\le T}b_t$; "
    r"$\sum_{t\le T}(c_t-c_{t-1})=c_T-c_0$",
    "elementary",
)
WALLIS = Lemma(
    "wallis",
    "Wallis' product",
    r"$k\,\big(\binom{2k}{k}4^{-k}\big)^2\to 1/\pi$",
    "W. Feller, An Introduction to Probability Theory and Its Applications, volume I, section II.9",
)
