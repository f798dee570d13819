"""Claims on the continued fractions with constant a and b = (n + r)(n + s): pi, ln 2 and rational numbers."""

from __future__ import annotations

from typing import Any

from plumbline.domain import Domain, Integer, Real
from plumbline.formula import Formula, log, rational
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject


def _pi() -> Any:
    import sympy

    return sympy.pi


X = Real("x", 0, None, open_lo=True)
_STEP = [X, Real("later", 0, None, open_lo=True)]
_TAIL = [Real("n", 1), Real("d", 1), *(Real(name, 0) for name in ("r", "s", "t"))]

step = Formula("pcf.family.step", _STEP, lambda x, later: 2 / (x + 1) - later, latex="1/L(x)")
at_one = Formula("pcf.family.at_one", [], lambda: log(2), latex="1/L(1)")
at_two = Formula("pcf.family.at_two", [], lambda: 2 - _pi() / 2, latex="1/L(2)")
GAUGES = {
    "plus_top": Formula("pcf.family.plus.top", _TAIL, lambda n, d, r, s, t: (n + s) * (t + n + r) + 0 * d),
    "plus_bottom": Formula("pcf.family.plus.bottom", _TAIL, lambda n, d, r, s, t: t + d + n + s + 1 + 0 * r),
    "minus_top": Formula("pcf.family.minus.top", _TAIL, lambda n, d, r, s, t: (n + s) * (t - n - r) + 0 * d),
    "minus_bottom": Formula("pcf.family.minus.bottom", _TAIL, lambda n, d, r, s, t: -t - d + n + s + 1 + 0 * r),
}
"""Numerator and denominator of t_n^{d,r,s} in terms of t = t_n^{d+1,r,s+1} and of t = t_n^{d-1,r,s+1}."""
rational_tail = Formula("pcf.family.rational_tail", [Real("n", 1)], lambda n: n, latex="t_n")

squares = Claim(
    id="pcf.family.squares",
    kind=Kind.IDENTITY,
    title="PCF(x, n^2) is an alternating series: pi at even and ln 2 at odd x",
    statement=(
        r"For every real $x>0$, $L(x)=x+\frac{1^2}{x+}\frac{2^2}{x+}\frac{3^2}{x+}\cdots$ satisfies $$\frac1{L(x)}="
        r"\frac2{x+1}-\frac1{L(x+2)},\qquad\text{so}\qquad\frac1{L(x)}=2\sum_{k\ge 0}\frac{(-1)^k}{x+1+2k};$$ "
        r"$L(1)=1/\ln 2$ and $L(2)=2/(4-\pi)$, and with them $L(x)$ for every natural $x$: $1/L(2m+1)=(-1)^m\big(\ln 2-"
        r"\sum_{j=1}^m(-1)^{j-1}/j\big)$, $1/L(2m)=(-1)^m\,2\big(\pi/4-\sum_{j<m}(-1)^j/(2j+1)\big)$."
    ),
    domain=Domain(X),
    subject=Subject({"step": step, "one": at_one, "two": at_two}),
    provenance=Provenance.DERIVED,
    source="derived; single values in the paper's cluster",
    refutations=(
        Refutation(
            "without index shift",
            {"step": Formula("step.wrong", _STEP, lambda x, later: 2 / x - later)},
            "the sum of the two reciprocals is 2/(x + 1)",
        ),
        Refutation(
            "pi/4 in the place of 2 - pi/2", {"two": Formula("two.wrong", [], lambda: _pi() / 4)}, "1/L(2) = 0.4292"
        ),
        Refutation("1/L(1) = 7/10", {"one": Formula("one.wrong", [], lambda: rational(7, 10))}, "ln 2 = 0.6931"),
    ),
)

checkerboard = Claim(
    id="pcf.family.checkerboard",
    kind=Kind.EQUIVALENCE,
    title="The checkerboard of constant a and b = (n+r)(n+s): pi, ln 2 or rational",
    statement=(
        r"For integers $d\ge 1$, $r,s\ge 0$ let $L=\mathrm{PCF}(d,(n+r)(n+s))$, $G=|r-s|$. $L$ is rational iff "
        r"$d<G$ and "
        r"$d-G$ is odd. Otherwise it is an irrational number $(\alpha K+\beta)/(\gamma K+\delta)$ with integers "
        r"$\alpha,\beta,\gamma,\delta$, where $K=\ln 2$ if $d+r+s$ is odd and $K=\pi$ if it is even. The tails "
        r"$t_n^{d,r,s}="
        r"\mathrm K_{k\ge n}\,(k+r)(k+s)/d$ are joined by $$t_n^{d,r,s}=\frac{(n+s)t+(n+r)(n+s)}{t+d+n+s+1},\ "
        r"t=t_n^{d+1,r,"
        r"s+1},\qquad t_n^{d,r,s}=\frac{(n+s)t-(n+r)(n+s)}{-t-d+n+s+1},\ t=t_n^{d-1,r,s+1}\ (d\ge 2,\ s+1-r\ne "
        r"d),$$ by index "
        r"shifts, by pcf.family.squares, and by $t_n^{1,0,2}=n$."
    ),
    domain=Domain(Integer("d", 1), Integer("r", 0), Integer("s", 0)),
    subject=Subject({"rule": "stated", **GAUGES, "rational": rational_tail}),
    provenance=Provenance.DERIVED,
    source="pattern in the paper; rule and proof derived",
    rests_on=("pcf.family.squares",),
    refutations=(
        Refutation(
            "rational for every d - G odd",
            {"rule": "without d < G"},
            "PCF(1, n^2) = 1/ln 2: d = 1, G = 0",
        ),
        Refutation(
            "rational for d - G even",
            {"rule": "parity flipped"},
            "PCF(1, n(n + 2)) = 2: d = 1, G = 2",
        ),
        Refutation(
            "t + d + n + s in the denominator",
            {"plus_bottom": Formula("plus.wrong", _TAIL, lambda n, d, r, s, t: t + d + n + s + 0 * r)},
            "the gauge matrix has d + n + s + 1",
        ),
    ),
    remark=r"In the census, with $c=1$ and $d>0$: 55 formulas, 27 with $\pi$, 20 with $\ln 2$, 8 rational.",
)
