"""Stored certificates against problems that are derived from the claims: what ``plumbline verify`` does.

The judging is done by :mod:`plumbline.verifier`. Here only the two sides are brought together: certificates from the
evidence record, with those of certified premises, and problems from the *problem programs* of the paper
(``theory/<paper>/problems.py`` and ``*_problems.py``: standard library, mpmath and the paper's witness programs). Such
a program sees the claim through :class:`Stated`, never the record, and lists every certificate that must be there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from plumbline import catalogue, witness
from plumbline.domain import Every
from plumbline.evidence import NUMERICAL, Verdict
from plumbline.formula import Formula, emit_standalone, mpmath_runtime
from plumbline.nouns import Claim
from plumbline.verifier.covers import verify_cover
from plumbline.verifier.numbers import Arithmetic, Refused, Taylor, Unverifiable
from plumbline.verifier.programs import verify_linear, verify_relations, verify_semidefinite

Problem = Mapping[str, Any]
_VERIFIERS = {
    "positive": verify_cover,
    "linear": verify_linear,
    "semidefinite": verify_semidefinite,
    "relations": verify_relations,
}
_KEYS = ("part", "statement", "scope", "certificate")
_NONE = "no problem program states what it certifies"
_INSTANCES = re.compile(r"\d+ instances: ")


class Status(StrEnum):
    VERIFIED = "verified"
    REFUSED = "refused"
    NOT_VERIFIABLE = "not verifiable"


@dataclass(frozen=True)
class Outcome:
    """What became of one certificate; ``carries``: whether the standing of its claim rests on it."""

    claim: str
    what: str
    status: Status
    reason: str
    carries: bool


@dataclass(frozen=True)
class Stated:
    """The claim as problem programs see it: the ranges of its domain, its exact objects, its formulas.

    ``formulas[role](m, **values)`` evaluates the text of the formula in the verifier's arithmetic ``m``.
    """

    axes: tuple[Mapping[str, Any], ...]
    objects: Mapping[str, Any]
    formulas: Mapping[str, Callable[..., Any]]

    def value(self, role: str, **at: Fraction) -> Fraction:
        """A formula at rational values of its variables, where it is a rational number."""
        found = self.formulas[role](Arithmetic(exact=True), **at)
        if isinstance(found, Taylor) and found.c[0].terms.keys() <= {0}:
            found = found.c[0].terms.get(Fraction(0), 0)
        if not isinstance(found, (int, Fraction)):
            raise Unverifiable(f"the claimed {role} is no rational number")
        return Fraction(found)


def axis(name: str, lo: Fraction | None, hi: Fraction | None, kind: str, is_open: tuple[bool, bool]) -> dict[str, Any]:
    """One range as certificates store it."""
    ends = [None if end is None else str(end) for end in (lo, hi)]
    return {"name": name, "kind": kind, "lo": ends[0], "hi": ends[1], "open": list(is_open)}


def stated(claim: Claim) -> Stated:
    """The claim's domain and subject."""
    axes = tuple(
        axis(one.name, one.lo, one.hi, type(one).__name__.lower(), (one.open_lo, one.open_hi))
        for one in claim.domain.axes
        if not isinstance(one, Every)
    )
    formulas = {role: _in_arithmetic(formula) for role, formula in claim.subject.formulas.items()}
    others = {role: claim.subject[role] for role in claim.subject if role not in formulas}
    return Stated(axes, others, formulas)


_DECIDED = ("lt", "le", "gt", "ge", "eq", "ne")


def _of_rationals(function: Callable[..., Any]) -> Callable[..., Any]:
    """Kinks and comparisons: at rational numbers only."""

    def at(*values: Any) -> Any:
        if any(isinstance(value, Taylor) for value in values):
            raise Unverifiable("a formula with a kink or cases")
        return function(*values)

    return at


def _in_arithmetic(formula: Formula) -> Callable[..., Any]:
    """The formula's standalone source, run on the verifier's numbers (rational constants stay exact)."""
    tree = ast.parse(emit_standalone(formula))
    body: list[ast.stmt] = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "_value"]
    code = compile(ast.Module(body, []), f"<{formula.name}>", "exec")

    def value(m: Any, **values: Any) -> Any:
        names: dict[str, Any] = {name: getattr(m, name) for name in ("power", "log", "exp")}
        names |= {"mpf": Fraction, "sqrt": lambda x: m.power(x, Fraction(1, 2)), "natural_power": lambda x, n: x**n}
        names |= {"minimum": _of_rationals(min), "maximum": _of_rationals(max), "absolute": _of_rationals(abs)}
        names |= {name: _of_rationals(getattr(mpmath_runtime, name)) for name in _DECIDED}
        names |= {name: getattr(mpmath_runtime, name) for name in ("not_", "and_", "or_", "piecewise")}
        exec(code, names)
        try:
            return names["_value"](**values)
        except NameError as error:
            raise Unverifiable(f"the formula {formula.name} uses a function beyond this verifier: {error}") from error

    return value


def programs(paper: str) -> dict[str, Callable[[Stated], Iterable[Problem]]]:
    """The problem programs of a paper by claim id."""
    found: dict[str, Callable[[Stated], Iterable[Problem]]] = {}
    for module in catalogue.modules_named(paper, "problems"):
        found |= module.PROBLEMS
    return found


