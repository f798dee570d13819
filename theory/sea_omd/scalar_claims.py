"""Scalar lemmas of the logarithmic regimes: log-determinant, harmonic sums, exp-concavity, optimistic Hedge."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from plumbline.domain import Domain, Every, Integer, Real
from plumbline.formula import Formula, log, rational
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject
from theory.sea_omd import scalar_bounds as bounds

_LESS = Fraction(19, 20)
_HERE = "derived here"
_SEQUENCES = Every("s", "every finite sequence of reals in [0, Y] with the sum (k+f)Y")
_NO_LESS = r"$Y$ is no more than the sum: $y\ge1$"


def instead(formula: Formula, build: Callable[..., Any]) -> Formula:
    """A wrong formula in the place of ``formula``, on the same variables."""
    return Formula(f"{formula.name}.wrong", list(formula.variables), build)


logdet = Claim(
    id="sea_omd.lemma.logdet",
    kind=Kind.INEQUALITY,
    title="Elliptical potential",
    statement=(
        r"For $A_t=\varepsilon I+\sum_{s\le t}v_sv_s^\top$ and all $v_1,\dots,v_T\in\mathbb R^d$: "
        r"$$\sum_{t\le T}v_t^\top A_t^{-1}v_t\le\ln\det(A_T/\varepsilon)\le d\ln\Big(1+\frac{\sum_t\|v_t\|^2}"
        r"{d\,\varepsilon}\Big).$$"
    ),
    domain=Domain(
        bounds.DIMENSION,
        Integer("T", 1, None),
        bounds.REGULARISER,
        Every("v", "every sequence of T vectors in R^d"),
    ),
    subject=Subject({"determinant": bounds.log_determinant, "trace": bounds.log_trace}),
    provenance=Provenance.DERIVED,
    source=_HERE,
    parts=("determinant", "trace"),
    scale=("determinant", "down"),
    stronger={"trace": "down"},
    refutations=(
        Refutation("0.95 ln det", {"determinant": bounds.log_determinant.scaled(_LESS)}, "met for short vectors"),
        Refutation("0.95 of the last form", {"trace": bounds.log_trace.scaled(_LESS)}, "met with equality for d = 1"),
        Refutation(
            "ln instead of d ln",
            {"trace": instead(bounds.log_trace, lambda d, q, eps: log(1 + q / (d * eps)))},
            "two orthogonal vectors have det = (1 + 1/eps)^2",
        ),
    ),
)

harmonic = Claim(
    id="sea_omd.lemma.harmonic",
    kind=Kind.INEQUALITY,
    title="A bounded budget spread over harmonic weights",
    statement=(
        r"For $0\le s_t\le Y$, $\sum_ts_t=yY$ with $y=k+f\ge 1$ ($k$ whole, $0\le f<1$): $$\sum_t\frac{s_t}t\le Y\Big("
        r"H_k+\frac f{k+1}\Big)\le Y(1+\ln y).$$ The first bound is the exact maximum, for every length of "
        r"the sequence that admits the sum. With $Y=\max_ts_t$ the condition $y\ge 1$ always holds, except for "
        r"$s=0$, where the sum is 0. Where $Y$ is only an upper bound and exceeds the sum, the last form fails: see "
        r"sea_omd.lemma.harmonic_cap."
    ),
    domain=Domain(Integer("k", 1, None), bounds.REST, bounds.CAP, _SEQUENCES),
    subject=Subject({"greedy": bounds.greedy_sum, "bound": bounds.harmonic_log, "ratios": Real("y", 1, None)}),
    provenance=Provenance.DERIVED,
    source=_HERE,
    assumptions=(_NO_LESS,),
    parts=("greedy", "bound"),
    scale=("bound", "down"),
    refutations=(
        Refutation("0.95 of the last form", {"bound": bounds.harmonic_log.scaled(_LESS)}, "equality at y = 1"),
        Refutation(
            "any upper bound Y of the terms, larger than their sum too",
            {"ratios": Real("y", 0, None, open_lo=True)},
            "s = (1), Y = 3: 1 exceeds 3(1 - ln 3) < 0",
            drops=_NO_LESS,
        ),
        Refutation(
            "the rest weighs 1/(k+2)",
            {"greedy": instead(bounds.greedy_sum, lambda k, f, h: h + f / (k + 2))},
            "the rest of the budget goes to the next place, k+1",
        ),
        Refutation(
            "Y(1/2 + ln y)",
            {"bound": instead(bounds.harmonic_log, lambda y, Y: Y * (rational(1, 2) + log(y)))},
            "H_k - ln k stays above 0.577",
        ),
    ),
)

harmonic_cap = Claim(
    id="sea_omd.lemma.harmonic_cap",
    kind=Kind.INEQUALITY,
    title="The same with any upper bound on the terms",
    statement=(
        r"For $0\le s_t\le Y$, $\sum_ts_t=yY$, any $Y>0$ and $y\ge 0$: $$\sum_t\frac{s_t}t\le Y\min(1,y)\big(1+\ln\max("
        r"1,y)\big)\le Y\big(1+\ln(1+y)\big).$$"
    ),
    domain=Domain(bounds.WHOLE, bounds.REST, bounds.CAP, _SEQUENCES),
    subject=Subject({"capped": bounds.capped_log, "smooth": bounds.smooth_log}),
    provenance=Provenance.DERIVED,
    source=_HERE,
    rests_on=("sea_omd.lemma.harmonic",),
    parts=("capped", "smooth"),
    scale=("capped", "down"),
    stronger={"smooth": "down"},
    refutations=(
        Refutation("0.95 of the first form", {"capped": bounds.capped_log.scaled(_LESS)}, "equality for y <= 1"),
        Refutation(
            "Y(1 + ln y) for every Y",
            {"smooth": instead(bounds.smooth_log, lambda y, Y: Y * (1 + log(y)))},
            "negative for y < 1/e",
        ),
        Refutation(
            "Y ln(1 + y)",
            {"smooth": instead(bounds.smooth_log, lambda y, Y: Y * log(1 + y))},
            "s = (Y): Y exceeds Y ln 2",
        ),
    ),
)

expconcave = Claim(
    id="sea_omd.lemma.expconcave",
    kind=Kind.INEQUALITY,
    title="Quadratic lower bound of an exp-concave function",
    statement=(
        r"(i) $-\ln(1-z)\ge z+z^2/4$ on $[z_*,1)$, not below $z_*-10^{-19}$, for $z_*=-1.6237727561063439574$, the "
        r"root below 0 rounded towards 0. (ii) If $e^{-\alpha f}$ is concave and $\|\nabla f\|\le G$ on a convex set "
        r"of diameter $D$, then for all $x$ and $u$ in it $$f(x)-f(u)\le\langle\nabla f(x),x-u\rangle-\tfrac b2\langle"
        r"\nabla f(x),x-u\rangle^2,\qquad b=\min\Big\{\frac\alpha2,\frac{0.8118863780531719787}{GD}\Big\}.$$"
    ),
    domain=Domain(
        bounds.EXP_CONCAVITY,
        bounds.SLOPE,
        bounds.DIAMETER,
        Every("f", "every alpha-exp-concave function with gradients of norm at most G on a set of diameter D"),
    ),
    subject=Subject({"threshold": bounds.quadratic_threshold, "rate": bounds.quadratic_rate}),
    provenance=Provenance.DERIVED,
    source=r"the lemma with $b=\tfrac12\min\{1/(4GD),\alpha\}$ is standard; the sharper rate is derived here",
    constants={"published rate": r"$b=\tfrac12\min\{1/(4GD),\alpha\}$, up to 6.49 times smaller"},
    parts=("scalar", "quadratic"),
    scale=("rate", "up"),
    refutations=(
        Refutation(
            "from z = -1.7 on",
            {"threshold": instead(bounds.quadratic_threshold, lambda: rational("-1.7"))},
            "-ln 2.7 + 1.7 - 1.7^2/4 = -0.0158",
        ),
        Refutation(
            "0.83/(GD)",
            {"rate": bounds.quadratic_rate.scaled(Fraction(83, 81))},
            "the root of the scalar inequality is passed on f(x) = -ln(1 + alpha G x)/alpha",
        ),
        Refutation(
            "1/(GD)",
            {"rate": instead(bounds.quadratic_rate, lambda alpha, G, D: 1 / (G * D))},
            "nothing is left of the exp-concavity",
        ),
    ),
)

hedge_rvu = Claim(
    id="sea_omd.lemma.hedge_rvu",
    kind=Kind.INEQUALITY,
    title="Optimistic Hedge with a negative movement term",
    statement=(
        r"For $p_t\propto\exp(-\varepsilon(\sum_{s<t}\ell_s+m_t))$ and every expert $i$ of $N$: $$\sum_{t\le T}\langle"
        r"\ell_t,p_t-e_i\rangle\le\frac{\ln N}\varepsilon+\varepsilon\sum_{t\le T}\|\ell_t-m_t\|_\infty^2-\frac1{4"
        r"\varepsilon}\sum_{t=2}^T\|p_t-p_{t-1}\|_1^2.$$"
    ),
    domain=Domain(
        bounds.EXPERTS,
        Integer("T", 1, None),
        bounds.REGULARISER,
        Every("game", "every sequence of losses and hints in R^N"),
    ),
    subject=Subject({"paid": bounds.hedge_paid, "gained": bounds.hedge_gained}),
    provenance=Provenance.RECALLED,
    source="recalled; derived again here from the entropy's three-point identities",
    scale=("gained", "up"),
    stronger={"paid": "down"},
    remark=(
        "No one of the three constants can be improved while the others stay: perfect hints of a constant small loss "
        "exhaust ln N/eps, and hints +-a for zero losses make the other two terms meet as eps a -> 0."
    ),
    refutations=(
        Refutation(
            "movement counted with 1/(2 eps)",
            {"gained": bounds.hedge_gained.scaled(2)},
            "alternating hints for zero losses: the two last terms meet at 1/(4 eps)",
        ),
        Refutation(
            "movement counted with 0.26/eps",
            {"gained": bounds.hedge_gained.scaled(Fraction(26, 25))},
            "the same hints, smaller and for longer",
        ),
        Refutation(
            "0.95 eps of the variation",
            {"paid": instead(bounds.hedge_paid, lambda N, eps, A: log(N) / eps + rational(19, 20) * eps * A)},
            "the same hints, many rounds",
        ),
        Refutation(
            "0.95 ln N",
            {"paid": instead(bounds.hedge_paid, lambda N, eps, A: rational(19, 20) * log(N) / eps + eps * A)},
            "perfect hints of a constant small loss",
        ),
    ),
)
