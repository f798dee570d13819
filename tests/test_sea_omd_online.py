"""Learners, environments, domains and the online loop: reference values, closed forms against sums, bad input."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch

from plumbline.errors import InputError
from theory.sea_omd import environments, learners
from theory.sea_omd.definitions import regret
from theory.sea_omd.definitions.domains import Ball, Box, Euclidean, Simplex
from theory.sea_omd.environments import Instance, Variation
from theory.sea_omd.learners import Known
from theory.sea_omd.play import all_signs, drawn, play, replayed, spaced


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def slopes_game(slopes, largest=1.0):
    """Linear losses on [-1, 1] with given slopes."""
    rows = torch.tensor(slopes, dtype=torch.float64).reshape(-1, 1, 1)
    return Instance(Ball(1.0, 1), 0.0, lambda t: rows[t - 1], lambda T: Variation(0, 0, 0, 0), largest)


def one_path(name, slopes, **parameters):
    """Points and the last checkpoint of one learner on given slopes."""
    points = []
    (last,) = play(
        slopes_game(slopes),
        [learners.learner(name)],
        len(slopes),
        1,
        lambda t: None,
        parameters={name: parameters},
        diagnostics=True,
        watch=lambda t, who, x, g: points.append(float(x)),
    )
    return points, last


def test_constant_step_reference_paths():
    points, last = one_path("oomd_constant", [1, -1, 1, 1, -1], step=0.5)
    assert points == [0, -1, 0.5, -1, -1]
    assert float(last.hindsight_regret) == 2.5 and float(last.variation) == 13
    points, last = one_path("oomd_constant", [1, 1, 1, -1, -1, 1], step=0.75)
    assert points == [0, -1, -1, -1, 0.5, 1]
    assert float(last.hindsight_regret) == 1.5 and float(last.variation) == 9


def test_harmonic_step_reference_path():
    centres = torch.tensor([0.5, -0.5, 0.5, 0.5, -0.5]).double().reshape(-1, 1, 1)
    game, points = Instance(Ball(1.0, 1), 1.0, lambda t: -centres[t - 1], lambda T: Variation(0, 0, 0, 0), 1.5), []
    (last,) = play(
        game,
        [learners.learner("oomd")],
        5,
        1,
        lambda t: None,
        parameters={"oomd": {"step": lambda t: 2 / t}},
        watch=lambda t, who, x, g: points.append(float(x)),
    )
    assert points == pytest.approx([0, 1, -1, 1, 1 / 20], abs=1e-15)
    assert float(last.hindsight_regret) == pytest.approx(1641 / 800, abs=1e-14)


SLOPES = [1, -1, 1, 1, -1, -1, -1, 1]


def test_adaptive_step_reference_path():
    points, last = one_path("oomd", SLOPES, delta=9, c=1.0)
    expected = [0, -1, 0.451226808390651, -0.917983665902633, -1]
    expected += [-0.099349962915044, 0.292882307361324, 0.685114577637692]
    assert points == pytest.approx(expected, abs=1e-13)
    assert float(last.hindsight_regret) == pytest.approx(2.02482537567943, abs=1e-13)
    assert float(last.linearised_regret) == pytest.approx(2.02482537567943, abs=1e-13)
    assert float(last.pseudo_regret) == float(last.hindsight_regret)  # nothing is random
    assert float(last.variation) == 17


def test_leader_reference_path():
    points, last = one_path("oftrl", SLOPES, nu=4.0)
    expected = [0, -0.8, 0.24390243902439, -0.39404132628544, -0.59106198942816]
    assert points == pytest.approx([*expected, 0, 0.170541005616474, 0.341082011232948], abs=1e-13)
    assert float(last.hindsight_regret) == pytest.approx(1.41146410778358, abs=1e-13)
    known = Known(Ball(1.0, 1), 0.0, 1.0)
    running = learners.begin(learners.learner("oftrl"), known, torch.zeros(1, 1, dtype=torch.float64), nu=4.0)
    for slope in SLOPES:
        running.play()
        running.learn(torch.tensor([[float(slope)]], dtype=torch.float64))
    assert float(running.total) - 4 == pytest.approx(9.09171286226867, abs=1e-13)


@pytest.mark.parametrize(
    ("alternating", "values", "totals"),
    [
        (False, (0.5633767287259253, 8.795882537130208, 1.386862087270528), (2.5, 2.25, 0.0)),
        (True, (1.97799263211232, 29.94905756566194, 3.855201471657640), (2.5, 11.25, 9.0)),
    ],
)
def test_expectations_over_all_coins(alternating, values, totals):
    game = environments.environment("coins").make(1, 1.0, 10, "cpu", alternating=alternating)
    assert game.largest_gradient == 2 and game.smoothness == 1
    told = game.variation(10)
    assert (told.noise, told.shift, told.shift_from_second) == totals
    signs = all_signs(10)
    (last,) = play(
        game,
        [learners.learner("oomd")],
        10,
        1024,
        replayed(signs),
        parameters={"oomd": {"delta": 36.0}},
        diagnostics=True,
    )
    assert float(last.pseudo_regret.mean()) == pytest.approx(values[0], abs=1e-13)
    assert float(last.variation.mean()) == pytest.approx(values[1], abs=1e-12)
    assert float(last.movement.mean()) == pytest.approx(values[2], abs=1e-13)
    assert float(last.hindsight_regret.mean()) > float(last.pseudo_regret.mean())


def blocks(rounds, *names):
    game = environments.environment("growing_blocks").make(1, 1.0, rounds, "cpu")
    chosen = [learners.learner(name) for name in names]
    found = play(game, chosen, rounds, 1, lambda t: None, parameters={"oomd": {"delta": 0.0}}, diagnostics=True)
    return game, {last.learner: last for last in found}


def test_growing_blocks_refute_no_hints():
    game, found = blocks(16384, "oomd", "ogd")
    assert float(found["ogd"].hindsight_regret) == pytest.approx(259.8, abs=0.05)
    assert float(found["oomd"].hindsight_regret) == pytest.approx(-197.3, abs=0.05)
    bound = 3 * math.sqrt(4 + float(found["ogd"].variation))
    assert bound == pytest.approx(196.6, abs=0.05)
    assert float(found["ogd"].variation) == game.variation(16384).shift


def test_fixed_step_on_constant_blocks():
    slopes = [1.0 if (t // 16) % 2 == 0 else -1.0 for t in range(1024)]
    _, last = one_path("ogd_fixed", slopes)
    assert float(last.hindsight_regret) == pytest.approx(32, abs=1e-10)


# environments


@pytest.mark.parametrize("dimension", [1, 3])
@pytest.mark.parametrize("name", environments.environments())
def test_totals_are_the_sums_of_their_definitions(name, dimension):
    rounds = 60
    game = environments.environment(name).make(dimension, 1.3, rounds, "cpu")
    means = [game.slope(t)[0].numpy() for t in range(1, rounds + 1)]
    moved = [float(((b - a) ** 2).sum()) for a, b in itertools.pairwise(means)]
    for T in (1, 2, 17, rounds):
        told = game.variation(T)
        assert float(told.shift_from_second) == pytest.approx(sum(moved[: T - 1]), abs=1e-12)
        largest = (game.curvature * 1.3 + np.linalg.norm(means[0])) ** 2
        assert float(told.shift - told.shift_from_second) == pytest.approx(largest, abs=1e-12)
    drawn_rows = drawn(game, 20_000, torch.Generator().manual_seed(1))(1)
    scatter = 0.0
    if game.noise is not None:
        noise = game.noise(drawn_rows)
        square = (noise**2).sum(-1)
        scatter = float(square.mean())
        spread = float(square.std()) / 20_000**0.5
        assert abs(scatter - float(game.variation(rounds).noise) / rounds) <= 5 * spread + 1e-12
        assert float(noise.mean(0).norm()) <= 5 * (scatter / 20_000) ** 0.5
    x = game.domain.project(torch.randn(20_000, dimension, dtype=torch.float64, generator=torch.Generator()))
    gradients = game.gradient(1, x, drawn_rows)
    assert float(gradients.norm(dim=-1).max()) <= float(game.largest_gradient) + 1e-12


def test_rounds_of_the_switches():
    game = environments.environment("switch").make(1, 1.0, 16, "cpu", switches=2, reach=0.6)
    sides = [float(game.slope(t)) for t in range(1, 17)]
    assert sides == pytest.approx([-0.3] * 6 + [0.3] * 5 + [-0.3] * 5)  # centre 0.6/16^(1/4) = 0.3, L = 1


def test_biased_signs_are_centred_exactly():
    game = environments.environment("biased_signs").make(
        1, 1.0, 100, "cpu", bias=torch.tensor([-3.0, 0.0, 5.0]).double()
    )
    grid = (torch.arange(10_000).double() + 0.5) / 10_000
    noise = torch.cat([game.noise(raw.expand(3, 1)) for raw in grid[:, None]], 1)
    slopes = game.slope(1) + noise
    assert torch.equal(slopes.abs().round(decimals=12), torch.ones_like(slopes))
    assert float(noise.mean(1).abs().max()) < 2e-4
    assert torch.allclose((noise**2).mean(1) * 100, game.variation(100).noise, atol=2e-2)


# regrets


@pytest.mark.parametrize("curvature", [0.0, 0.7])
@pytest.mark.parametrize("domain", [Ball(1.0, 2), Box(-0.5, 1.0, 2), Simplex(2)])
def test_regret_against_a_grid_of_comparators(domain, curvature):
    draw = np.random.default_rng(3)
    slopes, points = draw.normal(size=(5, 2)), domain.project(draw.normal(size=(5, 2)))
    found = regret.regret(domain, curvature, slopes, points)
    grid = np.stack(np.meshgrid(*[np.linspace(-1, 1, 401)] * 2), -1).reshape(-1, 2)
    u = domain.project(grid)
    losses = (curvature / 2 * (u**2).sum(-1))[:, None] + u @ slopes.T
    own = sum(curvature / 2 * x @ x + l @ x for l, x in zip(slopes, points, strict=True))
    best = own - losses.sum(-1).min()
    assert best <= found + 1e-12 and found - best < 2e-2
    gradients = slopes + curvature * points
    assert regret.linearised_regret(domain, gradients, points) >= found - 1e-12
    assert float(regret.regret(domain, curvature, torch.as_tensor(slopes), torch.as_tensor(points))) == pytest.approx(
        float(found), abs=1e-12
    )


# bad input


def small(**changes):
    settings = {"game": slopes_game([1.0] * 4), "players": [learners.learner("oomd")], "rounds": 4, "runs": 3}
    settings |= {"noise": lambda t: None, "parameters": {"oomd": {"delta": 1.0}}} | changes
    return list(play(**settings))


@pytest.mark.parametrize(
    ("name", "known", "message"),
    [
        ("oomd", Known(Ball(1.0, 1), None, 1.0), "needs L, the smoothness"),
        ("oomd", Known(Ball(1.0, 1), 1.0, None), "needs G, the largest norm"),
        ("oomd", Known(Euclidean(1), 1.0, 1.0), "needs D, the diameter"),
        ("oomd", Known(Ball(1.0, 1), math.nan, 1.0), "L, the smoothness of the expected losses, must be finite"),
        ("oomd", Known(Ball(1.0, 1), 1.0, -1.0), "G, the largest norm of a gradient, must be finite and at least 0"),
        ("oomd_constant", Known(Ball(1.0, 1), 1.0, 1.0), "needs T, the number of rounds"),
    ],
)
def test_missing_constants(name, known, message):
    with pytest.raises(InputError, match=message):
        small(players=[learners.learner(name)], known=known, parameters={})


def test_start_outside_the_domain():
    with pytest.raises(InputError, match="start of learner 'oomd' lies outside the domain"):
        small(start=torch.full((3, 1), 1.1, dtype=torch.float64))
    with pytest.raises(InputError, match="outside the domain"):
        small(start=torch.full((3, 1), math.nan, dtype=torch.float64))
    with pytest.raises(InputError, match="one row per run"):
        small(start=torch.zeros(2, 1, dtype=torch.float64))


@pytest.mark.parametrize("rounds", [0, -1, True, 2.5])
def test_no_rounds(rounds):
    with pytest.raises(InputError, match="rounds must be an integer of at least 1"):
        small(rounds=rounds)


class Broken:
    """A user's game whose gradient goes wrong in round 3, run 1."""

    domain, smoothness, largest_gradient, raw, width = Ball(1.0, 2), 1.0, 1.0, "none", 0

    def __init__(self, value: float) -> None:
        self.value = value

    def gradient(self, t, x, raw):
        out = torch.ones_like(x)
        if t == 3:
            out[1, 1] = self.value
        return out


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_non_finite_gradients_name_round_and_seed(value):
    for at_once in (True, False):
        with pytest.raises(InputError, match="not finite in round 3, seed 1"):
            small(game=Broken(value), at_once=at_once)


