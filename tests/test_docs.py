"""The documents say what is: their Python runs, their sessions print what is shown, commands and links exist."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from plumbline import cli, runner
from plumbline.cli.parser import build_parser
from plumbline.nouns import Effort

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
ELSEWHERE = {"your_loss.md": "test_comp_sum_transform.py"}  # Python that a test of its own runs


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text and where it begins."""

    document: Path
    line: int
    language: str
    text: str


def blocks(document: Path) -> Iterator[Block]:
    content = document.read_text(encoding="utf-8")
    for match in re.finditer(r"^```(\S*)[^\n]*\n(.*?)^```$", content, flags=re.M | re.S):
        yield Block(document, content[: match.start()].count("\n") + 1, match[1], match[2])


def named(document: Path) -> str:
    return document.name


def with_blocks(language: str) -> list[Path]:
    return [path for path in DOCUMENTS if any(block.language == language for block in blocks(path))]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to work in, with results of its own that the sessions of all documents share."""
    return tmp_path_factory.mktemp("documents")


@pytest.mark.parametrize("document", [path for path in with_blocks("python") if path.name not in ELSEWHERE], ids=named)
def test_python_runs(document: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    names: dict[str, Any] = {"__name__": "document"}
    for block in blocks(document):
        if block.language == "python":
            exec(compile("\n" * block.line + block.text, str(document), "exec"), names)
    if document.name == "CONTRIBUTING.md":
        claim, judge, effort = names["hoeffding"], names["mine"], Effort("quick", 0)
        judged = runner.run_check(claim, judge, claim.subject, effort)[0]
        assert (judged.verdict, judged.coverage, judged.strength) == ("holds", "whole", "symbolic"), judged.reason
        assert all(runner.try_refutation(claim, judge, one, effort)["rejected"] for one in claim.refutations)


def test_python_that_runs_elsewhere_does() -> None:
    for document, test in ELSEWHERE.items():
        assert document in (ROOT / "tests" / test).read_text(encoding="utf-8")


def sessions(block: Block) -> Iterator[tuple[str, str]]:
    """Commands of a console block, each with the output shown below it."""
    for part in re.split(r"^\$ ", block.text, flags=re.M)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def words(text: str) -> str:
    return " ".join(text.split())


def agrees(shown: str, came: str) -> bool:
    """Whether the output is as shown, up to white space and what three dots stand for."""
    pattern = ".*?".join(re.escape(words(part)) for part in words(shown).split("..."))
    return re.fullmatch(pattern.replace(r"\ .*?", " ?.*?").replace(r".*?\ ", ".*? ?"), words(came)) is not None


def output(command: str) -> str:
    """What a command of a session prints; ``> FILE`` keeps it in a file."""
    command, _, target = command.partition(" > ")
    program, *arguments = shlex.split(command)
    if program == "python":
        done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True)
        return done.stdout
    assert program == "plumbline", f"{command}: a session runs plumbline, or python on what it wrote"
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        cli.main(arguments)
    if not target:
        return printed.getvalue()
    Path(target).write_text(printed.getvalue(), encoding="utf-8")
    return ""


@pytest.mark.parametrize("document", with_blocks("console"), ids=named)
def test_sessions_print_what_is_shown(document: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    monkeypatch.setenv("PLUMBLINE_RESULTS", str(place / "results"))
    for block in blocks(document):
        if block.language == "console":
            for command, shown in sessions(block):
                came = output(command)
                assert agrees(shown, came), f"{document.name}:{block.line}: $ {command}\n{came}"


@pytest.mark.parametrize("document", with_blocks("text"), ids=named)
def test_commands_that_are_not_run_exist(document: Path) -> None:
    for block in blocks(document):
        for line in block.text.splitlines() if block.language == "text" else ():
            for command in re.split(r" && | > ", line):
                arguments = shlex.split(command, comments=True)
                if arguments[:1] == ["plumbline"]:
                    build_parser(arguments[1:]).parse_args(arguments[1:])
                elif arguments[:1] == ["make"]:
                    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
                    assert re.search(rf"^{arguments[1]}:", makefile, flags=re.M), line


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_block_says_what_it_is(document: Path) -> None:
    known = {"python", "console", "text", "json"}
    assert [block.line for block in blocks(document) if block.language not in known] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_links_and_paths_lead_somewhere(document: Path) -> None:
    content = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)\)", content):
        assert target.startswith("https://") or (document.parent / target).exists(), target
    rooms = "plumbline|theory|simulations|proofs_checks|figures|tests|benchmarks|config|profiles|docs"
    for path in re.findall(rf"`((?:{rooms})/[^`\s<>{{}}]*)`", content):
        made_by_hand = re.search(r"my_|<|half_half", path)
        assert made_by_hand or list(ROOT.glob(path.rstrip("/"))), f"{document.name}: {path}"


def test_the_readme_stays_short_and_has_one_picture() -> None:
    content = (ROOT / "README.md").read_text(encoding="utf-8")
    assert content.count("\n") < 150 and content.count("![") == 1


def test_three_dots_stand_for_anything_and_nothing_else_does() -> None:
    assert agrees("a ... b\n...\n", "a  1 2 b\nc")
    assert agrees("a\n...\nb", "a\nb")
    assert agrees("", "\n")
    assert not agrees("a b", "a c")
    assert not agrees("a ... b", "a 1 2 b c")
