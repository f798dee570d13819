"""Lower bounds by signs: exact enumeration of algorithms and walks, then the tower property and telescoping sums.

E|S_{t+1}| - E|S_t| = Pr(S_t = 0), which is 0 for odd t and u_{t/2} for even t; and 2(k+1) u_{k+1} - 2k u_k = u_k.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from plumbline import witness
from plumbline.domain import Domain, Integer, Real
from plumbline.evidence import Finding
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances
from proofs_checks.engines.derivation import Derivation, Fact, Sample, derive
from theory import lemmas
from theory.sea_omd import lower_bounds, lower_claims
from theory.sea_omd.lower_witnesses import fair_tie, majority_error, mean_absolute_sum, mixed_game, real, sign_game

_ONE = sympy.Integer(1)
ALGORITHMS = ("still", "edge", "majority", "gradient", "optimistic")


def compared(
    subject: Subject, role: str, program: str, cases: list[dict[str, Any]], wanted: tuple[str, ...], statement: str
) -> Finding:
    """Every case by a witness program, whose formula ``bound`` is the role."""
    source = {"bound": emit_standalone(subject[role])}
    return instances.compare(
        cases,
        lambda case: witness.make("sea_omd", program, {**case, "formulas": source}, statement),
        wanted=wanted,
        statement=statement,
        description="exact enumeration",
    )


def games(longest: int) -> list[dict[str, Any]]:
    """Every algorithm for 1 to ``longest`` rounds, with slopes and diameters of several sizes."""
    sizes = (("1", "2"), ("3", "1/2"), ("1/4", "7"))
    return [
        {"algorithm": ALGORITHMS[(t + shift) % 5], "T": t, "G": sizes[t % 3][0], "D": sizes[t % 3][1]}
        for t in range(1, longest + 1)
        for shift in (0, 1)
    ]


# Fair signs


@functools.cache
def _fair_samples() -> tuple[Sample, ...]:
    """M is the expected sum of G eps_t x_t, w = E|S_T|."""
    made = []
    for game in games(9):
        found, paid, _ = sign_game(game, Fraction(0))
        values = {"G": Fraction(game["G"]), "D": Fraction(game["D"]), "M": paid, "w": mean_absolute_sum(game["T"])}
        made.append(Sample(values, found, {"T": game["T"]}))
    return tuple(made)


def _every_algorithm(subject: Subject) -> Finding:
    scope, statement = lower_claims.hindsight.domain, "E of the hindsight regret = (GD/2) E|S_T|"

    def proof() -> Finding:
        axes = (lower_bounds.SLOPE, lower_bounds.DIAMETER, Real("M"), Real("w", 0, None))
        d = Derivation(Domain(*axes), _fair_samples())
        G, D, M, w = (d[name] for name in ("G", "D", "M", "w"))
        left = d.expands("the best u is -D/2 times the sign of S_T", M + G * D * w / 2)
        none = "x_t is determined by the past (and by independent randomness): E[eps_t x_t] = 0"
        above = d.lemma(none, lemmas.TOWER, M, sympy.Integer(0))
        below = d.lemma(none, lemmas.TOWER, sympy.Integer(0), M)
        value = G * D * w / 2
        facts = [
            d.combine("no less", left, value, [(_ONE, above)]),
            d.combine("no more", -left, -value, [(_ONE, below)]),
            d.identity("that is the value", value, d.claimed(lower_bounds.hindsight_regret, G=G, D=D, w=w)),
            d.equal("the claimed value", lower_bounds.hindsight_regret, subject["regret"]),
        ]
        return d.conclude(facts, scope, statement)

    return derive(proof, scope, statement)


@functools.cache
def _walk_samples() -> tuple[Sample, ...]:
    made = []
    for t in range(1, 13):
        k = (t + 1) // 2
        values = {"k": Fraction(k), "j": Fraction(k), "u": fair_tie(k), "w": mean_absolute_sum(t)}
        sizes = {"G": Fraction(1), "D": Fraction(2), "s": Fraction(t)}
        made.append(Sample({**values, **sizes}, mean_absolute_sum(t), {"T": t}))
    return tuple(made)


def walk_numbers() -> Derivation:
    counts = [Integer("k", 1, None), Integer("j", 0, None), Integer("s", 1, None)]
    sizes = [lower_bounds.SLOPE, lower_bounds.DIAMETER]
    return Derivation(Domain(*counts, lower_bounds.TIE, Real("w", 0, None), *sizes), _walk_samples())


def _ratio_of_ties(d: Derivation) -> Fact:
    """C(2j+2, j+1)/(4 C(2j, j)) = (2j+1)/(2j+2)."""
    j = d["j"]
    quotient = (2 * j + 2) * (2 * j + 1) / (4 * (j + 1) ** 2)
    return d.identity("C(2j+2,j+1)/(4 C(2j,j)) is the ratio", quotient, d.claimed(lower_bounds.return_ratio, k=j))


def closed_walk(d: Derivation) -> tuple[Fact, Fact]:
    """w >= 2k u and 2k u >= w for w = E|S_T|, k = ceil(T/2)."""
    k, j, s, u, w = (d[name] for name in ("k", "j", "s", "u", "w"))
    apart = d.identity("|s+1| + |s-1| = 2|s| for whole s != 0; it is 2 for s = 0", (s + 1) + (s - 1), 2 * s)
    rise = d.deduce("E|S_{t+1}| - E|S_t| = Pr(S_t = 0): 0 for odd t, u_j for t = 2j", lemmas.TOWER, requires=[apart])
    ratio = _ratio_of_ties(d)
    step = d.identity(
        "2(j+1) u_{j+1} - 2j u_j = u_j",
        2 * (j + 1) * u * d.claimed(lower_bounds.return_ratio, k=j) - 2 * j * u,
        u,
    )
    needs = [rise, ratio, step]
    text = "E|S_T| = u_0 + ... + u_{k-1} = 2k u_k"
    return (
        d.lemma(text, lemmas.TERMWISE, w, 2 * k * u, requires=needs),
        d.lemma(text, lemmas.TERMWISE, 2 * k * u, w, requires=needs),
    )


def _walk(subject: Subject, role: str) -> Finding:
    scope, statement = lower_claims.hindsight.domain, "E|S_T| = 2k u_k" if role == "walk" else "the ratio of the u_k"

    def proof() -> Finding:
        d = walk_numbers()
        k, u = d["k"], d["u"]
        left = d.expands("E|S_T|", d["w"])
        more, less = closed_walk(d)
        assert left == more.left
        facts = [more, less, d.identity("the value", 2 * k * u, d.claimed(lower_bounds.mean_absolute, k=k, u=u))]
        exact = {"walk": lower_bounds.mean_absolute, "ratio": lower_bounds.return_ratio}[role]
        facts.append(d.equal(f"the claimed {role}", exact, subject[role]))
        return d.conclude(facts, scope, statement)

    return derive(proof, scope, statement)


def squared_ties(d: Derivation) -> tuple[Fact, Fact]:
    """k u_k^2 does not fall, (k+1/2) u_k^2 does not rise with k."""
    k = d["k"]
    ratio = d.claimed(lower_bounds.return_ratio, k=k)
    half = sympy.Rational(1, 2)
    return (
        d.nonnegative("(k+1) r_k^2 >= k", (k + 1) * ratio**2 - k),
        d.nonnegative("k + 1/2 >= (k+3/2) r_k^2", k + half - (k + 3 * half) * ratio**2),
    )


def _limit(subject: Subject) -> Finding:
    scope, statement = lower_claims.hindsight.domain, "E|S_T|/sqrt T between sqrt(2/pi) sqrt(T/(T+1)) and sqrt(2/pi)"

    def proof() -> Finding:
        d = walk_numbers()
        k, u = d["k"], d["u"]
        left = d.expands("E|S_T|", d["w"])
        more, less = closed_walk(d)
        rises, falls = squared_ties(d)
        ties = _ratio_of_ties(d)
        below = d.lemma("k u_k^2 rises to 1/pi", lemmas.WALLIS, 1 / sympy.pi, k * u**2, requires=[rises, ties])
        above = d.lemma(
            "(k+1/2) u_k^2 falls to 1/pi",
            lemmas.WALLIS,
            (k + sympy.Rational(1, 2)) * u**2,
            1 / sympy.pi,
            requires=[falls, ties],
        )
        square = sympy.Integer(2) / sympy.pi
        facts = [
            more,
            less,
            d.combine("(2k u)^2/(2k) <= 2/pi", square, (2 * k * u) ** 2 / (2 * k), [(sympy.Integer(2), below)]),
            d.combine("(2k u)^2 (2k+1)/(2k)^2 >= 2/pi", (2 * k + 1) * u**2, square, [(sympy.Integer(2), above)]),
            d.equal("the claimed limit", lower_bounds.walk_limit, subject["limit"]),
        ]
        assert left is not None
        return d.conclude(facts, scope, statement)

    return derive(proof, scope, statement)


@check("sea_omd.lower.hindsight", timeout=30)
def hindsight(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Enumerated algorithms and walks, then the tower property and two telescoping sums."""
    longest = 10 if effort.full else 7
    text = "E of the hindsight regret is the stated value"
    yield compared(subject, "regret", "hindsight_game", games(longest), ("==",), text).for_part("regret")
    lengths = [{"T": t} for t in range(1, 13)]
    yield compared(subject, "walk", "walk_mean", lengths, ("==",), "E|S_T|").for_part("walk")
    ties = [{"k": k} for k in range(6)]
    yield compared(subject, "ratio", "tie_ratio", ties, ("==",), "u_{k+1}/u_k").for_part("ratio")
    for side, wanted in (("below", ("<",)), ("above", (">",))):
        far = [{"T": t, "side": side} for t in (2, 120)]
        yield compared(subject, "limit", "walk_against_limit", far, wanted, f"from {side}").for_part("limit")
    yield _every_algorithm(subject).for_part("regret")
    for role in ("walk", "ratio"):
        yield _walk(subject, role).for_part(role)
    yield _limit(subject).for_part("limit")


