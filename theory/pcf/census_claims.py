"""Exact counts over the census: its size and classes of equivalent formulas, regimes, the released filter, bands."""

from __future__ import annotations

from plumbline.domain import Domain
from plumbline.formula import Formula
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject


def _count(name: str, value: int) -> Formula:
    return Formula(name, [], lambda: value)


_NONZERO = "neither $a$ nor $b$ is the zero polynomial"

SIZES = {
    "total": 1768900,
    "terminating": 178220,
    "sign": 884450,
    "shift": 724244,
    "scaling": 722956,
    "shift_steps": 727700,
    "scaling_steps": 726408,
}

size = Claim(
    id="pcf.census.size",
    kind=Kind.COUNT,
    title="The census has 1330^2 formulas, of which 178,220 terminate",
    statement=(
        r"There are $1330^2=1{,}768{,}900$ pairs of nonzero integer polynomials $a,b$ of degree at most 2 with "
        r"coefficients from $-5$ to $5$. For $178{,}220$ of them $b_n=0$ at some integer $n\ge 1$. They fall into "
        r"$884{,}450$ classes under the sign $(a,b)\mapsto(-a,b)$, into $724{,}244$ under sign and index shift "
        r"$n\mapsto n+k$, and into $722{,}956$ under sign, shift and scaling $(a,b)\mapsto(2a,4b)$. Where only shifts "
        r"$n\mapsto n+1$ from one formula of the census to another count, the last two numbers are $727{,}700$ and "
        r"$726{,}408$."
    ),
    domain=Domain(),
    subject=Subject({name: _count(name, value) for name, value in SIZES.items()}),
    provenance=Provenance.DERIVED,
    source="Size of the census as in the paper (abstract and data description); classes counted here",
    assumptions=(_NONZERO,),
    parts=tuple(SIZES),
    refutations=(
        Refutation(
            "the zero polynomial counted",
            {"total": _count("total", 1331**2)},
            "a and b are not the zero polynomial",
            drops=_NONZERO,
        ),
        Refutation(
            "zeros of b at n = 0 counted",
            {"terminating": _count("terminating", 1330 * 234)},
            "b(0) is never used: a formula with b(0) = 0 does not terminate for that",
        ),
        Refutation(
            "shifts that leave the census and come back not counted",
            {"shift": _count("shift", 727700)},
            "b = n^2 - 2n - 5 is joined to n^2 + 2n - 5 by a shift by 2, although n^2 - 6 lies outside",
        ),
    ),
)

REGIME_COUNTS = {
    "factorial": 1458160,
    "hyperbolic": 84000,
    "elliptic": 37856,
    "sub1": 450,
    "sub2": 5480,
    "parabolic_plus": 1496,
    "parabolic_minus": 2950,
    "power": 168,
    "logarithmic": 12,
    "log_oscillating": 108,
    "convergent": 1549766,
}

counts = Claim(
    id="pcf.regimes.counts",
    kind=Kind.COUNT,
    title="How many formulas of the census belong to each regime",
    statement=(
        r"Of the $1{,}590{,}680$ formulas of the census that do not terminate, $1{,}458{,}160$ are factorial, "
        r"$84{,}000$ hyperbolic, $37{,}856$ elliptic, $450$ and $5{,}480$ have $d_b=2d_a+1$ and $d_b=2d_a+2$ with "
        r"$B>0$; among the parabolic ones ($A^2+4B=0$) $1{,}496$ have $D_1>0$, $2{,}950$ have $D_1<0$, and of those "
        r"with $D_1=0$ there are $168$, $12$ and $108$ with $D_2>0$, $D_2=0$ and $D_2<0$. In all, $1{,}549{,}766$ "
        r"belong to the regimes whose formulas converge in the extended reals."
    ),
    domain=Domain(),
    subject=Subject({name: _count(name, value) for name, value in REGIME_COUNTS.items()}),
    provenance=Provenance.DERIVED,
    source="Derived here; the paper keeps 1,543,926 formulas after a filter of its own",
    parts=tuple(REGIME_COUNTS),
    refutations=(
        Refutation(
            "convergence by the discriminant without index shift",
            {"convergent": _count("convergent", 1549766 + 658)},
            "658 formulas with a_n^2 + 4 b_n >= 0 for large n diverge",
        ),
        Refutation(
            "the limiting case D2 = 0 taken for oscillation",
            {"log_oscillating": _count("log_oscillating", 120)},
            "the twelve formulas with D2 = 0 converge, like 1/ln n",
        ),
    ),
    remark=(
        r"Convergence is meant in the extended reals, as in Pincherle's theorem: $206$ of them have the limit $\infty$ "
        r"(pcf.regimes.infinite), so that $1{,}549{,}560$ converge to a number. "
        r"The paper's number of formulas after filtering, 1,543,926, is smaller by 5,840; the difference is not "
        r"explained and is not claimed."
    ),
)

FILTER_COUNTS = {"all": 658, "parabolic_minus": 550, "log_oscillating": 108}

released_filter = Claim(
    id="pcf.regimes.released_filter",
    kind=Kind.COUNT,
    title="658 divergent formulas pass the released test of oscillation; with the index shift none does",
    statement=(
        r"The released code takes a formula for oscillating if $a_n^2+4b_n<0$ at $n=10^9$. Of the divergent "
        r"non-terminating formulas of the census $658$ pass this test: $550$ parabolic ones with $D_1<0$ and $108$ "
        r"with $D_1=0$, $D_2<0$. With $a_na_{n-1}+4b_n$ in place of it, none passes."
    ),
    domain=Domain(),
    subject=Subject(
        {**{name: _count(name, value) for name, value in FILTER_COUNTS.items()}, "shifted": _count("shifted", 0)}
    ),
    provenance=Provenance.DERIVED,
    source="Released code read; counted here",
    parts=(*FILTER_COUNTS, "shifted"),
    rests_on=("pcf.regimes.counts",),
    refutations=(
        Refutation("the released test is exact", {"all": _count("all", 0)}, "(0,4,4;-4,-5,-2) passes and diverges"),
        Refutation(
            "only the sign of D1 is missed",
            {"all": _count("all", 550)},
            "108 formulas with D1 = 0 oscillate in ln n",
        ),
    ),
)

bands = Claim(
    id="pcf.asymptotics.bands",
    kind=Kind.COUNT,
    title="The hyperbolic formulas with linear a converge at exactly 27 different exponential rates",
    statement=(
        r"Over the formulas of the census with $d_a=1$, $d_b=2$, $A^2+4B>0$ the exponential rate "
        r"$\gamma=\ln|\lambda_-/\lambda_+|$, $\lambda_\pm=(A\pm\sqrt{A^2+4B})/2$, takes exactly $27$ values: it "
        r"depends on $B/A^2$ alone, and $s=\sqrt{1+4B/A^2}$ gives the same as $1/s$."
    ),
    domain=Domain(),
    subject=Subject({"bands": _count("bands", 27)}),
    provenance=Provenance.DERIVED,
    source="The paper shows bands in its figure 2c without an explanation; derived here",
    refutations=(
        Refutation(
            "one band for each value of B/A^2",
            {"bands": _count("bands", 33)},
            "the two ratios s and 1/s collide",
        ),
    ),
)
