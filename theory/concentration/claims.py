"""The claims: the Chernoff exponent, which is the relative entropy, is at least Hoeffding's and Bernstein's."""

from __future__ import annotations

from fractions import Fraction

from plumbline.domain import Domain, Every, Integer
from plumbline.nouns import Claim, Kind, Paper, Provenance, Refutation, Subject
from theory.concentration import bounds

PAPER = Paper(
    name="concentration",
    title="Exponential tail bounds for sums of bounded variables",
    authors="W. Hoeffding; S. N. Bernstein; H. Chernoff",
    venue="J. Amer. Statist. Assoc. 58, 1963; Ann. Math. Statist. 23, 1952",
    summary=(
        r"The mean of $n$ independent variables in $[0,1]$ of mean $p$ reaches $q>p$ with probability at most "
        r"$e^{-n\,\mathrm{kl}(q,p)}$, and no smaller exponent serves all laws. Hoeffding's and Bernstein's exponents "
        r"are lower bounds of the relative entropy $\mathrm{kl}$; each is best near a point where they touch."
    ),
)
_KL = r"\mathrm{kl}(q,p)=q\log\tfrac qp+(1-q)\log\tfrac{1-q}{1-p}"

chernoff = Claim(
    id="concentration.chernoff.tail",
    kind=Kind.INEQUALITY,
    title="Chernoff's bound",
    statement=(
        r"For independent $X_1,\dots,X_n\in[0,1]$ whose means average to $p\in(0,1)$, and $q=p+s(1-p)$, $s\in(0,1)$: "
        rf"$$\Pr\Big(\tfrac1n\sum_iX_i\ge q\Big)\le e^{{-n\,\mathrm{{kl}}(q,p)}},\qquad {_KL}.$$"
    ),
    domain=Domain(
        bounds.P,
        bounds.chernoff.domain["s"],
        Integer("n", 1),
        Every("laws", "all independent variables in [0, 1] of average mean p"),
    ),
    subject=Subject({"exponent": bounds.chernoff}),
    provenance=Provenance.RECALLED,
    source="Chernoff 1952; Hoeffding 1963, theorem 1, first form",
    scale=("exponent", "up"),
    refutations=(
        Refutation(
            "exponent 1 per cent larger",
            {"exponent": bounds.chernoff.scaled(Fraction(101, 100))},
            "one variable in {0, 1} reaches q with probability p, and kl(q, p) tends to -log p as q tends to 1",
        ),
    ),
)
hoeffding = Claim(
    id="concentration.exponent.hoeffding",
    kind=Kind.INEQUALITY,
    title="Hoeffding's exponent is below Chernoff's",
    statement=rf"For all $p,q\in(0,1)$: $${_KL}\ge 2(q-p)^2.$$",
    domain=Domain(bounds.P, bounds.Q),
    subject=Subject({"exponent": bounds.hoeffding}),
    provenance=Provenance.RECALLED,
    source="Hoeffding 1963, theorem 1, derived again",
    scale=("exponent", "up"),
    refutations=(Refutation("2.01 for 2", {"exponent": bounds.hoeffding_strong}, "they touch at p = q = 1/2"),),
)
bernstein = Claim(
    id="concentration.exponent.bernstein",
    kind=Kind.INEQUALITY,
    title="Bernstein's exponent is below Chernoff's",
    statement=(
        rf"For all $p\in(0,1)$ and $q=p+t$, $t=s(1-p)$, $s\in[0,1)$: $${_KL}\ge\frac{{t^2}}{{2(p(1-p)+t/3)}}.$$"
    ),
    domain=Domain(bounds.P, bounds.S),
    subject=Subject({"exponent": bounds.bernstein}),
    provenance=Provenance.RECALLED,
    source="Bernstein's inequality for variables in {0, 1}, derived again",
    scale=("exponent", "up"),
    refutations=(Refutation("t/4 for t/3", {"exponent": bounds.bernstein_strong}, "rare events need t/3"),),
)