def test_users_game_has_the_linearised_regret():
    (last,) = small(game=Broken(1.0))
    assert float(last.linearised_regret[0]) > 0 and bool(last.pseudo_regret.isnan().all())


def test_hints_and_gradients_of_the_wrong_shape():
    with pytest.raises(InputError, match=r"hints must have the shape \(3, 1\), got \(3, 2\) in round 2"):
        small(parameters={"oomd": {"delta": 1.0, "hints": lambda t, gradient: torch.zeros(3, 2)}})
    flat = Broken(1.0)
    flat.gradient = lambda t, x, raw: x[:, 0]
    with pytest.raises(InputError, match=r"gradients must have the shape \(3, 2\), got \(3,\) in round 1"):
        small(game=flat)


def second_point(name):
    """Where a learner stands in round 2 after a small gradient, on [-1, 1] with L = 0.3, G = 0.7, T = 25."""
    known = Known(Ball(1.0, 1), 0.3, 0.7, rounds=25)
    running = learners.begin(learners.learner(name), known, torch.zeros(1, 1, dtype=torch.float64))
    running.play()
    running.learn(torch.full((1, 1), 0.1, dtype=torch.float64))
    return float(running.play())


def test_default_steps():
    first, second = (2 / math.sqrt(9 * 0.36 + 4 * 0.49 + more) for more in (0, 0.01))
    assert second_point("oomd") == pytest.approx(-0.1 * (first + second), abs=1e-15)
    assert second_point("oomd_short") == pytest.approx(-0.1 * (first + second) / math.sqrt(2), abs=1e-15)
    assert second_point("oomd_constant") == pytest.approx(-0.2 * 2 / (2 * 0.7 * 5), abs=1e-15)
    assert second_point("ogd") == pytest.approx(-0.1 * 2 / 0.7, abs=1e-15)
    assert second_point("ogd_fixed") == pytest.approx(-0.1 * 2 / (0.7 * 5), abs=1e-15)
    nu = 2 * 2 * 0.7
    assert second_point("oftrl") == pytest.approx(-(4 / (nu + 4 / nu * 0.01)) / 2 * 0.2, abs=1e-15)


