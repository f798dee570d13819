"""A paper of small claims about one number, each ending in another way when it is checked."""

from fractions import Fraction

from plumbline.domain import Domain, Every
from plumbline.nouns import Claim, Expects, Kind, Paper, Provenance, Refutation, Subject

PAPER = Paper("toy", "On small numbers", "N. N.", "nowhere", "Numbers at most one.")


def _claim(name: str, number: str, partner: str = "2", **more: object) -> Claim:
    settings: dict = {
        "kind": Kind.INEQUALITY,
        "title": f"The number {name}",
        "statement": r"$c \le 1$",
        "domain": Domain(Every("number", "every number")),
        "subject": Subject({"c": Fraction(number)}),
        "provenance": Provenance.SOURCE,
        "source": "Lemma 1",
        "refutations": (Refutation("larger", {"c": Fraction(partner)}, "it exceeds one"),),
    }
    return Claim(id=f"toy.number.{name}", **{**settings, **more})


SMALL = _claim("small", "1/2", assumptions=("numbers are rational",), rests_on=("trichotomy",))
LARGE = _claim("large", "3", expects=Expects.VIOLATED)
BROKEN = _claim("broken", "-1")
WRONG = _claim("wrong", "3/2")
SLACK = _claim("slack", "1/2", partner="3/4")
