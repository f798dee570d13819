"""The claims of the comp-sum paper, of the sharp theory beside it, and the wrong partners of each."""

from __future__ import annotations

from fractions import Fraction

from plumbline.domain import Domain, Every, Integer, Real
from plumbline.formula import Formula, Max, box_cox, log, power, sqrt, xlogx
from plumbline.nouns import Claim, Kind, Paper, Provenance, Refutation, Subject
from theory.comp_sum import bounds
from theory.comp_sum.assumptions import BOUNDED_RISK, BOUNDED_SCORES, COMPLETE, TIES

PAPER = Paper(
    name="comp_sum",
    title="Cross-Entropy Loss Functions: Theoretical Analysis and Applications",
    authors="A. Mao, M. Mohri, Y. Zhong",
    venue="ICML 2023, arXiv 2304.07288",
    summary=(
        r"Comp-sum losses $\ell_\tau$ run from the sum-exponential loss ($\tau=0$) through softmax cross-entropy "
        r"($\tau=1$) and generalised cross-entropy ($1<\tau<2$) to the mean absolute error ($\tau=2$). For each of "
        r"them an explicit function $\Gamma_\tau$ bounds the zero-one estimation error of a hypothesis by its "
        r"surrogate estimation error, for the hypothesis set in use and without asymptotics. Beside the published "
        r"transformations stand the exact ones, which no longer grow with the number of classes."
    ),
    references=(
        "A. Mao, M. Mohri, Y. Zhong, H-Consistency Bounds: Characterization and Extensions, NeurIPS 2023",
        "Z. Zhang, M. Sabuncu, Generalized Cross Entropy Loss for Training Deep Neural Networks, NeurIPS 2018",
    ),
)

_LAWS = Every("p", "every conditional law on the n labels")
_SCORES = Every("s", "every score vector, through its softmax")
_SETTING = (
    Every("D", "every distribution on inputs and labels"),
    Every("H", "every symmetric and complete hypothesis set"),
    Every("h", "every hypothesis of H"),
)
_CONVEX = r"$T$ convex on $[0,1]$"
_MORE = Fraction(21, 20)


tsallis = Claim(
    id="comp_sum.def.tsallis",
    kind=Kind.IDENTITY,
    title="Comp-sum losses are Tsallis losses of the softmax",
    statement=(
        r"With $q=\tau-1$, $s$ the softmax value of the label, $u=1/s-1$ and $v=-\log s$: "
        r"$$\Phi_\tau(u)=\frac{1-s^{q}}{q}=\int_0^{v}e^{-qw}\,dw,$$ read as $-\log s$ at $q=0$."
    ),
    domain=Domain(Real("s", 0, 1, open_lo=True), bounds.TAU),
    subject=Subject({"power": bounds.softmax_power, "integral": bounds.softmax_integral}),
    provenance=Provenance.DERIVED,
    source="from the definition of the loss",
    parts=("power", "integral"),
    refutations=(
        Refutation(
            "exponent 1.05 q",
            {"power": bounds.softmax_power.instead(lambda s, tau: -box_cox(s, _MORE * (tau - 1)))},
            "at tau = 2 the loss is 1 - s; the wrong exponent gives (1 - s^1.05)/1.05",
        ),
        Refutation(
            "integral form 5 per cent too large",
            {"integral": bounds.softmax_integral.scaled(_MORE)},
            "an identity bears no factor",
        ),
    ),
)

phi_properties = Claim(
    id="comp_sum.phi.properties",
    kind=Kind.INEQUALITY,
    title="Shape of Phi_tau, and the zero-one loss under it",
    statement=(
        r"For all $u\ge 0$, $\tau\ge 0$: $\Phi_\tau(0)=0$ and $0<\Phi_\tau'(u)=(1+u)^{-\tau}\le 1$; $\Phi_\tau$ is "
        r"concave in $u$; $\Phi_\tau(u)$ is nonincreasing in $\tau$; and $\mathbf 1[h(x)\ne y]\le "
        r"\Phi_\tau(u)/\Phi_\tau(1)$ with $\Phi_\tau(1)=(2^{1-\tau}-1)/(1-\tau)$, $\log 2$ at $\tau=1$ (a wrong "
        r"prediction forces $u\ge 1$)."
    ),
    domain=Domain(bounds.U, bounds.TAU),
    subject=Subject({"phi": bounds.phi, "derivative": bounds.phi_derivative, "at_one": bounds.phi_at_one}),
    provenance=Provenance.RECALLED,
    source="Mao, Mohri, Zhong 2023, derivation repeated",
    parts=("slope", "concave", "tau", "zero_one"),
    scale=("at_one", "up"),
    refutations=(
        Refutation(
            "constant 1.05 Phi_tau(1)",
            {"at_one": bounds.phi_at_one.scaled(_MORE)},
            "at a tie of two labels u = 1 and the bound is met with equality",
        ),
        Refutation(
            "derivative (1+u)^(-tau/2)",
            {"derivative": bounds.phi_derivative.instead(lambda u, tau: (1 + u) ** (-tau / 2))},
            "the exponent of the derivative is tau",
        ),
    ),
)

