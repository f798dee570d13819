"""The claim on continued fractions that are series (Euler): the paper's way of proving its formulas."""

from __future__ import annotations

from plumbline.domain import Domain, Every, Integer, Real
from plumbline.formula import Formula
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject

_F = [Real(name) for name in ("f_before", "f_after", "h1", "h2_after")]
_SUM = [Real("f1"), Real("h2"), Real("S")]

denominator = Formula(
    "pcf.euler.denominator",
    _F,
    lambda f_before, f_after, h1, h2_after: f_before * h1 + f_after * h2_after,
    latex="f_n a_n",
)
numerator = Formula("pcf.euler.numerator", [Real("h1"), Real("h2")], lambda h1, h2: -h1 * h2, latex="b_n")
grows = Formula(
    "pcf.euler.grows",
    [Real("f_before"), Real("h1")],
    lambda f_before, h1: f_before * h1,
    latex="f_{n+1}h_2(n+1)c_n/c_{n-1}",
)
value = Formula("pcf.euler.value", _SUM, lambda f1, h2, S: f1 * h2 * (1 - S), latex="f_0K_nS_n")

series = Claim(
    id="pcf.euler.series",
    kind=Kind.IDENTITY,
    title="Euler's continued fractions: the convergents are partial sums",
    statement=(
        r"Let $h_1,h_2,f$ be sequences without zeros, $b_n=-h_1(n)h_2(n)$ and "
        r"$f(n)a_n=f(n-1)h_1(n)+f(n+1)h_2(n+1)$. With "
        r"$S_n=\sum_{k=0}^n\frac{f(0)f(1)}{f(k)f(k+1)}\prod_{i=1}^k\frac{h_1(i)}{h_2(i+1)}$, every convergent of "
        r"$\mathrm K_{n\ge 1}(b_n/a_n)$ is $$K_n=\frac{f(1)h_2(1)}{f(0)}\Big(\frac1{S_n}-1\Big),$$ so that the "
        r"value is the "
        r"same with $S=\lim S_n$, and $-f(1)h_2(1)/f(0)$ where $|S_n|\to\infty$."
    ),
    domain=Domain(Every("h1, h2, f", "all sequences of nonzero reals h1, h2, f"), Integer("n", 0)),
    subject=Subject({"denominator": denominator, "numerator": numerator, "grows": grows, "value": value}),
    provenance=Provenance.SOURCE,
    source="Appendix A.2 of the paper (the method); telescoping derived",
    refutations=(
        Refutation(
            "b = h1 h2",
            {"numerator": numerator.instead(lambda h1, h2: h1 * h2)},
            "the sign belongs to b",
        ),
        Refutation(
            "f(n) h1(n) in the place of f(n-1) h1(n)",
            {"grows": grows.instead(lambda f_before, h1: f_before + h1)},
            "the terms of the series are products",
        ),
        Refutation(
            "1 - 2S",
            {"value": Formula("value.wrong", _SUM, lambda f1, h2, S: f1 * h2 * (1 - 2 * S))},
            "K_0 = 0 belongs to S_0 = 1",
        ),
    ),
)

COUNTS = {"d22": 3178, "d12": 450, "d11": 378, "d02": 58, "d00": 18, "total": 4082}


def _count(name: str, number: int) -> Formula:
    return Formula(f"pcf.euler.count.{name}", [], lambda: number)


count = Claim(
    id="pcf.euler.count",
    kind=Kind.COUNT,
    title="4,082 formulas of the census are Euler series with f = 1",
    statement=(
        r"Exactly $4{,}082$ non-terminating formulas of the census have $b=-h_1h_2$ and $a(n)=h_1(n)+h_2(n+1)$ "
        r"with rational "
        r"polynomials $h_1,h_2$: $3{,}178$ of degrees $(2,2)$, $450$ of $(1,2)$, $378$ of $(1,1)$, $58$ of $(0,2)$ "
        r"and $18$ of "
        r"$(0,0)$."
    ),
    domain=Domain(),
    subject=Subject({name: _count(name, number) for name, number in COUNTS.items()}),
    provenance=Provenance.DERIVED,
    source="counted here",
    refutations=(
        Refutation("one pair fewer", {"d12": _count("d12", 448)}, "the count is exact"),
        Refutation("none of degrees (0,2)", {"d02": _count("d02", 0)}, "h1 and h2 with opposite leading coefficients"),
    ),
)
