"""The factor of the adaptive step in the pathwise bound is best possible."""

from __future__ import annotations

from fractions import Fraction

from plumbline.domain import Domain, Every, Integer, Real
from plumbline.formula import Formula
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject
from theory.sea_omd import worst_case_bounds as bounds

CYCLES = Integer("N", 1, None)
HEIGHT = Real("beta", 0, 1, open_lo=True, latex=r"\beta")
DELTA = Real("delta", 0, None, latex=r"\delta")
_MORE, _LESS = Fraction(101, 100), Fraction(99, 100)
_INSIDE = r"the next leader is not projected: $y\in\mathcal X$"

adaptive_constant = Claim(
    id="sea_omd.convex.adaptive_constant",
    kind=Kind.LIMIT,
    title="The pathwise factor c + 1/(2c) of the adaptive step is best possible: 3/2 at c = 1",
    statement=(
        r"In units of $D$ and $G$. For all $c>0$, $\delta\ge0$, $n\ge2$, $\beta\in(0,1]$, $N\ge1$ there is a path of "
        r"gradients in a rectangle of diameter 1 with regret $R$ and $\bar V_T=N\alpha(n,b)+1$, $b=\beta/(1+c)$, such "
        r"that, with $S=\sqrt{\delta+4+\bar V_T}$ and $w=c\,b\,(1+1/n)/\sqrt{4+\delta}$, "
        r"$$\Big|R-\Big(c\,\frac{n^2+n+2}{(n+1)(n+2)}+\frac{1-w^2}{2c}\Big)S\Big|"
        r"\le c+\frac1{2c}+c\sqrt{\delta+5}+1.$$ "
        r"The bracket is $c+1/(2c)$ less $\frac{2cn}{(n+1)(n+2)}+\frac{w^2}{2c}$, which vanishes as $n\to\infty$, "
        r"$\beta\to0$, and $S\to\infty$ as $N\to\infty$. So no factor below $c+1/(2c)$ holds for all domains and "
        r"paths: $\tfrac32$ at $c=1$, and at best $\sqrt2$, at $c=1/\sqrt2$."
    ),
    domain=Domain(bounds.STEP, DELTA, bounds.FINENESS, HEIGHT, CYCLES),
    subject=Subject(
        {
            "cycle": bounds.cycle_regret,
            "variation": bounds.cycle_variation,
            "limit": bounds.limit_ratio,
            "factor": bounds.best_factor,
        }
    ),
    provenance=Provenance.DERIVED,
    source="derived here",
    assumptions=(
        r"$\eta_t=cD/\sqrt{\delta+4G^2+\bar V_{t-1}}$, $x_t=P(\hat x_t-\eta_tg_{t-1})$, "
        r"$\hat x_{t+1}=P(\hat x_t-\eta_tg_t)$",
        r"a cycle, along the edge of length $w$: $n$ slopes $-b/n$, one $b$, then $b(1-j/n)$, $j=1..n$; after $N$ "
        r"cycles slope $-1$ along the other edge until its end",
    ),
    rests_on=("sea_omd.convex.pathwise",),
    parts=("cycle", "variation", "limit", "factor"),
    remark=(
        r"The two parts of the bound are sharp in different directions: along one edge hints are wasted at the wall "
        r"and decay at almost no cost in $\bar V_T$, while along the other edge the comparator stays a diameter away."
    ),
    refutations=(
        Refutation("factor 0.99 (c + 1/(2c))", {"factor": bounds.best_factor.scaled(_LESS)}, "a path has more"),
        Refutation("factor 1.01 (c + 1/(2c))", {"factor": bounds.best_factor.scaled(_MORE)}, "the limits stay below"),
        Refutation(
            "factor 5/4 at c = 1: hints never wasted",
            {"factor": Formula("factor.wrong", [bounds.STEP], lambda c: 3 * c / 4 + 1 / (2 * c))},
            "a path has more",
        ),
        Refutation("limit 1 per cent more", {"limit": bounds.limit_ratio.scaled(_MORE)}, "long paths have less"),
        Refutation("limit 1 per cent less", {"limit": bounds.limit_ratio.scaled(_LESS)}, "long paths have more"),
        Refutation(
            "cycle 1 per cent more", {"cycle": bounds.cycle_regret.scaled(_MORE)}, "its regret is known exactly"
        ),
        Refutation(
            "variation 1 per cent less", {"variation": bounds.cycle_variation.scaled(_LESS)}, "its slopes are known"
        ),
    ),
)

unprojected_step = Claim(
    id="sea_omd.convex.unprojected_step",
    kind=Kind.INEQUALITY,
    title="One step whose leader is not projected gains at most 3/8 of the squared surprise",
    statement=(
        r"With $x=P(\hat x-\eta M)$ and $y=\hat x-\eta g$, for every $u$: "
        r"$$\langle g,x-u\rangle\le\frac{\|\hat x-u\|^2-\|y-u\|^2}{2\eta}"
        r"+\eta\Big(\tfrac38\|g-M\|^2+\tfrac14\big(\|g\|^2-\|M\|^2\big)\Big).$$"
    ),
    domain=Domain(
        Every("X", "every closed convex domain of any dimension"),
        Every("step", "every leader, hint, step size and gradient with y in the domain, every comparator"),
    ),
    subject=Subject({"gain": bounds.unprojected_gain, "leaders": "inside"}),
    provenance=Provenance.DERIVED,
    source="derived here",
    assumptions=(r"$\mathcal X$ is closed and convex, $\hat x\in\mathcal X$", _INSIDE),
    stronger={"gain": "down"},
    remark=(
        r"Summed over rounds with $M_t=g_{t-1}$ and the adaptive step, the last term telescopes: where no "
        r"leader is projected the factor of the pathwise bound is $\tfrac34c+\frac1{2c}$ up to order $DG$, "
        r"$\tfrac54$ at $c=1$ and at best $\sqrt{3/2}$. What lies between it and $c+\frac1{2c}$ is due to "
        r"projected leaders."
    ),
    refutations=(
        Refutation("0.99 of it", {"gain": bounds.unprojected_gain.scaled(_LESS)}, "met where g = -M"),
        Refutation(
            "3/8 replaced by 37/100",
            {
                "gain": bounds.unprojected_gain.instead(
                    lambda eta, a, g2, M2: eta * (37 * a / 100 + (g2 - M2) / 4),
                )
            },
            "met where g = -M",
        ),
        Refutation(
            "projected leaders too",
            {"leaders": "anywhere"},
            "gradients wasted at the wall of the comparator",
            drops=_INSIDE,
        ),
    ),
)
