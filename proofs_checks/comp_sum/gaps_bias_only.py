"""Score vectors that do not depend on the input: closed forms of risk and gaps, and where noise breaks monotonicity."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import mpmath
import sympy
import torch

from plumbline import witness
from plumbline.domain import Domain, Instances, Real
from plumbline.evidence import Finding, Witness
from plumbline.formula import emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.comp_sum.gap_samples import finite_instances
from proofs_checks.comp_sum.transformations import dirichlet
from proofs_checks.engines import instances, search
from proofs_checks.engines.derivation import Derivation, Sample, StepFailed, derive
from theory import lemmas
from theory.comp_sum import bounds, definitions, gap_bounds, gap_claims, gap_witnesses
from theory.comp_sum.witnesses import real

_DIGITS = 60
_PAPER = "comp_sum"
_PLAN = search.Effort(samples=600, parents=4, rounds=3, children=6, confirmations=4)
_ONE = Real("tau", 1, 1, latex=r"\tau")
_PIECES: dict[str, Real] = {
    "below_one": bounds.TAU_BELOW_ONE,
    "entropy": _ONE,
    "one_to_two": bounds.TAU_ONE_TO_TWO,
    "from_two": bounds.TAU_FROM_TWO,
}
_FUNCTIONAL = {"below_one": "N", "one_to_two": "N", "entropy": "H", "from_two": "P"}
_TAUS = {
    "below_one": ("0", "1/2"),
    "entropy": ("1",),
    "one_to_two": ("3/2", "17/10"),
    "from_two": ("2", "3"),
}
_NAMED = [
    ([0.5, 0.5, 0.0], [[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [1.0, 0.0, 0.0]]),
    ([0.5, 0.5, 0.0], [[0.9, 0.1, 0.0], [0.1, 0.9, 0.0], [1.0, 0.0, 0.0]]),
    ([0.25, 0.25, 0.5], [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
]


def _sources(subject: Subject, role: str, piece: str) -> dict[str, str]:
    sources = {"value": emit_standalone(subject[role])}
    return sources | ({"exponent": emit_standalone(subject["exponent"])} if _FUNCTIONAL[piece] == "N" else {})


def _confirmed(program: str, piece: str, tau: str, sources: dict[str, str]) -> Callable[[Any], Witness | None]:
    def confirm(instance: Any) -> Witness | None:
        data = {
            "weights": [str(x) for x in search.exact_distribution(instance["weights"], 20)],
            "laws": [[str(x) for x in search.exact_distribution(law, 20)] for law in instance["laws"]],
            "tau": tau,
            "functional": _FUNCTIONAL[piece],
            "formulas": sources,
        }
        found = witness.make(_PAPER, program, data, "from the definition against the closed form")
        return None if found.relation == "==" else found

    return confirm


def _functional(p: torch.Tensor, piece: str, r: float | None) -> torch.Tensor:
    if r is not None:
        return torch.where(p > 0, p.clamp_min(1e-300) ** r, torch.zeros_like(p)).sum(-1) ** (1 / r)
    return p.amax(-1) if _FUNCTIONAL[piece] == "P" else -torch.special.xlogy(p, p).sum(-1)


def _gap_slack(subject: Subject, piece: str, tau: str) -> Callable[[Any], torch.Tensor]:
    """Minus the distance between gap (from the definition) and closed form."""
    value, number, kind = subject[f"gap_{piece}"], Fraction(tau), _FUNCTIONAL[piece]
    r = float(subject["exponent"].mpmath(tau=number)) if kind == "N" else None

    def slack(batch: Any) -> torch.Tensor:
        weights, laws = batch["weights"], batch["laws"]
        mean = (weights[..., None] * laws).sum(-2)
        least = (weights * definitions.bayes_risk(laws, float(number))).sum(-1)
        found = {
            f"{kind}_mean": (weights * _functional(laws, piece, r)).sum(-1),
            f"{kind}_bar": _functional(mean, piece, r),
        }
        for name, values in found.items():
            axis = value.domain[name]
            found[name] = values.clamp(float(axis.lo), float("inf") if axis.hi is None else float(axis.hi))
        if kind != "H":
            found["tau"] = torch.full_like(least, float(number))
        return -(definitions.bayes_risk(mean, float(number)) - least - value.torch(**found)).abs()

    return slack


def _attack_gap(subject: Subject, piece: str, tau: str, effort: Effort) -> Finding:
    """Three inputs, three labels: the gap from the definition against the closed form."""

    def sample(generator: torch.Generator, count: int) -> Any:
        laws = dirichlet(3, generator, 3 * count).reshape(count, 3, 3)
        return {"weights": dirichlet(3, generator, count), "laws": laws}

    def candidates() -> Any:
        weights, laws = (torch.tensor([entry[i] for entry in _NAMED], dtype=torch.float64) for i in (0, 1))
        return {"weights": weights, "laws": laws}

    problem = search.Problem(
        sample=sample,
        candidates=candidates,
        slack=_gap_slack(subject, piece, tau),
        confirm=_confirmed("bias_only_gap", piece, tau, _sources(subject, f"gap_{piece}", piece)),
        project=search.simplex,
    )
    scope = Instances(1, f"tau = {tau}, three inputs and three labels")
    return search.attack(
        problem, effort=_PLAN, seed=effort.seed, scope=scope, statement=f"gap = closed form, tau = {tau}"
    )


def _compared(subject: Subject, program: str, role: str, piece: str) -> Finding:
    """Risk or zero-one gap of exact instances against the closed form, at 50 digits."""
    formulas = _sources(subject, role, piece)
    entries = [
        {**data, "tau": _TAUS[piece][index % len(_TAUS[piece])], "functional": _FUNCTIONAL[piece], "formulas": formulas}
        for index, data in enumerate(finite_instances(6))
    ]
    return instances.compare(
        entries,
        lambda data: witness.make(_PAPER, program, data, "from the definition against the closed form"),
        wanted=("==",),
        statement=f"{role} = closed form",
        description="finite inputs",
    )


def _attacks(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """The exact instances first, then the searches."""
    yield _compared(subject, "bias_only_zero_one", "zero_one", "from_two").for_part("zero_one")
    for piece in _PIECES:
        if piece != "entropy":
            yield _compared(subject, "bias_only_risk", f"risk_{piece}", piece).for_part("risk")
        yield _compared(subject, "bias_only_gap", f"gap_{piece}", piece).for_part("gap")
    for piece, taus in _TAUS.items():
        for tau in taus if effort.full else taus[:1]:
            yield _attack_gap(subject, piece, tau, effort).for_part("gap")


def _samples(piece: str, part: str) -> list[Sample]:
    made = []
    for index, data in enumerate(finite_instances(12)):
        tau = Fraction(_TAUS[piece][index % len(_TAUS[piece])])
        kind = "P" if part == "zero_one" else _FUNCTIONAL[piece]
        exact = {"exponent": gap_bounds.norm_exponent.mpmath}
        numbers = gap_witnesses.aggregates({**data, "tau": tau, "functional": kind}, exact)
        if part == "zero_one":
            left = real(gap_witnesses.zero_one_gap(data))
        else:
            left = (gap_witnesses.gap if part == "gap" else gap_witnesses.best_in_class)(data, tau)
        made.append(Sample({**numbers, "tau": tau}, left, {"n": len(data["laws"][0])}))
    return made


def _value(part: str, kind: str, mean: Any, bar: Any, tau: Any) -> Any:
    """What the least risk C*(p) = (1 - N(p))/(tau-1), H(p) or (1 - P(p))/(tau-1) makes of risk and gap."""
    if part == "zero_one":
        return (1 - bar) - (1 - mean)
    if kind == "H":
        return bar if part == "risk" else bar - mean
    least = (1 - bar) / (tau - 1)
    return least if part == "risk" else least - (1 - mean) / (tau - 1)


def _derivation(subject: Subject, piece: str, part: str) -> Finding:
    scope = gap_claims.bias_only.domain.restrict(_PIECES[piece])
    statement = f"{part.replace('_', '-')} of score vectors that do not depend on x = closed form"
    kind = "P" if part == "zero_one" else _FUNCTIONAL[piece]

    def proof() -> Finding:
        role = part if part == "zero_one" else f"{part}_{piece}"
        source = gap_bounds.gap_zero_one if part == "zero_one" else getattr(gap_bounds, f"gap_{piece}")
        axes = [source.domain[f"{kind}_mean"], source.domain[f"{kind}_bar"], _PIECES[piece]]
        with mpmath.workdps(_DIGITS):
            d = Derivation(Domain(*axes), _samples(piece, part))
        mean, bar, tau = d[f"{kind}_mean"], d[f"{kind}_bar"], d["tau"]
        facts = []
        linear = d.deduce(
            "the risk of one score vector is linear in the law: E[C(p_x, s)] = C(p_bar, s), so R*(H) = C*(p_bar)",
            lemmas.INFIMUM,
            requires=[],
        )
        derived = d.expands(
            "insert the least conditional risk of p_bar and of each p_x", _value(part, kind, mean, bar, tau)
        )
        if part != "risk" or kind != "H":
            known = {f"{kind}_mean": mean, f"{kind}_bar": bar, "tau": tau}
            claimed = d.claimed(subject[role], **{axis.name: known[axis.name] for axis in subject[role].variables})
            facts.append(d.identity("this is the claimed closed form", derived, claimed))
        if kind == "N":
            facts.append(d.equal("the claimed exponent is 1/(2 - tau)", gap_bounds.norm_exponent, subject["exponent"]))
        return d.conclude([linear, *facts], scope, statement, rests_on=("comp_sum.bayes_risk.complete",))

    return derive(proof, scope, statement)


@check("comp_sum.gap.bias_only", timeout=60)
def bias_only(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Search for instances that part from the closed forms; then the identities for every n, tau and D."""
    yield from _attacks(subject, effort)
    for piece in _PIECES:
        for part in ("risk", "gap", "zero_one"):
            yield _derivation(subject, piece, part).for_part(part)


