"""From sympy expressions to proved normal forms, ranges and signs on a domain.

Every node must be defined and continuous on the whole domain: arguments of logarithms are proved positive,
divisors nonzero, bases of real powers nonnegative. Otherwise :class:`Undecided` is raised with the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy

from plumbline.errors import InputError
from proofs_checks.engines.symbolic.ranges import Ranges, fraction
from proofs_checks.engines.symbolic.ratios import Ratio, Undecided, factors_of, terms_of
from proofs_checks.engines.symbolic.spans import (
    REALS,
    Signs,
    Span,
)

MAX_EXPANSION = 2000
_PI = Span(Fraction(314159, 100000), Fraction(31416, 10000), True, True)
_UNIT = Span(Fraction(-1), Fraction(1))


class Normaliser(Ranges):
    """Normal forms of expressions on one domain; results are kept."""

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
            if abs(int(exponent)) * (len(value.num) + len(value.den) - 2) > MAX_EXPANSION:
                raise Undecided(f"the power {exponent} of a sum is too large to expand")
            return value.power(int(exponent))
        power = self.form(exponent)
        constant = power.constant
        if constant is not None and constant.denominator == 1:
            return self._power(base, sympy.Integer(int(constant)))
        signs = self.signs(base)
        if value.is_zero and self.signs(exponent) == {1}:
            return value
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
        coefficients = terms_of(power.num).values()
        return (
            self.forms.is_polynomial(power)
            and self.forms.names(power) <= self.forms.integers
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

    def _sign(self, expr: Any) -> Ratio:
        argument = expr.args[0]
        signs, value = self.signs(argument), self.form(argument)
        if len(signs) != 1:
            raise Undecided(f"the sign of {argument} is not constant on {self._where()}", value.num)
        return self.forms.constant(next(iter(signs)))

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
        if isinstance(condition, (sympy.And, sympy.Or)):
            parts = [self._decide(part) for part in condition.args]
            return all(parts) if isinstance(condition, sympy.And) else any(parts)
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
    "sign": Normaliser._sign,
    "Max": Normaliser._extremum,
    "Min": Normaliser._extremum,
    "Piecewise": Normaliser._piecewise,
}


def _monomial(poly: Any, monomial: Any) -> Any:
    return poly.context().from_dict({monomial: 1})
