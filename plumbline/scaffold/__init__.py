"""A new paper in every room: files made from templates, none of the existing ones touched.

The templates hold one formula, claim, check, wrong partner, experiment, figure and test, which pass as they
stand; their author replaces them one by one.
"""

from __future__ import annotations

import contextlib
import keyword
import re
from pathlib import Path

from plumbline import catalogue
from plumbline.errors import InputError, PlumblineError
from plumbline.files import write_together

TEMPLATES = Path(__file__).resolve().parent / "templates"
LONGEST_TITLE = 90  # it stands in lines of at most 120 characters

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_FORBIDDEN = frozenset({"plumbline", "engines", "style", "lemmas", "toy", *catalogue.ROOMS})

# Where each template goes; by default into the room of its own folder, under the paper's name.
_PLACES = {
    "config/quick.yaml": "config/quick/{paper}.yaml",
    "config/full.yaml": "config/full/{paper}.yaml",
    "tests/test_paper.py": "tests/test_{paper}.py",
}


def require_new_name(name: str, root: Path) -> str:
    """The name, if it can be a paper's folder and module in every room and is not taken."""
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or name in _FORBIDDEN:
        raise InputError(f"paper must be lower-case letters, digits and single underscores, got {name!r}")
    for room in catalogue.ROOMS:
        for taken in (root / room / name, root / room / f"{name}.py"):
            if taken.exists():
                raise InputError(f"paper {name!r} is taken: {taken.relative_to(root)} exists")
    return name


def files(paper: str, title: str) -> dict[str, str]:
    """The new files, by their path from the root."""
    if not title.strip() or set(title) & set('"\\\n'):
        raise InputError(f"title must be one line without quotes and backslashes, got {title!r}")
    if len(title.strip()) > LONGEST_TITLE:
        raise InputError(f"title must have at most {LONGEST_TITLE} characters, got {len(title.strip())}: shorten it")
    found = {}
    for template in sorted(TEMPLATES.rglob("*.txt")):
        name = template.relative_to(TEMPLATES).as_posix().removesuffix(".txt")
        room, _, rest = name.partition("/")
        place = _PLACES.get(name, f"{room}/{{paper}}/{rest}").format(paper=paper)
        text = template.read_text(encoding="utf-8")
        found[place] = text.replace("@paper@", paper).replace("@title@", title.strip())
    return found


def create(paper: str, title: str, root: Path | None = None) -> list[Path]:
    """Write the files of a new paper, all or none; nothing is written if one of them exists."""
    top = root or catalogue.root()
    new = files(require_new_name(paper, top), title)
    for place in new:
        if (top / place).exists():
            raise InputError(f"paper {paper!r} is taken: {place} exists")
    contents = {top / place: text for place, text in new.items()}
    before = {folder for path in contents for folder in path.parents if folder.exists()}
    try:
        return write_together(contents)
    except PlumblineError:
        made = {folder for path in contents for folder in path.parents} - before
        for folder in sorted(made, key=lambda folder: len(folder.parts), reverse=True):
            with contextlib.suppress(OSError):  # not made yet, or another's files are in it
                folder.rmdir()
        raise
