"""Loss in, transformation out: certified values, inverse, exactness of the two-class form and worst instances."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

from flint import arb

from plumbline.domain import Domain, Every, Instances, Integer, Real
from plumbline.errors import InputError
from plumbline.evidence import Finding
from proofs_checks.calibration import lower, regrets
from proofs_checks.calibration.concave import Pools
from proofs_checks.calibration.regrets import Instance
from proofs_checks.calibration.shape import Shape, rational, shape
from proofs_checks.engines import derivation, instances, separable
from proofs_checks.engines.separable import Enclosure, Loss, ball
from theory.calibration import CONCAVE_POOLS, PAIR_BOUND, SurrogateLoss

MOST_CLASSES = 200
BETAS = tuple(Fraction(step, 10) for step in range(1, 11))
_HALVINGS = 44
_LAWS = Every("p", "every conditional law on the n labels")
_SCORES = Every("s", "every score vector, through its softmax")

PROVED, REFUTED, UNDECIDED = "proved", "refuted", "undecided"


@dataclass(frozen=True)
class Row:
    """T*_n(beta) between two certified ends; ``worst`` is a law whose regret is at most ``upper``."""

    beta: Fraction
    value: Enclosure
    two_class: Enclosure | None
    worst: Instance
    finding: Finding
    searched: int

    @property
    def exact(self) -> bool:
        """Whether the two ends agree but for rounding."""
        return bool((self.value.upper - self.value.lower).upper() <= arb(2.0**-40))


@dataclass
class Transformation:
    """The H-consistency transformation of one loss for n classes (complete hypothesis sets, any tie-breaking)."""

    loss: SurrogateLoss
    n: int
    shape: Shape
    exactness: str = UNDECIDED
    reason: str = ""
    refuted_by: Row | None = None
    decided_by: Finding | None = None
    rows: list[Row] = field(default_factory=list)

    @cached_property
    def balls(self) -> Loss:
        return regrets.balls_of(self.loss)

    @cached_property
    def pools(self) -> Pools:
        return Pools(self.n, self.balls)

    def at(self, beta: Any) -> Row:
        """The certified enclosure of T*_n(beta) and a worst instance, for beta in [0, 1]."""
        exact = rational(beta, "beta")
        if not 0 <= exact <= 1:
            raise InputError(f"beta must lie in [0, 1], got {beta}")
        started = time.perf_counter()
        parts = _convex_row if self.shape.curve == "convex" else _concave_row
        value, two, worst, how, rests, tried = parts(self, exact)
        scope = Domain(Integer("n", self.n, self.n), Real("beta", exact, exact), _LAWS, _SCORES)
        finding = separable.bounds(
            scope,
            f"T*_{self.n}({exact}) lies in the enclosure",
            *value.ends,
            premises=[
                *self.shape.findings,
                *([self.decided_by] if self.exactness == PROVED and self.decided_by else []),
            ],
            rests_on=[f"lemma:{name}" for name in rests],
            how=how,
            seconds=time.perf_counter() - started,
        )
        return Row(exact, value, two, worst, finding, tried)

    def least_value(self, beta: Fraction) -> Enclosure:
        """A convex nondecreasing certified minorant of T*_n (``lower``) and a majorant of its envelope (``upper``)."""
        if self.shape.curve != "convex":
            return self.pools.envelope(beta)
        two = regrets.two_class(beta, self.balls)
        if self.exactness == PROVED:
            return two
        if not self.shape.rising:
            raise InputError("no convex lower bound is known for this loss and n: no inverse is offered")
        return Enclosure(lower.tied_pair(beta, self.n, self.balls, rising=True)[0], two.upper)

    def inverse(self, t: Any) -> tuple[Fraction, Fraction]:
        """Rational ends of the sharp bound Gamma(t) on the zero-one regret at surrogate regret t >= 0.

        ``Gamma`` inverts the convex envelope of T*_n and is capped at 1. The upper end is what may be relied on.
        """
        exact = rational(t, "t")
        if exact < 0:
            raise InputError(f"t must be at least 0, got {t}")
        level = ball(exact)
        below = self._crossing(lambda value: bool(value.upper <= level))[0]
        above = self._crossing(lambda value: not value.lower > level)[1]
        return below, above

    def _crossing(self, holds: Any) -> tuple[Fraction, Fraction]:
        """The last beta of a fine grid at which a monotone property holds, and the next one."""
        if holds(self.least_value(Fraction(1))):
            return Fraction(1), Fraction(1)
        low, high = Fraction(0), Fraction(1)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if holds(self.least_value(middle)) else (low, middle)
        return low, high

    def bayes_risk(self, p: Sequence[Any]) -> Enclosure:
        """The least conditional risk of a law given by exact probabilities (``'1/2'``, ``'0.3'``, Fractions)."""
        law = [rational(value, "p") for value in p]
        if len(law) < 2 or min(law) < 0 or sum(law) != 1:
            raise InputError(f"p must be at least two nonnegative numbers of sum 1, got {[str(x) for x in law]}")
        if self.shape.curve == "convex":
            return separable.minimum([(x, 1) for x in law], self.balls)
        return self.pools.vertex_risk(max(law))

    @property
    def verdict(self) -> str:
        """Whether the two-class form is exact, in words."""
        if self.exactness == PROVED:
            strength = f" ({self.decided_by.strength})" if self.decided_by else ""
            return f"exact, proved{strength}"
        return "not exact, refuted by a certified law" if self.exactness == REFUTED else "not decided; searched"

    @property
    def bayes_formula(self) -> str:
        """How the least risk comes about."""
        if self.shape.curve == "convex":
            return "C*(p) = sum p_y l(s_y) with p_y / w(s_y) the same for all y with s_y > 0, w = -1/l', sum s_y = 1"
        return "C*(p) = p_max l(1) + (1 - p_max) l(0): the vertex of a likeliest label"


def transformation(phi: str | SurrogateLoss, n: int = 2, betas: Sequence[Any] = BETAS) -> Transformation:
    """The certified H-consistency transformation of the loss ``Phi(sum_{y' != y} exp(h_y' - h_y))`` for n classes.

    ``phi`` is a formula in u (``'log(1+u)'``) or a :class:`SurrogateLoss`. Proved first: Phi smooth, >= 0, Phi' > 0,
    and l(s) = Phi(1/s - 1) convex or concave; InputError where that fails. ``rows`` holds the enclosures at ``betas``;
    ``exactness`` says whether the two-class form is T*_n: ``proved`` (for every number of classes, or n = 2),
    ``refuted`` (with ``refuted_by``) or ``undecided`` (then the rows' upper ends are searched, their validity is not).
    """
    if isinstance(n, bool) or not isinstance(n, int) or not 2 <= n <= MOST_CLASSES:
        raise InputError(f"n must be an integer from 2 to {MOST_CLASSES}, got {n!r}")
    loss = phi if isinstance(phi, SurrogateLoss) else SurrogateLoss.parse(phi)
    made = Transformation(loss, n, shape(loss))
    _decide_by_theory(made)
    made.rows = [made.at(beta) for beta in betas]
    if made.exactness == UNDECIDED:
        _decide_by_instances(made)
    return made


def _decide_by_theory(made: Transformation) -> None:
    """The two-class form for every n by a lemma whose hypotheses were proved; trivially for n = 2."""
    found = made.shape
    if made.n == 2:
        made.exactness, made.reason = PROVED, "there are two classes only"
    elif found.two_class:
        made.exactness = PROVED
        conditions = "; ".join(finding.statement for finding in found.two_class)
        made.reason = f"for every n, by the lemma {found.lemma}: {conditions}"
        scope = Domain(Integer("n", 2, None), Real("beta", 0, 1), _LAWS, _SCORES)
        assert found.lemma is not None
        statement = "the least regret at zero-one regret beta is the two-class value"
        made.decided_by = derivation.by_lemma(found.lemma, [*found.findings, *found.two_class], scope, statement)


def _decide_by_instances(made: Transformation) -> None:
    """Refuted where a law's regret is certainly below the two-class value; otherwise the search is all there is."""
    statement = "the least regret at zero-one regret beta is the two-class value"
    refuting = [row for row in made.rows if row.two_class and row.value.upper < row.two_class.lower]
    if not refuting:
        tried = sum(row.searched for row in made.rows)
        scope = Instances(tried, f"structured laws on {made.n} labels")
        made.reason = "no condition applies, and no law below the two-class value was found"
        made.decided_by = instances.unbroken(scope, statement, made.reason, undecided=True)
        return
    row = min(refuting, key=lambda row: float((row.value.upper / row.two_class.lower).mid()) if row.two_class else 1.0)
    assert row.two_class is not None
    made.exactness, made.refuted_by = REFUTED, row
    made.reason = f"at beta = {row.beta} a law on {made.n} labels has a smaller regret"
    at = Domain(Integer("n", made.n, made.n), Real("beta", row.beta, row.beta))
    ends = row.value.upper, row.two_class.lower
    made.decided_by = separable.below(at, statement, *ends, premises=made.shape.findings)


Parts = tuple[Enclosure, Enclosure | None, Instance, str, list[str], int]


def _concave_row(made: Transformation, beta: Fraction) -> Parts:
    worst = made.pools.exact(beta)
    two = Pools(2, made.balls).exact(beta).regret
    return worst.regret, two, worst, "exact by uniform pools", [CONCAVE_POOLS.name], 0


def _convex_row(made: Transformation, beta: Fraction) -> Parts:
    balls, n = made.balls, made.n
    two = regrets.two_class(beta, balls)
    plain = regrets.certified(regrets.structured(beta, 1, 0, (1 - beta) / 2), balls)
    if made.exactness == PROVED:
        lemma = [made.shape.lemma] if n > 2 else []
        return two, two, plain, "two-class value, exact", lemma, 0
    law, tried = regrets.worst(beta, n, made.loss, balls.inverse)
    worst = regrets.certified(law, balls)
    if not worst.regret.upper < plain.regret.upper:
        worst = plain
    upper = worst.regret.upper
    if n == 3:
        least, cells = lower.three_classes(beta, balls, upper)
        how = f"above a certified law ({tried} searched), below {cells} cells over every law on 3 labels"
        return Enclosure(least, upper), two, worst, how, [], tried
    least, cells = lower.tied_pair(beta, n, balls, rising=made.shape.rising)
    how = f"above a certified law ({tried} searched), below the tied pair ({cells} cells)"
    return Enclosure(least, upper), two, worst, how, [PAIR_BOUND.name], tried


def bracket(value: Enclosure, digits: int = 13) -> tuple[str, str]:
    """The two ends in decimal."""
    low, high = value.ends
    return separable.rounded(low, digits, up=False), separable.rounded(high, digits, up=True)
