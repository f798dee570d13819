"""Exponents with a declared finite-size correction: right ones accepted, wrong ones rejected, naive fits refused."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from plumbline import witness, witness_script
from plumbline.domain import Domain, Instances
from plumbline.errors import InputError
from plumbline.evidence import Finding, Strength, Verdict
from plumbline.nouns import Claim, Kind, Provenance, Subject
from proofs_checks.engines.statistics import Correction, ExponentDesign, clopper_pearson, fit_exponent, fitted
from proofs_checks.engines.statistics.exponent_design import RESOLUTION, relative_covariance
from proofs_checks.engines.statistics.exponents import fit, lack_of_fit, linear_response, log_means, model
from proofs_checks.engines.statistics.power import LEAST_POWER

ASKED: dict[str, Any] = {"scope": Instances(1, "a simulated rate"), "statement": "y ~ x^a", "seed": 3}
X = tuple(2.0**k for k in range(2, 13))
HALF = Correction((0.5,))
PLAIN = ExponentDesign(name="plain", alpha="1e-5", x=X, seeds=48, noise=0.15)
CORRECTED = ExponentDesign(
    name="corrected", alpha="1e-5", x=X, seeds=150, noise=0.1, correction=HALF, amplitudes=(1.0,)
)


def table(
    design: ExponentDesign, exponent: float, *, key: int = 0, amplitude: float | None = None, noise: float | None = None
) -> np.ndarray:
    """Seeds by sizes: lognormal noise around the law of the design's own form."""
    generator = np.random.default_rng(np.random.SeedSequence(77, spawn_key=(key,)))
    x, spread = np.array(design.x), design.noise if noise is None else noise
    terms = design.amplitudes if amplitude is None else (amplitude,) * len(design.amplitudes)
    factor = 1 + sum(d * x**-b for d, b in zip(terms, design.correction.powers, strict=True))
    law = 3 * x**exponent * np.log(x) ** design.correction.log_power * factor
    return law * np.exp(spread * generator.standard_normal((design.seeds, len(x))) - spread**2 / 2)


def judged(design: ExponentDesign, y: Any, theory: Any = "-1/2", **more: Any) -> Finding:
    return fit_exponent(design.x, y, theory, design, **{**ASKED, **more})


def confirmed(finding: Finding) -> bool:
    return finding.witness is not None and witness.confirms("", finding.witness.as_json())


LOGARITHM = replace(PLAIN, correction=Correction((), 1.0), name="logarithm")


@pytest.mark.parametrize("design", [PLAIN, CORRECTED, LOGARITHM], ids=lambda design: design.name)
def test_the_right_rate_is_accepted_and_rates_wrong_by_a_tenth_are_rejected(design: ExponentDesign) -> None:
    y = table(design, -0.5)
    right = judged(design, y)
    assert right.verdict is Verdict.HOLDS and right.strength is Strength.STATISTICAL, right.reason
    assert (right.effort["high"] - right.effort["low"]) / 2 <= RESOLUTION and right.effort["power"] >= LEAST_POWER
    for theory in ("-2/5", "-3/5"):
        wrong = judged(design, y, theory)
        assert wrong.verdict is Verdict.VIOLATED and confirmed(wrong), wrong.reason


def test_a_rate_wrong_by_three_half_widths_is_rejected() -> None:
    reach = (judged(PLAIN, table(PLAIN, -0.5)).effort["high"] - judged(PLAIN, table(PLAIN, -0.5)).effort["low"]) / 2
    assert judged(PLAIN, table(PLAIN, -0.5 - 3 * reach)).verdict is Verdict.VIOLATED


@pytest.mark.parametrize("noise", [0.02, 0.05, 0.1])
def test_a_naive_fit_of_a_law_with_a_correction_is_never_called_holds(noise: float) -> None:
    """The naive exponent is off by 0.05; the form itself is refused, so that it is no false alarm either."""
    y = table(CORRECTED, -0.5, noise=noise)
    naive = replace(PLAIN, seeds=CORRECTED.seeds, noise=noise)
    found = judged(naive, y)
    assert abs(found.effort["exponent"] + 0.5) > 0.03
    assert found.verdict is Verdict.INCONCLUSIVE and "finite-size correction" in found.reason
    biased = judged(naive, y, repr(found.effort["exponent"]))
    assert biased.verdict is Verdict.INCONCLUSIVE, "the naive exponent itself is not accepted as the rate"


def test_a_wrong_correction_is_refused_or_too_wide() -> None:
    y = table(CORRECTED, -0.5, noise=0.02)
    wrong = replace(CORRECTED, correction=Correction((2.0,)), amplitudes=(1.0,), noise=0.02)
    assert judged(wrong, y).verdict is Verdict.INCONCLUSIVE