def reasons(paper: str) -> dict[str, str]:
    """Why a paper has no problem program for a claim, where its modules say so."""
    found: dict[str, str] = {}
    for module in catalogue.modules_named(paper, "problems"):
        found |= getattr(module, "WITHOUT", {})
    return found


def leaves(findings: Iterable[Mapping[str, Any]], part: str = "", *, top: bool = True) -> Iterator[Mapping[str, Any]]:
    """The findings whose own certificate is numerical: certified ones, or the certified premises of derivations.

    A premise belongs to the part of the claim that it is used for.
    """
    for finding in findings:
        if finding["strength"] == NUMERICAL and finding["verdict"] == "holds":
            premises, own = finding.get("premises") or [], finding.get("part") or part
            yield from leaves(premises, own, top=False)
            if not premises or (finding["certificate"] or {}).get("kind") != "derivation":
                yield {**finding, "part": own, "top": top}


def outcomes(claim: Claim, record: Mapping[str, Any]) -> list[Outcome]:
    """Every certificate of the record judged, and every problem of the claim that no certificate answers."""
    if record["claim"] != claim.id:
        return [Outcome(claim.id, "record", Status.REFUSED, f"the record is one of {record['claim']}", True)]
    carries = record["strength"] == NUMERICAL
    if record["verdict"] == Verdict.VIOLATED:
        return [Outcome(claim.id, "witness", *_shown(claim, record.get("witness")), carries)]
    program = programs(claim.paper).get(claim.id)
    try:
        problems = list(program(stated(claim))) if program else []
    except Unverifiable as error:
        return [Outcome(claim.id, "record", Status.NOT_VERIFIABLE, str(error), carries)]
    found, answered = [], set()
    for leaf in {str([leaf[key] for key in _KEYS]): leaf for leaf in leaves(record["findings"])}.values():
        decisive = carries and not (leaf["top"] and record["coverage"] == "whole" and _INSTANCES.match(leaf["scope"]))
        answers = [i for i, problem in enumerate(problems) if _answers(leaf, problem)]
        answered |= set(answers)
        judged = [_judged(leaf["certificate"], problems[index]) for index in answers]
        if not answers and problems and decisive:
            judged = [(Status.REFUSED, "the claim states no such problem")]
        elif not answers:
            judged = [(Status.NOT_VERIFIABLE, reasons(claim.paper).get(claim.id, _NONE))]
        found += [Outcome(claim.id, _label(leaf), status, reason, decisive) for status, reason in judged]
    missing = [
        problem for index, problem in enumerate(problems) if index not in answered and not problem.get("optional")
    ]
    absent = "the record has no certificate of it"
    found += [Outcome(claim.id, _label(problem), Status.REFUSED, absent, carries) for problem in missing]
    if carries and not any(outcome.carries for outcome in found):
        found.append(Outcome(claim.id, "record", Status.NOT_VERIFIABLE, "it stores no certificate", True))
    return found


def exit_status(found: Iterable[Outcome]) -> int:
    """1: something is refused; 3: something that carries a claim cannot be verified; 0 otherwise."""
    found = list(found)
    if any(outcome.status is Status.REFUSED for outcome in found):
        return 1
    return 3 if any(outcome.carries and outcome.status is Status.NOT_VERIFIABLE for outcome in found) else 0


def _shown(claim: Claim, shown: Mapping[str, Any] | None) -> tuple[Status, str]:
    """A witness evaluated again from its data at 50 digits, with the formulas of this claim and no others."""
    if not shown:
        return Status.REFUSED, "no witness is stored"
    own = {emit_standalone(formula) for formula in claim.subject.formulas.values()}
    try:
        if not set(shown["data"].get("formulas", {}).values()) <= own:
            return Status.REFUSED, "the witness speaks of formulas that are not the claim's"
        left, right = witness.evaluate(claim.paper, shown["program"], shown["data"])
        sides = {"left": witness.digits(left), "right": witness.digits(right)}
        sides["relation"] = witness.relation_of(left, right)
    except Exception as error:  # whatever a program makes of data that are not its own
        return Status.REFUSED, f"the witness cannot be evaluated: {type(error).__name__}: {error}"
    differing = [name for name, value in sides.items() if value != shown[name]]
    if differing:
        return Status.REFUSED, f"evaluated again: {sides}; stored otherwise: {', '.join(differing)}"
    return Status.VERIFIED, f"{sides['left']} {sides['relation']} {sides['right']}"


def _answers(leaf: Mapping[str, Any], problem: Problem) -> bool:
    return all(leaf[key] == problem[key] for key in ("statement", "scope", "part") if key in problem)


def _label(entry: Mapping[str, Any]) -> str:
    part = f"{entry['part']}: " if entry.get("part") else ""
    scope = f" [{entry['scope']}]" if "scope" in entry else ""
    return f"{part}{entry['statement']}{scope}"


def _judged(certificate: Mapping[str, Any] | None, problem: Problem) -> tuple[Status, str]:
    if not certificate:
        return Status.REFUSED, "no certificate is stored"
    try:
        return Status.VERIFIED, _VERIFIERS[problem["kind"]](certificate, problem)
    except Unverifiable as reason:
        return Status.NOT_VERIFIABLE, str(reason)
    except Refused as reason:
        return Status.REFUSED, str(reason)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, ZeroDivisionError) as error:
        return Status.REFUSED, f"the certificate does not fit its problem: {type(error).__name__}: {error}"
