"""Problem programs: what certificates of these claims must prove, stated again for ``plumbline verify``.

Standard library only. Each program turns a claim (its ranges, constants and formulas) into the problems that its
certificates answer: data of linear programs, or functions of the verifier's arithmetic ``m`` on boxes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

Problem = dict[str, Any]
GOLDEN = Fraction("1.618")
SWITCH = Fraction("1.655")
SLOPES = (
    ("1/10", "3/25", "3/10"),
    ("3/25", "4/25", "19/50"),
    ("4/25", "1/5", "9/20"),
    ("1/5", "1/4", "11/20"),
    ("1/4", "1/3", "7/10"),
    ("1/3", "1/2", "9/10"),
)
"""The argument for tau <= low on beta >= 1/10: on beta in [from, to] the dual slope e proves T_3 >= T_2."""


def positive(statement: str, function: Callable[..., Any], /, *, strict: bool = True, **ranges: Any) -> Problem:
    """``function(m, **x) > 0`` on a closed box."""
    axes = []
    for name, (low, high) in ranges.items():
        axes.append({"name": name, "kind": "real", "lo": str(low), "hi": str(high), "open": [False, False]})
    scope = ", ".join(
        f"{name}={low}" if low == high else f"{name} in [{low},{high}]" for name, (low, high) in ranges.items()
    )
    return {
        "kind": "positive",
        "statement": statement,
        "scope": scope,
        "axes": axes,
        "function": function,
        "strict": strict,
    }


# comp_sum.sharp.mae


def pools(claim: Any) -> Iterator[Problem]:
    """min p_1 - (p_n + the m - 1 largest)/m over laws p_1 >= .. >= p_{n-1} with p_1 - p_n = beta."""
    for n in (3, 4):
        for beta in (Fraction(3, 10), Fraction(1, 2), Fraction(9, 10)):
            for m in range(2, n + 1):
                pool = [*range(m - 1), n - 1]
                value = max(beta - Fraction(1, m), beta / m)
                descending = [[Fraction((i == k + 1) - (i == k)) for i in range(n)] for k in range(n - 2)]
                yield {
                    "kind": "linear",
                    "statement": f"regret of pools of {m} labels >= {value}",
                    "scope": f"1 instances: n={n}, m={m}, beta={beta}, every law",
                    "data": {
                        "c": [(i == 0) - (i in pool) * Fraction(1, m) for i in range(n)],
                        "A_ub": descending,
                        "b_ub": [0] * (n - 2),
                        "A_eq": [[1] * n, [(i == 0) - (i == n - 1) for i in range(n)]],
                        "b_eq": [1, beta],
                        "bounds": [[0, None]] * n,
                    },
                    "bound": value,
                }


# comp_sum.gap.monotone_tau_noisy


def noisy(claim: Any) -> Iterator[Problem]:
    """The claimed gap at the larger tau exceeds that at the smaller one on the claimed range of the noise."""
    (axis,) = claim.axes
    yield {
        "kind": "positive",
        "statement": "left > right",
        "scope": f"{axis['name']} in [{axis['lo']},{axis['hi']})",
        "axes": [axis],
        "function": lambda m, e: claim.formulas["high"](m, e=e) - claim.formulas["low"](m, e=e),
        "strict": True,
    }


# comp_sum.sharp.mid and comp_sum.sharp.tau_c


def growth(claim: Any) -> Iterator[Problem]:
    """(1 + a w)^q (1 - b w) >= 1 at w = 1/2, that is U V^s >= 1 with s = 1/q, for small and for large e."""
    s, t = (1 / (GOLDEN - 1), Fraction(2)), Fraction(9, 16)

    def near(m: Any, s: Any) -> Any:
        alpha = s * (s - 1) / 2
        lost = (1 - (m.power(Fraction(7, 4), s - 1) + m.power(Fraction(1, 4), s - 1)) / 2) / t
        return alpha - s * lost * (1 + alpha * t)

    def far(m: Any, v: Any, s: Any) -> Any:
        U = (m.power(2 - v**3, s) + m.power(v, 3 * s)) / 2
        V = (m.power(2 - v**3, s - 1) + m.power(v, 3 * s - 3)) / 2
        return m.log(U) + s * m.log(V)

    yield positive("alpha - s gamma (1 + alpha t) at t = 9/16 > 0", near, s=s)
    yield positive("log U + s log V with e = 1 - v^3 > 0", far, v=(0, Fraction(63, 100)), s=s)


def two_class(m: Any, beta: Any, q: Any) -> Any:
    """q T_2 by the law ((1 + beta)/2, (1 - beta)/2)."""
    r = 1 / (1 - q)
    norm = m.power((m.power(1 + beta, r) + m.power(1 - beta, r)) / 2, 1 - q)
    return m.power(2, -q) * (norm - 1)


def face(m: Any, beta: Any, q: Any) -> Any:
    """q times the regret of (beta, 1 - beta, 0) with tied scores."""
    r = 1 / (1 - q)
    return m.power(m.power(beta, r) + m.power(1 - beta, r), 1 - q) - m.power(3, -q)


def line(m: Any, beta: Any, q: Any, e: Fraction) -> Any:
    """q L(e): what Hoelder gives with weights 1 + e, 1, 1 - e."""
    weights = m.power(1 + e, 1 / q) + 1 + (m.power(1 - e, 1 / q) if e < 1 else 0)
    return (1 + e * beta) / m.power(weights, q) - m.power(3, -q)


def enclosed(claim: Any) -> Iterator[Problem]:
    """T_3 >= T_2 up to ``low`` (boxes that cover [1/10, 1] x [1.618, low], and two facts for beta < 1/10); the law."""
    low, high, at = (claim.objects[role] for role in ("low", "high", "beta"))
    strip = (GOLDEN - 1, low - 1)
    yield from growth(claim)

    def kappa(m: Any, q: Any) -> Any:
        return Fraction(3, 2) / (q * (m.power(2, 1 / q) - 2))

    def start(m: Any, q: Any) -> Any:
        k = kappa(m, q)
        return m.power(3, -q) * k * (1 - k / 100) / 2 - m.power(2, -q) * (1 / (1 - q) - 1) / 2

    yield positive("1 - kappa/10, so that e <= 1 > 0", lambda m, q: 1 - kappa(m, q) / 10, q=strip)
    yield positive("3^(-q) kappa (1 - kappa/100)/2 - 2^(-q) (r-1)/2 > 0", start, q=strip)
    boxes = [(Fraction(a), Fraction(b), strip, Fraction(e)) for a, b, e in SLOPES]
    for joint, tau in (("0.606", (GOLDEN, min(low, SWITCH))), ("0.591", (SWITCH, low))):
        if tau[0] < tau[1]:
            yield from _beyond(Fraction(joint), (tau[0] - 1, tau[1] - 1))
            boxes.append((Fraction(1, 2), Fraction(joint), (tau[0] - 1, tau[1] - 1), Fraction(1)))
    for start_, stop, q, e in boxes:
        label = f"L({e}) - T_2 on beta in {start_}..{stop} > 0"
        yield positive(
            label, lambda m, beta, q, e=e: line(m, beta, q, e) - two_class(m, beta, q), beta=(start_, stop), q=q
        )
    value = claim.formulas["two_class"]

    def above(m: Any, beta: Any, tau: Any) -> Any:
        return value(m, beta=beta, tau=tau) - face(m, beta, tau - 1) / (tau - 1)

    yield positive("T_2 minus the regret of the face law > 0", above, beta=(at, at), tau=(high, high))


def _beyond(edge: Fraction, q: tuple[Fraction, Fraction]) -> Iterator[Problem]:
    """beta >= edge: the face law lies above T_2, and its slope 1 + e = (beta/(1-beta))^(r-1) is at least 2."""
    where = f"on beta in {edge}..1 > 0"

    def slope(m: Any, beta: Any, q: Any) -> Any:
        order = q / (1 - q)
        return m.power(beta, order) - 2 * m.power(1 - beta, order)

    yield positive(
        f"the face law minus T_2 {where}",
        lambda m, beta, q: face(m, beta, q) - two_class(m, beta, q),
        beta=(edge, 1),
        q=q,
    )
    yield positive(f"the face law's slope e exceeds 1 {where}", slope, beta=(edge, 1), q=q)


PROBLEMS = {
    "comp_sum.sharp.mae": pools,
    "comp_sum.sharp.mid": growth,
    "comp_sum.sharp.tau_c": enclosed,
    "comp_sum.gap.monotone_tau_noisy": noisy,
}
