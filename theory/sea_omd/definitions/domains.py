"""Convex domains with exact projections, for numpy arrays and torch tensors alike, batched over leading axes.

The Euclidean projection is ``argmin_{x in X} ||x - y||``; the one in the norm of a positive definite H is
``argmin_{x in X} (x - y)' H (x - y)``. Radii, edges and points share one unit of length.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from plumbline.arrays import namespace
from plumbline.errors import InputError

_MOST_FACES = 20_000
_NEWTON_STEPS = 100


class Domain:
    """A closed convex set of R^d; what all domains share."""

    dimension: int

    @property
    def diameter(self) -> float:
        """Largest distance between two points; infinite where the set is unbounded."""
        raise NotImplementedError

    def origin(self) -> tuple[float, ...]:
        """A point of the set where learners start unless told otherwise: 0 where it belongs to the set."""
        return (0.0,) * self.dimension

    def project(self, y: Any) -> Any:
        """Euclidean projection of y (..., d); points of the set come back as they are."""
        raise NotImplementedError

    def project_in_norm(self, y: Any, H: Any) -> Any:
        """Projection of y (..., d) in the norm of H (..., d, d), symmetric and positive definite.

        A polytope's projection is the nearest of the feasible minimisers over its faces: all are tried, so
        :class:`InputError` where there are more than 20,000.
        """
        raise NotImplementedError

    def contains(self, x: Any, tolerance: float = 1e-12) -> bool:
        """Whether all points x (..., d) lie in the set, up to ``tolerance`` in every constraint."""
        raise NotImplementedError

    def support(self, l: Any) -> Any:
        """max of <l, u> over the set, for l (..., d): shape (...)."""
        raise NotImplementedError

    def largest_square(self, a: float, m: Any) -> Any:
        """max of ||a x + m||^2 over the set, for a >= 0 and m (..., d): shape (...)."""
        raise NotImplementedError

    def _require(self, y: Any) -> Any:
        xp = namespace(y)
        if not y.ndim or y.shape[-1] != self.dimension:
            raise InputError(f"points of {self} must have the shape (..., {self.dimension}), got {tuple(y.shape)}")
        return xp

    def _require_norm(self, y: Any, H: Any) -> Any:
        xp = self._require(y)
        if H.ndim < 2 or tuple(H.shape[-2:]) != (self.dimension, self.dimension):
            raise InputError(f"H must have the shape (..., {self.dimension}, {self.dimension}), got {tuple(H.shape)}")
        if namespace(H) is not xp or not bool((xp.swapaxes(H, -1, -2) == H).all()):
            raise InputError("H must be a symmetric array of the same library as the points")
        if not bool((xp.linalg.eigvalsh(H) > 0).all()):
            raise InputError("H must be positive definite")
        return xp


def _square(xp: Any, x: Any) -> Any:
    """||x||^2 with a last axis of length one kept."""
    return (x * x).sum(-1)[..., None]


@dataclass(frozen=True)
class Ball(Domain):
    """Euclidean ball of a radius around 0; d = 1 is the interval [-radius, radius]."""

    radius: float
    dimension: int

    def __post_init__(self) -> None:
        _require_dimension(self.dimension)
        _require_length("radius", self.radius)

    @property
    def diameter(self) -> float:
        return 2.0 * self.radius

    def project(self, y: Any) -> Any:
        xp = namespace(y)
        square = (y * y).sum(-1)[..., None]
        if xp.__name__ == "torch":
            return y * (square.sqrt_().clamp_min_(self.radius).reciprocal_().mul_(self.radius))
        return y * (self.radius / xp.maximum(xp.sqrt(square), self.radius))

    def project_in_norm(self, y: Any, H: Any) -> Any:
        """By Newton's method from the left on the convex secular equation for the multiplier, in H's eigenbasis."""
        xp = self._require_norm(y, H)
        values, basis = xp.linalg.eigh(H)
        z = (basis * y[..., :, None]).sum(-2)
        outside = _square(xp, y) > self.radius**2
        multiplier = 0.0 * (values * z).sum(-1)[..., None]
        for _ in range(_NEWTON_STEPS):  # 1/||x(m)|| is concave and increasing in m: Newton's steps never overshoot
            w = values * z / (values + multiplier)
            norm = xp.sqrt(_square(xp, w))
            bent = (w * w / (values + multiplier)).sum(-1)[..., None]
            step = xp.where(outside & (bent > 0), (norm / self.radius - 1) * norm**2 / xp.where(bent > 0, bent, 1), 0.0)
            following = multiplier + xp.where(step > 0, step, 0.0)
            if bool((following == multiplier).all()):
                break
            multiplier = following
        x = (basis * (values * z / (values + multiplier))[..., None, :]).sum(-1)
        return xp.where(outside, x, y)

    def contains(self, x: Any, tolerance: float = 1e-12) -> bool:
        xp = self._require(x)
        return bool((xp.sqrt(_square(xp, x)) <= self.radius + tolerance).all())

    def support(self, l: Any) -> Any:
        xp = self._require(l)
        return self.radius * xp.sqrt(_square(xp, l)[..., 0])

    def largest_square(self, a: float, m: Any) -> Any:
        xp = self._require(m)
        return (a * self.radius + xp.sqrt(_square(xp, m)[..., 0])) ** 2


@dataclass(frozen=True)
class Box(Domain):
    """The cube [lower, upper]^d."""

    lower: float
    upper: float
    dimension: int

    def __post_init__(self) -> None:
        _require_dimension(self.dimension)
        if not (math.isfinite(self.lower) and math.isfinite(self.upper) and self.lower < self.upper):
            raise InputError(f"a box needs finite lower < upper, got {self.lower!r} and {self.upper!r}")

    @property
    def diameter(self) -> float:
        return (self.upper - self.lower) * math.sqrt(self.dimension)

    def origin(self) -> tuple[float, ...]:
        return (min(max(0.0, self.lower), self.upper),) * self.dimension

    def project(self, y: Any) -> Any:
        return y.clip(self.lower, self.upper)

    def project_in_norm(self, y: Any, H: Any) -> Any:
        xp = self._require_norm(y, H)
        if 3**self.dimension > _MOST_FACES:
            raise InputError(f"projection on a box in the norm of H: at most 9 dimensions, got {self.dimension}")
        faces = itertools.product((None, self.lower, self.upper), repeat=self.dimension)
        return _nearest(xp, y, H, self, (_box_face(xp, y, H, face) for face in faces))

    def contains(self, x: Any, tolerance: float = 1e-12) -> bool:
        self._require(x)
        return bool(((x >= self.lower - tolerance) & (x <= self.upper + tolerance)).all())

    def support(self, l: Any) -> Any:
        xp = self._require(l)
        return xp.maximum(self.lower * l, self.upper * l).sum(-1)

    def largest_square(self, a: float, m: Any) -> Any:
        xp = self._require(m)
        return xp.maximum((a * self.lower + m) ** 2, (a * self.upper + m) ** 2).sum(-1)


@dataclass(frozen=True)
class Simplex(Domain):
    """The probability simplex of R^d. It lacks 0; learners start at its centre."""

    dimension: int

    def __post_init__(self) -> None:
        _require_dimension(self.dimension)

    @property
    def diameter(self) -> float:
        return math.sqrt(2.0) if self.dimension > 1 else 0.0

    def origin(self) -> tuple[float, ...]:
        return (1.0 / self.dimension,) * self.dimension

    def project(self, y: Any) -> Any:
        """Threshold from the sorted coordinates: x_i = max(y_i - tau, 0) with sum 1."""
        xp = self._require(y)
        falling = xp.sort(y, descending=True, dim=-1)[0] if xp.__name__ == "torch" else -xp.sort(-y, axis=-1)
        excess = xp.cumsum(falling, -1) - 1
        counts = xp.arange(1, self.dimension + 1)
        counts = counts.to(y.device, y.dtype) if xp.__name__ == "torch" else counts.astype(y.dtype)
        support = (falling * counts > excess).sum(-1)[..., None]
        chosen = (counts == support) * excess
        return (y - chosen.sum(-1)[..., None] / support).clip(0, None)

    def project_in_norm(self, y: Any, H: Any) -> Any:
        xp = self._require_norm(y, H)
        if 2**self.dimension > _MOST_FACES:
            raise InputError(f"projection on a simplex in the norm of H: at most 14 dimensions, got {self.dimension}")
        faces = (face for face in itertools.product((False, True), repeat=self.dimension) if any(face))
        return _nearest(xp, y, H, self, (_simplex_face(xp, y, H, face) for face in faces))

    def contains(self, x: Any, tolerance: float = 1e-12) -> bool:
        self._require(x)
        return bool((x >= -tolerance).all()) and bool((abs(x.sum(-1) - 1) <= tolerance * self.dimension).all())

    def support(self, l: Any) -> Any:
        xp = self._require(l)
        return xp.amax(l, -1)

    def largest_square(self, a: float, m: Any) -> Any:
        xp = self._require(m)
        return xp.amax((m * m).sum(-1)[..., None] - m * m + (a + m) ** 2, -1)


@dataclass(frozen=True)
class Euclidean(Domain):
    """All of R^d: every projection is the identity, and the diameter is infinite."""

    dimension: int

    def __post_init__(self) -> None:
        _require_dimension(self.dimension)

    @property
    def diameter(self) -> float:
        return math.inf

    def project(self, y: Any) -> Any:
        return y

    def project_in_norm(self, y: Any, H: Any) -> Any:
        self._require_norm(y, H)
        return y

    def contains(self, x: Any, tolerance: float = 1e-12) -> bool:
        xp = self._require(x)
        return bool(xp.isfinite(x).all())

    def support(self, l: Any) -> Any:
        xp = self._require(l)
        return xp.where((l == 0).all(-1), 0.0, math.inf)

    def largest_square(self, a: float, m: Any) -> Any:
        xp = self._require(m)
        square = (m * m).sum(-1)
        return square if a == 0 else xp.full_like(square, math.inf)


def _require_dimension(dimension: int) -> None:
    if isinstance(dimension, bool) or not isinstance(dimension, int) or dimension < 1:
        raise InputError(f"dimension must be an integer of at least 1, got {dimension!r}")


def _require_length(name: str, value: float) -> None:
    if not (math.isfinite(value) and value > 0):
        raise InputError(f"{name} must be a positive finite number, got {value!r}")


def _box_face(xp: Any, y: Any, H: Any, face: tuple[float | None, ...]) -> Any:
    """Minimiser over the affine hull of a face: None is free, a number is the coordinate's value."""
    free = [i for i, value in enumerate(face) if value is None]
    held = [i for i, value in enumerate(face) if value is not None]
    x = y + 0.0 * H[..., 0]
    for i in held:
        x[..., i] = face[i]
    if free and held:
        gap = (x - y)[..., held]
        pull = (H[..., free, :][..., :, held] * gap[..., None, :]).sum(-1)
        x[..., free] = x[..., free] - xp.linalg.solve(H[..., free, :][..., :, free], pull[..., None])[..., 0]
    return x


