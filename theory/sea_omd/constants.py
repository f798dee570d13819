r"""The paper's constants: for each the best value refuted, the best proved, and the published one.

Every number is one that a claim states, or that one of its wrong partners states and the claim's check rejects. A
number that is irrational is rounded: downwards where it is refuted, upwards where a bound from above is proved.
"""

from __future__ import annotations

from fractions import Fraction

from plumbline.nouns import Constant, ConstantValue


def _value(text: str, number: str, claim: str) -> ConstantValue:
    return ConstantValue(text, Fraction(number), f"sea_omd.{claim}")


_ANY = _value(r"$K_*=0.26489\ldots$, for every algorithm", "0.264894279761372360", "lower.pseudo_limit")
_SLOPE = r"$D\sqrt{\sigma^2_{1:T}}$"

pathwise = Constant(
    id="sea_omd.pathwise_factor",
    title=r"Adaptive step, every path, $c=1$: factor of $D\sqrt{\delta+4G^2+\bar V_T}$",
    refuted=_value(r"$1.495$, like every value below $\tfrac32$", "1.495", "convex.adaptive_constant"),
    proved=_value(r"$\tfrac32$, exact", "3/2", "convex.pathwise"),
    published=_value(r"$\tfrac52$", "5/2", "convex.movement"),
)
pathwise_interval = Constant(
    id="sea_omd.pathwise_factor_interval",
    title=r"The same on an interval, $d=1$",
    refuted=_value(r"$1.165$", "1.165", "convex.pathwise"),
    proved=_value(r"$\tfrac32$", "3/2", "convex.pathwise"),
    published=_value(r"$\tfrac52$", "5/2", "convex.movement"),
)
pathwise_best_step = Constant(
    id="sea_omd.pathwise_factor_best_step",
    title=r"The same at its best step, $c=1/\sqrt{2}$",
    refuted=_value(r"$0.99\sqrt2$, like every value below $\sqrt2$", "1.40007142", "convex.adaptive_constant"),
    proved=_value(r"$\sqrt2$, exact", "1.41421357", "convex.pathwise"),
)
unprojected = Constant(
    id="sea_omd.unprojected_gain",
    title=r"A step that is not projected: share of $\eta\Vert g-M\Vert^2$",
    refuted=_value(r"$0.37$", "37/100", "convex.unprojected_step"),
    proved=_value(r"$\tfrac38$", "3/8", "convex.unprojected_step"),
)
constant_step = Constant(
    id="sea_omd.constant_step",
    title=r"Tuned constant step on $\mathbb{R}^d$: worst case over $D\sqrt{V}$",
    refuted=_value(r"$0.99$, like every value below 1", "99/100", "lemma.identity"),
    proved=_value(r"1, exact", "1", "convex.constant_step"),
)
selfconf = Constant(
    id="sea_omd.selfconf",
    title=r"Self-confident sum $\sum a_t/\sqrt{d+V_t}$ over $\sqrt{d+V_T}-\sqrt{d}$",
    refuted=_value(r"$1.995$", "1.995", "lemma.selfconf"),
    proved=_value("2", "2", "lemma.selfconf"),
)
split_noise = Constant(
    id="sea_omd.split_noise",
    title=r"$\mathbb{E}\,\bar V_T$: factor of $\sigma^2_{1:T}$",
    refuted=_value(r"$3.96$", "3.96", "lemma.split_orth"),
    proved=_value("4", "4", "lemma.split_orth"),
    published=_value("8", "8", "lemma.split4"),
)

noise = Constant(
    id="sea_omd.noise",
    title=rf"Regret in the model: factor of {_SLOPE}",
    refuted=_ANY,
    proved=_value("4", "4", "convex.sharper"),
    published=_value(r"$5\sqrt2$", "7.0710679", "convex.published"),
)
noise_linear = Constant(
    id="sea_omd.noise_linear",
    title=r"The same for $L=0$, as $\theta\to0$",
    refuted=_ANY,
    proved=_value("3", "3", "convex.sharper"),
    published=_value(r"$5\sqrt2$", "7.0710679", "convex.published"),
)
drift = Constant(
    id="sea_omd.drift",
    title=r"Regret in the model: factor of $D\sqrt{\Sigma^2_{2:T}}$ (published: $\Sigma^2_{1:T}$)",
    refuted=_value(r"$0.44$", "0.44", "convex.sharp"),
    proved=_value(r"$2\sqrt3$", "3.4641017", "convex.sharper"),
    published=_value("5", "5", "convex.published"),
)
first = Constant(
    id="sea_omd.first_gradient",
    title=r"Regret in the model: factor of $DG$",
    refuted=_value("1", "1", "convex.sharp"),
    proved=_value(r"$\tfrac12(3+\sqrt5)$", "2.6180340", "convex.sharper"),
    published=_value(r"$\tfrac52\sqrt5$", "5.5901700", "convex.published"),
)
smooth = Constant(
    id="sea_omd.smoothness",
    title=r"Regret in the model: factor of $D^2L$",
    refuted=_value("2", "2", "convex.sharper"),
    proved=_value("6", "6", "convex.sharper"),
    published=_value(r"$5\sqrt{10}$", "15.8113884", "convex.published"),
)

