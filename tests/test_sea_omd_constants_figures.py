"""Figures and declarations of constants: the drawn relations, and that claims state every declared number."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest

from plumbline import catalogue, simulate
from plumbline.nouns import Expects
from theory.sea_omd import constants, scalar_bounds

TABLES = ("noise_constant", "adaptive_ladder", "constant_step_curves")
NAMES = ("noise_constant", "constant_step", "constants")
KINDS = ("refuted", "proved", "published")
DECLARED = {one.id.split(".")[1]: one for one in catalogue.constants("sea_omd")}
TINY = Fraction(1, 10**12)
BEST = Fraction("0.70710678118654752440")


@pytest.fixture(scope="module")
def arrays(tmp_path_factory):
    """The drawn arrays of the three figures, from tables of the quick size."""
    import pandas as pd

    tables = {}
    for name in TABLES:
        destination = tmp_path_factory.mktemp("tables") / f"{name}.parquet"
        simulate.run(f"sea_omd.{name}", destination)
        tables[f"sea_omd.{name}"] = pd.read_parquet(destination)
    drawn = {}
    for name in NAMES:
        drawing, drawn[name] = catalogue.figures("sea_omd")[f"sea_omd.{name}"].function(tables, {})
        assert drawing.axes
        assert all(np.asarray(values).size for values in drawn[name].values())
    return drawn


# The noise constant


def test_rungs_of_the_noise_constant_rise_from_any_learner_to_the_published_bound(arrays):
    drawn = arrays["noise_constant"]
    assert drawn["rungs"] == pytest.approx([0.264894279761372, 3, 4, 5 * np.sqrt(2)], abs=1e-7)
    low, value, high = drawn["oomd_worst"]
    assert drawn["rungs"][0] < low <= value <= high < drawn["rungs"][1]


def test_no_learner_beats_the_exact_lower_bound_at_any_bias(arrays):
    drawn = arrays["noise_constant"]
    for name in drawn["learners"]:
        assert (drawn[f"{name}_mean"] + 2 * drawn[f"{name}_half"] >= drawn["every_learner"]).all(), name
        assert drawn[f"{name}_worst"][0] > drawn["limit"].max(), name


def test_measured_means_have_bands_and_reference_values_lie_in_them(arrays):
    drawn = arrays["noise_constant"]
    biased = drawn["biases"] > 0
    assert all((drawn[f"{name}_half"][biased] > 0).all() for name in drawn["learners"])
    known = {0.5: 0.217, 1.0: 0.373, 1.25: 0.426, 2.0: 0.541, 3.0: 0.598, 5.0: 0.630, 8.0: 0.624}
    at = {float(bias): index for index, bias in enumerate(drawn["biases"])}
    for bias, value in known.items():
        assert drawn["oomd_mean"][at[bias]] == pytest.approx(value, abs=2 * drawn["oomd_half"][at[bias]]), bias


def test_the_line_over_the_bias_is_the_limit_of_the_exact_lower_bound(arrays):
    drawn = arrays["noise_constant"]
    limit = np.interp(drawn["biases"], drawn["fine"], drawn["limit"])
    assert drawn["every_learner"] == pytest.approx(limit, abs=6e-3)
    assert drawn["limit"].max() == pytest.approx(0.2648943, abs=1e-4)
    assert drawn["fine"][np.argmax(drawn["limit"])] == pytest.approx(1.2469, abs=0.07)


# The pathwise constant


def test_bad_paths_rise_with_the_rounds_and_stay_below_their_limits_and_the_proof(arrays):
    drawn = arrays["noise_constant"]
    for family in ("interval", "rectangle"):
        ratio = drawn[f"{family}_ratio"]
        assert (np.diff(drawn[f"{family}_rounds"]) > 0).all()
        assert (np.diff(ratio) > 0).all()
        assert (ratio < drawn[f"{family}_limit"]).all()
    assert drawn["rectangle_limit"] == drawn["proved"] == 1.5
    assert drawn["interval_limit"] == 1.25
    assert drawn["proved"] < drawn["published"] == 2.5
    assert drawn["rectangle_ratio"][-1] > 1.38
    assert drawn["interval_ratio"][-1] > float(constants.pathwise_interval.refuted.number)


# The constant step


def test_worst_cases_stay_below_the_bound_and_meet_it_at_the_tuned_step(arrays):
    drawn = arrays["constant_step"]
    assert list(drawn["rounds"]) == [1, 2, 5, 20]
    assert drawn["bound"] == pytest.approx((drawn["fine"] + 1 / drawn["fine"]) / 2, rel=1e-14)
    for rounds in drawn["rounds"]:
        step, regret, gap = (drawn[f"{name}_{rounds}"] for name in ("step", "regret", "gap"))
        bound = (step + 1 / step) / 2
        assert gap == pytest.approx(bound - regret, abs=1e-13)
        assert (regret <= bound + 1e-8).all()
        (tuned,) = np.flatnonzero(step == 1)
        assert regret[tuned] == pytest.approx(1, abs=1e-6)
        assert (np.delete(gap, tuned) > 1e-4).all()


def test_worst_cases_rise_with_the_rounds_and_have_the_reference_values(arrays):
    drawn = arrays["constant_step"]
    curves = [drawn[f"regret_{rounds}"] for rounds in drawn["rounds"]]
    for shorter, longer in itertools.pairwise(curves):
        assert (longer >= shorter - 1e-8).all()
    assert curves[0] == pytest.approx(1, abs=1e-6)
    known = {2: (1.190032, 1.203734), 5: (1.217861, 1.219272), 20: (1.239091, 1.239152)}
    for rounds, (half, double) in known.items():
        step, regret = drawn[f"step_{rounds}"], drawn[f"regret_{rounds}"]
        assert regret[np.isclose(step, 0.5)] == pytest.approx(half, abs=1e-6)
        assert regret[np.isclose(step, 2)] == pytest.approx(double, abs=1e-6)


# The ledger


def test_the_ledger_draws_every_declared_value(arrays):
    drawn = arrays["constants"]
    assert sorted(drawn["names"]) == sorted(f"sea_omd.{name}" for name in DECLARED)
    for kind in KINDS:
        rows = [one for one in DECLARED.values() if getattr(one, kind) is not None]
        assert drawn[kind].size == drawn[f"{kind}_row"].size == len(rows)
        assert (drawn[kind] > 0).all()


def _by_row(drawn, kind):
    return dict(zip(drawn[f"{kind}_row"].tolist(), drawn[kind].tolist(), strict=True))


def test_refuted_proved_and_published_values_stand_in_order_in_every_drawn_row(arrays):
    drawn = arrays["constants"]
    refuted, proved, published = (_by_row(drawn, kind) for kind in KINDS)
    assert set(refuted) == set(proved) == set(range(len(drawn["names"])))
    slips = []
    for row, name in enumerate(drawn["names"]):
        sign = -1 if drawn["larger_is_stronger"][row] else 1
        assert sign * refuted[row] < sign * proved[row], name
        if row in published and sign * published[row] < sign * proved[row]:
            slips.append(str(name))
            assert sign * published[row] <= sign * refuted[row], name
    assert slips == ["sea_omd.oftrl_rest"]
    assert catalogue.claim(constants.oftrl_rest.published.claim).expects is Expects.VIOLATED


def test_the_drawn_gaps_of_the_constants_that_are_exactly_known_are_closed(arrays):
    drawn = arrays["constants"]
    refuted, proved = _by_row(drawn, "refuted"), _by_row(drawn, "proved")
    at = {name.split(".")[1]: row for row, name in enumerate(drawn["names"])}
    closed = ("pathwise_factor", "pathwise_factor_best_step", "constant_step", "selfconf", "split_noise", "oftrl_root")
    for name in (*closed, "oftrl_rest", "unprojected_gain", "lower_log"):
        assert refuted[at[name]] == pytest.approx(proved[at[name]], rel=0.0134), name


# What claims state


def _stated(claim, role, partner="", **at):
    """The value of a formula of a claim, or of one of its wrong partners."""
    owner = catalogue.claim(f"sea_omd.{claim}")
    subject = owner.subject
    if partner:
        subject = owner.partner(next(one for one in owner.refutations if one.name == partner))
    return subject[role].mpmath(**at)


def _factor(claim, role, partner="", *, of, ends, **at):
    """The factor of a term that grows by 1 where the variable ``of`` goes from the first end to the second."""
    low, high = (_stated(claim, role, partner, **at, **{of: end}) for end in ends)
    return high - low


def _pathwise(c, partner=""):
    return _stated("convex.pathwise", "bound", partner, D=1, G=1, delta=0, c=c, V=5) / 3


MODEL = {"D": 1, "G": 1, "L": 0, "noise": 0, "drift": 0}
ROOT = (1, 4)
SPLIT = {"G": 1, "Sigma": 0, "X": 0, "L": 0}
LEADER = {"D": 1, "G": 1, "L": 0, "nu": 1, "noise": 0, "drift": 0}


def _model(claim, role, of, partner="", ends=ROOT, **more):
    at = {name: value for name, value in {**MODEL, **more}.items() if name != of}
    return _factor(claim, role, partner, of=of, ends=ends, **at)


def _leader(of):
    return _factor("sachs.oftrl_convex", "bound", of=of, ends=ROOT, **{k: v for k, v in LEADER.items() if k != of})


def _steps(claim, of, partner=""):
    if of == "V":
        return _factor(claim, "bound", partner, of="V", ends=ROOT, D=1, G=1, nu=1)
    return 2 * _factor(claim, "bound", partner, of="nu", ends=(2, 1), D=1, G=1, V=1)


def _spent(partner=""):
    return _factor("sachs.oftrl_path", "bound", partner, of="S", ends=(0, 1), nu=1)


def _adversarial(role, partner=""):
    return _factor("sachs.oftrl_adversarial", role, partner, of="T", ends=ROOT, D=1, G=1)


def _linear(of):
    return _factor("convex.sharper", "linear", of=of, ends=ROOT, D=1, G=1, theta=TINY, drift=0)


def _any():
    return _stated("lower.pseudo_limit", "value")


def _published_path():
    at = {"D": 1, "G": TINY, "delta": 0, "c": 1, "theta": 1, "X": 0}
    return _stated("convex.movement", "bound", V=1, **at)


def _rate(partner=""):
    return _stated("lemma.expconcave", "rate", partner, alpha=100, G=1, D=1)


def _unprojected(partner=""):
    return _stated("convex.unprojected_step", "gain", partner, eta=1, a=1, g2=0, M2=0)


def _hedge(partner=""):
    return _stated("lemma.hedge_rvu", "gained", partner, eps=1, V=1)


def _paid(partner=""):
    return _factor("lemma.hedge_rvu", "paid", partner, of="A", ends=(0, 1), N=2, eps=1)


def _sachs(sigma, Sigma, partner=""):
    return _stated("sachs.lower_convex", "bound", partner, D=1, sigma=sigma, Sigma=Sigma, T=1)


def _log(partner=""):
    return _stated("lower.strong", "bound", partner, T=1, lam=1, s=1, kappa=1) / np.log(2)


def _split(partner=""):
    return _factor("lemma.split_orth", "total", partner, of="sigma", ends=(0, 1), **SPLIT)


STATED = {
    "pathwise_factor": (lambda: _pathwise(1, "the constant 1.495 at c = 1"), lambda: _pathwise(1), _published_path),
    "pathwise_factor_interval": (
        lambda: _pathwise(1, "the constant 1.165 at c = 1"),
        lambda: _pathwise(1),
        _published_path,
    ),
    "pathwise_factor_best_step": (
        lambda: _stated("convex.adaptive_constant", "factor", "factor 0.99 (c + 1/(2c))", c=BEST),
        lambda: _pathwise(BEST),
    ),
    "unprojected_gain": (lambda: _unprojected("3/8 replaced by 37/100"), _unprojected),
    "constant_step": (
        lambda: _stated("lemma.identity", "tuned", "regret at most 0.99 D sqrt(V)", D=1, V=1),
        lambda: _stated("convex.constant_step", "value", D=1, V=1),
    ),
    "selfconf": (
        lambda: _stated("lemma.selfconf", "selfconf", "constant 1.995, d = 0", d=0, S=1),
        lambda: _stated("lemma.selfconf", "selfconf", d=0, S=1),
    ),
    "split_noise": (
        lambda: _split("3.96 sigma^2 in the sum"),
        _split,
        lambda: _stated("lemma.split4", "split4", n=1, m=1, x=0, S=0, L=0),
    ),
    "noise": (
        _any,
        lambda: _model("convex.sharper", "tuned", "noise"),
        lambda: _model("convex.published", "bound", "noise"),
    ),
    "noise_linear": (_any, lambda: _linear("noise"), lambda: _model("convex.published", "bound", "noise")),
    "drift": (
        lambda: _model("convex.sharp", "tuned", "drift", "0.44 in the place of 2 sqrt 3"),
        lambda: _model("convex.sharper", "tuned", "drift"),
        lambda: _model("convex.published", "bound", "drift"),
    ),
    "first_gradient": (
        lambda: _model("convex.sharp", "tuned", "G", "D G once", ends=(1, 2)),
        lambda: _model("convex.sharper", "tuned", "G", ends=(1, 2)),
        lambda: _model("convex.published", "bound", "G", ends=(1, 2)),
    ),
    "smoothness": (
        lambda: _model("convex.sharper", "tuned", "L", "D^2 L twice", ends=(1, 2)),
        lambda: _model("convex.sharper", "tuned", "L", ends=(1, 2)),
        lambda: _model("convex.published", "bound", "L", ends=(1, 2)),
    ),
    "oftrl_noise": (_any, lambda: _leader("noise"), lambda: _leader("noise")),
    "oftrl_drift": (lambda: _sachs(0, 1), lambda: _leader("drift"), lambda: _leader("drift")),
    "oftrl_path": (
        lambda: _spent("6/5 in the place of 5/4"),
        _spent,
        lambda: _factor("sachs.oftrl_pathwise", "bound", of="V", ends=ROOT, D=1, G=1, nu=1, X=0) / np.sqrt(2),
    ),
    "oftrl_adversarial": (
        lambda: _adversarial("best", "2 in the place of 5/sqrt 2, at sqrt(5) DG"),
        lambda: _adversarial("bound"),
        lambda: catalogue.claim("sea_omd.sachs.oftrl_adversarial").subject["printed"][0] * np.sqrt(2),
    ),
    "oftrl_root": (
        lambda: _steps("sachs.oftrl_steps", "V", "99 per cent of it"),
        lambda: _steps("sachs.oftrl_steps", "V"),
        lambda: _steps("errata.oftrl_proof_constant", "V"),
    ),
    "oftrl_rest": (
        lambda: _steps("sachs.oftrl_steps", "nu", "5.95 in the place of 6"),
        lambda: _steps("sachs.oftrl_steps", "nu"),
        lambda: _steps("errata.oftrl_proof_constant", "nu"),
    ),
    "hedge_movement": (lambda: _hedge("movement counted with 0.26/eps"), _hedge, _hedge),
    "hedge_variation": (lambda: _paid("0.95 eps of the variation"), _paid, _paid),
    "exp_concave": (
        lambda: _rate("0.83/(GD)"),
        _rate,
        lambda: scalar_bounds.published_rate.mpmath(alpha=100, G=1, D=1),
    ),
    "lower_root": (lambda: _sachs(1, 0, "5 per cent more"), lambda: _sachs(1, 0)),
    "lower_log": (lambda: _log("slope 0.505"), _log),
}


def test_every_constant_is_read_from_claims():
    assert STATED.keys() == DECLARED.keys()
    for name, reads in STATED.items():
        assert len(reads) == sum(getattr(DECLARED[name], kind) is not None for kind in KINDS), name


@pytest.mark.parametrize("name", list(STATED))
def test_claims_and_their_wrong_partners_state_the_declared_numbers(name):
    """Rounded so that a refuted number is refuted and a proved one proved."""
    sign = -1 if DECLARED[name].larger_is_stronger else 1
    for kind, read in zip(KINDS, STATED[name], strict=False):
        number, value = getattr(DECLARED[name], kind).number, read()
        off = sign * (float(number) - float(value))
        assert abs(off) <= 1e-6, (kind, float(value))
        if kind == "refuted":
            assert off <= 1e-12, (kind, float(value))
        if kind == "proved":
            assert off >= -1e-11, (kind, float(value))


def test_the_sharp_constants_are_limits_of_refuted_ones():
    """Every value below the factor c + 1/(2c) is refuted by a claim, not only the numbers that are listed."""
    factor = catalogue.claim("sea_omd.convex.adaptive_constant").subject["factor"]
    for one, c in ((constants.pathwise, Fraction(1)), (constants.pathwise_best_step, BEST)):
        assert one.refuted.claim == "sea_omd.convex.adaptive_constant"
        limit = float(factor.mpmath(c=c))
        assert float(one.refuted.number) < limit <= float(one.proved.number) + 1e-15


def test_texts_of_the_constants_are_set_in_the_report():
    from plumbline.report import mathml

    for one in DECLARED.values():
        texts = [one.title, *(value.text for kind in KINDS if (value := getattr(one, kind)) is not None)]
        for text in texts:
            assert mathml.unconverted(text) == [], text


def test_partners_that_drop_an_assumption_are_known_to_the_report():
    dropping = {
        (claim.id.removeprefix("sea_omd."), partner.name)
        for claim in catalogue.claims("sea_omd")
        for partner in claim.refutations
        if partner.drops
    }
    assert ("convex.pathwise", "hints switched off") in dropping
    assert ("convex.unprojected_step", "projected leaders too") in dropping
    assert ("lemma.harmonic", "any upper bound Y of the terms, larger than their sum too") in dropping
    assert ("convex.constant_step", "no hint") in dropping
    for name in ("prox", "stability", "one_step"):
        assert (f"lemma.{name}", "sets that are not convex") in dropping
