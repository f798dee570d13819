"""Lemmas that split the variation of observed gradients into noise, drift of losses, and movement of the learner."""

from __future__ import annotations

from fractions import Fraction

from plumbline.domain import Domain, Every
from plumbline.nouns import Claim, Kind, Provenance, Refutation, Subject
from theory.sea_omd import lemma_bounds as bounds
from theory.sea_omd.lemma_claims import HORIZON, instead

_SPACE = Every("space", "every R^n")
LOSSES = Every("F", "every pair of expected losses, F_t L-smooth")
GAME = Every("game", "every stochastically extended adversary and every learner that plays before the draw")
_NOISE = r"$g_t=\nabla F_t(x_t)+n_t$"
_CENTRED = (
    r"$\mathbb E[n_t\mid\text{past},x_t]=0$, with $F_t$ and $x_t$ fixed before $n_t$ is drawn and $\mathbb E\|n_t\|^2"
    r"\le\sigma_t^2$, all second moments finite"
)
_DRIFT = r"$\Sigma_t^2=\sup_x\|\nabla F_t(x)-\nabla F_{t-1}(x)\|^2$"

split4 = Claim(
    id="sea_omd.lemma.split4",
    kind=Kind.INEQUALITY,
    title="The change of the gradient in four parts, on every path",
    statement=(r"$$\|g_t-g_{t-1}\|^2\le4\|n_t\|^2+4\|n_{t-1}\|^2+4L^2\|x_t-x_{t-1}\|^2+4\Sigma_t^2.$$"),
    remark="Equality where the four parts are equal.",
    domain=Domain(_SPACE, LOSSES, Every("points", "all points and noises"), bounds.SMOOTHNESS),
    subject=Subject({"split4": bounds.split4}),
    provenance=Provenance.SOURCE,
    source="Chen et al. 2024, in the proofs of their bounds",
    assumptions=(_NOISE, _DRIFT),
    scale=("split4", "down"),
    refutations=(
        Refutation("0.99 times the bound", {"split4": bounds.split4.scaled(Fraction(99, 100))}, "equality is possible"),
        Refutation(
            "coefficient 3 of the noise of the round before",
            {"split4": instead(bounds.split4, lambda n, m, x, S, L: 4 * n + 3 * m + 4 * L**2 * x + 4 * S)},
            "that needs the mean, not one path",
        ),
        Refutation(
            "L in the place of L^2",
            {"split4": instead(bounds.split4, lambda n, m, x, S, L: 4 * n + 4 * m + 4 * L * x + 4 * S)},
            "L = 2 at equal parts",
        ),
    ),
)

split_orth = Claim(
    id="sea_omd.lemma.split_orth",
    kind=Kind.INEQUALITY,
    title="In the mean fresh noise is orthogonal to all before: smaller constants",
    statement=(
        r"For $t\ge2$, with $h_t=\nabla F_t(x_t)-\nabla F_{t-1}(x_{t-1})-n_{t-1}$: $$\mathbb E\|g_t-g_{t-1}\|^2="
        r"\mathbb E\|n_t\|^2+\mathbb E\|h_t\|^2\le\sigma_t^2+3\sigma_{t-1}^2+3L^2\,\mathbb E\|x_t-x_{t-1}\|^2+3\,"
        r"\mathbb E\Sigma_t^2.$$ Summed, with $g_0=0$ and $\mathbb E\|g_1\|^2\le G^2$: $$\mathbb E\bar V_T\le G^2+4"
        r"\sigma^2_{1:T}+3\Sigma^2_{2:T}+3L^2\,\mathbb E\sum_{t\ge2}\|x_t-x_{t-1}\|^2.$$"
    ),
    remark="Both inequalities are met in a game whose learner and adversary answer the last noise.",
    domain=Domain(_SPACE, GAME, HORIZON, bounds.SMOOTHNESS),
    subject=Subject(
        {"split_orth": bounds.split_orth, "second_moment": bounds.second_moment, "total": bounds.total_variation}
    ),
    provenance=Provenance.DERIVED,
    source="derived here",
    assumptions=(_NOISE, _CENTRED, _DRIFT, r"each $F_t$ is $L$-smooth"),
    parts=("orthogonality", "bound", "total"),
    scale=("split_orth", "down"),
    stronger={"total": "down"},
    refutations=(
        Refutation("half the bound", {"split_orth": bounds.split_orth.scaled(Fraction(1, 2))}, "equality is possible"),
        Refutation(
            "half the second moments",
            {"second_moment": bounds.second_moment.scaled(Fraction(1, 2))},
            "the two are orthogonal, not parallel",
        ),
        Refutation(
            "the noise of the round before only once",
            {"split_orth": instead(bounds.split_orth, lambda s, r, x, S, L: s + r + 3 * L**2 * x + 3 * S)},
            "learner and adversary may answer it",
        ),
        Refutation(
            "3.96 sigma^2 in the sum",
            {
                "total": instead(
                    bounds.total_variation,
                    lambda G, sigma, Sigma, X, L: G**2 + Fraction(99, 25) * sigma + 3 * Sigma + 3 * L**2 * X,
                )
            },
            "equality with noise in the second of three rounds only",
        ),
        Refutation(
            "without the first round",
            {
                "total": instead(
                    bounds.total_variation, lambda G, sigma, Sigma, X, L: 4 * sigma + 3 * Sigma + 3 * L**2 * X
                )
            },
            "a constant slope: the first change is the gradient itself",
        ),
    ),
)
