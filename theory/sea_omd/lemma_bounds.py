"""Right-hand sides of the lemmas about one round, a telescoped regret and a gradient's variance, each written once."""

from __future__ import annotations

from plumbline.domain import Real
from plumbline.formula import Formula, sqrt

ETA = Real("eta", 0, None, open_lo=True, latex=r"\eta")
THETA = Real("theta", 0, 1, latex=r"\theta")
SMOOTHNESS = Real("L", 0, None)
DIAMETER = Real("D", 0, None, open_lo=True)
VARIATION = Real("V", 0, None, open_lo=True)


def _square(name: str, latex: str) -> Real:
    """A squared norm, or the mean of one."""
    return Real(name, 0, None, latex=latex)


_A = _square("a", r"\|g_t-M_t\|^2")
_BEFORE = _square("before", r"\|u-\hat x_t\|^2")
_AFTER = _square("after", r"\|u-\hat x_{t+1}\|^2")
_MOVE = _square("x", r"\|x_t-x_{t-1}\|^2")
_DRIFT = _square("S", r"\Sigma_t^2")

prox = Formula(
    "prox",
    [_square("A", r"\|u-z\|^2"), _square("B", r"\|u-y\|^2"), _square("C", r"\|y-z\|^2"), ETA],
    lambda A, B, C, eta: (A - B - C) / (2 * eta),
)

movement = Formula("movement", [ETA, _A], lambda eta, a: eta**2 * a, latex=r"(\eta\|g_t-M_t\|)^2")

one_step = Formula(
    "one_step",
    [
        THETA,
        ETA,
        _A,
        _BEFORE,
        _AFTER,
        _square("b", r"\|\hat x_{t+1}-x_t\|^2"),
        _square("c", r"\|x_t-\hat x_t\|^2"),
    ],
    lambda theta, eta, a, before, after, b, c: (
        (before - after) / (2 * eta) + (1 + theta) / 2 * eta * a - theta / (2 * eta) * b - c / (2 * eta)
    ),
)

identity = Formula(
    "identity",
    [
        ETA,
        _square("before", r"\|u-x_1\|^2"),
        _square("after", r"\|u-\hat x_{T+1}\|^2"),
        _square("variation", r"\sum_t\|g_t-g_{t-1}\|^2"),
        _square("energy", r"\sum_t\|g_{t-1}\|^2"),
    ],
    lambda eta, before, after, variation, energy: (before - after) / (2 * eta) + eta / 2 * (variation - energy),
)

constant_step = Formula("constant_step", [DIAMETER, VARIATION, ETA], lambda D, V, eta: D**2 / (2 * eta) + eta * V / 2)

tuned = Formula("tuned", [DIAMETER, VARIATION], lambda D, V: D * sqrt(V))

selfconf = Formula(
    "selfconf", [Real("d", 0, None), _square("S", "V_T")], lambda d, S: 2 * (sqrt(d + S) - sqrt(d)), latex="B"
)

split4 = Formula(
    "split4",
    [_square("n", r"\|n_t\|^2"), _square("m", r"\|n_{t-1}\|^2"), _MOVE, _DRIFT, SMOOTHNESS],
    lambda n, m, x, S, L: 4 * n + 4 * m + 4 * L**2 * x + 4 * S,
)

second_moment = Formula(
    "second_moment",
    [_square("N", r"\mathbb E\|n_t\|^2"), _square("H", r"\mathbb E\|h_t\|^2")],
    lambda N, H: N + H,
)

split_orth = Formula(
    "split_orth",
    [_square("s", r"\sigma_t^2"), _square("r", r"\sigma_{t-1}^2"), _MOVE, _DRIFT, SMOOTHNESS],
    lambda s, r, x, S, L: s + 3 * r + 3 * L**2 * x + 3 * S,
)

total_variation = Formula(
    "total_variation",
    [
        Real("G", 0, None),
        _square("sigma", r"\sigma^2_{1:T}"),
        _square("Sigma", r"\Sigma^2_{2:T}"),
        _square("X", r"\mathbb E\sum_{t\ge2}\|x_t-x_{t-1}\|^2"),
        SMOOTHNESS,
    ],
    lambda G, sigma, Sigma, X, L: G**2 + 4 * sigma + 3 * Sigma + 3 * L**2 * X,
)
