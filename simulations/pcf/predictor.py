r"""delta at increasing depths from exact integers, for formulas whose limit of delta is known.

:math:`\delta_n=-\ln\varepsilon_n/\ln\tilde q_n-1` with the blind error :math:`|p_{2n}/q_{2n}-p_n/q_n|`: one exact
difference, then logarithms.
"""

from __future__ import annotations

from typing import Any

import gmpy2
import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from plumbline.nouns import Experiment
from simulations.pcf.gcds import log_of
from theory.pcf.definitions.continued_fraction import ContinuedFraction
from theory.pcf.definitions.convergents import Convergent, convergents_at

FORMULAS = {
    "cot 1": (0, 2, 1, 0, 0, -1),
    "1 + sqrt 2": (0, 0, 2, 0, 0, 1),
    "e": (0, 1, 3, 0, -1, 0),
    "2/ln 3": (0, 4, 2, -1, 0, 0),
}
"""By the limit L: the key (A2, A1, A0, B2, B1, B0)."""
STEPS = (1, 2, 5)


class Settings(BaseModel):
    """``last``: no depth exceeds it; the reference convergents go twice as deep."""

    model_config = ConfigDict(extra="forbid")

    shards: int = Field(ge=1)
    last: int = Field(ge=10, le=10**7)


def depths_to(last: int) -> list[int]:
    """10, 20, 50, 100, ... up to ``last``."""
    return [step * 10**k for k in range(1, 8) for step in STEPS if step * 10**k <= last]


def measured_delta(one: Convergent, two: Convergent) -> dict[str, float]:
    """Logarithms of |q_n|, of g_n and of the distance to the deeper convergent, and delta from them."""
    p, q, later_p, later_q = (gmpy2.mpz(x) for x in (one.p, one.q, two.p, two.q))
    log_q, log_g = log_of(abs(q)), log_of(gmpy2.gcd(p, q))
    log_error = log_of(abs(later_p * q - p * later_q)) - log_q - log_of(abs(later_q))
    return {"log_q": log_q, "log_g": log_g, "log_error": log_error, "delta": -log_error / (log_q - log_g) - 1}


def series(settings: Settings, shard: int, seed: np.random.SeedSequence, device: str) -> pd.DataFrame:
    """One shard: every shards-th formula at all depths."""
    rows: list[dict[str, Any]] = []
    sampled = depths_to(settings.last)
    every = sorted({*sampled, *(2 * n for n in sampled)})
    for name, key in list(FORMULAS.items())[shard :: settings.shards]:
        found = dict(zip(every, convergents_at(ContinuedFraction.of_key(key), every), strict=True))
        rows += [{"limit": name, "n": n, **measured_delta(found[n], found[2 * n])} for n in sampled]
    return pd.DataFrame(rows)


PREDICTOR = Experiment(
    "pcf.predictor",
    "delta at increasing depths, exactly",
    Settings,
    series,
    {
        "limit": "the number L that the formula converges to",
        "n": "depth",
        "log_q": "ln|q_n|, from exact integers",
        "log_g": "ln gcd(p_n, q_n), from exact integers",
        "log_error": "ln|p_2n/q_2n - p_n/q_n|, from an exact difference",
        "delta": "-log_error/(log_q - log_g) - 1",
    },
)