def test_an_interval_that_is_too_wide_settles_nothing() -> None:
    noisy = table(PLAIN, -0.5, noise=0.6)
    found = judged(PLAIN, noisy)
    assert found.verdict is Verdict.INCONCLUSIVE and "too wide" in found.reason
    assert judged(PLAIN, noisy, "1/2").verdict is Verdict.VIOLATED


def test_the_interval_has_its_error_on_both_sides() -> None:
    found, y = judged(PLAIN, table(PLAIN, -0.5)).effort, table(PLAIN, -0.5)
    error = fitted(PLAIN.x, y, PLAIN.correction, seed=3).standard_error
    reach = stats.t.isf(0.5e-5, PLAIN.seeds - 1) * error
    assert (found["low"], found["high"]) == pytest.approx((found["exponent"] - reach, found["exponent"] + reach))


def test_simulated_power_agrees_with_the_noncentral_t_law() -> None:
    design = replace(PLAIN, seeds=30, noise=0.3, effect=0.024, alpha="1/20")
    shift = design.effect / design._standard_error() * np.sqrt(design.seeds)
    wanted = stats.nct.sf(stats.t.isf(0.025, 29), 29, shift)
    assert 0.5 < wanted < 0.99 and design.power().low == pytest.approx(wanted, abs=0.03)


def test_misfit_is_found_by_curvature_alone_and_by_all_contrasts() -> None:
    few = replace(PLAIN, seeds=16, noise=0.02)  # too few seeds for Hotelling's test on nine contrasts
    curved = table(replace(CORRECTED, seeds=16), -0.5, noise=0.02)
    assert "does not describe" in judged(few, curved).reason
    straight = table(PLAIN, -0.5, noise=0.02)
    assert judged(PLAIN, straight).verdict is Verdict.HOLDS
    quadratic = np.vander(np.log(X), 3)
    wave = np.sin(2 * np.arange(len(X)))
    wave -= quadratic @ np.linalg.lstsq(quadratic, wave, rcond=None)[0]
    assert "does not describe" in judged(PLAIN, straight * np.exp(0.03 * wave)).reason, "no curvature, only a wave"


@pytest.mark.parametrize("seeds", [16, 60])
def test_misfit_of_a_true_form_has_its_level(seeds: int) -> None:
    x, tables = np.array(X), 4000
    noise = 0.1 * np.random.default_rng(np.random.SeedSequence(8)).standard_normal((tables, seeds, len(x)))
    values = np.log1p(noise).mean(1)
    found = fit(x, values, np.ones_like(x), Correction())
    value, slopes = model(x, found.parameters, Correction())
    p = lack_of_fit(x, values - value, slopes, relative_covariance(np.exp(noise)), seeds)
    interval = clopper_pearson(int((p < 0.05).sum()), tables, 1e-4)
    assert interval.high > 0.025 and interval.low < 0.055


def test_too_few_seeds_are_refused_with_the_number_needed() -> None:
    design = replace(CORRECTED, seeds=8, noise=0.2)
    found = judged(design, table(design, -0.5))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert f"it needs {design.planned()}" in found.reason
    assert design.with_size(design.planned()).power().enough


def test_designs_are_planned_to_hold() -> None:
    """The planned number of seeds gives the half-width and the power, and no fewer than needed by much."""
    for design in (PLAIN, CORRECTED):
        assert design.planned() <= design.seeds <= 1.3 * design.planned()


def test_false_alarms_and_power_over_replications() -> None:
    design = replace(PLAIN, alpha="1/50", x=X[::2], seeds=40, noise=0.1)
    verdicts = {}
    for key, theory in (("right", "-1/2"), ("wrong", "-3/5")):
        verdicts[key] = [
            judged(design, table(design, -0.5, key=100 + k), theory, resamples=300).verdict for k in range(300)
        ]
    alarms = verdicts["right"].count(Verdict.VIOLATED)
    interval = clopper_pearson(alarms, 300, 1e-3)
    assert interval.low <= 0.02 <= interval.high
    assert verdicts["right"].count(Verdict.HOLDS) == 300 - alarms
    assert clopper_pearson(verdicts["wrong"].count(Verdict.VIOLATED), 300, 1e-3).high >= LEAST_POWER


def test_bootstrap_error_agrees_with_linear_response() -> None:
    """The simulated power takes one, the check the other."""
    for design in (PLAIN, CORRECTED):
        y = table(design, -0.5)
        found = fitted(design.x, y, design.correction, seed=1, resamples=4000)
        response = linear_response(np.array(X), found.weights, design.correction, found.parameters[None])[0]
        linear = np.sqrt(response @ relative_covariance(y[None])[0] @ response / design.seeds)
        assert found.standard_error == pytest.approx(linear, rel=0.06)
        assert linear == pytest.approx(design._standard_error() / np.sqrt(design.seeds), rel=0.3)


