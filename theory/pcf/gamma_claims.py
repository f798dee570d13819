"""The claim on Gauss' and the lemniscate constant among the formulas with constant a and b = (n + r)(n + s)."""

from __future__ import annotations

from typing import Any

from plumbline.domain import Domain, Real
from plumbline.formula import Formula, rational
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject

R, S, Q = Real("r"), Real("s"), Real("q")
W = Real("w", "2.6", "2.7", latex=r"\varpi")


def _pi() -> Any:
    import sympy

    return sympy.pi


GENERAL = {
    "top": Formula("pcf.family.gamma.top", [R, S, Q], lambda r, s, q: s * (q - r)),
    "bottom": Formula("pcf.family.gamma.bottom", [R, S, Q], lambda r, s, q: s - q + 0 * r),
    "later": Formula("pcf.family.gamma.later", [R, S], lambda r, s: (r + 1) * s, latex="q(r,s)q(r+1,s+1)"),
}
VALUES = {
    "two_minus": ((2, 4, -2, 0), lambda w: 2 * w / (2 * w - _pi())),
    "four_plus": ((4, 4, 2, 0), lambda w: 2 * w / (4 * w - 3 * _pi())),
    "two_plus": ((2, 4, 2, 0), lambda w: 2 / (w - 2)),
    "four_minus": ((4, 4, -2, 0), lambda w: 6 / (4 - w)),
    "two_shifted": ((2, 4, 2, -2), lambda w: (w + 2) / (w - 1)),
    "four_square": ((4, 4, -4, 1), lambda w: 2 + w**2 / _pi()),
    "two_square": ((2, 4, 0, -1), lambda w: (w**2 + _pi()) / (w**2 - _pi())),
}
"""(d; c, b1, b0) and the limit in the lemniscate constant w; Gauss' constant is G = w/pi."""

_FORMULAS = {name: Formula(f"pcf.family.gamma.{name}", [W], build, latex="L") for name, (_, build) in VALUES.items()}

gauss_lemniscate = Claim(
    id="pcf.family.gauss_lemniscate",
    kind=Kind.IDENTITY,
    title="Continued fractions for Gauss' constant and the lemniscate constant",
    statement=(
        r"For real $r\ne s$, $s\ne 0$, neither a negative integer, let $$q=\frac{2\,\Gamma(\frac "
        r"r2+1)\,\Gamma(\frac{s+1}2)}"
        r"{\Gamma(\frac{r+1}2)\,\Gamma(\frac s2)}.$$ Then $\mathrm{PCF}(1,(n+r)(n+s))=s(q-r)/(s-q)$. With $\varpi="
        r"\Gamma(\frac14)^2/(2\sqrt{2\pi})$ (the lemniscate constant) and $G=\varpi/\pi$ (Gauss' constant) it "
        r"follows that "
        r"$\mathrm{PCF}(2,2n(2n-1))=\frac{2G}{2G-1}$, $\mathrm{PCF}(4,2n(2n+1))=\frac{2G}{4G-3}$, "
        r"$\mathrm{PCF}(2,2n(2n+1))="
        r"\frac2{\varpi-2}$, $\mathrm{PCF}(4,2n(2n-1))=\frac6{4-\varpi}$, "
        r"$\mathrm{PCF}(2,4n^2+2n-2)=\frac{\varpi+2}{\varpi-1}$, "
        r"$\mathrm{PCF}(4,(2n-1)^2)=2+\frac{\varpi^2}\pi$, "
        r"$\mathrm{PCF}(2,4n^2-1)=\frac{\varpi^2/\pi+1}{\varpi^2/\pi-1}$."
    ),
    domain=Domain(R, S),
    subject=Subject({**GENERAL, **_FORMULAS}),
    provenance=Provenance.DERIVED,
    source="pattern in the paper; formulas and proof derived",
    assumptions=(r"$q$ finite; the limit is $\infty$ where $s=q$",),
    rests_on=("pcf.family.checkerboard",),
    parts=("general", "values"),
    refutations=(
        Refutation(
            "s and r exchanged in one place",
            {"bottom": Formula("bottom.wrong", [R, S, Q], lambda r, s, q: r - q + 0 * s)},
            "the denominator is s - q",
        ),
        Refutation(
            "r s in the product",
            {"later": Formula("later.wrong", [R, S], lambda r, s: r * s)},
            "Gamma((r + 3)/2) = (r + 1)/2 Gamma((r + 1)/2)",
        ),
        Refutation(
            "2.01 for the half of the last but one",
            {"four_square": Formula("square.wrong", [W], lambda w: rational("2.01") + w**2 / _pi())},
            "PCF(4, (2n-1)^2) = 4.18844",
        ),
    ),
    remark=(
        r"The two neighbours $\mathrm{PCF}(5,4n^2+2n)=3+2\sqrt 2$ and $\mathrm{PCF}(1,4n^2-2n)=2/(\sqrt "
        r"2\ln(1+\sqrt 2))$ "
        r"belong to another class of parameters and are not claimed here."
    ),
)
