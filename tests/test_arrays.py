"""Large arrays in pieces: the same numbers, shapes and types as whole ones."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from plumbline.arrays import CACHED, in_pieces

SEEN: list[int] = []


@in_pieces
def weighted(xp, x, a):
    SEEN.append(int(np.prod(np.broadcast_shapes(np.shape(x), np.shape(a)))))
    return a * xp.expm1(x) + 1


@pytest.mark.parametrize(
    ("x", "a"),
    [
        (np.linspace(0, 1, 3 * CACHED + 5), 2.0),
        (np.linspace(0, 1, CACHED + 1).astype(np.float32), 2.0),
        (np.linspace(0, 1, CACHED)[:, None], np.arange(3.0)),
        (np.linspace(0, 1, 2 * CACHED)[::-1].reshape(2, CACHED), np.float64(0.5)),
        (0.5, 2.0),
        (np.zeros((0, 4)), 1.0),
    ],
)
def test_same_values_in_pieces(x, a):
    SEEN.clear()
    got, expected = weighted(np, x=x, a=a), weighted.__wrapped__(np, x=x, a=a)
    assert np.shape(got) == np.shape(expected)
    assert np.asarray(got).dtype == np.asarray(expected).dtype
    np.testing.assert_array_equal(got, expected)
    assert max(SEEN[:-1]) <= CACHED


def test_tensors_stay_whole_and_differentiable():
    x = torch.linspace(0, 1, 2 * CACHED, dtype=torch.float64, requires_grad=True)
    weighted(torch, x=x, a=3.0).sum().backward()
    torch.testing.assert_close(x.grad, 3 * x.detach().exp())
