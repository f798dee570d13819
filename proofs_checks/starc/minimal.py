"""Representatives of least norm: closed form and canonicalisation in L2, neither linear nor canonical elsewhere."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import sympy

from plumbline import witness
from plumbline.domain import Domain, Instances, Real
from plumbline.errors import InputError
from plumbline.evidence import Finding
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances, lp, rational
from proofs_checks.engines.derivation import Derivation, Fact, Sample, StepFailed, derive
from proofs_checks.starc.canon import Case, cases, compared
from proofs_checks.starc.instances import arm_rewards, bandit, redistribution, shaped
from proofs_checks.starc.minimal_programs import least_norm
from theory import lemmas
from theory.starc import canon_claims, exact_canon
from theory.starc.canon_witnesses import least_squared_norm, moved
from theory.starc.order_witnesses import dot
from theory.starc.ranges import DISCOUNT, SQUARE

_X, _Y = [Fraction(v) for v in (0, 0, 1)], [Fraction(v) for v in (0, 1, 0)]


def _attack(subject: Subject, effort: Effort) -> Iterator[Finding]:
    formulas = {role: emit_standalone(subject[role]) for role in ("weight", "spread", "default")}
    made = cases(effort.seed, 60 if effort.full else 6)
    for part, program, statement in (
        ("equivalent", "minimal_equivalent", "R - c(R) is shaping and S'-redistribution"),
        ("minimal", "minimal_norm", "the norm of c(R) is the least, by least squares on the whole array"),
        ("minimal", "minimal_value", "the squared norm of c(R) is <q, W q>"),
        ("canonical", "minimal_invariant", "c(R) = c(R') for R' shaped and redistributed"),
        ("canonical", "minimal_linear", "c(R1 - 2 R2) = c(R1) - 2 c(R2)"),
    ):
        yield compared(program, made, formulas, part, statement)


def _exact(effort: Effort) -> Iterator[Finding]:
    """The same statements of the exact closed form by flint, with its optimality condition."""
    made = cases(effort.seed + 1, 60 if effort.full else 10)
    form = exact_canon.minimal_l2

    def equivalent(case: Case) -> bool:
        rates = case.mdp.expected_reward(case.R), case.mdp.expected_reward(form(case.mdp, case.R))
        return exact_canon.equivalent(case.mdp, *rates)

    def minimal(case: Case) -> rational.Relation:
        least = least_squared_norm(case.mdp.transitions, case.mdp.discount, case.R)
        return rational.Relation(exact_canon.squared_norm(form(case.mdp, case.R)), "==", least)

    def canonical(case: Case) -> rational.Relation:
        gap = moved(form(case.mdp, case.R), form(case.mdp, case.moved), Fraction(-1))
        return rational.Relation(exact_canon.squared_norm(gap), "==", 0)

    for part, verify in (("equivalent", equivalent), ("minimal", minimal), ("canonical", canonical)):
        statement = f"representative of least L2 norm: {part}"
        yield rational.certify(made, verify, statement, "MDPs over Q of all families").for_part(part)


_NAMES = ("q", "p", "k", "N", "T", "Q", "X", "r", "s")
_POSITIVE = ("B", "D")


def _sample(case: Case, draw: random.Random) -> Sample:
    """Another equivalent reward R' beside c(R); numbers at one (s, a), and sums over all of them."""
    mdp, n = case.mdp, case.mdp.n_states
    phi = [Fraction(draw.randint(-3, 3)) for _ in range(n)]
    rival = moved(shaped(mdp, case.R, phi), redistribution(draw, mdp), Fraction(1))
    best = exact_canon.minimal_l2(mdp, case.R)
    rows = [row for block in mdp.transitions for row in block]
    weight = [1 / dot(row, row) for row in rows]
    means = [[x for row in mdp.expected_reward(R) for x in row] for R in (rival, best)]
    away = [a - b for a, b in zip(*means, strict=True)]
    at = draw.randrange(len(rows))
    entries = [x for block in rival for x in block][at]
    numbers = {
        "q": means[0][at],
        "p": max(rows[at]),
        "k": Fraction(draw.randint(-3, 3), 2),
        "square": dot(rows[at], rows[at]),
        "N": exact_canon.squared_norm(rival),
        "T": sum((w * x * x for w, x in zip(weight, means[0], strict=True)), Fraction(0)),
        "Q": exact_canon.squared_norm(best),
        "X": sum((w * x * y for w, x, y in zip(weight, means[1], away, strict=True)), Fraction(0)),
        "D": sum((w * x * x for w, x in zip(weight, away, strict=True)), Fraction(0)),
        "B": sum(
            ((x - means[0][at] * p * weight[at]) ** 2 for x, p in zip(entries, rows[at], strict=True)), Fraction(0)
        ),
        "s": dot(entries, entries),
        "r": Fraction(draw.randint(-3, 3)),
    }
    return Sample(numbers, numbers["N"], {})


