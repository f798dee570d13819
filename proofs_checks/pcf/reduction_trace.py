"""Trace and determinant of one period modulo a prime: multiplied out, and derived for every odd prime."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from plumbline import witness
from plumbline.domain import Domain, Integer, Real
from plumbline.evidence import Finding, Witness
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances, symbolic
from proofs_checks.engines.derivation import Derivation, Fact, Sample, derive
from theory import lemmas
from theory.pcf import reduction_claims
from theory.pcf.reduction_witnesses import legendre, period

_ROLES = {
    "period_trace": ("discriminant", "t", "trace"),
    "period_determinant": ("disc", "determinant"),
    "period_linear": ("linear", "constant"),
}
_PARTS = {"period_trace": "trace", "period_determinant": "determinant", "period_linear": "linear"}
_PRIMES = (7, 13, 23, 103)


def numbers(seed: int, count: int, *, linear: bool = False) -> Iterator[dict[str, int]]:
    """Integers e, d, c, b1, b0 and an odd prime l; l divides neither c nor, for linear b, b1."""
    draw = random.Random(seed)
    for i in range(count):
        prime = _PRIMES[i % len(_PRIMES)]
        top = draw.choice([x for x in range(-30, 31) if x % prime])
        e, d, b1, b0 = (draw.randint(-30, 30) for _ in range(4))
        if linear:
            yield {"e": e * (i % 3 > 0), "d": d, "c": 0, "b1": top, "b0": b0, "l": prime}
        else:
            yield {"e": e, "d": d, "c": top, "b1": b1, "b0": b0, "l": prime}


def _attack(subject: Subject, program: str, effort: Effort) -> Finding:
    formulas = {role: emit_standalone(subject[role]) for role in _ROLES[program]}
    made = list(numbers(effort.seed, 400 if effort.full else 48, linear=program == "period_linear"))
    if program == "period_linear":
        made[0] = {"e": 1, "d": 0, "c": 0, "b1": 1, "b0": 0, "l": 7}

    def evaluate(at: dict[str, int]) -> Witness:
        data = {**{name: str(value) for name, value in at.items()}, "formulas": formulas}
        return witness.make("pcf", program, data, "one period modulo a prime, multiplied out, against the claim")

    return instances.compare(
        made,
        evaluate,
        wanted=("==",),
        statement="the period modulo l is as claimed",
        description="formulas and primes 7, 13, 23, 103",
    ).for_part(_PARTS[program])


# The derivation. Identities over Q with denominators powers of 2, in indeterminates, hold modulo every odd prime.


def _symbols(*names: str) -> tuple[Domain, list[Any]]:
    import sympy

    return Domain(*map(Real, names)), [sympy.Symbol(name, real=True) for name in names]


def _same(d: Derivation, label: str, left: Any, right: Any, domain: Domain) -> Fact:
    return d.premise(label, symbolic.prove_identity(left, right, domain, statement=label))


def _gauge(d: Derivation) -> list[Fact]:
    """M_d(n) U(n+1) = U(n) M_{d+delta}(n), Delta = delta^2; det U is not 0 modulo l."""
    import sympy

    domain, (n, dd, e, delta, b1, b0) = _symbols("n", "d", "e", "delta", "b1", "b0")
    c = (delta**2 - e**2) / 4

    def b(m: Any) -> Any:
        return c * m**2 + b1 * m + b0

    def factor(m: Any, constant: Any) -> Any:
        return sympy.Matrix([[0, b(m)], [1, e * m + constant]])

    def gauge(m: Any) -> Any:
        common = 4 * b1 + 2 * dd * e - e**2 + 2 * delta**2 * m
        turn = 2 * dd * delta + 2 * delta * e * m
        return sympy.Matrix(
            [[common - turn - delta**2 + 2 * delta * e, 4 * delta * b(m)], [4 * delta, common + turn + delta**2]]
        )

    left, right = factor(n, dd) * gauge(n + 1), gauge(n) * factor(n, dd + delta)
    facts = [
        _same(d, f"M_d(n) U(n+1) = U(n) M_(d+delta)(n), entry {i + 1},{j + 1}", left[i, j], right[i, j], domain)
        for i in range(2)
        for j in range(2)
    ]
    determinant = sympy.expand(gauge(sympy.Integer(1)).det())
    slope = determinant.subs(b0, 1) - determinant.subs(b0, 0)
    return [
        *facts,
        _same(d, "det U(1) is no zero polynomial: b0 has the coefficient -16 delta^2", slope, -16 * delta**2, domain),
    ]


def _triangle(d: Derivation) -> list[Fact]:
    """Where b(n) = -h1(n) h2(n) and a(n) = h1(n) + h2(n+1), W(n) M(n) W(n+1)^-1 has diagonal h2(n), h1(n)."""
    domain, (first, second, third) = _symbols("h1", "h2", "h2_next")
    # W(n) = [[1, h2(n)], [0, 1]]: products written out
    top = (second * 1, -first * second + second * (first + third) - second * third)
    low = (1 + 0 * first, (first + third) - third)
    return [
        _same(d, "W M W^-1, upper left", top[0], second, domain),
        _same(d, "W M W^-1, upper right", top[1], 0 * first, domain),
        _same(d, "W M W^-1, lower right", low[1], first, domain),
    ]


def _constant_term(d: Derivation) -> Fact:
    """h1 = x1 (n + r1), h2 = x2 (n + r2): the trace there, less d^l - delta^(l-1) d, is the constant of the claim.

    ``h`` and ``g`` stand for e^(l-1) and delta^(l-1), R for r^l; 2^l = 2.
    """
    domain, (e, delta, h, g, r1, r2, R1, R2) = _symbols("e", "delta", "h", "g", "r1", "r2", "R1", "R2")
    x1, x2 = (e + delta) / 2, (e - delta) / 2
    X1, X2 = (h * e + g * delta) / 2, (h * e - g * delta) / 2
    at = x1 * r1 + x2 * (r2 + 1)
    found = X1 * (R1 - r1) + X2 * (R2 - r2)
    power = X1 * R1 + X2 * (R2 + 1)
    label = "tr P - (d^l - delta^(l-1) d) = -(e/2)(r1 + r2 + 1)(e^(l-1) - delta^(l-1))"
    return _same(d, label, found - power + g * at, -(e / 2) * (r1 + r2 + 1) * (h - g), domain)


def _free_of_d(d: Derivation, where: str) -> Fact:
    """tr P - (d^l - delta^(l-1) d) is a polynomial free of d over F_l."""
    similar = d.deduce(
        where + "U(l+1) = U(1) modulo l, so P_d U = U P_(d+delta) and tr P_(d+delta) = tr P_d as polynomials over F_l",
        lemmas.SIMILAR_TRACE,
        requires=_gauge(d),
    )
    return d.deduce(
        where + "tr P is monic of degree l in d; less d^l - delta^(l-1) d it has smaller degree and is still invariant "
        "under d -> d + delta, so free of d",
        lemmas.SHIFT_INVARIANT_POLYNOMIAL,
        requires=[similar],
    )


def _polynomial_identity(d: Derivation) -> Fact:
    """tr P = d^l - delta^(l-1) d - (e/2)(r1 + r2 + 1)(e^(l-1) - delta^(l-1)) over F_l, b1 = c (r1 + r2)."""
    constant = _free_of_d(d, "")
    triangular = d.deduce(
        "at d = x1 r1 + x2 (r2 + 1), x1 + x2 = e, x1 - x2 = delta, P is similar to a triangular matrix with the "
        "products of h1 and h2 over a period on its diagonal",
        lemmas.SIMILAR_TRACE,
        requires=_triangle(d),
    )
    return d.deduce(
        "these products are x^l (r^l - r), so the part free of d is -(e/2)(r1 + r2 + 1)(e^(l-1) - delta^(l-1)); "
        "for all "
        "e, delta, r1, r2, hence as polynomials in e, Delta, b1, b0 times a power of c",
        lemmas.FROBENIUS,
        requires=[constant, triangular, _constant_term(d)],
    )


def _samples(linear: bool) -> list[Sample]:
    """Numbers of formulas: trace and determinant multiplied out, and the integers that the congruences leave over."""
    made = []
    for at in numbers(5, 24, linear=linear):
        e, d, c, b1, b0, prime = (at[name] for name in ("e", "d", "c", "b1", "b0", "l"))
        tr, det = period([e, d], [c, b1, b0], prime)
        disc, chi = b1 * b1 - 4 * c * b0, legendre(e * e + 4 * c, prime)
        value = 2 * c * tr - (2 * c * d - e * (b1 + c)) * (1 - chi)
        claimed = disc if legendre(disc, prime) == -1 else 0
        unit = int(e % prime != 0)
        over = (e * tr + b1) if unit else tr - d
        values = {
            **at, "T": tr, "D": det, "chi": chi, "delta": Fraction(3, 2), "n": 1, "sign": legendre(disc, prime),
            "k": Fraction(value, prime), "j": Fraction(c * det - claimed, prime),
            "i": Fraction(over if linear else 0, prime),
        }  # fmt: skip
        if linear and not unit:
            continue
        made.append(Sample(values, tr, {}))
    return made


def _start(linear: bool = False) -> Derivation:
    reals = [Real(name) for name in ("T", "D", "e", "d", "c", "b1", "b0", "delta", "sign")]
    d = Derivation(
        Domain(*reals, Real("chi", -1, 1), Integer("k"), Integer("j"), Integer("i"), Integer("l", 3)), _samples(linear)
    )
    d.expands("the least residue of tr P_l modulo l", d["T"])
    return d


def _trace(subject: Subject) -> Finding:
    domain, statement = reduction_claims.trace.domain, "2c tr P_l = t (1 - (Delta/l)) modulo l"

    def proof() -> Finding:
        d = _start()
        T, e, c, chi, k, prime = (d[name] for name in ("T", "e", "c", "chi", "k", "l"))
        delta, dd, b1 = d["delta"], d["d"], d["b1"]
        polynomial = _polynomial_identity(d)
        square = d.identity(
            "Delta = delta^2 for 4c = delta^2 - e^2",
            d.claimed(subject["discriminant"], e=e, c=(delta**2 - e**2) / 4),
            delta**2,
        )
        t = d.claimed(subject["t"], e=e, d=dd, c=c, b1=b1)
        claimed = d.claimed(subject["trace"], t=t, chi=chi)
        value = 2 * c * (dd - chi * dd) - (b1 + c) * (e - chi * e)
        final = d.identity("2c times it, with d^l = d, e^l = e, delta^(l-1) = (Delta/l)", value, claimed)
        powers = d.deduce(
            "delta^(l-1) = Delta^((l-1)/2) = (Delta/l)", lemmas.EULER_CRITERION, requires=[square, polynomial]
        )
        needed = [powers, final]
        label = "2c tr P_l = t (1 - (Delta/l)) + k l for an integer k"
        above = d.lemma(label, lemmas.FROBENIUS, 2 * c * T, claimed + k * prime, requires=needed)
        below = d.lemma(label + " (other side)", lemmas.FROBENIUS, claimed + k * prime, 2 * c * T, requires=needed)
        return d.conclude([above, below], domain, statement)

    return derive(proof, domain, statement).for_part("trace")


def _determinant(subject: Subject) -> Finding:
    domain, statement = reduction_claims.trace.domain, "c det P_l = disc or 0 modulo l"

    def proof() -> Finding:
        d = _start()
        names, (cc, r1, r2) = _symbols("c", "r1", "r2")
        swapped = _same(
            d,
            "roots exchanged: -c (r2 - r1)(r1 - r2) c = c^2 (r1 + r2)^2 - 4 c^2 r1 r2",
            -(cc**2) * (r2 - r1) * (r1 - r2),
            (cc * (r1 + r2)) ** 2 - 4 * cc * (cc * r1 * r2),
            names,
        )
        D, c, b1, b0, j, prime, sign = (d[name] for name in ("D", "c", "b1", "b0", "j", "l", "sign"))
        disc = d.claimed(subject["disc"], c=c, b1=b1, b0=b0)
        same = d.identity("disc = b1^2 - 4 c b0", disc, b1**2 - 4 * c * b0)
        value = d.claimed(subject["determinant"], disc=disc)
        stated = d.identity("where it is not 0 it is disc", value, b1**2 - 4 * c * b0)
        product = d.deduce(
            "det P_l = -prod b_k = -c^l (r1^l - r1)(r2^l - r2) over the roots -r1, -r2 of b (for l | c both sides "
            "are 0)",
            lemmas.FROBENIUS,
            requires=[swapped],
        )
        fixed = d.deduce(
            "r^l = r where (disc/l) is 0 or 1, so that det P_l = 0; else r1^l = r2, r2^l = r1",
            lemmas.EULER_CRITERION,
            requires=[product, same, stated],
        )
        claimed = value * sign * (sign - 1) / 2
        label = "c det P_l = disc [(disc/l) = -1] + j l for an integer j"
        above = d.lemma(label, lemmas.FROBENIUS, c * D, claimed + j * prime, requires=[fixed])
        below = d.lemma(label + " (other side)", lemmas.FROBENIUS, claimed + j * prime, c * D, requires=[fixed])
        return d.conclude([above, below], domain, statement)

    return derive(proof, domain, statement).for_part("determinant")


def _linear_constant(d: Derivation) -> Fact:
    """c = 0: h1 = e n + f, h2 = -beta, so b1 = beta e, d = f - beta; ``g`` = e^(l-1), ``F``, ``B`` = f^l, beta^l."""
    domain, (f, beta, g, F, B) = _symbols("f", "beta", "g", "F", "B")
    label = "tr P - (d^l - e^(l-1) d) = -e^(l-1) beta = -e^(l-2) b1"
    return _same(d, label, (F - g * f) - B - (F - B) + g * (f - beta), -g * beta, domain)


def _linear(subject: Subject) -> Finding:
    domain, statement = reduction_claims.trace.domain, "c = 0: e tr P_l = -b1 or tr P_l = d, det P_l = 0 modulo l"

    def proof() -> Finding:
        d = _start(linear=True)
        e, b1, dd, T, i, prime = (d[name] for name in ("e", "b1", "d", "T", "i", "l"))
        constant = _free_of_d(d, "at c = 0, delta = e: ")
        triangular = d.deduce(
            "at d = f - beta, b = beta (e n + f), P is similar to a triangular matrix: tr P = f^l - e^(l-1) f - beta^l",
            lemmas.SIMILAR_TRACE,
            requires=[*_triangle(d), _linear_constant(d)],
        )
        limit = d.deduce(
            "so tr P = d^l - e^(l-1) d - e^(l-2) b1 as polynomials over F_l",
            lemmas.FROBENIUS,
            requires=[constant, triangular],
        )
        root = d.deduce("b1 n + b0 vanishes at some n of the period: det P_l = 0", lemmas.FROBENIUS, requires=[limit])
        claimed = d.claimed(subject["linear"], b1=b1)
        same = d.identity("e times it, for e^(l-1) = 1", e * (dd - dd) - b1, claimed)
        at_zero = d.identity("and for e = 0, as e^(l-2) = 0", d.claimed(subject["constant"], d=dd), dd)
        needed = [limit, same, at_zero, root]
        above = d.lemma("e tr P_l = -b1 + i l", lemmas.FROBENIUS, e * T, claimed + i * prime, requires=needed)
        below = d.lemma("and not less", lemmas.FROBENIUS, claimed + i * prime, e * T, requires=needed)
        return d.conclude([above, below], domain, statement)

    return derive(proof, domain, statement).for_part("linear")


@check("pcf.fr.trace", timeout=40)
def trace(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Attack by periods multiplied out, then derive for every formula and every odd prime."""
    for program in _ROLES:
        yield _attack(subject, program, effort)
    yield _trace(subject)
    yield _determinant(subject)
    yield _linear(subject)
