"""Claims for tau > 1: the published bounds, their simplified forms, and the exact transformations beside them."""

from __future__ import annotations

from fractions import Fraction

from plumbline.domain import Domain, Every, Real
from plumbline.formula import Formula, Min
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject
from theory.comp_sum import bounds
from theory.comp_sum.assumptions import BOUNDED_SCORES, COMPLETE, TIES

_SETTING = (
    Every("D", "every distribution on inputs and labels"),
    Every("H", "every symmetric and complete hypothesis set"),
    Every("h", "every hypothesis of H"),
)
_MORE, _LESS = Fraction(21, 20), Fraction(19, 20)
_RECALLED = "Mao, Mohri, Zhong 2023, formula derived anew"


def _published(name: str, title: str, formula: str, transform: Formula, refutations: tuple[Refutation, ...]) -> Claim:
    return Claim(
        id=f"comp_sum.h_consistency.{name}",
        kind=Kind.INEQUALITY,
        title=title,
        statement=(
            r"For every distribution, every $h\in\mathcal H$ and every $n\ge 2$: "
            r"$$\mathcal T_{\tau}\big(R_{01}(h)-R^*_{01}(\mathcal H)+M_{01}(\mathcal H)\big)\le "
            rf"R_{{\tau}}(h)-R^*_{{\tau}}(\mathcal H)+M_{{\tau}}(\mathcal H),\qquad {formula}$$"
        ),
        domain=Domain(bounds.CLASSES, transform.domain["tau"], *_SETTING),
        subject=Subject({"T": transform, "scores": "complete"}),
        provenance=Provenance.RECALLED,
        source=_RECALLED,
        assumptions=(COMPLETE, TIES),
        rests_on=("comp_sum.bayes_risk.complete", "comp_sum.jensen_lift"),
        scale=("T", "up"),
        refutations=(*refutations, BOUNDED_SCORES),
    )


gce = _published(
    "gce",
    "H-consistency bound of generalised cross-entropy (published form)",
    r"\mathcal T_\tau(\beta)=\frac{1}{(\tau-1)n^{\tau-1}}\Big["
    r"\Big(\tfrac{(1+\beta)^{r}+(1-\beta)^{r}}2\Big)^{1/r}-1\Big],"
    r"\quad 1<\tau<2,\ r=\tfrac1{2-\tau}.",
    bounds.transform_gce,
    (
        Refutation(
            "1.05 T at n = 2",
            {"T": bounds.transform_gce.scaled(_MORE)},
            "with two classes the bound is attained",
        ),
        Refutation(
            "no power of n",
            {
                "T": bounds.transform_gce.instead(
                    lambda beta, n, tau: bounds.transform_gce.expr.subs({bounds.transform_gce.symbols["n"]: 1}).subs(
                        {bounds.transform_gce.symbols["beta"]: beta, bounds.transform_gce.symbols["tau"]: tau}
                    ),
                )
            },
            "2^(tau-1) times the two-class value is above the regret of the two-class law",
        ),
    ),
)

mae = _published(
    "mae",
    "H-consistency bound for tau >= 2, mean absolute error included (published form)",
    r"\mathcal T_\tau(\beta)=\frac{\beta}{(\tau-1)n^{\tau-1}},\quad\tau\ge 2.",
    bounds.transform_linear,
    (
        Refutation(
            "1.05 beta/n at tau = 2",
            {"T": bounds.transform_linear.scaled(_MORE)},
            "n = 3, beta = 0.4: p = ((1+b)/3, (1+b)/3, (1-2b)/3), s uniform has regret 0.1333 < 0.14",
        ),
    ),
)

simplified = Claim(
    id="comp_sum.h_consistency.simplified",
    kind=Kind.INEQUALITY,
    title="Square-root and linear forms of the published bounds",
    statement=(
        r"The published transformation satisfies $\mathcal T_\tau(\beta)\ge\beta^2/c$ with $c=2^\tau(2-\tau)$ for "
        r"$\tau\in[0,1)$ and $c=2n^{\tau-1}$ for $\tau\in[1,2)$, and $\mathcal T_\tau(\beta)\ge\beta/c$ with "
        r"$c=(\tau-1)n^{\tau-1}$ for $\tau\ge 2$; so $\Gamma_\tau(t)\le\sqrt{ct}$, respectively $\Gamma_\tau(t)\le ct$."
    ),
    domain=Domain(bounds.CLASSES, bounds.TAU, bounds.BETA),
    subject=Subject(
        {
            "below_one": bounds.simplified_below_one,
            "from_one": bounds.simplified_from_one,
            "from_two": bounds.simplified_from_two,
        }
    ),
    provenance=Provenance.RECALLED,
    source=_RECALLED,
    scale=("below_one", "down"),
    stronger={"from_one": "down", "from_two": "down"},
    refutations=(
        Refutation(
            "0.95 2^tau (2 - tau)",
            {"below_one": bounds.simplified_below_one.scaled(_LESS)},
            "T is beta^2/c to leading order: violated as beta -> 0, at 0.05 already",
        ),
        Refutation(
            "1.9 n^(tau - 1)",
            {"from_one": bounds.simplified_from_one.scaled(_LESS)},
            "tau = 1, beta = 0.1: T_1 = 0.0050084 < 0.01/1.9",
        ),
        Refutation(
            "0.95 (tau - 1) n^(tau - 1)",
            {"from_two": bounds.simplified_from_two.scaled(_LESS)},
            "for tau >= 2 the two sides are equal",
        ),
    ),
)

