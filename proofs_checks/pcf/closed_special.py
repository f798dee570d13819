"""Parabolic cylinder and Tricomi ratios, constant coefficients: tried against backward recurrences, then derived."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import mpmath

from plumbline.domain import Domain, Real
from plumbline.evidence import Finding
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines.derivation import Derivation, Fact, derive
from proofs_checks.pcf.contiguous import ORDER, Numbers, coefficient, concluded, judged, regular_numbers, sampled, tried
from theory import lemmas
from theory.pcf import closed_claims


def _cylinder(subject: Subject) -> Finding:
    domain, statement = closed_claims.cylinder.domain, "L = sqrt(b1) D_(-k)(x)/D_(-k-1)(x)"

    def G(at: Numbers, m: int) -> Any:
        return mpmath.pcfd(-mpmath.mpf(at["b0"]) / at["b1"] - m, at["d"] / mpmath.sqrt(at["b1"]))

    def proof() -> Finding:
        axes = [
            Real("d", 0, None, open_lo=True),
            Real("b1", 0, None, open_lo=True),
            *map(Real, ("b0", "G0", "G1")),
            ORDER,
        ]
        names = regular_numbers("cylinder", G)
        del names["e"]
        d = Derivation(Domain(*axes), sampled("cylinder", names))
        dd, b1, b0, m = d["d"], d["b1"], d["b0"], d["m"]
        R, k = d.claimed(subject["factor"], b1=b1), d.claimed(subject["k"], b0=b0, b1=b1)
        d.expands("L = T_0", R * d["G0"] / d["G1"])
        facts = [
            d.identity(
                "G_m = D_(-k-m) = x G_(m+1) + (k + m + 1) G_(m+2): R x = d",
                R * d.claimed(subject["x"], d=dd, b1=b1),
                dd,
            ),
            d.identity("R^2 (k + m + 1) = b_(m+1)", R**2 * (k + m + 1), b1 * (m + 1) + b0),
        ]
        words = "D_(-k-m)(x) is, for x > 0, the minimal solution of its recurrence"
        return concluded(d, facts, domain, statement, lemmas.HYPERGEOMETRIC_LARGE_ORDER, words)

    return derive(proof, domain, statement)


def _tricomi(at: Numbers, m: int) -> Any:
    e, d, c = at["e"], at["d"], at["c"]
    sigma, pi = mpmath.mpf(at["b1"]) / c, mpmath.mpf(at["b0"]) / c
    root = mpmath.sqrt(mpmath.mpc(sigma**2 - 4 * pi))
    return mpmath.hyperu((sigma + root) / 2 + m, 1 + root, 2 * mpmath.mpf(d) / e - sigma - 1)


def _parabolic(subject: Subject, part: str) -> Finding:
    domain = closed_claims.parabolic.domain
    statement = {"positive": "L = (e/2) U(r1,..;z')/U(r1+1,..;z')", "zero": "L = (e/2) r1 for z' = 0"}[part]

    def proof() -> Finding:
        axes = [Real("e", 0, None, open_lo=True), *map(Real, ("d", "sigma", "pi", "ratio")), ORDER]
        names = {
            "e": coefficient("e"),
            "d": coefficient("d"),
            "sigma": lambda at: mpmath.mpf(at["b1"]) / at["c"],
            "pi": lambda at: mpmath.mpf(at["b0"]) / at["c"],
            "ratio": lambda at: mpmath.re(_tricomi(at, 0) / _tricomi(at, 1)),
            "m": lambda at: 3,
        }
        d = Derivation(Domain(*axes), sampled("parabolic", names))
        e, dd, sigma, pi, m = (d[name] for name in ("e", "d", "sigma", "pi", "m"))
        R, z = d.claimed(subject["factor"], e=e), d.claimed(subject["argument"], e=e, d=dd, sigma=sigma)
        d.expands("L = T_0 where z' > 0, as at the samples", R * d["ratio"])
        b = -(e**2) / 4 * ((m + 1) ** 2 + sigma * (m + 1) + pi)
        if part == "positive":
            facts = [
                d.identity(
                    "U(a-1) = (2a - b + z) U(a) - a (a-b+1) U(a+1) at a = r1 + m + 1, b = 1 + r1 - r2: a_m",
                    R * (sigma + 2 * m + 1 + z),
                    e * m + dd,
                ),
                d.identity(
                    "-R^2 (r1 + m + 1)(r2 + m + 1) = b_(m+1)", -(R**2) * ((m + 1) ** 2 + sigma * (m + 1) + pi), b
                ),
            ]
            words = "U(r1 + m, 1 + r1 - r2, z') is, for z' > 0, the minimal solution of its recurrence"
            return concluded(d, facts, domain, statement, lemmas.HYPERGEOMETRIC_LARGE_ORDER, words)
        facts = _double_root(d, R, z)
        words = (
            "u_n/u_(n-1) = (e/2)(n + 1 + r2) for T_n = (e/2)(n + r1); the other solution has r1 in the place of "
            "r2, or a "
            "factor ln n where r1 = r2: it grows faster"
        )
        return concluded(d, facts, domain, statement, lemmas.HYPERGEOMETRIC_LARGE_ORDER, words)

    return derive(proof, domain, statement).for_part(part)


def _double_root(d: Derivation, R: Any, z: Any) -> list[Fact]:
    """T_m = R (m + r1) solves T_m T_(m+1) = a_m T_(m+1) + b_(m+1) up to a multiple of z'."""
    e, dd, sigma, pi, m = (d[name] for name in ("e", "d", "sigma", "pi", "m"))
    r = d["ratio"]
    here, following = R * (m + r), R * (m + 1 + r)
    left = here * following - (e * m + dd) * following + e**2 / 4 * ((m + 1) ** 2 + sigma * (m + 1) + pi)
    return [
        d.identity(
            "T_m T_(m+1) - a_m T_(m+1) - b_(m+1) = -(e/2) z' T_(m+1) + (e^2/4)(r1^2 - sigma r1 + pi)",
            left,
            -(e / 2) * z * following + e**2 / 4 * (r**2 - sigma * r + pi),
        )
    ]


