"""Two classes are the worst case for every n while tau stays below the golden ratio.

Let A be the mean of the optimal pool (the predicted label k, a likeliest label j and whatever else ties), so that
pooled entries other than k are at least A and all others at most A; M = 1/A lies in [2, n]. With q = tau - 1 and
any e >= 0,

    regret >= G(M, e) := ((1 + e beta)/D^q - M^(-q))/q,   D = M - 2 + c(e),   c(e) = (1+e)^(1/q) + max(1-e, 0)^(1/q).

At M = 2 the maximum of G over e is the two-class value. As M grows the maximum does not fall: at the maximiser its
slope has the sign of (1 + a w)^q (1 - b w) - 1 with w = 1/M, a = c - 2, b = q e c' - a, which is log-concave in w,
vanishes at w = 0, and is nonnegative at w = 1/2 whenever q (1 + q) <= 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from plumbline.domain import Domain, Integer, Real
from plumbline.formula import Formula, log, power
from proofs_checks.comp_sum.samples import Conditional, conditionals
from proofs_checks.engines.derivation import Derivation, Fact, Sample
from proofs_checks.engines.facts import established
from proofs_checks.engines.interval.plain import prove_apart
from theory import lemmas
from theory.comp_sum import middle_bounds
from theory.comp_sum.witnesses import real

DIGITS = 60
TAU = Real("tau", Fraction(3, 2), middle_bounds.GOLDEN, open_lo=True, latex=r"\tau")
GROWTH = (
    Real("w", 0, Fraction(1, 2), open_lo=True),
    Real("f", 0, None),
    Real("k", 2, None),
    Real("g", 0, None),
    Real("t", 0, Fraction(9, 16), open_lo=True),
)
"""Numbers of the growth argument: w = 1/M, the maximiser f of G(M, .), k = c(f), g = q f c'(f), and t = e^2."""
_S = Real("s", 1 / (middle_bounds.GOLDEN - 1), 2)
_SPLIT = Fraction(3, 4)
_ROOT = Fraction(63, 100)  # its cube is at least 1 - _SPLIT
_TAUS = (Fraction(8, 5), Fraction(31, 20), Fraction(1601, 1000))
_SLOPES = [Fraction(value) for value in ("0", "1/2", "1", "7/5", "4")]
_POSITIVE = (Real("P", 0, None, open_lo=True), *(Real(name, 0, None) for name in "NXYL"))


def apart(label: str, left: Any, axes: Sequence[Real]) -> Fact:
    """``left > 0`` on the closed box of the axes, by ball arithmetic."""
    return established(
        label, prove_apart(Formula(label, list(axes), lambda *_: sympy.sympify(left)), 0, statement=f"{label} > 0")
    )


def support_sum(e: Any, q: Any) -> Any:
    """c(e) = (1+e)^(1/q) + max(1-e, 0)^(1/q) at numbers."""
    return (1 + e) ** (1 / q) + (max(1 - e, 0) ** (1 / q) if e < 1 else 0)


def _pool(c: Conditional) -> list[int]:
    """The labels that tie with the predicted one: the likeliest others, as long as the mean grows."""
    order = sorted((i for i in range(c.n) if i != c.k), key=lambda i: -c.p[i])
    pools = [[c.k, *order[:size]] for size in range(1, c.n)]
    return max(pools, key=lambda pool: (sum(c.p[i] for i in pool) / len(pool), -len(pool)))


def growth_values(beta: Fraction, tau: Fraction, index: int) -> dict[str, Any]:
    """The numbers :data:`GROWTH` at M = 2, 3, 9/2 or 12: the maximiser of G(M, .) by bisection (0 < beta < 1)."""
    M, t = (Fraction(2), Fraction(3), Fraction(9, 2), Fraction(12))[index % 4], Fraction((1, 4, 9)[index % 3], 16)
    q, b, size = real(tau - 1), real(beta), real(M)

    def rise(e: Any) -> Any:
        return (1 + e) ** (1 / q - 1) - ((1 - e) ** (1 / q - 1) if e < 1 else 0)

    low, high = mpmath.mpf(0), mpmath.mpf(1)
    while b * (size - 2 + support_sum(high, q)) > (1 + high * b) * rise(high):
        high *= 2
    for _ in range(4 * DIGITS):
        middle = (low + high) / 2
        up = b * (size - 2 + support_sum(middle, q)) > (1 + middle * b) * rise(middle)
        low, high = (middle, high) if up else (low, middle)
    return {"w": 1 / M, "f": high, "k": support_sum(high, q), "g": high * rise(high), "t": t}


