"""Sums over rounds: the exact regret of a constant step without constraints, and the self-confident sum.

Paths in exact rationals first; then one identity per round, in every dimension, and the sum over any number of rounds.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from plumbline.domain import Domain, Real
from plumbline.evidence import Finding
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines.derivation import Derivation, Expansion, Fact, Sample, derive
from proofs_checks.engines.facts import unrolled
from proofs_checks.sea_omd.gram import Gram, combined
from proofs_checks.sea_omd.lemmas import ETA, against, square, text
from theory import lemmas
from theory.sea_omd import lemma_bounds, lemma_claims, lemma_witnesses

_ONE, _ZERO = sympy.Integer(1), sympy.Integer(0)
_SIZES = (1, 2, 3)
_NUMBERS = ("before", "after", "variation", "energy")
DIAMETER, VARIATION = (Real(name, 0, None, open_lo=True) for name in "DV")


def paths(count: int = 12) -> list[dict[str, Any]]:
    """Slopes and comparators in 1 to 3 dimensions over 1, 2, ... rounds, with steps below and above 1."""
    draw, made = random.Random(11), []
    for index in range(count):
        n, T = 1 + index % 3, 1 + index
        point = [[Fraction(draw.randint(-6, 6), 3) + Fraction(1, 5) for _ in range(n)] for _ in range(T + 2)]
        eta = (Fraction(1, 3), Fraction(1), Fraction(5, 2))[index % 3]
        made.append({"eta": str(eta), "start": text(point[0]), "u": text(point[1]), "slopes": text(point[2:])})
    return made


def attaining(D: Fraction, root: Fraction, T: int = 1) -> dict[str, Any]:
    """T - 1 slopes 0 and one of norm sqrt(V) = root in the direction (3, 4)/5, with u at distance D against it."""
    unit = [Fraction(3, 5), Fraction(4, 5)]
    slopes = [[Fraction(0)] * 2 for _ in range(T - 1)] + [[root * entry for entry in unit]]
    u = [1 - D * entry for entry in unit]
    numbers = {"D": str(D), "V": str(root**2), "eta": str(D / root)}
    return {**numbers, "start": ["1", "1"], "u": text(u), "slopes": text(slopes)}


def contacts(horizons: Sequence[int] = (1, 4)) -> list[dict[str, Any]]:
    """The attaining games for diameters and variations below and above 1."""
    sizes = [Fraction(1, 2), Fraction(1), Fraction(3)]
    return [attaining(D, root, T) for D in sizes for root in sizes for T in horizons]


# The exact regret


def _samples(left: Callable[[dict[str, Any]], Any]) -> list[Sample]:
    """Paths as samples, with D^2 and V at or above what the path needs."""
    made = []
    for index, entry in enumerate(paths()):
        terms: dict[str, Any] = lemma_witnesses.unconstrained_terms(entry)
        regret = terms.pop("left")
        with mpmath.workdps(60):
            least = mpmath.sqrt(mpmath.mpf(terms["before"].numerator) / terms["before"].denominator)
            diameter = least + mpmath.mpf(index % 3) / 2
        values = {**terms, "D": diameter, "V": terms["variation"] + index % 2, "R": regret}
        made.append(Sample(values, left(values), {"T": len(entry["slopes"])}))
    return made


def _derivation(left: Callable[[dict[str, Any]], Any]) -> Derivation:
    numbers = Domain(ETA, DIAMETER, VARIATION, *(square(name) for name in _NUMBERS), Real("R"))
    return Derivation(numbers, _samples(left))


def _unrolled(T: int, sign: int = 1) -> Expansion:
    """The regret of T rounds (times ``sign``) and its aggregates, in the inner products of x_1 - u and the slopes."""
    gram = Gram("w", *(f"g{t}" for t in range(1, T + 1)), scalars=[ETA])
    eta = sympy.Symbol("eta", real=True)
    leader, last = gram["w"], dict[str, Any]()  # leader = xhat_t - u
    regret, variation, energy = _ZERO, _ZERO, _ZERO
    for t in range(1, T + 1):
        slope = gram[f"g{t}"]
        regret += gram.inner(slope, combined((1, leader), (-eta, last)))
        variation += gram.square(combined((1, slope), (-1, last)))
        energy += gram.square(last)
        leader, last = combined((1, leader), (-eta, slope)), slope
    values = {"before": gram.square(gram["w"]), "after": gram.square(leader)}
    return gram.expansion(sign * regret, {**values, "variation": variation, "energy": energy}, size=T)


def _one_round() -> Finding:
    """One round: 2 eta <g, x-u> = ||xhat-u||^2 - ||xhat'-u||^2 + eta^2 (||g-M||^2 - ||M||^2)."""
    gram = Gram("w", "g", "M", scalars=[ETA])
    eta = sympy.Symbol("eta", real=True)
    w, g, M = gram["w"], gram["g"], gram["M"]
    gain = gram.inner(g, combined((1, w), (-eta, M)))
    moved = gram.square(w) - gram.square(combined((1, w), (-eta, g)))
    change = gram.square(combined((1, g), (-1, M))) - gram.square(M)
    return unrolled(gram.expansion(gain, {}), moved / (2 * eta) + eta / 2 * change, Domain(ETA))


