"""Formulas proved irrational: attacked on all known rational limits and on exact gcds, then counted over the census."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import sympy

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding, Witness
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import derivation, rational, symbolic
from proofs_checks.engines.rational import Relation
from proofs_checks.pcf.census import counted
from theory.pcf import census, certificate_claims, irrationality
from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.definitions.convergents import convergents
from theory.pcf.rational_limits import RationalLimit, rational_limits
from theory.pcf.regimes import leading_terms

_SPREAD = 997
"""Every so many-th formula with a certified gcd is compared with its exact gcds."""
_KNOWN = (1, 0, -5, 5, 1, 2)
_DEPTH = 24


@lru_cache(maxsize=1)
def keys() -> Any:
    """Half of the census: the first coefficient of a that is not 0 is positive; (-a, b) has the limit -L."""
    own = census.keys()
    return own[census.leading_arrays(own[:, :3])[1] > 0]


@lru_cache(maxsize=1)
def kinds() -> Any:
    """The certificate of each of these keys."""
    return irrationality.certificates(keys())


@lru_cache(maxsize=1)
def listed() -> tuple[tuple[tuple[int, ...], RationalLimit], ...]:
    """All formulas of the census with a hypergeometric minimal solution, d_a = d_b."""
    rows = keys()
    return tuple((tuple(rows[row].tolist()), found) for row, found in rational_limits(rows).items())


@lru_cache(maxsize=1)
def by_size() -> int:
    """How many formulas of the census are proved by the size of the minimal solution alone: no prime is asked."""
    return 2 * int((irrationality.certificates(keys(), ()) == irrationality.BY_SIZE).sum())


@lru_cache(maxsize=1)
def by_gcd_linear() -> int:
    """How many formulas of the census with linear a need the certified gcd."""
    linear = keys()[keys()[:, 0] == 0]
    return 2 * int((irrationality.certificates(linear) == irrationality.BY_GCD).sum())


def counts() -> Mapping[str, int]:
    """How many formulas each kind of certificate proves, in the census."""
    kind, linear = kinds(), keys()[:, 0] == 0
    by_gcd = kind == irrationality.BY_GCD
    return {
        "by_size": 2 * int((kind == irrationality.BY_SIZE).sum()),
        "by_gcd": 2 * int(by_gcd.sum()),
        "by_gcd_linear": 2 * int((by_gcd & linear).sum()),
    }


def _never_rational(ties: bool) -> Finding:
    """No certificate for a formula whose limit is known to be rational or infinite."""
    rows = np.array([key for key, _ in listed()], dtype=np.int64)
    fires = irrationality.certificates(rows) != irrationality.NOT
    if ties:
        fires |= np.abs(census.leading_arrays(rows[:, :3])[1]) == np.abs(census.leading_arrays(rows[:, 3:])[1])

    def verify(place: int) -> Relation:
        return Relation(int(fires[place]), "==", 0)

    def show(place: int) -> Witness:
        key, found = listed()[place]
        data = {"key": [str(x) for x in key], "C": [str(c) for c in found.coefficients]}
        return witness.make(
            "pcf", "certified_though_rational", data, "left: proofs of irrationality of a rational limit"
        )

    statement = "no formula with a hypergeometric minimal solution has a certificate"
    order = sorted(range(len(rows)), key=lambda place: not fires[place])
    return rational.certify(order, verify, statement, "formulas with known limits", show=show, whole=_domain())


def _domain() -> Domain:
    return certificate_claims.irrational.domain


@lru_cache(maxsize=1)
def _sampled() -> tuple[tuple[int, ...], ...]:
    certain = keys()[kinds() == irrationality.BY_GCD]
    return (_KNOWN, *(tuple(key) for key in certain[::_SPREAD].tolist()))


@lru_cache(maxsize=4)
def _claimed_powers(starts: str) -> tuple[tuple[tuple[int, ...], int, int, int], ...]:
    """(key, p, v, T) of sampled formulas: block contents over all starts, or of the first block alone."""
    rows = np.array(_sampled(), dtype=np.int64)
    found = []
    for p, rates in irrationality.gcd_rates(rows).items():
        for key, (v, length) in zip(_sampled(), rates.tolist(), strict=True):
            if v and starts != "all":
                content = math.gcd(*irrationality.block_matrix(ContinuedFraction.of_key(key), 0, length))
                v = _valuation(content, p)
            if v:
                found.append((key, p, v, length))
    return tuple(found)


def _valuation(value: int, p: int) -> int:
    v = 0
    while v < 100 and value % p == 0:
        value //= p
        v += 1
    return v


@lru_cache(maxsize=1)
def _gcds() -> Mapping[tuple[int, ...], tuple[int, ...]]:
    return {key: tuple(c.g for c in convergents(ContinuedFraction.of_key(key), _DEPTH)) for key in _sampled()}


def _divides(starts: str) -> Finding:
    """p^(v floor(n/T)) divides g_n for sampled formulas, by their exact gcds."""
    made = [(*item, n) for item in _claimed_powers(starts) for n in (item[3], 2 * item[3], 8, _DEPTH) if n <= _DEPTH]

    def verify(instance: Any) -> Relation:
        key, p, v, length, n = instance
        return Relation(_valuation(_gcds()[key][n], p), ">=", v * (n // length))

    def show(instance: Any) -> Witness:
        key, p, v, length, n = instance
        data = {"key": [str(x) for x in key], "n": str(n), "p": str(p), "claimed": str(v * (n // length))}
        return witness.make("pcf", "gcd_valuation", data, "left: exponent of p in gcd(p_n, q_n), right: claimed")

    def data(instance: Any) -> dict[str, Any]:
        key, p, v, length, n = instance
        return {"formula": list(key), "p": p, "v": v, "T": length, "n": n}

    statement = "certified powers divide the gcd"
    return rational.certify(made, verify, statement, "sampled formulas", show=show, data=data)


@lru_cache(maxsize=1)
def _periodic() -> Finding:
    """c(n + m) - c(n) is a multiple of m for an integer polynomial c of degree 2: M_n mod p^w has the period p^w."""
    names = "c2 c1 c0 n m"
    c2, c1, c0, n, m = sympy.symbols(names, real=True)
    later = c2 * (n + m) ** 2 + c1 * (n + m) + c0
    return symbolic.prove_identity(
        later - (c2 * n**2 + c1 * n + c0),
        m * (c2 * (2 * n + m) + c1),
        Domain(*(Real(name) for name in names.split())),
        statement="c(n+m) - c(n) is m times an integer",
    )


@lru_cache(maxsize=1)
def _common() -> Finding:
    """y p - x q with p = g u, q = g v is g times an integer."""
    names = "g u v x y"
    g, u, v, x, y = sympy.symbols(names, real=True)
    return symbolic.prove_identity(
        y * (g * u) - x * (g * v),
        g * (y * u - x * v),
        Domain(*(Real(name) for name in names.split())),
        statement="g_n divides y p_n - x q_n",
    )


@lru_cache(maxsize=1)
def _blocks() -> Finding:
    """Contents multiply: a block with entries p^v x times one with p^w y has the entries p^(v+w) x y."""
    names = "s t x1 x2 y1 y2"
    s, t, x1, x2, y1, y2 = sympy.symbols(names, real=True)
    return symbolic.prove_identity(
        (s * x1) * (t * y1) + (s * x2) * (t * y2),
        s * t * (x1 * y1 + x2 * y2),
        Domain(*(Real(name) for name in names.split())),
        statement="contents of consecutive blocks multiply",
    )


@lru_cache(maxsize=1)
def _rho() -> Finding:
    """The sign of rho on arrays against its definition by leading terms, at every tie |A| = |B| of distinct kind."""
    rows = keys()
    (da, A, a1, _), (db, B, b1, _) = census.leading_arrays(rows[:, :3]), census.leading_arrays(rows[:, 3:])
    ties = (da == db) & (da >= 1) & (np.abs(A) == np.abs(B))
    _, first = np.unique(np.stack([da, A, a1, B, b1])[:, ties], axis=1, return_index=True)
    chosen = rows[ties][first]
    signs = irrationality.rho_sign(chosen)

    def verify(place: int) -> Relation:
        formula = ContinuedFraction.of_key(chosen[place].tolist())
        a, b = leading_terms(formula.a), leading_terms(formula.b)
        rho = b.first - a.first - (Fraction(b.top, a.top**2) if a.degree == 1 else 0)
        return Relation((rho > 0) - (rho < 0), "==", int(signs[place]))

    statement = "sign of rho at every tie of the census"
    places, where = range(len(chosen)), "leading terms with |A| = |B|"
    return rational.certify(places, verify, statement, where, data=lambda place: {"formula": chosen[place].tolist()})


@check("pcf.irrational.census", timeout=40)
def irrational(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Counts and known rational limits, exact gcds, and the theorem behind them; what is quickly found comes first."""
    domain = _domain()
    size = counted(subject, "by_size", by_size(), "proved by size", "proved_by_size", {}, domain)
    yield size.for_part("size")
    text = "by gcd, d_a = 1"
    linear = counted(subject, "by_gcd_linear", by_gcd_linear(), text, "proved_by_gcd_linear", {}, domain)
    yield linear.for_part("linear")
    consistent = _never_rational(bool(subject["ties"]))
    yield consistent.for_part("never_rational")
    dividing = _divides(str(subject["starts"]))
    yield dividing.for_part("divides")
    total = rational.certify(
        [None],
        lambda _: Relation(int(subject["by_gcd"]), "==", counts()["by_gcd"]),
        "formulas proved by the gcd, over the whole census",
        "the census",
        whole=domain,
    )
    yield total.for_part("gcd")
    powers = derivation.by_lemma(
        "common_divisor", [_periodic(), _blocks(), dividing], domain, "p^(v floor(n/T)) divides g_n for all n"
    )
    yield powers.for_part("divides")
    growth = derivation.by_lemma(
        "birkhoff_trjitzinsky", [_rho()], domain, "|m_n| ~ n!^(d_b-d_a) (|B|/|A|)^n n^rho for the minimal solution m"
    )
    limits = derivation.by_lemma(
        "pincherle",
        [growth, powers, _common(), consistent],
        domain,
        "L = x/y makes m_n = y p_n - x q_n a minimal solution in multiples of g_n, not 0 infinitely often: "
        "impossible where |m_n|/g_n tends to 0",
    )
    yield limits.for_part("limits")
