"""Infinite limits of the census: q_n hypergeometric and minimal, or else a tail interval without a pole, exactly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from plumbline.evidence import Finding
from plumbline.nouns import Effort, Subject, check
from proofs_checks.engines import derivation, rational
from proofs_checks.engines.rational import Relation
from proofs_checks.pcf import irrational, products
from proofs_checks.pcf.census import counted
from theory.pcf import census, irrationality, product_claims
from theory.pcf.product_limits import double_root_limits
from theory.pcf.regimes import DIVERGENT, Regime

_LATEST = 600
_SMALL = 2.0**62


def _shifted(coefficients: Any) -> Any:
    """p(n + 1), highest power first."""
    out = coefficients.copy()
    for end in range(out.shape[1] - 1, 0, -1):
        for i in range(1, end + 1):
            out[:, i] += out[:, i - 1]
    return out


def _slacks(keys: Any) -> tuple[Any, Any]:
    """a(n) a(n+1) -+ 4 b(n+1), highest power first."""
    a, later, b = keys[:, :3], _shifted(keys[:, :3]), _shifted(keys[:, 3:])
    product = np.zeros((len(keys), 5), dtype=np.int64)
    for i in range(3):
        for j in range(3):
            product[:, i + j] += a[:, i] * later[:, j]
    minus, plus = product.copy(), product.copy()
    minus[:, 2:] -= 4 * b
    plus[:, 2:] += 4 * b
    return minus, plus


def _pole_free(a: Any, b: Any, q: Any, before: Any, enclosed: Any, positive: Any) -> Any:
    """Whether q_n + t q_(n-1) has no zero for any t in the interval of the tail; a = a(n), (a(n+1), b(n+1)) in b.

    Worpitzky: |t| <= |a(n)|/2. Positive: t between 0 and b(n+1)/a(n+1).
    """
    top, bottom = b
    worpitzky = enclosed & (2 * abs(q) > abs(a * before))
    end = np.sign(bottom) * (bottom * q + top * before)
    return worpitzky | (positive & (np.sign(q) * np.sign(end) > 0))


def without_pole(keys: Any) -> Any:
    """Rows whose limit is proved finite: at some depth the interval of the tail keeps the denominator from 0.

    Rows are convergent formulas that do not terminate; q_n are exact integers, of Python beyond 62 bits.
    """
    keys = np.asarray(keys, dtype=np.int64)
    done = np.zeros(len(keys), dtype=bool)
    _run(keys, np.arange(len(keys)), done, 0, None)
    return done


def _run(keys: Any, rows: Any, done: Any, n: int, state: Any) -> None:
    """From depth n on; ``state`` holds q_n, q_(n-1), both slacks and a, b shifted to n."""
    if state is None:
        minus, plus = _slacks(keys)
        one, zero = np.ones(len(keys), dtype=np.int64), np.zeros(len(keys), dtype=np.int64)
        state = [one, zero, minus, plus, keys[:, :3].copy(), keys[:, 3:].copy()]
    while len(rows) and n < _LATEST:
        q, before, minus, plus, a, b = state
        later_a, later_b = _shifted(a), _shifted(b)
        now, top, bottom = a[:, 2], later_b[:, 2], later_a[:, 2]
        enclosed = (minus >= 0).all(axis=1) & (plus >= 0).all(axis=1)
        one_sign = (later_a >= 0).all(axis=1) | (later_a <= 0).all(axis=1)
        positive = one_sign & (bottom != 0) & (later_b >= 0).all(axis=1) & (top > 0)
        good = _pole_free(now, (top, bottom), q, before, enclosed, positive).astype(bool)
        done[rows[good]] = True
        following = bottom * q + top * before
        state = [following, q, _shifted(minus), _shifted(plus), later_a, later_b]
        rows, state, n = rows[~good], [part[~good] for part in state], n + 1
        if state[0].dtype != object:
            size = 2000.0 * (n + 2.0) ** 2 * (np.abs(state[0].astype(float)) + np.abs(state[1].astype(float)))
            large = size > _SMALL
            if large.any():
                big = [part[large] for part in state]
                big[:2] = [part.astype(object) for part in big[:2]]
                _run(keys, rows[large], done, n, big)
                rows, state = rows[~large], [part[~large] for part in state]


@lru_cache(maxsize=1)
def counts() -> Mapping[str, int]:
    """Infinite limits by degrees, finite ones, and formulas of which neither is proved; both signs of a."""
    keys = irrational.keys()
    codes = census.classify_keys(keys)
    ends = [census.CODE[regime] for regime in (*DIVERGENT, Regime.TERMINATING)]
    live = ~np.isin(codes, ends)
    infinite = [key for key, found in irrational.listed() if found.value is None]
    mixed = [key for key, found in products.listed() if found.value is None]
    known = irrationality.certificates(keys, ()) == irrationality.BY_SIZE
    known |= ~keys[:, [0, 1, 3, 4]].any(axis=1)
    known[list(double_root_limits(keys))] = True
    numbers = {tuple(key) for key in (*infinite, *mixed)}
    rest = np.flatnonzero(live & ~known)
    resolved = without_pole(keys[rest])
    open_ = {tuple(key) for key in keys[rest[~resolved]].tolist()}
    return {
        "quadratic": 2 * sum(key[0] != 0 for key in infinite),
        "linear": 2 * sum(key[0] == 0 for key in infinite),
        "mixed": 2 * len(mixed),
        "finite": 2 * int((live & known).sum() + resolved.sum()),
        "both": 2 * len(numbers - open_),
        "open": 2 * len(open_ - numbers),
    }


@check("pcf.regimes.infinite", timeout=60)
def infinite(subject: Subject, effort: Effort) -> Iterator[Finding]:
    """Hypergeometric solutions q_n, and tail intervals for all other formulas."""
    domain, found = product_claims.infinite.domain, counts()
    programs = {
        "quadratic": ("listed_formulas", {"count": "quadratic_infinite"}),
        "linear": ("listed_formulas", {"count": "linear_infinite"}),
        "mixed": ("product_count", {"count": "infinite"}),
    }
    for role, (program, data) in programs.items():
        yield counted(subject, role, found[role], f"infinite: {role}", program, data, domain).for_part(role)
    apart = rational.certify(
        [("finite", int(subject["finite"])), ("both", 0), ("open", 0)],
        lambda case: Relation(case[1], "==", found[case[0]]),
        "finite limits, none of them infinite too, no formula left over",
        "the census",
        whole=domain,
    )
    yield derivation.by_lemma(
        "pincherle",
        [apart],
        domain,
        "L = (p_N + t p_(N-1))/(q_N + t q_(N-1)) is finite where the denominator is not 0 on the interval of t = t_N",
    ).for_part("finite")
