"""The sharp theory between tau = 3/2 and tau = 2: a conjecture, proved in part, and the critical tau."""

from __future__ import annotations

from fractions import Fraction

from plumbline.domain import Domain, Every
from plumbline.nouns import Claim, Expects, Kind, Provenance, Refutation, Subject
from theory.comp_sum import bounds, middle_bounds
from theory.comp_sum.assumptions import BOUNDED_SCORES, COMPLETE, TIES

_LAWS = Every("p", "every conditional law on the n labels")
_SCORES = Every("s", "every score vector, through its softmax")
_MORE, _LESS = Fraction(21, 20), Fraction(19, 20)


middle = Claim(
    id="comp_sum.sharp.mid",
    kind=Kind.ATTAINED,
    title="Exact transformation for 3/2 < tau < 2: two classes, tied pools or a tied pair (conjecture)",
    statement=(
        r"Let $3/2<\tau<2$, $q=\tau-1$, $r=1/(2-\tau)$, $n\ge 3$. The least surrogate regret at zero-one regret "
        r"$\beta$ is $$\mathcal T^*_{\tau,n}(\beta)=\min\Big(\mathcal T^{(2)}_\tau(\beta),\ \min_{3\le m\le n}"
        r"T_m(\beta),\ P(\beta)\Big),\qquad T_m(\beta)=\tfrac1q\big(\|(x,y,z,\dots,z)\|_r-m^{-q}\big),$$ where "
        r"$\mathcal T^{(2)}_\tau$ is the two-class value and $(x,y,z,\dots,z)$ the law on $m$ labels with $x=y+\beta$ "
        r"and $z^{r-1}=\tfrac12(x^{r-1}+y^{r-1})$ ($y=0$, $x=\beta$, $z=(1-\beta)/(m-2)$ where that has no solution "
        r"$y\ge 0$), all $m$ scores tied. For $\beta\ge\tfrac23$ also $P(\beta)=\tfrac1q\big(\|(\beta,1-\beta)\|_r-"
        r"\|(\tfrac\beta2,\tfrac\beta2,1-\beta)\|_r\big)$, the law $(\beta,1-\beta,0)$ with the scores of the pair "
        r"$(1,3)$ tied. Each value is attained. The lower bound is proved for $\tau\le 1.618$ and every $n$, where the "
        r"minimum is $\mathcal T^{(2)}_\tau$."
    ),
    domain=Domain(middle_bounds.CLASSES, middle_bounds.TAU_MIDDLE, bounds.BETA, _LAWS, _SCORES),
    subject=Subject(
        {
            "two_class": bounds.transform_two_class,
            "tied": middle_bounds.tied_regret,
            "level": middle_bounds.level,
            "pair": middle_bounds.pair_regret,
            "pools": "all",
            "scores": "complete",
        }
    ),
    provenance=Provenance.DERIVED,
    source="derived; a conjecture beyond the part that is proved",
    assumptions=(COMPLETE, TIES),
    expects=Expects.OPEN,
    rests_on=("comp_sum.bayes_risk.complete",),
    parts=("lower", "two_classes", "pools"),
    scale=("two_class", "up"),
    remark=(
        r"For $\tau$ up to the golden ratio $\tfrac12(1+\sqrt5)=1.6180\ldots$ two classes are the worst case for every "
        r"number of classes: the least value over pools of any real size $M\ge 2$ does not fall as $M$ grows. "
        r"The ratio is exactly where that argument ends ($q(1+q)=1$), not where two classes cease to be worst. "
        r"Without the tied pair the formula is false in a thin window above $\beta=\tfrac23$ for $\tau$ between about "
        r"1.75 and 2: where $1-\beta<\beta/2$, tying all three scores is not the best choice at "
        r"$(\beta,1-\beta,0)$."
    ),
    refutations=(
        Refutation(
            "two classes are worst for every tau < 2",
            {"pools": "two"},
            "tau = 1.7, n = 3, beta = 1/2: p = (0.546644, 0.406712, 0.046644) has regret 0.19683 < 0.20022",
        ),
        Refutation(
            "two classes and tied pools alone",
            {"pools": "tied"},
            "tau = 1.85, n = 3, beta = 27/40: (27/40, 13/40, 0) with the pair tied has regret 0.33210 < 0.33249",
        ),
        Refutation(
            "the two-class value 5 per cent higher",
            {"two_class": bounds.transform_two_class.scaled(_MORE)},
            "the two-class law attains the value itself",
        ),
        Refutation(
            "z the plain mean of x and y",
            {"level": middle_bounds.level.instead(lambda x, y, tau: (x + y) / 2)},
            "the r-norm is least where z^(r-1) is the mean of x^(r-1) and y^(r-1), not z itself",
        ),
        Refutation(
            "the tied pair 5 per cent lower",
            {"pair": middle_bounds.pair_regret.scaled(_LESS)},
            "the law (beta, 1 - beta, 0) has exactly the stated regret",
        ),
        Refutation(
            "pool values 5 per cent lower",
            {"tied": middle_bounds.tied_regret.scaled(_LESS)},
            "the tied law has exactly the stated regret",
        ),
        BOUNDED_SCORES,
    ),
)

critical = Claim(
    id="comp_sum.sharp.tau_c",
    kind=Kind.EXISTENCE,
    title="Where three labels first do as badly as two",
    statement=(
        r"Let $T_3(\beta)$ be the least regret of a law on three labels with $p_j-p_k=\beta$ and tied scores, and "
        r"$\tau_c=\sup\{\tau\in(\tfrac32,2):T_3\ge\mathcal T^{(2)}_{\tau'}\text{ on }[0,1]\text{ for all }"
        r"\tfrac32<\tau'\le\tau\}$. Then $$1.6629838\le\tau_c\le 1.6629839.$$ At $\tau=1.6629839$ the law "
        r"$p=(\beta,1-\beta,0)$ with $\beta=0.60013408$, the last label predicted, has a smaller regret than two "
        r"classes. Neither value depends on $n\ge 3$."
    ),
    domain=Domain(),
    subject=Subject(
        {
            "two_class": bounds.transform_two_class,
            "low": Fraction("1.6629838"),
            "high": Fraction("1.6629839"),
            "beta": Fraction("0.60013408"),
        }
    ),
    provenance=Provenance.DERIVED,
    source="derived",
    assumptions=(COMPLETE, TIES),
    rests_on=("comp_sum.bayes_risk.complete",),
    parts=("below", "above"),
    remark=(
        r"At the point of contact the less likely label of the pair has no mass, so there $T_3$ is the closed form "
        r"$\big((\beta^r+(1-\beta)^r)^{1/r}-3^{-q}\big)/q$."
    ),
    refutations=(
        Refutation(
            "tau_c >= 1.67",
            {"low": Fraction("1.67"), "high": Fraction("1.68")},
            "at tau = 1.67, beta = 0.6 three labels fall below two",
        ),
        Refutation(
            "tau_c <= 1.66",
            {"low": Fraction("1.65"), "high": Fraction("1.66")},
            "at tau = 1.66 three labels stay above two at the stated beta (and everywhere)",
        ),
        Refutation(
            "contact at beta = 0.61",
            {"beta": Fraction("0.61")},
            "at tau = 1.6629839 three labels stay above two there",
        ),
    ),
)
