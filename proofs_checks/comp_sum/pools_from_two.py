"""The exact transformation for tau >= 2: uniform laws on pools of labels, and a slope without the class number.

With q = tau - 1 >= 1 the regret is (p_j - sum_i p_i s_i^q)/q. A softmax vector whose largest entry is s_k mixes
uniform laws on sets that contain k, and s -> sum p_i s_i^q is convex: the least regret is that of one such set A,
(p_j - P_A m^(-q))/q with m = |A|. Then P_A <= min(1, m p_k + (m-1) beta), and p_k >= c_0 by counting mass.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from plumbline import witness
from plumbline.domain import Domain, Integer, Real
from plumbline.evidence import Finding
from plumbline.formula import Formula, Min, emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.comp_sum import expansions
from proofs_checks.comp_sum.bounded import in_a_box, incomplete
from proofs_checks.comp_sum.mae import attaining
from proofs_checks.comp_sum.samples import conditionals
from proofs_checks.comp_sum.transformations import attack
from proofs_checks.engines import instances
from proofs_checks.engines.derivation import Derivation, Fact, Sample, derive
from theory import lemmas
from theory.comp_sum import bounds
from theory.comp_sum import sharp_claims as claims
from theory.comp_sum.witnesses import real, regret

_DIGITS = 60
_TAUS = (Fraction(2), Fraction(5, 2), Fraction(3), Fraction(4))
_BETAS = [Fraction(value) for value in ("1/20", "1/10", "1/4", "1/3", "1/2", "3/4", "1")]


def instance(n: int, m: int, beta: Fraction) -> tuple[list[Fraction], list[Fraction]]:
    """A law with zero-one regret beta at its last label that minimises p_k and fills a pool of m labels.

    All others have c_0 + beta if (n-1) beta < 1. Otherwise the last label has no mass: a pool whose m - 1 others
    can hold all mass at beta each is as for the mean absolute error; else the surplus goes to labels outside it.
    """
    spare = max(Fraction(0), (1 - (n - 1) * beta) / n)
    if spare > 0:
        p = [spare + beta] * (n - 1) + [spare]
    elif (m - 1) * beta >= 1:
        p = attaining(n, m, beta)[0]
    else:
        share = (1 - (m - 1) * beta) / (n - m)
        p = [beta] * (m - 1) + [share] * (n - m) + [Fraction(0)]
        if m == 1:
            p = [beta, *[(1 - beta) / (n - 2)] * (n - 2), Fraction(0)] if n > 2 else [beta, 1 - beta]
    s = [Fraction(1, m)] * (m - 1) + [Fraction(0)] * (n - m) + [Fraction(1, m)]
    return p, s


def _cases(effort: Effort) -> list[tuple[int, int, Fraction, Fraction]]:
    sizes = (2, 3, 4, 6) if not effort.full else (2, 3, 4, 6, 10, 20)
    return [
        (n, m, beta, _TAUS[(n + m + i) % len(_TAUS)])
        for n in sizes
        for m in range(1, n + 1)
        for i, beta in enumerate(_BETAS)
        if (n - 1) * beta >= 1 or m <= n
    ]


def _attacks(subject: Subject, effort: Effort) -> Iterator[Finding]:
    pools = {role: emit_standalone(subject[role]) for role in ("spare", "pool")}
    slope = {"slope": emit_standalone(subject["slope"])}

    def data(n: int, m: int, beta: Fraction, tau: Fraction, formulas: dict[str, str]) -> dict[str, Any]:
        p, s = instance(n, m, beta)
        exact = {"p": [str(x) for x in p], "s": [str(x) for x in s]}
        return {**exact, "predicted": n - 1, "tau": str(tau), "m": m, "formulas": formulas}

    yield instances.compare(
        [data(n, m, beta, tau, pools) for n, m, beta, tau in _cases(effort)],
        lambda entry: witness.make(
            "comp_sum", "pool_from_two", entry, "regret of an instance against the pool formula"
        ),
        wanted=("==",),
        statement="regret of the attaining instance = pool formula",
        description="values of n, m, beta and tau",
    ).for_part("attained")
    yield instances.compare(
        [data(m, m, Fraction(1, m - 1), tau, slope) for tau in (Fraction(3), *_TAUS) for m in range(2, 8)],
        lambda entry: witness.make(
            "comp_sum", "pool_slope", entry, "regret of an instance against beta times the slope"
        ),
        wanted=("==",),
        statement="regret = beta kappa_m at beta = 1/(m-1)",
        description="values of m and tau",
    ).for_part("slope")
    n, tau = 4, Fraction(5, 2)
    scope = claims.gt_two.domain.restrict(Integer("n", n, n), Real("tau", tau, tau))
    found = attack(_attack_pool(subject, n, tau), tau, n, effort, scope, f"regret >= least pool, n = {n}, tau = {tau}")
    yield found.for_part("lower")


def _attack_pool(subject: Subject, n: int, tau: Fraction) -> Formula:
    """min over 1 <= m <= n of the claimed pool values at fixed n and tau, as a formula in beta."""
    pool, spare = subject["pool"], subject["spare"]

    def build(beta: Any) -> Any:
        c = spare.expr.subs({spare.symbols["beta"]: beta, spare.symbols["n"]: n})
        at = {pool.symbols["beta"]: beta, pool.symbols["c"]: c, pool.symbols["tau"]: sympy.Rational(str(tau))}
        return Min(*(pool.expr.subs({**at, pool.symbols["m"]: m}) for m in range(1, n + 1)))

    return Formula("least_pool", [bounds.BETA], build)


def _same(d: Derivation, subject: Subject) -> list[Fact]:
    return [
        d.equal("the claimed spare mass", bounds.spare_mass, subject["spare"]),
        d.equal("the claimed pool value", bounds.pool_from_two, subject["pool"]),
    ]


def _lower_samples() -> list[Sample]:
    made = []
    with mpmath.workdps(_DIGITS):
        for index, c in enumerate(conditionals(32)):
            m, tau = 1 + index % c.n, _TAUS[index % len(_TAUS)]
            chosen = [c.k, *(i for i in sorted(range(c.n), key=lambda i: -c.p[i]) if i != c.k)][:m]
            s = [Fraction(int(i in chosen), m) for i in range(c.n)]
            beta, y = c.p[c.j] - c.p[c.k], c.p[c.k]
            spare = max(Fraction(0), (1 - (c.n - 1) * beta) / c.n)
            values = {
                "n": Fraction(c.n),
                "tau": tau,
                "beta": beta,
                "m": Fraction(m),
                "y": y,
                "c": spare,
                "A": sum((c.p[i] for i in chosen), Fraction(0)),
                "Q": min(Fraction(1), m * y + (m - 1) * beta),
                "Q_c": min(Fraction(1), m * spare + (m - 1) * beta),
            }
            left = regret([real(x) for x in c.p], [real(x) for x in s], tau)
            made.append(Sample(values, left, {}))
    return made


def _lower(subject: Subject) -> Finding:
    scope, statement = claims.gt_two.domain, "regret >= least pool value"

    def proof() -> Finding:
        unit = [Real(name, 0, 1) for name in ("y", "c", "A", "Q", "Q_c")]
        variables = Domain(Integer("n", 2, None), bounds.TAU_FROM_TWO, bounds.BETA, Integer("m", 1, None), *unit)
        d = Derivation(variables, _lower_samples())
        tau, beta, m, y, c, A, Q, Q_c = (d[name] for name in ("tau", "beta", "m", "y", "c", "A", "Q", "Q_c"))
        q = tau - 1
        layers = d.deduce("s mixes uniform laws on sets that contain k", lemmas.LAYER_CAKE, requires=[])
        convex = d.deduce(
            "s -> sum p_i s_i^q is convex (q >= 1): one such set has the largest sum", lemmas.JENSEN, requires=[layers]
        )
        left = d.expands(
            "(p_j - P_A m^(-q))/q with p_j = y + beta, p_k = y",
            (y + beta - A * m ** (-q)) / q,
            sizes=[entry for n in expansions.SIZES for entry in expansions.pools(n, bounds.TAU_FROM_TWO)],
        )
        mass = d.lemma("P_A <= min(1, m p_k + (m-1) beta) =: Q", lemmas.SUM_BOUND, Q, A)
        count = d.lemma("p_k >= c_0: n p_k + (n-1) beta >= 1 and p_k >= 0", lemmas.SUM_BOUND, y, c)
        lipschitz = d.by_definition("min(1, .) moves by at most m (p_k - c_0)", Q_c + m * (y - c), Q)
        value = (c + beta - m ** (-q) * Q_c) / q
        fact = d.combine(
            "regret >= pool value at p_k = c_0",
            left,
            value,
            [(m ** (-q) / q, mass), (m ** (-q) / q, lipschitz), ((1 - m ** (1 - q)) / q, count)],
        )
        return d.conclude([convex, fact, *_same(d, subject)], scope, statement)

    return derive(proof, scope, statement)


def _attained_samples() -> list[Sample]:
    made = []
    with mpmath.workdps(_DIGITS):
        for n, m, beta, tau in _cases(Effort()):
            p, s = instance(n, m, beta)
            spare = max(Fraction(0), (1 - (n - 1) * beta) / n)
            values = {"n": Fraction(n), "tau": tau, "beta": beta, "m": Fraction(m), "c": spare}
            values["Q"] = min(Fraction(1), m * spare + (m - 1) * beta)
            made.append(Sample(values, regret([real(x) for x in p], [real(x) for x in s], tau), {}))
    return made


def _attained(subject: Subject) -> Finding:
    scope, statement = claims.gt_two.domain, "every pool value is attained"

    def proof() -> Finding:
        unit = [Real(name, 0, 1) for name in ("c", "Q")]
        variables = Domain(Integer("n", 2, None), bounds.TAU_FROM_TWO, bounds.BETA, Integer("m", 1, None), *unit)
        d = Derivation(variables, _attained_samples())
        n, tau, beta, m, c, Q = (d[name] for name in ("n", "tau", "beta", "m", "c", "Q"))
        q = tau - 1
        d.expands("largest mass c_0 + beta, pool mass Q, uniform scores on the pool", (c + beta - m ** (-q) * Q) / q)
        spread = d.identity(
            "if c_0 > 0 all labels but one have c_0 + beta: masses sum to 1",
            (n - 1) * ((1 - (n - 1) * beta) / n + beta) + (1 - (n - 1) * beta) / n,
            sympy.Integer(1),
        )
        return d.conclude([spread, *_same(d, subject)], scope, statement)

    return derive(proof, scope, statement)


def _slope_samples() -> list[Sample]:
    made = []
    with mpmath.workdps(_DIGITS):
        for index, c in enumerate(conditionals(24)):
            tau = _TAUS[index % len(_TAUS)]
            powers = [real(value) ** real(tau - 1) for value in c.s]
            values = {
                "n": Fraction(c.n),
                "tau": tau,
                "beta": c.p[c.j] - c.p[c.k],
                "p": c.p[c.j],
                "K": powers[c.k],
                "S": sum(powers),
                "W": sum(real(a) * b for a, b in zip(c.p, powers, strict=True)),
            }
            made.append(Sample(values, c.regret(tau), {}))
    return made


def _slope(subject: Subject) -> Finding:
    scope, statement = claims.gt_two.domain, "regret >= beta inf kappa_m"

    def proof() -> Finding:
        unit = [Real(name, 0, 1) for name in ("p", "K", "S", "W")]
        d = Derivation(Domain(Integer("n", 2, None), bounds.TAU_FROM_TWO, bounds.BETA, *unit), _slope_samples())
        tau, beta, p, K, S, W = (d[name] for name in ("tau", "beta", "p", "K", "S", "W"))
        q = tau - 1
        sizes = [expansions.linear(n, bounds.TAU_FROM_TWO) for n in expansions.SIZES]
        left = d.expands("(p_j - sum p s^q)/q", (p - W) / q, sizes=sizes)
        masses = d.lemma("sum p s^q <= p_j sum s^q - beta s_k^q", lemmas.SUM_BOUND, p * S - beta * K, W)
        large = d.by_definition("p_j >= beta", p, beta)
        fact = d.combine(
            "regret >= beta (1 - sum over i != k of s_i^q)/q",
            left,
            beta * (1 - (S - K)) / q,
            [(1 / q, masses), ((1 - S) / q, large)],
        )
        pools = d.deduce(
            "the sum is convex in s, so largest at a uniform law on m labels with k: (m-1) m^(-q)",
            lemmas.LAYER_CAKE,
            requires=[d.deduce("a convex function of a mixture", lemmas.JENSEN, requires=[fact])],
        )
        same = d.equal("the claimed slope", bounds.pool_slope, subject["slope"])
        return d.conclude([fact, pools, same], scope, statement)

    return derive(proof, scope, statement)


@check("comp_sum.sharp.gt_two", timeout=60)
def gt_two(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Instances against the formulas and a search; then the bound, its attainment and the slope for every n."""
    if incomplete(subject):
        yield in_a_box(subject["pool"], 2, {"beta": 1, "m": 2, "c": 0, "tau": 2}, part="lower")
        return
    yield from _attacks(subject, effort)
    yield _lower(subject).for_part("lower")
    yield _attained(subject).for_part("attained")
    yield _slope(subject).for_part("slope")
