"""Spearman correlations with a bootstrap over environments, whose pairs are dependent and drawn together."""

from __future__ import annotations

import numpy as np

_TIE = 1e-12


class Ranked:
    """Columns (K, N) in groups (N,); rank correlations with a weight for each group, average ranks at ties."""

    def __init__(self, columns: np.ndarray, groups: np.ndarray) -> None:
        values = np.round(np.asarray(columns, dtype=float) / _TIE) * _TIE
        self.place = np.stack([np.unique(row, return_inverse=True)[1] for row in values])
        self.groups = np.unique(groups, return_inverse=True)[1]
        self.count = int(self.groups.max()) + 1
        k, n = self.place.shape
        self.flat = (self.place + np.arange(k)[:, None] * n).reshape(-1)

    def correlations(self, weights: np.ndarray) -> np.ndarray:
        """Spearman's rho of all columns (K, K) where group g counts ``weights[g]`` times."""
        k, n = self.place.shape
        w = weights[self.groups].astype(float)
        mass = np.bincount(self.flat, np.tile(w, k), k * n).reshape(k, n)
        rank = np.take_along_axis(mass.cumsum(1) - mass / 2, self.place, 1)
        centred = rank - (rank @ w)[:, None] / w.sum()
        covariance = (centred * w) @ centred.T
        scale = np.sqrt(np.diagonal(covariance))
        return np.asarray(covariance / scale[:, None] / scale[None, :])


def bootstrap(
    columns: np.ndarray, targets: np.ndarray, groups: np.ndarray, resamples: int, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """rho of each column with each target, (K, T), and the same for resampled groups, (resamples, K, T)."""
    k = len(columns)
    ranked = Ranked(np.concatenate([columns, targets]), groups)
    point = ranked.correlations(np.ones(ranked.count))[:k, k:]
    draw = np.random.default_rng(seed)
    counts = draw.multinomial(ranked.count, np.full(ranked.count, 1 / ranked.count), size=resamples)
    return point, np.stack([ranked.correlations(weights)[:k, k:] for weights in counts])
