"""Exponents of formal solutions in closed form, and the discriminants that decide regimes."""

from __future__ import annotations

from plumbline.domain import Integer, Real
from plumbline.formula import Formula

A = Real("A", 0, open_lo=True)
B = Real("B")
ALPHA1 = Real("alpha1", latex=r"\alpha_1")
ALPHA2 = Real("alpha2", latex=r"\alpha_2")
BETA1 = Real("beta1", latex=r"\beta_1")
BETA2 = Real("beta2", latex=r"\beta_2")
D = Integer("d", 0, latex="d_a")
E = Integer("e", None, -1, latex="e")
K = Integer("k", 0, 1)
R = Real("r", -1, 1, open_lo=True, open_hi=True)
C = Real("c", 0, open_lo=True)

# factorial: u_n = n!^d A^n n^w and n!^(d + e) (-B/A)^n n^rho, e = d_b - 2 d_a < 0, k = 1 for e = -1 and 0 below
factorial_power = Formula("w", [ALPHA1, A, B, K], lambda alpha1, A, B, k: alpha1 + k * B / A**2)
factorial_minimal = Formula(
    "rho",
    [ALPHA1, BETA1, A, B, D, E, K],
    lambda alpha1, beta1, A, B, d, e, k: beta1 - alpha1 + d + e - k * B / A**2,
    latex=r"\rho",
)
factorial_error = Formula(
    "beta",
    [ALPHA1, BETA1, A, B, D, E, K],
    lambda alpha1, beta1, A, B, d, e, k: beta1 - 2 * alpha1 + d + e - 2 * k * B / A**2,
    latex=r"\beta",
)

# hyperbolic: u_n = n!^d lambda^n n^kappa with r = lambda_-/lambda_+
hyperbolic_power = Formula(
    "kappa_plus",
    [ALPHA1, BETA1, D, R],
    lambda alpha1, beta1, d, r: ((1 + r) * alpha1 - r * (beta1 + d)) / (1 - r),
    latex=r"\kappa_+",
)
hyperbolic_minimal = Formula(
    "kappa_minus",
    [ALPHA1, BETA1, D, R],
    lambda alpha1, beta1, d, r: (beta1 + d - (1 + r) * alpha1) / (1 - r),
    latex=r"\kappa_-",
)
hyperbolic_error = Formula(
    "beta",
    [ALPHA1, BETA1, D, R],
    lambda alpha1, beta1, d, r: -(2 * alpha1 - beta1 - d) * (1 + r) / (1 - r),
    latex=r"\beta",
)

# d_b = 2 d_a + 1 and 2 d_a + 2, B > 0, c = |A|/sqrt B
sub1_stretch = Formula("s", [C], lambda c: c)
sub1_power = Formula("w", [BETA1, D], lambda beta1, d: (2 * beta1 + 2 * d + 1) / 4)
sub2_power = Formula("w", [BETA1, D, C], lambda beta1, d, c: (c + beta1 + d + 1) / 2)
sub2_minimal = Formula("w_minus", [BETA1, D, C], lambda beta1, d, c: (-c + beta1 + d + 1) / 2, latex="w_-")
sub2_error = Formula("beta", [C], lambda c: -c, latex=r"\beta")

# parabolic: A^2 + 4B = 0
discriminant = Formula("Delta", [A, B], lambda A, B: A**2 + 4 * B, latex=r"\Delta")
first = Formula("D1", [ALPHA1, BETA1, D], lambda alpha1, beta1, d: 2 * alpha1 - beta1 - d, latex="D_1")
second = Formula(
    "D2",
    [ALPHA1, ALPHA2, BETA2, D],
    lambda alpha1, alpha2, beta2, d: (
        (1 + 2 * alpha1) ** 2 + 4 * (2 * alpha2 - beta2 - d * (2 * alpha1 - d) - d * (d + 1) / 2)
    ),
    latex="D_2",
)
parabolic_power = Formula("w", [BETA1, D], lambda beta1, d: (2 * beta1 + 2 * d + 1) / 4)
parabolic_mean = Formula("mean", [ALPHA1], lambda alpha1: (1 + 2 * alpha1) / 2, latex=r"\bar w")
