"""Projections of the domains: a reference value, the variational inequality, other libraries, bad input."""

from __future__ import annotations

import itertools
import math

import cvxpy as cp
import numpy as np
import pytest
import torch

from plumbline.errors import InputError
from theory.sea_omd.definitions.domains import Ball, Box, Euclidean, Simplex

BOUNDED = [Ball(1.0, 3), Box(-0.5, 1.0, 3), Simplex(3), Ball(0.7, 1), Simplex(1), Box(0.25, 1.0, 1)]


def metrics(draw, count, d):
    A = draw.normal(size=(count, d, d))
    return A @ np.swapaxes(A, -1, -2) + 0.1 * np.eye(d)


def test_reference_projection_in_a_norm():
    H, y = np.diag([1.0, 4.0]), np.array([2.0, 1.0])
    x = Ball(1.0, 2).project_in_norm(y, H)
    assert x == pytest.approx([0.721110118447192, 0.692820465252779], abs=1e-14)
    assert (H @ (y - x) / x) == pytest.approx([1.77350150668627] * 2, abs=1e-13)  # the multiplier


@pytest.mark.parametrize("domain", BOUNDED, ids=str)
def test_projections_satisfy_the_variational_inequality(domain):
    """<H (y - x), u - x> <= 0 for all u of the domain, tried on its extreme directions: exactly optimal."""
    draw, d = np.random.default_rng(0), domain.dimension
    y, H = 2 * draw.normal(size=(200, d)), metrics(draw, 200, d)
    for x, normal in (
        (domain.project(y), None),
        (domain.project_in_norm(y, H), H),
    ):
        gap = y - x if normal is None else (normal * (y - x)[:, None, :]).sum(-1)
        assert domain.contains(x)
        assert (domain.support(gap) - (gap * x).sum(-1)).max() < 1e-11


@pytest.mark.parametrize("domain", BOUNDED, ids=str)
def test_torch_and_numpy_agree_and_points_inside_stay(domain):
    draw, d = np.random.default_rng(1), domain.dimension
    y, H = draw.normal(size=(4, 5, d)), metrics(draw, 5, d)
    inside = domain.project(y)
    assert domain.project(inside) == pytest.approx(inside, abs=1e-15)
    t, H_t = torch.as_tensor(y), torch.as_tensor(H)
    assert np.allclose(domain.project(t).numpy(), inside, atol=1e-15)
    assert np.allclose(domain.project_in_norm(t, H_t).numpy(), domain.project_in_norm(y, H), atol=1e-12)
    assert np.allclose(domain.support(t).numpy(), domain.support(y))
    assert np.allclose(domain.largest_square(0.7, t).numpy(), domain.largest_square(0.7, y))


@pytest.mark.parametrize("domain", [Ball(1.0, 3), Box(-0.5, 1.0, 3), Simplex(3)], ids=str)
def test_projection_in_a_norm_against_a_conic_solver(domain):
    draw = np.random.default_rng(2)
    for H in metrics(draw, 3, 3):
        y, x = 2 * draw.normal(size=3), cp.Variable(3)
        inside = {
            Ball: [cp.norm(x) <= 1],
            Box: [x >= -0.5, x <= 1],
            Simplex: [x >= 0, cp.sum(x) == 1],
        }[type(domain)]
        cp.Problem(cp.Minimize(cp.quad_form(x - y, cp.psd_wrap(H))), inside).solve(solver="CLARABEL")
        assert domain.project_in_norm(y, H) == pytest.approx(x.value, abs=1e-5)


def test_extreme_metrics():
    """Eigenvalues ten orders apart, far points: still optimal."""
    H = np.diag([1e-5, 1.0, 1e5])
    y = np.array([[1e6, 1e6, 1e6], [1.0 + 1e-12, 0, 0], [0, 0, 1e-3]])
    x = Ball(1.0, 3).project_in_norm(y, H)
    gap = (y - x) @ H
    scale = 1 + np.linalg.norm(gap, axis=-1)
    assert ((np.linalg.norm(gap, axis=-1) - (gap * x).sum(-1)) / scale).max() < 1e-10
    assert (x[2] == y[2]).all()


def test_diameters_and_largest_squares_by_vertices():
    corners = np.array(list(itertools.product((-0.5, 1.0), repeat=3)))
    assert Box(-0.5, 1.0, 3).diameter == pytest.approx(np.linalg.norm(corners[0] - corners[-1]))
    assert Simplex(3).diameter == math.sqrt(2) and Ball(1.5, 2).diameter == 3 and Euclidean(2).diameter == math.inf
    m = np.array([0.3, -2.0, 1.0])
    assert Box(-0.5, 1.0, 3).largest_square(0.7, m) == pytest.approx(((0.7 * corners + m) ** 2).sum(-1).max())
    assert Simplex(3).largest_square(0.7, m) == pytest.approx(((0.7 * np.eye(3) + m) ** 2).sum(-1).max())
    assert Ball(2.0, 3).largest_square(0.7, m) == pytest.approx((1.4 + np.linalg.norm(m)) ** 2)


def test_the_euclidean_projection_is_not_the_one_in_the_norm():
    draw = np.random.default_rng(3)
    y, H = 3 * draw.normal(size=(50, 2)), metrics(draw, 50, 2)
    x = Ball(1.0, 2).project(y)
    gap = (H * (y - x)[:, None, :]).sum(-1)
    assert (Ball(1.0, 2).support(gap) - (gap * x).sum(-1)).max() > 0.1


def test_all_of_space():
    y = np.array([[3.0, -4.0]])
    space = Euclidean(2)
    assert (space.project(y) == y).all() and (space.project_in_norm(y, np.eye(2)) == y).all()
    assert space.support(np.array([[0.0, 0.0], [0.0, 1.0]])).tolist() == [0, math.inf]
    assert not space.contains(np.array([math.nan, 0.0]))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Ball(0.0, 1), "radius must be a positive finite number"),
        (lambda: Ball(math.inf, 1), "radius must be"),
        (lambda: Ball(1.0, 0), "dimension must be an integer of at least 1"),
        (lambda: Box(1.0, 1.0, 2), "lower < upper"),
        (lambda: Ball(1.0, 2).project_in_norm(np.zeros(3), np.eye(3)), "must have the shape"),
        (lambda: Ball(1.0, 2).project_in_norm(np.zeros(2), np.eye(3)), "H must have the shape"),
        (lambda: Ball(1.0, 2).project_in_norm(np.zeros(2), np.diag([1.0, 0.0])), "positive definite"),
        (lambda: Ball(1.0, 2).project_in_norm(np.zeros(2), np.array([[1.0, 0.5], [0, 1]])), "symmetric"),
        (lambda: Box(0.0, 1.0, 12).project_in_norm(np.zeros(12), np.eye(12)), "at most 9 dimensions"),
        (lambda: Simplex(20).project_in_norm(np.zeros(20), np.eye(20)), "at most 14 dimensions"),
    ],
)
def test_bad_input(make, message):
    with pytest.raises(InputError, match=message):
        make()