def _periodic(subject: Subject) -> Finding:
    domain, statement = closed_claims.periodic.domain, "L = (A + s)/2"

    def proof() -> Finding:
        names = {"A": lambda at: at["d"], "s": lambda at: mpmath.sqrt(at["d"] ** 2 + 4 * at["b0"])}
        axes = [Real("A", 0, None, open_lo=True), Real("s", 0)]
        d = Derivation(Domain(*axes), sampled("periodic", names))
        A, s = d["A"], d["s"]
        T = d.claimed(subject["limit"], A=A, s=s)
        d.expands("L = T", (A + s) / 2)
        facts = [
            d.identity("T^2 = A T + B with 4B = s^2 - A^2", T**2, A * T + (s**2 - A**2) / 4),
            d.identity("T is the larger root", T, (A + s) / 2),
        ]
        words = "u_n/u_(n-1) = A - T, the smaller root; where s = 0 the other solution has a factor n"
        return concluded(d, facts, domain, statement, lemmas.POINCARE_PERRON, words)

    return derive(proof, domain, statement)


@check("pcf.closed.cylinder", timeout=60)
def cylinder(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Backward recurrences against the closed form, then the derivation."""
    yield from judged("cylinder", _cylinder, subject, effort)


@check("pcf.closed.parabolic", timeout=60)
def parabolic(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Backward recurrences against the closed form, then the derivations for z' > 0 and z' = 0."""
    yield tried("parabolic", subject, effort).for_part("positive")
    for part in ("positive", "zero"):
        yield _parabolic(subject, part)


@check("pcf.closed.periodic", timeout=30)
def periodic(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Backward recurrences against the closed form, then the derivation."""
    yield from judged("periodic", _periodic, subject, effort)
