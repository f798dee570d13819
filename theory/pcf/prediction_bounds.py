"""Limits of delta by the growth of errors and reduced denominators, and the model that predicts delta at one depth."""

from __future__ import annotations

from plumbline.domain import Integer, Real
from plumbline.formula import Formula, log

E = Integer("e", None, -1, latex="e")
H = Real("h", 0, open_lo=True, latex=r"\eta'")
D = Integer("d", 1, latex="d_a")
N = Real("N", 1, open_lo=True)
ELL = Real("ell", 0, open_lo=True, latex=r"\ln N!")

limit = Formula("delta", [E, H], lambda e, h: -e / h - 1, latex=r"\delta")
least = Formula("least", [E], lambda e: -e / 2, latex=r"\eta'_{\min}")

log_error = Formula(
    "log_error",
    [E, Real("gamma", latex=r"\gamma"), Real("beta", latex=r"\beta"), N, ELL],
    lambda e, gamma, beta, N, ell: e * ell + gamma * N + beta * log(N),
    latex=r"\ln\hat\varepsilon",
)
log_q = Formula(
    "log_q",
    [D, Real("v"), Real("w"), N, ELL],
    lambda d, v, w, N, ell: d * ell + v * N + w * log(N),
    latex=r"\ln\hat q",
)
prediction = Formula(
    "prediction",
    [Real("x", latex=r"\ln\varepsilon"), Real("y", 0, open_lo=True, latex=r"\ln q")],
    lambda x, y: -x / y - 1,
    latex=r"\hat\delta",
)
