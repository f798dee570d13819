"""How regret grows with T on games where the order is known, and the leading constant on alternating quadratics."""

from __future__ import annotations

from plumbline.domain import Real
from plumbline.formula import Formula, rational, sqrt

NOISE = Real("sigma", 0, None, open_lo=True, latex=r"\sigma")
SHIFT = Real("Sigma", 0, None, latex=r"\Sigma")

root = Formula("root", [], lambda: rational(1, 2), latex="a")
bounded = Formula("bounded", [], lambda: rational(0), latex="a")

leading = Formula(
    "leading",
    [NOISE, SHIFT],
    lambda sigma, Sigma: (3 * Sigma**2 / 4 + sigma**2 / 2) / sqrt(Sigma**2 + 2 * sigma**2),
    source="averaging over slowly falling steps; shown in figures, not claimed",
)
