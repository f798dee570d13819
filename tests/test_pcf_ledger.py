"""Every claim on polynomial continued fractions stands on its whole domain, with the strength that is listed here.

The ledger is asked, and tests/test_claims.py checks that no claim falls below it and that every partner is rejected.
"""

from __future__ import annotations

import pytest

from plumbline import catalogue, ledger
from plumbline.evidence import Strength

CERTIFIED = {
    *("pcf.asymptotics.bands", "pcf.census.size", "pcf.regimes.counts", "pcf.regimes.released_filter"),
    *("pcf.irrational.census", "pcf.rational.list", "pcf.rational.products", "pcf.regimes.infinite"),
    *("pcf.closed.count", "pcf.enclosure.census", "pcf.euler.count", "pcf.fr.counts", "pcf.fr.degree2"),
}
"""Enumerations of the census; all others are derived."""


@pytest.mark.parametrize("name", [claim.id for claim in catalogue.claims("pcf")])
def test_claim_holds_on_its_whole_domain(name: str) -> None:
    entry = ledger.read()[name]
    strength = Strength.CERTIFIED if name in CERTIFIED else Strength.SYMBOLIC
    assert (entry["verdict"], entry["coverage"], entry["strength"]) == ("holds", "whole", strength)


def test_the_listed_claims_exist() -> None:
    names = {claim.id for claim in catalogue.claims("pcf")}
    assert names >= CERTIFIED and len(names) == 38
