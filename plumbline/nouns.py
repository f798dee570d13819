"""Papers, claims, refutations, checks, lemmas, experiments and figures: the declared objects.

All of them are plain values. A paper's folder declares them at module level and
:mod:`plumbline.catalogue` finds them there; nothing is registered by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from plumbline.domain import Domain
from plumbline.errors import InputError, UnknownNameError
from plumbline.evidence import Finding, Verdict

if TYPE_CHECKING:
    from plumbline.formula import Formula

_CLAIM_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")


def is_claim_id(name: str) -> bool:
    """Whether the name reads ``paper.topic.name``; lemmas and other foundations do not."""
    return _CLAIM_ID.fullmatch(name) is not None


class Kind(StrEnum):
    IDENTITY = "identity"
    INEQUALITY = "inequality"
    ATTAINED = "attained"
    EQUIVALENCE = "equivalence"
    COUNT = "count"
    LIMIT = "limit"
    RATE = "rate"
    EXISTENCE = "existence"
    NEGATION = "negation"


class Expects(StrEnum):
    HOLDS = "holds"
    VIOLATED = "violated"
    OPEN = "open"


class Provenance(StrEnum):
    SOURCE = "source"
    RECALLED = "recalled"
    DERIVED = "derived"


@dataclass(frozen=True)
class Paper:
    """A paper: citation, summary and the folder name that its claims carry."""

    name: str
    title: str
    authors: str
    venue: str
    summary: str
    references: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lemma:
    """A named classical result with a citation; ``statement`` is LaTeX."""

    name: str
    title: str
    statement: str
    citation: str


@dataclass(frozen=True)
class Subject:
    """The objects that a claim is about, by role: mostly formulas.

    A check receives a subject and reads the claimed objects from it, never from a module, so that
    the claim itself, its refutation partners, its rescaled versions and its mutants all go through
    the same code.
    """

    objects: Mapping[str, Any]

    def __getitem__(self, role: str) -> Any:
        if role not in self.objects:
            raise UnknownNameError(f"subject has no {role!r}; it has {sorted(self.objects)}")
        return self.objects[role]

    def __iter__(self) -> Iterator[str]:
        return iter(self.objects)

    def replace(self, **objects: Any) -> Subject:
        """The same subject with some roles replaced; unknown roles are refused."""
        for role in objects:
            self[role]
        return Subject({**self.objects, **objects})

    @property
    def formulas(self) -> dict[str, Formula]:
        from plumbline.formula import Formula

        return {role: value for role, value in self.objects.items() if isinstance(value, Formula)}


@dataclass(frozen=True)
class Refutation:
    """A wrong partner of a claim that the claim's own check must reject, with a witness.

    ``drops`` names, word for word, the assumption of the claim that the partner does without.
    """

    name: str
    replaces: Mapping[str, Any]
    reason: str
    drops: str = ""


@dataclass(frozen=True)
class ConstantValue:
    """A value of a constant, in LaTeX prose, and the id of the claim that proves, refutes or publishes it.

    ``number`` is the value for comparisons (a rational bound of it where it is irrational).
    """

    text: str
    number: Fraction
    claim: str


@dataclass(frozen=True)
class Constant:
    """A constant of a paper and what is known of its best value; ``larger_is_stronger`` for lower bounds.

    ``refuted``: the statement fails with this value. ``proved``: it holds with this one on its whole domain.
    """

    id: str
    title: str
    refuted: ConstantValue | None = None
    proved: ConstantValue | None = None
    published: ConstantValue | None = None
    larger_is_stronger: bool = False

    @property
    def paper(self) -> str:
        return self.id.split(".", 1)[0]


@dataclass(frozen=True)
class Claim:
    """One theorem, lemma, rate or counterexample.

    ``parts`` names the conjuncts of a statement that says several things: each finding then speaks for
    one part, and the claim stands only as well as its weakest part. ``scale`` names the subject's role
    whose constant is bisected for the resolution and the direction in which a larger factor makes the
    statement stronger (``("T", "up")``) or weaker (``("Gamma", "down")``). ``stronger`` says of further roles
    which larger (``"up"``) or smaller (``"down"``) values state more; what is named in neither is stated as it
    is, so that every change of it states something else. ``repaired`` is the id of the claim that states what
    holds in the place of this one, which fails.
    """

    id: str
    kind: Kind
    title: str
    statement: str
    domain: Domain
    subject: Subject
    provenance: Provenance
    source: str
    assumptions: tuple[str, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    expects: Expects = Expects.HOLDS
    rests_on: tuple[str, ...] = ()
    refutations: tuple[Refutation, ...] = ()
    scale: tuple[str, str] | None = None
    parts: tuple[str, ...] = ("",)
    remark: str = ""
    repaired: str = ""
    stronger: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not is_claim_id(self.id):
            raise InputError(f"claim id must read paper.topic.name in lower case, got {self.id!r}")
        if self.repaired and (not is_claim_id(self.repaired) or self.expects is not Expects.VIOLATED):
            raise InputError(f"repaired of {self.id} names the claim that holds instead, of a claim expected to fail")
        if self.scale is not None:
            role, direction = self.scale
            self.subject[role]
            if direction not in ("up", "down"):
                raise InputError(f"scale direction of {self.id} must be 'up' or 'down', got {direction!r}")
        for role, direction in self.stronger.items():
            self.subject[role]
            if direction not in ("up", "down"):
                raise InputError(
                    f"stronger direction of {role!r} in {self.id} must be 'up' or 'down', got {direction!r}"
                )
        for refutation in self.refutations:
            self.partner(refutation)
            if refutation.drops and refutation.drops not in self.assumptions:
                raise InputError(f"{self.id} does not assume what {refutation.name!r} drops: {refutation.drops!r}")

    @property
    def paper(self) -> str:
        return self.id.split(".", 1)[0]

    def partner(self, refutation: Refutation) -> Subject:
        """The subject of a wrong partner: the claim's, with the refutation's replacements."""
        return self.subject.replace(**refutation.replaces)

    def scaled(self, factor: Fraction) -> Subject:
        """The subject with the constant of its ``scale`` role multiplied by ``factor``."""
        if self.scale is None:
            raise InputError(f"claim {self.id} declares no constant to scale")
        role, _ = self.scale
        return self.subject.replace(**{role: self.subject[role].scaled(factor)})


@dataclass(frozen=True)
class Effort:
    """How hard a check tries: ``size`` is ``"quick"`` or ``"full"``; ``seed`` feeds its searches."""

    size: str = "quick"
    seed: int = 0

    @property
    def full(self) -> bool:
        return self.size == "full"


CheckFunction = Callable[[Subject, Effort], Iterable[Finding]]


@dataclass(frozen=True)
class Check:
    """The one function that judges a claim and all its partners: ``function(subject, effort)``.

    It yields findings, attacks first: a witness against the subject ends the check.

    ``timeout`` (seconds) bounds one call at quick effort, ten times that at full.
    """

    claim: str
    function: CheckFunction
    timeout: float

    def __call__(self, subject: Subject, effort: Effort | None = None) -> list[Finding]:
        """The findings, up to the first that settles the claim by a witness against it."""
        found = []
        for finding in self.function(subject, effort or Effort()):
            found.append(finding)
            if finding.verdict is Verdict.VIOLATED:
                break
        return found


def check(claim: str, *, timeout: float = 60.0) -> Callable[[CheckFunction], Check]:
    """Declare the check of a claim (decorator, in ``proofs_checks/<paper>``)."""

    def wrap(function: CheckFunction) -> Check:
        return Check(claim, function, timeout)

    return wrap


@dataclass(frozen=True)
class Experiment:
    """A seeded simulation in shards: ``function(config, shard, seed, device)`` returns one tidy DataFrame.

    ``config`` is a pydantic model class with an integer field ``shards``; ``shard`` runs over
    0..shards-1; ``seed`` is the ``numpy.random.SeedSequence`` of (experiment, shard, user seed); ``device``
    is ``"cpu"`` or ``"cuda"``. ``columns`` documents every column with its unit.
    """

    id: str
    title: str
    config: type
    function: Callable[..., Any]
    columns: Mapping[str, str]

    @property
    def paper(self) -> str:
        return self.id.split(".", 1)[0]


@dataclass(frozen=True)
class Figure:
    """A drawing: ``function(tables, evidence)`` returns (matplotlib figure, drawn arrays by name)."""

    id: str
    title: str
    caption: str
    function: Callable[..., Any]
    tables: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()

    @property
    def paper(self) -> str:
        return self.id.split(".", 1)[0]
