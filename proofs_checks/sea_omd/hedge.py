"""Optimistic Hedge with a negative movement term: games that exhaust each constant, then two divergences a round.

q_t is Hedge without the hint. With the entropy as regulariser both minimisers satisfy three-point identities, so that
the regret is ln N/eps - g + C - (K + K')/eps exactly, where C sums <l_t-m_t, p_t-q_{t+1}>, K and K' sum the divergences
of p_t from q_t and of q_{t+1} from p_t, and g = -ln q_{T+1}(i)/eps. Pinsker's inequality and |p_t-q_{t+1}|_1 <= eps
|l_t-m_t| turn that into the claim.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances, symbolic
from proofs_checks.engines.derivation import Derivation, Expansion, Fact, Sample, derive
from theory import lemmas
from theory.sea_omd import scalar_bounds, scalar_claims
from theory.sea_omd.scalar_witnesses import hedge_play, number

_ONE = sympy.Integer(1)
_TEXT = "regret <= ln N/eps + eps sum |l-m|^2 - sum |p_t-p_{t-1}|^2/(4 eps)"


def alternating_hints(eps: str, size: str, laps: int) -> dict[str, Any]:
    """Zero losses with the hints (a, -a) and (-a, a) in turn: nothing but variation and movement."""
    loss, minus = ["0", "0"], str(-Fraction(size))
    return {"eps": eps, "rounds": [[loss, [size, minus]], [loss, [minus, size]]], "repeat": laps}


def constant_loss(eps: str, size: str, rounds: int) -> dict[str, Any]:
    """One expert loses the same in every round, and the hint says so: the regret creeps up to ln 2/eps."""
    return {"eps": eps, "rounds": [[["0", size], ["0", size]]], "repeat": rounds}


def drawn_games(count: int, seed: int) -> list[dict[str, Any]]:
    """Random games of 2 to 4 experts and 1 to 9 rounds."""
    draw, made = random.Random(seed), []
    for index in range(count):
        size = index % 3 + 2
        rounds = [
            [[str(Fraction(draw.randint(-6, 6), 4)) for _ in range(size)] for _ in range(2)]
            for _ in range((index * 4) % 9 + 1)
        ]
        made.append({"eps": str(Fraction(draw.randint(1, 8), 4)), "rounds": rounds})
    return made


def _games(subject: Subject, effort: Effort) -> Finding:
    source = {role: emit_standalone(subject[role]) for role in ("paid", "gained")}
    sharp = [
        alternating_hints("1", "1/2", 5),
        alternating_hints("1/30", "1", 50_000),
        alternating_hints("30", "1/900", 50_000),
        constant_loss("1/50", "1", 600),
        constant_loss("50", "1/2500", 600),
    ]
    return instances.compare(
        [*sharp, *drawn_games(60 if effort.full else 12, effort.seed)],
        lambda game: witness.make("sea_omd", "optimistic_hedge", {**game, "formulas": source}, _TEXT),
        wanted=("<", "=="),
        statement=_TEXT,
        description="games over Q",
    )


# The derivation


def _divergence(p: list[Any], q: list[Any]) -> Any:
    return sum(a * mpmath.log(a / b) for a, b in zip(p, q, strict=True))


def _distance(p: list[Any], q: list[Any]) -> Any:
    return sum(abs(a - b) for a, b in zip(p, q, strict=True))


def _sums(game: Mapping[str, Any], expert: int) -> dict[str, Any]:
    """The aggregates of one game, from the laws p_t and q_t."""
    eps = number(game["eps"])
    rounds = [([number(x) for x in loss], [number(x) for x in hint]) for loss, hint in game["rounds"]]
    size = len(rounds[0][0])
    total, before, q = [mpmath.mpf(0)] * size, None, [mpmath.mpf(1) / size] * size
    sums = dict.fromkeys(("C", "B", "K1", "K2", "X", "Y", "A", "V", "regret"), mpmath.mpf(0))
    for loss, hint in rounds:
        p = hedge_play(eps, total, hint)
        total = [a + b for a, b in zip(total, loss, strict=True)]
        after = hedge_play(eps, total, [mpmath.mpf(0)] * size)
        error = [a - b for a, b in zip(loss, hint, strict=True)]
        far, x, y = max(map(abs, error)), _distance(p, q), _distance(p, after)
        sums["regret"] += sum(a * b for a, b in zip(loss, p, strict=True)) - loss[expert]
        sums["C"] += sum(e * (a - b) for e, a, b in zip(error, p, after, strict=True))
        sums["B"] += far * y
        sums["K1"] += _divergence(p, q)
        sums["K2"] += _divergence(after, p)
        sums["X"] += x**2
        sums["Y"] += y**2
        sums["A"] += far**2
        sums["V"] += _distance(p, before) ** 2 if before is not None else 0
        q, before = after, p
    return {**sums, "g": -mpmath.log(q[expert]) / eps, "a": far, "y": y, "x": x, "eps": Fraction(game["eps"])}


def _sample(game: Mapping[str, Any], expert: int) -> Sample:
    """Divergences and squares that rounding makes negative are 0."""
    with mpmath.workdps(70):
        values = _sums(game, expert)
        regret = values.pop("regret")
        tiny = mpmath.mpf(10) ** -60
        values = {n: v if n in ("C", "eps") or v > tiny else Fraction(0) for n, v in values.items()}
        size = len(game["rounds"][0][0])
        return Sample({**values, "N": Fraction(size)}, -regret, {"T": len(game["rounds"])})


def _numbers() -> Derivation:
    axes = [Real(name, 0, None) for name in ("g", "B", "K1", "K2", "X", "Y", "A", "V", "a", "y", "x")]
    variables = Domain(scalar_bounds.EXPERTS, scalar_bounds.REGULARISER, Real("C"), *axes)
    games = [*drawn_games(12, 4), {**alternating_hints("1", "1/2", 1)}]
    return Derivation(variables, [_sample(game, index % 2) for index, game in enumerate(games)])


def _expansion(size: int, rounds: int) -> Expansion:
    """Regret and aggregates of a game whose losses and hints are symbols."""
    eps = sympy.Symbol("eps", real=True)
    losses = [[sympy.Symbol(f"l{t}{i}", real=True) for i in range(size)] for t in range(rounds)]
    hints = [[sympy.Symbol(f"m{t}{i}", real=True) for i in range(size)] for t in range(rounds)]

    def law(height: list[Any]) -> tuple[list[Any], list[Any]]:
        """A law proportional to exp(-eps height), and its logarithms."""
        weights = [sympy.exp(-eps * value) for value in height]
        mass = sympy.Add(*weights)
        return [w / mass for w in weights], [-eps * value - sympy.log(mass) for value in height]

    total = [sympy.Integer(0)] * size
    log_q = law(total)[1]
    regret = c = k1 = k2 = sympy.Integer(0)
    for loss, hint in zip(losses, hints, strict=True):
        p, log_p = law([a + b for a, b in zip(total, hint, strict=True)])
        total = [a + b for a, b in zip(total, loss, strict=True)]
        after, log_after = law(total)
        regret += sum(a * b for a, b in zip(loss, p, strict=True)) - loss[0]
        c += sum((a - b) * (s - r) for a, b, s, r in zip(loss, hint, p, after, strict=True))
        k1 += sum(s * (a - b) for s, a, b in zip(p, log_p, log_q, strict=True))
        k2 += sum(s * (a - b) for s, a, b in zip(after, log_after, log_p, strict=True))
        log_q = log_after
    names = [symbol.name for row in (*losses, *hints) for symbol in row]
    domain = Domain(scalar_bounds.REGULARISER, *(Real(name) for name in names))
    values = {"N": sympy.Integer(size), "g": -log_q[0] / eps, "C": c, "K1": k1, "K2": k2}
    return Expansion(rounds, domain, -regret, values)


@functools.cache
def _two_divergences() -> Finding:
    """The sum of both divergences between the laws of the logits 0, -eps h and 0, -eps (h+e): eps e (p - q')."""
    eps, h, e = (sympy.Symbol(name, real=True) for name in ("eps", "h", "e"))
    low, high = sympy.exp(-eps * h), sympy.exp(-eps * (h + e))
    p, after = [1 / (1 + low), low / (1 + low)], [1 / (1 + high), high / (1 + high)]
    log_p = [-sympy.log(1 + low), -eps * h - sympy.log(1 + low)]
    log_after = [-sympy.log(1 + high), -eps * (h + e) - sympy.log(1 + high)]
    both = sum((s - r) * (a - b) for s, r, a, b in zip(p, after, log_p, log_after, strict=True))
    domain = Domain(scalar_bounds.REGULARISER, Real("h"), Real("e"))
    return symbolic.prove_identity(both, eps * e * (p[1] - after[1]), domain)


def _stability(d: Derivation) -> Fact:
    """y <= eps a in one round, from y^2 <= eps a y."""
    eps, a, y = d["eps"], d["a"], d["y"]
    explicit = d.premise("KL(p,q') + KL(q',p) = eps <l-m, p-q'>, shown for N = 2", _two_divergences())
    both = d.lemma(
        "hence y^2 <= eps a y: y = 0 or y <= eps a",
        lemmas.PINSKER,
        eps * a,
        y,
        requires=[explicit],
    )
    return d.lemma("a y <= eps a^2, summed", lemmas.TERMWISE, eps * d["A"], d["B"], requires=[both])


def _derivation(subject: Subject) -> Finding:
    scope = scalar_claims.hedge_rvu.domain

    def proof() -> Finding:
        d = _numbers()
        N, eps, C, g = (d[name] for name in ("N", "eps", "C", "g"))
        K1, K2, X, Y, V, A, B = (d[name] for name in ("K1", "K2", "X", "Y", "V", "A", "B"))
        left = d.expands(
            "three-point identities of p_t and q_{t+1}",
            -sympy.log(N) / eps + g - C + (K1 + K2) / eps,
            sizes=[_expansion(2, 1), _expansion(2, 2)],
        )
        x, y = d["x"], d["y"]
        facts = [
            d.by_definition("q_{T+1}(i) <= 1", g, sympy.Integer(0)),
            d.lemma("<l-m, p-q'> <= a y, summed", lemmas.DUAL_NORMS, B, C),
            _stability(d),
            d.lemma("2 KL(p_t, q_t) >= x_t^2, summed", lemmas.PINSKER, 2 * K1, X),
            d.lemma("2 KL(q_{t+1}, p_t) >= y_t^2, summed", lemmas.PINSKER, 2 * K2, Y),
        ]
        square = d.nonnegative("2 x^2 + 2 y^2 >= (x+y)^2", 2 * x**2 + 2 * y**2 - (x + y) ** 2)
        moved = d.lemma(
            "|p_t-p_{t-1}|_1 <= x_t + y_{t-1}; squared and summed over t >= 2",
            lemmas.TERMWISE,
            2 * X + 2 * Y,
            V,
            requires=[square],
        )
        paid, gained = sympy.log(N) / eps + eps * A, V / (4 * eps)
        weights = [_ONE, _ONE, _ONE, 1 / (2 * eps), 1 / (2 * eps)]
        terms = [*zip(weights, facts, strict=True), (1 / (4 * eps), moved)]
        return d.conclude(
            [
                d.combine("-regret >= gained - paid", left, gained - paid, terms),
                d.identity("what is paid", paid, d.claimed(scalar_bounds.hedge_paid, N=N, eps=eps, A=A)),
                d.identity("what is gained", gained, d.claimed(scalar_bounds.hedge_gained, eps=eps, V=V)),
                d.at_most("the claimed payment is no smaller", scalar_bounds.hedge_paid, subject["paid"]),
                d.at_least("the claimed gain is no larger", scalar_bounds.hedge_gained, subject["gained"]),
            ],
            scope,
            _TEXT,
        )

    return derive(proof, scope, _TEXT)


@check("sea_omd.lemma.hedge_rvu", timeout=30)
def hedge_rvu(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Games that exhaust the constants and random ones, then the two divergences of every round."""
    yield _games(subject, effort)
    yield _derivation(subject)