# Label noise


def _attack_noise(subject: Subject) -> Iterator[Finding]:
    """The two closed forms against the definition, the exact witness at e = 1/10, and the order on a grid."""
    levels = [Fraction(level) for level in ("0.05309", "3/50", "1/10", "1/4", "49/100")]
    low, high = subject["taus"]
    pairs = [*((e, low, high) for e in levels), (Fraction(1, 10), Fraction(1), Fraction(3, 2))]
    shape = {"weights": ["1/2", "1/2"]}
    entries = [
        {**shape, "laws": [[str(1 - e), str(e)], [str(e), str(1 - e)]], "tau": str(a), "larger_tau": str(b)}
        for e, a, b in pairs
    ]
    yield instances.compare(
        entries,
        lambda data: witness.make(_PAPER, "gap_pair", data, "the gap at tau against the gap at a larger tau"),
        wanted=("<",),
        statement="M at the smaller tau < M at the larger",
        description="noise levels",
    )
    for role, tau in zip(("low", "high"), subject["taus"], strict=True):
        formulas = {"value": emit_standalone(subject[role])}
        yield instances.compare(
            [{"e": str(e), "tau": str(tau), "formulas": formulas} for e in levels],
            lambda data: witness.make(_PAPER, "noisy_gap", data, "the gap from its definition and its closed form"),
            wanted=("==",),
            statement=f"gap at tau = {tau} = closed form",
            description="noise levels",
        )