def _rounds(d: Derivation) -> list[Fact]:
    """The identity of one round, and its sum over any number of them."""
    one = d.premise("one round, as an identity of inner products", _one_round())
    return [one, d.deduce("rounds add up, squared distances telescope", lemmas.TERMWISE, requires=[one])]


def _identity(subject: Subject) -> Finding:
    statement, scope = "the regret equals the claimed closed form", lemma_claims.identity.domain

    def proof() -> Finding:
        d = _derivation(lambda values: values["R"])
        eta, before, after, variation, energy = (d[name] for name in ("eta", *_NUMBERS))
        facts, closed = _rounds(d), (before - after) / (2 * eta) + eta / 2 * (variation - energy)
        d.expands("the regret, round by round", closed, sizes=[_unrolled(T) for T in _SIZES])
        at = {name: d[name] for name in ("eta", *_NUMBERS)}
        facts.append(d.identity("the closed form", closed, d.claimed(lemma_bounds.identity, **at)))
        facts.append(d.equal("the claimed one is the same", lemma_bounds.identity, subject["identity"]))
        return d.conclude(facts, scope, statement)

    return derive(proof, scope, statement)


def _bounded(d: Derivation, eta: Any, D: Any, V: Any, sizes: Sequence[Expansion] = ()) -> tuple[Any, list[Fact]]:
    """-R >= -(D^2/(2 eta) + eta V/2) by nonnegative multipliers of the two constraints and two squares."""
    before, after, variation, energy = (d[name] for name in _NUMBERS)
    facts = _rounds(d)
    closed = (before - after) / (2 * eta) + eta / 2 * (variation - energy)
    left = d.expands("-R", -closed, sizes=sizes)
    near = d.by_definition("||u - x_1|| <= D", D**2, before)
    calm = d.by_definition("sum ||g_t - g_{t-1}||^2 <= V", V, variation)
    squares = [d.nonnegative("||u - xhat_{T+1}||^2", after), d.nonnegative("sum ||g_{t-1}||^2", energy)]
    bound = D**2 / (2 * eta) + eta * V / 2
    terms = [(1 / (2 * eta), near), (eta / 2, calm), (1 / (2 * eta), squares[0]), (eta / 2, squares[1])]
    return bound, [*facts, d.combine("the gap is a nonnegative combination", left, -bound, terms)]


def _bound(subject: Subject) -> Finding:
    statement, scope = "the regret is at most D^2/(2 eta) + eta V/2", lemma_claims.identity.domain

    def proof() -> Finding:
        d = _derivation(lambda values: -values["R"])
        eta, D, V = (d[name] for name in ("eta", "D", "V"))
        bound, facts = _bounded(d, eta, D, V, sizes=[_unrolled(T, -1) for T in _SIZES])
        same = d.identity("the bound", bound, d.claimed(lemma_bounds.constant_step, D=D, V=V, eta=eta))
        larger = d.at_most("the claimed bound", lemma_bounds.constant_step, subject["constant_step"])
        return d.conclude([*facts, same, larger], scope, statement)

    return derive(proof, scope, statement)


