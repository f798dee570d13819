"""``plumbline audit``: change every claimed formula a little and see whether its check notices."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TextIO

from plumbline.cli import json_output
from plumbline.cli.arguments import Subcommands, add_seed, add_size, positive_number, whole_number

EPILOG = """\
Every number and exponent of every claimed formula is changed by one per cent, every sign flipped, and the
claim's own check run: killed (rejected with a witness), looser (not rejected, and an engine proves that it states
less), survived (not rejected, and states more), undecided (not rejected, not compared), equivalent (proved equal),
stillborn (no finite value). The rate is killed of killed, survived and undecided.
exit status: 0 the checks of the claims that hold on their whole domain kill at least 95 per cent together; 1 they
do not; 2 bad usage. Results are kept in results/<size>/audit and used again until the sources change."""

HEAD = ("claim", "mutants", "killed", "survived", "undecided", "looser", "equivalent", "stillborn", "rate")


def add(commands: Subcommands) -> None:
    parser = commands.add_parser(
        "audit",
        help="perturb every formula and run its checks",
        description="Perturb every number, sign and exponent of the claimed formulas and run the claims' own checks.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="PAPER or CLAIM", help="papers and claim ids")
    add_size(parser, "--effort", "how hard the checks try")
    add_seed(parser)
    parser.add_argument("--workers", type=whole_number, default=2, metavar="N", help="processes (default: 2; 0: none)")
    parser.add_argument(
        "--time-limit", type=positive_number, default=20, metavar="S", help="seconds per mutant (default: 20)"
    )
    parser.add_argument("--fresh", action="store_true", help="ignore what earlier audits found")
    parser.add_argument("--json", metavar="FILE", help='also write the table as JSON ("-": to standard output)')
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace) -> int:
    from plumbline import audit, catalogue

    claims = catalogue.select(arguments.names)
    out = json_output.text_stream(arguments.json)
    plan = audit.Plan(arguments.effort, arguments.seed, float(arguments.time_limit), arguments.workers, arguments.fresh)
    with _progress(sys.stderr) as say:
        found = audit.audit(claims, plan, say)
    _print(found, out)
    if arguments.json:
        json_output.write(_as_json(found), arguments.json)
    return 0 if audit.passes(found) else 1


def _print(found: Sequence[Mapping[str, Any]], out: TextIO) -> None:
    from plumbline import audit
    from plumbline.cli.text import coloured, table

    rows = [(item["claim"], *(str(item[key]) for key in HEAD[1:-1]), _rate(item)) for item in found]
    for line in table(HEAD, rows):
        print(line, file=out)
    for item in found:
        for mutant in item["survivors"]:
            accepted = " (accepted on the whole domain)" if mutant["accepted"] else ""
            print(f"{item['claim']} {mutant['role']} {mutant['outcome']}{accepted}: {mutant['change']}", file=out)
            print(f"    {mutant['reason']}", file=out)
    counted = [item for item in found if item["counted"]]
    overall = audit.rate(counted)
    good = audit.passes(found)
    noun = "claim" if len(counted) == 1 else "claims"
    shown = "no mutant that states more" if overall is None else f"{overall:.1%} of the mutants that state more killed"
    print(coloured(f"{len(counted)} {noun} on the whole domain: {shown}", "good" if good else "bad", out), file=out)


def _rate(item: Mapping[str, Any]) -> str:
    if item["verdict"] != "holds":
        return f"not audited ({item['verdict']})"
    shown = "-" if item["rate"] is None else f"{item['rate']:.1%}"
    return shown if item["counted"] else f"{shown} (not counted: {item['coverage']})"


def _as_json(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    from plumbline import audit

    return {
        "version": audit.VERSION,
        "passes": audit.passes(found),
        "rate": audit.rate(item for item in found if item["counted"]),
        "claims": [dict(item) for item in found],
    }


@contextlib.contextmanager
def _progress(out: TextIO) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on a terminal, silence elsewhere."""
    if not out.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

    with Progress(
        BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=Console(file=out), transient=True
    ) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