bayes_risk = Claim(
    id="comp_sum.bayes_risk.complete",
    kind=Kind.IDENTITY,
    title="Least conditional risk over a complete hypothesis set",
    statement=(
        r"With $r=1/(2-\tau)$ and $q=\tau-1$: $\mathcal C^*_\tau(p)=\inf_s\mathcal C_\tau(p,s)$ equals "
        r"$\big((\sum_y p_y^{r})^{2-\tau}-1\big)/(1-\tau)$ for $\tau\in[0,2)\setminus\{1\}$, the Shannon entropy for "
        r"$\tau=1$, and $(1-p_{\max})/(\tau-1)$ for $\tau\ge 2$. In the closure of the finite scores the infimum is "
        r"reached at $s_y\propto p_y^{r}$ for $\tau<2$, and at the vertex of a most likely label for $\tau\ge 2$."
    ),
    domain=Domain(bounds.CLASSES, bounds.TAU, _LAWS),
    subject=Subject(
        {
            "exponent": bounds.bayes_exponent,
            "below_one": bounds.bayes_value_below_one,
            "one_to_two": bounds.bayes_value_one_to_two,
            "from_two": bounds.bayes_value_from_two,
            "scores": "complete",
        }
    ),
    provenance=Provenance.RECALLED,
    source="Mao, Mohri, Zhong 2023, derivation repeated",
    assumptions=(COMPLETE,),
    rests_on=("comp_sum.def.tsallis",),
    parts=("lower", "attained"),
    refutations=(
        Refutation(
            "exponent 1/(2 - 1.05 tau)",
            {
                "exponent": bounds.bayes_exponent.instead(
                    lambda tau: 1 / (2 - _MORE * tau),
                    Real("tau", 0, Fraction(19, 10), latex=r"\tau"),
                )
            },
            "the stationary point has exponent 1/(2 - tau); at tau = 0 the two agree",
        ),
        Refutation(
            "1.05 (1 - p_max)/(tau - 1)",
            {"from_two": bounds.bayes_value_from_two.scaled(_MORE)},
            "the vertex of the most likely label has a smaller risk",
        ),
        BOUNDED_RISK,
    ),
)


def _h_consistency(
    name: str, title: str, tau: int, transform: Formula, formula: str, *refutations: Refutation
) -> Claim:
    return Claim(
        id=f"comp_sum.h_consistency.{name}",
        kind=Kind.INEQUALITY,
        title=title,
        statement=(
            r"For every distribution, every $h\in\mathcal H$ and every $n\ge 2$: "
            rf"$$\mathcal T_{tau}\big(R_{{01}}(h)-R^*_{{01}}(\mathcal H)+M_{{01}}(\mathcal H)\big)\le "
            rf"R_{tau}(h)-R^*_{tau}(\mathcal H)+M_{tau}(\mathcal H),\qquad {formula}$$"
            r"Equivalently the zero-one side is at most $\Gamma=\mathcal T^{-1}$ of the surrogate side, capped at 1."
        ),
        domain=Domain(bounds.CLASSES, *_SETTING),
        subject=Subject({"T": transform, "scores": "complete"}),
        provenance=Provenance.RECALLED,
        source="Mao, Mohri, Zhong 2023, formula derived anew",
        assumptions=(COMPLETE, TIES),
        rests_on=("comp_sum.bayes_risk.complete", "comp_sum.jensen_lift"),
        scale=("T", "up"),
        refutations=(*refutations, BOUNDED_SCORES),
    )


sumexp = _h_consistency(
    "sumexp",
    "H-consistency bound of the sum-exponential loss",
    0,
    bounds.transform_sumexp,
    r"\mathcal T_0(\beta)=1-\sqrt{1-\beta^2}.",
    Refutation(
        "sqrt(1 - 1.05 beta^2)",
        {
            "T": bounds.transform_sumexp.instead(
                lambda beta: 1 - sqrt(1 - _MORE * beta**2),
                Real("beta", 0, Fraction(97, 100), latex=r"\beta"),
            )
        },
        "two classes at beta = 0.3: regret 0.04606 < 0.0484",
    ),
)

