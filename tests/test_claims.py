"""Every claim of every paper, checked anew at quick effort: as expected, partners rejected, no standing lost."""

from __future__ import annotations

import pytest

from plumbline import catalogue, ledger, runner, standing, witness

CLAIMS = catalogue.all_claims()


@pytest.mark.parametrize("claim", CLAIMS, ids=[claim.id for claim in CLAIMS])
def test_claim_stands_as_the_ledger_says(claim):
    record = runner.check_claim(claim, "quick", fresh=True)
    assert runner.as_expected(record) is True, (record["verdict"], record["reason"], record["refutations"])
    assert record["refutations"], "a claim needs a wrong partner"
    for partner in record["refutations"]:
        assert partner["rejected"], partner
        assert witness.confirms(claim.paper, partner["witness"])
    assert claim.id in ledger.read(), "run plumbline ledger"
    falls = [fall for fall in ledger.compare(ledger.read(), [record]).falls if fall.claim == claim.id]
    assert not falls


@pytest.mark.parametrize("claim", CLAIMS, ids=[claim.id for claim in CLAIMS])
def test_findings_name_parts_and_claims_that_exist(claim):
    ids = {other.id for other in CLAIMS}
    assert set(claim.rests_on) <= ids
    assert claim.id not in claim.rests_on
    assert standing.standing(claim, None).label == "unchecked"
