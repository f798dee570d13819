r"""Worst cases of optimistic gradient descent with a constant step on R^d.

The regret :math:`\sum_t\langle g_t,x_t-u\rangle` and both constraints are linear in the Gram matrix of
:math:`(u-x_1,g_1,\dots,g_T)`, and every positive semidefinite matrix of size T + 1 is such a Gram matrix in dimension
T + 1: so the supremum over paths, comparators and all dimensions is the value of a semidefinite program. With two
constraints it has an optimal matrix of rank one (rank r needs r(r+1)/2 <= 2): the supremum is reached on a line.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import sympy

from plumbline import witness
from plumbline.domain import Domain, Integer, Real
from plumbline.evidence import Finding, Witness
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import instances, sdp
from proofs_checks.engines.derivation import Derivation, Expansion, Sample, derive, undecided
from theory.sea_omd import worst_case_claims as claims
from theory.sea_omd.worst_case_witnesses import constant_step_play

_TOLERANCE = Fraction(1, 10**6)
_ROUNDS = 20
_ONE = sympy.Integer(1)
_CASES = tuple(
    (Fraction(D), Fraction(v))
    for D, v in (("1", "1"), ("2", "1"), ("1", "2"), ("3", "2"), ("5", "3"), ("1/2", "1"), ("1/5", "1/2"), ("1", "1/3"))
)
"""D and the root of V."""
_SIZES = (1, 2, 3, 4)


# The semidefinite program


def program(rounds: int, eta: Fraction, hint: Fraction) -> sdp.SemidefiniteProgram:
    """max regret over Gram matrices of (u, g_1, ..., g_T) from x_1 = 0 with D = V = 1."""
    size = rounds + 1
    regret = []
    for t in range(1, size):
        gap = {0: Fraction(-1)} | dict.fromkeys(range(1, t), -eta)
        if t > 1:
            gap[t - 1] -= eta * hint
        regret.append((1, {t: 1}, gap))
    steps = [{t: 1} | ({t - 1: -1} if t > 1 else {}) for t in range(1, size)]
    distance = sdp.quadratic_form(size, [(1, {0: 1}, {0: 1})])
    variation = sdp.quadratic_form(size, [(1, step, step) for step in steps])
    return sdp.SemidefiniteProgram(sdp.quadratic_form(size, regret), [distance, variation], [1, 1])


def _root(weight: Fraction) -> Fraction:
    """A rational just below the square root."""
    return Fraction(mpmath.libmp.libintmath.isqrt(int(weight * 10**60)), 10**30)


def _path(problem: sdp.SemidefiniteProgram, solution: sdp.SDPSolution) -> dict[str, Any]:
    """A path on the line from a verified point: the best combination of the columns of its first two factors."""
    assert solution.point is not None
    factor = np.array([[float(x) for x in row[:2]] for row in solution.point.factor])
    forms = [np.array(matrix, dtype=float) for matrix in (problem.C, *problem.A_ub)]
    angles = np.linspace(0, np.pi, 20_001) if factor.shape[1] == 2 else np.zeros(1)
    lines = factor @ np.stack([np.cos(angles), np.sin(angles)][: factor.shape[1]])
    regret, distance, variation = (np.einsum("ik,ij,jk->k", lines, form, lines) for form in forms)
    best = lines[:, int(np.argmax(regret / np.maximum(distance, variation)))]
    rational = [Fraction(float(x)).limit_denominator(10**12) for x in best]
    size = max(sdp.inner(form, [[a * b for b in rational] for a in rational]) for form in problem.A_ub)
    scale = _root(1 / size)
    return {"u": str(scale * rational[0]), "slopes": [str(scale * g) for g in rational[1:]]}


def _shown(
    problem: sdp.SemidefiniteProgram, eta: Fraction, hint: Fraction, rounds: int, value: Fraction
) -> tuple[sdp.ShownBy, sdp.ShownBy]:
    """Witnesses that the worst case lies above, or below, the listed value by more than the tolerance."""
    data = {"eta": str(eta), "hint": str(hint), "rounds": rounds, "value": str(value), "tolerance": str(_TOLERANCE)}

    def above(solution: sdp.SDPSolution) -> Witness:
        note = "regret of a path on the line against the listed value"
        return witness.make("sea_omd", "constant_step_at", {**data, **_path(problem, solution)}, note)

    def below(solution: sdp.SDPSolution) -> Witness:
        assert solution.dual is not None
        multipliers = [str(value) for value in solution.dual.ub]
        note = "what two multipliers prove against the listed value"
        return witness.make("sea_omd", "constant_step_dual", {**data, "multipliers": multipliers}, note)

    return above, below


@check("sea_omd.convex.constant_step_values", timeout=60)
def constant_step_values(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """The semidefinite program for each listed step and number of rounds, from both sides."""
    for (step, rounds), text in subject["table"].items():
        eta, value, hint = Fraction(step), Fraction(text), subject["hint"]
        problem = program(rounds, eta, hint)
        above, below = _shown(problem, eta, hint, rounds, value)
        yield sdp.prove_supremum(
            problem,
            value,
            _TOLERANCE,
            claims.constant_step_values.domain,
            f"worst-case regret at step {step} over {rounds} rounds is {text} up to 1e-6",
            above=above,
            below=below,
        ).for_part(f"step {step}, {rounds} rounds")


# Attacks by paths on a line


def _paths(v: Fraction) -> list[list[Fraction]]:
    """Slopes with sum of squared differences v^2: one round, a late one, two, and a weak start."""
    shapes = [[v], [Fraction(0)] * 3 + [v], [v * 3 / 5, v * 7 / 5]]
    for k in (10, 40, 150, 500):
        first, jump = Fraction(2 * k, k * k + 1), Fraction(k * k - 1, k * k + 1)
        shapes += [[first * v, (first + jump) * v], [-first * v, (jump - first) * v]]
    return shapes


def _data(D: Fraction, v: Fraction, **more: Any) -> list[dict[str, Any]]:
    """The paths at distance D and variation v^2."""
    common = {"D": str(D), "V": str(v * v), "u": str(-D), **more}
    return [{**common, "slopes": [str(g) for g in slopes]} for slopes in _paths(v)]


def _attack(
    cases: Sequence[dict[str, Any]], wanted: Sequence[str], statement: str, played: str = "constant_step_regret"
) -> Finding:
    return instances.compare(
        cases,
        lambda data: witness.make("sea_omd", played, data, statement),
        wanted=tuple(wanted),
        statement=statement,
        description="paths on a line",
    )


# The regret identity


def _play(draw: random.Random, rounds: int, dimension: int, hint: Fraction) -> dict[str, Any]:
    """A random path, and the numbers of the identity, in rationals."""

    def vector() -> list[Fraction]:
        return [Fraction(draw.randint(-6, 6), draw.randint(1, 5)) for _ in range(dimension)]

    eta, u, zero = Fraction(draw.randint(1, 9), draw.randint(1, 9)), vector(), [Fraction(0)] * dimension
    lazy, last = zero, zero
    found: dict[str, Any] = dict.fromkeys(("R", "A", "B"), Fraction(0))
    for _ in range(rounds):
        g = vector()
        x = [z - eta * hint * m for z, m in zip(lazy, last, strict=True)]
        found["R"] += sum((a * (b - c) for a, b, c in zip(g, x, u, strict=True)), Fraction(0))
        found["A"] += sum(((a - b) ** 2 for a, b in zip(g, last, strict=True)), Fraction(0))
        found["B"] += sum((b * b for b in last), Fraction(0))
        lazy, last = [z - eta * a for z, a in zip(lazy, g, strict=True)], g
    found["p"] = sum(c * c for c in u)
    found["q"] = sum((c - z) ** 2 for c, z in zip(u, lazy, strict=True))
    return {**found, "eta": eta}


@functools.cache
def _samples(hint: Fraction, tuned: bool) -> list[Sample]:
    """Random paths; D^2 and V at or a little above what the path needs."""
    draw, made = random.Random(5), []
    for k in range(14):
        rounds = 1 + k
        found = _play(draw, rounds, 1 + k % 3, hint)
        left = found.pop("R")
        with mpmath.workdps(60):
            V = found["A"] * Fraction(9 + k % 3, 9) + Fraction(k % 2, 7) + Fraction(1, 50)
            most = found["p"] * Fraction(8 + k % 4, 8) + Fraction(1, 90)
            D = mpmath.sqrt(mpmath.mpf(most.numerator) / most.denominator)
            if tuned:  # the step of the sample is D / sqrt V: choose V for it
                eta = mpmath.mpf(found["eta"].numerator) / found["eta"].denominator
                least = mpmath.sqrt(mpmath.mpf(found["A"].numerator) / found["A"].denominator + mpmath.mpf(1) / 9)
                D = max(D, eta * least)
                values = {**found, "D": D, "V": (D / eta) ** 2}
            else:
                values = {**found, "D": D, "V": V}
        made.append(Sample(values, left, {"T": rounds}))
    return made


@functools.cache
def _expansions(hint: Fraction) -> tuple[Expansion, ...]:
    """The identity for the first numbers of rounds on a line (all its terms are sums over coordinates)."""
    made = []
    for rounds in _SIZES:
        eta, u = sympy.Symbol("eta", real=True), sympy.Symbol("u", real=True)
        slopes = [sympy.Symbol(f"g{t}", real=True) for t in range(1, rounds + 1)]
        lazy = last = regret = variation = energy = sympy.Integer(0)
        for g in slopes:
            regret += g * (lazy - eta * sympy.Rational(hint) * last - u)
            variation, energy = variation + (g - last) ** 2, energy + last**2
            lazy, last = lazy - eta * g, g
        values = {"p": u**2, "q": (u - lazy) ** 2, "A": variation, "B": energy}
        axes = [Real("eta", 0, None, open_lo=True), Real("u"), *(Real(g.name) for g in slopes)]
        made.append(Expansion(rounds, Domain(*axes), regret, values))
    return tuple(made)


def _identity(subject: Subject, tuned: bool) -> tuple[Derivation, Any]:
    """p = |u - x_1|^2, q = |u - xhat_{T+1}|^2, A = sum |g_t - g_{t-1}|^2, B = sum |g_{t-1}|^2; R is the left side."""
    squares = [Real(name, 0, None) for name in ("p", "q", "A", "B")]
    own = [Real(name, 0, None, open_lo=True) for name in ("eta", "D", "V")]
    d = Derivation(Domain(*own, *squares), _samples(subject["hint"], tuned))
    p, q, A, B, eta = (d[name] for name in ("p", "q", "A", "B", "eta"))
    left = d.expands(
        "R = (p - q)/(2 eta) + (eta/2)(A - B)",
        (p - q) / (2 * eta) + eta / 2 * (A - B),
        sizes=_expansions(subject["hint"]),
    )
    return d, left


def _upper(subject: Subject) -> Finding:
    scope, statement = claims.any_step.domain, "regret <= D^2/(2 eta) + eta V/2"

    def proof() -> Finding:
        d, left = _identity(subject, tuned=False)
        p, q, A, B, eta, D, V = (d[name] for name in ("p", "q", "A", "B", "eta", "D", "V"))
        near = d.by_definition("|u - x_1| <= D", D**2, p)
        small = d.by_definition("the variation is at most V", V, A)
        signs = [d.nonnegative(f"{name} >= 0", value) for name, value in (("q", q), ("B", B))]
        bound = d.claimed(subject["bound"], D=D, eta=eta, V=V)
        weights = [1 / (2 * eta), eta / 2, 1 / (2 * eta), eta / 2]
        terms = list(zip(weights, (near, small, *signs), strict=True))
        fact = d.combine("a sum of squares", bound, left, terms)
        return d.conclude([fact], scope, statement)

    return derive(proof, scope, statement)


@check("sea_omd.convex.constant_step_bound", timeout=30)
def any_step(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Paths on a line at and near the tuned step; then the sum of squares for every path."""
    more = {"at": ["D", "eta", "V"], "formulas": {"bound": emit_standalone(subject["bound"])}}
    cases: list[dict[str, Any]] = []
    for factor in (Fraction(1), Fraction(19, 20), Fraction(21, 20), Fraction(1, 2), Fraction(2)):
        for D, v in _CASES:
            cases += _data(D, v, eta=str(factor * D / v), hint=str(subject["hint"]), **more)
    yield _attack(cases, ("<", "=="), "regret <= D^2/(2 eta) + eta V/2")
    yield _upper(subject)