def test_noiseless_laws_are_fitted_exactly() -> None:
    x = np.array(X)
    for form, amplitudes in ((HALF, (-0.7,)), (HALF, (8.0,)), (Correction((0.5, 1.5), -1.0), (2.0, -1.0))):
        law = np.log(3 * x**-0.25) + form.offset(x)
        law += np.log1p(sum(d * x**-b for d, b in zip(amplitudes, form.powers, strict=True)))
        found = fit(x, law[None], np.ones_like(x), form)
        assert found.converged[0]
        assert found.parameters[0] == pytest.approx([np.log(3), -0.25, *amplitudes], abs=1e-5)


def test_seeds_decide_and_repeat() -> None:
    y = table(CORRECTED, -0.5)
    once, again, other = (judged(CORRECTED, y, seed=seed).effort for seed in (3, np.random.SeedSequence(3), 4))
    assert once == again and once["low"] != other["low"] and once["exponent"] == other["exponent"]


def test_the_bias_of_the_logarithm_of_a_mean_is_removed() -> None:
    """Noise that grows with x bends a naive log-log line: relative sd from 0.1 to 1.3 over 12 seeds."""
    x, seeds, tables = np.array(X), 12, 3000
    spread = np.geomspace(0.1, 1.0, len(x))
    draws = np.random.default_rng(np.random.SeedSequence(5)).standard_normal((tables, seeds, len(x)))
    y = x**-0.5 * np.exp(spread * draws - spread**2 / 2)
    means = y.mean(1), (y**2).mean(1)
    corrected, naive = (
        fit(x, values, np.ones_like(x), Correction()).exponents + 0.5
        for values in (log_means(*means, seeds).values, np.log(means[0]))
    )
    error = naive.std() / np.sqrt(tables)
    assert abs(naive.mean()) > 6 * error and abs(corrected.mean()) < 0.35 * abs(naive.mean())


def test_a_skewed_estimator_is_no_basis() -> None:
    """One seed of 48 with a steep law of its own carries the fit."""
    y = table(PLAIN, -0.5, noise=0.02)
    y[0] *= np.geomspace(1, 3, len(X))
    found = judged(PLAIN, y)
    assert found.verdict is Verdict.INCONCLUSIVE and "skewed" in found.reason


def changed(value: float) -> np.ndarray:
    y = table(PLAIN, -0.5)
    y[3, 4] = value
    return y


@pytest.mark.parametrize(
    ("y", "says"),
    [
        (changed(float("nan")), "finite, got nan for seed 3 at x = 64"),
        (changed(float("inf")), "finite, got inf"),
        (changed(-1e9), "positive"),
        (np.tile(np.array(X) ** -0.5, (48, 1)), "vary"),
        (np.ones((48, 3)), "columns"),
        (np.ones(len(X)), "row per seed"),
        (np.ones((1, len(X))), "row per seed"),
    ],
)
def test_bad_tables_are_refused(y: np.ndarray, says: str) -> None:
    with pytest.raises(InputError, match=says):
        judged(PLAIN, y)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"x": (1.0, 2.0)}, "more than 2"),
        ({"x": (1.0, 2.0, 2.0, 3.0)}, "distinct"),
        ({"x": (0.0, 2.0, 4.0)}, "above 0"),
        ({"x": (1.0, 2.0, 4.0), "correction": Correction((), 1.0)}, "above 1"),
        ({"correction": HALF}, "one amplitude"),
        ({"correction": HALF, "amplitudes": (-2.0,)}, "vanish"),
        ({"seeds": 4}, "seeds"),
        ({"noise": 0.0}, "noise"),
        ({"effect": 0.2}, "effect"),
        ({"resolution": 0.05}, "resolution"),
    ],
)
def test_bad_designs_are_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        replace(PLAIN, **change)


@pytest.mark.parametrize("powers", [(0.0,), (-1.0,), (1.0, 1.0), (float("inf"),)])
def test_bad_corrections_are_refused(powers: tuple[float, ...]) -> None:
    with pytest.raises(InputError):
        Correction(powers)


CLAIM = Claim(
    id="toy.rate.half",
    kind=Kind.RATE,
    title="A rate",
    statement="$x^{-1/2}$",
    domain=Domain(),
    subject=Subject({}),
    provenance=Provenance.DERIVED,
    source="a test",
)


def test_the_witness_of_a_rate_runs_by_itself_and_other_data_do_not_confirm() -> None:
    found = judged(CORRECTED, table(CORRECTED, -0.5), "-2/5")
    assert found.witness is not None
    stored = found.witness.as_json()
    text = witness_script.script(CLAIM, {"witness": stored})
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True)
    assert done.returncode == 0 and "shown: left > right" in done.stdout, done.stderr
    stored["data"] |= {"theory": "-1/2"}
    assert not witness.confirms("", stored)