def _tuned(subject: Subject) -> Finding:
    """At eta = D/sqrt(V), where 1/(2 eta) = root/(2 D) and eta/2 = D/(2 root) with root = sqrt(V)."""
    statement, scope = "with eta = D/sqrt(V) the regret is at most D sqrt(V)", lemma_claims.identity.domain

    def proof() -> Finding:
        made = []
        for entry in contacts((1, 2, 5, 9)):
            terms: dict[str, Any] = lemma_witnesses.unconstrained_terms(entry)
            regret, D, V = terms.pop("left"), Fraction(entry["D"]), Fraction(entry["V"])
            root = lemma_witnesses.rational_root(V)
            values = {**terms, "D": D, "V": V, "root": root}
            made.append(Sample(values, -regret, {"T": len(entry["slopes"])}))
        root_axis = Real("root", 0, None, open_lo=True)
        numbers = Domain(ETA, DIAMETER, VARIATION, root_axis, *(square(name) for name in _NUMBERS))
        d = Derivation(numbers, made)
        D, root = d["D"], d["root"]
        bound, facts = _bounded(d, D / root, D, root**2)
        facts.append(d.identity("D^2/(2 eta) + eta V/2 = D sqrt(V)", bound, D * root))
        facts.append(d.identity("the bound", D * root, d.claimed(lemma_bounds.tuned, D=D, V=root**2)))
        facts.append(d.equal("the claimed worst case", lemma_bounds.tuned, subject["tuned"]))
        return d.conclude(facts, scope, statement)

    return derive(proof, scope, statement)


def _attained_at(T: int) -> tuple[Expansion, Expansion]:
    """T - 1 slopes 0, then g = root e, u = x_1 - D e with <e, e> = 1: regret and variation from the definitions."""
    D, root = (sympy.Symbol(name, real=True) for name in ("D", "root"))
    gram = Gram("e", scalars=[DIAMETER, Real("root", 0, None, open_lo=True)])
    eta, leader, last, regret, variation = D / root, combined((D, gram["e"])), dict[str, Any](), _ZERO, _ZERO
    for t in range(1, T + 1):
        slope = combined((root, gram["e"])) if t == T else dict[str, Any]()
        regret += gram.inner(slope, combined((1, leader), (-eta, last)))
        variation += gram.square(combined((1, slope), (-1, last)))
        leader, last = combined((1, leader), (-eta, slope)), slope
    unit, domain = gram.square(gram["e"]), Domain(*gram.domain.axes[:2])
    return Expansion(T, domain, regret.subs(unit, 1), {}), Expansion(T, domain, variation.subs(unit, 1), {})


def _attained(subject: Subject) -> Finding:
    statement, scope = "the regret D sqrt(V) is attained for every horizon", lemma_claims.identity.domain

    def proof() -> Finding:
        made = []
        for entry in contacts((1, 2, 3, 5, 10)):
            regret = lemma_witnesses.unconstrained_terms(entry)["left"]
            D, V, eta = (Fraction(entry[name]) for name in ("D", "V", "eta"))
            values = {"D": D, "V": V, "eta": eta, "root": lemma_witnesses.rational_root(V)}
            made.append(Sample(values, regret, {"T": len(entry["slopes"])}))
        d = Derivation(Domain(ETA, DIAMETER, VARIATION, Real("root", 0, None, open_lo=True)), made)
        D, root = d["D"], d["root"]
        games = [_attained_at(T) for T in _SIZES]
        d.expands("<g_T, x_T - u> with x_T = x_1, all else 0", D * root, sizes=[regret for regret, _ in games])
        facts = [
            *(d.premise("the game's variation is V", unrolled(own, root**2, d.variables)) for _, own in games),
            d.identity("the worst case", D * root, d.claimed(lemma_bounds.tuned, D=D, V=root**2)),
            d.equal("the claimed one is the same", lemma_bounds.tuned, subject["tuned"]),
        ]
        return d.conclude(facts, scope, statement)

    return derive(proof, scope, statement)


