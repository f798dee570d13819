"""The exact transformation of the mean absolute error: pools, their attainment, envelope and class-free form.

With tau = 2 the regret is p_j - sum_i p_i s_i, p_j = max p. A softmax vector whose largest entry is s_k mixes
uniform laws on sets A that contain k (layer cake), so the least regret is the least of p_j - P_A/m over such
sets, m = |A|. P_A <= 1 and P_A <= (m - 1) p_j + p_k bound it below; both bounds are met.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import sympy

from plumbline import witness
from plumbline.domain import Domain, Instances, Integer, Real
from plumbline.evidence import Finding
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.comp_sum import expansions
from proofs_checks.comp_sum.bounded import in_a_box, incomplete
from proofs_checks.comp_sum.samples import conditionals
from proofs_checks.engines import instances, lp
from proofs_checks.engines.derivation import Derivation, Fact, Sample, derive
from theory import lemmas
from theory.comp_sum import bounds, claims

_BETAS = [Fraction(step, 20) for step in range(1, 21)]
_ATTACK_BETAS = [Fraction(2, 5), Fraction(1, 2), Fraction(1), Fraction(1, 3), Fraction(3, 10), Fraction(1, 10)]


def attaining(n: int, m: int, beta: Fraction) -> tuple[list[Fraction], list[Fraction]]:
    """A law with zero-one regret beta at its last label, and the uniform law on m labels that contain it.

    If (m-1) beta <= 1: m - 1 labels beta above the last one, no mass elsewhere. Otherwise the last label has no
    mass, one label has beta and m - 2 others share the rest.
    """
    low = (1 - (m - 1) * beta) / m
    if low >= 0:
        p = [low + beta] * (m - 1) + [Fraction(0)] * (n - m) + [low]
    else:
        share = (1 - beta) / (m - 2) if m > 2 else Fraction(0)
        p = [beta] + [share] * (m - 2) + [Fraction(0)] * (n - m) + [Fraction(0)]
    s = [Fraction(1, m)] * (m - 1) + [Fraction(0)] * (n - m) + [Fraction(1, m)]
    return p, s


def mae_regret(p: list[Fraction], s: list[Fraction]) -> Fraction:
    """sum_i p_i (1 - s_i) - (1 - max p), exactly."""
    return sum((a * (1 - b) for a, b in zip(p, s, strict=True)), Fraction(0)) - (1 - max(p))


def _data(p: list[Fraction], s: list[Fraction], formulas: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"p": [str(x) for x in p], "s": [str(x) for x in s], "formulas": formulas, **more}


def _attack(subject: Subject) -> Iterator[Finding]:
    """The attaining instances against the pools (equality), the class-free bound (>=) and the nodes (equality)."""
    cases = [(n, m, beta) for beta in _ATTACK_BETAS for n in (3, 4, 6) for m in range(2, n + 1)]
    pools = {"pool": emit_standalone(subject["pool"])}
    yield instances.compare(
        [_data(*attaining(n, m, beta), pools, m=m) for n, m, beta in cases],
        lambda entry: witness.make("comp_sum", "mae_pool", entry, "regret of an instance against the pool formula"),
        wanted=("==",),
        statement="regret of the attaining instance = pool(beta, m)",
        description="values of n, m and beta",
    ).for_part("attained")
    free = {"bound": emit_standalone(subject["class_free"])}
    yield instances.compare(
        [_data(*attaining(n, m, beta), free) for n, m, beta in cases],
        lambda entry: witness.make("comp_sum", "mae_class_free", entry, "regret of an instance against the bound"),
        wanted=(">", "=="),
        statement="regret >= class-free bound",
        description="values of n, m and beta",
    ).for_part("class_free")
    for role, program in (("node_beta", "mae_node_beta"), ("node_value", "mae_node")):
        nodes = {role: emit_standalone(subject[role])}
        yield instances.compare(
            [_data(*attaining(6, m, Fraction(1, m - 1)), nodes, m=m) for m in range(2, 7)],
            functools.partial(witness.make, "comp_sum", program, note="an instance against the node"),
            wanted=("==",),
            statement="the node lies on the transformation",
            description="nodes",
        ).for_part("envelope")
    inverse = {"inverse": emit_standalone(subject["inverse"])}
    yield instances.compare(
        [{"beta": str(beta), "formulas": inverse} for beta in _BETAS],
        lambda entry: witness.make("comp_sum", "mae_inverse", entry, "beta against the stated inverse at t(beta)"),
        wanted=("==",),
        statement="inverse(beta^2/(1+beta)) = beta",
        description="values of beta",
    ).for_part("inverse")


def _pool_samples() -> list[Sample]:
    """Laws with a set A that contains the predicted label; left is the regret of the uniform law on A."""
    made = []
    for index, c in enumerate(conditionals(24)):
        m = 1 + index % c.n
        chosen = [c.k, *(i for i in sorted(range(c.n), key=lambda i: -c.p[i]) if i != c.k)][:m]
        mass = sum((c.p[i] for i in chosen), Fraction(0))
        s = [Fraction(int(i in chosen), m) for i in range(c.n)]
        values = {"y": c.p[c.k], "beta": c.p[c.j] - c.p[c.k], "m": Fraction(m), "A": mass}
        made.append(Sample(values, mae_regret(c.p, s), {"n": c.n}))
    return made


def _lower(subject: Subject) -> Finding:
    statement = "regret >= min over m of pool(beta, m)"

    def proof() -> Finding:
        variables = Domain(Real("y", 0, 1), Real("beta", 0, 1), Integer("m", 1, None), Real("A", 0, 1))
        d = Derivation(variables, _pool_samples())
        y, beta, m, A = (d[name] for name in ("y", "beta", "m", "A"))
        layers = d.deduce(
            "s mixes uniform laws on sets that contain k: the least regret is p_j - P_A/m at one of them",
            lemmas.LAYER_CAKE,
            requires=[],
        )
        left = d.expands(
            "p_j - P_A/m with p_j = y + beta, p_k = y",
            y + beta - A / m,
            sizes=[entry for n in expansions.SIZES for entry in expansions.pools(n, Real("tau", 2, 2))],
        )
        mass = d.nonnegative("P_A <= 1", 1 - A)
        low = d.nonnegative("p_k >= 0", y)
        share = d.lemma("P_A <= (m-1) p_j + p_k", lemmas.SUM_BOUND, (m - 1) * (y + beta) + y, A)
        shallow = d.combine("regret >= beta/m", left, beta / m, [(1 / m, share)])
        deep = d.combine("regret >= beta - 1/m", left, beta - 1 / m, [(1, low), (1 / m, mass)])
        half = d.nonnegative("m = 1 gives beta >= max(beta - 1/2, beta/2)", beta / 2)
        same = _same_pool(d, subject)
        return d.conclude([layers, shallow, deep, half, same], claims.sharp_mae.domain, statement)

    return derive(proof, claims.sharp_mae.domain, statement)


def _same_pool(d: Derivation, subject: Subject) -> Fact:
    return d.equal("the claimed pool is max(beta - 1/m, beta/m)", bounds.mae_pool, subject["pool"])


def _attaining_samples() -> list[Sample]:
    made = []
    for n in (2, 3, 5, 11):
        for m in range(2, n + 1):
            for beta in _BETAS[:: 1 if n < 11 else 4]:
                pool = max(beta - Fraction(1, m), beta / m)
                values = {"beta": beta, "m": Fraction(m), "X": pool}
                made.append(Sample(values, mae_regret(*attaining(n, m, beta)), {"n": n}))
    return made


def _attained(subject: Subject) -> Finding:
    statement = "every pool is attained: regret = pool(beta, m) for each 2 <= m <= n"

    def proof() -> Finding:
        d = Derivation(Domain(Real("beta", 0, 1), Integer("m", 2, None), Real("X", 0, 1)), _attaining_samples())
        beta, m = d["beta"], d["m"]
        d.expands("X = max(beta - 1/m, beta/m), the regret of the instance with scores uniform on the pool", d["X"])
        low = (1 - (m - 1) * beta) / m
        shallow = d.identity("m - 1 labels at p_k + beta, p_k = (1 - (m-1) beta)/m", low + beta - 1 / m, beta / m)
        masses = d.identity("masses sum to 1", (m - 1) * (low + beta) + low, beta * 0 + 1)
        switch = d.identity(
            "beta/m exceeds beta - 1/m exactly when (m-1) beta <= 1, where p_k >= 0; beyond it p_k = 0, p_j = beta "
            "and m - 2 others share 1 - beta <= (m-2) beta",
            beta / m - (beta - 1 / m),
            low,
        )
        return d.conclude([shallow, masses, switch, _same_pool(d, subject)], claims.sharp_mae.domain, statement)

    return derive(proof, claims.sharp_mae.domain, statement)


def _segment_samples() -> list[Sample]:
    """Points of the segment [1/m, 1/(m-1)] with the transformation there; sizes n that allow m + 1 labels."""
    made = []
    for index, m in enumerate((2, 3, 4, 5, 1, 1)):
        for step in range(4):
            low, high = Fraction(1, m), Fraction(1, m - 1) if m > 1 else Fraction(1)
            if m == 1:
                low, high, m_used = Fraction(1, 2), Fraction(1), 2
            else:
                m_used = m
            beta = low + Fraction(step, 3) * (high - low)
            n = (m_used + 1, 11, 30)[index % 3] if m > 1 else 2
            least = min(max(beta - Fraction(1, k), beta / k) for k in range(2, max(n, 40 if m > 1 else n) + 1))
            values = {
                "m": Fraction(m_used),
                "beta": beta,
                "X": least,
                "below": 1 - (m_used - 1) * beta,
                "above": beta - Fraction(1, m_used),
            }
            made.append(Sample(values, least, {"n": n}))
    return made


def _envelope(subject: Subject) -> Finding:
    statement = "the convex envelope is piecewise linear through (0,0) and the nodes"

    def proof() -> Finding:
        variables = Domain(
            Real("beta", 0, 1), Integer("m", 2, None), Real("X", 0, 1), Real("below", 0, 1), Real("above", 0, 1)
        )
        d = Derivation(variables, _segment_samples())
        beta, m, below, above = (d[name] for name in ("beta", "m", "below", "above"))
        d.expands("X = T*(beta) with 1/m <= beta <= 1/(m-1), the least of all pools", d["X"])
        chord = (2 * beta - 1 / m) / (m + 1)
        facts = [
            d.equal("nodes at 1/(m-1)", bounds.mae_node_beta, subject["node_beta"]),
            d.equal("with value 1/(m(m-1))", bounds.mae_node_value, subject["node_value"]),
            _same_pool(d, subject),
            d.identity("the chord ends at node m", chord.subs(beta, 1 / (m - 1)), 1 / (m * (m - 1))),
            d.identity("and at node m + 1", chord.subs(beta, 1 / m), 1 / (m * (m + 1))),
            d.by_definition("1 - (m-1) beta >= 0 left of node m", 1 - (m - 1) * beta, below),
            d.by_definition("beta - 1/m >= 0 right of node m + 1", beta - 1 / m, above),
        ]
        small = d.combine(
            "pools of j <= m labels, at least beta/j >= beta/m, lie above the chord",
            beta / m,
            chord + below / (m * (m + 1)),
            [(1 / (m * (m + 1)), facts[5])],
        )
        large = d.combine(
            "pools of j > m labels, at least beta - 1/j >= beta - 1/(m+1), lie above the chord",
            beta - 1 / (m + 1),
            chord + (m - 1) * above / (m + 1),
            [((m - 1) / (m + 1), facts[6])],
        )
        facts += [
            small,
            large,
            d.nonnegative("the first gap", below / (m * (m + 1))),
            d.nonnegative("the second gap", (m - 1) * above / (m + 1)),
            d.identity("node m lies on its pool", 1 / (m - 1) - 1 / m, 1 / (m * (m - 1))),
            d.nonnegative("slopes 2/(m+1) rise from chord m + 1 to chord m", 2 / (m + 1) - 2 / (m + 2)),
            d.nonnegative("the first slope, 1/n from (0, 0) to node n, is below the next, 2/n", 2 / m - 1 / m),
        ]
        convex = d.deduce(
            "rising slopes: the chords form a convex minorant that touches at its nodes, the envelope",
            lemmas.CONVEX_CHORD,
            requires=facts,
        )
        return d.conclude([*facts, convex], claims.sharp_mae.domain, statement)

    return derive(proof, claims.sharp_mae.domain, statement)


def _class_free(subject: Subject) -> Finding:
    statement = "pool(beta, m) >= beta^2/(1+beta) for every m"

    def proof() -> Finding:
        d = Derivation(Domain(Real("beta", 0, 1), Integer("m", 2, None), Real("X", 0, 1)), _attaining_samples())
        beta, m, X = (d[name] for name in ("beta", "m", "X"))
        left = d.expands("X = pool(beta, m), the regret of the attaining instance", X)
        deep = d.by_definition("X >= beta - 1/m", X, beta - 1 / m)
        shallow = d.by_definition("X >= beta/m", X, beta / m)
        fact = d.combine(
            "weights beta/(1+beta) and 1/(1+beta)",
            left,
            beta**2 / (1 + beta),
            [(beta / (1 + beta), deep), (1 / (1 + beta), shallow)],
        )
        exact = bounds.mae_class_free
        reached = d.reaches("X >= beta^2/(1+beta)", fact, exact, subject["class_free"], beta=beta)
        return d.conclude([fact, reached], claims.sharp_mae.domain, statement)

    return derive(proof, claims.sharp_mae.domain, statement)


def _inverse(subject: Subject) -> Finding:
    statement = "(t + sqrt(t^2+4t))/2 inverts beta^2/(1+beta) and is at most sqrt(2t) for t <= 1/2"

    def proof() -> Finding:
        made = [Sample({"beta": beta}, beta**2 / (1 + beta), {"n": (2, 5, 11)[i % 3]}) for i, beta in enumerate(_BETAS)]
        d = Derivation(Domain(Real("beta", 0, 1)), made)
        beta = d["beta"]
        t = d.expands("t = beta^2/(1+beta)", beta**2 / (1 + beta))
        facts = [
            d.identity("t^2 + 4t is a square", t**2 + 4 * t, (beta * (beta + 2) / (1 + beta)) ** 2),
            d.identity("half of t plus its root is beta", (t + beta * (beta + 2) / (1 + beta)) / 2, beta),
            d.nonnegative("the root is nonnegative", beta * (beta + 2) / (1 + beta)),
            d.nonnegative("beta^2/(1+beta) >= beta^2/2", beta**2 * (1 - beta) / (2 * (1 + beta))),
            d.identity("that difference", t - beta**2 / 2, beta**2 * (1 - beta) / (2 * (1 + beta))),
            d.identity("its derivative", sympy.diff(t, beta), beta * (2 + beta) / (1 + beta) ** 2),
            d.nonnegative("so it rises with beta", beta * (2 + beta) / (1 + beta) ** 2),
            d.equal("the claimed inverse is this one", bounds.mae_class_free_inverse, subject["inverse"]),
        ]
        rises = d.deduce(
            "beta^2/(1+beta) rises from 0 to 1/2: a regret of t <= 1/2 allows beta up to its inverse at t only",
            lemmas.MEAN_VALUE,
            requires=facts,
            smooth=[t],
        )
        return d.conclude([*facts, rises], claims.sharp_mae.domain, statement)

    return derive(proof, claims.sharp_mae.domain, statement)


def _linear_programs(effort: Effort) -> Iterator[Finding]:
    """For fixed n, beta and m, the least of p_j - P_A/m over laws is a linear program: solved and dual-checked."""
    for n in (3, 4) if not effort.full else (3, 4, 5, 6, 8):
        for beta in (Fraction(3, 10), Fraction(1, 2), Fraction(9, 10)):
            for m in range(2, n + 1):
                yield _linear_program(n, m, beta)


def _linear_program(n: int, m: int, beta: Fraction) -> Finding:
    """min p_1 - (p_n + the m - 1 largest)/m over p_1 >= .. >= p_{n-1}, p_1 - p_n = beta, p in the simplex."""
    cost = [Fraction(int(i == 0)) - Fraction(int(i < m - 1 or i == n - 1), m) for i in range(n)]
    order = [[Fraction(int(i == r + 1)) - Fraction(int(i == r)) for i in range(n)] for r in range(n - 2)]
    equalities = [[Fraction(1)] * n, [Fraction(int(i == 0)) - Fraction(int(i == n - 1)) for i in range(n)]]
    problem = lp.LinearProgram(cost, order, [Fraction(0)] * (n - 2), equalities, [Fraction(1), beta])
    value = max(beta - Fraction(1, m), beta / m)
    scope = Instances(1, f"n={n}, m={m}, beta={beta}, every law")
    return lp.prove_lower_bound(problem, value, scope, f"regret of pools of {m} labels >= {value}")


@check("comp_sum.sharp.mae", timeout=60)
def sharp_mae(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Instances against the formulas, linear programs with exact duals, then the derivation for every n."""
    if incomplete(subject):
        yield in_a_box(subject["pool"], 2, {"beta": 1, "m": 2}, part="lower")
        return
    yield from _attack(subject)
    for found in _linear_programs(effort):
        yield found.for_part("lower")
    yield _lower(subject).for_part("lower")
    yield _attained(subject).for_part("attained")
    yield _envelope(subject).for_part("envelope")
    yield _class_free(subject).for_part("class_free")
    yield _inverse(subject).for_part("inverse")
