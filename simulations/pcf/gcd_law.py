r"""Exact greatest common divisors of p_n and q_n at doubling depths, for each density of nilpotent primes.

Beside them the logarithm of the divisor that pcf.fr.divides proves,
:math:`\sum_l\lfloor n/2l\rfloor\ln l` over the odd primes l with nilpotent period.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from plumbline.nouns import Experiment
from simulations.pcf.census import COEFFICIENTS, halved_keys, reduction_density
from simulations.pcf.gcds import log_gcds
from theory.pcf import census

DENSITIES = (1.0, 0.5, 0.25)
NAMED = (
    (0, 0, 1, 1, 0, 0),
    (0, 2, 1, 1, 0, 0),
    (0, 4, 2, -1, 0, 0),
    (0, 2, 2, 1, 1, -1),
    (0, 1, 1, 3, 1, -1),
    (0, 2, 1, 1, 0, 1),
    (0, 1, 1, 3, 1, 1),
)
"""Formulas of 1/ln 2, 4/pi and 2/ln 3 with density 1; three with 1/2; one with 1/4."""


class Settings(BaseModel):
    """``formulas`` drawn for each density; depths are ``last`` and its ``halvings`` halves."""

    model_config = ConfigDict(extra="forbid")

    shards: int = Field(ge=1)
    formulas: int = Field(ge=2)
    last: int = Field(ge=4)
    halvings: int = Field(ge=1)


def primes_up_to(bound: int) -> list[int]:
    """Odd primes up to ``bound``."""
    sieve = np.ones(bound + 1, dtype=bool)
    for k in range(2, math.isqrt(bound) + 1):
        sieve[k * k :: k] = False
    return [int(l) for l in np.flatnonzero(sieve) if l > 2]


def is_nilpotent(key: tuple[int, ...], prime: int) -> bool:
    """Whether pcf.fr.classify calls the period modulo an odd prime nilpotent; False where it is silent."""
    _, e, d, c, b1, b0 = key
    delta, disc, t = e * e + 4 * c, b1 * b1 - 4 * c * b0, 2 * c * d - e * (b1 + c)
    if c * delta % prime == 0:
        return False
    half = (prime - 1) // 2
    return pow(disc, half, prime) != prime - 1 and (t % prime == 0 or pow(delta, half, prime) == 1)


def proved(key: tuple[int, ...], depths: list[int]) -> list[float]:
    """ln of the proved common divisor of p_n and q_n at each depth."""
    found = [prime for prime in primes_up_to(depths[-1] // 2) if is_nilpotent(key, prime)]
    return [math.fsum(n // (2 * prime) * math.log(prime) for prime in found) for n in depths]


def gcd_law(settings: Settings, shard: int, seed: np.random.SeedSequence, device: str) -> pd.DataFrame:
    """One shard: its part of the drawn formulas; the named ones in the first."""
    depths = sorted({settings.last >> k for k in range(settings.halvings + 1)})
    keys = halved_keys(5)
    keys = keys[(keys[:, 0] == 0) & (keys[:, 3] != 0) & (census.first_zero(keys[:, 3:]) == 0)]
    rho = reduction_density(keys)
    draw = np.random.default_rng(seed)
    wanted = math.ceil(settings.formulas / settings.shards)
    chosen = [
        keys[draw.choice(rows, min(wanted, len(rows)), replace=False)]
        for rows in (np.flatnonzero(rho == density) for density in DENSITIES)
    ]
    named = np.array(NAMED if shard == 0 else [], dtype=np.int64).reshape(-1, 6)
    picked = np.concatenate([named, *chosen])
    repeated = np.repeat(picked, len(depths), axis=0)
    frame = pd.DataFrame(repeated, columns=list(COEFFICIENTS))
    frame["named"] = np.repeat(np.arange(len(picked)) < len(named), len(depths))
    frame["rho"] = reduction_density(repeated)
    frame["n"] = np.tile(depths, len(picked))
    frame["log_g"] = log_gcds(picked, depths)[0].ravel()
    frame["log_factorial"] = [math.lgamma(n + 1) for n in frame["n"]]
    frame["proved"] = [value for key in picked.tolist() for value in proved(tuple(key), depths)]
    return frame


GCD_LAW = Experiment(
    "pcf.gcd_law",
    "Common divisors of p_n and q_n over n, by density",
    Settings,
    gcd_law,
    {
        **{name: f"coefficient {name} of {'a' if name[0] == 'A' else 'b'}, integer" for name in COEFFICIENTS},
        "named": "whether the formula is one of the fixed examples, or drawn at random from those of its density",
        "rho": "density of primes with nilpotent period, exact",
        "n": "depth",
        "log_g": "ln gcd(p_n, q_n), from exact integers",
        "log_factorial": "ln n!",
        "proved": "ln of the proved divisor of gcd(p_n, q_n): sum of floor(n/2l) ln l over nilpotent odd primes l",
    },
)
