"""The claim on formulas with deg a = deg b = 2 and full factorial reduction."""

from __future__ import annotations

from plumbline.domain import Domain, Real
from plumbline.formula import Formula
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject

COUNTS = {"gap1": 888, "integer": 844, "half": 44, "gap2": 68, "gap3": 4, "gap4": 2, "elsewhere": 0}


def _count(name: str, value: int) -> Formula:
    return Formula(f"pcf.fr.degree2.{name}", [], lambda: value)


_AXES = [Real(name) for name in ("a0", "u11", "u12", "u21", "u22", "K")]
VALUE = Formula(
    "pcf.fr.degree2.value",
    _AXES,
    lambda a0, u11, u12, u21, u22, K: a0 + (u11 * K + u12) / (u21 * K + u22),
    latex="L",
)
_SWAPPED = Formula(
    "pcf.fr.degree2.value.wrong",
    _AXES,
    lambda a0, u11, u12, u21, u22, K: a0 + (u11 * K + u21) / (u12 * K + u22),
)

degree2 = Claim(
    id="pcf.fr.degree2",
    kind=Kind.EXISTENCE,
    title="All 962 formulas of degrees (2,2) with nilpotent periods are linear ones in disguise",
    statement=(
        r"Of the non-terminating formulas of the census with $\deg a=\deg b=2$ exactly $962$ have a nilpotent period "
        r"$M_1\cdots M_l$ modulo each of the twelve primes $l$ from $101$ to $157$. For every one of them the roots of "
        r"$b$ are rational and differ by an integer: by 1 for $888$ (844 with integer, 44 with half-integer "
        r"roots), by 2 "
        r"for $68$, by 3 for $4$, by 4 for $2$. With $y$ the smaller root, $r=n-y$ and $s=A(\alpha_1+y+1)$ there is a "
        r"polynomial matrix $U$, $\det U(n)\ne 0$ for $n\ge 1$, with $$M_{a,b}(n)\,U(n+1)=r(n)\,U(n)\,M_{An+s,B}(n),"
        r"\qquad M_{a,b}(n)=\begin{pmatrix}0&b_n\\1&a_n\end{pmatrix}.$$ So, with $K=\mathrm{K}_{n\ge "
        r"1}\,B/(An+s)$, a ratio "
        r"of Bessel functions, $$L=a_0+\frac{U_{11}(1)K+U_{12}(1)}{U_{21}(1)K+U_{22}(1)}.$$ Where the roots differ "
        r"by 1, "
        r"$U=\mathrm{diag}(n-1-y,1)$: the formula is an inflation of the linear one by $n-y$."
    ),
    domain=Domain(),
    subject=Subject({**{name: _count(name, value) for name, value in COUNTS.items()}, "value": VALUE}),
    provenance=Provenance.DERIVED,
    source="derived; every matrix found by linear algebra and verified exactly",
    parts=("count", "equivalence", "value"),
    rests_on=("pcf.closed.bessel",),
    refutations=(
        Refutation(
            "inflations only",
            {"gap2": _count("gap2", 0)},
            "(1,1,-1;-1,-2,0) reduces and b(n) = -n(n+2) has no neighbouring roots",
        ),
        Refutation(
            "integer roots only",
            {"gap1": _count("gap1", 844)},
            "44 inflations have half-integer roots",
        ),
        Refutation("66 of gap 2", {"gap2": _count("gap2", 66)}, "the count is exact"),
        Refutation("U transposed in the value", {"value": _SWAPPED}, "tails map as columns"),
    ),
    remark=r"With $\delta=1$, by pcf.delta, these formulas have irrationality exponent 2, as their Bessel ratios do.",
)
