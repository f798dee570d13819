"""Left sides written out from the definition for a few labels: proved, wrong ones refused, tied to the samples."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import mpmath
import pytest
import sympy

from plumbline.domain import Domain, Real
from plumbline.errors import InputError
from plumbline.evidence import Finding, Verdict
from plumbline.formula import Formula
from proofs_checks.comp_sum import bayes, expansions, h_consistency, mae, pools_from_two, published, three_halves
from proofs_checks.comp_sum.samples import Conditional, conditionals
from proofs_checks.engines import facts
from proofs_checks.engines.derivation import Derivation, Expansion, Sample, StepFailed
from theory.comp_sum import bounds, claims, sharp_claims

_DIGITS = 50
_PIECES = tuple(bayes._PIECES)
_RISK, _HALVES, _POOLS = claims.bayes_risk.subject, sharp_claims.le_three_halves.subject, sharp_claims.gt_two.subject


def _pointwise(proof: Any, claim: Any, exact: Formula) -> Callable[[], Finding]:
    return lambda: h_consistency._derivation(proof, exact, claim.subject["T"], claim.domain, lifted=False)


DERIVATIONS: dict[str, Callable[[], Finding]] = {
    "sumexp": _pointwise(h_consistency._sumexp_pointwise, claims.sumexp, bounds.transform_sumexp),
    "logistic": _pointwise(h_consistency._logistic_pointwise, claims.logistic, bounds.transform_logistic),
    **{f"bayes lower {piece}": functools.partial(bayes._lower, _RISK, piece) for piece in _PIECES},
    **{f"bayes attained {piece}": functools.partial(bayes._attained, _RISK, piece) for piece in _PIECES},
    "entropy lower": functools.partial(bayes._entropy, False),
    "entropy attained": functools.partial(bayes._entropy, True),
    "gce": lambda: published._gce_derivation(sharp_claims.gce.subject["T"]),
    "linear": lambda: published._linear_derivation(sharp_claims.mae.subject["T"]),
    "three halves below one": functools.partial(three_halves._lower, _HALVES, "below_one"),
    "three halves above one": functools.partial(three_halves._lower, _HALVES, "above_one"),
    "pools lower": functools.partial(pools_from_two._lower, _POOLS),
    "pools slope": functools.partial(pools_from_two._slope, _POOLS),
    "mae lower": functools.partial(mae._lower, claims.sharp_mae.subject),
}


@dataclasses.dataclass(frozen=True)
class Step:
    """One call of ``expands``: the derivation, what it said, and at which sizes it was written out."""

    derivation: Derivation
    expression: Any
    sizes: Sequence[Expansion]


@functools.cache
def _run(name: str) -> tuple[Finding, tuple[Step, ...]]:
    """The derivation's finding and its expansions."""
    steps: list[Step] = []
    original = Derivation.expands

    def spy(self: Derivation, label: str, expression: Any, *, sizes: Sequence[Expansion] = ()) -> Any:
        steps.append(Step(self, sympy.sympify(expression), sizes))
        return original(self, label, expression, sizes=sizes)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Derivation, "expands", spy)
        found = DERIVATIONS[name]()
    return found, tuple(steps)


@pytest.mark.parametrize("name", DERIVATIONS)
def test_the_certificate_says_at_which_sizes_the_expansion_is_proved(name: str) -> None:
    found, steps = _run(name)
    assert found.verdict is Verdict.HOLDS, found.reason
    assert found.certificate is not None and steps
    said = [step["by"] for step in found.certificate["steps"] if step["left"] == "left side"]
    tried = f"tried at {len(steps[0].derivation.samples)} samples"
    assert said == [f"definition, identity at n = 2, 3, 4; {tried}"] * len(steps)
    written = found.certificate["expansions"]
    assert len(written) == sum(len(step.sizes) for step in steps) and {entry["n"] for entry in written} == {2, 3, 4}
    assert all(entry["kind"] == "identity" and entry["pieces"] for entry in written)


def _wrong(expression: Any, numbers: Sequence[str]) -> Iterator[Any]:
    """A number off by 1e-20 of itself; a term of a sum left out."""
    tiny = 1 + sympy.Rational(1, 10**20)
    for symbol in sorted(expression.free_symbols, key=str):
        if symbol.name in numbers:
            yield expression.xreplace({symbol: tiny * symbol})
    for total in sorted(expression.atoms(sympy.Add), key=str):
        for term in total.args:
            yield expression.xreplace({total: total - term})


def _doctored(d: Derivation, expression: Any) -> Derivation:
    """The same derivation with samples that agree with the expression, whatever it is."""
    return Derivation(d.variables, [dataclasses.replace(s, left=d.value(expression, s)) for s in d.samples[:3]])


