"""Problem programs: what certificates of these claims must prove, stated again for ``plumbline verify``.

Standard library and mpmath's intervals only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from mpmath import iv

Problem = dict[str, Any]
Interval = Any
ONE = Fraction(1)
UNIT = Fraction(1, 10**18)
_TOLERANCE = Fraction(1, 10**6)


# sea_omd.convex.constant_step and sea_omd.convex.constant_step_values


def worst_case(rounds: int, eta: Fraction, hint: Fraction) -> dict[str, Any]:
    """sup of sum <g_t, x_t - u>, x_t = x_1 - eta (g_1 + .. + g_{t-1}) - eta hint g_{t-1}, over Gram matrices.

    Vectors u - x_1, g_1, .., g_T; |u - x_1|^2 <= 1 and sum |g_t - g_{t-1}|^2 <= 1 with g_0 = 0. Lower triangles.
    """
    size = rounds + 1
    regret = [[Fraction(0)] * (t + 1) for t in range(size)]
    for t in range(1, size):
        regret[t][0] = -ONE / 2
        for s in range(1, t):
            regret[t][s] = -(eta + (eta * hint if s == t - 1 else 0)) / 2
    distance = [[Fraction(i == j == 0) for j in range(i + 1)] for i in range(size)]
    variation = [[Fraction(0)] * (t + 1) for t in range(size)]
    for t in range(1, size):
        variation[t][t] = Fraction(1 if t == rounds else 2)
        if t > 1:
            variation[t][t - 1] = -ONE
    return {"C": regret, "A_ub": [distance, variation], "b_ub": [1, 1], "A_eq": [], "b_eq": []}


def table(claim: Any) -> Iterator[Problem]:
    """Each listed value, up to 1e-6, from both sides."""
    for (step, rounds), text in claim.objects["table"].items():
        yield {
            "kind": "semidefinite",
            "part": f"step {step}, {rounds} rounds",
            "statement": f"worst-case regret at step {step} over {rounds} rounds is {text} up to 1e-6",
            "scope": "every path",
            "data": worst_case(rounds, Fraction(step), claim.objects["hint"]),
            "at_least": Fraction(text) - _TOLERANCE,
            "at_most": Fraction(text) + _TOLERANCE,
        }


def tuned(claim: Any) -> Iterator[Problem]:
    """The claimed value at D = V = 1 with the claimed step, exactly, for up to 20 rounds."""
    value, step = (claim.value(role, D=ONE, V=ONE) for role in ("value", "step"))
    for rounds in range(1, 21):
        yield {
            "kind": "semidefinite",
            "statement": f"the value over {rounds} rounds is {value}",
            "scope": f"T={rounds}, D=1, V=1, every path",
            "data": worst_case(rounds, step, claim.objects["hint"]),
            "at_least": value,
            "at_most": value,
        }


# sea_omd.lemma.harmonic


def harmonic(claim: Any) -> Iterator[Problem]:
    """-max sum s_t/t over 0 <= s_t <= 1 with sum k + f: at least minus the claimed h_k + f/(k + 1), to 12 digits.

    Records draw a few of these lengths and sums.
    """
    for k in range(1, 5):
        h = sum((Fraction(1, t) for t in range(1, k + 1)), Fraction(0))
        for f in (Fraction(numerator, 7) for numerator in range(7)):
            bound = claim.value("greedy", k=Fraction(k), f=f, h=h).limit_denominator(10**12)
            for length in range(k + 1, k + 6):
                yield {
                    "kind": "linear",
                    "statement": "no sequence exceeds the stated maximum",
                    "scope": f"1 instances: sum {k + f} over {length} places",
                    "data": {
                        "c": [Fraction(-1, t) for t in range(1, length + 1)],
                        "A_ub": [],
                        "b_ub": [],
                        "A_eq": [[1] * length],
                        "b_eq": [k + f],
                        "bounds": [[0, 1]] * length,
                    },
                    "bound": -bound,
                    "optional": True,
                }


# sea_omd.lemma.expconcave


def start(claim: Any) -> Iterator[Problem]:
    """-ln(1 - z) - z - z^2/4 >= 0 at the claimed threshold, and at minus twice the constant of the claimed rate."""
    places = {
        "scalar": claim.value("threshold"),
        "quadratic": -2 * claim.value("rate", alpha=Fraction(10**6), G=ONE, D=ONE),
    }
    for part, z in places.items():
        yield {
            "kind": "positive",
            "part": part,
            "statement": "left >= right",
            "scope": "no free variable",
            "axes": [],
            "function": lambda m, z=z: m.log(1 - z) * -1 - z - z * z / 4,
            "strict": False,
        }


# sea_omd.lower.pseudo_limit


def _between(low: Fraction, high: Fraction) -> Interval:
    ends = [iv.mpf(end.numerator) / end.denominator for end in (low, high)]
    return iv.mpf([ends[0].a, ends[1].b])


def normal(c: Fraction) -> tuple[Interval, Interval]:
    """Phi(-c) and phi(c) for 0 < c < 2: the alternating series of Phi, its rest below its first omitted term."""
    term, total = c, Fraction(0)
    for k in range(60):
        total += term / (2 * k + 1)
        term *= -c * c / (2 * (k + 1))
    rest = abs(term)
    root = iv.sqrt(2 * iv.pi)
    square = _between(c * c, c * c)
    return iv.mpf(1) / 2 - _between(total - rest, total + rest) / root, iv.exp(-square / 2) / root


def maximum(claim: Any) -> Iterator[Problem]:
    """With h = c^2 K' and m = h'/(2c): h > 0 at the place, h < 0 one unit on, m < 0, and K there is the value.

    Relations are stored with the ends of the enclosures found; each is compared with an enclosure found here.
    """
    place, value = claim.value("argument"), claim.value("value")

    def enclosures() -> list[tuple[Interval, str, Fraction]]:
        turns, bends = [], []
        for c in (place, place + UNIT):
            P, q = normal(c)
            x = _between(c, c)
            turns.append(x * x * P + x * q - (1 - 2 * P) / 2)
            bends.append(P - x * q)
        P, q = normal(place)
        x = _between(place, place)
        K = x * P + (1 - 2 * P) / (2 * x) - q
        rise = _between(UNIT, UNIT) * turns[0] / (x * x)
        zero = Fraction(0)
        return [
            (turns[0], ">", zero),
            (turns[1], "<", zero),
            (bends[0], "<", zero),
            (K, ">=", value),
            (K + rise, "<", value + UNIT),
        ]

    def compared(stored: Sequence[Mapping[str, Any]]) -> list[Any]:
        found = []
        for text, (enclosure, sign, right) in zip(stored[0]["relations"], enclosures(), strict=True):
            end = Fraction(text.split()[0])
            gap = enclosure - _between(right, right)
            near = abs(enclosure - _between(end, end)) < iv.mpf(10) ** -40
            if not near or not (gap > 0 if ">" in sign else gap < 0):
                raise ValueError(f"{text}: enclosed here is {enclosure}, claimed {sign} {right}")
            found.append((end, sign, right))
        return [(None, found)]

    def instances(stored: Sequence[Mapping[str, Any]]) -> list[Any]:
        before, iv.prec = iv.prec, 256
        try:
            return compared(stored)
        finally:
            iv.prec = before

    yield {
        "kind": "relations",
        "part": "maximum",
        "statement": (
            "h > 0 at the place and h < 0 one unit on, h falls there; K and its rise stay within one unit of the value"
        ),
        "scope": "1 instances: ends of balls",
        "instances": instances,
    }


PROBLEMS: dict[str, Callable[[Any], Iterator[Problem]]] = {
    "sea_omd.convex.constant_step": tuned,
    "sea_omd.convex.constant_step_values": table,
    "sea_omd.lemma.harmonic": harmonic,
    "sea_omd.lemma.expconcave": start,
    "sea_omd.lower.pseudo_limit": maximum,
}
