"""Claims on factorial reduction for a linear and b quadratic: one period modulo a prime, and its density."""

from __future__ import annotations

from fractions import Fraction

from plumbline.domain import Domain, Every
from plumbline.formula import Formula
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject
from theory.pcf import reduction as forms

_FORMULA = Every("formula", "all integers e, d, c, b1, b0: a = en + d, b = cn^2 + b1 n + b0")
_PRIME = Every("l", "every odd prime")
_PERIOD = (
    r"$a_n=en+d$, $b_n=cn^2+b_1n+b_0$ over the integers, $l$ an odd prime, "
    r"$M_k=\begin{pmatrix}0&b_k\\1&a_k\end{pmatrix}$, $P_l=M_1\cdots M_l$; $\Delta=e^2+4c$, $t=2cd-e(b_1+c)$, "
    r"$\mathrm{disc}=b_1^2-4cb_0$, $(\cdot/l)$ the Legendre symbol. "
)

trace = Claim(
    id="pcf.fr.trace",
    kind=Kind.IDENTITY,
    title="Trace and determinant of one period modulo a prime",
    statement=(
        "Let "
        + _PERIOD
        + r"Modulo $l$: $$2c\,\mathrm{tr}\,P_l\equiv t\,\big(1-(\Delta/l)\big),\qquad c\,\det P_l\equiv"
        r"\mathrm{disc}\ \text{ if }(\mathrm{disc}/l)=-1,\ \text{ else } 0,$$ so that both are known where $l\nmid c$. "
        r"For linear $b$ ($c=0$): $\det P_l\equiv 0$ if $l\nmid b_1$, and $e\,\mathrm{tr}\,P_l\equiv -b_1$ if "
        r"$l\nmid e$, "
        r"$\mathrm{tr}\,P_l\equiv d$ if $l\mid e$. All of it follows from one identity of polynomials over "
        r"$\mathbb F_l$: "
        r"$\mathrm{tr}\,P_l=d^l-\Delta^{(l-1)/2}d-e(b_1+c)\,\big(e^{l-1}-\Delta^{(l-1)/2}\big)/(2c)$."
    ),
    domain=Domain(_FORMULA, _PRIME),
    subject=Subject(
        {
            "discriminant": forms.discriminant,
            "t": forms.shifted_trace,
            "trace": forms.twice_c_trace,
            "disc": forms.root_discriminant,
            "determinant": forms.c_determinant,
            "linear": forms.e_trace_linear,
            "constant": forms.trace_linear_constant,
        }
    ),
    provenance=Provenance.DERIVED,
    source="derived; found numerically on 508,200 pairs of formula and prime",
    parts=("trace", "determinant", "linear"),
    refutations=(
        Refutation(
            "t without c",
            {"t": forms.shifted_trace.instead(lambda e, d, c, b1: 2 * c * d - e * b1)},
            "the mean of the two exponents is (r1 + r2 + 1)/2, not (r1 + r2)/2",
        ),
        Refutation(
            "Delta = e^2 - 4c",
            {"discriminant": forms.discriminant.instead(lambda e, c: e**2 - 4 * c)},
            "the two growth factors are the roots of x^2 - e x - c",
        ),
        Refutation(
            "1 + (Delta/l)",
            {"trace": forms.twice_c_trace.instead(lambda t, chi: t * (1 + chi))},
            "a square Delta gives trace 0",
        ),
        Refutation(
            "determinant -disc/c",
            {"determinant": forms.c_determinant.instead(lambda disc: -disc)},
            "the product of l factors -b_k has the sign (-1)^l = -1, and conjugate roots give another",
        ),
        Refutation(
            "trace b1/e for linear b",
            {"linear": forms.e_trace_linear.instead(lambda b1: b1)},
            "(1,0;1,0): a = n, b = n has trace -1 modulo 7",
        ),
    ),
)