@pytest.mark.parametrize("name", [name for name in DERIVATIONS if name != "entropy attained"])
def test_a_wrong_expansion_fails_where_samples_are_doctored_to_agree(name: str) -> None:
    for step in _run(name)[1]:
        tried = 0
        for wrong in _wrong(step.expression, list(step.sizes[0].values)):
            try:
                doctored = _doctored(step.derivation, wrong)
            except InputError:  # not finite
                continue
            doctored.expands("agrees with the doctored samples", wrong)
            with pytest.raises(StepFailed, match=r"n = [23]: symbolic says"):
                doctored.expands("does not agree with the definition", wrong, sizes=step.sizes)
            tried += 1
        assert tried >= 2, step.expression


def test_no_divergence_is_left_at_the_law_itself() -> None:
    """The one expansion with a number that is 0 at the stated scores: the entropy alone is right there too."""
    (step,) = _run("entropy attained")[1]
    E, K = step.derivation["E"], step.derivation["K"]
    assert step.derivation.expands("without the divergence", E, sizes=step.sizes) == E
    with pytest.raises(StepFailed, match="symbolic says"):
        _doctored(step.derivation, 2 * E).expands("twice the entropy", 2 * E, sizes=step.sizes)
    assert step.derivation.expands("any multiple of 0", E + 2 * K, sizes=step.sizes) == E + 2 * K


# The numbers of an expansion are those of the derivation's samples


def _point(c: Conditional, tau: Fraction) -> dict[str, Fraction]:
    """The instance in the parameters of an expansion, likeliest label first, then the predicted one."""
    others = sorted((i for i in range(c.n) if i not in (c.j, c.k)), key=lambda i: -c.p[i])
    order = [c.j, c.k, *others]
    y = {f"y_{place}": c.p[i] / c.p[c.j] for place, i in enumerate(order, 1)}
    return {"tau": tau, **y, **{f"z_{place}": c.s[i] / c.s[c.k] for place, i in enumerate(order, 1)}}


def _describes(expansion: Expansion, point: dict[str, Fraction], n: int) -> bool:
    """Whether the point lies on the domain; labels that are no axis of it have no mass."""
    own = {axis.name for axis in expansion.domain.ranges}
    absent = all(point[f"y_{i}"] == 0 for i in range(2, n + 1) if f"y_{i}" not in own)
    return expansion.size == n and absent and all(axis.contains(point[axis.name]) for axis in expansion.domain.ranges)


def _same_numbers(expansion: Expansion, point: dict[str, Fraction], sample: Sample) -> bool:
    axes = list(expansion.domain.ranges)
    at = {axis.name: point[axis.name] for axis in axes}
    pairs = [(expansion.left, sample.left)]
    pairs += [(value, sample.values[name]) for name, value in expansion.values.items() if name in sample.values]
    with mpmath.workdps(_DIGITS):
        for expression, want in pairs:
            value = sympy.sympify(expression)
            formula = Formula("value", axes, lambda *_, value=value: value)
            have = formula.mpmath(dps=_DIGITS, **at)
            exact = mpmath.mpf(want.numerator) / want.denominator if isinstance(want, Fraction) else want
            if abs(have - exact) > mpmath.mpf(10) ** -40:
                return False
    return True


@pytest.mark.parametrize("name", DERIVATIONS)
def test_numbers_and_left_side_are_those_of_the_samples(name: str) -> None:
    for step in _run(name)[1]:
        samples, met = step.derivation.samples, set[int]()
        for c, sample in zip(conditionals(len(samples)), samples, strict=True):
            tau = Fraction(sample.values.get("tau", 2))
            point = _point(c, tau)
            fitting = [expansion for expansion in step.sizes if _describes(expansion, point, c.n)]
            if c.n not in expansions.SIZES or not fitting:
                continue
            assert any(_same_numbers(expansion, point, sample) for expansion in fitting), (c, tau)
            met.add(c.n)
        assert met == {2, 3}


# The kernel


_UNIT = Real("a", 0, 1, open_lo=True)
_A = sympy.Symbol("a", real=True)


def _small() -> Derivation:
    """A derivation about N = a^2 and t; the left side is a^2 + t."""
    samples = [Sample({"N": Fraction(1, 4), "t": Fraction(1)}, mpmath.mpf("1.25"), {})]
    return Derivation(Domain(Real("N", 0, 1), Real("t", 0, 2)), samples)