le_three_halves = Claim(
    id="comp_sum.sharp.le_three_halves",
    kind=Kind.ATTAINED,
    title="Exact transformation for tau <= 3/2: the two-class value, for every number of classes",
    statement=(
        r"For $\tau\in[0,\tfrac32]$, every $n\ge 2$ and $\beta\in[0,1]$ the least surrogate regret at zero-one regret "
        r"$\beta$ is $$\mathcal T^*_{\tau,n}(\beta)=2^{1-\tau}\,\frac{M_r(\beta)-1}{\tau-1},\qquad "
        r"M_r(\beta)=\Big(\tfrac{(1+\beta)^{r}+(1-\beta)^{r}}2\Big)^{1/r},\ r=\tfrac1{2-\tau},$$ the logistic "
        r"transformation at $\tau=1$. It does not depend on $n$ and is convex, so it is the best distribution-free "
        r"bound."
    ),
    domain=Domain(bounds.CLASSES, Real("tau", 0, "3/2", latex=r"\tau"), bounds.BETA),
    subject=Subject(
        {
            "below_one": bounds.transform_below_one,
            "logistic": bounds.transform_logistic,
            "above_one": bounds.transform_two_class_exact,
            "scores": "complete",
        }
    ),
    provenance=Provenance.DERIVED,
    source="derived",
    assumptions=(COMPLETE, TIES),
    rests_on=("comp_sum.bayes_risk.complete",),
    parts=("lower", "attained", "convex"),
    scale=("above_one", "up"),
    refutations=(
        Refutation(
            "1.05 times the two-class value above one",
            {"above_one": bounds.transform_two_class_exact.scaled(_MORE)},
            "the two-class law attains the value itself",
        ),
        Refutation(
            "exponent 1/(2 - 0.9 tau) below one",
            {
                "below_one": bounds.transform_below_one.instead(
                    lambda beta, tau: bounds.two_class_with_exponent(beta, tau, 1 / (2 - Fraction(9, 10) * tau)),
                )
            },
            "too small an exponent makes the transformation too large",
        ),
        BOUNDED_SCORES,
    ),
)

gt_two = Claim(
    id="comp_sum.sharp.gt_two",
    kind=Kind.ATTAINED,
    title="Exact transformation for tau >= 2, with a slope that does not grow with n",
    statement=(
        r"For $\tau\ge 2$, $q=\tau-1$, $c_0=\max\big(0,\tfrac{1-(n-1)\beta}{n}\big)$ and every $n\ge 2$: "
        r"$$\mathcal T^*_{\tau,n}(\beta)=\min_{1\le m\le n}\frac1q\Big["
        r"c_0+\beta-m^{-q}\min\big(1,\,mc_0+(m-1)\beta\big)\Big].$$ For all $n$: "
        r"$\mathcal T^*_{\tau,n}(\beta)\ge\beta\,\inf_{m\ge 2}\kappa_m$ with $\kappa_m=\big(1-(m-1)m^{-q}\big)/q$."
    ),
    domain=Domain(bounds.CLASSES, bounds.TAU_FROM_TWO, bounds.BETA),
    subject=Subject(
        {
            "spare": bounds.spare_mass,
            "pool": bounds.pool_from_two,
            "slope": bounds.pool_slope,
            "scores": "complete",
        }
    ),
    provenance=Provenance.DERIVED,
    source="derived",
    assumptions=(COMPLETE, TIES),
    rests_on=("comp_sum.bayes_risk.complete",),
    parts=("lower", "attained", "slope"),
    scale=("slope", "up"),
    refutations=(
        Refutation(
            "1.05 times the slope",
            {"slope": bounds.pool_slope.scaled(_MORE)},
            "tau = 3, beta = 1: p = (1, 0, ..), s = (1/2, 1/2, 0, ..) has regret 0.375 < 0.39375",
        ),
        Refutation(
            "c_0 = 0",
            {"spare": bounds.spare_mass.instead(lambda beta, n: 0 * beta)},
            "n = 3, beta = 1/10: no law on three labels leaves the predicted one without mass",
        ),
        Refutation(
            "m in the place of m - 1 in the pool's mass",
            {
                "pool": bounds.pool_from_two.instead(
                    lambda beta, m, c, tau: (c + beta - m ** (1 - tau) * Min(1, m * c + m * beta)) / (tau - 1),
                )
            },
            "a pool of m labels holds the predicted one, which has no share of beta",
        ),
        BOUNDED_SCORES,
    ),
)