# The tuned step


def value_at(formula: Formula, **at: int) -> Fraction | None:
    """The formula at integers where it is rational there."""
    value = sympy.sympify(formula.at(**at))
    return Fraction(int(value.p), int(value.q)) if value.is_Rational else None


def _tuned_upper(subject: Subject) -> Finding:
    scope, statement = claims.constant_step.domain, "regret <= D sqrt V"

    def proof() -> Finding:
        d, left = _identity(subject, tuned=True)
        p, q, A, B, eta, D, V = (d[name] for name in ("p", "q", "A", "B", "eta", "D", "V"))
        root = sympy.sqrt(V)
        step = d.claimed(subject["step"], D=D, V=V)
        near = d.by_definition("|u - x_1| <= D", D**2, p)
        small = d.by_definition("the variation is at most V", V, A)
        chosen = d.by_definition("the step is the claimed one", step, eta)
        also = d.by_definition("and no smaller", eta, step)
        tuned = d.identity("it is D/sqrt V", step, D / root)
        signs = [d.nonnegative(f"{name} >= 0", value) for name, value in (("q", q), ("B", B))]
        weights = [1 / (2 * eta), eta / 2, 1 / (2 * eta), eta / 2]
        bound = d.combine(
            "D^2/(2 eta) + eta V/2 exceeds the regret by a sum of squares",
            D**2 / (2 * eta) + eta * V / 2,
            left,
            list(zip(weights, (near, small, *signs), strict=True)),
        )
        value = d.claimed(subject["value"], D=D, V=V)
        # D sqrt V - D^2/(2 eta) - eta V/2 = (step - eta)(D sqrt V/(2 eta)) + (eta - step) V/2 with step = D/sqrt V
        fact = d.combine(
            "which is D sqrt V at this step",
            value,
            left,
            [(_ONE, bound), (D * root / (2 * eta), also), (V / 2, chosen)],
        )
        return d.conclude([tuned, fact], scope, statement)

    return derive(proof, scope, statement)