logistic = _h_consistency(
    "logistic",
    "H-consistency bound of the logistic loss (softmax cross-entropy)",
    1,
    bounds.transform_logistic,
    r"\mathcal T_1(\beta)=\tfrac{1+\beta}2\log(1+\beta)+\tfrac{1-\beta}2\log(1-\beta).",
    Refutation(
        "1.05 T_1",
        {"T": bounds.transform_logistic.scaled(_MORE)},
        "two classes at beta = 0.3: regret 0.0457005 < 0.0479856",
    ),
    Refutation(
        "T_1 in bits",
        {"T": bounds.transform_logistic.instead(lambda beta: (xlogx(1 + beta) + xlogx(1 - beta)) / (2 * log(2)))},
        "the loss uses natural logarithms; in bits the transformation is 1/log 2 times too large",
    ),
)

jensen_lift = Claim(
    id="comp_sum.jensen_lift",
    kind=Kind.INEQUALITY,
    title="From the pointwise to the expected bound",
    statement=(
        r"If $T$ is convex on $[0,1]$ and $\Delta\mathcal C_\ell(h,x)\ge T(\Delta\mathcal C_{01}(h,x))$ for every $x$, "
        r"then $R_\ell(h)-R^*_\ell(\mathcal H)+M_\ell(\mathcal H)\ge T\big(R_{01}(h)-R^*_{01}(\mathcal H)+"
        r"M_{01}(\mathcal H)\big)$. For a pointwise bound that is not convex the convex envelope takes its place."
    ),
    domain=Domain(*_SETTING, Every("T", "every transformation with the stated property")),
    subject=Subject({"property": "convex"}),
    provenance=Provenance.RECALLED,
    source="Mao, Mohri, Zhong 2023, derivation repeated",
    assumptions=(_CONVEX,),
    refutations=(
        Refutation(
            "T nondecreasing, not convex",
            {"property": "nondecreasing"},
            "the exact MAE transformation for n = 3: half the mass at beta = 1/2 (regret 1/6), half at beta = 1 "
            "(regret 1/2) has mean beta 3/4 and mean regret 1/3 < T(3/4) = 3/8",
            drops=_CONVEX,
        ),
    ),
)

tightness = Claim(
    id="comp_sum.tightness",
    kind=Kind.ATTAINED,
    title="The published bounds are attained for tau in [0, 1]",
    statement=(
        r"For $\tau\in[0,1]$, every $n\ge 2$ and every $\beta\in[0,1]$ the two-class law "
        r"$p=(\tfrac{1+\beta}2,\tfrac{1-\beta}2,0,\dots,0)$ with the softmax $s=(\tfrac12,\tfrac12,0,\dots,0)$ and the "
        r"less likely label predicted has zero-one regret $\beta$ and surrogate regret exactly "
        r"$\mathcal T_\tau(\beta)$ (for $n\ge 3$ as a limit of finite scores)."
    ),
    domain=Domain(bounds.CLASSES, Real("tau", 0, 1, latex=r"\tau"), bounds.BETA),
    subject=Subject(
        {"below_one": bounds.transform_below_one, "logistic": bounds.transform_logistic, "scores": "complete"}
    ),
    provenance=Provenance.RECALLED,
    source="Mao, Mohri, Zhong 2023, instance derived",
    assumptions=(COMPLETE, TIES),
    rests_on=("comp_sum.bayes_risk.complete",),
    scale=("logistic", "up"),
    refutations=(
        Refutation(
            "0.95 T for tau < 1 attained",
            {"below_one": bounds.transform_below_one.scaled(Fraction(19, 20))},
            "the two-class regret is T itself",
        ),
        Refutation(
            "0.95 T_1 attained",
            {"logistic": bounds.transform_logistic.scaled(Fraction(19, 20))},
            "the two-class regret is T_1 itself",
        ),
        BOUNDED_SCORES,
    ),
)