def _start(subject: Subject) -> tuple[Derivation, Any]:
    draw = random.Random(13)
    axes = (*map(Real, _NAMES), *(Real(name, 0, None) for name in _POSITIVE), SQUARE)
    variables = Domain(*(axis for axis in axes if axis.name != "p"), Real("p", 0, 1, open_lo=True))
    d = Derivation(variables, [_sample(case, draw) for case in cases(13, 14)])
    d.expands("N = ||R'||^2 of a reward R' that differs from R by shaping and S'-redistribution", d["N"])

    def spread(q: Any, p: Any) -> Any:
        return d.claimed(subject["spread"], q=q, p=p, square=d["square"])

    return d, spread


def _shares(d: Derivation, subject: Subject, spread: Any) -> list[Fact]:
    """The spread form is proportional to tau, has mean q, and solving for the last successor gives its share."""
    q, p, k, square = d["q"], d["p"], d["k"], d["square"]
    one = spread(q, sympy.Integer(1))
    last = d.claimed(subject["default"], q=q, rest=one * (square - p**2), p=p)
    return [
        d.identity("c(R)(s, a, t) is tau(t) times one number", spread(q, k * p), k * p * one),
        d.identity("and so has mean ||tau||^2 times it, which is q", square * one, q),
        d.identity("the last successor, solved for from q, gets its share too", last, p * one),
    ]


def _equivalent(subject: Subject) -> Finding:
    domain, statement = canon_claims.minimal_l2.domain, "c(R) has the expected reward q = r - M Phi"

    def proof() -> Finding:
        d, spread = _start(subject)
        shares = _shares(d, subject, spread)
        mean = d.deduce("E c(R) = r - M Phi: shaping, and S'-redistribution", lemmas.LEAST_SQUARES, requires=shares)
        return d.conclude([*shares, mean], domain, statement)

    return derive(proof, domain, statement).for_part("equivalent")