@check("sea_omd.lemma.identity", timeout=30)
def identity(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Paths and attaining games; then one round, its sum, the constraints with multipliers, and the attaining game."""
    exact, touched = paths(60 if effort.full else 12), contacts()
    yield against(exact, "identity", subject["identity"], ("==",), "random paths").for_part("identity")
    role = subject["constant_step"]
    yield against(touched, "constant_step", role, ("<", "=="), "attaining games").for_part("bound")
    yield against(touched, "tuned", subject["tuned"], ("==",), "attaining games").for_part("attained")
    yield _identity(subject).for_part("identity")
    yield _bound(subject).for_part("bound")
    yield _tuned(subject).for_part("tuned")
    yield _attained(subject).for_part("attained")


# The self-confident sum


def _increments() -> list[dict[str, Any]]:
    """Equal terms, terms 2t-1, zeros, one small term beside a large d, and random ones."""
    draw = random.Random(13)
    ones = {"d": "0", "terms": ["1"] * 1000}
    odd = [{"roots": roots} for roots in ([0, 1000], [1000, 1500], [10**6, 10**6 + 1], [1, 2])]
    small = [{"d": d, "terms": ["1/10000000"]} for d in ("1/4", "1", "9", "1/100")]
    mixed = [
        {
            "d": str(Fraction(draw.randint(0, 3), 2)),
            "terms": [str(Fraction(max(0, draw.randint(-3, 9)), 4)) for _ in range(T)],
        }
        for T in (1, 2, 3, 4, 5, 7, 9, 10, 12)
    ]
    return [*odd, ones, *small, {"d": "0", "terms": ["0", "0", "1/9", "0"]}, *mixed]


def _self_confident(T: int) -> Expansion:
    """T rounds in the roots q_0 >= 0, q_t = sqrt(d + V_t) > 0: the sum of a_t/q_t and the squares that are left."""
    names = [f"q{t}" for t in range(T + 1)]
    axes = [Real(name, 0, None, open_lo=name != "q0") for name in names]
    q = [sympy.Symbol(name, real=True) for name in names]
    total = sympy.Add(*((q[t] ** 2 - q[t - 1] ** 2) / q[t] for t in range(1, T + 1)))
    rest = sympy.Add(*((q[t] - q[t - 1]) ** 2 / q[t] for t in range(1, T + 1)))
    return Expansion(T, Domain(*axes), -total, {"d": q[0] ** 2, "S": q[T] ** 2 - q[0] ** 2, "K": rest})


def _self_confident_samples() -> list[Sample]:
    made = []
    with mpmath.workdps(60):
        for entry in _increments()[6:]:
            d, terms = lemma_witnesses.increments(entry)
            total, left, rest = d, mpmath.mpf(0), mpmath.mpf(0)
            for a in terms:
                old, total = mpmath.sqrt(lemma_witnesses.real(total)), total + a
                root = mpmath.sqrt(lemma_witnesses.real(total))
                left += lemma_witnesses.real(a) / root if a else 0
                rest += (root - old) ** 2 / root if a else 0
            made.append(Sample({"d": d, "S": total - d, "K": rest}, -left, {"T": len(terms)}))
    return made


def _one_term() -> Finding:
    """2 (sqrt(y+a) - sqrt(y)) - a/sqrt(y+a) = (sqrt(y+a) - sqrt(y))^2/sqrt(y+a), in p = sqrt(y), q = sqrt(y+a)."""
    p, q = (sympy.Symbol(name, real=True) for name in "pq")
    domain = Domain(Real("p", 0, None), Real("q", 0, None, open_lo=True))
    return unrolled(Expansion(1, domain, 2 * (q - p) - (q**2 - p**2) / q, {}), (q - p) ** 2 / q, domain)


def _selfconf(subject: Subject) -> Finding:
    statement, scope = "the self-confident sum is at most the claimed bound", lemma_claims.selfconf.domain

    def proof() -> Finding:
        d = Derivation(Domain(Real("d", 0, None), square("S"), square("K")), _self_confident_samples())
        offset, S, K = d["d"], d["S"], d["K"]
        term = d.premise("one term with y + a > 0; it is 0 where y = a = 0", _one_term())
        rounds = d.deduce("terms add up, roots telescope", lemmas.TERMWISE, requires=[term])
        growth = 2 * (sympy.sqrt(offset + S) - sympy.sqrt(offset))
        left = d.expands("-sum a_t/sqrt(d + V_t)", K - growth, sizes=[_self_confident(T) for T in _SIZES])
        squares = d.nonnegative("squares over roots", K)
        fact = d.combine("the sum is at most the growth", left, -growth, [(_ONE, squares)])
        same = d.identity("the bound", growth, d.claimed(lemma_bounds.selfconf, d=offset, S=S))
        larger = d.at_most("the claimed bound is no smaller", lemma_bounds.selfconf, subject["selfconf"])
        return d.conclude([rounds, fact, same, larger], scope, statement)

    return derive(proof, scope, statement)


@check("sea_omd.lemma.selfconf", timeout=30)
def selfconf(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Sequences that reach the bound in the limit; then one term, and the sum over any number of them."""
    tried = _increments()
    if effort.full:
        tried += [{"roots": [0, 20000]}, {"d": "0", "terms": ["1"] * 20000}]
    yield against(tried, "selfconf", subject["selfconf"], ("<", "=="), "sequences of increments")
    yield _selfconf(subject)
