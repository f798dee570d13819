"""Counts over the census by complete enumeration, each against its claimed number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from plumbline import witness
from plumbline.errors import PlumblineError
from plumbline.evidence import Finding, Witness
from plumbline.formula import Formula, emit_standalone
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import rational
from proofs_checks.engines.facts import exact_rational
from proofs_checks.engines.rational import Relation
from theory.pcf import census, census_claims
from theory.pcf.regimes import DIVERGENT, Regime

_CLASSES = {
    "factorial": Regime.FACTORIAL,
    "hyperbolic": Regime.HYPERBOLIC,
    "elliptic": Regime.ELLIPTIC,
    "sub1": Regime.SUB1,
    "sub2": Regime.SUB2,
    "parabolic_plus": Regime.PARABOLIC_PLUS,
    "parabolic_minus": Regime.PARABOLIC_MINUS,
    "power": Regime.POWER,
    "logarithmic": Regime.LOGARITHMIC,
    "log_oscillating": Regime.LOG_OSCILLATING,
}


@lru_cache(maxsize=1)
def classified() -> tuple[Any, Any]:
    """All keys of the census and their codes."""
    keys = census.keys()
    return keys, census.classify_keys(keys)


def _number(keys: Any) -> Any:
    """One integer for each row, by which rows are found again."""
    return (keys + census.LARGEST) @ (2 * census.LARGEST + 1) ** np.arange(5, -1, -1)


def _inside(keys: Any) -> Any:
    return np.abs(keys).max(axis=1) <= census.LARGEST


@lru_cache(maxsize=1)
def sizes() -> Mapping[str, int]:
    """The size of the census, its terminating formulas, and the components of its graphs of equivalences."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    keys, codes = classified()
    numbers = _number(keys)
    ends: list[tuple[Any, Any]] = []
    found = {"total": len(keys), "terminating": int((codes == census.CODE[Regime.TERMINATING]).sum())}
    sign = keys * np.array([-1, -1, -1, 1, 1, 1])
    shift = keys @ _shift_matrix()
    scaled = keys * np.array([2, 2, 2, 4, 4, 4])
    for name, image in (("sign", sign), ("shift_steps", shift), ("scaling_steps", scaled)):
        inside = np.flatnonzero(_inside(image))
        ends.append((inside, np.searchsorted(numbers, _number(image[inside]))))
        start, stop = (np.concatenate(side) for side in zip(*ends, strict=True))
        graph = coo_array((np.ones(len(start), dtype=np.int8), (start, stop)), shape=(len(keys), len(keys)))
        found[name] = int(connected_components(graph, directed=False, return_labels=False))
    return {**found, "shift": canonical_forms(keys), "scaling": canonical_forms(_halved(keys))}