def _minimal(subject: Subject) -> Finding:
    domain, statement = canon_claims.minimal_l2.domain, "||R'||^2 >= <q, W q> = ||c(R)||^2, with equality at c(R) only"

    def proof() -> Finding:
        d, spread = _start(subject)
        shares = _shares(d, subject, spread)
        q, square, s, B, N, T, Q, X, D = (d[name] for name in ("q", "square", "s", "B", "N", "T", "Q", "X", "D"))
        weight = d.claimed(subject["weight"], square=square)
        one = spread(q, sympy.Integer(1))
        norm = d.identity("||c(R)(s, a, .)||^2 = W q^2, so ||c(R)||^2 = <q, W q> = Q", square * one**2, weight * q**2)
        positive = d.positive("weights are positive", weight)
        squares = d.nonnegative("B = sum_t (R'(t) - q tau(t)/||tau||^2)^2 >= 0", B)
        opened = d.by_definition(
            "multiplied out, with mean q: B <= ||R'(s, a, .)||^2 - q^2/||tau||^2", s, q**2 / square + B
        )
        one_pair = d.combine("||R'(s, a, .)||^2 >= W q^2", s, weight * q**2, [(1, opened), (1, squares)])
        summed = d.lemma("summed over (s, a): N >= T", lemmas.MONOTONE_INTEGRAL, N, T, requires=[one_pair])
        split = d.by_definition("T = <q + M D', W (q + M D')>, multiplied out", T, Q + 2 * X + D)
        normal = d.lemma("X = <M D', W q> = 0 by the normal equations", lemmas.LEAST_SQUARES, X, 0 * X)
        rest = d.nonnegative("D = <M D', W M D'> >= 0", D)
        fact = d.combine("N >= Q", N, Q, [(1, summed), (1, split), (2, normal), (1, rest)])
        alone = d.deduce(
            "equality forces D = 0 and every B = 0, so R' = c(R), as M is injective",
            lemmas.LEAST_SQUARES,
            requires=[fact, positive],
        )
        return d.conclude([*shares, norm, positive, fact, alone], domain, statement)

    return derive(proof, domain, statement).for_part("minimal")


def _canonical(subject: Subject) -> Finding:
    domain, statement = canon_claims.minimal_l2.domain, "c is linear, and equal exactly on equivalent rewards"

    def proof() -> Finding:
        d, spread = _start(subject)
        shares = _shares(d, subject, spread)
        q, r, k, p = d["q"], d["r"], d["k"], d["p"]
        weight = d.positive("weights are positive", d.claimed(subject["weight"], square=d["square"]))
        linear = d.identity("the spread is linear in q", spread(q + k * r, p), spread(q, p) + k * spread(r, p))
        same = d.deduce(
            "Phi and so q are linear in r; shaping moves Phi along and leaves q; rewards of one form are both "
            "equivalent to it",
            lemmas.LEAST_SQUARES,
            requires=[*shares, weight, linear],
        )
        return d.conclude([*shares, weight, linear, same], domain, statement)

    return derive(proof, domain, statement).for_part("canonical")


