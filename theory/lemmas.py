"""A small library of named classical results that derivations may cite.

Each is stated as it is used. A derivation that cites one says so in its evidence (``rests_on``).
"""

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
SUM_BOUND = Lemma(
    "sum_bound",
    "A sum is at most its number of terms times the largest",
    r"$\sum_{i\in A}a_i\le|A|\max_{i\in A}a_i$",
    "elementary",
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
BERNOULLI = Lemma(
    "bernoulli",
    "Bernoulli's inequality",
    r"$(1+x)^a\ge 1+ax$ for $x\ge -1$ and $a\ge 1$ or $a\le 0$",
    "G. H. Hardy, J. E. Littlewood and G. Polya, Inequalities, chapter II",
)
INTERMEDIATE_VALUE = Lemma(
    "intermediate_value",
    "Intermediate value theorem",
    r"a continuous function on an interval takes every value between those at its ends",
    "W. Rudin, Principles of Mathematical Analysis, chapter 4",
)
OCCUPANCY_FLOW = Lemma(
    "occupancy_flow",
    "Flow equations of discounted occupancy",
    r"$m_\pi(s,a)=\sum_k\gamma^k\Pr(s_k=s,a_k=a)$ satisfies $\sum_a m_\pi(t,a)-\gamma\sum_{s,a}\tau(t|s,a)m_\pi(s,a)="
    r"\mu_0(t)$; the nonnegative solutions are the occupancies of the stationary policies, and the vertices of their "
    r"polytope those of deterministic ones",
    "M. L. Puterman, Markov Decision Processes, section 6.9",
)
BELLMAN_EVALUATION = Lemma(
    "bellman_evaluation",
    "Bellman's evaluation equation",
    r"for $0\le\gamma<1$, $V(s)=\sum_a\pi(a|s)\big(r(s,a)+\gamma\sum_t\tau(t|s,a)V(t)\big)$ has $V^\pi$ as its one "
    r"solution, which is linear in $r$",
    "M. L. Puterman, Markov Decision Processes, section 6.1",
)
LEAST_SQUARES = Lemma(
    "least_squares",
    "Weighted least squares",
    r"for $M$ injective and $W$ diagonal and positive, $M^\top W(r-M\Phi)=0$ has exactly one solution $\Phi$, linear "
    r"in $r$, and moving $r$ by $M\Psi$ moves it by $\Psi$",
    "G. Strang, Introduction to Linear Algebra, section 4.3",
)
FREDHOLM = Lemma(
    "fredholm",
    "Fredholm alternative",
    r"the range of a matrix $M$ is the orthogonal complement of the kernel of $M^\top$, so that their dimensions add "
    r"up to the number of rows",
    "G. Strang, Introduction to Linear Algebra, section 4.1",
)
LP_DUALITY = Lemma(
    "lp_duality",
    "Strong duality of linear programs",
    r"$\max\{\langle r_1,z\rangle:z\in D,\langle r_2,z\rangle\le 0\}=\min_{\lambda\ge 0}\max_{z\in D}\langle "
    r"r_1-\lambda r_2,z\rangle$ for a polytope $D$ that contains a feasible point",
    "A. Schrijver, Theory of Linear and Integer Programming, section 7.4",
)
SEMINORM = Lemma(
    "seminorm",
    "Triangle inequality of a seminorm, both ways",
    r"$n(x+y)\le n(x)+n(y)$ and $|n(x)-n(y)|\le n(x-y)$; $h(r)=\max_{z\in D}\langle r,z\rangle$ is a seminorm for "
    r"$D=-D$ compact",
    "W. Rudin, Functional Analysis, chapter 1",
)
PERFORMANCE_DIFFERENCE = Lemma(
    "performance_difference",
    "Performance difference",
    r"$J(\pi')-J(\pi)=\sum_{s,a}m_{\pi'}(s,a)A^\pi(s,a)$ with $m_{\pi'}$ the discounted occupancy of $\pi'$",
    "S. Kakade and J. Langford, Approximately Optimal Approximate Reinforcement Learning, ICML 2002, lemma 6.1",
)
OCCUPANCY = Lemma(
    "occupancy",
    "Occupancy measures",
    r"$J_R(\pi)=\langle r,m_\pi\rangle$ with $m_\pi\ge 0$ of total mass $1/(1-\gamma)$; the occupancies of stationary "
    r"policies form a polytope whose vertices belong to deterministic ones",
    "M. L. Puterman, Markov Decision Processes, section 6.9",
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
COMMON_DIVISOR = Lemma(
    "common_divisor",
    "Divisors of integer combinations",
    r"an integer that divides each of several integers divides every integer combination of them; $g=\gcd(p,q)$ "
    r"divides $p$ and $q$",
    "G. H. Hardy and E. M. Wright, An Introduction to the Theory of Numbers, chapter I",
)
PINCHERLE = Lemma(
    "pincherle",
    "Pincherle's theorem",
    r"$a_0+K(b_n/a_n)$, $b_n\ne 0$, converges in the extended reals iff $u_n=a_nu_{n-1}+b_nu_{n-2}$ has a minimal "
    r"solution $f$ (one with $f_n/u_n\to 0$ for every independent solution $u$), and then to $a_0-f_0/f_{-1}$",
    "L. Lorentzen and H. Waadeland, Continued Fractions, chapter IV; W. Gautschi, SIAM Review 9, 1967",
)
BIRKHOFF_TRJITZINSKY = Lemma(
    "birkhoff_trjitzinsky",
    "Formal solutions of difference equations are asymptotic to solutions",
    r"a second-order linear difference equation whose coefficients have expansions in powers of $1/n$ has, for its two "
    r"formal solutions $n!^u\lambda^n e^{s\sqrt n}n^w(1+c_1n^{-1/2}+\dots)$ (with a factor $\ln n$ in the second one "
    r"where two of them coincide), two independent solutions to which they are asymptotic",
    "G. D. Birkhoff and W. J. Trjitzinsky, Acta Math. 60, 1933; R. Wong and H. Li, J. Comput. Appl. Math. 41, 1992",
)
FROBENIUS = Lemma(
    "frobenius",
    "Frobenius map and Fermat's little theorem",
    r"modulo a prime $l$: $(x+y)^l=x^l+y^l$ in commutative rings of characteristic $l$; $x^l=x$ on $\mathbb F_l$; "
    r"$\prod_{k=1}^l(x+k)=x^l-x$",
    "K. Ireland and M. Rosen, A Classical Introduction to Modern Number Theory, chapters 4 and 7",
)
EULER_CRITERION = Lemma(
    "euler_criterion",
    "Euler's criterion",
    r"$x^{(l-1)/2}\equiv(x/l)$ modulo an odd prime $l$; the Frobenius map exchanges the two roots of a quadratic "
    r"polynomial whose discriminant is no square modulo $l$, and fixes them where it is one",
    "K. Ireland and M. Rosen, A Classical Introduction to Modern Number Theory, chapter 5",
)
SHIFT_INVARIANT_POLYNOMIAL = Lemma(
    "shift_invariant_polynomial",
    "Polynomials that a shift leaves alone",
    r"over a field of characteristic $l$, a polynomial of degree below $l$ that satisfies $H(d+\delta)=H(d)$ for some "
    r"$\delta\ne 0$ is constant: $H-H(0)$ has the $l$ roots $k\delta$",
    "S. Lang, Algebra, section IV.1",
)
SIMILAR_TRACE = Lemma(
    "similar_trace",
    "Trace and determinant of similar matrices",
    r"$PU=UQ$ with $\det U\ne 0$ over a field implies $\mathrm{tr}\,P=\mathrm{tr}\,Q$ and $\det P=\det Q$; those of a "
    r"triangular matrix are sum and product of its diagonal",
    "S. Lang, Algebra, chapter XIV",
)
QUADRATIC_RECIPROCITY = Lemma(
    "quadratic_reciprocity",
    "Density of primes with a given quadratic character",
    r"for integers $x\ne 0$, the mean of $(x/l)$ over primes $l$ (natural density) is 1 if $x$ is a square, else 0: "
    r"$(x/l)$ depends on $l$ modulo $4x$ alone, as a nontrivial character unless $x$ is a square, and primes are "
    r"equidistributed over the reduced residue classes",
    "K. Ireland and M. Rosen, A Classical Introduction to Modern Number Theory, chapters 5 and 16",
)
CAYLEY_HAMILTON = Lemma(
    "cayley_hamilton",
    "Nilpotent matrices of order 2",
    r"a $2\times 2$ matrix over a field is nilpotent iff its trace and determinant are 0, and then its square is 0",
    "S. Lang, Algebra, chapter XIV",
)
POINCARE_PERRON = Lemma(
    "poincare_perron",
    "Poincare and Perron: ratios of successive values of solutions",
    r"where the two growth rates of $u_n=a_nu_{n-1}+b_nu_{n-2}$ ($b_n\ne 0$) differ in modulus or in a power of $n$, a "
    r"solution whose ratios $u_n/u_{n-1}$ are asymptotic to the smaller rate is minimal; $T_n=a_n+b_{n+1}/T_{n+1}$ "
    r"belongs "
    r"to the solution with $u_n/u_{n-1}=-b_{n+1}/T_{n+1}$",
    "L. M. Milne-Thomson, The Calculus of Finite Differences, chapter XVII; W. Gautschi, SIAM Review 9, 1967",
)
HYPERGEOMETRIC_EQUATION = Lemma(
    "hypergeometric_equation",
    "Differential equations of hypergeometric functions",
    r"regularised ($\tilde F=F/\Gamma(\text{lower parameter})$, entire in all parameters): $\tfrac{d}{dz}\tilde F$ "
    r"is the product "
    r"of the upper parameters times $\tilde F$ with all parameters raised by 1; "
    r"$z(1-z)w''+(\gamma-(\alpha+\beta+1)z)w'="
    r"\alpha\beta w$ for ${}_2F_1$, $zw''+(\gamma-z)w'=\alpha w$ for ${}_1F_1$, $zw''+\gamma w'=w$ for ${}_0F_1$; "
    r"$D_{\nu+1}=xD_\nu-\nu D_{\nu-1}$; $U(a-1,b,z)=(2a-b+z)U(a,b,z)-a(a-b+1)U(a+1,b,z)$",
    "NIST Digital Library of Mathematical Functions, 15.5, 15.10, 13.2, 13.3, 16.8, 12.8",
)
HYPERGEOMETRIC_LARGE_ORDER = Lemma(
    "hypergeometric_large_order",
    "Hypergeometric functions of large parameters",
    r"${}_2F_1(a,b;c+m;z)\to 1$ ($z<1$), ${}_1F_1(a;c+m;z)\to 1$, ${}_0F_1(;c+m;z)\to 1$ as $m\to\infty$, with "
    r"relative "
    r"corrections $O(1/m)$ whose ratios at $m$ and $m+1$ are $1+O(m^{-2})$; "
    r"${}_2F_1(a,b;c;z)=(1-z)^{c-a-b}{}_2F_1(c-a,c-b;c;"
    r"z)$, ${}_1F_1(a;c;z)=e^z{}_1F_1(c-a;c;-z)$; for positive argument $m\mapsto D_{-k-m}(x)$ and $m\mapsto "
    r"U(a+m,b,z)$ "
    r"are the minimal solutions of their recurrences",
    "NIST Digital Library of Mathematical Functions, 15.12(ii), 15.8.1, 13.2.39, 13.8, 12.9, 13.29",
)
WORPITZKY = Lemma(
    "worpitzky",
    "Worpitzky's theorem",
    r"$K(c_n/1)$ converges if $|c_n|\le 1/4$ for all $n$, and all its approximants lie in the disc of radius "
    r"$1/2$; with "
    r"$c_{n+1}=b_{n+1}/(a_na_{n+1})$ this speaks of $K(b_n/a_n)$ by an equivalence transformation",
    "L. Lorentzen and H. Waadeland, Continued Fractions, chapter I",
)
PETKOVSEK = Lemma(
    "petkovsek",
    "Petkovsek's theorem on hypergeometric solutions",
    r"a solution of $u_n=a_nu_{n-1}+b_nu_{n-2}$ with $u_n/u_{n-1}$ a rational function of $n$ has "
    r"$u_n/u_{n-1}=z\,A(n)\,C(n+1)/C(n)$ with a constant $z$, a monic divisor $A$ of $b$ and a monic polynomial $C$",
    "M. Petkovsek, J. Symbolic Computation 14, 1992; M. Petkovsek, H. Wilf, D. Zeilberger, A = B, chapter 8",
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
    r"$\Gamma(x+1)=x\Gamma(x)$, $\Gamma(1/2)=\sqrt\pi$, $\Gamma(1/4)\Gamma(3/4)=\pi\sqrt 2$; $\Gamma(x+1)/\Gamma(x+\tfrac12)="
    r"\sqrt x(1+\tfrac1{8x}+O(x^{-2}))$, $\Gamma(x+\tfrac12)/\Gamma(x)=\sqrt x(1-\tfrac1{8x}+O(x^{-2}))$",
    "NIST Digital Library of Mathematical Functions, 5.4, 5.5, 5.11",
)
