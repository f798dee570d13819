"""Bessel, Kummer and Gauss ratios: tried against backward recurrences, then derived by contiguous functions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import mpmath
import sympy

from plumbline.domain import Domain, Real
from plumbline.evidence import Finding
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines.derivation import Derivation, derive
from proofs_checks.pcf.contiguous import ORDER, Numbers, coefficient, concluded, judged, regular_numbers, sampled
from theory import lemmas
from theory.pcf import closed_claims
from theory.pcf.closed_witnesses import regular


def _bessel(subject: Subject) -> Finding:
    domain, statement = closed_claims.bessel.domain, "L = e F(;beta;z)/F(;beta+1;z), regularised"

    def G(at: Numbers, m: int) -> Any:
        beta = mpmath.mpf(at["d"]) / at["e"] + m
        return regular([], beta, mpmath.mpf(at["b0"]) / at["e"] ** 2)

    def proof() -> Finding:
        axes = [Real("e", 0, None, open_lo=True), *map(Real, ("d", "b0", "G0", "G1")), ORDER]
        d = Derivation(Domain(*axes), sampled("bessel", regular_numbers("bessel", G)))
        e, dd, B, m = d["e"], d["d"], d["b0"], d["m"]
        R, beta = d.claimed(subject["factor"], e=e), d.claimed(subject["beta"], e=e, d=dd)
        z = d.claimed(subject["z"], e=e, B=B)
        d.expands("L = T_0", R * d["G0"] / d["G1"])
        facts = [
            d.identity("G_m = (beta + m) G_(m+1) + z G_(m+2): R (beta + m) = e m + d", R * (beta + m), e * m + dd),
            d.identity("R^2 z = B", R**2 * z, B),
        ]
        words = "G_m is asymptotic to 1/Gamma(beta + m): T_m to e m, u_n/u_(n-1) to -B/(e n), the smaller rate"
        return concluded(d, facts, domain, statement, lemmas.HYPERGEOMETRIC_LARGE_ORDER, words)

    return derive(proof, domain, statement)


def _confluent(subject: Subject) -> Finding:
    domain, statement = closed_claims.confluent.domain, "L = e F(alpha;beta;z)/F(alpha+1;beta+1;z), regularised"

    def G(at: Numbers, m: int) -> Any:
        e, b1 = at["e"], mpmath.mpf(at["b1"])
        beta = (at["d"] * e + b1) / e**2 + m
        return regular([at["b0"] / b1 + m], beta, b1 / e**2)

    def proof() -> Finding:
        axes = [Real("e", 0, None, open_lo=True), *map(Real, ("d", "b1", "b0", "G0", "G1")), ORDER]
        d = Derivation(Domain(*axes), sampled("confluent", regular_numbers("confluent", G)))
        e, dd, b1, m, b0 = d["e"], d["d"], d["b1"], d["m"], d["b0"]
        R, beta = d.claimed(subject["factor"], e=e), d.claimed(subject["beta"], e=e, d=dd, b1=b1)
        z = d.claimed(subject["z"], e=e, b1=b1)
        d.expands("L = T_0", R * d["G0"] / d["G1"])
        facts = [
            d.identity(
                "G_m = (beta + m - z) G_(m+1) + z (alpha + m + 1) G_(m+2): R (beta + m - z) = e m + d",
                R * (beta + m - z),
                e * m + dd,
            ),
            d.identity(
                "R^2 z (alpha + m + 1) = b_(m+1), alpha = b0/b1 times b1",
                R**2 * z * (b0 + b1 * (m + 1)),
                b1 * (b1 * (m + 1) + b0),
            ),
        ]
        words = "G_m is asymptotic to e^z/Gamma(beta + m): T_m to e m, u_n/u_(n-1) to -b1/e, the smaller rate"
        return concluded(d, facts, domain, statement, lemmas.HYPERGEOMETRIC_LARGE_ORDER, words)

    return derive(proof, domain, statement)


def _gauss(subject: Subject) -> Finding:
    domain, statement = closed_claims.gauss.domain, "L = s F(r1,r2;beta;z)/F(r1+1,r2+1;beta+1;z), regularised"

    def numbers(at: Numbers) -> tuple[Any, ...]:
        s = mpmath.sqrt(at["e"] ** 2 + 4 * at["c"])
        sigma, pi = mpmath.mpf(at["b1"]) / at["c"], mpmath.mpf(at["b0"]) / at["c"]
        root = mpmath.sqrt(mpmath.mpc(sigma**2 - 4 * pi))
        return s, sigma, pi, (sigma + root) / 2, (sigma - root) / 2, (1 - at["e"] / s) / 2

    def G(at: Numbers, m: int) -> Any:
        s, sigma, _, r1, r2, z = numbers(at)
        beta = (sigma + 1) * z + at["d"] / s + m
        return mpmath.re(mpmath.hyp2f1(r1 + m, r2 + m, beta, z) * mpmath.rgamma(beta))

    def proof() -> Finding:
        axes = [Real("e", 0), Real("s", 0, None, open_lo=True), *map(Real, ("d", "sigma", "pi", "G0", "G1")), ORDER]
        names = {
            "e": coefficient("e"),
            "d": coefficient("d"),
            "s": lambda at: numbers(at)[0],
            "sigma": lambda at: numbers(at)[1],
            "pi": lambda at: numbers(at)[2],
            "m": lambda at: 3,
            "G0": lambda at: G(at, 0),
            "G1": lambda at: G(at, 1),
        }
        d = Derivation(Domain(*axes), sampled("gauss", names))
        e, dd, s, sigma, pi, m = (d[name] for name in ("e", "d", "s", "sigma", "pi", "m"))
        c = (s**2 - e**2) / 4
        R, z = d.claimed(subject["factor"], e=e, s=s), d.claimed(subject["z"], e=e, s=s)
        beta = d.claimed(subject["beta"], sigma=sigma, z=z, d=dd, s=s)
        d.expands("L = T_0", R * d["G0"] / d["G1"])
        facts = [
            d.identity("s^2 = Delta for 4c = s^2 - e^2", d.claimed(subject["discriminant"], e=e, c=c), s**2),
            d.identity(
                "G_m = (beta + m - (r1 + r2 + 2m + 1) z) G_(m+1) + z (1-z)(r1 + m + 1)(r2 + m + 1) G_(m+2): a_m",
                R * (beta + m - (sigma + 2 * m + 1) * z),
                e * m + dd,
            ),
            d.identity(
                "R^2 z (1-z)(r1 + m + 1)(r2 + m + 1) = b_(m+1)",
                R**2 * z * (1 - z) * ((m + 1) ** 2 + sigma * (m + 1) + pi),
                c * (m + 1) ** 2 + c * sigma * (m + 1) + c * pi,
            ),
            d.identity("R (1 - z) = (e + s)/2, the larger growth factor", R * (1 - z), (e + s) / 2),
            d.identity(
                "at e = 0 the lower parameter exceeds that of the solution with -s by 2d/s",
                d.claimed(subject["beta"], sigma=sigma, z=sympy.Rational(1, 2), d=dd, s=s) - ((sigma + 1) / 2 - dd / s),
                2 * dd / s,
            ),
        ]
        words = (
            "G_m is asymptotic to (1-z)^(beta - r1 - r2 - m)/Gamma(beta + m): T_m to (e + s)/2 (m + beta), so "
            "u_n/u_(n-1) to "
            "(e - s)/2 n; for e = 0 both rates are s/2 n in modulus, and u_n decays against the solution of the "
            "other sign of s "
            "like n^(-2d/s), d > 0"
        )
        return concluded(d, facts, domain, statement, lemmas.HYPERGEOMETRIC_LARGE_ORDER, words)

    return derive(proof, domain, statement)


@check("pcf.closed.bessel", timeout=30)
def bessel(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Backward recurrences against the closed form, then the derivation."""
    yield from judged("bessel", _bessel, subject, effort)


@check("pcf.closed.confluent", timeout=30)
def confluent(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Backward recurrences against the closed form, then the derivation."""
    yield from judged("confluent", _confluent, subject, effort)


@check("pcf.closed.gauss", timeout=30)
def gauss(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Backward recurrences against the closed form, then the derivation."""
    yield from judged("gauss", _gauss, subject, effort)
