"""Claims on closed forms of all convergent continued fractions with deg a <= 1."""

from __future__ import annotations

from plumbline.domain import Domain, Every
from plumbline.formula import Formula, sqrt
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject
from theory.pcf import closed_forms as forms

_REGULAR = (
    r"$\tilde F$ is the hypergeometric function divided by $\Gamma$ of its lower parameter, entire in all parameters. "
)
_SIGN = r" For $e<0$ use $L(-a,b)=-L(a,b)$."
_SOURCE = "derived (Pincherle's theorem, contiguous functions)"
_NONZERO = r"$b_n\ne 0$ for all $n\ge 1$; the value is $\infty$ where the denominator is 0"


bessel = Claim(
    id="pcf.closed.bessel",
    kind=Kind.IDENTITY,
    title="a linear, b constant: a ratio of Bessel functions",
    statement=(
        _REGULAR + r"For $a_n=en+d$ with $e>0$ and $b_n=B\ne 0$: $$L=e\,\frac{{}_0\tilde F_1(;\beta;z)}"
        r"{{}_0\tilde F_1(;\beta+1;z)},\qquad \beta=\frac de,\quad z=\frac B{e^2}$$ (modified Bessel functions $I$ for "
        r"$B>0$, $J$ for $B<0$)." + _SIGN
    ),
    domain=Domain(Every("formula", "all real e > 0, d and B != 0")),
    subject=Subject(forms.bessel),
    provenance=Provenance.RECALLED,
    source=_SOURCE,
    assumptions=(_NONZERO,),
    refutations=(
        Refutation(
            "z = -B/e^2",
            {"z": forms.bessel["z"].instead(lambda e, B: -B / e**2)},
            "I and J exchanged: (0,1,0;0,0,1) is I_1(2)/I_0(2)",
        ),
        Refutation(
            "beta = d/e + 1",
            {"beta": forms.bessel["beta"].instead(lambda e, d: d / e + 1)},
            "that is the value from the index 1 on",
        ),
    ),
)

confluent = Claim(
    id="pcf.closed.confluent",
    kind=Kind.IDENTITY,
    title="a and b linear: a ratio of Kummer's functions",
    statement=(
        _REGULAR
        + r"For $a_n=en+d$ with $e>0$ and $b_n=b_1n+b_0$, $b_1\ne 0$: $$L=e\,\frac{{}_1\tilde F_1(\alpha;\beta;z)}"
        r"{{}_1\tilde F_1(\alpha+1;\beta+1;z)},\qquad \alpha=\frac{b_0}{b_1},\quad \beta=\frac{de+b_1}{e^2},\quad "
        r"z=\frac{b_1}{e^2}.$$" + _SIGN
    ),
    domain=Domain(Every("formula", "all real e > 0, d, b1 != 0 and b0")),
    subject=Subject(forms.confluent),
    provenance=Provenance.DERIVED,
    source=_SOURCE,
    assumptions=(_NONZERO,),
    refutations=(
        Refutation(
            "beta = d/e",
            {"beta": forms.confluent["beta"].instead(lambda e, d, b1: d / e + 0 * b1)},
            "Kummer's equation has gamma - z, which shifts beta by z",
        ),
        Refutation("z = -b1/e^2", {"z": forms.confluent["z"].instead(lambda e, b1: -b1 / e**2)}, "e = PCF(n + 3, -n)"),
    ),
)

gauss = Claim(
    id="pcf.closed.gauss",
    kind=Kind.IDENTITY,
    title="a at most linear, b quadratic, Delta > 0: a ratio of Gauss' functions",
    statement=(
        _REGULAR
        + r"For $a_n=en+d$, $b_n=cn^2+b_1n+b_0=c(n+r_1)(n+r_2)$ with $c\ne 0$, $\Delta=e^2+4c>0$, and $e>0$, or "
        r"$e=0$ and $d>0$: with $s=\sqrt\Delta$ $$L=s\,\frac{{}_2\tilde F_1(r_1,r_2;\beta;z)}{{}_2\tilde "
        r"F_1(r_1+1,r_2+1;"
        r"\beta+1;z)},\qquad z=\tfrac12\Big(1-\frac es\Big),\quad \beta=\frac{(b_1+c)z}c+\frac ds.$$"
        r" For $e<0$, or $e=0$ and $d<0$, use $L(-a,b)=-L(a,b)$."
    ),
    domain=Domain(
        Every("formula", "all real e >= 0, d (d > 0 where e = 0), c != 0 with e^2 + 4c > 0, b1 and b0"),
    ),
    subject=Subject(forms.gauss),
    provenance=Provenance.DERIVED,
    source=_SOURCE,
    assumptions=(_NONZERO,),
    refutations=(
        Refutation(
            "beta without c",
            {"beta": forms.gauss["beta"].instead(lambda sigma, z, d, s: sigma * z + d / s)},
            "the lower parameter is (r1 + r2 + 1) z + d/s",
        ),
        Refutation(
            "the other sign of s",
            {
                "z": forms.gauss["z"].instead(lambda e, s: (1 + e / s) / 2),
                "beta": forms.gauss["beta"].instead(lambda sigma, z, d, s: (sigma + 1) * z - d / s),
                "factor": forms.gauss["factor"].instead(lambda e, s: -s + 0 * e),
            },
            "it solves the same recurrence and belongs to the dominant solution",
        ),
    ),
)

