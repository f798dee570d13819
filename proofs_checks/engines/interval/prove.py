"""``left >= right`` on a domain: the whole procedure, from the statement to the finding."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import sympy
from flint import ctx

from plumbline.domain import Domain, Every, Integer, Real, covers
from plumbline.errors import InputError
from plumbline.evidence import Finding, Verdict
from plumbline.formula import Formula
from proofs_checks.engines.interval.branch import Budget, Cover, cover
from proofs_checks.engines.interval.cover import axes_as_json, flaws
from proofs_checks.engines.interval.granted import ENGINE
from proofs_checks.engines.interval.refute import Refuter, argument_name
from proofs_checks.engines.interval.regions import Contact, Region, Request, Substitution, regions
from proofs_checks.engines.interval.scalar import Box
from proofs_checks.engines.symbolic.normalise import Normaliser
from proofs_checks.engines.symbolic.ratios import Undecided

_BITS = 96
_SHOWN = 8


def prove_at_least(
    left: Formula,
    right: Formula | int | Fraction,
    *,
    strict: bool = False,
    domain: Domain | None = None,
    contacts: Sequence[Contact] = (),
    substitutions: Sequence[Substitution] = (),
    factor: tuple[Formula, Formula] | None = None,
    relax: Collection[str] = (),
    enumerate_limit: int = 64,
    statement: str = "",
    budget_seconds: float = 20,
    max_boxes: int = 200_000,
    program: str = "formula",
) -> Finding:
    """Prove ``left >= right`` (``>`` if ``strict``) on ``domain``, by default the formulas' common domain.

    * ``contacts``: interior faces where the inequality may be tight (hints; ends are tried anyway).
    * ``substitutions``: compact coordinates for chosen axes; unbounded axes get x = a + u/(1-u) by default.
    * ``factor=(g, q)``: proves g >= 0 and q >= 0 instead, after checking left - right == g*q exactly.
    * Integer axes with at most ``enumerate_limit`` values are enumerated, others (and those in ``relax``)
      treated as real ranges.

    The finding *holds* with a ``box_cover`` certificate on the whole domain, is *violated* with a rational
    witness, or is *inconclusive* with a reason and the boxes left; its scope is the domain asked for.
    Raises InputError if the domain is not inside those of the formulas or has quantifiers.
    """
    started = time.perf_counter()
    right = right if isinstance(right, Formula) else _constant(right, left)
    difference = Formula.difference(left, right)
    domain = difference.domain if domain is None else domain
    _check_domain(domain, left, right)
    statement = statement or f"{left.name} {'>' if strict else '>='} {right.name}"
    frame = list(difference.variables)
    refuter = Refuter(_framed(left, frame), _framed(right, frame), difference, domain, strict)
    request = Request(difference.expr, difference.symbols, domain, contacts, substitutions, relax, enumerate_limit)
    run = _Run(statement, domain, strict, refuter, Budget(budget_seconds, max_boxes, started), program)
    before, ctx.prec = ctx.prec, _BITS
    try:
        return run.judge(request, factor)
    finally:
        ctx.prec = before


def _constant(value: int | Fraction, left: Formula) -> Formula:
    if isinstance(value, bool) or not isinstance(value, (int, Fraction)):
        raise InputError(f"right must be a Formula, an int or a Fraction, got {value!r}")
    number = sympy.Rational(Fraction(value).numerator, Fraction(value).denominator)
    return Formula(str(value), list(left.variables), lambda *_: number)


def _framed(formula: Formula, axes: Sequence[Any]) -> Formula:
    """The same expression as a function of all variables of the statement, under names fit for source."""
    safe = [replace_name(axis, argument_name(axis.name)) for axis in axes]
    frame = Formula(formula.name, safe, lambda *_: 0)
    table = {symbol: frame.symbols[argument_name(name)] for name, symbol in formula.symbols.items()}
    return Formula(formula.name, safe, lambda *_: formula.expr.xreplace(table))


def replace_name(axis: Any, name: str) -> Any:
    if isinstance(axis, Integer):
        return Integer(name, *(None if end is None else int(end) for end in (axis.lo, axis.hi)))
    return Real(name, axis.lo, axis.hi, open_lo=axis.open_lo, open_hi=axis.open_hi)


def _check_domain(domain: Domain, *formulas: Formula) -> None:
    if any(isinstance(axis, Every) for axis in domain.axes):
        raise InputError(f"domain of an inequality between formulas has no quantifiers, got {domain.describe()}")
    names = {axis.name for axis in domain.axes}
    needed = {axis.name for formula in formulas for axis in formula.variables}
    if names != needed:
        raise InputError(f"domain must have the axes {sorted(needed)}, got {sorted(names)}")
    for formula in formulas:
        part = Domain(*(domain[axis.name] for axis in formula.variables))
        if not covers(part, [formula.domain]):
            raise InputError(
                f"domain {part.describe()} is not inside that of {formula.name}: {formula.domain.describe()}"
            )


@dataclass
class _Run:
    """One statement being judged."""

    statement: str
    domain: Domain
    strict: bool
    refuter: Refuter
    budget: Budget
    program: str
    cells: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def judge(self, request: Request, factor: tuple[Formula, Formula] | None) -> Finding:
        known = _checked_hints(request)
        if self.refuter.search():
            return self._violated()
        if self.refuter.undefined:
            return self._inconclusive(self.refuter.undefined)
        hints = [Contact(*hint) for hint in self.refuter.meeting_points() if hint not in known]
        request = replace(request, contacts=[*request.contacts, *hints])
        requests = [request]
        extra: dict[str, Any] = {}
        if factor is not None:
            parts = self._factors(request, factor)
            if isinstance(parts, str):
                return self._inconclusive(parts)
            requests = parts
            extra = {"factors": [str(part.expr) for part in parts]}
        left: list[str] = []
        certificates = []
        for part in requests:
            self.cells = []
            left += self._cover(part)
            if self.refuter.witness is not None:
                return self._violated()
            if left:
                return self._inconclusive("; ".join([self._why(), *self.notes]), left)
            certificates.append(self._certificate(part))
        faults = [fault for certificate in certificates for fault in flaws(certificate)]
        if faults:
            return self._inconclusive("; ".join(faults))
        certificate = certificates[0] | extra
        if len(certificates) > 1:
            certificate["cells"] = [cell for one in certificates for cell in one["cells"]]
        return ENGINE.finding(
            Verdict.HOLDS,
            self.domain,
            self.statement,
            certificate=certificate,
            effort=self._effort(),
            seconds=self._seconds(),
        )

    def _factors(self, request: Request, factor: tuple[Formula, Formula]) -> list[Request] | str:
        """The statements factor >= 0 and quotient >= 0, if their product is the difference exactly."""
        for part in factor:
            axes = [self.domain[axis.name] for axis in part.variables]
            if not covers(Domain(*axes), [part.domain]):
                raise InputError(f"domain is not inside that of {part.name}: {part.domain.describe()}")
        tables = [{s: request.symbols[n] for n, s in part.symbols.items()} for part in factor]
        front, quotient = (p.expr.xreplace(table) for p, table in zip(factor, tables, strict=True))
        try:
            same = Normaliser(self.domain).form(front * quotient - request.expr).is_zero
        except (Undecided, InputError) as error:
            return f"the factorisation is not proved: {error}"
        if not same:
            return "the difference is not the product of factor and quotient"
        return [replace(request, expr=front), replace(request, expr=quotient)]

    def _cover(self, request: Request) -> list[str]:
        """Judge every region; returns descriptions of what is left."""
        left: list[str] = []
        for region in regions(request):
            scalar = region.cell.scalar(region.expr)
            if region.expr.has(sympy.nan, sympy.zoo, sympy.oo):
                self.notes.append("the difference is undefined")
                left.append(region.scope.describe())
                continue
            refute = _refuter_in(region, self.refuter)
            if self._tight(region, refute):
                return left or [region.scope.describe()]
            if not self.strict and scalar.smooth and _seems_zero(region) and scalar.is_zero():
                found = Cover(proved=[(region.cell.box, "identity")])
            else:
                found = cover(scalar, self.budget, refute, strict=self.strict)
            if found.refuted:
                return left
            if found.stopped:
                self.notes.append(found.stopped)
            left += [_describe(region, box) for box in found.left]
            self.cells.append(_cell(region, found))
            if found.left:
                break
        return left

    def _tight(self, region: Region, refute: Any) -> bool:
        """For strict statements: whether equality is proved on a face that belongs to the domain."""
        if not self.strict:
            return False
        for chain in region.cell.scalar(region.expr).chains():
            if not chain.face.inside:
                continue
            self.notes.append(f"equality is proved at {region.cell.symbols[chain.face.axis]} = {chain.face.at}")
            if chain.face.rational:
                values = [(low + high) / 2 for low, high in region.cell.box]
                values[chain.face.axis] = chain.face.low
                point = region.point(values)
                if point is not None:
                    self.refuter.equality(point)
            return True
        return False

    def _certificate(self, request: Request) -> dict[str, Any]:
        return {
            "kind": "box_cover",
            "version": 1,
            "relation": ">" if self.strict else ">=",
            "domain": axes_as_json(self.domain),
            "difference": str(request.expr),
            "cells": self.cells,
        }

    def _violated(self) -> Finding:
        witness = self.refuter.witness
        assert witness is not None
        return ENGINE.finding(
            Verdict.VIOLATED,
            self.domain,
            self.statement,
            reason=f"left {witness.relation} right at {witness.data['point']}",
            witness=replace(witness, program=self.program),
            effort=self._effort(),
            seconds=self._seconds(),
        )

    def _inconclusive(self, reason: str, left: Sequence[str] = ()) -> Finding:
        more = f" and {len(left) - _SHOWN} more" if len(left) > _SHOWN else ""
        where = f"; left: {', '.join(left[:_SHOWN])}{more}" if left else ""
        return ENGINE.finding(
            Verdict.INCONCLUSIVE,
            self.domain,
            self.statement,
            reason=reason + where,
            effort=self._effort(),
            seconds=self._seconds(),
        )

    def _why(self) -> str:
        return "the sign was not found everywhere (if the sides meet inside the domain, declare it by Contact)"

    def _effort(self) -> dict[str, Any]:
        return {"boxes": self.budget.used, "cells": len(self.cells)}

    def _seconds(self) -> float:
        return time.perf_counter() - self.budget.started


def _checked_hints(request: Request) -> set[tuple[str, Any]]:
    """The declared contacts, after contacts and substitutions were found to be well formed."""
    known = {(contact.variable, contact.exact()) for contact in request.contacts}
    named = [name for name, _ in known] + [substitution.variable for substitution in request.substitutions]
    for name in named:
        request.domain[name]
    if request.substitutions:
        regions(request)
    return known


def _seems_zero(region: Region) -> bool:
    points = [
        [low + share * (high - low) for low, high in region.cell.box] for share in (Fraction(37, 101), Fraction(59, 97))
    ]
    values = region.cell.scalar(region.expr).at_points(points)
    return all(value.is_finite() and value.contains(0) for value in values)


def _refuter_in(region: Region, refuter: Refuter) -> Any:
    names = [axis.name for axis in refuter.axes]

    def refute(values: list[Fraction]) -> bool:
        point = region.point(values)
        if point is None:
            return False
        start = [point[name] for name in names]
        return refuter.try_point(start)

    return refute


def _describe(region: Region, box: Box) -> str:
    ranges = [f"{symbol} in [{low}, {high}]" for symbol, (low, high) in zip(region.cell.symbols, box, strict=True)]
    return " x ".join(ranges) or region.scope.describe()


def _cell(region: Region, found: Cover) -> dict[str, Any]:
    reasons = sorted({reason for _, reason in found.proved})
    return {
        "scope": axes_as_json(region.scope),
        "coordinates": [symbol.name for symbol in region.cell.symbols],
        "images": {name: str(image) for name, image in region.images.items()},
        "box": [[str(low), str(high)] for low, high in region.cell.box],
        "difference": str(region.expr),
        "reasons": reasons,
        "pieces": [
            [reasons.index(reason), *(str(end) for side in box for end in side)] for box, reason in found.proved
        ],
    }
