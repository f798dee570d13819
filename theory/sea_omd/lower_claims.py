"""Lower bounds for every algorithm, with explicit constants: fair signs, biased signs, noisy quadratics."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from plumbline.domain import Domain, Every, Integer
from plumbline.formula import Formula, log, rational
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject
from theory.sea_omd import lower_bounds as bounds

_MORE = Fraction(21, 20)
_LEARNERS = Every("algorithm", "every algorithm, randomised or not, that plays in the domain and sees the past losses")
_HERE = "derived here"


def instead(formula: Formula, build: Callable[..., Any]) -> Formula:
    """A wrong formula in the place of ``formula``, on the same variables."""
    return Formula(f"{formula.name}.wrong", list(formula.variables), build)


hindsight = Claim(
    id="sea_omd.lower.hindsight",
    kind=Kind.IDENTITY,
    title="Fair signs: the hindsight regret of every algorithm",
    statement=(
        r"For $f_t(x)=G\epsilon_tx$ on $[-D/2,D/2]$ with fair independent signs every algorithm has $$\mathbb "
        r"E\Big[\max_u\sum_{t\le T}f_t(x_t)-f_t(u)\Big]=\frac{GD}2\,\mathbb E|S_T|,\qquad\mathbb "
        r"E|S_T|=2k\binom{2k}k4^{-k},\quad k=\lceil T/2\rceil,$$ ($\binom{2k}k4^{-k}=u_k$ with $u_0=1$, "
        r"$u_{k+1}/u_k=(2k+1)/(2k+2)$), while its pseudo-regret is 0. $\mathbb E|S_T|/\sqrt T\to\sqrt{2/\pi}$: "
        r"for even $T$ it lies between $\sqrt{2/\pi}\,\sqrt{T/(T+1)}$ and $\sqrt{2/\pi}$, and $\mathbb "
        r"E|S_{T-1}|=\mathbb E|S_T|$."
    ),
    domain=Domain(bounds.HORIZON, bounds.SLOPE, bounds.DIAMETER, _LEARNERS),
    subject=Subject(
        {
            "regret": bounds.hindsight_regret,
            "walk": bounds.mean_absolute,
            "ratio": bounds.return_ratio,
            "limit": bounds.walk_limit,
        }
    ),
    provenance=Provenance.DERIVED,
    source=_HERE,
    parts=("regret", "walk", "ratio", "limit"),
    refutations=(
        Refutation("GD E|S_T|", {"regret": bounds.hindsight_regret.scaled(2)}, "the comparator is D/2 away"),
        Refutation(
            "(2k+1) u_k", {"walk": instead(bounds.mean_absolute, lambda k, u: (2 * k + 1) * u)}, "E|S_2| = 1, not 3/2"
        ),
        Refutation(
            "ratio k/(k+1)",
            {"ratio": instead(bounds.return_ratio, lambda k: (k + 1) / (k + 2))},
            "Pr(S_4 = 0) = 3/8, not 1/3",
        ),
        Refutation(
            "limit 0.8",
            {"limit": instead(bounds.walk_limit, lambda: rational(4, 5))},
            "E|S_T| sqrt(T+1)/T falls below 4/5",
        ),
    ),
)

majority = Claim(
    id="sea_omd.lower.majority",
    kind=Kind.IDENTITY,
    title="How likely the majority of biased signs is wrong",
    statement=(
        r"$P_t=\Pr(S_t<0)+\tfrac12\Pr(S_t=0)$ for a sum of $t$ independent signs of mean $\Delta$: "
        r"$P_0=\tfrac12$, $P_{2k+2}=P_{2k+1}$ and $$P_{2k}-P_{2k+1}=\frac\Delta2\binom{2k}k4^{-k}(1-\Delta^2)^k.$$"
    ),
    domain=Domain(Integer("k", 0, None), bounds.BIAS),
    subject=Subject({"drop": bounds.majority_drop}),
    provenance=Provenance.DERIVED,
    source=_HERE,
    refutations=(
        Refutation("5 per cent more", {"drop": bounds.majority_drop.scaled(_MORE)}, "P_0 - P_1 = Delta/2"),
        Refutation(
            "(1 - Delta)^k",
            {"drop": instead(bounds.majority_drop, lambda k, u, Delta: Delta / 2 * u * (1 - Delta) ** k)},
            "a tie needs k signs of each kind",
        ),
    ),
)

pseudo = Claim(
    id="sea_omd.lower.pseudo",
    kind=Kind.INEQUALITY,
    title="Biased signs: the pseudo-regret of every algorithm",
    statement=(
        r"Signs with $\Pr(\epsilon_t=1)=(1+\theta\Delta)/2$, $\theta=\pm1$, losses $f_t(x)=G\epsilon_tx$ on "
        r"$[-D/2,D/2]$, noise $\sigma_t^2=G^2(1-\Delta^2)$, $\Sigma_{2:T}=0$, comparator $u=-\theta D/2$: every "
        r"algorithm has $$\max_{\theta}\mathbb E\,R_T\ge G\,D\,B(T,\Delta),\qquad "
        r"B(T,\Delta)=\Delta\sum_{t<T}P_t,$$ with equality for $x_t=-\frac D2\,\mathrm{sign}(S_{t-1})$. $P_t$ is "
        r"the error of the majority (sea_omd.lower.majority)."
    ),
    domain=Domain(bounds.HORIZON, bounds.SLOPE, bounds.DIAMETER, bounds.BIAS, _LEARNERS),
    subject=Subject({"bound": bounds.pseudo_regret}),
    provenance=Provenance.DERIVED,
    source=_HERE,
    scale=("bound", "up"),
    refutations=(
        Refutation("5 per cent more", {"bound": bounds.pseudo_regret.scaled(_MORE)}, "the majority attains it"),
        Refutation(
            "without the factor Delta",
            {"bound": instead(bounds.pseudo_regret, lambda G, D, Delta, w: G * D * w)},
            "a wrong play costs Delta on average",
        ),
    ),
)

pseudo_limit = Claim(
    id="sea_omd.lower.pseudo_limit",
    kind=Kind.LIMIT,
    title="The constant of the noise term that no algorithm beats",
    statement=(
        r"For every $c>0$ $$\lim_{T\to\infty}\frac{B(T,c/\sqrt T)}{\sqrt T}=K(c)=c\int_0^1\Phi(-c\sqrt "
        r"s)\,ds=c\,\Phi(-c)+\frac{\frac12-\Phi(-c)}c-\varphi(c).$$ $K$ has one maximum: its place is "
        r"$c_*=1.246858674624610653$ and its value $K_*=0.264894279761372360$, both rounded down to 18 decimals. "
        r"So no algorithm has a constant below $K_*$ in front of $D\sigma\sqrt T$."
    ),
    domain=Domain(bounds.STRENGTH),
    subject=Subject({"K": bounds.gaussian_value, "argument": bounds.best_strength, "value": bounds.best_value}),
    provenance=Provenance.DERIVED,
    source=_HERE,
    rests_on=("sea_omd.lower.pseudo",),
    parts=("limit", "closed", "maximum"),
    refutations=(
        Refutation(
            "without the density",
            {"K": instead(bounds.gaussian_value, lambda c, P, q: c * P + (rational(1, 2) - P) / c)},
            "the closed form differs by phi(c)",
        ),
        Refutation(
            "maximum at 5/4",
            {"argument": instead(bounds.best_strength, lambda: rational(5, 4))},
            "K falls there already",
        ),
        Refutation(
            "value 0.2649",
            {"value": instead(bounds.best_value, lambda: rational("0.2649"))},
            "the maximum is 0.26489428",
        ),
    ),
)

strong = Claim(
    id="sea_omd.lower.strong",
    kind=Kind.INEQUALITY,
    title="Noisy quadratics: logarithmic regret with slope 1/2",
    statement=(
        r"For $f_t(x)=\frac\lambda2x^2+(n_t-\lambda\theta)x$, $n_t\sim N(0,s^2)$ independent, $|\theta|\le D/2$, "
        r"every algorithm (it may even leave $[-D/2,D/2]$) has $$\max_\theta\mathbb "
        r"E\,R_T\ge\frac{s^2}{2\lambda}\ln\Big(1+\frac T\kappa\Big),\qquad\kappa=\frac{4\pi^2s^2}{\lambda^2D^2}.$$"
        r" Averaging has $\frac{s^2}{2\lambda}H_{T-1}+\frac{\lambda D^2}8$: the slope $\frac{s^2}{2\lambda}$ in "
        r"$\ln T$ cannot be raised."
    ),
    domain=Domain(bounds.HORIZON, bounds.CONVEXITY, bounds.NOISE, bounds.DIAMETER, _LEARNERS),
    subject=Subject({"bound": bounds.strong_regret}),
    provenance=Provenance.DERIVED,
    source="derived here from the van Trees inequality",
    assumptions=("gradients are not bounded: the noise is Gaussian",),
    scale=("bound", "up"),
    refutations=(
        Refutation("slope 0.505", {"bound": bounds.strong_regret.scaled(Fraction(101, 100))}, "averaging, very long"),
        Refutation("slope 1", {"bound": bounds.strong_regret.scaled(2)}, "averaging"),
        Refutation(
            "ln(1 + T kappa)",
            {"bound": instead(bounds.strong_regret, lambda T, lam, s, kappa: s**2 / (2 * lam) * log(1 + T * kappa))},
            "averaging, with much noise",
        ),
    ),
)

sachs_lower_convex = Claim(
    id="sea_omd.sachs.lower_convex",
    kind=Kind.INEQUALITY,
    title="Noise and variation both force the root of T, with a constant",
    statement=(
        r"For $f_t(x)=(\sigma a_t+\frac\Sigma{\sqrt2}b_t)x$ on $[-D/2,D/2]$ with fair independent signs, $a_t$ "
        r"the noise and $b_t$ nature's choice ($\sigma_t^2=\sigma^2$, $\mathbb E\,\Sigma_t^2=\Sigma^2$ for "
        r"$t\ge2$ and half of it for $t=1$), every algorithm has $$\mathbb E\Big[\max_u\sum_{t\le "
        r"T}f_t(x_t)-f_t(u)\Big]\ge\frac D{2\sqrt2}\max\Big\{\sigma,\frac\Sigma{\sqrt2}\Big\}\sqrt "
        r"T\ge\frac{D(\sigma+\Sigma)\sqrt T}{2\sqrt2(1+\sqrt2)}.$$"
    ),
    domain=Domain(
        bounds.HORIZON,
        bounds.DIAMETER,
        bounds.sachs_convex.domain["sigma"],
        bounds.sachs_convex.domain["Sigma"],
        _LEARNERS,
    ),
    subject=Subject({"bound": bounds.sachs_convex}),
    provenance=Provenance.DERIVED,
    source=r"the rate $\Omega(D(\sigma+\Sigma)\sqrt T)$: Theorem 6 of Sachs et al.; the constant is derived here",
    rests_on=("sea_omd.lower.hindsight",),
    scale=("bound", "up"),
    refutations=(
        Refutation("5 per cent more", {"bound": bounds.sachs_convex.scaled(_MORE)}, "equality at T = 2 without noise"),
        Refutation(
            "D (sigma + Sigma) sqrt T / 4",
            {
                "bound": instead(
                    bounds.sachs_convex, lambda D, sigma, Sigma, T: D / 4 * (sigma + Sigma) * T ** rational(1, 2)
                )
            },
            "sigma = 1, Sigma = 7/5 and one round: 1/2 against 3/5",
        ),
    ),
)
