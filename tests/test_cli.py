"""The command line on a toy paper in a root of its own: output, exit status, and what errors look like."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from plumbline import cli
from plumbline.cli import text
from plumbline.cli.declared import figures_of

ROOT = Path(__file__).resolve().parent.parent
KEYS = {
    *("claim", "kind", "expects", "verdict", "strength", "coverage", "scope", "holds_up_to", "rejected_from"),
    *("witness", "seed", "seconds", "fingerprint", "refutations", "standing"),
}


def _interruptible() -> None:
    """A suite that a script put in the background ignores interrupts, and its children would inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass(frozen=True)
class Place:
    """A copy of plumbline beside the toy paper, with results of its own."""

    root: Path

    def start(self, *arguments: str, stdout: int = subprocess.PIPE) -> subprocess.Popen[str]:
        environment = {**os.environ, "PYTHONPATH": str(self.root), "PYTHONDONTWRITEBYTECODE": "1"}
        environment.pop("PLUMBLINE_RESULTS", None)
        return subprocess.Popen(
            [sys.executable, "-m", "plumbline.cli", *arguments],
            cwd=self.root,
            env=environment,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_interruptible,
        )

    def __call__(self, *arguments: str, status: int = 0) -> str:
        """Standard output of a command that must end with ``status``."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=60)
        assert process.returncode == status, f"{arguments}: {process.returncode}\n{out}{err}"
        return out

    def complaint(self, *arguments: str) -> str:
        """The one line of a command that must be refused."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out) == (2, ""), f"{arguments}: {process.returncode}\n{out}{err}"
        assert err.startswith("plumbline: ") and err.count("\n") == 1, err
        return err

    def files(self) -> set[str]:
        return {str(file.relative_to(self.root)) for file in self.root.rglob("*") if "__pycache__" not in file.parts}


