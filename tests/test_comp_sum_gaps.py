"""Minimizability gaps: reference values, definition against closed form, checks that can fail, the drawn figure."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction

import mpmath
import numpy as np
import pandas as pd
import pytest
import torch

from figures.comp_sum.gap_tau import closed_form
from plumbline import catalogue, simulate, witness, witness_script
from plumbline.errors import InputError
from plumbline.nouns import Check, Effort
from proofs_checks.comp_sum import gaps, gaps_bias_only
from theory.comp_sum import gap_bounds, gap_claims, gap_witnesses
from theory.comp_sum.gaps import (
    FiniteInstance,
    least_risk,
    least_risk_in_box,
    minimizability_gap,
    minimizability_gap_in_box,
    risk_of_scores,
    zero_one_gap,
)

WEIGHTS = np.array([0.5, 0.5])
LAWS = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]])
EXACT = {"weights": ["1/2", "1/2"], "laws": [["7/10", "1/5", "1/10"], ["1/10", "3/10", "3/5"]]}
GAPS = {
    0: 0.349814637930129,
    0.5: 0.269439091370828,
    1: 0.230645487904113,
    1.5: 0.238345908700407,
    1.7: 0.256540477007567,
    2: 0.25,
    3: 0.125,
}
RISKS = {
    0: 1.97239498769843,
    0.5: 1.44296893263374,
    1: 1.08052762660417,
    1.5: 0.825265987552927,
    1.7: 0.741379790878686,
}
NOISY = {
    0: 0.4,
    0.5: 0.369626528072,
    0.8: 0.364828150598,
    1: 0.368064207168,
    1.5: 0.396863465254,
    1.75: 0.407240978789,
    2: 0.4,
}
OURS = [claim for claim in vars(gap_claims).values() if getattr(claim, "id", "").startswith("comp_sum.gap")]
CHECKS = {
    entry.claim: entry for room in (gaps, gaps_bias_only) for entry in vars(room).values() if isinstance(entry, Check)
}


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Batches of small matrices: more threads only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def instance(weights: np.ndarray = WEIGHTS, laws: np.ndarray = LAWS) -> FiniteInstance:
    return FiniteInstance(torch.from_numpy(weights), torch.from_numpy(laws))


@pytest.mark.parametrize(("tau", "value"), GAPS.items())
def test_reference_gaps(tau: float, value: float) -> None:
    assert gap_bounds.bias_only_gap(WEIGHTS, LAWS, tau) == pytest.approx(value, rel=1e-12)
    with mpmath.workdps(30):
        assert float(gap_witnesses.gap(EXACT, Fraction(str(tau)))) == pytest.approx(value, rel=1e-12)
    assert float(minimizability_gap(instance(), tau)) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(("tau", "value"), RISKS.items())
def test_reference_risks(tau: float, value: float) -> None:
    mean = WEIGHTS @ LAWS
    assert gap_bounds.bias_only_risk(mean, tau) == pytest.approx(value, rel=1e-12)
    assert float(least_risk(torch.from_numpy(mean), tau)) == pytest.approx(value, rel=1e-12)


def test_reference_zero_one_gap() -> None:
    assert gap_bounds.bias_only_zero_one_gap(WEIGHTS, LAWS) == pytest.approx(0.25, rel=1e-12)
    assert float(zero_one_gap(instance())) == pytest.approx(0.25, rel=1e-12)
    assert gap_witnesses.zero_one_gap(EXACT) == Fraction(1, 4)


@pytest.mark.parametrize(("tau", "value"), NOISY.items())
def test_reference_gaps_at_noise_one_tenth(tau: float, value: float) -> None:
    assert closed_form(0.1, np.array([tau]))[0] == pytest.approx(value, rel=1e-11)
    if 0 < tau < 2:
        formula = gap_bounds.noisy_gap(Fraction(str(tau)))
        assert formula.numpy(e=0.1) == pytest.approx(value, rel=1e-11)


def test_critical_noise() -> None:
    """The noise at which d M/d tau first touches 0, and the tau where it does."""

    def gap(tau: mpmath.mpf, e: mpmath.mpf) -> mpmath.mpf:
        r = 1 / (2 - tau)
        return (((1 - e) ** r + e**r) ** (1 / r) - mpmath.mpf(2) ** (1 - tau)) / (tau - 1)

    with mpmath.workdps(30):
        tau, e = mpmath.findroot(
            lambda t, x: [mpmath.diff(lambda s: gap(s, x), t), mpmath.diff(lambda s: gap(s, x), t, 2)], (1.22, 0.0531)
        )
        assert float(e) == pytest.approx(0.0530849896, abs=1e-10)
        assert float(tau) == pytest.approx(1.2196, abs=1e-4)


def test_descent_agrees_with_the_closed_form_on_random_instances() -> None:
    draw = torch.Generator().manual_seed(3)
    weights = torch.rand(16, 3, generator=draw, dtype=torch.float64)
    laws = torch.rand(16, 3, 5, generator=draw, dtype=torch.float64) ** 3
    laws[:5, :, 0] = 0.0
    laws = laws / laws.sum(-1, keepdim=True)
    weights = weights / weights.sum(-1, keepdim=True)
    for tau in (0.0, 0.3, 1.0, 1.4, 1.9, 2.0, 2.7):
        found = minimizability_gap(FiniteInstance(weights, laws), tau).numpy()
        exact = gap_bounds.bias_only_gap(weights.numpy(), laws.numpy(), tau)
        assert found == pytest.approx(exact, abs=1e-10)


def test_box_against_a_grid_and_its_limit() -> None:
    p = torch.tensor([0.6, 0.3, 0.1], dtype=torch.float64)
    axis = torch.linspace(-1, 1, 21, dtype=torch.float64)
    grid = torch.cartesian_prod(axis, axis, axis)
    for tau in (0.0, 1.0, 1.5, 2.5):
        q = torch.tensor(tau - 1, dtype=torch.float64)
        best = float(risk_of_scores(p, grid, q.expand(len(grid))).min())
        found = least_risk_in_box(p, tau, 1.0)
        assert best - 5e-3 < found <= best + 1e-12
    assert least_risk_in_box(p, 1.0, 20.0) == pytest.approx(float(least_risk(p, 1.0)), abs=1e-10)
    assert minimizability_gap_in_box(instance(), 1.5, 20.0) == pytest.approx(GAPS[1.5], abs=1e-9)


@pytest.mark.parametrize("n", [2, 4])
def test_least_loss_of_a_sure_label_in_a_box(n: int) -> None:
    sure = torch.zeros(n, dtype=torch.float64)
    sure[0] = 1.0
    for tau in (0.0, 1.0, 1.7, 3.0):
        claimed = gap_bounds.least_loss_in_box.numpy(n=n, L=0.8, tau=tau)
        assert least_risk_in_box(sure, tau, 0.8) == pytest.approx(claimed, rel=1e-12)


def test_gap_falls_with_tau_for_sure_labels_in_a_box() -> None:
    laws = np.eye(3)
    gaps = [
        minimizability_gap_in_box(instance(np.array([0.5, 0.3, 0.2]), laws), tau, 1.0) for tau in np.arange(0, 3, 0.25)
    ]
    assert (np.diff(gaps) < 1e-9).all()


def test_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match="weights must have the shape"):
        FiniteInstance(torch.ones(3, dtype=torch.float64) / 3, torch.from_numpy(LAWS))
    with pytest.raises(InputError, match="weights must be nonnegative"):
        instance(np.array([0.5, 0.6]))
    with pytest.raises(InputError, match="bound must be"):
        least_risk_in_box(torch.tensor([0.5, 0.5], dtype=torch.float64), 1.0, 0.0)
    with pytest.raises(InputError, match="differ from it by more"):
        gap_bounds.bias_only_gap(WEIGHTS, LAWS, 1 + 1e-9)


@pytest.mark.parametrize("claim", OURS, ids=lambda claim: claim.id)
def test_a_broken_formula_never_passes(claim) -> None:  # type: ignore[no-untyped-def]
    """Every formula of every gap claim, one per cent larger: the claim's own check must not say holds."""
    check = CHECKS[claim.id]
    for role, formula in claim.subject.formulas.items():
        if claim.id.endswith("monotone_tau") or role.endswith("exponent"):
            continue
        wrong = claim.subject.replace(**{role: formula.scaled(Fraction(101, 100))})
        assert {str(finding.verdict) for finding in check(wrong, Effort())} & {"violated", "inconclusive"}, role