def _reduction_sample(c: Conditional, tau: Fraction, e: Fraction, index: int) -> Sample:
    with mpmath.workdps(DIGITS):
        q, r = real(tau - 1), real(1 / (2 - tau))
        pool = _pool(c)
        outside = [i for i in range(c.n) if i not in pool]
        p, s = [real(x) for x in c.p], [real(x) ** q for x in c.s]
        mean = sum((c.p[i] for i in pool), Fraction(0)) / len(pool)
        zero = mpmath.mpf(0)
        values = {
            "beta": c.p[c.j] - c.p[c.k],
            "tau": tau,
            "A": mean,
            "m": Fraction(len(pool)),
            "P": sum((p[i] ** r for i in pool if p[i] > 0), zero),
            "N": sum((p[i] ** r for i in outside if p[i] > 0), zero),
            "X": sum((a * b for a, b in zip(p, s, strict=True)), zero),
            "Y": sum((real(mean) * s[i] for i in pool), zero) + sum((p[i] * s[i] for i in outside), zero),
            "L": (1 - len(pool) * real(mean)) * real(mean) ** (r - 1),
            "e": e,
            "c": support_sum(real(e), q),
        }
        values |= growth_values(c.p[c.j] - c.p[c.k], tau, index)
        return Sample(values, c.regret(tau), {"n": c.n})


def reduction() -> tuple[Derivation, list[Fact]]:
    """regret >= ((1 + e beta)/(1/A - 2 + c)^q - A^q)/q for every e >= 0, where 2 <= 1/A <= n."""
    laws = [c for c in conditionals(24) if c.n >= 3 and 0 < c.p[c.j] - c.p[c.k] < 1]
    made = [_reduction_sample(c, _TAUS[i % 3], _SLOPES[i % 5], i) for i, c in enumerate(laws)]
    numbers: tuple[Real | Integer, ...] = (
        Real("A", 0, Fraction(1, 2), open_lo=True),
        Integer("m", 2, None),
        *_POSITIVE,
    )
    dual = (Real("e", 0, None), Real("c", 2, None))
    d = Derivation(Domain(Real("beta", 0, 1), TAU, *numbers, *dual, *GROWTH), made)
    beta, tau, A, m, e, c = (d[name] for name in ("beta", "tau", "A", "m", "e", "c"))
    P, N, X, Y, most = (d[name] for name in "PNXYL")
    q, r = tau - 1, 1 / (2 - tau)
    norm, pooled = (P + N) ** (2 - tau), (m * A**r + N) ** (2 - tau)
    far, line = (P + most) ** (2 - tau), (1 + e * beta) / (1 / A - 2 + c) ** q
    left = d.expands("(||p||_r - X)/q with X = sum p_i s_i^q", (norm - X) / q)
    tie = d.lemma("s_k is largest: pooling p at its mean does not lower the sum", lemmas.SUM_BOUND, Y, X)
    up = d.lemma("Hoelder for the pooled law", lemmas.HOELDER, pooled, Y)
    outer = d.lemma("entries outside the pool are at most A and sum to 1 - m A", lemmas.SUM_BOUND, most, N)
    inner = d.lemma("the mean of r-th powers in the pool", lemmas.JENSEN, P, m * A**r)
    full = d.lemma(
        "the difference of the norms falls as N grows (P >= m A^r, exponent 1/r < 1); at the largest N the "
        "pooled norm is A^q",
        lemmas.MEAN_VALUE,
        norm - pooled,
        far - A**q,
        requires=[outer, inner],
    )
    total = d.identity(
        "m A^r + L = A^(r-1) with L = (1 - m A) A^(r-1)",
        m * A**r + (1 - m * A) * A ** (r - 1),
        A ** (r - 1),
    )
    down = d.lemma("Hoelder with weights 1+e at j, max(1-e,0) at k, 1 elsewhere", lemmas.HOELDER, far, line)
    bound = d.combine(
        "regret >= G(1/A, e)", left, (line - A**q) / q, [(1 / q, tie), (1 / q, up), (1 / q, full), (1 / q, down)]
    )
    return d, [total, bound]