def test_movement_begins_with_the_second_round():
    (last,) = small(start=torch.full((3, 1), 0.5, dtype=torch.float64), diagnostics=True, rounds=1)
    assert last.movement.tolist() == [0, 0, 0] and last.variation.tolist() == [1, 1, 1]
    assert last.hindsight_regret.tolist() == [1.5, 1.5, 1.5]


def test_infinite_first_step_is_refused():
    with pytest.raises(InputError, match="must be positive"):
        small(known=Known(Ball(1.0, 1), 0.0, 0.0), parameters={})


# the loop


def test_own_hints_replace_the_last_gradient():
    played = []
    small(
        parameters={"oomd": {"delta": 1.0, "hints": lambda t, gradient: torch.zeros_like(gradient)}},
        watch=lambda t, who, x, g: played.append(float(x[0])),
    )
    assert played[0] == 0 and played[1] == pytest.approx(-2 / math.sqrt(5)) and played[1] > -1


def test_noise_does_not_depend_on_the_learners():
    game = environments.environment("iid").make(3, 1.0, 20, "cpu")
    both = [learners.learner(name) for name in ("ogd", "oomd")]
    alone = list(play(game, both[1:], 20, 4, drawn(game, 4, torch.Generator().manual_seed(5))))
    together = list(play(game, both, 20, 4, drawn(game, 4, torch.Generator().manual_seed(5))))
    assert torch.equal(alone[0].hindsight_regret, together[1].hindsight_regret)