cylinder = Claim(
    id="pcf.closed.cylinder",
    kind=Kind.IDENTITY,
    title="a constant, b linear: a ratio of parabolic cylinder functions",
    statement=(
        r"For $a_n=d>0$ and $b_n=b_1n+b_0$, $b_1>0$: $$L=\sqrt{b_1}\,\frac{D_{-k}(x)}{D_{-k-1}(x)},\qquad "
        r"k=\frac{b_0}{b_1},"
        r"\quad x=\frac d{\sqrt{b_1}}.$$ For $d<0$ use $L(-a,b)=-L(a,b)$."
    ),
    domain=Domain(Every("formula", "all real d > 0, b1 > 0 and b0")),
    subject=Subject(forms.cylinder),
    provenance=Provenance.DERIVED,
    source=_SOURCE,
    assumptions=(_NONZERO,),
    refutations=(
        Refutation(
            "x without root",
            {"x": forms.cylinder["x"].instead(lambda d, b1: d / b1)},
            "D_(nu+1) = x D_nu - nu D_(nu-1) times sqrt(b1)",
        ),
        Refutation(
            "k + 1",
            {"k": forms.cylinder["k"].instead(lambda b0, b1: b0 / b1 + 1)},
            "that is the value from the index 1 on",
        ),
        Refutation(
            "sqrt(2 b1)",
            {"factor": forms.cylinder["factor"].instead(lambda b1: sqrt(2 * b1))},
            "that factor belongs to the form with U",
        ),
    ),
)

parabolic = Claim(
    id="pcf.closed.parabolic",
    kind=Kind.IDENTITY,
    title="a linear, b quadratic, Delta = 0: a ratio of Tricomi's functions",
    statement=(
        r"For $a_n=en+d$ with $e>0$ and $b_n=c(n+r_1)(n+r_2)$ real with $e^2+4c=0$, let $z'=2d/e-r_1-r_2-1$. If "
        r"$z'>0$: "
        r"$$L=\frac e2\,\frac{U(r_1,1+r_1-r_2,z')}{U(r_1+1,1+r_1-r_2,z')}.$$ If $z'=0$ and $r_1\ge r_2$ are real: "
        r"$L=\tfrac e2r_1$." + _SIGN
    ),
    domain=Domain(Every("formula", "all real e > 0, d, and r1, r2 real or conjugate")),
    subject=Subject(forms.parabolic),
    provenance=Provenance.DERIVED,
    source=_SOURCE,
    assumptions=(_NONZERO,),
    parts=("positive", "zero"),
    refutations=(
        Refutation(
            "argument with r1 + r2 + 2",
            {"argument": forms.parabolic["argument"].instead(lambda e, d, sigma: 2 * d / e - sigma - 2)},
            "the argument is D1, which a shift of the index leaves alone",
        ),
        Refutation(
            "factor e",
            {"factor": forms.parabolic["factor"].instead(lambda e: e)},
            "the double growth factor is e/2",
        ),
    ),
)

periodic = Claim(
    id="pcf.closed.periodic",
    kind=Kind.IDENTITY,
    title="a and b constant: a quadratic irrational",
    statement=(
        r"For $a_n=A>0$ and $b_n=B\ne 0$ with $\Delta=A^2+4B\ge 0$: $L=(A+\sqrt\Delta)/2$. For $A<0$ use "
        r"$L(-a,b)=-L(a,b)$."
    ),
    domain=Domain(Every("formula", "all real A > 0 and B != 0 with A^2 + 4B >= 0")),
    subject=Subject(forms.periodic),
    provenance=Provenance.RECALLED,
    source="elementary",
    refutations=(
        Refutation(
            "the other root",
            {"limit": forms.periodic["limit"].instead(lambda A, s: (A - s) / 2)},
            "the smaller root belongs to the dominant solution",
        ),
    ),
)


COUNTS = {
    "periodic": 74,
    "bessel": 1100,
    "confluent": 9900,
    "cylinder": 450,
    "gauss": 89410,
    "tricomi": 1496,
    "root": 176,
    "total": 102606,
}


def _count(name: str, value: int) -> Formula:
    return Formula(f"pcf.closed.count.{name}", [], lambda: value)


count = Claim(
    id="pcf.closed.count",
    kind=Kind.COUNT,
    title="Every one of the 102,606 convergent formulas with deg a <= 1 has a closed form",
    statement=(
        r"The non-terminating convergent formulas of the census with $\deg a\le 1$ are $102{,}606$: $74$ with "
        r"$a,b$ constant "
        r"(pcf.closed.periodic), $1{,}100$ with $a$ linear and $b$ constant (bessel), $9{,}900$ with both linear "
        r"(confluent), "
        r"$450$ with $a$ constant and $b$ linear (cylinder), $89{,}410$ with $b$ quadratic and $\Delta>0$ (gauss; "
        r"$5{,}480$ of "
        r"them with $a$ constant), and with $\Delta=0$ $1{,}496$ with $z'>0$ and $176$ with $z'=0$ and real roots "
        r"(parabolic)."
    ),
    domain=Domain(),
    subject=Subject({name: _count(name, value) for name, value in COUNTS.items()}),
    provenance=Provenance.DERIVED,
    source="counted here",
    rests_on=(
        "pcf.closed.periodic",
        "pcf.closed.bessel",
        "pcf.closed.confluent",
        "pcf.closed.cylinder",
        "pcf.closed.gauss",
        "pcf.closed.parabolic",
    ),
    refutations=(
        Refutation(
            "conjugate roots with z' = 0 counted", {"root": _count("root", 284)}, "108 of them oscillate in ln n"
        ),
        Refutation("Delta = 0 left out for constants", {"periodic": _count("periodic", 70)}, "(2;-1) converges to 1"),
    ),
)