def _exact(tau: Fraction) -> Any:
    return sympy.Rational(tau.numerator, tau.denominator)


def _noisy_gap(e: Any, tau: Fraction) -> tuple[Any, Any]:
    """The gap at noise e with the norm of (1/2, 1/2) written as 2^(1-tau), and that norm from its definition."""
    t = _exact(tau)
    r = 1 / (2 - t)
    even = (2 * sympy.Rational(1, 2) ** r) ** (2 - t)
    return (((1 - e) ** r + e**r) ** (2 - t) - 2 ** (1 - t)) / (t - 1), even


def _noise(subject: Subject) -> Finding:
    scope = gap_claims.noisy.domain
    low, high = subject["taus"]
    statement = f"M at tau = {low} < M at tau = {high}"
    (axis,) = scope.ranges

    def proof() -> Finding:
        levels = [Fraction(level) for level in ("0.05309", "3/50", "1/10", "1/4", "49/100")]
        with mpmath.workdps(_DIGITS):
            made = []
            for e in levels:
                instance = {"weights": ["1/2", "1/2"], "laws": [[1 - e, e], [e, 1 - e]]}
                rise = gap_witnesses.gap(instance, high) - gap_witnesses.gap(instance, low)
                made.append(Sample({"e": e}, rise, {}))
            d = Derivation(Domain(axis), made)
        closed, facts = {}, []
        for role, tau in (("low", low), ("high", high)):
            closed[role], even = _noisy_gap(d["e"], tau)
            facts.append(d.identity(f"norm of (1/2, 1/2) at tau = {tau}", even, 2 ** (1 - _exact(tau))))
            if d.claimed(subject[role], e=d["e"]) != closed[role]:
                raise StepFailed(f"the claimed form at tau = {tau} is not {closed[role]}")
        d.expands("both inputs have the same norm, the mean law is (1/2, 1/2)", closed["high"] - closed["low"])
        above = d.enclosed("the gap rises", closed["high"], closed["low"], strict=True)
        return d.conclude([*facts, above], scope, statement, rests_on=("comp_sum.gap.bias_only",))

    return derive(proof, scope, statement)


@check("comp_sum.gap.monotone_tau_noisy", timeout=30)
def noisy(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Closed forms and order from the definition; then the order on the whole range of the noise in balls."""
    yield from _attack_noise(subject)
    yield _noise(subject)
