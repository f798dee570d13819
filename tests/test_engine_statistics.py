"""Statistics engine: intervals against exact sums, designs against simulation, a zoo of true and false statements."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction as F
from functools import partial
from itertools import accumulate
from typing import Any

import mpmath
import numpy as np
import pytest
from scipy import stats

from plumbline import witness
from plumbline.domain import Instances
from plumbline.errors import InputError
from plumbline.evidence import Finding, Strength, Verdict
from plumbline.statistical_witnesses import binomial_upper_tail, student_tail
from proofs_checks.engines.statistics import (
    BinomialDesign,
    Interval,
    MeanDesign,
    bootstrap,
    clopper_pearson,
    coverage,
    empirical_bernstein,
    hoeffding,
    plan_samples,
    prove_mean_at_least,
    prove_mean_at_most,
    prove_mean_equals,
    student,
)
from proofs_checks.engines.statistics.checks import mean_interval
from proofs_checks.engines.statistics.power import LEAST_POWER

SEED = np.random.SeedSequence(20240519)
SCOPE = Instances(1, "a simulated law")
ASKED: dict[str, Any] = {"scope": SCOPE, "statement": "a statement"}
NORMAL = "drawn from a normal law"


def rng(*key: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(SEED.entropy, spawn_key=key))


def confirmed(finding: Finding) -> bool:
    return finding.witness is not None and witness.confirms("", finding.witness.as_json())


# --- intervals ----------------------------------------------------------------------------------------


def pmf(n: int, p: F) -> list[F]:
    return [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]


@pytest.mark.parametrize(("k", "n"), [(0, 1), (1, 1), (0, 40), (40, 40), (1, 40), (13, 40), (39, 40)])
def test_clopper_pearson_limits_have_exactly_their_tails(k: int, n: int) -> None:
    found = clopper_pearson(k, n, 0.02)
    upper, lower = pmf(n, F(found.low)), pmf(n, F(found.high))
    assert found.low == 0 if k == 0 else abs(float(sum(upper[k:])) / 0.01 - 1) < 1e-9
    assert found.high == 1 if k == n else abs(float(sum(lower[: k + 1])) / 0.01 - 1) < 1e-9


def misses(interval: Callable[[int], Interval], n: int, p: F) -> tuple[F, F]:
    """Exact probabilities that the interval of k successes in n lies above and below the truth p."""
    weights, found = pmf(n, p), [interval(k) for k in range(n + 1)]
    above = sum((w for w, i in zip(weights, found, strict=True) if i.low > p), F(0))
    return above, sum((w for w, i in zip(weights, found, strict=True) if i.high < p), F(0))


def bits(k: int, n: int) -> np.ndarray:
    return np.repeat([1.0, 0.0], [k, n - k])


@pytest.mark.parametrize("n", [2, 9, 60])
@pytest.mark.parametrize("method", [hoeffding, empirical_bernstein, None])
def test_conservative_intervals_cover_on_each_side(n: int, method: Callable[..., Interval] | None) -> None:
    alpha = F(1, 10)

    def interval(k: int) -> Interval:
        return method(bits(k, n), (0, 1), float(alpha)) if method else clopper_pearson(k, n, float(alpha))

    for p in [F(j, 40) for j in range(41)] + [F(1, 1000), F(999, 1000)]:
        assert max(misses(interval, n, p)) <= alpha / 2


def test_an_interval_a_little_too_short_is_caught_by_the_same_sums() -> None:
    def short(k: int) -> Interval:
        return clopper_pearson(k, 60, 0.13)

    assert any(max(misses(short, 60, F(j, 40))) > F(1, 20) for j in range(41))


def test_bounded_intervals_have_the_stated_constants() -> None:
    values, n, log40 = np.array([0.0, 1.0, 4.0, 3.0]), 4, math.log(40)
    reach = 4 * math.sqrt(math.log(20) / (2 * n))
    assert hoeffding(values, (0, 4), 0.1).half_width == pytest.approx(reach)
    variance = sum((v - 2) ** 2 for v in values) / 3
    reach = math.sqrt(2 * variance * log40 / n) + 7 * 4 * log40 / (3 * 3)
    assert empirical_bernstein(values, (0, 4), 0.1).half_width == pytest.approx(reach)
    assert empirical_bernstein(np.full(1000, 0.5), (0, 1), 0.1).half_width == pytest.approx(7 * log40 / (3 * 999))


def test_student_interval_agrees_with_the_test_that_it_inverts() -> None:
    values = rng(1).standard_normal(12)
    found = student(values, 0.01, normality=NORMAL)
    for end in (found.low, found.high):
        assert stats.ttest_1samp(values, end).pvalue == pytest.approx(0.01)


@pytest.mark.parametrize("method", ["bca", "percentile"])
def test_bootstrap_is_seeded_and_near_the_normal_interval(method: str) -> None:
    values = rng(2).standard_normal(400)
    found = bootstrap(values, 0.01, seed=5, method=method)
    assert found == bootstrap(values, 0.01, seed=np.random.SeedSequence(5), method=method)
    assert found != bootstrap(values, 0.01, seed=6, method=method)
    near = student(values, 0.01, normality=NORMAL)
    assert found.low == pytest.approx(near.low, abs=0.02) and found.high == pytest.approx(near.high, abs=0.02)


def test_bca_corrects_the_percentile_interval_of_a_skewed_sample() -> None:
    values = rng(3).exponential(size=60)
    plain, better = (bootstrap(values, 0.05, seed=0, method=m) for m in ("percentile", "bca"))
    assert better.low > plain.low and better.high > plain.high


NAN, INF = float("nan"), float("inf")
BAD_SAMPLES: list[tuple[Callable[[Any], Interval], Any, str]] = [
    (partial(hoeffding, within=(0, 1), alpha=0.1), [0.5, NAN], "finite"),
    (partial(empirical_bernstein, within=(0, 1), alpha=0.1), [0.5, INF], "finite"),
    (partial(empirical_bernstein, within=(0, 1), alpha=0.1), [0.5], "at least 2"),
    (partial(empirical_bernstein, within=(0, 1), alpha=0.1), [0.5, 1.0001], "declared range"),
    (partial(empirical_bernstein, within=(1, 1), alpha=0.1), [1, 1], "range"),
    (partial(hoeffding, within=(0, 1), alpha=0.1), [], "at least 1"),
    (partial(hoeffding, within=(0, 1), alpha=0.1), [[0.5]], "one-dimensional"),
    (partial(hoeffding, within=(0, 1), alpha=0.1), ["a"], "array of numbers"),
    (partial(hoeffding, within=(0, 1), alpha=1.0), [0.5], "alpha"),
    (partial(hoeffding, within=(0, 1), alpha=NAN), [0.5], "alpha"),
    (partial(student, alpha=0.1, normality=NORMAL), [1.0], "at least 2"),
    (partial(student, alpha=0.1, normality=NORMAL), [1.0, 1.0, 1.0], "vary"),
    (partial(student, alpha=0.1, normality=" "), [1.0, 2.0], "normality"),
    (partial(student, alpha=0.1, normality=NORMAL), [1.0, NAN], "finite"),
    (partial(bootstrap, alpha=0.1, seed=0), [1.0, 1.0], "vary"),
    (partial(bootstrap, alpha=0.1, seed=-1), [1.0, 2.0], "seed"),
    (partial(bootstrap, alpha=1e-5, seed=0), [1.0, 2.0], "resamples"),
    (partial(bootstrap, alpha=0.1, seed=0, method="normal"), [1.0, 2.0], "method"),
    (lambda pair: clopper_pearson(pair[0], pair[1], 0.1), (3, 2), "successes"),
    (lambda pair: clopper_pearson(pair[0], pair[1], 0.1), (0, 0), "successes"),
    (lambda pair: clopper_pearson(pair[0], pair[1], 0.1), (1.5, 2), "integer"),
]


@pytest.mark.parametrize(("interval", "samples", "says"), BAD_SAMPLES)
def test_bad_samples_are_refused(interval: Callable[[Any], Interval], samples: Any, says: str) -> None:
    with pytest.raises(InputError, match=says):
        interval(samples)


def test_heavy_tails_contradict_a_declared_range() -> None:
    design = MeanDesign(
        name="bounded", alpha="1e-5", effect=0.5, sd=1.0, samples=5000, method="bernstein", within=(-10, 10)
    )
    assert design.power().enough
    with pytest.raises(InputError, match=r"declared range \[-10, 10\]"):
        prove_mean_at_most(rng(4).standard_t(1.5, 5000), 1, design, **ASKED)


# --- failure rates ------------------------------------------------------------------------------------


def boundary(alpha: F) -> BinomialDesign:
    return BinomialDesign(name="boundary", alpha=alpha, rate="1/2", partner="1", trials=14)


def test_coverage_is_exact_where_the_tail_equals_the_level() -> None:
    """P(K >= 13) = P(K <= 1) = 15/2^14 for 14 fair trials: the limits are strict above and not strict below."""
    tail = F(15, 2**14)
    judged = {k: coverage(k, 14, boundary(tail), **ASKED).verdict for k in range(15)}
    assert [k for k in judged if judged[k] is Verdict.VIOLATED] == [14]
    assert [k for k in judged if judged[k] is Verdict.HOLDS] == [0, 1]
    above, below = tail + F(1, 10**30), tail - F(1, 10**30)
    assert coverage(13, 14, boundary(above), **ASKED).verdict is Verdict.VIOLATED
    assert coverage(1, 14, boundary(below), **ASKED).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("trials", [380, 2000])
def test_coverage_agrees_with_the_clopper_pearson_limits(trials: int) -> None:
    design = BinomialDesign(name="limits", alpha="1e-3", rate="1/20", partner="3/20", trials=trials)
    assert design.power().enough
    for k in (0, trials // 40, trials // 20, trials // 15, trials // 12, trials // 9, trials // 5, trials):
        found, limits = coverage(k, trials, design, **ASKED), clopper_pearson(k, trials, 2e-3)
        wanted = "violated" if limits.low > 0.05 else "holds" if limits.high <= 0.05 else "inconclusive"
        assert found.verdict == wanted and found.strength is Strength.STATISTICAL
        assert confirmed(found) == (wanted == "violated")


def test_tails_exact_and_to_fifty_digits_agree() -> None:
    for p in (F(1, 7), F(9, 10)):
        exact = list(accumulate(reversed(pmf(450, p))))[::-1]
        for k in (1, 30, 64, 65, 200, 404, 405, 406, 440, 450):
            with mpmath.workdps(50):
                ratio = binomial_upper_tail(k, 450, p) * exact[k].denominator / exact[k].numerator
                assert abs(ratio - 1) < 1e-40
    assert binomial_upper_tail(2, 4, F(1, 2)) == F(11, 16)


def test_binomial_power_is_exact_and_its_plan_is_enough() -> None:
    design = BinomialDesign(name="rate", alpha="1e-5", rate="1/10", partner="1/5", trials=400)
    weights = pmf(400, F(1, 10))
    critical = min(k for k in range(401) if sum(weights[k:]) < F(1, 10**5))
    assert design.power().low == pytest.approx(float(sum(pmf(400, F(1, 5))[critical:])), rel=1e-10)
    assert not design.power().enough and design.with_size(design.planned()).power().enough
    found = coverage(200, 400, design, **ASKED)
    assert found.verdict is Verdict.INCONCLUSIVE and str(design.planned()) in found.reason


def test_failure_rates_false_alarms_and_power_are_exact() -> None:
    """The verdicts of all counts, weighed by their exact probabilities under the claim and under its partner."""
    design = BinomialDesign(name="rate", alpha="1/100", rate="1/10", partner="1/5", trials=390)
    assert design.power().enough
    rejected = [k for k in range(391) if coverage(k, 390, design, **ASKED).verdict is Verdict.VIOLATED]
    for rate, low, high in ((F(1, 10), F(1, 200), F(1, 100)), (F(1, 5), F(999, 1000), F(1))):
        weights = pmf(390, rate)
        assert low <= sum(weights[k] for k in rejected) <= high


# --- means --------------------------------------------------------------------------------------------

STUDENT = MeanDesign(name="student", alpha="1/100", effect=0.5, sd=1.0, samples=121, method="student", normality=NORMAL)
BOUNDED = MeanDesign(
    name="bounded", alpha="1/100", effect=0.12, sd=0.5, samples=1309, method="bernstein", within=(0, 1)
)
SIMPLE = MeanDesign(name="simple", alpha="1/100", effect=0.12, sd=0.5, samples=792, method="hoeffding", within=(0, 1))


@pytest.mark.parametrize("design", [STUDENT, BOUNDED, SIMPLE], ids=lambda design: design.name)
def test_plans_are_least(design: MeanDesign) -> None:
    n = design.planned()
    assert design.with_size(n).power().enough and not design.with_size(n - 1).power().enough
    assert n == plan_samples(design.effect, design.sd, design.alpha, method=design.method, within=design.within)
    assert n == design.samples


def test_each_side_of_a_mean_has_the_level_of_the_design() -> None:
    values = draw(STUDENT, 0.5, 0, 12)
    for design, error in ((STUDENT, 0.02), (replace(STUDENT, two_sided=True), 0.01)):
        assert mean_interval(values, design) == student(values, error, normality=NORMAL)
        found = student(values, error, normality=NORMAL)
        assert stats.ttest_1samp(values, found.low, alternative="greater").pvalue == pytest.approx(error / 2)


def draw(design: MeanDesign, mean: float, replication: int, key: int) -> np.ndarray:
    generator = rng(key, replication)
    if design.method == "student":
        return mean + design.sd * generator.standard_normal(design.samples)
    return (generator.random(design.samples) < mean).astype(float)


REPLICATIONS = 2000


@pytest.mark.parametrize("design", [STUDENT, BOUNDED, SIMPLE], ids=lambda design: design.name)
def test_false_alarms_and_power_of_means_over_replications(design: MeanDesign) -> None:
    """At the bound false alarms, at the partner rejections, and as far below the bound acceptances."""
    bound, alpha = 0.5, float(design.level)
    tallies = {}
    for key, mean in enumerate((bound, bound + design.effect, bound - design.effect)):
        found = [prove_mean_at_most(draw(design, mean, k, key), F(1, 2), design, **ASKED) for k in range(REPLICATIONS)]
        tallies[key] = [finding.verdict for finding in found]
        shown = [finding for finding in found if finding.verdict is Verdict.VIOLATED]
        assert all(finding.witness is not None for finding in shown) and all(confirmed(f) for f in shown[:3])
    alarms, rejected = tallies[0].count(Verdict.VIOLATED), tallies[1].count(Verdict.VIOLATED)
    assert clopper_pearson(alarms, REPLICATIONS, 1e-4).low <= alpha
    assert clopper_pearson(rejected, REPLICATIONS, 1e-4).high >= LEAST_POWER
    assert clopper_pearson(tallies[2].count(Verdict.HOLDS), REPLICATIONS, 1e-4).high >= LEAST_POWER
    assert clopper_pearson(tallies[0].count(Verdict.HOLDS), REPLICATIONS, 1e-4).low <= alpha
    if design.method == "student":  # its error is exact, so that too few alarms would be wrong as well
        assert clopper_pearson(alarms, REPLICATIONS, 1e-4).high >= alpha


def test_a_mean_wrong_by_three_standard_errors() -> None:
    """Three standard errors of a sample are too little for power 0.999: the plan asks for more, and then rejects."""
    n = 100
    effect = 3 / math.sqrt(n)
    design = MeanDesign(
        name="three", alpha="1e-4", effect=effect, sd=1.0, samples=n, method="student", normality=NORMAL
    )
    assert design.power().low < 0.3
    small = prove_mean_at_most(effect + rng(7).standard_normal(n), 0, design, **ASKED)
    assert small.verdict is Verdict.INCONCLUSIVE and str(design.planned()) in small.reason
    full = design.with_size(design.planned())
    verdicts = [
        prove_mean_at_most(effect + rng(8, k).standard_normal(full.samples), 0, full, **ASKED).verdict
        for k in range(REPLICATIONS // 2)
    ]
    assert clopper_pearson(verdicts.count(Verdict.VIOLATED), REPLICATIONS // 2, 1e-4).high >= LEAST_POWER
    assert Verdict.HOLDS not in verdicts


@pytest.mark.parametrize("offset", [-1.0, -0.2, 0.0, 0.2, 1.0])
def test_at_least_mirrors_at_most(offset: float) -> None:
    values = offset + rng(9).standard_normal(200)
    above, below = (
        prove_mean_at_most(values, 0, STUDENT, **ASKED),
        prove_mean_at_least(-values, 0, STUDENT, **ASKED),
    )
    assert above.verdict is below.verdict
    assert (above.witness is None) == (below.witness is None)
    if above.witness and below.witness:
        assert above.witness.left == below.witness.left and confirmed(above) and confirmed(below)
    assert (above.verdict is Verdict.INCONCLUSIVE) == (abs(offset) < 0.1)


EQUAL = MeanDesign(
    name="equal", alpha="1e-4", effect=0.1, sd=0.3, samples=700, method="student", normality=NORMAL, two_sided=True
)


@pytest.mark.parametrize(
    ("mean", "sd", "wanted"),
    [(0.5, 0.3, "holds"), (0.6, 0.3, "violated"), (0.4, 0.3, "violated"), (0.5, 3.0, "inconclusive")],
)
def test_an_equality_to_its_resolution(mean: float, sd: float, wanted: str) -> None:
    values = mean + sd * rng(10).standard_normal(700)
    found = prove_mean_equals(values, "1/2", EQUAL, **ASKED)
    assert found.verdict == wanted and confirmed(found) == (wanted == "violated")


def test_claims_and_designs_must_have_the_same_sides() -> None:
    with pytest.raises(InputError, match="one-sided"):
        prove_mean_at_most(np.arange(700.0), 0, EQUAL, **ASKED)
    with pytest.raises(InputError, match="two-sided"):
        prove_mean_equals(np.arange(700.0), 0, STUDENT, **ASKED)


def test_few_or_constant_samples() -> None:
    with pytest.raises(InputError, match="at least 2"):
        prove_mean_at_most([0.3], 1, BOUNDED, **ASKED)
    single = prove_mean_at_most([0.0], 1, SIMPLE, **ASKED)
    assert single.verdict is Verdict.INCONCLUSIVE and "it needs" in single.reason
    with pytest.raises(InputError, match="vary"):
        prove_mean_at_most(np.zeros(200), 1, STUDENT, **ASKED)
    constant = np.full(2000, 0.25)
    assert prove_mean_at_most(constant, "1/2", BOUNDED, **ASKED).verdict is Verdict.HOLDS
    assert prove_mean_at_least(constant, "1/2", BOUNDED, **ASKED).verdict is Verdict.VIOLATED
    assert prove_mean_at_most(constant, "1/4", BOUNDED, **ASKED).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("design", [BOUNDED, SIMPLE], ids=lambda design: design.name)
def test_witnesses_of_bounded_means_carry_the_confidence_limit(design: MeanDesign) -> None:
    values = draw(design, 0.9, 0, 11)
    above, below = (
        prove_mean_at_most(values, "1/2", design, **ASKED),
        prove_mean_at_least(-values + 1, "1/2", design, **ASKED),
    )
    assert above.witness and float(above.witness.left) == pytest.approx(above.effort["low"], rel=1e-12)
    assert below.witness and float(below.witness.left) == pytest.approx(below.effort["high"], rel=1e-12)


def test_witnesses_of_normal_means_carry_the_p_value() -> None:
    values = draw(STUDENT, 0.9, 0, 11)
    found = prove_mean_at_most(values, "1/2", STUDENT, **ASKED)
    p_value = stats.ttest_1samp(values, 0.5, alternative="greater").pvalue
    assert found.witness and float(found.witness.left) == pytest.approx(p_value, rel=1e-9)
    data = found.witness.data
    assert float(student_tail({**data, "side": "below"}, {})[0]) == pytest.approx(1 - p_value)


def test_a_witness_of_other_data_does_not_confirm() -> None:
    for design in (STUDENT, BOUNDED, SIMPLE):
        found = prove_mean_at_most(draw(design, 0.9, 0, 11), "1/2", design, **ASKED)
        assert found.witness is not None and confirmed(found)
        stored = found.witness.as_json()
        stored["data"] |= {"mean": "0.51"}
        assert not witness.confirms("", stored)


GOOD: dict[str, Any] = {"name": "d", "alpha": "1e-5", "effect": 0.1, "sd": 0.3, "samples": 9, "method": "bernstein"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, "within"),
        ({"within": (0, 0.5)}, "at most half of the range"),
        ({"within": (0, 1), "alpha": "1/2"}, "alpha"),
        ({"within": (0, 1), "alpha": "nan"}, "alpha"),
        ({"within": (0, 1), "tests": 0}, "tests"),
        ({"within": (0, 1), "effect": 0}, "effect"),
        ({"within": (0, 1), "sd": INF}, "sd"),
        ({"within": (0, 1), "samples": 1}, "samples"),
        ({"method": "student"}, "normality"),
        ({"method": "bca"}, "method"),
    ],
)
def test_bad_designs_are_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        MeanDesign(**{**GOOD, **change})


@pytest.mark.parametrize(
    ("rate", "partner"), [("1/2", "1/2"), ("1/2", "1/3"), ("-1/2", "1/3"), ("1/2", "2"), ("x", "1")]
)
def test_bad_rates_are_refused(rate: str, partner: str) -> None:
    with pytest.raises(InputError):
        BinomialDesign(name="d", alpha="1e-5", rate=rate, partner=partner, trials=10)


def test_levels_share_alpha() -> None:
    design = MeanDesign(**{**GOOD, "within": (0, 1), "tests": 4})
    assert design.level == F(1, 400_000) and design.with_size(50).level == design.level
