"""Programs that evaluate a witness from exact data: the standard library and mpmath only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from mpmath import diff, exp, log, mpf, quad


def real(value: Any) -> Any:
    """A rational given as text as a number of the working precision."""
    exact = Fraction(value)
    return mpf(exact.numerator) / exact.denominator


def loss(s: Any, tau: Fraction) -> Any:
    """Phi_tau(1/s - 1) = ((1/s)^(1-tau) - 1)/(1-tau); log(1/s) at tau = 1."""
    if tau == 1:
        return -log(s)
    if s == 0:
        return 1 / real(tau - 1)
    return ((1 / s) ** real(1 - tau) - 1) / real(1 - tau)


def risk(p: list[Any], s: list[Any], tau: Fraction) -> Any:
    """sum_y p_y * loss(s_y), where an impossible label costs nothing."""
    return sum((p_y * loss(s_y, tau) for p_y, s_y in zip(p, s, strict=True) if p_y > 0), mpf(0))


def bayes_risk(p: list[Any], tau: Fraction) -> Any:
    """The least risk: a stationary point of the convex problem (tau < 2), the best vertex otherwise."""
    if tau >= 2:
        vertices = [[mpf(i == j) for i in range(len(p))] for j in range(len(p))]
        return min(risk(p, vertex, tau) for vertex in vertices)
    weight = [p_y ** real(1 / (2 - tau)) if p_y > 0 else mpf(0) for p_y in p]
    return risk(p, [w / sum(weight) for w in weight], tau)


def regret(p: list[Any], s: list[Any], tau: Fraction) -> Any:
    """Conditional surrogate regret."""
    return risk(p, s, tau) - bayes_risk(p, tau)


def transformation(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: the surrogate regret at one conditional law. Right: the transformation of its zero-one regret."""
    beta, left = _regret_of(data)
    others = {name: Fraction(value) for name, value in data.get("parameters", {}).items()}
    return left, formulas["T"](beta=beta, **others)


def least_risk(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: the least conditional risk from the definition. Right: its claimed closed form."""
    p = [real(value) for value in data["p"]]
    tau = Fraction(data["tau"])
    if "exponent" not in formulas:
        return bayes_risk(p, tau), formulas["value"](p_max=max(p), tau=tau)
    r = formulas["exponent"](tau=tau)
    return bayes_risk(p, tau), formulas["value"](Z=sum(x**r for x in p if x > 0), tau=tau)


def tsallis_power(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: the loss at softmax value s from its definition. Right: the stated power form."""
    s, tau = Fraction(data["s"]), Fraction(data["tau"])
    return loss(real(s), tau), formulas["value"](s=s, tau=tau)


def tsallis_integral(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: the integral of exp(-(tau-1) w) over [0, -log s] by quadrature. Right: the stated value."""
    tau, v = Fraction(data["tau"]), -log(real(data["s"]))
    return quad(lambda w: exp(-real(tau - 1) * w), [0, v]), formulas["value"](v=v, tau=tau)


def phi_value(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: Phi_tau(u) from its definition. Right: the stated formula."""
    u, tau = Fraction(data["u"]), Fraction(data["tau"])
    return loss(1 / (1 + real(u)), tau), formulas["value"](u=u, tau=tau)


def phi_slope(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: the derivative of u -> Phi_tau(u), numerically. Right: the stated derivative."""
    u, tau = Fraction(data["u"]), Fraction(data["tau"])
    return diff(lambda x: loss(1 / (1 + x), tau), real(u)), formulas["value"](u=u, tau=tau)


def phi_zero_one(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: Phi_tau(u) at u >= 1, where the prediction is wrong. Right: the stated Phi_tau(1)."""
    u, tau = Fraction(data["u"]), Fraction(data["tau"])
    assert u >= 1
    return loss(1 / (1 + real(u)), tau), formulas["value"](tau=tau)


def mae_regret(data: Mapping[str, Any]) -> tuple[Fraction, Fraction]:
    """(beta, regret) of the mean absolute error 1 - s_y at exact p and s, the last label predicted."""
    p = [Fraction(value) for value in data["p"]]
    s = [Fraction(value) for value in data["s"]]
    assert sum(p) == 1 and sum(s) == 1 and min(*p, *s) >= 0 and s[-1] == max(s)
    risk = sum(a * (1 - b) for a, b in zip(p, s, strict=True))
    return max(p) - p[-1], risk - (1 - max(p))


def mae_pool(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: the surrogate regret of the instance. Right: the pool formula at its zero-one regret."""
    beta, value = mae_regret(data)
    return value, formulas["pool"](beta=beta, m=data["m"])


def mae_class_free(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: the surrogate regret of the instance. Right: the class-free bound at its zero-one regret."""
    beta, value = mae_regret(data)
    return value, formulas["bound"](beta=beta)


def mae_node(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: the regret of an instance at beta = 1/(m-1). Right: the stated value of node m."""
    _, value = mae_regret(data)
    return value, formulas["node_value"](m=data["m"])


def mae_node_beta(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: the zero-one regret at which both terms of pool m meet, at an instance. Right: the stated node."""
    beta, value = mae_regret(data)
    assert value == beta / data["m"] == beta - Fraction(1, data["m"])
    return beta, formulas["node_beta"](m=data["m"])


def mae_inverse(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: beta. Right: the stated inverse at t = beta^2/(1 + beta)."""
    beta = Fraction(data["beta"])
    return real(beta), formulas["inverse"](t=beta**2 / (1 + beta))


def _regret_of(data: Mapping[str, Any]) -> tuple[Fraction, Any]:
    """(beta, surrogate regret) at exact p, s and tau."""
    p = [Fraction(value) for value in data["p"]]
    s = [Fraction(value) for value in data["s"]]
    k = data["predicted"]
    assert sum(p) == 1 and sum(s) == 1 and min(*p, *s) >= 0 and s[k] == max(s)
    value = regret([real(x) for x in p], [real(x) for x in s], Fraction(data["tau"]))
    return max(p) - p[k], value


def pool_from_two(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: the surrogate regret of the instance. Right: the pool formula at the spare mass of its n and beta."""
    beta, value = _regret_of(data)
    spare = formulas["spare"](beta=beta, n=len(data["p"]))
    return value, formulas["pool"](beta=beta, m=data["m"], c=spare, tau=Fraction(data["tau"]))


def pool_slope(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: the surrogate regret of the instance. Right: beta times the stated slope."""
    beta, value = _regret_of(data)
    return value, real(beta) * formulas["slope"](m=data["m"], tau=Fraction(data["tau"]))


def mixture(data: Mapping[str, Any], formulas: Mapping[str, Callable[..., Any]]) -> tuple[Any, Any]:
    """Left: the mean surrogate regret over x. Right: the transformation of the mean zero-one regret."""
    points = [(Fraction(x["weight"]), Fraction(x["beta"]), Fraction(x["regret"])) for x in data["points"]]
    assert sum(weight for weight, _, _ in points) == 1
    for _, beta, value in points:
        assert value >= pools(beta, data["n"])
    mean_regret = sum(weight * value for weight, _, value in points)
    return mean_regret, pools(sum((weight * beta for weight, beta, _ in points), Fraction(0)), data["n"])


def pools(beta: Fraction, n: int) -> Fraction:
    """min over 2 <= m <= n of max(beta - 1/m, beta/m)."""
    return min(max(beta - Fraction(1, m), beta / m) for m in range(2, n + 1))