def _make_place(root: Path) -> Place:
    skip = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "plumbline", root / "plumbline", ignore=skip)
    shutil.copytree(ROOT / "tests/toy_paper", root, dirs_exist_ok=True, ignore=skip)
    return Place(root)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return _make_place(tmp_path / "root")


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A place in which everything was checked once; tests only read from it."""
    place = _make_place(tmp_path_factory.mktemp("checked") / "root")
    place("check", status=1)
    return place


def _row(output: str, claim: str) -> list[str]:
    (line,) = [line for line in output.splitlines() if line.startswith(claim)]
    return line.split()


def test_list_before_and_after_a_check(place: Place) -> None:
    assert _row(place("list"), "toy.number.small")[2:] == ["unchecked", "-", "-", "0/1"]
    place("check", "toy.number.small")
    assert _row(place("list", "toy"), "toy.number.small")[2:] == ["symbolic", "whole", "-", "1/1"]
    source = place.root / "proofs_checks/toy.py"
    source.write_text(source.read_text() + "\n# an edit\n")
    assert _row(place("list"), "toy.number.small")[2] == "stale"
    assert _row(place("list", "--size", "full"), "toy.number.small")[2] == "unchecked"


def test_list_shows_standings(checked: Place) -> None:
    output = checked("list")
    assert "violated as stated" in output and _row(output, "toy.number.broken")[2] == "inconclusive"
    assert _row(output, "toy.number.slack")[-1] == "0/1"
    assert output.splitlines()[-1] == "5 claims, 4 settled on the whole of the declared domain"


def test_list_json_is_the_documented_object(checked: Place) -> None:
    value = json.loads(checked("list", "--json"))
    assert value["version"] == 1
    claims = {item["claim"]: item for item in value["claims"]}
    assert set(claims) == {f"toy.number.{name}" for name in ("small", "large", "broken", "wrong", "slack")}
    documented = (ROOT / "docs/json.md").read_text()
    for item in claims.values():
        assert set(item) >= KEYS
        assert not [key for key in item if f"| `{key}` |" not in documented]
    small = claims["toy.number.small"]
    assert (small["verdict"], small["strength"], small["coverage"]) == ("holds", "symbolic", "whole")
    (partner,) = small["refutations"]
    assert partner["name"] == "larger" and partner["rejected"] is True
    assert partner["witness"]["data"] == {"c": "2"}
    assert float(claims["toy.number.large"]["witness"]["right"]) == 3


@pytest.mark.parametrize(
    ("names", "status", "said"),
    [
        (["toy.number.small", "toy.number.large"], 0, "all as expected"),
        (["toy.number.wrong"], 1, "expected holds, found violated"),
        (["toy.number.wrong"], 1, "CONTRADICTION"),
        (["toy.number.slack"], 1, "wrong partner 'larger' not rejected (holds)"),
        (["toy.number.slack"], 1, "PARTNER ACCEPTED"),
        (["toy.number.slack"], 1, " s: wrong partner accepted"),
        (["toy.number.broken"], 3, "ArithmeticError: negative numbers are not understood"),
        (["toy.number.broken", "toy.number.small"], 3, "not everything decided"),
        (["toy"], 1, "contradiction found"),
    ],
)
def test_check_exit_status(checked: Place, names: list[str], status: int, said: str) -> None:
    assert said in checked("check", *names, status=status)


def test_a_mistake_in_a_source_is_one_line_that_says_where(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    checks = place.root / "proofs_checks/toy.py"
    good = checks.read_text()
    lines = good.count("\n")
    for wrong, said in (
        ("WRONG = chekc\n", "NameError: name 'chekc' is not defined"),
        ("WRONG = (\n", "SyntaxError: '(' was never closed"),
        ("from proofs_checks.engines import nothing\n", "ImportError: cannot import name 'nothing'"),
    ):
        checks.write_text(good + wrong)
        assert place.complaint("check", "toy").startswith(f"plumbline: proofs_checks/toy.py:{lines + 1}: {said}")
    monkeypatch.setenv("PLUMBLINE_TRACEBACK", "1")
    process = place.start("check", "toy")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2 and err.startswith("Traceback")
    checks.write_text(good.replace("return [at_most_one", "return [at_most_two"))
    line = good[: good.index("return")].count("\n") + 1
    assert f"proofs_checks/toy.py:{line}: NameError: name 'at_most_two'" in place("check", "toy.number.small", status=3)


def test_a_cited_lemma_that_nobody_can_look_up_is_not_believed(place: Place) -> None:
    checks = place.root / "proofs_checks/toy.py"
    cites = "[dataclasses.replace(at_most_one(subject['c']), rests_on=('lemma:folklore',))]"
    text = checks.read_text().replace('[at_most_one(subject["c"])]', cites)
    checks.write_text(text.replace("from plumbline.evidence", "import dataclasses\n\nfrom plumbline.evidence", 1))
    said = "cites lemma:folklore, unknown to theory.lemmas: add it there with its citation"
    assert said in place("check", "toy.number.small", status=3)
    (place.root / "theory/lemmas.py").write_text(
        "from plumbline.nouns import Lemma\n\nFOLKLORE = Lemma('folklore', 'Folklore', '$1=1$', 'a book')\n"
    )
    assert "all as expected" in place("check", "toy.number.small")


def test_check_reuses_evidence_unless_fresh(checked: Place) -> None:
    assert "stored" in checked("check", "toy.number.small")
    assert "stored" not in checked("check", "toy.number.small", "--fresh")
    assert "stored" not in checked("check", "toy.number.small", "--effort", "full")


def test_check_on_a_terminal_keeps_rows_and_bar_apart(checked: Place) -> None:
    pty = pytest.importorskip("pty")
    reader, writer = pty.openpty()
    process = checked.start("check", "toy.number.small", "toy.number.large", stdout=writer)
    process.wait(timeout=60)
    os.close(writer)
    shown = b""
    with contextlib.suppress(OSError):  # the terminal is gone
        while part := os.read(reader, 4096):
            shown += part
    os.close(reader)
    rows = [line.split("\x1b[2K")[-1] for line in shown.decode().splitlines()]
    assert [row.split()[0] for row in rows if "rej." in row] == ["toy.number.small", "toy.number.large"]
    assert any("\x1b[32mok\x1b[0m" in row for row in rows)
    assert "2/2" in shown.decode() and process.returncode == 0


def test_interrupting_a_check_keeps_what_was_done(place: Place) -> None:
    source = place.root / "proofs_checks/engines/compare.py"
    slow = "    if number < 0:\n        import time\n\n        print('asleep', flush=True)\n        time.sleep(30)\n"
    source.write_text(source.read_text().replace("    if number < 0:\n", slow))
    process = place.start("check", "toy.number.small", "toy.number.broken", "--json", str(place.root / "o.json"))
    assert process.stdout is not None and process.stderr is not None
    while "asleep" not in process.stdout.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, "plumbline: interrupted\n")
    assert not (place.root / "o.json").exists()
    assert _row(place("list"), "toy.number.small")[2] == "symbolic"
    assert _row(place("list"), "toy.number.broken")[2] == "unchecked"


def test_check_json_file_and_stdout(place: Place) -> None:
    target = place.root / "out.json"
    place("check", "toy.number.large", "--seed", "7", "--json", str(target))
    (item,) = json.loads(target.read_text())["claims"]
    assert set(item) >= KEYS
    assert (item["claim"], item["seed"], item["standing"]) == ("toy.number.large", 7, "violated as stated")
    process = place.start("check", "toy.number.large", "--json", "-")
    out, err = process.communicate(timeout=60)
    assert json.loads(out)["version"] == 1
    assert "all as expected" in err


def test_show_prints_the_claim_and_imports_no_figure(checked: Place) -> None:
    output = checked("show", "toy.number.small")
    for part in (r"$c \le 1$", "numbers are rational", "Lemma 1 (source)", "every number", "trichotomy"):
        assert part in output
    for part in ("symbolic", "holds by compare", "larger: rejected; must fail because", "toy.line: not drawn"):
        assert part in output
    assert "larger: NOT REJECTED" in checked("show", "toy.number.slack")
    assert "witness" in checked("show", "toy.number.large")


def test_figures_are_read_without_importing_them(checked: Place) -> None:
    assert checked("figures").split()[-3:] == ["toy.line", "not", "drawn"]


def test_witness_script_runs_by_itself(checked: Place, tmp_path: Path) -> None:
    script = tmp_path / "witness.py"
    script.write_text(checked("witness", "toy.number.large"))
    alone = subprocess.run([sys.executable, "-I", str(script)], capture_output=True, text=True, cwd=tmp_path)
    assert alone.returncode == 0, alone.stderr
    assert "shown: left < right" in alone.stdout
    assert "plumbline" not in [line.split()[1] for line in script.read_text().splitlines() if "import" in line]


def test_claims_and_programs_are_found_in_further_modules(place: Place, tmp_path: Path) -> None:
    """Modules ``*_claims`` and ``*_witnesses`` are read too; a script carries what its program imports."""
    toy = place.root / "theory/toy"
    (toy / "odd_claims.py").write_text("from theory.toy.claims import SMALL, _claim\nODD = _claim('odd', '5')\n")
    (toy / "odd_witnesses.py").write_text(
        "from theory.toy.witnesses import at_most_one\n\n\n"
        "def odd(data, formulas):\n    return at_most_one(data, formulas)\n"
    )
    checks, engine = place.root / "proofs_checks/toy.py", place.root / "proofs_checks/engines/compare.py"
    checks.write_text(checks.read_text() + 'ODD = check("toy.number.odd")(_judge)\n')
    engine.write_text(engine.read_text().replace('make("toy", "at_most_one"', 'make("toy", "odd"'))
    names = [line.split()[0] for line in place("list").splitlines() if line.startswith("toy.")]
    assert names[-1] == "toy.number.odd" and len(names) == len(set(names)) == 6
    place("check", "toy.number.odd", status=1)
    script = tmp_path / "odd.py"
    script.write_text(place("witness", "toy.number.odd"))
    alone = subprocess.run([sys.executable, "-I", str(script)], capture_output=True, text=True, cwd=tmp_path)
    assert "shown: left < right" in alone.stdout, alone.stderr


def test_ledger_is_written_compared_and_never_takes_stale_evidence(place: Place) -> None:
    place("check", "toy.number.small", "toy.number.large")
    written = place("ledger", status=1)  # three claims have no entry
    assert "rise: toy.number.small" in written
    assert written.endswith(
        "not written: 3 claims without current evidence; run: plumbline check toy && plumbline ledger\n"
    )
    ledger = place.root / "ledger.json"
    before = ledger.read_text()
    assert json.loads(before)["claims"].keys() == {"toy.number.large", "toy.number.small"}
    assert "agrees" in place("ledger", "--check")

    raised = json.loads(before)
    raised["claims"]["toy.number.small"] |= {"strength": "formal", "standing": "formal"}
    ledger.write_text(json.dumps(raised))
    output = place("ledger", "--check", status=1)
    assert "fall: toy.number.small: strength formal -> symbolic" in output
    assert json.loads(ledger.read_text()) == raised

    source = place.root / "proofs_checks/toy.py"
    source.write_text(source.read_text() + "\n# an edit\n")
    process = place.start("ledger")
    _, err = process.communicate(timeout=60)
    assert err.splitlines() == [
        "plumbline: note: toy.number.small, toy.number.large: stale",
        "plumbline: note: toy.number.broken, toy.number.wrong, toy.number.slack: unchecked",
    ]
    assert json.loads(ledger.read_text()) == raised
    assert "missing" in place("ledger", "--check", status=1)


def test_run_writes_a_table_or_nothing(place: Place) -> None:
    import pandas as pd

    before = place.files()
    target = place.root / "noise.parquet"
    assert "samples" in place.complaint("run", "toy.noise", "--set", "samples=many", "-o", str(target))
    assert "unknown" in place.complaint("run", "toy.noise", "--set", "sample=3", "-o", str(target))
    assert place.files() == before
    place("run", "toy.noise", "--set", "samples=3", "width=0.5", "--seed", "4", "-o", str(target))
    table = pd.read_parquet(target)
    assert list(table["shard"]) == [0, 0, 0, 1, 1, 1]
    assert table["value"].between(0, 0.5).all()
    assert place.files() == before | {"noise.parquet"}


def test_stages_write_into_the_store(place: Place) -> None:
    shard = place("stage", "simulate", "toy.noise", "--shard", "1").strip()
    assert shard.endswith("shards/seed0/1.parquet") and Path(shard).is_file()
    assert "0..1" in place.complaint("stage", "simulate", "toy.noise", "--shard", "2")
    table = place("stage", "gather", "toy.noise").strip()
    assert table.endswith("tables/toy/noise/seed0.parquet") and Path(table).is_file()


def test_a_paper_adds_commands(place: Place) -> None:
    assert place("toy", "double", "21") == "42\n"
    assert "commands of toy" in place("--help")
    assert "invalid int value" in place.complaint("toy", "double", "x")
    (place.root / "simulations/toy/commands.py").write_text("raise RuntimeError('imported')\n")
    assert "toy.number.small" in place("list")


REFUSED: list[tuple[Sequence[str], str]] = [
    ([], "COMMAND"),
    (["frobnicate"], "invalid choice: 'frobnicate'"),
    (["list", "nosuch"], "unknown paper 'nosuch'; papers: toy"),
    (["list", "--size", "huge"], "invalid choice: 'huge'"),
    (["list", "--js"], "--js"),
    (["show"], "CLAIM"),
    (["show", "toy.number.smal"], "did you mean 'toy.number.small'?"),
    (["show", "toy\n.x"], "unknown claim"),
    (["check", "toy.number.nosuch"], "unknown claim 'toy.number.nosuch'"),
    (["check", "toy", "--seed", "-1"], "must be an integer of at least 0, got '-1'"),
    (["check", "toy", "--seed", "nan"], "must be an integer of at least 0, got 'nan'"),
    (["check", "toy", "--seed", str(2**63)], "must be an integer"),
    (["check", "toy", "--effort", "heroic"], "invalid choice: 'heroic'"),
    (["check", "toy", "--json", "/nonexistent/out.json"], "cannot write /nonexistent/out.json"),
    (["check", "toy", "--json", "."], "cannot write"),
    (["run", "toy.nosuch", "-o", "x.parquet"], "unknown experiment 'toy.nosuch'"),
    (["run", "toy.noise"], "-o/--output"),
    (["run", "toy.noise", "-o", "x.csv"], "must end in .parquet, got 'x.csv'"),
    (["run", "toy.noise", "-o", "/nonexistent/x.parquet"], "cannot write /nonexistent/x.parquet"),
    (["run", "toy.noise", "--device", "tpu", "-o", "x.parquet"], "invalid choice: 'tpu'"),
    (["run", "toy.noise", "--set", "samples", "-o", "x.parquet"], "key=value"),
    (["run", "toy.noise", "--threads", "0", "-o", "x.parquet"], "at least 1"),
    (["witness", "toy.number.nosuch"], "unknown claim"),
    (["witness", "toy.number.small"], "no witness is recorded for toy.number.small"),
    (["stage", "draw", "nosuch"], "unknown paper"),
    (["stage", "simulate", "toy.noise"], "--shard"),
]


@pytest.mark.parametrize(("arguments", "said"), REFUSED, ids=[" ".join(item[0])[:40] for item in REFUSED])
def test_bad_usage_is_one_line_and_leaves_no_file(checked: Place, arguments: Sequence[str], said: str) -> None:
    before = checked.files()
    assert said in checked.complaint(*arguments)
    assert checked.files() == before


def test_witness_of_an_unchecked_claim_names_the_command(place: Place) -> None:
    assert "plumbline check toy.number.large first" in place.complaint("witness", "toy.number.large")


def test_damaged_ledger_is_one_line(place: Place) -> None:
    (place.root / "ledger.json").write_text("{")
    assert "ledger.json is not a ledger" in place.complaint("ledger", "--check")


def test_a_closed_pipe_is_quiet(checked: Place) -> None:
    for arguments, statuses in ((["list"], {141}), (["list", "--json"], {141}), (["--help"], {0, 141})):
        process = checked.start(*arguments)
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=60) in statuses
        process.stderr.close()


def test_interrupt_ends_with_130_and_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("plumbline.cli.listing.run", interrupted)
    assert cli.main(["list"]) == 130
    assert capsys.readouterr().err == "plumbline: interrupted\n"


def test_an_error_of_the_program_is_not_disguised(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(arguments: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr("plumbline.cli.listing.run", broken)
    with pytest.raises(ZeroDivisionError):
        cli.main(["list"])


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["check", "--help"], ["stage", "draw", "-h"]])
def test_help_is_status_zero(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(arguments) == 0
    assert "plumbline" in capsys.readouterr().out


def test_text_is_aligned_and_wrapped() -> None:
    assert text.table(("a", "bb"), [("ccc", "d")]) == ["a    bb", "ccc  d"]
    wrapped = text.paragraph("name", "word " * 30, indent=6, width=40).splitlines()
    assert wrapped[0].startswith("name  word") and all(line.startswith("      word") for line in wrapped[1:])
    assert max(map(len, wrapped)) <= 40


def test_declared_figures_agree_with_the_catalogue() -> None:
    """What is read from the sources of the figures is what importing them gives."""
    from plumbline import catalogue

    for paper in catalogue.paper_names():
        if importlib.util.find_spec(f"figures.{paper}") is None:
            continue
        real = {item.id: (set(item.claims), set(item.tables)) for item in catalogue.figures(paper).values()}
        read = {item.id: (set(item.claims), set(item.tables)) for item in figures_of(paper)}
        assert read == real
