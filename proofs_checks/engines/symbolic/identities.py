"""Identities on a domain, decided by proved normal forms."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import sympy

from plumbline.domain import Domain, Real
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

    verdict, reason, witness, pieces, missing = Verdict.HOLDS, "", None, list[Piece](), ""
    for first, second, wider in dict.fromkeys([_opaque_extrema(one, other, domain), (one, other, domain)]):
        try:
            pieces, missing = list(over_pieces(wider, _normal_forms_agree(first, second, facts))), ""
            break
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


def _normal_forms_agree(one: Any, other: Any, facts: Sequence[Any]) -> Callable[[Normaliser], str]:
    def prove(normaliser: Normaliser) -> str:
        establish(normaliser, facts)
        form = normaliser.form(one)
        gap = normaliser.forms.reduced(form - normaliser.form(other))
        if not gap.is_zero:
            raise Undecided(f"the normal form of the difference is {_short(normaliser.forms.describe(gap))}")
        return f"both sides are {_short(normaliser.forms.describe(normaliser.forms.reduced(form)))}"

    return prove


def _opaque_extrema(one: Any, other: Any, domain: Domain) -> tuple[Any, Any, Domain]:
    """Maxima and minima that stand on both sides replaced by new variables of unrestricted range.

    An identity for all values of the new variables holds for theirs, whatever the order of their arguments is.
    """
    shared = one.atoms(sympy.Max, sympy.Min) & other.atoms(sympy.Max, sympy.Min)
    names = {atom: f"extremum_{i}" for i, atom in enumerate(sorted(shared, key=sympy.default_sort_key))}
    if not names:
        return one, other, domain
    symbols = {atom: sympy.Symbol(name, real=True) for atom, name in names.items()}
    outermost = sorted(symbols, key=lambda atom: -atom.count_ops())
    for atom in outermost:
        one, other = one.subs(atom, symbols[atom]), other.subs(atom, symbols[atom])
    return one, other, Domain(*domain.axes, *(Real(name) for name in names.values()))


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