def _written(**changes: Any) -> Expansion:
    t = sympy.Symbol("t", real=True)
    right = Expansion(2, Domain(_UNIT, Real("t", 0, 2)), _A**2 + t, {"N": _A**2})
    return dataclasses.replace(right, **changes)


def test_without_sizes_the_record_says_samples_only() -> None:
    d = _small()
    d.expands("N + t", d["N"] + d["t"])
    assert d.steps[-1]["by"] == "definition, tried at 1 samples only"
    d.expands("N + t", d["N"] + d["t"], sizes=[_written(), _written(size=5), _written()])
    assert d.steps[-1]["by"] == "definition, identity at n = 2, 5; tried at 1 samples"


def test_the_identities_become_premises_of_the_conclusion(monkeypatch: pytest.MonkeyPatch) -> None:
    d = _small()
    left = d.expands("N + t", d["N"] + d["t"], sizes=[_written()])
    fact = d.nonnegative("left side", left)
    scope = Domain(Real("t", 0, 2))
    assert d.conclude([fact], scope, "left side >= 0").verdict is Verdict.HOLDS
    size, finding = d.expanded[0]
    gap = dataclasses.replace(finding, verdict=Verdict.INCONCLUSIVE, reason="not proved")
    monkeypatch.setattr(d, "expanded", [(size, gap)])
    assert d.conclude([fact], scope, "left side >= 0").verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"left": _A**2}, "symbolic says violated"),
        ({"values": {"N": _A}}, "symbolic says violated"),
        ({"values": {}}, r"does not define \['N'\]"),
        ({"values": {"N": _A**2, "M": _A}}, r"defines \['M'\]"),
        ({"values": {"N": _A**2, "t": _A}}, r"defines \['t'\]"),
        ({"domain": Domain(_UNIT, Real("t", 0, 1))}, r"treats .* only"),
        ({"domain": Domain(_UNIT, Real("t", 0, 2, open_hi=True))}, r"treats .* only"),
    ],
)
def test_an_expansion_that_does_not_fit_the_derivation_is_refused(changes: dict[str, Any], message: str) -> None:
    d = _small()
    with pytest.raises(StepFailed, match=message):
        d.expands("N + t", d["N"] + d["t"], sizes=[_written(**changes)])
    assert d.left is None and not d.expanded and not d.steps


def test_an_identity_out_of_reach_is_not_taken_for_granted() -> None:
    """|a - b| + |b - a| = 2 |a - b| is true, but the sign of a - b changes: the step fails, samples or no samples."""
    b = sympy.Symbol("b", real=True)
    d = Derivation(Domain(Real("N", 0, None)), [Sample({"N": Fraction(1)}, mpmath.mpf(2), {})])
    left = sympy.Abs(_A - b) + sympy.sqrt((b - _A) ** 2 + 0)
    written = Expansion(2, Domain(_UNIT, Real("b", 0, 1)), left, {"N": sympy.Max(_A - b, b - _A)})
    with pytest.raises(StepFailed, match="symbolic says inconclusive"):
        d.expands("2 N", 2 * d["N"], sizes=[written])


def test_identities_are_proved_once_in_a_process() -> None:
    (step,) = _run("mae lower")[1]
    before = facts._same.cache_info()
    DERIVATIONS["mae lower"]()
    after = facts._same.cache_info()
    assert after.misses == before.misses and after.hits == before.hits + len(step.sizes) == before.hits + 12


def test_all_laws_and_softmax_vectors_are_parametrised() -> None:
    """Shares of the parameters of any instance are the instance again."""
    for c in conditionals(24):
        point = _point(c, Fraction(1))
        law = expansions.labels(c.n)
        at = {sympy.Symbol(axis.name, real=True): sympy.Rational(point[axis.name]) for axis in law.domain.ranges}
        assert all(axis.contains(point[axis.name]) for axis in law.domain.ranges)
        assert sorted(Fraction(int(v.p), int(v.q)) for v in (p.subs(at) for p in law.p)) == sorted(c.p)
        assert sorted(Fraction(int(v.p), int(v.q)) for v in (s.subs(at) for s in law.s)) == sorted(c.s)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_every_pool_with_the_predicted_label_is_written_out(n: int) -> None:
    """Up to the names of the labels without a role: its size, and whether the likeliest label is in it."""
    sets = [{1, *rest} for m in range(n) for rest in itertools.combinations([i for i in range(n) if i != 1], m)]
    found = [(len(pool), 0 in pool) for pool in expansions._pools_of(n)]
    assert len(found) == len(set(found)) and set(found) == {(len(pool), 0 in pool) for pool in sets}
    assert [expansion.values["m"] for expansion in expansions.pools(n, bounds.TAU_FROM_TWO)] == [m for m, _ in found]
