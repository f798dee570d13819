"""Closed forms of the scalar lemmas: log-determinant, harmonic sums, exp-concavity, optimistic Hedge."""

from __future__ import annotations

from plumbline.domain import Integer, Real
from plumbline.formula import Formula, Max, Min, log, rational

DIMENSION = Integer("d", 1, None)
REGULARISER = Real("eps", 0, None, open_lo=True, latex=r"\varepsilon")

log_determinant = Formula("log_determinant", [Real("x", 1, None)], lambda x: log(x))
log_trace = Formula(
    "log_trace", [DIMENSION, Real("q", 0, None), REGULARISER], lambda d, q, eps: d * log(1 + q / (d * eps))
)

WHOLE = Integer("k", 0, None)
REST = Real("f", 0, 1, open_hi=True)
HARMONIC = Real("h", 0, None, latex="H_k")
CAP = Real("Y", 0, None, open_lo=True)

greedy_sum = Formula("greedy_sum", [WHOLE, REST, HARMONIC], lambda k, f, h: h + f / (k + 1))
harmonic_log = Formula("harmonic_log", [Real("y", 1, None), CAP], lambda y, Y: Y * (1 + log(y)))
capped_log = Formula("capped_log", [Real("y", 0, None), CAP], lambda y, Y: Y * Min(1, y) * (1 + log(Max(1, y))))
smooth_log = Formula("smooth_log", [Real("y", 0, None), CAP], lambda y, Y: Y * (1 + log(1 + y)))

EXP_CONCAVITY = Real("alpha", 0, None, open_lo=True, latex=r"\alpha")
SLOPE = Real("G", 0, None, open_lo=True)
DIAMETER = Real("D", 0, None, open_lo=True)

quadratic_threshold = Formula("quadratic_threshold", [], lambda: rational("-1.6237727561063439574"), latex="z_*")
quadratic_rate = Formula(
    "quadratic_rate",
    [EXP_CONCAVITY, SLOPE, DIAMETER],
    lambda alpha, G, D: Min(alpha / 2, rational("0.8118863780531719787") / (G * D)),
    latex="b",
)
published_rate = Formula(
    "published_rate",
    [EXP_CONCAVITY, SLOPE, DIAMETER],
    lambda alpha, G, D: Min(1 / (4 * G * D), alpha) / 2,
    latex=r"b_{\mathrm{pub}}",
)

EXPERTS = Integer("N", 2, None)
hedge_paid = Formula("hedge_paid", [EXPERTS, REGULARISER, Real("A", 0, None)], lambda N, eps, A: log(N) / eps + eps * A)
hedge_gained = Formula("hedge_gained", [REGULARISER, Real("V", 0, None)], lambda eps, V: V / (4 * eps))
