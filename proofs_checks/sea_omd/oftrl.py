r"""Optimistic follow-the-regularised-leader on every path, and the sum of its self-tuned steps.

Attacks in balls, then inductions over rounds. Numbers at round t, with y and y' the minimisers before and after it
without the hint: P0 :math:`=\sum_{s<t}\langle g_s,x_s\rangle`, H0 and H1 the values at y and y' of
:math:`\langle\sum g,x\rangle+\|x\|^2/\eta` before and after the round; F0 :math:`=\langle\sum_{s<t}g_s,x_t\rangle`,
n :math:`=\|x_t\|^2`, hx :math:`=\langle M_t,x_t\rangle`, q :math:`=\langle g_t-M_t,x_t-y'\rangle`,
gy :math:`=\langle g_t-M_t,y'\rangle`; b, m, b0 the distances of x_t to y', to y, and of the round before; s the stride,
X0 the movement before; :math:`1/\eta_{t-1}=\nu/D^2+j`, :math:`1/\eta_t` is k larger; a, V0 and V as in the claims; Gu
:math:`=\langle\sum g,u\rangle`, uu :math:`=\|u\|^2`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy
from flint import ctx

from plumbline import witness
from plumbline.domain import Domain, Real
from plumbline.evidence import Finding, Witness
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import enumeration, instances
from proofs_checks.engines.derivation import Derivation, Fact, derive
from proofs_checks.sea_omd.convex_paths import Blocks
from proofs_checks.sea_omd.oftrl_samples import path_samples, with_left
from proofs_checks.sea_omd.smaller import no_smaller
from theory import lemmas
from theory.sea_omd import oftrl_bounds as bounds
from theory.sea_omd import oftrl_claims
from theory.sea_omd.convex_bounds import DIAMETER, GRADIENTS
from theory.sea_omd.definitions import paths

_ONE, _HALF = sympy.Integer(1), sympy.Rational(1, 2)


# Attacks


@dataclass(frozen=True)
class Case:
    """Slopes in blocks, in units of G, on an interval of length D with 0 in the middle or at its upper end."""

    blocks: tuple[tuple[tuple[Fraction | int, ...], int], ...]
    nu: Fraction
    D: Fraction = Fraction(1)
    G: Fraction = Fraction(1)
    centred: bool = True

    @property
    def domain(self) -> tuple[Fraction, Fraction]:
        return (-self.D / 2, self.D / 2) if self.centred else (-self.D, Fraction(0))

    @property
    def rounds(self) -> int:
        return sum(len(pattern) * count for pattern, count in self.blocks)

    def data(self, **more: Any) -> dict[str, Any]:
        """The case as data of a witness program."""
        slopes = [[[str(sign * self.G) for sign in pattern], count] for pattern, count in self.blocks]
        numbers = {name: str(getattr(self, name)) for name in ("D", "G", "nu")}
        return {"slopes": slopes, "domain": [*map(str, self.domain)], **numbers, **more}


def ramp(rounds: int, nu: Fraction) -> Case:
    """Slopes that drift from 0 to -1 in equal parts, then one jump to +1."""
    slopes = tuple(-Fraction(t, rounds) for t in range(1, rounds + 1))
    return Case(((slopes, 1), ((1,), 1)), nu)


_PAIR: Blocks = (((1, -1), 100),)
RAMP = ramp(1000, Fraction(1, 10))
ALTERNATING = (Case(_PAIR, Fraction(2)), Case(_PAIR, Fraction(1, 2), Fraction(3), Fraction(1, 2)))
CROSSING = (
    Case((((1,), 2002),), Fraction(1000), centred=False),
    Case((((1,), 802),), Fraction(600), Fraction(3), Fraction(1, 2), centred=False),
)


@functools.lru_cache(maxsize=32)
def _played(case: Case, bits: int) -> paths.Path:
    with enumeration.precision(bits):
        lo, hi = (enumeration.ball(end) for end in case.domain)
        slopes = [
            enumeration.ball(sign * case.G) for pattern, count in case.blocks for _ in range(count) for sign in pattern
        ]
        gradient, domain = paths.slopes_of(slopes), paths.Interval(lo, hi)
        return paths.optimistic_ftrl(gradient, len(slopes), enumeration.ball(case.nu), domain)


def attack(bound: Formula, cases: Sequence[Case], program: str, statement: str) -> Finding:
    """The left side of the program on every case against the bound, in balls."""
    names = [axis.name for axis in bound.variables]

    def sides(case: Case) -> tuple[Any, Any]:
        path = _played(case, ctx.prec)
        known: dict[str, Any] = {"D": case.D, "G": case.G, "nu": case.nu, "T": case.rounds}
        known |= {"V": enumeration.ball(path.variation), "X": enumeration.ball(path.movement)}
        known["S"] = enumeration.ball(path.spent)
        left = 3 * path.spent / 2 if program == "ftrl_steps" else path.hindsight_regret
        return left, bound.arb(ctx.prec, **{name: known[name] for name in names})

    def show(case: Case) -> Witness:
        data = case.data(reads=names, formulas={"bound": emit_standalone(bound)})
        return witness.make("sea_omd", program, data, statement)

    return enumeration.compare(
        cases, sides, wanted=("<", "=="), statement=statement, description="sequences of slopes", show=show
    )


# The sum of the steps

_SIGNED = ("P0", "H0", "H1", "F0", "hx", "q", "gy", "Gu")
_SIZES = ("n", "b", "m", "b0", "s", "X0", "j", "k", "a", "V0", "uu")


def derivation(steps_only: bool) -> Derivation:
    axes: list[Any] = [DIAMETER, GRADIENTS, bounds.REGULARISER]
    axes += [Real(name) for name in _SIGNED] + [Real(name, 0, None) for name in _SIZES]
    axes += [Real("V", 0, None, open_lo=True)]
    made = path_samples(24)
    return Derivation(
        Domain(*axes), [with_left(sample, "S", -Fraction(3, 2)) for sample in made] if steps_only else made
    )


def _sum_of_steps(d: Derivation) -> Fact:
    """(S0 + tau)^2 <= 2 D^2 (V0 + a) + B (S0 + tau), hence 3/2 (S0 + tau) <= 3 sqrt(2)/2 D sqrt(V) + 6 D^2 G^2/nu."""
    D, G, nu, a, V0, V = (d[name] for name in ("D", "G", "nu", "a", "V0", "V"))
    before = D**2 * (d["j"] + d["k"])
    tau = D**2 * a / (nu + before)
    cap, after = 4 * D**2 * G**2 / nu, before + tau
    left = d.expands("minus 3/2 of the sum", -sympy.Rational(3, 2) * after)
    held = d.by_definition("hypothesis: before the round", 2 * D**2 * V0 + cap * before, before**2)
    jump = d.lemma("a <= 4 G^2", lemmas.SEMINORM, 4 * G**2, a)
    spare = d.nonnegative("1/nu >= 1/(nu + S)", D**2 * a * before / (nu * (nu + before)))
    single = d.combine("eta a <= 4 D^2 G^2/nu", cap, tau, [(D**2 / nu, jump), (_ONE, spare)])
    shrunk = d.nonnegative("2 D^2 a - 2 S eta a = 2 nu eta a >= 0", 2 * nu * tau)
    found = d.combine(
        "after the round",
        2 * D**2 * (V0 + a) + cap * after,
        after**2,
        [(_ONE, held), (_ONE, shrunk), (tau, single)],
    )
    empty = d.nonnegative("before the first round both sides are 0", 0 * D)
    always = d.lemma(
        "after every round",
        lemmas.INDUCTION,
        2 * D**2 * (V0 + a) + cap * after,
        after**2,
        requires=[empty, found],
    )
    whole = d.by_definition("V = V0 + a, positive unless all gradients are 0", V, V0 + a)
    root = sympy.sqrt(2) * D * sympy.sqrt(V)
    mixed = d.nonnegative("B sqrt(2) D sqrt(V) >= 0", cap * root)
    share = sympy.Rational(3, 2) / (after + root)
    return d.combine(
        "the larger root of the quadratic is at most B + sqrt(2) D sqrt(V)",
        left,
        -sympy.Rational(3, 2) * (root + cap),
        [(share, always), (2 * D**2 * share, whole), (share, mixed)],
    )


def _steps_hold(subject: Subject, domain: Domain) -> Finding:
    statement = "3/2 of the steps' sum <= the claimed bound"

    def proof() -> Finding:
        d = derivation(True)
        fact = _sum_of_steps(d)
        own = d.claimed(bounds.steps, **{name: d[name] for name in ("D", "G", "nu", "V")})
        facts = [
            fact,
            d.identity("as stated", -fact.right, own),
            no_smaller(d, "the claimed bound is no smaller", bounds.steps, subject["bound"]),
        ]
        return d.conclude(facts, domain, statement)

    return derive(proof, domain, statement)


_FAR = (
    *tuple(
        {"kind": kind, "n": 10**14, "D": D, "G": G, "nu": nu}
        for D, G in (("1", "1"), ("3", "1/10"), ("1/10", "3"), ("1/4", "1/5"), ("7", "5"))
        for kind, nu in (("jump", "1/10000"), ("jump", "1/50000"), ("alternating", "1"), ("alternating", "5"))
    ),
    {"kind": "jump", "n": 10**14, "D": "1000000", "G": "1", "nu": "30"},
    {"kind": "alternating", "n": 10**14, "D": "1", "G": "1/100000000", "nu": "1/100000000"},
)


def _attack_far(bound: Formula) -> Finding:
    """Sequences too long to be played, whose sums are bounded from below in closed form."""
    source = {"bound": emit_standalone(bound)}
    return instances.compare(
        _FAR,
        lambda data: witness.make(
            "sea_omd", "ftrl_steps_far", {**data, "formulas": source}, "steps of a long sequence"
        ),
        wanted=("<", "=="),
        statement="3/2 of the steps' sum <= the claimed bound",
        description="long sequences",
    )


_STEP_CASES = (RAMP, *ALTERNATING, *CROSSING)


@check("sea_omd.sachs.oftrl_steps", timeout=30)
def steps(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """A slow drift with a jump and other sequences in balls, then an induction over rounds."""
    yield attack(subject["bound"], _STEP_CASES, "ftrl_steps", "3/2 of the steps' sum <= the claimed bound")
    yield _attack_far(subject["bound"])
    yield _steps_hold(subject, oftrl_claims.steps.domain)


@check("sea_omd.errata.oftrl_proof_constant", timeout=30)
def printed(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """The slow drift with a jump in balls; the derivation gives 6."""
    yield attack(subject["bound"], _STEP_CASES, "ftrl_steps", "3/2 of the steps' sum <= the claimed bound")
    yield _steps_hold(subject, oftrl_claims.printed.domain)


# Regret on every path


def potential(d: Derivation, retained: bool) -> tuple[Fact, Any]:
    """P <= H1 + (sum of the steps)/4 after the round, with 1/eta of the round.

    If b^2/eta is ``retained``: P + b^2/eta + kappa X <= H1 + (sum of the steps)/2.
    """
    D, nu, j, k, a = (d[name] for name in ("D", "nu", "j", "k", "a"))
    P0, H0, H1, F0, hx, q, gy = (d[name] for name in _SIGNED[:-1])
    n, b, m, b0, s, X0 = (d[name] for name in _SIZES[:6])
    kappa, w = nu / (2 * D**2), nu / D**2 + j
    inverse, before = w + k, D**2 * (j + k)
    tau, share = a / inverse, _HALF if retained else _HALF / 2
    above, below = H1 + share * (before + tau), P0 + hx + q + gy
    start = P0
    if retained:
        start += b0**2 * w + kappa * X0
        below += b**2 * inverse + kappa * (X0 + s**2)
    held = d.by_definition("hypothesis: before the round", H0 + share * before, start)
    old = d.by_definition("y minimises the old objective, strongly convex", F0 + n * w - m**2 * w, H0)
    new = d.by_definition(
        "x_t minimises with the hint, strongly convex", H1 - gy - b**2 * inverse, F0 + hx + n * inverse
    )
    terms = [(_ONE, held), (_ONE, old), (_ONE, new)]
    terms.append((_ONE, d.nonnegative("||x_t||^2 (1/eta_t - 1/eta_{t-1}) >= 0", n * k)))
    if retained:
        shift = d.by_definition("q <= sqrt(a) b and b <= eta sqrt(a)/2: stability", tau / 2, q)
        triangle = d.lemma("the stride is at most m + b0", lemmas.SEMINORM, m + b0, s)
        terms += [
            (_ONE, shift),
            (_ONE, d.nonnegative("(m^2 + b0^2) j >= 0", (m**2 + b0**2) * j)),
            (kappa, d.nonnegative("(m - b0)^2 >= 0", (m - b0) ** 2)),
            (kappa * (m + b0 + s), triangle),
        ]
    else:
        root = sympy.sqrt(a)
        cauchy = d.lemma("<g_t - M_t, x_t - y'> <= sqrt(a) b", lemmas.INNER_PRODUCT, root * b, q)
        square = d.nonnegative("(sqrt(a) eta/2 - b)^2 >= 0", (root / (2 * inverse) - b) ** 2)
        terms += [(_ONE, cauchy), (inverse, square), (w, d.nonnegative("m^2 >= 0", m**2))]
    found = d.combine("after the round", above, below, terms)
    empty = d.nonnegative("before the first round both sides are 0", 0 * D)
    return d.lemma("after every round", lemmas.INDUCTION, above, below, requires=[empty, found]), inverse


def _regret(d: Derivation) -> tuple[Fact, Any]:
    """minus the regret >= minus the bound, and the bound."""
    D, G, nu, V, Gu, uu = (d[name] for name in ("D", "G", "nu", "V", "Gu", "uu"))
    left = d.expands("minus the regret", Gu - (d["P0"] + d["hx"] + d["q"] + d["gy"]))
    always, inverse = potential(d, True)
    tau, before = d["a"] / inverse, D**2 * (d["j"] + d["k"])
    least = d.by_definition("y' minimises the new objective", Gu + uu * inverse, d["H1"])
    size = d.by_definition("||u|| <= D as 0 and u lie in the domain", D**2, uu)
    sums = d.by_definition(
        "the sum of the steps",
        d.claimed(bounds.steps, D=D, G=G, nu=nu, V=V),
        sympy.Rational(3, 2) * (before + tau),
    )
    signs = [d.nonnegative("b^2 >= 0", d["b"] ** 2), d.nonnegative("eta a >= 0", tau)]
    movement = d["X0"] + d["s"] ** 2
    bound = nu + 3 * sympy.sqrt(2) / 2 * D * sympy.sqrt(V) + 6 * D**2 * G**2 / nu - nu / (2 * D**2) * movement
    terms = [(_ONE, always), (inverse, signs[0]), (_ONE, least), (inverse, size), (_ONE, signs[1]), (_ONE, sums)]
    return d.combine("the bound", left, -bound, terms), (bound, movement)


def _every_path(subject: Subject, domain: Domain) -> Finding:
    statement = "regret <= the claimed bound on every path"

    def proof() -> Finding:
        d = derivation(False)
        fact, (bound, movement) = _regret(d)
        known = {name: d[name] for name in ("D", "G", "nu", "V")} | {"X": movement}
        facts = [
            fact,
            d.identity("as stated", bound, d.claimed(bounds.pathwise, **known)),
            no_smaller(d, "the claimed bound is no smaller", bounds.pathwise, subject["bound"]),
        ]
        return d.conclude(facts, domain, statement, rests_on=oftrl_rests)

    return derive(proof, domain, statement)


oftrl_rests = ("sea_omd.sachs.oftrl_steps", "sea_omd.lemma.prox", "sea_omd.lemma.stability")

_POINTS = (
    {"D": "2", "G": "1", "nu": "3", "V": "5", "X": "1"},
    {"D": "1/3", "G": "7", "nu": "1/2", "V": "1/40", "X": "1/1000"},
    {"D": "5", "G": "1/9", "nu": "9", "V": "40", "X": "300"},
    {"D": "1/4", "G": "1/3", "nu": "1/7", "V": "2000", "X": "1"},
)


def attack_sum(bound: Formula, points: Sequence[Mapping[str, str]], **more: str) -> Finding:
    """The stated bound against nu plus a share of the bound on the steps' sum, at exact points."""
    data = {**more, "reads": [axis.name for axis in bound.variables], "formulas": {"bound": emit_standalone(bound)}}
    return instances.compare(
        points,
        lambda point: witness.make("sea_omd", "ftrl_sum", {**data, "point": dict(point)}, "the sum of two bounds"),
        wanted=("==",),
        statement="the bound is nu plus the steps' share",
        description="exact points",
    )