def _attained(subject: Subject) -> Finding:
    """g_1 = ... = g_{T-1} = 0 and |g_T| = sqrt V: x_T = x_1 whatever the step, regret <g_T, x_1 - u>."""
    scope, statement = claims.constant_step.domain, "some path has regret D sqrt V"

    def proof() -> Finding:
        made = []
        for rounds in range(1, 12):
            for D, v in ((1, 1), (2, 3), (Fraction(5, 7), Fraction(1, 3))):
                play: dict[str, Any] = {
                    "eta": str(Fraction(D) / v),
                    "hint": str(subject["hint"]),
                    "u": str(-Fraction(D)),
                }
                play["slopes"] = [*["0"] * (rounds - 1), str(v)]
                left, variation = constant_step_play(play)
                made.append(Sample({"D": Fraction(D), "V": variation}, left, {"T": rounds}))
        positive = [Real(name, 0, None, open_lo=True) for name in ("D", "V")]
        d = Derivation(Domain(*positive), made)
        D, V = d["D"], d["V"]
        left = d.expands("<g_T, x_1 - u> = sqrt V D", D * sympy.sqrt(V))
        same = d.identity("this is the value", left, d.claimed(subject["value"], D=D, V=V))
        return d.conclude([same], scope, statement)

    return derive(proof, scope, statement)


