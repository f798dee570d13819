"""Proofs about limits over the whole census: irrational, rational or infinite, and enclosed."""

from __future__ import annotations

from fractions import Fraction

from plumbline.domain import Domain, Every, Integer, Real
from plumbline.formula import Formula
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject


def _count(name: str, value: int) -> Formula:
    return Formula(name, [], lambda: value)


_TIE = r"$\rho<0$ where $|B|=|A|$"
_LASTING = r"$b_n\ne 0$ for all $n\ge 1$"

BY_SIZE, BY_GCD, BY_GCD_LINEAR = 755642, 178970, 466

irrational = Claim(
    id="pcf.irrational.census",
    kind=Kind.COUNT,
    title="934,612 formulas of the census are proved irrational",
    statement=(
        r"Let $d_b\le d_a$, $d_a\ge 1$, $b_n\ne 0$. The limit is finite and irrational if $d_b<d_a$, or $|B|<|A|$, or "
        r"$|B|=|A|$ and $\rho<0$; this is so for $755{,}642$ formulas of the census. It is so too if "
        r"$\ln|A/B|+\sum_p (v_p/T_p)\ln p>0$, where $v_p$ is the least $p$-adic valuation of the content of "
        r"$M_{kT+1}\cdots M_{kT+T}$ over all $k\ge 0$: with blocks of $T=p,\dots,Jp$ and contents modulo $p^w$, "
        r"$(p,w,J)=(2,9,6),(3,6,4),(5,4,4),(7,3,3)$ and $(p,2,2)$ for $p=11,\dots,23$, this proves $178{,}970$ more "
        r"($466$ of them with linear $a$), in all $934{,}612$."
    ),
    domain=Domain(),
    subject=Subject(
        {
            "by_size": _count("by_size", BY_SIZE),
            "by_gcd": BY_GCD,
            "by_gcd_linear": _count("by_gcd_linear", BY_GCD_LINEAR),
            "ties": False,
            "starts": "all",
        }
    ),
    provenance=Provenance.DERIVED,
    source="Derived here; the paper reports a finite-depth count of another kind, 913,056",
    assumptions=(_TIE,),
    parts=("never_rational", "divides", "size", "linear", "gcd", "limits"),
    rests_on=("pcf.asymptotics.factorial",),
    refutations=(
        Refutation(
            "|B| = |A| is enough",
            {"ties": True},
            "(5,0,2;-5,-5,-1) has |A| = |B|, rho = 1 and the limit 0",
            drops=_TIE,
        ),
        Refutation(
            "content of the first block alone",
            {"starts": "first"},
            "(1,0,-5;5,1,2): the first block of length 2 has content 4, a later one 2",
        ),
        Refutation(
            "undecided ties counted",
            {"by_size": _count("by_size", BY_SIZE + 24276)},
            "with |A| = |B| and rho = 0 the minimal solution does not tend to 0 by its size",
        ),
        Refutation(
            "(1,1) counted once per sign",
            {"by_gcd_linear": _count("by_gcd_linear", BY_GCD_LINEAR // 2)},
            "(a, b) and (-a, b) are two formulas of the census",
        ),
    ),
    remark=(
        r"A limit that is not proved irrational here need not be rational: longer blocks and more primes prove more, "
        r"955,190 in all in the complete census. The role ties says whether $|B|=|A|$ counts whatever $\rho$ is, the "
        r"role starts over which blocks the content is minimised. Constant formulas with $A^2+4B$ no square (quadratic "
        r"numbers) are not counted."
    ),
)

zeta = Formula("zeta", [Real("A"), Real("B")], lambda A, B: -B / A, latex=r"\zeta")
limit = Formula("L", [Real("a0"), Real("zeta"), Real("ratio")], lambda a0, zeta, ratio: a0 - zeta * ratio, latex="L")
LISTED = {
    "quadratic": 3276,
    "quadratic_zero": 510,
    "quadratic_infinite": 160,
    "linear": 856,
    "linear_zero": 190,
    "linear_infinite": 28,
}

rational = Claim(
    id="pcf.rational.list",
    kind=Kind.COUNT,
    title="Which formulas with d_a = d_b have a hypergeometric minimal solution, and so a rational limit",
    statement=(
        r"Let $d_a=d_b\in\{1,2\}$ and $b_n\ne 0$ for $n\ge 1$. The minimal solution of "
        r"$u_n=a_nu_{n-1}+b_nu_{n-2}$ is a hypergeometric term iff for $\zeta=-B/A$ there is a monic polynomial $C$, "
        r"with $a(n)C(n)=-\zeta^{-1}b(n)C(n-1)+\zeta C(n+1)$; its degree is $\rho$. Then $u_n=\zeta^nC(n+1)$ and "
        r"$L=a_0-\zeta C(1)/C(0)$, infinite iff $C(0)=0$. In the census this is so for $3{,}276$ formulas with $d_a=2$ "
        r"($510$ with $L=0$, $160$ with $L=\infty$) and for $856$ with $d_a=1$ ($190$ and $28$), and for no other."
    ),
    domain=Domain(),
    subject=Subject({**{name: _count(name, value) for name, value in LISTED.items()}, "zeta": zeta, "limit": limit}),
    provenance=Provenance.DERIVED,
    source="Derived here",
    parts=("solution", "limit", *LISTED, "complete"),
    rests_on=("pcf.asymptotics.factorial",),
    refutations=(
        Refutation(
            "zeta = B/A",
            {"zeta": Formula("zeta", list(zeta.variables), lambda A, B: B / A)},
            "a_n u_(n-1) and b_n u_(n-2) cancel to leading order: u_n/u_(n-1) tends to -B/A",
        ),
        Refutation(
            "L = a_0 + zeta C(1)/C(0)",
            {"limit": Formula("L", list(limit.variables), lambda a0, zeta, ratio: a0 + zeta * ratio)},
            "by Pincherle's theorem L = a_0 - f_0/f_(-1)",
        ),
        Refutation(
            "constant C only",
            {"quadratic": _count("quadratic", 2222)},
            "C of degree 1 to 7 gives 1,054 more",
        ),
        Refutation(
            "L = 0 counted as infinite",
            {"linear_infinite": _count("linear_infinite", 190)},
            "C(0) = 0 and not C(1) = 0 makes the limit infinite",
        ),
    ),
    remark=(
        r"That a rational limit forces a hypergeometric minimal solution is not claimed: of the others those of "
        r"pcf.irrational.census are irrational, the rest is undecided."
    ),
)

X = Real("x", 0, open_lo=True)
radius = Formula("radius", [X], lambda x: x / 2, latex="r")
constant = Formula("constant", [], lambda: 4, latex="K")
SEQUENCES = Every("ab", "every pair of real sequences a, b with a_n not 0 and K |b_(n+1)| <= |a_n a_(n+1)| for n >= N")

worpitzky = Claim(
    id="pcf.enclosure.worpitzky",
    kind=Kind.INEQUALITY,
    title="The tail of a continued fraction lies in Worpitzky's disc",
    statement=(
        r"Let $a_n\ne 0$ and $4|b_{n+1}|\le|a_na_{n+1}|$ for all $n\ge N$. Then $t_N=\mathrm K_{k>N}(b_k/a_k)$ "
        r"converges and $|t_N|\le|a_N|/2$; so do all finite tails $b_{N+1}/(a_{N+1}+\dots+b_m/a_m)$."
    ),
    domain=Domain(Integer("N", 0), SEQUENCES),
    subject=Subject({"radius": radius, "constant": constant}),
    provenance=Provenance.RECALLED,
    source="Worpitzky 1865, derived here by induction",
    scale=("constant", "down"),
    stronger={"radius": "down"},
    refutations=(
        Refutation(
            "radius |a_N|/2 less 2 per cent",
            {"radius": Formula("radius", [X], lambda x: 49 * x / 100)},
            "a = 2, b = -1: finite tails -m/(m+1) tend to the edge of the disc",
        ),
        Refutation(
            "3.9 |b| <= |a a'| is enough",
            {"constant": Formula("constant", [], lambda: Fraction(39, 10))},
            "beyond 1/4 the tails of a constant continued fraction oscillate",
        ),
    ),
    constants={"K": "4, the best one", "radius": "half of |a_N|, attained in the limit"},
)


STARTS = {"enclosed": 1458160, "latest": 30}

starts = Claim(
    id="pcf.enclosure.census",
    kind=Kind.COUNT,
    title="Every factorial formula of the census has an enclosed tail from depth 30 on at the latest",
    statement=(
        r"For each of the $1{,}458{,}160$ formulas of the census with $d_b<2d_a$ that do not terminate there is an $N$ "
        r"such that $a(N+m)a(N+m+1)\mp 4b(N+m+1)$ have no negative coefficient as polynomials in $m$; then "
        r"$4|b_{n+1}|\le|a_na_{n+1}|$ for all $n\ge N$. The largest of the least such $N\ge 0$ is $30$."
    ),
    domain=Domain(),
    subject=Subject({name: _count(name, value) for name, value in STARTS.items()}),
    provenance=Provenance.DERIVED,
    source="Derived here",
    assumptions=(_LASTING,),
    parts=tuple(STARTS),
    rests_on=("pcf.enclosure.worpitzky",),
    refutations=(
        Refutation(
            "depth 24 is always enough", {"latest": _count("latest", 24)}, "(0,-1,5;0,-5,-5) has its start at 30"
        ),
        Refutation(
            "terminating formulas counted",
            {"enclosed": _count("enclosed", 1330 * 1210 + 120 * 110)},
            "a formula with b(n) = 0 has no infinite tail",
            drops=_LASTING,
        ),
    ),
)
