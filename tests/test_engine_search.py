"""The search engine against a zoo of true, false, tight and ill-behaved statements."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from fractions import Fraction as F
from typing import Any

import numpy as np
import pytest
import torch

from plumbline.domain import Domain, Instances, Real
from plumbline.errors import InputError
from plumbline.evidence import Finding, Strength, Verdict, Witness
from proofs_checks.engines.search import (
    Batch,
    Effort,
    Problem,
    attack,
    box,
    exact_distribution,
    exact_values,
    simplex,
    unconstrained,
)

SMALL = Effort(samples=2000, parents=6, rounds=40, children=16, confirmations=5)
LINE = Domain(Real("x", -1, 1))


def uniform(d: int) -> Callable[[torch.Generator, int], torch.Tensor]:
    return lambda g, count: 2 * torch.rand((count, d), generator=g, dtype=torch.float64) - 1


def exactly(function: Callable[..., F]) -> Callable[[torch.Tensor], Witness | None]:
    """A second evaluation in fractions: function(*coordinates) is left - right."""

    def confirm(instance: torch.Tensor) -> Witness | None:
        point = exact_values(instance)
        value = function(*point)
        if value >= 0:
            return None
        return Witness("slack", {"x": [str(v) for v in point]}, f"{float(value):.17e}", "0", "<")

    return confirm


def real_problem(
    slack: Callable[[torch.Tensor], torch.Tensor], exact: Callable[..., F], candidates: list[list[float]]
) -> Problem:
    points = torch.tensor(candidates, dtype=torch.float64)
    return Problem(
        uniform(points.shape[1]),
        lambda: points,
        lambda batch: slack(batch),  # type: ignore[arg-type]
        exactly(exact),
        box(-1, 1),
    )


def judged(problem: Problem, **keywords: Any) -> Finding:
    keywords = {"effort": SMALL, "seed": 7, "scope": LINE, "statement": "slack >= 0", **keywords}
    return attack(problem, **keywords)


# --- the zoo ------------------------------------------------------------------------------------------


def simplex_problem(with_vertices: bool) -> Problem:
    """Violated at one vertex of the simplex and nowhere near it."""
    centre = torch.full((1, 5), 0.2, dtype=torch.float64)
    vertices = torch.eye(5, dtype=torch.float64)

    def sample(g: torch.Generator, count: int) -> torch.Tensor:
        weights = -torch.log1p(-torch.rand((count, 5), generator=g, dtype=torch.float64))
        return weights / weights.sum(1, keepdim=True)

    def slack(batch: Batch) -> torch.Tensor:
        assert isinstance(batch, torch.Tensor)
        others = batch.prod(1) + batch[:, [0, 1, 2, 4]].sum(1)
        return torch.where(others == 0, -1.0, 1.0).double()

    def confirm(p: torch.Tensor) -> Witness | None:
        weights = exact_distribution(p)
        return Witness("vertex", {"p": [str(w) for w in weights]}, "-1", "0", "<") if weights[3] == 1 else None

    points = torch.cat([centre, vertices]) if with_vertices else centre
    shrink = (lambda b: simplex(b)) if with_vertices else (lambda b: sample_interior(simplex(b)))
    return Problem(sample, lambda: points, slack, confirm, shrink)


def sample_interior(batch: Batch) -> Batch:
    assert isinstance(batch, torch.Tensor)
    return (batch + 1e-9) / (1 + 5e-9)


def test_a_needle_that_only_structured_candidates_find() -> None:
    found = judged(simplex_problem(True))
    assert found.verdict is Verdict.VIOLATED and found.witness is not None
    assert found.effort["found_by"] == "candidates" and found.witness.data["p"][3] == "1"
    missed = judged(simplex_problem(False))
    assert missed.verdict is Verdict.HOLDS, "a search without the right candidates does not see the needle"


def test_a_false_statement_found_by_random_search() -> None:
    problem = real_problem(
        lambda b: b[:, 0] ** 2 + b[:, 1] ** 2 - b[:, 0] / 2, lambda x, y: x**2 + y**2 - x / 2, [[1, 1]]
    )
    finding = judged(problem)
    assert finding.verdict is Verdict.VIOLATED and finding.strength is Strength.SEARCHED
    assert finding.effort["found_by"] == "samples" and finding.witness is not None
    x, y = (F(value) for value in finding.witness.data["x"])
    assert x**2 + y**2 < x / 2


TINY = F(1, 10**12)
CENTRE = (F(1, 3), F(-1, 7), F(2, 9))


def bowl(depth: F) -> Problem:
    """|x - centre|^2 >= depth: false within a ball of radius sqrt(depth)."""
    centre = torch.tensor([float(c) for c in CENTRE], dtype=torch.float64)
    return real_problem(
        lambda b: ((b - centre) ** 2).sum(1) - float(depth),
        lambda *x: sum(((a - c) ** 2 for a, c in zip(x, CENTRE, strict=True)), F(0)) - depth,
        [[0, 0, 0], [1, 1, 1]],
    )


def test_false_by_one_part_in_a_million_millions_is_found_by_local_search_and_confirmed_exactly() -> None:
    finding = judged(bowl(TINY))
    assert finding.verdict is Verdict.VIOLATED and finding.effort["found_by"] == "refinement"
    assert finding.witness is not None
    point = [F(value) for value in finding.witness.data["x"]]
    assert sum((a - c) ** 2 for a, c in zip(point, CENTRE, strict=True)) < TINY


def test_false_far_below_the_rounding_is_still_confirmed() -> None:
    depth = F(1, 10**15)
    problem = real_problem(lambda b: b[:, 0].abs() - float(depth), lambda x: abs(x) - depth, [[0], [1]])
    assert judged(problem).verdict is Verdict.VIOLATED


def test_a_small_violation_is_confirmed_in_the_stage_that_found_it() -> None:
    """Above the rounding the search stops at the end of the stage, not at the first chunk."""
    problem = real_problem(lambda b: b[:, 0] + 0.5, lambda x: x + F(1, 2), [[0], [1]])
    finding = judged(problem, rounding=1.0)
    assert finding.verdict is Verdict.VIOLATED and set(finding.effort["best_by_stage"]) == {"candidates", "samples"}


def test_a_true_statement_that_is_nearly_tight_inside() -> None:
    finding = judged(bowl(-TINY))
    assert finding.verdict is Verdict.HOLDS and finding.witness is None
    assert 0 < finding.effort["best_slack"] < 1e-10, "the local search must come close to the minimum"
    argmin = finding.effort["argmin"]
    assert max(abs(a - float(c)) for a, c in zip(argmin, CENTRE, strict=True)) < 1e-5


def test_a_true_statement_tight_at_the_boundary() -> None:
    finding = judged(real_problem(lambda b: 1 - b[:, 0] ** 2, lambda x: 1 - x**2, [[-1], [1], [0]]))
    assert finding.verdict is Verdict.HOLDS and finding.effort["best_slack"] == 0.0
    assert finding.effort["argmin"] in ([-1.0], [1.0])


def test_rounding_below_zero_at_an_equality_is_no_violation() -> None:
    problem = real_problem(
        lambda b: (b[:, 0] + 0.1) ** 2 - b[:, 0] ** 2 - b[:, 0] * 0.2 - 0.1**2,
        lambda x: F(0),
        [[0.3], [0.7], [-0.9]],
    )
    finding = judged(problem)
    assert finding.effort["negative_in_floats"] > 0 and finding.effort["best_slack"] < 0
    assert finding.verdict is Verdict.HOLDS and finding.witness is None
    assert finding.effort["evaluated_again"] > 0 and "below zero" in finding.reason
    assert judged(problem, rounding=0.0).verdict is Verdict.INCONCLUSIVE


def test_a_float_violation_that_the_second_evaluation_denies_is_inconclusive() -> None:
    finding = judged(real_problem(lambda b: b[:, 0] - 0.999, lambda x: F(1), [[0.5]]))
    assert finding.verdict is Verdict.INCONCLUSIVE and finding.witness is None
    assert "none of" in finding.reason and finding.effort["evaluated_again"] > 0


def test_the_contact_at_the_candidates_does_not_blind_the_local_search() -> None:
    """Many tight candidates with x = 1/8; the violation is a small dip elsewhere."""

    def slack(b: torch.Tensor) -> torch.Tensor:
        return torch.where(b[:, 0] == 0.125, 0.0, ((b - 0.5) ** 2).sum(1) - 1e-8)

    def exact(*x: F) -> F:
        return F(0) if x[0] == F(1, 8) else sum(((a - F(1, 2)) ** 2 for a in x), F(0)) - F(1, 10**8)

    tight = [[0.125, k / 40, -k / 40, 0.0] for k in range(40)]
    assert judged(real_problem(slack, exact, tight)).verdict is Verdict.VIOLATED


# --- values that are not numbers ----------------------------------------------------------------------


@pytest.mark.parametrize("bad", [math.nan, -math.inf, math.inf])
def test_a_slack_that_is_not_finite_names_the_instance(bad: float) -> None:
    def slack(b: torch.Tensor) -> torch.Tensor:
        return torch.where(b[:, 0] == 0.25, bad, 1.0).double()

    with pytest.raises(InputError, match=r"slack must be finite, got -?(nan|inf) at the instance \[0\.25\]"):
        judged(real_problem(slack, lambda x: F(1), [[0.5], [0.25]]))


def test_an_infinite_left_side_may_be_allowed_but_never_nan_or_minus_infinity() -> None:
    def problem(value: float) -> Problem:
        return Problem(
            uniform(1),
            lambda: torch.tensor([[0.25], [0.0]], dtype=torch.float64),
            lambda b: torch.where(b[:, 0] == 0.25, value, 1.0).double(),  # type: ignore[index]
            lambda instance: None,
            box(-1, 1),
            infinite_left=True,
        )

    assert judged(problem(math.inf)).verdict is Verdict.HOLDS
    for value in (math.nan, -math.inf):
        with pytest.raises(InputError, match="finite"):
            judged(problem(value))


# --- structured instances -----------------------------------------------------------------------------


def test_dictionaries_with_integers_that_stay_as_they_are() -> None:
    """p_label >= 1/100 is false on the simplex; labels are integers and must not be moved."""
    labels_seen: set[int] = set()

    def sample(g: torch.Generator, count: int) -> Batch:
        p = torch.rand((count, 3), generator=g, dtype=torch.float64) + 1
        return {
            "p": p / p.sum(1, keepdim=True),
            "label": torch.randint(3, (count,), generator=g),
        }

    def slack(batch: Batch) -> torch.Tensor:
        assert isinstance(batch, dict)
        labels_seen.update(batch["label"].tolist())
        assert bool((batch["p"] >= 0).all()) and torch.allclose(batch["p"].sum(1), torch.ones(1).double())
        return batch["p"].gather(1, batch["label"][:, None])[:, 0] - 0.01

    def confirm(instance: dict[str, torch.Tensor]) -> Witness | None:
        p, label = exact_distribution(instance["p"]), int(instance["label"])
        assert sum(p) == 1
        if p[label] >= F(1, 100):
            return None
        return Witness("mass", {"p": [str(v) for v in p], "label": label}, str(float(p[label])), "0.01", "<")

    def candidates() -> Batch:
        return {"p": torch.full((1, 3), 1 / 3, dtype=torch.float64), "label": torch.tensor([1])}

    finding = judged(Problem(sample, candidates, slack, confirm, simplex))
    assert finding.verdict is Verdict.VIOLATED and finding.effort["found_by"] == "refinement"
    assert labels_seen == {0, 1, 2} and set(finding.effort["argmin"]) == {"p", "label"}


def test_the_authors_own_refinement_is_used_and_evaluated_again() -> None:
    def refine(batch: Batch, generator: torch.Generator) -> Batch:
        assert isinstance(batch, torch.Tensor)
        return torch.full_like(batch[:1], 0.123)

    problem = Problem(
        uniform(1),
        lambda: torch.zeros((1, 1), dtype=torch.float64),
        lambda b: torch.where(b[:, 0] == 0.123, -1.0, 1.0).double(),  # type: ignore[index]
        lambda instance: Witness("it", {}, "-1", "0", "<"),
        unconstrained,
        refine,
    )
    assert judged(problem).verdict is Verdict.VIOLATED


# --- the record ---------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_finding_and_another_seed_another_search() -> None:
    def record(seed: Any) -> dict[str, Any]:
        found = judged(bowl(-TINY), seed=seed).as_json()
        found["seconds"] = found["effort"]["seconds"] = 0
        return json.loads(json.dumps(found))

    first = record(7)
    assert first == record(7) == record(np.random.SeedSequence(7))
    assert first["effort"]["argmin"] != record(8)["effort"]["argmin"]
    assert first["effort"]["seed"] == {"entropy": "7", "spawn_key": []}


def test_effort_is_what_was_really_done_and_chunks_bound_the_batch() -> None:
    sizes: list[int] = []

    def slack(b: torch.Tensor) -> torch.Tensor:
        sizes.append(len(b))
        return b[:, 0] + 2

    scope = Instances(3, "three of them")
    candidates = [[k / 250] for k in range(250)]
    finding = judged(real_problem(slack, lambda x: F(1), candidates), chunk=100, scope=scope)
    effort = finding.effort
    assert effort["evaluations"] == sum(sizes) >= SMALL.samples + 250 and max(sizes) <= 100
    assert finding.scope is scope and effort["plan"]["samples"] == SMALL.samples
    assert effort["best_slack"] == min(effort["best_by_stage"].values()) == 1.0
    assert finding.seconds > 0 and effort["negative_in_floats"] == 0 == effort["evaluated_again"]


def test_the_second_evaluation_is_asked_for_the_lowest_and_not_too_often() -> None:
    asked: list[float] = []

    def confirm(instance: torch.Tensor) -> Witness | None:
        asked.append(float(instance[0]))
        return None

    problem = Problem(
        uniform(1),
        lambda: torch.linspace(-1, 1, 101, dtype=torch.float64)[:, None],
        lambda b: b[:, 0] * 1e-13,  # type: ignore[index]
        confirm,
        box(-1, 1),
    )
    thrifty = Effort(samples=2000, parents=30, rounds=5, children=8, confirmations=5)
    finding = judged(problem, effort=thrifty)
    assert asked[0] == -1.0 and len(asked) == len(set(asked)) <= 3 * thrifty.confirmations
    assert finding.effort["evaluated_again"] == len(asked) and finding.verdict is Verdict.HOLDS


@pytest.mark.parametrize("pair", [("1", "0"), ("0", "0"), ("nan", "0"), ("one", "two"), ("1/3", "1/2")], ids=str)
def test_a_witness_whose_numbers_do_not_show_it_is_refused(pair: tuple[str, str]) -> None:
    problem = Problem(
        uniform(1),
        lambda: torch.zeros((1, 1), dtype=torch.float64),
        lambda b: b[:, 0] - 1,  # type: ignore[index]
        lambda instance: Witness("it", {}, *pair, "<"),
        unconstrained,
    )
    with pytest.raises(InputError, match="a witness must"):
        judged(problem)


# --- bad input ----------------------------------------------------------------------------------------


def test_bad_arguments_are_named() -> None:
    good = bowl(-TINY)
    for keywords, message in (
        ({"effort": "huge"}, "effort must be an Effort or one of"),
        ({"seed": -1}, "seed must be an integer >= 0"),
        ({"rounding": math.nan}, "rounding must be a finite number"),
        ({"chunk": 0}, "chunk must be at least 1"),
    ):
        with pytest.raises(InputError, match=message):
            judged(good, **keywords)
    with pytest.raises(InputError, match=r"effort\.samples must be a positive integer, got 0"):
        Effort(samples=0, parents=1, rounds=1, children=1, confirmations=1)
    if not torch.cuda.is_available():
        with pytest.raises(InputError, match="no CUDA device"):
            judged(good, device="cuda")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"candidates": lambda: torch.empty((0, 3), dtype=torch.float64)}, "candidates must return at least one"),
        ({"candidates": lambda: torch.zeros((1, 2), dtype=torch.float64)}, "same names, shapes and types"),
        ({"candidates": lambda: torch.tensor(1.0)}, "candidates must return tensors with a leading size"),
        ({"candidates": lambda: {"a": torch.zeros(1), "b": torch.zeros(2)}}, "tensors of one leading size"),
        ({"sample": lambda g, count: torch.zeros((count + 1, 3)).double()}, "sample must return"),
        ({"slack": lambda b: b[:, 0].float()}, "float64 tensor"),
        ({"slack": lambda b: b}, "shape"),
        ({"slack": lambda b: 1.0}, "slack must return a tensor, got float"),
    ],
)
def test_ill_made_problems_are_named(changes: dict[str, Any], message: str) -> None:
    import dataclasses

    with pytest.raises(InputError, match=message):
        judged(dataclasses.replace(bowl(-TINY), **changes))


# --- spaces and exact values --------------------------------------------------------------------------


def test_projection_onto_the_simplex_is_the_nearest_distribution() -> None:
    generator = torch.Generator().manual_seed(1)
    points = 3 * torch.randn((200, 4), generator=generator, dtype=torch.float64)
    projected = simplex(points)
    assert isinstance(projected, torch.Tensor)
    assert bool((projected >= 0).all()) and float((projected.sum(1) - 1).abs().max()) < 1e-15
    assert torch.allclose(simplex(projected), projected, atol=1e-15)  # type: ignore[arg-type]
    others = torch.rand((500, 4), generator=generator, dtype=torch.float64)
    others = others / others.sum(1, keepdim=True)
    gap = points - projected
    # The projection is characterised by (x - Px).(q - Px) <= 0 for every distribution q.
    assert float((gap @ others.T - (gap * projected).sum(1, keepdim=True)).max()) < 1e-12


def test_exact_values_and_distributions() -> None:
    assert exact_values(torch.tensor([[0.5, 0.1]], dtype=torch.float64)) == [[F(1, 2), F(0.1)]]
    assert exact_values(torch.tensor(0.25, dtype=torch.float64)) == [F(1, 4)]
    p = exact_distribution(torch.tensor([0.1, 0.2, 0.7], dtype=torch.float64))
    assert sum(p) == 1 and all(abs(a - b) < 1e-15 for a, b in zip(p, (0.1, 0.2, 0.7), strict=True))
    short = exact_distribution(torch.tensor([0.1, 0.2, 0.7], dtype=torch.float64), 100)
    assert short == [F(1, 10), F(1, 5), F(7, 10)]
    for bad in ([0.0, 0.0], [-0.1, 1.1]):
        with pytest.raises(InputError, match="probabilities"):
            exact_distribution(torch.tensor(bad, dtype=torch.float64))
    with pytest.raises(InputError, match="lo < hi"):
        box(1, 1)