def _met(problem: sdp.SemidefiniteProgram, *, margin: float = 0.0, ray: bool = False) -> sdp.Guess:
    """The multipliers 1/2, 1/2 and the late path, as a guess that the engine verifies."""
    line = np.zeros(problem.size)
    line[0], line[-1] = -1, 1
    return sdp.Guess("known", np.full(2, 0.5), np.zeros(0), np.outer(line, line), 1.0)


def _certified(subject: Subject, rounds: int, solver: sdp.Solver) -> Finding:
    """The semidefinite program at D = V = 1 has the claimed value exactly."""
    one = [Real(name, 1, 1) for name in ("D", "V")]
    value, eta = (value_at(subject[role], D=1, V=1) for role in ("value", "step"))
    scope = claims.constant_step.domain.restrict(Integer("T", rounds, rounds), *one)
    statement = f"the value over {rounds} rounds is {value}"
    if value is None or eta is None:
        return undecided(scope, statement, "step and value are not rational at D = V = 1")
    return sdp.prove_supremum(program(rounds, eta, subject["hint"]), value, 0, scope, statement, solver=solver)


@check("sea_omd.convex.constant_step", timeout=60)
def constant_step(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Paths on a line; the sum of squares and the path that meets it; the semidefinite program for T = 1..20."""
    formulas = {"bound": emit_standalone(subject["value"]), "step": emit_standalone(subject["step"])}
    data: list[dict[str, Any]] = []
    for D, v in _CASES:
        data += _data(D, v, hint=str(subject["hint"]), formulas=formulas)
    yield _attack(data, ("<", "=="), "regret <= D sqrt V", "tuned_step_regret").for_part("upper")
    late = [entry for entry in data if all(g == "0" for g in entry["slopes"][:-1])]
    yield _attack(late, ("==",), "regret of the late path = D sqrt V", "tuned_step_regret").for_part("attained")
    yield _tuned_upper(subject).for_part("upper")
    yield _attained(subject).for_part("attained")
    for rounds in range(1, _ROUNDS + 1):
        found = _certified(subject, rounds, sdp.clarabel if effort.full or rounds <= 2 else _met)
        yield found.for_part("upper")
        yield found.for_part("attained")