classify = Claim(
    id="pcf.fr.classify",
    kind=Kind.EQUIVALENCE,
    title="Factorial reduction is decided by two squares",
    statement=(
        "Let " + _PERIOD + r"and $c\ne 0$. For $l\nmid 2c\Delta$, $P_l$ is nilpotent modulo $l$ iff "
        r"$(\mathrm{disc}/l)\ne-1$ and [$(\Delta/l)=1$ or $l\mid t$]. The primes with nilpotent period have a density "
        r"$\rho$. Say that $S_1$ holds if disc is a square (0 is one), $S_2$ if $\Delta$ is a nonzero square or $t=0$. "
        r"Then $\rho=0$ if $\Delta=0$ and $t\ne 0$, and otherwise $\rho=1$ if $S_1$ and $S_2$; $\rho=\tfrac12$ if "
        r"exactly "
        r"one of them holds, or neither does but $\mathrm{disc}\cdot\Delta$ is a square; $\rho=\tfrac14$ in all other "
        r"cases. So $\rho=1$ (full factorial reduction) iff $S_1$ and $S_2$."
    ),
    domain=Domain(Every("formula", "all integers e, d, b1, b0 and c not 0: a = en + d, b = cn^2 + b1 n + b0")),
    subject=Subject({"rule": "stated", **forms.density_of}),
    provenance=Provenance.DERIVED,
    source="derived",
    rests_on=("pcf.fr.trace",),
    parts=("nilpotent", "density"),
    refutations=(
        Refutation(
            "reduction iff disc is a square", {"rule": "disc alone"}, "(0,0,1;2,0,0): disc = 0, Delta = 8, t = 4"
        ),
        Refutation("t = 0 forgotten", {"rule": "without t"}, "(0,2,1;1,0,0): Delta = 8 is no square, t = 0"),
        Refutation("Delta = 0 taken for a square", {"rule": "zero is a square"}, "(0,2,0;-1,0,0): the trace is t/(2c)"),
        Refutation(
            "independent quadratic characters in all cases",
            {"rule": "fields apart"},
            "(0,1,1;3,1,-1): disc = Delta = 13, one field, so that one condition implies the other",
        ),
        Refutation(
            "a quarter and a twentieth more",
            {"neither": forms.density_of["neither"].scaled(Fraction(21, 20))},
            "two independent characters take each pair of values equally often",
        ),
    ),
    remark=(
        r"Observed, not claimed: $\ln g_n=\rho\ln n!+\gamma_gn+o(n)$. Its lower half up to a factor 2 follows from "
        r"pcf.fr.divides; that the power of a nilpotent prime $l$ in $g_n$ grows like $n/l$, not $n/(2l)$, is "
        r"numerical."
    ),
)

divides = Claim(
    id="pcf.fr.divides",
    kind=Kind.INEQUALITY,
    title="A nilpotent period divides numerators and denominators again and again",
    statement=(
        "Let "
        + _PERIOD
        + r"If $P_l$ is nilpotent modulo $l$, then $M_{m+1}\cdots M_{m+2l}\equiv 0$ modulo $l$ for every "
        r"$m$ divisible by $l$, and $$l^{\lfloor n/(2l)\rfloor}\ \big|\ g_n=\gcd(p_n,q_n)$$ for every $n\ge 0$."
    ),
    domain=Domain(_FORMULA, _PRIME, forms.DEPTH),
    subject=Subject({"blocks": forms.BLOCKS}),
    provenance=Provenance.DERIVED,
    source="derived",
    scale=("blocks", "down"),
    refutations=(
        Refutation(
            "one period in the place of two",
            {"blocks": Formula("blocks.wrong", [], lambda: 1)},
            "the period of (0,2,1;1,0,0) is nilpotent modulo 7 and not 0: 7 does not divide g_7",
        ),
        Refutation(
            "blocks of 1.99 periods",
            {"blocks": Formula("blocks.199", [], lambda: Fraction(199, 100))},
            "b = n^2 is first divisible at l and again at 2l",
        ),
    ),
)


def _count(name: str, value: int) -> Formula:
    return Formula(name, [], lambda: value)


COUNTS = {
    "sub2": (310, 2500, 2670, 0),
    "hyperbolic": (2996, 29278, 51656, 0),
    "elliptic": (90, 7338, 24472, 0),
    "parabolic": (38, 246, 0, 4446),
}
"""Formulas with density 1, 1/2, 1/4 and 0, by regime."""
SIZES = ("full", "half", "quarter", "none")

counts = Claim(
    id="pcf.fr.counts",
    kind=Kind.COUNT,
    title="How many formulas of the census have full, half and quarter reduction",
    statement=(
        r"Non-terminating formulas of the census with $\deg a\le 1$, $\deg b=2$, by the density $\rho$ of "
        r"pcf.fr.classify: with $a$ constant and $c>0$ there are $310$ with $\rho=1$, $2{,}500$ with $\tfrac12$, "
        r"$2{,}670$ "
        r"with $\tfrac14$; with $\deg a=1$ and $\Delta>0$: $2{,}996$, $29{,}278$, $51{,}656$; $\Delta<0$: $90$, "
        r"$7{,}338$, "
        r"$24{,}472$; $\Delta=0$: $38$, $246$, $0$, and $4{,}446$ with $\rho=0$."
    ),
    domain=Domain(),
    subject=Subject(
        {
            "rule": "stated",
            **{
                f"{regime}_{size}": _count(f"{regime}.{size}", n)
                for regime, row in COUNTS.items()
                for size, n in zip(SIZES, row, strict=True)
            },
        }
    ),
    provenance=Provenance.DERIVED,
    source="counted here",
    rests_on=("pcf.fr.classify",),
    refutations=(
        Refutation(
            "reduction iff disc is a square", {"rule": "disc alone"}, "then 810 formulas with constant a would be full"
        ),
        Refutation("two formulas more", {"sub2_full": _count("sub2.full", 312)}, "the count is exact"),
        Refutation("t = 0 forgotten", {"rule": "without t"}, "the 90 full ones with Delta < 0 have t = 0"),
    ),
    remark=(
        r"The 310 formulas are the paper's special cluster with $\deg b>2\deg a$: $c\in\{1,4\}$ and disc a square. "
        r"(Its 1,543,926 formulas are 4,980 times as many; it says about 5,000.)"
    ),
)
