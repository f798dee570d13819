"""``plumbline check``: run checks with their refutations."""

from __future__ import annotations

import argparse
import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from plumbline.cli import json_output
from plumbline.cli.arguments import Subcommands, add_seed, add_size

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from plumbline.cli.entries import Entry

EPILOG = """\
exit status: 0 every claim as expected and every wrong partner rejected with a witness that was evaluated
again; 1 a contradiction or an accepted partner; 2 bad usage, or a source that cannot be loaded; 3 no
contradiction, but something undecided (a check that raises or runs out of time is undecided).
--json writes the same object as plumbline list --json (docs/json.md); "-" writes it to standard output."""

COLOUR = {0: "good", 1: "bad", 3: "unsure"}
MARK = {0: "ok", 1: "CONTRADICTION", 3: "undecided"}
ACCEPTED = "PARTNER ACCEPTED"


def add(commands: Subcommands) -> None:
    parser = commands.add_parser(
        "check",
        help="run checks with their refutations",
        description="Check claims by paper or id (all without a name) together with their wrong partners.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="PAPER or CLAIM", help="papers and claim ids")
    add_size(parser, "--effort", "how hard to try")
    add_seed(parser)
    parser.add_argument("--fresh", action="store_true", help="ignore stored evidence")
    parser.add_argument("--json", metavar="FILE", help="also write the results as JSON")
    parser.set_defaults(handler=run)


def run(arguments: argparse.Namespace) -> int:
    from plumbline import catalogue
    from plumbline.cli import entries

    claims = catalogue.select(arguments.names)
    out = json_output.text_stream(arguments.json)
    if not claims:
        print("no claims to check", file=out)
    from plumbline import runner

    widths = (max((len(claim.id) for claim in claims), default=0), 22, 9, 19, 8)
    start = time.perf_counter()
    found: list[Entry] = []
    with _screen(len(claims), out) as screen:
        for claim in claims:
            screen.begin(claim.id)
            record = runner.check_claim(claim, effort=arguments.effort, seed=arguments.seed, fresh=arguments.fresh)
            found.append(entries.entry(claim, record))
            for line in _row(found[-1], runner.exit_status([record]), widths, out):
                screen.say(line)
            screen.end()
    status = runner.exit_status([item.record for item in found if item.record is not None])
    alone, found = found, entries.together(found, arguments.effort)
    for before, after in zip(alone, found, strict=True):
        if before.standing.label != after.standing.label:
            print(f"{after.claim.id}: {after.standing.label}", file=out)
    _print_summary(found, status, time.perf_counter() - start, out)
    if arguments.json:
        json_output.write(entries.as_json(found), arguments.json)
    return status


def _row(item: Entry, status: int, widths: Sequence[int], out: TextIO) -> Iterator[str]:
    """The line of one claim, and below it why it is not as expected."""
    from plumbline.cli import entries
    from plumbline.cli.text import coloured, columns

    record = item.record or {}
    seconds = "stored" if record.get("reused") else f"{record.get('seconds', 0):.2f} s"
    cells = (
        item.claim.id,
        item.standing.label,
        entries.rejected(item) + " rej.",
        entries.resolution(item),
        seconds,
    )
    yield columns(cells, widths) + "  " + coloured(_mark(record, status), COLOUR[status], out)
    for line in _complaints(item.claim.id, record, status):
        yield f"    {line}"


def _mark(record: Mapping[str, Any], status: int) -> str:
    """The last word of a row: a claim that is as expected but whose partner passed is no contradiction."""
    return ACCEPTED if status == 1 and _only_partners(record) else MARK[status]


def _only_partners(record: Mapping[str, Any]) -> bool:
    """Whether the claim itself does not contradict what is expected of it."""
    return record["verdict"] in (record["expects"], "inconclusive")


def _complaints(claim_id: str, record: Mapping[str, Any], status: int) -> Iterator[str]:
    """Why a row is not as expected, one line per reason."""
    if status == 0:
        return
    if record["verdict"] != record["expects"]:
        reason = f": {' '.join(record['reason'].split())}" if record.get("reason") else ""
        yield f"expected {record['expects']}, found {record['verdict']}{reason}"
        if record["verdict"] == "violated" and record.get("witness"):
            yield f"see plumbline witness {claim_id}"
    for partner in record.get("refutations", []):
        if not partner["rejected"]:
            reason = " ".join((partner.get("reason") or "no reason given").split())
            yield f"wrong partner {partner['name']!r} not rejected ({partner['verdict']}): {reason}"


def _print_summary(found: Sequence[Entry], status: int, seconds: float, out: TextIO) -> None:
    from plumbline.cli.text import coloured

    partners = [partner for item in found for partner in (item.record or {}).get("refutations", [])]
    rejected = sum(bool(partner["rejected"]) for partner in partners)
    noun = "claim" if len(found) == 1 else "claims"
    judged = [item.record for item in found if item.record is not None]
    wrong = "wrong partner accepted" if all(map(_only_partners, judged)) else "contradiction found"
    verdict = {0: "all as expected", 1: wrong, 3: "not everything decided"}[status]
    line = f"{len(found)} {noun}, {rejected} of {len(partners)} wrong partners rejected, {seconds:.1f} s: "
    print(line + coloured(verdict, COLOUR[status], out), file=out)


class _Lines:
    """Plain lines, for files and pipes."""

    def __init__(self, out: TextIO) -> None:
        self.out = out

    def begin(self, name: str) -> None:
        """Nothing is said of a claim before it is judged."""

    def end(self) -> None:
        """Nothing is left to say."""

    def say(self, line: str) -> None:
        print(line, file=self.out, flush=True)


class _Bar(_Lines):
    """Lines above a progress bar, for terminals."""

    def __init__(self, out: TextIO, progress: Progress, task: TaskID) -> None:
        super().__init__(out)
        self.progress, self.task = progress, task

    def begin(self, name: str) -> None:
        self.progress.update(self.task, description=name)

    def end(self) -> None:
        self.progress.advance(self.task)

    def say(self, line: str) -> None:
        from rich.text import Text

        self.progress.console.print(Text.from_ansi(line), soft_wrap=True)


@contextlib.contextmanager
def _screen(total: int, out: TextIO) -> Iterator[_Lines]:
    """Where the rows go: above a progress bar on a terminal, plainly elsewhere."""
    if not out.isatty() or total == 0:
        yield _Lines(out)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    parts = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*parts, console=Console(file=out), transient=True) as progress:
        yield _Bar(out, progress, progress.add_task("", total=total))