def canonical_forms(keys: Any) -> int:
    """Different forms once the second coefficient of a (of b where a is constant) is shifted into [0, d |A|).

    Of (a, b) and (-a, b), which both are there, the one with A > 0 is counted.
    """
    keys = keys[census.leading_arrays(keys[:, :3])[1] > 0]
    a, b = keys[:, :3], keys[:, 3:]
    guide = np.where((a[:, 0] | a[:, 1])[:, None] != 0, a, b)
    degree, top, second, _ = census.leading_arrays(guide)
    by = np.where(degree > 0, -(second // np.where(degree > 0, degree * top, 1)), 0)
    numbers = np.zeros(len(keys), dtype=np.int64)
    for p in (a, b):
        for part in (p[:, 0], p[:, 1] + 2 * by * p[:, 0], p[:, 2] + by * p[:, 1] + by**2 * p[:, 0]):
            if np.abs(part).max() >= 512:
                raise PlumblineError("canonical forms leave the range of their numbering")
            numbers = 1024 * numbers + part
    numbers.sort()
    return 1 + int((np.diff(numbers) != 0).sum())


def _halved(keys: Any) -> Any:
    """Formulas (2a, 4b) replaced by (a, b)."""
    even = (keys[:, :3] % 2 == 0).all(axis=1) & (keys[:, 3:] % 4 == 0).all(axis=1)
    return np.where(even[:, None], keys // np.array([2, 2, 2, 4, 4, 4]), keys)


def _shift_matrix() -> Any:
    """p(n) -> p(n + 1) on rows (c2, c1, c0), twice."""
    block = np.array([[1, 2, 1], [0, 1, 1], [0, 0, 1]])
    return np.kron(np.eye(2, dtype=np.int64), block)


@lru_cache(maxsize=1)
def regime_counts() -> Mapping[str, int]:
    """How many formulas that do not terminate belong to each class, and to those that converge."""
    _, codes = classified()
    each = np.bincount(codes, minlength=len(census.REGIMES))
    found = {name: int(each[census.CODE[regime]]) for name, regime in _CLASSES.items()}
    divergent = sum(int(each[census.CODE[regime]]) for regime in DIVERGENT)
    convergent = int(each.sum()) - int(each[census.CODE[Regime.TERMINATING]]) - divergent
    return {**found, "convergent": convergent}


@lru_cache(maxsize=2)
def passing(shift: int) -> Mapping[str, int]:
    """Divergent formulas that do not terminate and pass the test of oscillation with this index shift."""
    keys, codes = classified()
    divergent = np.isin(codes, [census.CODE[regime] for regime in DIVERGENT])
    passes = codes[divergent][census.oscillation_test_passes(keys[divergent], shift)]
    kinds = {
        name: int((passes == census.CODE[_CLASSES[name]]).sum()) for name in ("parabolic_minus", "log_oscillating")
    }
    return {"all": len(passes), **kinds}


@lru_cache(maxsize=1)
def bands() -> int:
    """Different moduli m = |lambda_-/lambda_+| of hyperbolic formulas with d_a = 1: m + 1/m = |2 + A^2/B|."""
    keys, codes = classified()
    rows = keys[(codes == census.CODE[Regime.HYPERBOLIC]) & (keys[:, 1] != 0)]
    pairs = np.unique(np.stack([rows[:, 1] ** 2, rows[:, 3]], axis=1), axis=0)
    return len({abs(2 + Fraction(int(square), int(top))) for square, top in pairs})


def _attack_number(formula: Formula) -> Fraction:
    """The claimed number, exactly (its 50 digits where it is no rational number)."""
    expression = formula.expr
    return (
        Fraction(int(expression.p), int(expression.q)) if expression.is_Rational else exact_rational(formula.mpmath())
    )


def counted(
    subject: Subject, role: str, count: int, statement: str, program: str, data: Mapping[str, Any], domain: Any
) -> Finding:
    """The claimed number of a role against the counted one; a witness counts once more in plain Python."""

    def verify(_: None) -> list[Relation]:
        return [Relation(_attack_number(subject[role]), "==", count)]

    def show(_: None) -> Witness:
        source = emit_standalone(subject[role])
        return witness.make("pcf", program, {**data, "formulas": {"claimed": source}}, f"left: claimed; {statement}")

    return rational.certify([None], verify, statement, "the census", show=show, whole=domain)


@check("pcf.census.size", timeout=40)
def size(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Enumeration of all keys; classes by canonical forms, those of single steps as components of a graph."""
    domain = census_claims.size.domain
    for role, count in sizes().items():
        found = counted(subject, role, count, f"number: {role}", "census_size", {"count": role}, domain)
        yield found.for_part(role)


@check("pcf.regimes.counts", timeout=40)
def counts(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Classification of all keys in integer arithmetic."""
    domain = census_claims.counts.domain
    for role, count in regime_counts().items():
        found = counted(subject, role, count, f"formulas: {role}", "regime_count", {"count": role}, domain)
        yield found.for_part(role)


@check("pcf.regimes.released_filter", timeout=40)
def released_filter(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Divergent formulas against the sign of a polynomial for large n."""
    domain = census_claims.released_filter.domain
    for role, count in passing(0).items():
        data = {"count": role, "shift": "0"}
        yield counted(subject, role, count, f"passing: {role}", "filter_count", data, domain).for_part(role)
    data, total = {"count": "all", "shift": "1"}, passing(1)["all"]
    yield counted(subject, "shifted", total, "passing with shift", "filter_count", data, domain).for_part("shifted")


@check("pcf.asymptotics.bands", timeout=40)
def bands_of_rates(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """The rates of all hyperbolic formulas with linear a."""
    yield counted(subject, "bands", bands(), "different rates", "band_count", {}, census_claims.bands.domain)
