"""The census, one row per formula: what is proved of it, its exact exponents, its limit, and measured dynamics beside.

Labels and flags come from exact code in :mod:`theory.pcf` alone (integers, rationals, outward rounded balls). Float64
dynamics fill the columns that say so. The formulas (a, b) and (-a, b) have opposite values and all else alike: one
of them is computed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from plumbline.nouns import Experiment
from simulations.pcf import dynamics, dynamics_torch
from simulations.pcf.enclosures import enclose_keys
from simulations.pcf.gcds import log_gcds, nilpotent_primes
from simulations.pcf.growth import NAMES, growth
from simulations.pcf.known_limits import PROOFS, exact_values, proofs
from theory.pcf import census, reduction
from theory.pcf.regimes import DIVERGENT, Regime

Array = np.ndarray[Any, np.dtype[Any]]

COEFFICIENTS = ("A2", "A1", "A0", "B2", "B1", "B0")
MIRROR = np.array([-1, -1, -1, 1, 1, 1])
LABELS = ("TERMINATING", "DIVERGENT", "INFINITE", "RATIONAL", "IRRATIONAL", "IDENTITY", "ENCLOSED", "CLASSIFIED")
CLOSED_FORMS = ("", "quadratic", "0F1", "1F1", "2F1", "U")
SCREEN = 3
"""Primes of the reduction test that every formula with d_a = 2 meets; one hit sends it to all of them."""
SLOW_BUDGET, SLOW_ROOM = 600, 400
FAST_BUDGET, FAST_ROOM = 400, 32


class Settings(BaseModel):
    """Sizes; ``rows`` pairs of mirrored formulas are drawn (null: all), ``gcd_rows`` of each shard get exact gcds,
    spread evenly over the kinds of formulas (regime, degrees, density of reduction).

    ``deeper`` proves irrationality with longer blocks and more primes.
    """

    model_config = ConfigDict(extra="forbid")

    shards: int = Field(ge=1)
    largest: int = Field(ge=1, le=20)
    rows: int | None = Field(default=None, ge=1)
    depth: int = Field(ge=4)
    sample: int = Field(ge=8)
    gcd_rows: int | None = Field(default=None, ge=0)
    bits: int = Field(ge=16, le=512)
    deeper: bool = False


def halved_keys(largest: int) -> Array:
    """The formulas whose first coefficient of a that is not 0 is positive; the others are their mirror images."""
    keys = census.keys(largest)
    return keys[census.leading_arrays(keys[:, :3])[1] > 0]


def _shard_keys(settings: Settings, shard: int, seed: np.random.SeedSequence) -> Array:
    keys = halved_keys(settings.largest)
    mine = keys[shard :: settings.shards]
    if settings.rows is None:
        return mine
    wanted = min(len(mine), math.ceil(settings.rows / settings.shards))
    return mine[np.sort(np.random.default_rng(seed).choice(len(mine), wanted, replace=False))]


def study(settings: Settings, shard: int, seed: np.random.SeedSequence, device: str) -> pd.DataFrame:
    """One shard: every shards-th pair of mirrored formulas."""
    keys = _shard_keys(settings, shard, seed)
    codes = census.classify_keys(keys)
    columns = {**_identity(keys, codes), **growth(keys, codes), **_arithmetic(keys, codes, settings.deeper)}
    columns |= limits(keys, codes, columns.pop("proof"), settings.bits)
    infinite = np.array([text == "infinity" for text in columns["exact"]])
    for name in NAMES:
        columns[name][infinite] = np.nan
    columns |= _measured(settings, keys, columns, infinite, seed, device)
    return _both_signs(keys, columns)


def _identity(keys: Array, codes: Array) -> dict[str, Any]:
    return {
        "regime": _category(codes, [str(regime) for regime in census.REGIMES]),
        "d_a": census.leading_arrays(keys[:, :3])[0].astype(np.int8),
        "d_b": census.leading_arrays(keys[:, 3:])[0].astype(np.int8),
    }


def _category(codes: Any, names: Sequence[str]) -> Any:
    return pd.Categorical.from_codes(np.asarray(codes, dtype=np.int8), pd.Index(names))


def closed_forms(keys: Array, codes: Array) -> Array:
    """Which closed form a convergent formula with d_a <= 1 has, by degrees and regime (index into CLOSED_FORMS)."""
    da, db = census.leading_arrays(keys[:, :3])[0], census.leading_arrays(keys[:, 3:])[0]
    is_in = {regime: codes == census.CODE[regime] for regime in Regime}
    factorial, hyperbolic = is_in[Regime.FACTORIAL] & (da == 1), is_in[Regime.HYPERBOLIC]
    flat = is_in[Regime.PARABOLIC_PLUS] | is_in[Regime.POWER] | is_in[Regime.LOGARITHMIC]
    conditions = [
        (hyperbolic | flat) & (da == 0),
        factorial & (db == 0),
        factorial & (db == 1),
        hyperbolic | is_in[Regime.SUB2],
        is_in[Regime.SUB1] | flat,
    ]
    return np.select(conditions, range(1, 6), 0)


def reduction_density(keys: Array) -> Array:
    """rho of formulas with d_a <= 1 and d_b = 2, from arithmetic; 0 for d_a <= 1, d_b <= 1; NaN for d_a = 2."""
    found = np.where(keys[:, 0] != 0, np.nan, 0.0)
    values = {name: float(formula.mpmath()) for name, formula in reduction.density_of.items()}
    rows = np.flatnonzero((keys[:, 0] == 0) & (keys[:, 3] != 0))
    found[rows] = [values[reduction.case_of(*key)] for key in keys[rows, 1:].tolist()]
    return found


def _arithmetic(keys: Array, codes: Array, deeper: bool) -> dict[str, Any]:
    """Densities and counts of nilpotent primes, and proofs of irrationality."""
    live = codes != census.CODE[Regime.TERMINATING]
    rho = reduction_density(keys)
    rho[~live] = np.nan
    nilpotent = np.full(len(keys), -1, dtype=np.int8)
    rows = np.flatnonzero(live & (keys[:, 0] != 0))
    first = nilpotent_primes(keys[rows], _screen())
    nilpotent[rows] = first
    hit = rows[first > 0]
    nilpotent[hit] = nilpotent_primes(keys[hit])
    return {"rho": rho, "nilpotent": nilpotent, "proof": proofs(keys, codes, deeper)}


def _screen() -> tuple[int, ...]:
    from simulations.pcf.gcds import PRIMES

    return PRIMES[:SCREEN]


def limits(keys: Array, codes: Array, proof: Array, bits: int) -> dict[str, Any]:
    """Exact values, balls, and the label that they and the proofs give."""
    count = len(keys)
    exact = np.full(count, "", dtype=object)
    for row, text in exact_values(keys, codes).items():
        exact[row] = text
    diverges = np.isin(codes, [census.CODE[regime] for regime in DIVERGENT])
    terminating = codes == census.CODE[Regime.TERMINATING]
    exact[diverges] = ""
    centre, radius = np.full(count, "", dtype=object), np.full(count, "", dtype=object)
    certain = np.full(count, -(1 << 15), dtype=np.int16)
    depth = np.full(count, -1, dtype=np.int16)
    value = np.full(count, np.nan)
    fast = np.isin(codes, [census.CODE[Regime.FACTORIAL]])
    for wanted, budget, room in ((fast, FAST_BUDGET, FAST_ROOM), (~fast, SLOW_BUDGET, SLOW_ROOM)):
        rows = np.flatnonzero(wanted & ~diverges & ~terminating & (exact != "infinity"))
        balls = enclose_keys(keys[rows], bits, budget, room)
        certain[rows], depth[rows] = balls.bits, balls.depth
        for row, c, r in zip(rows.tolist(), balls.centre, balls.radius, strict=True):
            if r >= 0:
                centre[row], radius[row] = str(c), str(r)
                value[row] = c / (1 << balls.scale)
    for row in np.flatnonzero(exact != "").tolist():
        value[row] = _float_of(exact[row])
    closed = closed_forms(keys, codes)
    conditions = [terminating, diverges, exact == "infinity", exact != "", proof > 0, closed > 0, centre != ""]
    label = np.select(conditions, range(7), 7)
    return {
        "label": _category(label, LABELS),
        "irrational": _category(proof, PROOFS),
        "closed_form": _category(closed, CLOSED_FORMS),
        "exact": exact,
        "value": value,
        "centre": centre,
        "radius": radius,
        "bits": certain,
        "ball_depth": depth,
    }


def _float_of(text: str) -> float:
    if text == "infinity":
        return math.nan
    top, _, bottom = text.partition("/")
    return int(top) / int(bottom or 1)


def _measured(
    settings: Settings, keys: Array, columns: dict[str, Any], infinite: Array, seed: np.random.SeedSequence, device: str
) -> dict[str, Any]:
    """Float64 dynamics and exact gcds of the formulas that converge to a finite limit."""
    n = settings.sample
    rows = np.flatnonzero(~np.isnan(columns["u"]) & ~infinite)
    names = ("log_q", "log_error", "log_g", "log_q_quarter", "log_g_quarter")
    out: dict[str, Any] = {"n": np.full(len(keys), n, dtype=np.int32)}
    out |= {name: np.full(len(keys), np.nan) for name in names}
    if device == "cuda":
        found = dynamics_torch.dynamics(keys[rows], settings.depth, [n], device)
    else:
        found = dynamics.dynamics(keys[rows], settings.depth, [n])
    out["log_q"][rows], out["log_error"][rows] = found.log_q[:, 0], found.log_error[:, 0]
    some = rows
    if settings.gcd_rows is not None and settings.gcd_rows < len(rows):
        kinds = pd.DataFrame({name: columns[name][rows] for name in ("regime", "d_a", "d_b", "rho", "nilpotent")})
        some = rows[spread(kinds, settings.gcd_rows, np.random.default_rng(seed.spawn(1)[0]))]
    if len(some):
        log_g, log_q = log_gcds(keys[some], [n // 4, n])
        out["log_g_quarter"][some], out["log_g"][some] = log_g.T
        out["log_q_quarter"][some] = np.where(np.isfinite(log_q[:, 0]), log_q[:, 0], np.nan)
    bad = ~np.isfinite(out["log_q"]) | ~np.isfinite(out["log_error"])
    out["log_q"][bad] = out["log_error"][bad] = np.nan
    out["delta_naive"] = _delta(out["log_error"], out["log_q"])
    out["delta"] = _delta(out["log_error"], out["log_q"] - out["log_g"])
    return out


def spread(kinds: pd.DataFrame, wanted: int, draw: np.random.Generator) -> Array:
    """``wanted`` places among rows of several kinds, of each kind equally many as far as it has them."""
    shuffled = kinds.iloc[draw.permutation(len(kinds))]
    rank = shuffled.groupby(list(kinds.columns), dropna=False, observed=True).cumcount()
    return np.sort(rank.sort_values(kind="stable").index.to_numpy()[:wanted])


def _delta(log_error: Array, log_denominator: Array) -> Array:
    """-ln eps / ln q - 1; NaN where ln q is not above 1e-6 (a denominator of 1 up to rounding)."""
    safe = np.where(log_denominator > 1e-6, log_denominator, np.nan)
    return np.asarray(-log_error / safe - 1)


def _negated(texts: Array) -> Array:
    """The text of the opposite number."""
    return np.array([_opposite(text) for text in texts], dtype=object)


def _opposite(text: str) -> str:
    if text in ("", "0", "infinity"):
        return text
    return text[1:] if text[0] == "-" else f"-{text}"


def _both_signs(keys: Array, columns: dict[str, Any]) -> pd.DataFrame:
    own, other = pd.DataFrame(columns), pd.DataFrame(columns)
    other["value"] = 0.0 - other["value"]
    for name in ("exact", "centre"):
        other[name] = _negated(columns[name])
    parts = []
    for frame, rows in ((own, keys), (other, keys * MIRROR)):
        parts.append(pd.concat([pd.DataFrame(rows.astype(np.int8), columns=list(COEFFICIENTS)), frame], axis=1))
    return pd.concat(parts, ignore_index=True)


def _columns() -> dict[str, str]:
    return {
        **{name: f"coefficient {name} of {'a' if name[0] == 'A' else 'b'}, integer" for name in COEFFICIENTS},
        "d_a": "degree of a",
        "d_b": "degree of b",
        "regime": "exact class by the leading coefficients, or terminating",
        "label": (
            "the first that is proved: TERMINATING, DIVERGENT (the regime says which kind), INFINITE (limit), "
            "RATIONAL, IRRATIONAL, IDENTITY (closed form), ENCLOSED (ball), "
            "CLASSIFIED (converges by its regime, no ball)"
        ),
        "irrational": (
            "proof of irrationality: size (of the minimal solution), gcd (certified), quadratic (number), pi or ln 2 "
            "(rational Moebius image of it), or ''"
        ),
        "closed_form": (
            "kind of the closed form of convergent formulas with d_a <= 1, as pcf.closed.* give it: quadratic "
            "number, ratio of 0F1, 1F1, 2F1 or U (with parabolic cylinder functions); '' for d_a = 2"
        ),
        "exact": "the limit as a rational, 'infinity', or '' where it is not known to be rational",
        "value": "float64 of the exact limit or of the ball's centre; may be NaN",
        "centre": "integer c as text: |L - c/2^k| <= radius/2^k, k = 4 + the bits of the settings; '' without a ball",
        "radius": "integer as text, in the same unit; '' without a ball",
        "bits": "the largest k with ball radius <= 2^-k; -32768 without a ball",
        "ball_depth": "depth N whose tail interval gives the ball; -1 where none was tried",
        "u": "ln|q_n| ~ u ln n! + v n + s sqrt(n) + w ln n, exact number in float64; may be NaN (L infinite or none)",
        "v": "see u; may be NaN",
        "s": "see u; may be NaN",
        "w": "see u; may be NaN",
        "eta": "ln eps(n) ~ eta ln n! + gamma n - t sqrt(n) + beta ln n; see u; may be NaN",
        "gamma": "see eta; may be NaN",
        "t": "see eta; may be NaN",
        "beta": "see eta; may be NaN",
        "rho": "density of primes l with M_1...M_l nilpotent, exact for d_a <= 1; may be NaN (d_a = 2)",
        "nilpotent": "d_a = 2: nilpotent primes among 101..157 (12; 0 if none of the first 3 is); -1 elsewhere",
        "n": "the sampled depth",
        "log_q": "measured, float64: ln|q_n| at the sampled depth; may be NaN",
        "log_error": "measured, float64: ln eps(n), blind against the last depth; may be NaN",
        "log_g": "ln gcd(p_n, q_n) at the sampled depth, from exact integers; may be NaN (not sampled)",
        "log_q_quarter": "ln|q_m| at m = n // 4, where log_g is known, from exact integers; may be NaN",
        "log_g_quarter": "ln gcd(p_m, q_m) at m = n // 4, as log_g; may be NaN",
        "delta_naive": "measured: -log_error/log_q - 1; may be NaN",
        "delta": "measured: -log_error/(log_q - log_g) - 1; may be NaN",
    }


CENSUS = Experiment("pcf.census", "The census of all formulas", Settings, study, _columns())
