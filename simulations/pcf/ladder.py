"""What is proved of every formula of the census, counted by degrees: exact code alone, no float dynamics."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from plumbline.nouns import Experiment
from simulations.pcf.census import CLOSED_FORMS, LABELS, closed_forms, halved_keys, limits
from simulations.pcf.known_limits import PROOFS, proofs
from theory.pcf import census
from theory.pcf.regimes import Regime


class Settings(BaseModel):
    """``largest`` coefficient, ``bits`` wanted of a ball; ``deeper`` proves irrationality with longer blocks."""

    model_config = ConfigDict(extra="forbid")

    shards: int = Field(ge=1)
    largest: int = Field(ge=1, le=20)
    bits: int = Field(ge=16, le=512)
    deeper: bool = False


def ladder(settings: Settings, shard: int, seed: np.random.SeedSequence, device: str) -> pd.DataFrame:
    """One shard: every shards-th formula, its mirror image counted along."""
    keys = halved_keys(settings.largest)[shard :: settings.shards]
    codes = census.classify_keys(keys)
    proof = proofs(keys, codes, settings.deeper)
    label = np.full(len(keys), "IRRATIONAL", dtype=object)
    terminating = codes == census.CODE[Regime.TERMINATING]
    label[terminating] = LABELS[0]
    rest = np.flatnonzero((proof == 0) & ~terminating)
    label[rest] = np.asarray(limits(keys[rest], codes[rest], proof[rest], settings.bits)["label"])
    columns: dict[str, Any] = {
        "d_a": census.leading_arrays(keys[:, :3])[0],
        "d_b": census.leading_arrays(keys[:, 3:])[0],
        "label": label,
        "irrational": np.array(PROOFS)[proof],
        "closed_form": np.array(CLOSED_FORMS)[closed_forms(keys, codes)],
    }
    counts = pd.DataFrame(columns).groupby(list(columns), as_index=False).size()
    return counts.assign(formulas=2 * counts.pop("size"))


LADDER = Experiment(
    "pcf.ladder",
    "What is proved of every formula, by degrees",
    Settings,
    ladder,
    {
        "d_a": "degree of a",
        "d_b": "degree of b",
        "label": f"the first that is proved, as in pcf.census: {', '.join(LABELS)}",
        "irrational": (
            "proof of irrationality: size (of the minimal solution), gcd (certified), quadratic (number), pi or ln 2 "
            "(rational Moebius image of it), or ''"
        ),
        "closed_form": "kind of the closed form of convergent formulas with d_a <= 1, or ''",
        "formulas": "how many formulas of the shard, a and -a both counted",
    },
)