@check("starc.canon.minimal_l2", timeout=30)
def minimal_l2(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Attack on exact instances, the closed form in rationals, then the derivations."""
    yield from _attack(subject, effort)
    yield from _exact(effort)
    yield _equivalent(subject)
    yield _minimal(subject)
    yield _canonical(subject)


# Other norms


def _defect(subject: Subject, part: str) -> Finding:
    relation = subject["relation"]
    data = {"norm": subject[part], "x": [str(v) for v in _X], "y": [str(v) for v in _Y]}
    return instances.compare(
        [data],
        lambda entry: witness.make("starc", "bandit_defect", entry, "largest entry of c(x) + c(y) - c(x + y)"),
        wanted=(relation,),
        statement=f"|c(x) + c(y) - c(x + y)| {relation} 0",
        description="the bandit with three arms",
    ).for_part(part)


def _programs(subject: Subject, part: str) -> Iterator[Finding]:
    """The least norms of x, y and x + y on the bandit, by dual certificates."""
    norm = subject[part]
    if norm not in ("1", "inf"):
        return
    mdp, total = bandit(3), [a + b for a, b in zip(_X, _Y, strict=True)]
    for values in (_X, _Y, total):
        bound = Fraction(1) if norm == "1" else Fraction(1, 2)
        scope = Instances(1, f"three arms paying {[str(v) for v in values]}, every shaping")
        program = least_norm(mdp, arm_rewards(values), norm)
        yield lp.prove_lower_bound(program, bound, scope, f"L{norm} norm of an equivalent reward >= {bound}").for_part(
            part
        )


def _bandit_samples(norm: str) -> list[Sample]:
    made = []
    for index, k in enumerate([Fraction(j, 4) for j in range(-6, 11)]):
        gamma = (Fraction(0), Fraction(1, 2), Fraction(9, 10), Fraction(99, 100))[index % 4]
        a, b = abs(k), abs(1 - k)
        values = {"k": k, "a": a, "b": b, "h": max(a, b), "gamma": gamma, "phi": k / (1 - gamma)}
        made.append(Sample(values, 2 * a + b if norm == "1" else max(a, b), {}))
    return made


def _not_linear(subject: Subject, part: str) -> Finding:
    norm = subject[part]
    domain, statement = canon_claims.minimal_lp.domain, f"L{norm}: unique representatives, c(x) + c(y) != c(x + y)"

    def proof() -> Finding:
        if norm != {"l1": "1", "linf": "inf"}[part] or subject["relation"] != ">":
            raise StepFailed(f"nothing is derived of the norm {norm} and the relation {subject['relation']}")
        positive = [Real(name, 0, None) for name in ("a", "b", "h")]
        d = Derivation(Domain(Real("k"), Real("phi"), *positive, DISCOUNT), _bandit_samples(norm))
        k, gamma = d["k"], d["gamma"]
        shapes = d.identity(
            "shaping by Phi = k/(1 - gamma) subtracts k from every arm", (1 - gamma) * (k / (1 - gamma)), k
        )
        facts = _one(d) if norm == "1" else _infinity(d)
        return d.conclude([shapes, *facts], domain, statement)

    return derive(proof, domain, statement).for_part(part)


def _one(d: Derivation) -> list[Fact]:
    """a = |k|, b = |1 - k|: x and y have norm 2 a + b >= 1 + a, x + y has a + 2 b >= 1 + b."""
    k, a, b = d["k"], d["a"], d["b"]
    left = d.expands("x - k, and y - k, have L1 norm 2|k| + |1 - k|", 2 * a + b)
    low, high = d.by_definition("|k| >= k", a, k), d.by_definition("|1 - k| >= 1 - k", b, 1 - k)
    first = d.combine(
        "it is at least 1 + |k|: least at k = 0 only, c(x) = x and c(y) = y", left, 1 + a, [(1, low), (1, high)]
    )
    second = d.combine("x + y: least at k = 1 only, c(x + y) = (-1, 0, 0)", a + 2 * b, 1 + b, [(1, low), (1, high)])
    gap = d.positive("the first arm: 0 + 0 against -1", 0 * k + 0 - (-1))
    return [first, second, gap]


def _infinity(d: Derivation) -> list[Fact]:
    """h = max(|k|, |1 - k|) for all three rewards: h >= k and h >= 1 - k, so 1/2 is reached at k = 1/2 only."""
    k, h, half = d["k"], d["h"], sympy.Rational(1, 2)
    left = d.expands("x - k, y - k and x + y - k have Linf norm max(|k|, |1 - k|)", h)
    low, high = d.by_definition("h >= k", h, k), d.by_definition("h >= 1 - k", h, 1 - k)
    least = d.combine("h >= 1/2", left, half, [(half, low), (half, high)])
    above = d.combine("h = 1/2 forces k <= 1/2", left - half, k - half, [(1, low)])
    below = d.combine("and k >= 1/2: the forms are x - 1/2, y - 1/2, x + y - 1/2", left - half, half - k, [(1, high)])
    gap = d.positive("the first arm: -1/2 - 1/2 against -1/2", 0 * k - half - (-half - half))
    return [least, above, below, gap]


@check("starc.canon.minimal_lp", timeout=30)
def minimal_lp(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """The defect of linearity on the bandit, least norms with dual certificates, uniqueness for every discount."""
    if subject["relation"] not in (">", "=="):
        raise InputError(f"relation must be '>' or '==', got {subject['relation']!r}")
    for part in ("l1", "linf"):
        yield _defect(subject, part)
        yield from _programs(subject, part)
        yield _not_linear(subject, part)
