"""Programs that evaluate witnesses of the claims for 3/2 < tau < 2: the standard library and mpmath only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from mpmath import mp, mpf

from theory.comp_sum.witnesses import real, regret


def pool_law(beta: Any, tau: Fraction, m: int, level: Callable[..., Any]) -> tuple[Any, Any, Any]:
    """(x, y, z) with x = y + beta, z = level(x, y) and x + y + (m-2) z = 1; y = 0 where no such y >= 0 exists."""
    low, high = mpf(0), (1 - beta) / 2

    def mass(y: Any) -> Any:
        return 2 * y + beta + (m - 2) * level(x=y + beta, y=y, tau=tau)

    if mass(low) >= 1:
        return beta, low, (1 - beta) / (m - 2)
    for _ in range(int(mp.prec) + 8):
        y = (low + high) / 2
        low, high = (low, y) if mass(y) > 1 else (y, high)
    return high + beta, high, level(x=high + beta, y=high, tau=tau)


def least_value(beta: Any, tau: Fraction, n: int, pools: str, formulas: Mapping[str, Callable[..., Any]]) -> Any:
    """The least of the two-class value, the tied pools up to n labels (``"tied"``) and the tied pair (``"all"``)."""
    values = [formulas["two_class"](beta=beta, tau=tau)]
    if pools == "all" and beta >= Fraction(2, 3):
        values.append(formulas["pair"](beta=beta, tau=tau))
    for m in range(3, n + 1) if pools != "two" else ():
        x, y, z = pool_law(real(beta), tau, m, formulas["level"])
        values.append(formulas["tied"](x=x, y=y, z=z, m=m, tau=tau))
    return min(values)


def middle(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: the surrogate regret at one law, its last label predicted. Right: the claimed least regret."""
    p = [Fraction(value) for value in data["p"]]
    s = [Fraction(value) for value in data["s"]]
    tau = Fraction(data["tau"])
    assert sum(p) == 1 and sum(s) == 1 and min(*p, *s) >= 0 and s[-1] == max(s)
    left = regret([real(value) for value in p], [real(value) for value in s], tau)
    return left, least_value(max(p) - p[-1], tau, len(p), data["pools"], formulas)


def tied_law(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: the regret of the law (x, z, .., z, y) with all m scores tied. Right: the stated closed form."""
    x, y, m, tau = Fraction(data["x"]), Fraction(data["y"]), data["m"], Fraction(data["tau"])
    z = (1 - x - y) / (m - 2)
    p = [x, *[z] * (m - 2), y]
    assert min(p) >= 0
    left = regret([real(value) for value in p], [real(Fraction(1, m))] * m, tau)
    return left, formulas["tied"](x=x, y=y, z=z, m=m, tau=tau)


def stationary(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Slopes of the r-norm's r-th power, over r, as mass moves from z onto x and y in equal shares: gained, lost.

    They meet where the norm of (x, y, z, .., z) is stationary at fixed x - y, which the stated z must satisfy.
    """
    x, y, tau = Fraction(data["x"]), Fraction(data["y"]), Fraction(data["tau"])
    order = real((tau - 1) / (2 - tau))
    z = formulas["level"](x=x, y=y, tau=tau)
    return real(x) ** order + (real(y) ** order if y else mpf(0)), 2 * z**order


def pair_law(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: the regret of (beta, 1 - beta, 0) with the sure pair tied. Right: the stated closed form.

    The scores s proportional to (beta/2)^r, (1 - beta)^r, (beta/2)^r predict the last label for beta >= 2/3.
    """
    beta, tau = Fraction(data["beta"]), Fraction(data["tau"])
    assert Fraction(2, 3) <= beta <= 1
    weights = [real(value) ** real(1 / (2 - tau)) if value else mpf(0) for value in (beta / 2, 1 - beta, beta / 2)]
    left = regret([real(value) for value in (beta, 1 - beta, Fraction(0))], [w / sum(weights) for w in weights], tau)
    return left, formulas["pair"](beta=beta, tau=tau)


def touching(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: the regret of a law on three labels with tied scores. Right: the two-class value at its beta."""
    p, tau = [Fraction(value) for value in data["p"]], Fraction(data["tau"])
    assert sum(p) == 1 and min(p) >= 0 and len(p) == 3
    left = regret([real(value) for value in p], [real(Fraction(1, 3))] * 3, tau)
    return left, formulas["two_class"](beta=max(p) - p[-1], tau=tau)