def _value(subject: Subject, domain: Domain) -> Finding:
    """The stated bound is nu - nu X/(2 D^2) plus the bound of the steps, as an identity."""
    statement = "the bound is nu plus the steps' share"

    def proof() -> Finding:
        d = derivation(False)
        d.expands("minus the regret", d["Gu"] - (d["P0"] + d["hx"] + d["q"] + d["gy"]))
        D, G, nu, V, X = (d[name] for name in ("D", "G", "nu", "V", "X0"))
        steps = d.claimed(bounds.steps, D=D, G=G, nu=nu, V=V)
        stated = d.claimed(subject["bound"], D=D, G=G, nu=nu, V=V, X=X)
        return d.conclude([d.identity("the sum", nu + steps - nu / (2 * D**2) * X, stated)], domain, statement)

    return derive(proof, domain, statement)


@check("sea_omd.sachs.oftrl_pathwise", timeout=30)
def pathwise(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Crossings, alternation and a ramp in balls, then an induction over rounds."""
    cases, domain = (*CROSSING, *ALTERNATING, RAMP), oftrl_claims.pathwise.domain
    yield attack(subject["bound"], cases, "ftrl_regret", "regret <= the claimed bound").for_part("regret")
    yield attack_sum(subject["bound"], _POINTS, share="3/2").for_part("value")
    yield _every_path(subject, domain).for_part("regret")
    yield _value(subject, domain).for_part("value")
