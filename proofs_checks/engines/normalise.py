"""From sympy expressions to proved normal forms, ranges and signs on a domain.

Every node must be defined and continuous on the whole domain: arguments of logarithms are proved positive,
divisors nonzero, bases of real powers nonnegative. Otherwise :class:`Undecided` is raised with the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy

from plumbline.domain import Domain
from plumbline.errors import InputError
from proofs_checks.engines.rational_forms import RationalForms, Ratio, Undecided, factors_of, terms_of
from proofs_checks.engines.spans import (
    ANY,
    NONNEGATIVE,
    POSITIVE,
    REALS,
    Signs,
    Span,
    exact_ball,
    intersect,
    of_axis,
    point,
    product,
)

_PI = Span(Fraction(314159, 100000), Fraction(31416, 10000), True, True)
_UNIT = Span(Fraction(-1), Fraction(1))


def fraction(number: Any) -> Fraction:
    """A sympy Rational as a Fraction."""
    return Fraction(int(number.p), int(number.q))


class Normaliser:
    """Normal forms, ranges and signs of expressions on one domain; results are kept."""

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self.forms = RationalForms(domain)
        self._forms: dict[Any, Ratio | Undecided] = {}
        self._spans: dict[Any, Span] = {}
        self._facts: list[tuple[Any, Signs]] = []

    # -- facts --------------------------------------------------------------------------------------

    def assume_proved(self, expr: Any, signs: Signs) -> None:
        """Use a sign that has been proved on the whole domain."""
        self.forms.learn(self.form(expr), signs)
        self._facts.append((expr, signs))
        self._forms = {key: value for key, value in self._forms.items() if isinstance(value, Ratio)}
        self._spans.clear()

    # -- signs and ranges ---------------------------------------------------------------------------

    def signs(self, expr: Any) -> Signs:
        """Signs that the expression may have on the domain."""
        found = self.span(expr).signs
        for fact, known in self._facts:
            if fact == expr:
                found &= known
        if len(found) > 1 or found == ANY:
            try:
                found &= self.forms.signs(self.form(expr))
            except Undecided:
                pass
        if len(found) > 1 and expr.is_Mul:
            by_factors: Signs = frozenset({1})
            for base, exponent in expr.as_powers_dict().items():
                by_factors = product(by_factors, self._power_signs(base, exponent))
            found &= by_factors
        if len(found) > 1 and expr.is_Add:
            found &= _sum_signs([self.signs(term) for term in expr.args])
        return found

    def _power_signs(self, base: Any, exponent: Any) -> Signs:
        here = self.signs(base)
        if exponent.is_Integer:
            even = product(here, here) - {-1}
            signs = even if exponent % 2 == 0 else here
            return signs - {0} if exponent < 0 else signs
        return frozenset({0, 1}) if 0 in here else frozenset({1})

    def span(self, expr: Any) -> Span:
        """An enclosure of the values on the domain, by the tree and by the normal form."""
        if expr not in self._spans:
            found = self._tree_span(expr)
            try:
                found = intersect(found, self.forms.span(self.form(expr)))
            except Undecided:
                pass
            self._spans[expr] = found
        return self._spans[expr]

    def _tree_span(self, expr: Any) -> Span:
        if expr.is_Rational:
            return point(fraction(expr))
        if expr.is_Symbol:
            return next((of_axis(axis) for axis in self.domain.ranges if axis.name == expr.name), REALS)
        if expr.is_Add:
            total = point(0)
            for term in expr.args:
                total = total + self.span(term)
            return total
        if expr.is_Mul:
            total = point(1)
            for base, exponent in expr.as_powers_dict().items():
                total = total * self._power_span(base, exponent)
            return total
        if expr.is_Pow:
            return self._power_span(*expr.as_base_exp())
        name = type(expr).__name__
        if name == "log":
            return intersect(self.span(expr.args[0]), POSITIVE).log()
        if name in ("exp", "cosh", "sinh", "tanh", "atanh"):
            return self._monotone_span(name, self.span(expr.args[0]))
        if name == "power":
            return self._power_span(*expr.args)
        if name == "expm1_over":
            return POSITIVE
        if name == "log1p_over":
            return POSITIVE
        if name == "box_cox" and expr.args[2] == 0:
            base = self.span(expr.args[0]) + point(-1)
            return NONNEGATIVE if base.signs <= {0, 1} else -NONNEGATIVE if base.signs <= {0, -1} else REALS
        if name == "Abs":
            return intersect(self.span(sympy.Mul(expr.args[0], expr.args[0])), NONNEGATIVE).root(2)
        return REALS

    def _monotone_span(self, name: str, span: Span) -> Span:
        if name == "exp":
            return span.exp()
        if name == "cosh":
            return Span(Fraction(1), None, False, True)
        if name == "tanh":
            span = Span(span.lo, span.hi, span.open_lo, span.open_hi)
            inner = _sign_span(span)
            return intersect(inner, Span(Fraction(-1), Fraction(1), True, True))
        return _sign_span(span)

    def _power_span(self, base: Any, exponent: Any) -> Span:
        if base is sympy.E:
            return self.span(exponent).exp()
        span = self.span(base)
        if exponent.is_Integer:
            k = int(exponent)
            image = span.power(abs(k)) if k else point(1)
            return image if k >= 0 else (image.inverse() or REALS)
        span = intersect(span, NONNEGATIVE)
        if exponent.is_Rational:
            value = fraction(exponent)
            image = span.power(abs(value.numerator)).root(value.denominator)
            return image if value > 0 else (image.inverse() or POSITIVE)
        power = (span.log() * self.span(exponent)).exp()
        return power.closed() if 0 in span.signs else power

    # -- normal forms -------------------------------------------------------------------------------

    def form(self, expr: Any) -> Ratio:
        """The normal form; raises :class:`Undecided` with the missing fact."""
        known = self._forms.get(expr)
        if known is None:
            try:
                known = self._form(expr)
            except Undecided as missing:
                known = missing
            self._forms[expr] = known
        if isinstance(known, Undecided):
            raise known
        return known

    def _form(self, expr: Any) -> Ratio:
        forms = self.forms
        if expr.is_Rational:
            return forms.constant(fraction(expr))
        if expr.is_Float:
            raise InputError(f"expression contains the float {expr}; write it as an exact rational")
        if expr.is_Symbol:
            return forms.variable(expr.name)
        if expr.is_Add or expr.is_Mul:
            terms = [self.form(term) for term in expr.args]
            total = terms[0]
            for term in terms[1:]:
                total = total + term if expr.is_Add else total * term
            return total
        if expr is sympy.E:
            return forms.exp(forms.constant(1))
        if expr is sympy.pi:
            return forms.opaque("pi", "pi", _PI)
        if type(expr).__name__ == "exp":
            return forms.exp(self.form(expr.args[0]))
        if expr.is_Pow:
            return self._power(expr.base, expr.exp)
        rule = _RULES.get(type(expr).__name__)
        if rule is None:
            raise Undecided(f"{type(expr).__name__} is not understood")
        return rule(self, expr)

    def _power(self, base: Any, exponent: Any) -> Ratio:
        if base is sympy.E:
            return self.forms.exp(self.form(exponent))
        value = self.form(base)
        if exponent.is_Integer:
            if exponent < 0 and 0 in self.signs(base):
                raise Undecided(f"the divisor {base} is not proved nonzero on {self._where()}", value.num)
            return value.power(int(exponent))
        power = self.form(exponent)
        constant = power.constant
        if constant is not None and constant.denominator == 1:
            return self._power(base, sympy.Integer(int(constant)))
        signs = self.signs(base)
        if signs == {1}:
            return self.forms.exp(power * self.forms.log(value, weak=True))
        if signs <= {0, 1} and self.signs(exponent) == {1}:
            return self.forms.exp(power * self.forms.log(value, weak=True))
        if constant is None and signs == {-1} and self._integral(power):
            modulus = self.forms.exp(power * self.forms.log(-value, weak=True))
            return modulus * self._integer_power(sympy.Integer(-1), self.forms.constant(-1), power)
        if constant is None and self._natural(power):
            return self._integer_power(base, value, power)
        raise Undecided(
            f"the base {base} of the power {exponent} may be negative or zero on {self._where()}", value.num
        )

    def _integral(self, power: Ratio) -> bool:
        """Whether the form is a polynomial in integer variables with integer coefficients."""
        generators = [g for g in self.forms.generators if g.names & self.forms.names(power)]
        coefficients = terms_of(power.num).values()
        return (
            power.den.is_constant()
            and self.forms.is_polynomial(power)
            and all(g.names <= self.forms.integers for g in generators)
            and all(value.denominator == 1 for value in coefficients)
        )

    def _natural(self, power: Ratio) -> bool:
        """Whether it is, moreover, of natural coefficients in variables that are never negative."""
        lows = [axis.lo for axis in self.domain.ranges if axis.name in self.forms.names(power)]
        return (
            self._integral(power)
            and all(low is not None and low >= 0 for low in lows)
            and all(value >= 0 for value in terms_of(power.num).values())
        )

    def _integer_power(self, base: Any, value: Ratio, power: Ratio) -> Ratio:
        """``value**power`` as a product of ``value**monomial``; natural exponents (0**0 = 1), or value -1."""
        total = self.forms.constant(1)
        one = self.forms.constant(1)
        for monomial, coefficient in terms_of(power.num).items():
            count = int(coefficient)
            if not any(monomial):
                total = total * value.power(count)
                continue
            part = Ratio(_monomial(power.num, monomial), one.den)
            label = f"({base})**({self.forms.describe(part)})"
            if value.constant == -1:
                element = self.forms.opaque("sign", label, Span(Fraction(-1), Fraction(1)), (part,))
                self.forms.add_rule(element, 2, one)
            else:
                element = self.forms.opaque("natural power", label, REALS, (value, part))
            total = total * element.power(count)
        return total

    def _where(self) -> str:
        return self.domain.describe()

    def require_defined(self, expr: Any) -> None:
        """Raise :class:`Undecided` unless the expression is defined and continuous on the whole domain."""
        name = type(expr).__name__
        if expr.is_Add or expr.is_Mul or name in ("Abs", "Max", "Min", "exp", "sinh", "cosh", "tanh"):
            for argument in expr.args:
                self.require_defined(argument)
        elif expr.is_Pow and expr.exp.is_Integer:
            self.require_defined(expr.base)
            if expr.exp < 0 and 0 in self.signs(expr.base):
                raise Undecided(f"the divisor {expr.base} is not proved nonzero on {self._where()}")
        else:
            self.form(expr)

    # -- functions ----------------------------------------------------------------------------------

    def _log(self, expr: Any) -> Ratio:
        argument = expr.args[0]
        if self.signs(argument) != {1}:
            raise Undecided(
                f"the argument {argument} of log is not proved positive on {self._where()}", self.form(argument).num
            )
        return self.forms.log(self.form(argument), weak=True)

    def _atanh(self, expr: Any) -> Ratio:
        one, argument = sympy.Integer(1), expr.args[0]
        return (self.form(sympy.log(one + argument)) - self.form(sympy.log(one - argument))) * (
            self.forms.constant(Fraction(1, 2))
        )

    def _exponentials(self, argument: Any, sign: int) -> tuple[Ratio, Ratio]:
        forward = self.forms.exp(self.form(argument))
        back = forward.power(-1)
        return forward + back * self.forms.constant(sign), forward + back

    def _sinh(self, expr: Any) -> Ratio:
        return self._exponentials(expr.args[0], -1)[0] * self.forms.constant(Fraction(1, 2))

    def _cosh(self, expr: Any) -> Ratio:
        return self._exponentials(expr.args[0], 1)[0] * self.forms.constant(Fraction(1, 2))

    def _tanh(self, expr: Any) -> Ratio:
        top, below = self._exponentials(expr.args[0], -1)
        return top / below

    def _xlogx(self, expr: Any) -> Ratio:
        argument = expr.args[0]
        self._require_nonnegative(argument, "xlogx")
        value = self.form(argument)
        return value if value.is_zero else value * self.forms.log(value, weak=True)

    def _require_nonnegative(self, argument: Any, name: str) -> None:
        if not self.signs(argument) <= {0, 1}:
            raise Undecided(
                f"the argument {argument} of {name} may be negative on {self._where()}", self.form(argument).num
            )

    def _weak_divide(self, top: Ratio, below: Ratio) -> Ratio:
        """A quotient with a removable singularity on the zeros of the divisor, which must be nowhere dense."""
        if below.is_zero:
            raise Undecided("the removable singularity fills the domain")
        for factor, _ in factors_of(self.forms.reduced(below).num)[1]:
            if 0 in self.forms.poly_signs(factor) and not self.forms.nowhere_dense(factor):
                raise Undecided("the zeros of a divisor are not proved nowhere dense", factor)
        return top / below

    def _expm1_over(self, expr: Any) -> Ratio:
        x, order = self.form(expr.args[0]), int(expr.args[1])
        partial, term = self.forms.constant(0), self.forms.constant(1)
        for j in range(order):
            partial = partial + term
            term = term * x * self.forms.constant(Fraction(1, j + 1))
        return self._weak_divide(self.forms.exp(x) - partial, x.power(order))

    def _log1p_over(self, expr: Any) -> Ratio:
        x, order = self.form(expr.args[0]), int(expr.args[1])
        top = self.form(sympy.log(1 + expr.args[0]))
        for j in range(1, order):
            top = top + x.power(j) * self.forms.constant(Fraction((-1) ** j, j))
        return self._weak_divide(top * self.forms.constant((-1) ** (order - 1)), x.power(order))

    def _box_cox(self, expr: Any) -> Ratio:
        argument, exponent, order = expr.args
        self._require_nonnegative(argument, "box_cox")
        if 0 in self.signs(argument) and self.signs(exponent) != {1}:
            raise Undecided(f"box_cox({argument}, {exponent}) may be infinite on {self._where()}")
        q, logarithm = self.form(exponent), self.forms.log(self.form(argument), weak=True)
        if q.is_zero:
            m = int(order) + 1
            return logarithm.power(m) * self.forms.constant(Fraction(1, m))
        value = self.forms.exp(q * logarithm)
        result = self._weak_divide(value - self.forms.constant(1), q)
        for m in range(1, int(order) + 1):
            result = self._weak_divide(value * logarithm.power(m) - result * self.forms.constant(m), q)
        return result

    def _power_primitive(self, expr: Any) -> Ratio:
        base, exponent = expr.args
        self._require_nonnegative(base, "power")
        if self.signs(exponent) != {1}:
            raise Undecided(f"the exponent {exponent} of power is not proved positive on {self._where()}")
        value = self.form(base)
        return value if value.is_zero else self.forms.exp(self.form(exponent) * self.forms.log(value, weak=True))

    def _abs(self, expr: Any) -> Ratio:
        argument = expr.args[0]
        signs = self.signs(argument)
        value = self.form(argument)
        if signs <= {0, 1}:
            return value
        if signs <= {0, -1}:
            return -value
        raise Undecided(f"the sign of {argument} in Abs changes on {self._where()}", value.num)

    def _extremum(self, expr: Any) -> Ratio:
        direction = 1 if type(expr).__name__ == "Max" else -1
        best = expr.args[0]
        for other in expr.args[1:]:
            gap = sympy.Add(other, -best)
            signs = self.signs(gap)
            self.form(gap)
            if signs <= {0, direction}:
                best = other
            elif not signs <= {0, -direction}:
                raise Undecided(f"the order of {best} and {other} changes on {self._where()}", self.form(gap).num)
        return self.form(best)

    def _piecewise(self, expr: Any) -> Ratio:
        for value, condition in expr.args:
            if self._decide(condition):
                return self.form(value)
        raise Undecided(f"{expr} is undefined on {self._where()}")

    def _decide(self, condition: Any) -> bool:
        if condition in (sympy.true, sympy.false):
            return bool(condition)
        true = _TRUE_SIGNS.get(getattr(condition, "rel_op", ""))
        if true is None:
            raise Undecided(f"the condition {condition} is not understood")
        gap = sympy.Add(condition.lhs, -condition.rhs)
        signs = self.signs(gap)
        if signs <= true:
            return True
        if not signs & true:
            return False
        raise Undecided(f"the condition {condition} changes on {self._where()}", self.form(gap).num)


_TRUE_SIGNS: dict[str, Signs] = {
    "<": frozenset({-1}),
    "<=": frozenset({-1, 0}),
    ">": frozenset({1}),
    ">=": frozenset({0, 1}),
    "==": frozenset({0}),
    "!=": frozenset({-1, 1}),
}

_RULES: dict[str, Callable[[Normaliser, Any], Ratio]] = {
    "log": Normaliser._log,
    "atanh": Normaliser._atanh,
    "sinh": Normaliser._sinh,
    "cosh": Normaliser._cosh,
    "tanh": Normaliser._tanh,
    "xlogx": Normaliser._xlogx,
    "expm1_over": Normaliser._expm1_over,
    "log1p_over": Normaliser._log1p_over,
    "box_cox": Normaliser._box_cox,
    "power": Normaliser._power_primitive,
    "Abs": Normaliser._abs,
    "Max": Normaliser._extremum,
    "Min": Normaliser._extremum,
    "Piecewise": Normaliser._piecewise,
}


def _monomial(poly: Any, monomial: Any) -> Any:
    return poly.context().from_dict({monomial: 1})


def _sum_signs(parts: list[Signs]) -> Signs:
    """Signs of a sum whose terms have these signs."""
    union = frozenset[int]().union(*parts)
    if {-1, 1} <= union:
        return ANY
    strict = any(0 not in part for part in parts)
    return union - {0} if strict else union


def _sign_span(span: Span) -> Span:
    """Range of an odd increasing function, of which only the sign is used."""
    signs = span.signs
    lo = None if -1 in signs else Fraction(0)
    hi = None if 1 in signs else Fraction(0)
    return Span(lo, hi, lo is None or 0 not in signs, hi is None or 0 not in signs)


__all__ = ["Normaliser", "exact_ball", "fraction"]
