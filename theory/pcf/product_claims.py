"""Formulas with linear or constant a and quadratic b whose minimal solution is a product, and all infinite limits."""

from __future__ import annotations

from plumbline.domain import Domain, Real
from plumbline.formula import Formula
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject
from theory.pcf.certificate_claims import LISTED


def _count(name: str, value: int) -> Formula:
    return Formula(name, [], lambda: value)


degree = Formula(
    "rho",
    [Real("t"), Real("s", 0, open_lo=True), Real("w"), Real("c")],
    lambda t, s, w, c: -(t / s + w + c) / (2 * c),
    latex=r"\rho",
)
limit = Formula(
    "L",
    [Real("d"), Real("z"), Real("r"), Real("ratio")],
    lambda d, z, r, ratio: d - z * (1 + r) * ratio,
    latex="L",
)
PRODUCTS = {"linear": 676, "zero": 106, "infinite": 18, "irrational": 72, "constant": 22}

products = Claim(
    id="pcf.rational.products",
    kind=Kind.COUNT,
    title="Which formulas with d_a <= 1, d_b = 2 have a hypergeometric minimal solution, and so a limit in Q(s)",
    statement=(
        r"Let $a_n=en+d$ with $e>0$, or $e=0$ and $d>0$ (else $a$ changes its sign, and with it $L$), "
        r"$b_n=c(n+r)(n+r')\ne 0$ for $n\ge 1$, $s=\sqrt{e^2+4c}>0$ and $z=(e-s)/2$. The minimal solution of "
        r"$u_n=a_nu_{n-1}+b_nu_{n-2}$ is a hypergeometric term iff for one of the two roots there is a monic "
        r"polynomial $C$ with $$z^2(n+1+r)C(n+1)=z\,a(n)C(n)+c(n+r')C(n-1);$$ its degree is "
        r"$\rho=-(t/s+w+c)/(2c)$ with $t=2cd-e(b_1+c)$ and $w=c(r-r')$. Then $u_n=C(n+1)\prod_{k\le n}z(k+1+r)$ and "
        r"$L=d-z(1+r)C(1)/C(0)$, infinite iff $C(0)=0$, irrational if $s$ is. In the census, both signs of $a$, "
        r"this is so with rational or infinite $L$ for $676$ formulas with $d_a=1$ ($106$ with $L=0$, $18$ with "
        r"$L=\infty$) and for $22$ with $d_a=0$, with irrational $L$ for $72$, and for no other."
    ),
    domain=Domain(),
    subject=Subject(
        {**{name: _count(name, value) for name, value in PRODUCTS.items()}, "degree": degree, "limit": limit}
    ),
    provenance=Provenance.DERIVED,
    source="Derived here",
    parts=("solution", "degree", "limit", *PRODUCTS, "complete"),
    rests_on=("pcf.asymptotics.hyperbolic", "pcf.asymptotics.subexponential"),
    refutations=(
        Refutation(
            "L with r in the place of 1 + r",
            {"limit": Formula("L", list(limit.variables), lambda d, z, r, ratio: d - z * r * ratio)},
            "f_0/f_(-1) has the factor z (k + 1 + r) at k = 0",
        ),
        Refutation(
            "rho without the shift of b",
            {"degree": Formula("rho", list(degree.variables), lambda t, s, w, c: -(t / s + w) / (2 * c))},
            "u_n/u_(n-1) has the factor n + 1 + r, one more than a factor of b",
        ),
        Refutation(
            "no infinite limit",
            {"infinite": _count("infinite", 0)},
            "(0,4,0;-3,-1,0) and others have q_n = C(n + 1) prod z (k + 1 + r) with C(0) = 0",
        ),
        Refutation(
            "constant C only",
            {"linear": _count("linear", 218)},
            "C of degree 1 to 11 gives 458 more",
        ),
    ),
    remark=(
        r"$C$ exists for a root whenever its $\rho$ is an integer $\ge 0$: there are as many linear equations as "
        r"coefficients. Limits of formulas without such a solution are not decided here."
    ),
)

INFINITE = {"quadratic": LISTED["quadratic_infinite"], "linear": LISTED["linear_infinite"], "mixed": 18}

infinite = Claim(
    id="pcf.regimes.infinite",
    kind=Kind.COUNT,
    title="206 of the 1,549,766 convergent formulas have an infinite limit, all others a finite one",
    statement=(
        r"Of the formulas of the census that do not terminate and converge in the extended reals exactly $206$ have "
        r"the limit $\infty$: $160$ with $d_a=d_b=2$, $28$ with $d_a=d_b=1$, $18$ with $d_a=1$, $d_b=2$. For each of "
        r"them $q_n$ is a hypergeometric term and the minimal solution. The other $1{,}549{,}560$ have finite limits."
    ),
    domain=Domain(),
    subject=Subject({**{name: _count(name, value) for name, value in INFINITE.items()}, "finite": 1549560}),
    provenance=Provenance.DERIVED,
    source="Derived here; the paper drops formulas with |L| >= 1000",
    parts=(*INFINITE, "finite"),
    rests_on=(
        "pcf.regimes.convergence",
        "pcf.rational.list",
        "pcf.rational.products",
        "pcf.enclosure.worpitzky",
        "pcf.closed.parabolic",
        "pcf.irrational.census",
    ),
    refutations=(
        Refutation(
            "none with d_a = 1, d_b = 2",
            {"mixed": _count("mixed", 0)},
            "(0,4,0;-3,-1,0): the ball of the closed form's denominator contains 0 at every precision",
        ),
        Refutation(
            "limits 0 counted for infinite ones",
            {"linear": _count("linear", LISTED["linear_zero"])},
            "for L = 0 it is p_n that is the minimal solution",
        ),
    ),
    remark=(
        r"The counts of convergent formulas in pcf.regimes.counts are counts of convergence in the extended reals, as "
        r"in Pincherle's theorem, and contain these 206; with finite limits only, 1,549,560 converge."
    ),
)