# The majority of biased signs


def _majority(subject: Subject) -> Finding:
    scope, statement = lower_claims.majority.domain, "P_2k - P_2k+1 = (Delta/2) u_k (1 - Delta^2)^k"

    def sample(k: int, bias: Fraction) -> Sample:
        drop = majority_error(2 * k, bias) - majority_error(2 * k + 1, bias)
        tie = fair_tie(k) * (1 - bias**2) ** k
        return Sample({"k": Fraction(k), "Delta": bias, "u": fair_tie(k), "tie": tie}, drop, {})

    def proof() -> Finding:
        cases = [(k, bias) for k in range(6) for bias in (Fraction(1, 4), Fraction(2, 5), Fraction(0), Fraction(9, 10))]
        axes = (Integer("k", 0, None), lower_bounds.BIAS, lower_bounds.TIE, Real("tie", 0, 1))
        d = Derivation(Domain(*axes), [sample(*case) for case in cases])
        k, bias, u, tie = (d[name] for name in ("k", "Delta", "u", "tie"))
        up, down = (1 + bias) / 2, (1 - bias) / 2
        left = d.expands("only a tie of 2k votes is decided by the next one", tie * (sympy.Rational(1, 2) - down))
        product = d.identity("4 p q = 1 - Delta^2", 4 * up * down, 1 - bias**2)
        text = "Pr(S_2k = 0) = C(2k,k) (pq)^k = u (4pq)^k"
        more = d.lemma(text, lemmas.TOWER, tie, u * (1 - bias**2) ** k, requires=[product])
        less = d.lemma(text, lemmas.TOWER, u * (1 - bias**2) ** k, tie, requires=[product])
        value = d.claimed(lower_bounds.majority_drop, k=k, u=u, Delta=bias)
        even = d.identity(
            "P_2k+2 = P_2k+1: Pr(S = 1) q = Pr(S = -1) p, as p^(k+1) q^k q = p^k q^(k+1) p", up * down, down * up
        )
        facts = [
            even,
            d.combine("no less", left, value, [(bias / 2, more)]),
            d.combine("no more", -left, -value, [(bias / 2, less)]),
            d.equal("the claimed drop", lower_bounds.majority_drop, subject["drop"]),
        ]
        return d.conclude(facts, scope, statement)

    return derive(proof, scope, statement)