def test_checkpoints_are_the_runs_that_end_there():
    game = environments.environment("switch").make(2, 1.0, 50, "cpu", sigma=0.5)
    raw = torch.randn(50, 6, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    points, slopes, means = [], [], []
    told = list(
        play(
            game,
            [learners.learner("oomd")],
            50,
            6,
            replayed(raw),
            checkpoints=[7, 50],
            watch=lambda t, who, x, g: points.append(x),
        )
    )
    for t in range(1, 51):
        mean, slope = game.slopes(t, raw[t - 1])
        slopes.append(slope)
        means.append(mean.expand_as(slope))
    for last in told:
        T = last.rounds
        x, l, m = (torch.stack(rows[:T], 1) for rows in (points, slopes, means))
        assert torch.allclose(last.hindsight_regret, regret.regret(game.domain, 1.0, l, x), atol=1e-12)
        assert torch.allclose(last.pseudo_regret, regret.regret(game.domain, 1.0, m, x), atol=1e-12)
        assert torch.allclose(last.linearised_regret, regret.linearised_regret(game.domain, l + x, x), atol=1e-12)
    with pytest.raises(InputError, match="checkpoints must be rounds between 1 and 50"):
        play(game, [], 50, 6, replayed(raw), checkpoints=[51])


def test_spaced_rounds():
    assert spaced(10, 1000, 3) == [10, 100, 1000] and spaced(1, 4, 50) == [1, 2, 3, 4] and spaced(5, 9, 1) == [9]


@pytest.mark.skipif(
    not torch.cuda.is_available(), reason="no CUDA device: CPU and CUDA are compared where there is one"
)
def test_cpu_and_cuda_agree_on_identical_noise():
    raw = torch.randn(200, 64, 10, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    found = {}
    for device in ("cpu", "cuda"):
        game = environments.environment("drift").make(10, 1.0, 200, device)
        told = play(game, learners.learners().values(), 200, 64, replayed(raw.to(device)), device=device)
        found[device] = torch.stack([last.hindsight_regret.cpu() for last in told])
    assert torch.allclose(found["cpu"], found["cuda"], atol=1e-9, rtol=0)
