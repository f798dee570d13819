"""What is known to be needed: partners that do without an assumption, and are rejected (by the claims' own tests)."""

from __future__ import annotations

import pytest

from plumbline import catalogue
from plumbline.nouns import Claim
from theory.comp_sum.assumptions import COMPLETE

ASSUMING = [claim for claim in catalogue.all_claims() if claim.assumptions]


def dropped(claim: Claim) -> set[str]:
    return {partner.drops for partner in claim.refutations if partner.drops}


@pytest.mark.parametrize("claim", [claim for claim in ASSUMING if COMPLETE in claim.assumptions], ids=lambda c: c.id)
def test_completeness_is_needed(claim: Claim) -> None:
    assert COMPLETE in dropped(claim) or claim.id == "comp_sum.sharp.tau_c"


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("comp_sum.jensen_lift", 1),
        ("comp_sum.gap.deterministic", 2),
        ("comp_sum.gap.monotone_tau", 1),
        ("concentration.chernoff.tail", 2),
        ("starc.metric.bilipschitz", 1),
        ("starc.metric.complete", 1),
        ("starc.metric.pseudometric", 1),
        ("starc.order.iff", 2),
        ("starc.regret.exogenous", 1),
        ("starc.regret.range_metric", 2),
    ],
)
def test_so_many_assumptions_have_a_counterexample_without_them(name: str, needed: int) -> None:
    claim = catalogue.claim(name)
    assert len(dropped(claim)) == needed
    assert all(set(partner.replaces) - set(claim.subject.formulas) for partner in claim.refutations if partner.drops)