def growth(d: Derivation) -> list[Fact]:
    """d/dM max_e G >= 0 for M >= 2 and 0 < beta < 1, by log-concavity in w = 1/M and the sign at w = 1/2."""
    tau, beta, w, f, k, g = (d[name] for name in ("tau", "beta", "w", "f", "k", "g"))
    q = tau - 1
    D = 1 / w - 2 + k
    a, b = k - 2, g - (k - 2)
    still = d.by_definition("stationarity: f beta/(1 + f beta) = q f c'(f)/D = g/D", f * beta * D, g * (1 + f * beta))
    also = d.by_definition("and the other way", g * (1 + f * beta), f * beta * D)
    shape = [
        d.identity("D w = 1 + a w", D * w, 1 + a * w),
        d.identity("(D - g) w = 1 - b w: the slope has the sign of (1 + a w)^q (1 - b w) - 1", (D - g) * w, 1 - b * w),
        d.identity("1 + a w at w = 1/2", 1 + a / 2, k / 2),
        d.identity("1 - b w at w = 1/2", 1 - b / 2, (k - g) / 2),
    ]
    concave = d.lemma(
        "log((1 + a w)^q (1 - b w)) is concave in w and 0 at w = 0",
        lemmas.CONVEX_CHORD,
        (1 + a * w) ** q * (1 - b * w),
        ((k / 2) ** q * ((k - g) / 2)) ** (2 * w),
        requires=shape,
    )
    sign = _at_two(d)
    slope = d.deduce(
        "for 0 < beta < 1 the maximiser f of G(M, .) is positive and finite, and the slope of the maximum in M is "
        "w^(q+1) - (1 + f beta)/D^(q+1) >= 0",
        lemmas.ENVELOPE,
        requires=[still, also, *shape, concave, *sign],
    )
    return [*sign, slope]


def _at_two(d: Derivation) -> list[Fact]:
    """U V^s >= 1, U = ((1+e)^s + (1-e)^s)/2, V the same with s - 1, s = 1/q: the sign at w = 1/2, three ranges of e."""
    tau, t = d["tau"], d["t"]
    split = sympy.Rational(_SPLIT.numerator, _SPLIT.denominator)
    s = sympy.Symbol("s", real=True)

    def alpha(s: Any) -> Any:
        return s * (s - 1) / 2

    def gamma(s: Any) -> Any:
        return (1 - (power(1 + split, s - 1) + power(1 - split, s - 1)) / 2) / split**2

    near = apart("alpha - s gamma (1 + alpha t) at t = 9/16", alpha(s) - s * gamma(s) * (1 + alpha(s) * split**2), [_S])
    v = sympy.Symbol("v", real=True)
    top, low = 2 - v**3, power(v, 3 * s - 3)
    upper, lower = (top**s + v**3 * low) / 2, (top ** (s - 1) + low) / 2
    far = apart("log U + s log V with e = 1 - v^3", log(upper) + s * log(lower), [Real("v", 0, _ROOT), _S])
    s, root = 1 / (tau - 1), sympy.sqrt(t)
    U = ((1 + root) ** s + (1 - root) ** s) / 2
    V = ((1 + root) ** (s - 1) + (1 - root) ** (s - 1)) / 2
    rise = d.lemma("U >= 1 + alpha t: all coefficients are nonnegative", lemmas.BINOMIAL_SERIES, U, 1 + alpha(s) * t)
    fall = d.lemma("V >= 1 - gamma t: concave in t, above its chord", lemmas.BINOMIAL_SERIES, V, 1 - gamma(s) * t)
    tangent = d.lemma("V^s >= 1 - s gamma t", lemmas.BERNOULLI, V**s, 1 - s * gamma(s) * t, requires=[fall])
    q = tau - 1
    beyond = d.nonnegative("e >= 1: U V^s grows with e and is 2^((1 - q - q^2)/q^2) at e = 1", 1 - q - q**2)
    return [near, rise, fall, tangent, far, beyond]
