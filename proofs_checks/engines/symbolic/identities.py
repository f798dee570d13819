"""Identities on a domain, decided by proved normal forms."""

from __future__ import annotations

import time
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from plumbline.domain import Domain
from plumbline.evidence import Engine, Finding, Strength, Verdict, Witness
from proofs_checks.engines.symbolic import balls
from proofs_checks.engines.symbolic.normalise import Normaliser
from proofs_checks.engines.symbolic.pieces import Piece, domain_of, establish, expression, over_pieces
from proofs_checks.engines.symbolic.ratios import Undecided

if TYPE_CHECKING:
    from plumbline.formula import Formula

ENGINE = Engine("symbolic", Strength.SYMBOLIC)

CHECK_POINTS = 5


def prove_identity(
    left: Formula | Any,
    right: Formula | Any,
    domain: Domain | None = None,
    *,
    positive: Sequence[Any] = (),
    statement: str = "",
    premises: Sequence[Finding] = (),
) -> Finding:
    """Decide ``left == right`` at every point of the domain.

    Both sides are rewritten as rational functions over Q of variables, logarithms and exponentials, each
    step with a proved sign; they are equal if the numerator of the difference expands to zero. Removable
    singularities of the primitives are filled by continuity: both sides are continuous on the domain, and the
    zeros left out are nowhere dense in it. ``positive`` lists expressions to be proved positive first.
    ``violated`` comes with an exact point where balls separate the sides; else ``inconclusive`` with the reason.
    """
    started = time.perf_counter()
    domain = domain_of(domain, left, right)
    one, other = expression(left, domain, "left"), expression(right, domain, "right")
    facts = [expression(fact, domain, "positive") for fact in positive]
    statement = statement or f"{one} == {other}"

    def prove(normaliser: Normaliser) -> str:
        establish(normaliser, facts)
        if _same_extremum(normaliser, one, other):
            return f"both sides are {_short(str(one))}, argument by argument"
        form = normaliser.form(one)
        gap = normaliser.forms.reduced(form - normaliser.form(other))
        if not gap.is_zero:
            raise Undecided(f"the normal form of the difference is {_short(normaliser.forms.describe(gap))}")
        return f"both sides are {_short(normaliser.forms.describe(normaliser.forms.reduced(form)))}"

    verdict, reason, witness, pieces, missing = Verdict.HOLDS, "", None, list[Piece](), ""
    try:
        pieces = list(over_pieces(domain, prove))
    except Undecided as undecided:
        missing = str(undecided)
    checked, contradiction = 0, None
    if missing:
        verdict, reason = Verdict.INCONCLUSIVE, missing
        witness = separate(one, other, domain)
        if witness is not None:
            verdict, reason = Verdict.VIOLATED, "the two sides differ at the witness"
    else:
        checked, contradiction = agree(one, other, domain)
        if contradiction is not None:
            verdict, reason = Verdict.INCONCLUSIVE, f"engine contradiction: sides differ at {contradiction}"
        elif checked == 0:
            verdict, reason = Verdict.INCONCLUSIVE, "no point of the domain could be evaluated in balls"
    return ENGINE.finding(
        verdict,
        domain,
        statement,
        reason=reason,
        witness=witness,
        certificate={
            "kind": "identity",
            "left": str(one),
            "right": str(other),
            "domain": domain.describe(),
            "pieces": [piece.as_json() for piece in pieces],
        }
        if verdict is Verdict.HOLDS
        else None,
        effort={"pieces": len(pieces), "points": checked},
        seconds=time.perf_counter() - started,
        premises=premises,
    )


def _same_extremum(normaliser: Normaliser, one: Any, other: Any) -> bool:
    """Max of Max-arguments (or Min of Min-arguments) that agree pairwise: equal, whatever their order is."""
    name = type(one).__name__
    if name not in ("Max", "Min") or name != type(other).__name__ or len(one.args) != len(other.args):
        return False
    pairs = zip(sorted(one.args, key=str), sorted(other.args, key=str), strict=True)
    return all(normaliser.forms.reduced(normaliser.form(a) - normaliser.form(b)).is_zero for a, b in pairs)


def _short(text: str, length: int = 400) -> str:
    return text if len(text) <= length else text[:length] + " ..."


def separate(left: Any, right: Any, domain: Domain) -> Witness | None:
    """A point where balls separate the two sides, preferably by a gap that 50 digits show."""
    found: tuple[dict[str, Fraction], int] | None = None
    for point in balls.interior_points(domain, 40, seed=1):
        sign = balls.compare(left, right, point)
        if not sign:
            continue
        plain = balls.shows(left, right, point)
        if plain or found is None:
            found = point, sign
        if plain:
            break
    return balls.witness(left, right, *found, "the two sides differ") if found else None


def agree(left: Any, right: Any, domain: Domain) -> tuple[int, dict[str, str] | None]:
    """How many random points could be evaluated, and a point where the sides certainly differ."""
    checked = 0
    for point in balls.interior_points(domain, 4 * CHECK_POINTS, seed=2):
        try:
            balls.value(left, point), balls.value(right, point)
        except balls.NoValue:
            continue
        if balls.compare(left, right, point):
            return checked, {name: str(value) for name, value in point.items()}
        checked += 1
        if checked == CHECK_POINTS:
            break
    return checked, None
