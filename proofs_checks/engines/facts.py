"""What derivations are made of: samples, facts, and facts about whole formulas that engines establish."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import mpmath
import sympy

from plumbline.domain import Domain, Integer, Real, covers
from plumbline.evidence import Finding, Verdict
from plumbline.formula import Formula
from plumbline.formula.primitives import PRIMITIVES
from proofs_checks.engines import interval, symbolic

if TYPE_CHECKING:
    from proofs_checks.engines.derivation import Derivation

_DIGITS = 50
WORDS = sympy.Integer(0)
"""Both sides of a fact that is no inequality of numbers."""
_ALGEBRA = (sympy.Add, sympy.Mul, sympy.Pow, sympy.Symbol, sympy.Number, sympy.NumberSymbol)
_SMOOTH = frozenset({"exp", "log", "sinh", "cosh", "tanh", "atanh", *PRIMITIVES})


def exact_rational(value: Any) -> Fraction:
    """A rational or a finite mpf as the rational number that it is."""
    return Fraction(value) if isinstance(value, (int, Fraction)) else Fraction(*mpmath.libmp.to_rational(value._mpf_))


class StepFailed(Exception):
    """A step of a derivation that was not established."""


@dataclass(frozen=True)
class Sample:
    """One concrete instance: its numbers by name, the claim's left side, and the axes that it stands for.

    ``values`` and ``left`` come from the definitions. ``axes`` holds values of those declared axes of the claim
    that are no numbers of the derivation (the number of classes, say).
    """

    values: Mapping[str, Any]
    left: Any
    axes: Mapping[str, int]


@dataclass(frozen=True)
class Expansion:
    """The claim's left side for one size of the index set, from its definition, every term of a sum a symbol.

    ``left`` is the left side and ``values`` the numbers of a derivation, all of them expressions in the axes of
    ``domain``. A number of the derivation that is an axis of ``domain`` itself (the family's parameter, say) stands
    for itself.
    """

    size: int
    domain: Domain
    left: Any
    values: Mapping[str, Any]

    def finding(self, expression: Any, variables: Domain) -> Finding:
        """``left == expression`` on the domain, with the numbers ``variables`` replaced by their ``values``."""
        expression = sympy.sympify(expression)
        own, free = {axis.name: axis for axis in variables.ranges}, {axis.name for axis in self.domain.ranges}
        if not self.values.keys() <= own.keys() - free:
            odd = sorted(self.values.keys() - (own.keys() - free))
            raise StepFailed(f"the expansion at n = {self.size} defines {odd}, which are no numbers to be replaced")
        for axis in self.domain.ranges:
            if axis.name in own and not covers(Domain(own[axis.name]), [Domain(axis)]):
                raise StepFailed(f"the expansion at n = {self.size} treats {axis.describe()} only")
        symbols = {symbol for symbol in expression.free_symbols if symbol.name in self.values}
        replaced = expression.xreplace({symbol: sympy.sympify(self.values[symbol.name]) for symbol in symbols})
        missing = sorted(symbol.name for symbol in replaced.free_symbols if symbol.name not in free)
        if missing:
            raise StepFailed(f"the expansion at n = {self.size} does not define {missing}")
        return _same(sympy.sympify(self.left), replaced, self.domain)


def unrolled(expansion: Expansion, expression: Any, variables: Domain) -> Finding:
    """What the symbolic engine says of ``expansion.left == expression``: a step apart from the left side's own."""
    return expansion.finding(expression, variables)


@functools.lru_cache(maxsize=512)
def _same(left: Any, right: Any, domain: Domain) -> Finding:
    """Identities that every partner and rescaled version of a claim needs again are proved once in a process."""
    return symbolic.prove_identity(left, right, domain)


@dataclass(frozen=True)
class Fact:
    """``left >= right`` (or ``==``) on the whole range of the derivation's numbers."""

    left: Any
    right: Any
    relation: str
    premises: tuple[Finding, ...]
    rests_on: tuple[str, ...]
    owner: Derivation | None = None


def formula_at_least(left: Formula, right: Formula, domain: Domain | None = None) -> Finding:
    """``left >= right`` on the domain (by default the range of ``left``): by identity, else by ball arithmetic."""
    domain = domain or left.domain
    for side in (left, right):
        if not covers(domain, [side.domain]):
            raise StepFailed(f"the claimed formula {side.name} is declared on {side.domain.describe()} only")
    same = symbolic.prove_identity(left, right, domain)
    if same.verdict is Verdict.HOLDS:
        return same
    return interval.prove_at_least(left, right, domain=domain)


def renamed(axis: Real | Integer, name: str) -> Real | Integer:
    if isinstance(axis, Integer):
        return Integer(name, *(None if end is None else int(end) for end in (axis.lo, axis.hi)))
    low = axis.open_lo and axis.lo is not None
    high = axis.open_hi and axis.hi is not None
    return Real(name, axis.lo, axis.hi, open_lo=low, open_hi=high)


def require_smooth(label: str, functions: Sequence[Any]) -> None:
    """Refuse functions defined by cases: between cases a derivative says nothing about jumps and kinks.

    Allowed are sums, products, powers and functions that are smooth wherever their derivative is defined.
    """
    for function in functions:
        for node in sympy.preorder_traversal(sympy.sympify(function)):
            if not isinstance(node, _ALGEBRA) and type(node).__name__ not in _SMOOTH:
                raise StepFailed(f"{label}: {function} is not made of smooth functions ({type(node).__name__})")


def established(label: str, finding: Finding) -> Fact:
    """What an engine found of a formula as a whole, as a fact in words; it must hold."""
    if finding.verdict is not Verdict.HOLDS:
        raise StepFailed(f"{label}: {finding.engine} says {finding.verdict} ({finding.reason})")
    return Fact(WORDS, WORDS, "==", (finding,), ())


def declared(formula: Formula, domain: Domain) -> Any:
    """The expression of a claimed formula, which must be declared on all of the domain's ranges of its variables."""
    known = {axis.name: axis for axis in domain.ranges}
    for axis in formula.variables:
        have = known.get(axis.name)
        if have is None or not covers(Domain(have), [Domain(axis)]):
            wanted = have.describe() if have is not None else f"a domain without {axis.name}"
            raise StepFailed(f"the claimed {formula.name} is declared on {axis.describe()}, used on {wanted}")
    return formula.expr


def formula_equal(
    formula: Formula, expression: Any, domain: Domain, *, at: Mapping[str, int] | None = None, statement: str = ""
) -> Finding:
    """``formula == expression`` at every point of the domain, on all of which the claimed formula must be declared.

    The axes of the domain that neither side has are left out. ``at`` sets variables of the formula to numbers; it
    must be declared on their whole axes all the same. Undecided where it is declared on less.
    """
    fixed, expression = dict(at or {}), sympy.sympify(expression)
    names = {axis.name for axis in formula.variables} | {symbol.name for symbol in expression.free_symbols}
    rest = Domain(*(axis for axis in domain.ranges if axis.name in names - fixed.keys()))
    statement = statement or f"{formula.name} == {expression}"
    try:
        claimed = declared(formula, domain)
        for axis in domain.ranges:
            if axis.name in fixed and not axis.contains(fixed[axis.name]):
                raise StepFailed(f"{axis.name} = {fixed[axis.name]} is outside {axis.describe()}")
    except StepFailed as failure:
        return symbolic.ENGINE.finding(Verdict.INCONCLUSIVE, rest, statement, reason=str(failure))
    claimed = claimed.subs({formula.symbols[name]: value for name, value in fixed.items()})
    return symbolic.prove_identity(claimed, expression, rest, statement=statement)


def convexity(formula: Formula, variable: str = "beta") -> Fact:
    """``T'' >= 0`` inside the range of one variable of a formula: a hypothesis of convexity lemmas.

    The other variables range over all of their axes. Where there are none, the formula must be finite at the ends
    of the range, which its evaluation tries (it is continuous there by the primitives that it is made of).
    """
    axis = formula.domain[variable]
    assert isinstance(axis, Real)
    require_smooth(f"convexity of {formula.name}", [formula.expr])
    for end in (axis.lo, axis.hi):
        alone = len(formula.domain.axes) == 1 and end is not None and axis.contains(end)
        if alone and not mpmath.isfinite(formula.mpmath(dps=_DIGITS, **{variable: end})):
            raise StepFailed(f"{formula.name} is not finite at {variable} = {end}")
    inside = Real(axis.name, axis.lo, axis.hi, open_lo=True, open_hi=True)
    second = formula.expr.diff(formula.symbols[axis.name], 2)
    finding = symbolic.prove_nonnegative(second, formula.domain.restrict(inside), statement=f"{formula.name}'' >= 0")
    if finding.verdict is not Verdict.HOLDS:
        raise StepFailed(f"convexity of {formula.name}: {finding.reason}")
    return Fact(WORDS, WORDS, "==", (finding,), ())