@check("sea_omd.lower.majority", timeout=30)
def majority(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Exact laws of the majority, then the one vote that decides a tie."""
    cases = [{"k": k, "Delta": bias} for k in (0, 1, 2, 5) for bias in ("1/4", "2/5", "9/10")]
    yield compared(subject, "drop", "majority_step", cases, ("==",), "P_2k - P_2k+1")
    yield _majority(subject)


# Noise and variation together


def _mixed_sample(case: dict[str, Any]) -> Sample:
    """w = E|S_T|; the left side is the expected hindsight regret, the same for every algorithm."""
    t = int(case["T"])
    k = (t + 1) // 2
    values = {"sigma": Fraction(case["sigma"]), "Sigma": Fraction(case["Sigma"]), "D": Fraction(case["D"])}
    with mpmath.workdps(60):
        left = mixed_game(case, {"bound": lambda **_: 0})[0]
        mean = 2 * left / real(case["D"])
        largest = max(real(case["sigma"]), real(case["Sigma"]) / mpmath.sqrt(2))
    walk = {"w": mean_absolute_sum(t), "u": fair_tie(k), "k": Fraction(k), "j": Fraction(k), "s": Fraction(t)}
    return Sample({**values, **walk, "T": Fraction(t), "G": Fraction(1), "E": mean, "L": largest}, left, {})


def _mixed(subject: Subject) -> Finding:
    scope, statement = lower_claims.sachs_lower_convex.domain, "E of the hindsight regret >= the stated bound"

    def proof() -> Finding:
        counts = [lower_bounds.HORIZON, Integer("k", 1, None), Integer("j", 0, None), Integer("s", 1, None)]
        reals = [Real(name, 0, None) for name in ("sigma", "Sigma", "w", "E", "L")]
        cases = [
            {"T": t, "sigma": a, "Sigma": b, "D": "3"}
            for t in (1, 2, 3, 6)
            for a, b in (("1", "0"), ("0", "2"), ("1", "7/5"))
        ]
        axes = Domain(*counts, *reals, lower_bounds.TIE, lower_bounds.SLOPE, lower_bounds.DIAMETER)
        d = Derivation(axes, [_mixed_sample(case) for case in cases])
        D, a, b, T, w, u, k, E = (d[name] for name in ("D", "sigma", "Sigma", "T", "w", "u", "k", "E"))
        left = d.expands("every algorithm pays (D/2) E|sigma A + Sigma/sqrt 2 B|, as for fair signs", D * E / 2)
        one = d.lemma("E|sigma A + Sigma/sqrt 2 B| >= sigma E|A|: B is centred given A", lemmas.JENSEN, E, a * w)
        two = d.lemma("and >= Sigma/sqrt 2 E|B|", lemmas.JENSEN, E, b / sympy.sqrt(2) * w)
        largest = d["L"]
        both = d.by_definition("L = max(sigma, Sigma/sqrt 2) is one of the two", E, largest * w)
        is_max = d.by_definition("and no smaller than either", largest, sympy.Max(a, b / sympy.sqrt(2)))
        more, _ = closed_walk(d)
        rises, _ = squared_ties(d)
        first = d.lemma("k u_k^2 >= u_1^2 = 1/4", lemmas.TERMWISE, k * u**2, sympy.Rational(1, 4), requires=[rises])
        even = d.by_definition("k = ceil(T/2) >= T/2", 2 * k, T)
        root = d.lemma(
            "hence E|S_T| = 2k u >= sqrt k >= sqrt(T/2)",
            lemmas.EXPONENTIAL_MONOTONE,
            w,
            sympy.sqrt(T / 2),
            requires=[first, even, more],
        )
        value = D / 2 * sympy.Max(a, b / sympy.sqrt(2)) * sympy.sqrt(T / 2)
        stated = d.claimed(lower_bounds.sachs_convex, D=D, sigma=a, Sigma=b, T=T)
        facts = [
            one,
            two,
            d.combine(
                "regret >= (D/2) max sqrt(T/2)",
                left,
                value,
                [(D / 2, both), (D / 2 * largest, root), (D / 2 * sympy.sqrt(T / 2), is_max)],
            ),
            d.identity("that is the bound", value, stated),
            d.at_least("the claimed bound is no larger", lower_bounds.sachs_convex, subject["bound"]),
        ]
        return d.conclude(facts, scope, statement)

    return derive(proof, scope, statement)


@check("sea_omd.sachs.lower_convex", timeout=30)
def sachs_lower_convex(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Exact laws of both sums of signs, then Jensen's inequality and the closed form of E|S_T|."""
    cases = [
        {"T": t, "sigma": a, "Sigma": b, "D": size}
        for t in (1, 2, 3, 8)
        for a, b in (("1", "0"), ("0", "1"), ("0", "3"), ("1", "7/5"), ("5", "1"))
        for size in ("1", "4")
    ]
    yield compared(subject, "bound", "mixed_game", cases, (">", "=="), "E of the hindsight regret >= the stated bound")
    yield _mixed(subject)