oftrl_noise = Constant(
    id="sea_omd.oftrl_noise",
    title=rf"Optimistic FTRL: factor of {_SLOPE}",
    refuted=_ANY,
    proved=_value("6", "6", "sachs.oftrl_convex"),
    published=_value("6", "6", "sachs.oftrl_convex"),
)
oftrl_drift = Constant(
    id="sea_omd.oftrl_drift",
    title=r"Optimistic FTRL: factor of $D\sqrt{\Sigma^2_{2:T}}$",
    refuted=_value(r"every value below $\tfrac14$, for every algorithm", "1/4", "sachs.lower_convex"),
    proved=_value(r"$3\sqrt2$", "4.2426407", "sachs.oftrl_convex"),
    published=_value(r"$3\sqrt2$", "4.2426407", "sachs.oftrl_convex"),
)
oftrl_path = Constant(
    id="sea_omd.oftrl_path",
    title=r"Optimistic FTRL, every path: factor of $\sum\eta_ta_t$ beside $\nu$",
    refuted=_value(r"$1.2$", "6/5", "sachs.oftrl_path"),
    proved=_value(r"$\tfrac54$", "5/4", "sachs.oftrl_path"),
    published=_value(r"$\tfrac32$", "3/2", "sachs.oftrl_pathwise"),
)
oftrl_adversarial = Constant(
    id="sea_omd.oftrl_adversarial",
    title=r"Optimistic FTRL, every path: factor of $DG\sqrt{T}$",
    refuted=_value("2", "2", "sachs.oftrl_adversarial"),
    proved=_value(r"$\tfrac52\sqrt2$", "3.5355340", "sachs.oftrl_adversarial"),
    published=_value(r"$3\sqrt2$", "4.2426407", "sachs.oftrl_adversarial"),
)
oftrl_root = Constant(
    id="sea_omd.oftrl_root",
    title=r"Optimistic FTRL, its steps' sum: factor of $D\sqrt{\bar V_T}$",
    refuted=_value(r"$0.99\cdot\tfrac32\sqrt2$", "2.1001071", "sachs.oftrl_steps"),
    proved=_value(r"$\tfrac32\sqrt2$", "2.1213204", "sachs.oftrl_steps"),
    published=_value(r"$\tfrac32\sqrt2$", "2.1213204", "errata.oftrl_proof_constant"),
)
oftrl_rest = Constant(
    id="sea_omd.oftrl_rest",
    title=r"Optimistic FTRL, its steps' sum: factor of $D^2G^2/\nu$",
    refuted=_value(r"$5.95$", "5.95", "sachs.oftrl_steps"),
    proved=_value("6", "6", "sachs.oftrl_steps"),
    published=_value("4, refuted", "4", "errata.oftrl_proof_constant"),
)

hedge_movement = Constant(
    id="sea_omd.hedge_movement",
    title=r"Optimistic Hedge: factor of $-\tfrac{1}{\varepsilon}\sum\Vert p_t-p_{t-1}\Vert_1^2$",
    refuted=_value(r"$0.26$", "0.26", "lemma.hedge_rvu"),
    proved=_value(r"$\tfrac14$", "1/4", "lemma.hedge_rvu"),
    published=_value(r"$\tfrac14$", "1/4", "lemma.hedge_rvu"),
    larger_is_stronger=True,
)
hedge_variation = Constant(
    id="sea_omd.hedge_variation",
    title=r"Optimistic Hedge: factor of $\varepsilon\sum\Vert \ell_t-m_t\Vert_\infty^2$",
    refuted=_value(r"$0.95$", "0.95", "lemma.hedge_rvu"),
    proved=_value("1", "1", "lemma.hedge_rvu"),
    published=_value("1", "1", "lemma.hedge_rvu"),
)
exp_concave = Constant(
    id="sea_omd.exp_concave",
    title=r"Quadratic lower bound of an exp-concave loss: cap on $b$ in $1/(GD)$",
    refuted=_value(r"$0.831933$", "0.831933", "lemma.expconcave"),
    proved=_value(r"$0.81188\ldots$", "0.8118863780531719787", "lemma.expconcave"),
    published=_value(r"$\tfrac18$", "1/8", "lemma.expconcave"),
    larger_is_stronger=True,
)
lower_root = Constant(
    id="sea_omd.lower_root",
    title=r"Lower bound for every algorithm: factor of $D\max(\sigma,\Sigma/\sqrt{2})\sqrt{T}$",
    refuted=_value(r"$1.05/(2\sqrt2)$", "0.37123107", "sachs.lower_convex"),
    proved=_value(r"$1/(2\sqrt2)$", "0.35355339", "sachs.lower_convex"),
    larger_is_stronger=True,
)
lower_log = Constant(
    id="sea_omd.lower_log",
    title=r"Noisy quadratics, every algorithm: factor of $\tfrac{s^2}{\lambda}\ln(1+T/\kappa)$",
    refuted=_value(r"$0.505$", "0.505", "lower.strong"),
    proved=_value(r"$\tfrac12$", "1/2", "lower.strong"),
    larger_is_stronger=True,
)