def _simplex_face(xp: Any, y: Any, H: Any, face: tuple[bool, ...]) -> Any:
    """Minimiser over the affine hull of the unit vectors whose place in ``face`` is True."""
    free = [i for i, inside in enumerate(face) if inside]
    x = _box_face(xp, y, H, tuple(None if inside else 0.0 for inside in face))
    block = H[..., free, :][..., :, free]
    along = xp.linalg.solve(block, xp.ones_like(block[..., :1]))[..., 0]
    x[..., free] = x[..., free] + along * ((1 - x.sum(-1)) / along.sum(-1))[..., None]
    return x


def _nearest(xp: Any, y: Any, H: Any, domain: Domain, candidates: Iterator[Any]) -> Any:
    """Among the candidates that lie in the domain, up to rounding, the nearest to y in the norm of H, by row."""
    best, distance = None, None
    for x in candidates:
        inside = domain.project(x)
        off = abs(inside - x).sum(-1) <= 1e-12 * (1 + abs(y).sum(-1))
        gap = x - y
        length = xp.where(off, (gap[..., None, :] * H * gap[..., :, None]).sum((-1, -2)), math.inf)
        if best is None or distance is None:
            best, distance = inside, length
        else:
            best = xp.where((length < distance)[..., None], inside, best)
            distance = xp.where(length < distance, length, distance)
    return best
