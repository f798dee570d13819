"""A scaffolded paper passes as it stands, in a root that holds the machine and no other paper."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import architecture
import pytest

from plumbline import catalogue, scaffold
from plumbline.errors import InputError

ROOT = Path(__file__).resolve().parent.parent
NEW = "small_paper"
LONG = "On the variances of bounded variables, their sums and their maxima, with sharp constants".ljust(90, "!")
RULES = [
    *(architecture.arrows, architecture.foreign_papers, architecture.definitions_reaching_bounds),
    *(architecture.checks_reading_claims, architecture.heavy_at_import, architecture.worldly_theory),
    *(architecture.typed_strengths, architecture.made_findings, architecture.formulas_read_bare),
    *(architecture.long_files, architecture.nameless_modules, architecture.bare_ignores),
]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """The rooms without their papers, and one scaffolded paper."""
    top = tmp_path_factory.mktemp("root")
    papers = set(catalogue.paper_names())

    def without_papers(folder, names):
        room = Path(folder).parent == ROOT or Path(folder).parent.name == "config" or Path(folder) == ROOT
        inside = Path(folder).parent == ROOT and Path(folder).name in catalogue.ROOMS
        return {name for name in names if name == "__pycache__" or ((inside or not room) and name in papers)}

    for room in ("plumbline", *catalogue.ROOMS):
        shutil.copytree(ROOT / room, top / room, ignore=without_papers)
    for name in ("pyproject.toml", "Snakefile"):
        shutil.copy(ROOT / name, top / name)
    (top / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "test_claims.py", top / "tests")
    run(top, "-m", "plumbline.cli", "new", NEW, "--title", "On small variances")
    return top


def run(top: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(top), "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
    environment.pop("PLUMBLINE_RESULTS", None)
    done = subprocess.run(
        [sys.executable, *arguments], cwd=top, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_claim_stands_on_the_whole_domain_and_its_partner_is_rejected(root):
    assert f"{NEW}.variance.cap  symbolic" in run(root, "-m", "plumbline.cli", "check", NEW)
    assert "1/1" in run(root, "-m", "plumbline.cli", "list", NEW)


def test_its_tests_and_those_of_every_claim_pass(root):
    run(root, "-m", "plumbline.cli", "check", NEW)
    run(root, "-m", "plumbline.cli", "ledger")
    out = run(
        root,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests",
        "-k",
        "not unsupported and not detour and not fails_names",
    )
    assert "failed" not in out


def test_its_figure_is_drawn_and_the_report_shows_it(root):
    run(root, "-m", "snakemake", "--cores", "1", "--config", "size=quick")
    assert (root / "results" / "quick" / "figures" / NEW / "variances.pdf").exists()
    page = (root / "results" / "quick" / "report" / "index.html").read_text(encoding="utf-8")
    assert f"{NEW}.variance.cap" in page and "On small variances" in page


@pytest.mark.parametrize(("paper", "title"), [(NEW, "On small variances"), ("long_title", LONG)])
def test_its_files_are_clean(root, paper, title):
    made = {place: text for place, text in scaffold.files(paper, title).items() if place.endswith(".py")}
    for place, text in made.items():
        (root / place).parent.mkdir(exist_ok=True)
        (root / place).write_text(text, encoding="utf-8")
    try:
        run(root, "-m", "ruff", "check", *made)
        run(root, "-m", "ruff", "format", "--check", *made)
    finally:
        if paper != NEW:
            for place in made:
                (root / place).unlink()
            for room in catalogue.ROOMS:
                shutil.rmtree(root / room / paper)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_its_files_keep_the_rules_of_the_house(rule):
    made = [
        architecture.Source(place, text) for place, text in scaffold.files(NEW, LONG).items() if place[-3:] == ".py"
    ]
    assert len(made) > 10
    assert rule(made) == []


def test_a_title_too_long_for_a_line_is_refused(tmp_path):
    with pytest.raises(InputError, match="at most 90 characters, got 91"):
        scaffold.create("fine", LONG + "!", tmp_path)


@pytest.mark.parametrize("name", ["Small", "2nd", "a__b", "a-b", "class", "plumbline", "engines", "lemmas", "", "../a"])
def test_names_that_cannot_be_a_folder_in_every_room_are_refused(name, tmp_path):
    with pytest.raises(InputError, match="paper"):
        scaffold.create(name, "A title", tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("title", ["", "  ", 'with "quotes"', "two\nlines", "back\\slash"])
def test_titles_that_would_break_a_source_are_refused(title, tmp_path):
    with pytest.raises(InputError, match="title"):
        scaffold.create("fine", title, tmp_path)
    assert not list(tmp_path.iterdir())


def test_nothing_is_written_over_an_existing_paper(tmp_path):
    scaffold.create("fine", "A title", tmp_path)
    kept = tmp_path / "theory" / "fine" / "claims.py"
    kept.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="taken"):
        scaffold.create("fine", "Another", tmp_path)
    assert kept.read_text(encoding="utf-8") == "mine"
