r"""One-dimensional SEA environments with finitely many quadratic losses in each round, all of them rational.

Round t draws :math:`f_t(x)=\tfrac12\alpha x^2+\beta x` from finitely many atoms, independently of the past. Then
:math:`F_t=\mathbb E f_t` is quadratic too and :math:`\sigma_t^2=\max_x\mathbb E|f_t'(x)-F_t'(x)|^2` (a convex
quadratic in x), :math:`\Sigma_t^2=\sup_x|F_t'(x)-F_{t-1}'(x)|^2` (an affine function squared) and
:math:`G=\max|f_t'|` are attained at the ends of the domain, hence exact. Single losses need not be convex.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from plumbline.errors import InputError


@dataclass(frozen=True)
class Atom:
    """The loss curvature x^2/2 + slope x, drawn with the given probability."""

    probability: Fraction
    curvature: Fraction
    slope: Fraction

    def loss(self, x: Fraction) -> Fraction:
        return self.curvature * x * x / 2 + self.slope * x

    def gradient(self, x: Fraction) -> Fraction:
        return self.curvature * x + self.slope


Round = tuple[Atom, ...]


def mean(atoms: Round) -> Atom:
    """The expected loss of a round, as an atom of probability 1."""
    curvature = sum((atom.probability * atom.curvature for atom in atoms), Fraction(0))
    slope = sum((atom.probability * atom.slope for atom in atoms), Fraction(0))
    return Atom(Fraction(1), curvature, slope)


@dataclass(frozen=True)
class FiniteGame:
    """Rounds of atoms on the interval [lo, hi], which contains 0."""

    rounds: tuple[Round, ...]
    lo: Fraction
    hi: Fraction
    name: str = ""

    def __post_init__(self) -> None:
        if not (self.lo <= 0 <= self.hi and self.lo < self.hi):
            raise InputError(f"domain must be an interval that contains 0, got [{self.lo}, {self.hi}]")
        if not self.rounds:
            raise InputError("a game needs at least one round")
        for t, atoms in enumerate(self.rounds, 1):
            if any(atom.probability <= 0 for atom in atoms) or sum(atom.probability for atom in atoms) != 1:
                raise InputError(f"probabilities of round {t} must be positive and sum to 1")
            if mean(atoms).curvature < 0:
                raise InputError(f"the expected loss of round {t} is not convex")

    @cached_property
    def expected(self) -> tuple[Atom, ...]:
        """F_1, ..., F_T."""
        return tuple(mean(atoms) for atoms in self.rounds)

    @property
    def diameter(self) -> Fraction:
        return self.hi - self.lo

    @property
    def smoothness(self) -> Fraction:
        """L: the largest curvature of an expected loss."""
        return max(loss.curvature for loss in self.expected)

    @property
    def gradient_bound(self) -> Fraction:
        """G: the largest slope of any atom on the domain."""
        return max(abs(atom.gradient(x)) for atoms in self.rounds for atom in atoms for x in (self.lo, self.hi))

    def variance(self, t: int) -> Fraction:
        """sigma_t^2, the maximum over x outside the expectation (t counts from 1)."""
        centre, atoms = self.expected[t - 1], self.rounds[t - 1]
        return max(
            sum((a.probability * (a.gradient(x) - centre.gradient(x)) ** 2 for a in atoms), Fraction(0))
            for x in (self.lo, self.hi)
        )

    def shift(self, t: int) -> Fraction:
        """Sigma_t^2, with F_0' = 0."""
        now, before = (
            self.expected[t - 1],
            self.expected[t - 2] if t > 1 else Atom(Fraction(1), Fraction(0), Fraction(0)),
        )
        return max((now.gradient(x) - before.gradient(x)) ** 2 for x in (self.lo, self.hi))

    @cached_property
    def total_variance(self) -> Fraction:
        """sigma^2_{1:T}."""
        return sum((self.variance(t) for t in range(1, len(self.rounds) + 1)), Fraction(0))

    def total_shift(self, first: int) -> Fraction:
        """Sigma^2_{first:T}: ``first`` is 1 for the convention F_0' = 0, 2 to leave the first round out."""
        return sum((self.shift(t) for t in range(first, len(self.rounds) + 1)), Fraction(0))

    @cached_property
    def least_total(self) -> Fraction:
        """min over u of F_1(u) + ... + F_T(u): at an end, or where the slope vanishes."""
        curvature = sum((loss.curvature for loss in self.expected), Fraction(0))
        slope = sum((loss.slope for loss in self.expected), Fraction(0))
        inner = [-slope / curvature] if curvature else []
        points = [self.lo, self.hi, *(x for x in inner if self.lo <= x <= self.hi)]
        return min(curvature * x * x / 2 + slope * x for x in points)


def two_signs(centres: Sequence[Fraction], noise: Fraction, curvature: Fraction, half: Fraction) -> FiniteGame:
    """F_t(x) = curvature (x - c_t)^2/2 up to a constant, with the noise +-noise x by a fair sign, on [-half, half]."""
    share = Fraction(1, 2)
    rounds = tuple(tuple(Atom(share, curvature, -curvature * c + sign * noise) for sign in (1, -1)) for c in centres)
    return FiniteGame(rounds, -half, half)


def linear(slopes: Sequence[Fraction], lo: Fraction, hi: Fraction) -> FiniteGame:
    """One linear loss in each round, without noise."""
    return FiniteGame(tuple((Atom(Fraction(1), Fraction(0), slope),) for slope in slopes), lo, hi)