def test_noisy_witness_script_runs_by_itself(tmp_path) -> None:  # type: ignore[no-untyped-def]
    claim = gap_claims.noisy
    pair = {
        "weights": ["1/2", "1/2"],
        "laws": [["9/10", "1/10"], ["1/10", "9/10"]],
        "tau": "1",
        "larger_tau": "3/2",
    }
    shown = witness.make("comp_sum", "gap_pair", pair)
    assert (
        shown.relation == "<" and shown.left.startswith("0.368064207168") and shown.right.startswith("0.396863465254")
    )
    path = tmp_path / "noisy.py"
    path.write_text(witness_script.script(claim, {"witness": shown.as_json()}))
    done = subprocess.run([sys.executable, "-I", str(path)], capture_output=True, text=True, cwd=tmp_path)
    assert "shown: left < right" in done.stdout, done.stderr


@pytest.fixture(scope="module")
def drawn(tmp_path_factory) -> dict[str, np.ndarray]:  # type: ignore[no-untyped-def]
    path = tmp_path_factory.mktemp("tables") / "gaps.parquet"
    simulate.run("comp_sum.gap_curves", path, overrides=["taus=16"])
    tables = {"comp_sum.gap_curves": pd.read_parquet(path)}
    drawing, arrays = catalogue.figures("comp_sum")["comp_sum.gap_tau"].function(tables, {})
    assert drawing.axes
    return arrays


def test_drawn_markers_lie_on_the_drawn_lines(drawn: dict[str, np.ndarray]) -> None:
    for noise in ("0", "0.01", "0.05", "0.1", "0.2"):
        assert drawn[f"gap_{noise}"].size == 16
        on_line = np.interp(drawn[f"tau_{noise}"], drawn["grid"], drawn[f"exact_{noise}"])
        assert drawn[f"gap_{noise}"] == pytest.approx(on_line, abs=1e-5)
        assert drawn[f"gap_{noise}"] == pytest.approx(closed_form(float(noise), drawn[f"tau_{noise}"]), abs=1e-12)


def test_drawn_gaps_fall_below_the_critical_noise_and_rise_above(drawn: dict[str, np.ndarray]) -> None:
    for noise in ("0", "0.01", "0.05"):
        assert (np.diff(drawn[f"exact_{noise}"]) <= 1e-14).all()
    for noise in ("0.1", "0.2"):
        rising = drawn["grid"][1:][np.diff(drawn[f"exact_{noise}"]) > 0]
        assert rising.size and rising.min() > 0.5 and rising.max() <= 2
    after = drawn["grid"][1:] > 2
    assert all((np.diff(drawn[f"exact_{noise}"])[after] < 0).all() for noise in ("0", "0.1", "0.2"))
