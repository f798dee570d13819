"""``plumbline verify``: stored certificates judged again by an independent verifier."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from typing import TYPE_CHECKING

from plumbline.cli.arguments import Subcommands, add_size

if TYPE_CHECKING:
    from plumbline.verification import Outcome

EPILOG = """\
Box covers, dual points of linear and semidefinite programs, exact enumerations and witnesses are judged against
problems derived from the claims (theory/PAPER/problems.py), by a verifier that shares no code with the engines
(plumbline/verifier: standard library, fractions and mpmath.iv). docs/verify.md says what is trusted.
exit status: 0 every certificate that carries a claim is verified; 1 one is refused; 2 bad usage; 3 none is
refused, but one cannot be verified, or a claim is unchecked or its evidence is stale (stale certificates are judged
all the same, against the claim as it stands now)."""

COLOURS = {"verified": "good", "refused": "bad", "not verifiable": "unsure"}


def add(commands: Subcommands) -> None:
    parser = commands.add_parser(
        "verify",
        help="judge stored certificates again, independently",
        description="Verify the stored certificates of claims by paper or id (all without a name).",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="PAPER or CLAIM", help="papers and claim ids")
    add_size(parser, "--effort", "which evidence")
    parser.add_argument("--all", action="store_true", help="list every certificate, not only counts")
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace) -> int:
    from plumbline import catalogue, store, verification

    status, total, unread = 0, Counter[str](), 0
    for claim in catalogue.select(arguments.names):
        record = store.read_record(claim.id, arguments.effort)
        if record is None or store.is_stale(record):
            state = "unchecked" if record is None else "stale"
            print(f"{claim.id}  {state}: run plumbline check {claim.id}")
            unread += 1
        if record is None:
            continue
        found = verification.outcomes(claim, record)
        total.update(outcome.status for outcome in found)
        status = max(status, verification.exit_status(found), key=(0, 3, 1).index)
        _print(claim.id, record["strength"] or record["verdict"], found, arguments.all)
    counts = ", ".join(f"{total[name]} {name}" for name in COLOURS)
    late = f", {unread} claims without current evidence" if unread else ""
    print(f"certificates: {counts}{late}")
    return status or (3 if unread else 0)


def _print(claim: str, strength: str, found: list[Outcome], everything: bool) -> None:
    """One line per claim; below it what was refused, what cannot be verified, and all else on demand."""
    from plumbline.cli.text import coloured

    if not found:
        if everything:
            print(f"{claim}  {strength}, no numerical certificate")
        return
    counts = Counter(str(outcome.status) for outcome in found)
    told = ", ".join(coloured(f"{counts[name]} {name}", COLOURS[name], sys.stdout) for name in COLOURS if counts[name])
    print(f"{claim}  {strength}: {told}")
    for outcome in found:
        if everything or outcome.status == "refused" or (outcome.status != "verified" and outcome.carries):
            aside = "" if outcome.carries else " (instances beside a proof)"
            print(f"    {outcome.status}{aside}: {outcome.what}: {outcome.reason}")