sharp_mae = Claim(
    id="comp_sum.sharp.mae",
    kind=Kind.ATTAINED,
    title="Exact transformation of the mean absolute error",
    statement=(
        r"For $\tau=2$, every $n\ge 2$ and $\beta\in[0,1]$ the least surrogate regret at zero-one regret $\beta$ is "
        r"$$\mathcal T^*_{2,n}(\beta)=\min_{2\le m\le n}\max\big(\beta-\tfrac1m,\tfrac{\beta}{m}\big).$$ Its convex "
        r"envelope joins $(0,0)$ and the nodes $\big(\tfrac1{m-1},\tfrac1{m(m-1)}\big)$, $m=n,\dots,2$, by straight "
        r"lines. For all $n$ at once the regret is at least $\beta^2/(1+\beta)$, so the zero-one regret is at most "
        r"$\tfrac12\big(t+\sqrt{t^2+4t}\big)$ at surrogate regret $t$, which is at most $\sqrt{2t}$ for $t\le\tfrac12$."
    ),
    domain=Domain(bounds.CLASSES, bounds.BETA),
    subject=Subject(
        {
            "pool": bounds.mae_pool,
            "node_beta": bounds.mae_node_beta,
            "node_value": bounds.mae_node_value,
            "class_free": bounds.mae_class_free,
            "inverse": bounds.mae_class_free_inverse,
            "scores": "complete",
        }
    ),
    provenance=Provenance.DERIVED,
    source="derived",
    assumptions=(COMPLETE, TIES),
    rests_on=("comp_sum.bayes_risk.complete",),
    parts=("lower", "attained", "envelope", "class_free", "inverse"),
    scale=("pool", "up"),
    stronger={"class_free": "up"},
    refutations=(
        Refutation(
            "regret >= 1.05 beta/n",
            {"pool": bounds.mae_pool.instead(lambda beta, m: Max(beta - 1 / m, _MORE * beta / m))},
            "n = 3, beta = 0.4: p = ((1+b)/3, (1+b)/3, (1-2b)/3), s uniform has regret 0.1333 < 0.14",
        ),
        Refutation(
            "regret >= 1.05 beta^2/(1+beta)",
            {"class_free": bounds.mae_class_free.scaled(_MORE)},
            "beta = 1/2: p = (1/2, 1/2, 0), s uniform on three labels has regret 1/6 < 0.175",
        ),
        Refutation(
            "nodes 5 per cent higher",
            {"node_value": bounds.mae_node_value.scaled(_MORE)},
            "the nodes lie on the transformation itself",
        ),
        BOUNDED_SCORES,
    ),
)

not_tight = Claim(
    id="comp_sum.tightness.tau_gt_1",
    kind=Kind.NEGATION,
    title="For tau > 1 and three or more classes the published transformation is not attained",
    statement=(
        r"For every $\tau>1$ and $n\ge 3$, already at $\beta=1$: the least surrogate regret is "
        r"$(1-2^{1-\tau})/(\tau-1)$, strictly above the published $\mathcal T_\tau(1)$, which is "
        r"$(2^{\tau-1}-1)/((\tau-1)n^{\tau-1})$ for $1<\tau<2$ and $1/((\tau-1)n^{\tau-1})$ for $\tau\ge 2$. "
        r"At $\tau=2$, $n=3$: $1/2$ against $1/3$; for $1<\tau<2$ the ratio is exactly $(n/2)^{\tau-1}$."
    ),
    domain=Domain(
        Integer("n", 3, None), Real("tau", 1, None, open_lo=True, latex=r"\tau"), Real("beta", 1, 1, latex=r"\beta")
    ),
    subject=Subject({"gce": bounds.transform_gce, "linear": bounds.transform_linear, "scores": "complete"}),
    stronger={"gce": "up", "linear": "up"},
    provenance=Provenance.DERIVED,
    source="derived; the paper is recalled to claim tightness for tau in [0,1] only",
    assumptions=(COMPLETE, TIES),
    rests_on=("comp_sum.bayes_risk.complete",),
    refutations=(
        Refutation(
            "two-class formula for 1 < tau < 2",
            {
                "gce": bounds.transform_gce.instead(
                    lambda beta, n, tau: (
                        2 ** (1 - tau)
                        * (power((power(1 + beta, 1 / (2 - tau)) + power(1 - beta, 1 / (2 - tau))) / 2, 2 - tau) - 1)
                        / (tau - 1)
                    ),
                )
            },
            "with 2 in the place of n the formula is attained at beta = 1: no gap is left",
        ),
        Refutation(
            "regret at a sure label for tau >= 2",
            {"linear": bounds.transform_linear.instead(lambda beta, n, tau: beta * (1 - 2 ** (1 - tau)) / (tau - 1))},
            "this one equals the least regret at beta = 1",
        ),
        BOUNDED_SCORES,
    ),
)
