"""Real expressions as rational functions over Q in logarithms, exponentials and variables.

Generators are the variables, ``log f`` of irreducible polynomials ``f`` (and of primes) that are proved
positive, ``exp(m/N)`` of exponent monomials, and opaque values. Powers with any exponent are exponentials
of logarithms, so ``x**(a+1)`` and ``x*x**a`` have one form, and ``exp(log(f)/N)**N`` is replaced by ``f``.
No rewriting happens without a proof of the sign that it needs: :class:`Undecided` is raised instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from flint import fmpq, fmpz

from plumbline.domain import Domain, Integer
from proofs_checks.engines.symbolic import polynomial_signs
from proofs_checks.engines.symbolic.ratios import (
    CONTEXT,
    MAX_GENERATORS,
    Ratio,
    Undecided,
    factors_of,
    key_of,
    replace_power,
    terms_of,
)
from proofs_checks.engines.symbolic.spans import (
    NONNEGATIVE,
    POSITIVE,
    REALS,
    Signs,
    Span,
    intersect,
    of_axis,
    point,
    product,
)


@dataclass
class Generator:
    """One generator; ``value`` is the argument of the logarithm or the exponent of the exponential."""

    kind: str  # "variable" | "log" | "exp" | "opaque"
    label: str
    span: Span
    value: Ratio | None = None
    weak: bool = False
    names: frozenset[str] = frozenset()


class RationalForms:
    """Normal forms on one domain. ``weak`` forms hold on a dense subset of it (see :meth:`log`)."""

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self.generators: list[Generator] = []
        self._index: dict[Any, int] = {}
        self._orders: dict[Any, int] = {}
        self._rules: list[tuple[int, int, Any]] = []
        self._signs: dict[Any, Signs] = {}
        self.facts: dict[Any, Signs] = {}
        self.integers = {axis.name for axis in domain.ranges if isinstance(axis, Integer)}

    # -- elements -----------------------------------------------------------------------------------

    def constant(self, value: Fraction | int) -> Ratio:
        value = Fraction(value)
        return Ratio(CONTEXT.constant(fmpq(value.numerator, value.denominator)), CONTEXT.constant(1))

    def variable(self, name: str) -> Ratio:
        axis = next((axis for axis in self.domain.ranges if axis.name == name), None)
        if axis is None:
            raise Undecided(f"the domain says nothing of the variable {name}")
        if axis.lo is not None and axis.lo == axis.hi:
            return self.constant(axis.lo)
        return self._element(("variable", name), Generator("variable", name, of_axis(axis), names=frozenset({name})))

    def opaque(self, key: Any, label: str, span: Span, arguments: Iterable[Ratio] = ()) -> Ratio:
        """A value of which only congruence (equal arguments, equal values) and a range are used."""
        arguments = [self.reduced(argument) for argument in arguments]
        names = frozenset[str]().union(*(self.names(argument) for argument in arguments))
        weak = any(self.is_weak(argument) for argument in arguments)
        full = ("opaque", key, *((key_of(a.num), key_of(a.den)) for a in arguments))
        return self._element(full, Generator("opaque", label, span, weak=weak, names=names))

    def _element(self, key: Any, generator: Generator) -> Ratio:
        if key not in self._index:
            if len(self.generators) >= MAX_GENERATORS:
                raise Undecided(f"more than {MAX_GENERATORS} generators")
            self._index[key] = len(self.generators)
            self.generators.append(generator)
        return Ratio(CONTEXT.gen(self._index[key]), CONTEXT.constant(1))

    def names(self, ratio: Ratio) -> frozenset[str]:
        """Variables on which the form depends."""
        used = self._used(ratio.num) | self._used(ratio.den)
        return frozenset[str]().union(*(self.generators[i].names for i in used))

    def _used(self, poly: Any) -> set[int]:
        return {i for i, degree in enumerate(poly.degrees()) if degree > 0}

    # -- relations ----------------------------------------------------------------------------------

    def add_rule(self, element: Ratio, order: int, value: Ratio) -> None:
        """Replace ``element**order`` by a polynomial value from now on."""
        index = self._single(element.num)
        if index is not None and all(rule[0] != index for rule in self._rules):
            self._rules.append((index, order, value.num))

    def is_polynomial(self, ratio: Ratio) -> bool:
        """Whether it is a polynomial in the variables alone."""
        used = self._used(ratio.num) | self._used(ratio.den)
        return ratio.den.is_constant() and all(self.generators[i].kind == "variable" for i in used)

    def reduced(self, ratio: Ratio) -> Ratio:
        """Apply ``generator**n -> polynomial`` for all known roots."""
        num, den = self._reduce(ratio.num), self._reduce(ratio.den)
        return Ratio.of(num, den)

    def _reduce(self, poly: Any) -> Any:
        changed = True
        while changed:
            changed = False
            for index, order, replacement in self._rules:
                if poly.degrees()[index] < order:
                    continue
                changed = True
                poly = replace_power(poly, index, order, replacement)
        return poly

    # -- signs --------------------------------------------------------------------------------------

    def signs(self, ratio: Ratio) -> Signs:
        """Signs that the value may have on the domain."""
        ratio = self.reduced(ratio)
        below = self.poly_signs(ratio.den)
        above = self.poly_signs(ratio.num)
        found = product(above, below - {0})
        if 0 in below or self.is_weak(ratio):
            found |= {0}  # a continuous value may still vanish where the form is singular
        return found

    def is_weak(self, ratio: Ratio) -> bool:
        """Whether the form describes the value on a dense subset of the domain only."""
        used = self._used(ratio.num) | self._used(ratio.den)
        return any(self.generators[i].weak for i in used) or 0 in self.poly_signs(ratio.den)

    def poly_signs(self, poly: Any) -> Signs:
        """Signs of a polynomial in the generators, by its irreducible factors."""
        if poly == 0:
            return frozenset({0})
        content, factors = factors_of(poly)
        found: Signs = frozenset({1 if content > 0 else -1})
        for factor, exponent in factors:
            here = self._factor_signs(factor)
            found = product(found, here if exponent % 2 else product(here, here) - {-1})
        return found

    def _factor_signs(self, factor: Any) -> Signs:
        key = key_of(factor)
        if key not in self._signs:
            terms = terms_of(factor)
            used = sorted(self._used(factor))
            spans = [self.generators[i].span for i in used]
            packed = {tuple(monomial[i] for i in used): value for monomial, value in terms.items()}
            self._signs[key] = polynomial_signs.signs(packed, spans)
        found = self._signs[key]
        for fact, known in self.facts.items():
            if fact == key:
                found &= known
        return found

    def learn(self, ratio: Ratio, signs: Signs) -> None:
        """Add a proved sign of an irreducible numerator over a positive denominator to the known facts."""
        ratio = self.reduced(ratio)
        content, factors = factors_of(ratio.num)
        if len(factors) == 1 and factors[0][1] % 2 and self.poly_signs(ratio.den) == {1}:
            flip = frozenset({1 if content > 0 else -1})
            self.facts[key_of(factors[0][0])] = product(signs, flip)

    def span(self, ratio: Ratio) -> Span:
        """An enclosure of the value."""
        ratio = self.reduced(ratio)
        top = self._poly_span(ratio.num)
        below = self._poly_span(ratio.den).inverse()
        found = REALS if below is None else top * below
        known = self.signs(ratio)
        if -1 not in known:
            found = intersect(found, NONNEGATIVE if 0 in known else POSITIVE)
        if 1 not in known:
            found = intersect(found, -NONNEGATIVE if 0 in known else -POSITIVE)
        return found.closed() if self.is_weak(ratio) else found

    def _poly_span(self, poly: Any) -> Span:
        spans = [generator.span for generator in self.generators]
        terms = {monomial[: len(spans)]: value for monomial, value in terms_of(poly).items()}
        return polynomial_signs.enclose(terms, spans)

    # -- logarithms and exponentials ----------------------------------------------------------------

    def log(self, ratio: Ratio, *, weak: bool = False) -> Ratio:
        """``log`` of a form proved positive, as a sum over its irreducible factors.

        With ``weak`` the form need only be nonnegative, provided that each factor that may vanish is a
        polynomial in real variables: its zeros are nowhere dense, and the result holds off them.
        """
        ratio = self.reduced(ratio)
        total = self.constant(0)
        content_sign = 1
        allowed: Signs = frozenset({1})
        for poly, direction in ((ratio.num, 1), (ratio.den, -1)):
            if poly == 0:
                raise Undecided("logarithm of zero")
            value, factors = factors_of(poly)
            content_sign = content_sign if value > 0 else -content_sign
            total += self._log_rational(abs(value)) * self.constant(direction)
            for factor, exponent in factors:
                sign, term = self._log_factor(factor, weak)
                total += term * self.constant(direction * exponent)
                allowed = product(allowed, frozenset({sign if exponent % 2 else 1}))
        if product(allowed, frozenset({content_sign})) != {1}:
            raise Undecided(f"{self.describe(ratio)} is negative on the domain", ratio.num)
        return total

    def _log_rational(self, value: Fraction) -> Ratio:
        total = self.constant(0)
        for number, direction in ((value.numerator, 1), (value.denominator, -1)):
            if number == 1:
                continue
            factors = fmpz(number).factor() if number.bit_length() < 160 else [(fmpz(number), 1)]
            for prime, exponent in factors:
                base = Fraction(int(prime))
                generator = Generator("log", f"log({prime})", point(base).log(), self.constant(base))
                element = self._element(("log", base), generator)
                total += element * self.constant(direction * int(exponent))
        return total

    def _log_factor(self, factor: Any, weak: bool) -> tuple[int, Ratio]:
        """Sign of an irreducible factor and the logarithm of its modulus."""
        index = self._single(factor)
        if index is not None and self.generators[index].kind == "exp":
            exponent = self.generators[index].value
            assert exponent is not None
            return 1, exponent
        found = self._factor_signs(factor)
        if found not in ({1}, {-1}):
            weakly = weak and found in ({0, 1}, {0, -1}) and self.nowhere_dense(factor)
            if not weakly:
                text = self.describe(Ratio(factor, CONTEXT.constant(1)))
                raise Undecided(f"the sign of {text} is not proved constant on the domain", factor)
        sign = 1 if 1 in found else -1
        modulus = Ratio(factor * sign, CONTEXT.constant(1))
        generator = Generator(
            "log",
            f"log({self.describe(modulus)})",
            intersect(self.span(modulus), NONNEGATIVE).log(),
            modulus,
            weak=0 in found or self.is_weak(modulus),
            names=self.names(modulus),
        )
        return sign, self._element(("log", key_of(modulus.num)), generator)

    def nowhere_dense(self, poly: Any) -> bool:
        """A nonzero polynomial in real variables alone: its zero set has no interior."""
        used = [self.generators[i] for i in self._used(poly)]
        return all(g.kind == "variable" and not (g.names & self.integers) for g in used)

    def _single(self, poly: Any) -> int | None:
        """Index of the generator that the polynomial is, if it is one."""
        used = self._used(poly)
        if len(used) == 1:
            index = next(iter(used))
            if poly == CONTEXT.gen(index):
                return index
        return None

    def exp(self, exponent: Ratio) -> Ratio:
        """``exp`` of a form: a product over the monomials of its polynomial part and of its fraction."""
        exponent = self.reduced(exponent)
        whole, rest = divmod(exponent.num, exponent.den)
        result = self.constant(1)
        one = CONTEXT.constant(1)
        for poly, den in ((whole, one), (rest, exponent.den)):
            for monomial, coefficient in terms_of(poly).items():
                base = Ratio(CONTEXT.from_dict({monomial: 1}), den)
                result = result * self._exp_monomial(base, coefficient)
        return result

    def _exp_monomial(self, monomial: Ratio, coefficient: Fraction) -> Ratio:
        key = ("exp", key_of(monomial.num), key_of(monomial.den))
        order = lcm(self._orders.get(key, 1), coefficient.denominator)
        index = self._single(monomial.num) if monomial.den.is_constant() else None
        power = int(coefficient * order)
        if index is not None and self.generators[index].kind == "log":
            argument = self.generators[index].value
            assert argument is not None
            if order == 1:
                return argument.power(power)
        self._orders[key] = order
        value = monomial * self.constant(Fraction(1, order))
        generator = Generator(
            "exp",
            f"exp({self.describe(value)})",
            self._exp_span(value),
            value,
            weak=self.is_weak(monomial),
            names=self.names(monomial),
        )
        known = (*key, order) in self._index
        element = self._element((*key, order), generator)
        if not known:
            self._relate(key, order, element)
            if index is not None and self.generators[index].kind == "log":
                argument = self.generators[index].value
                assert argument is not None and argument.den.is_constant()
                self._rules.append((self._single(element.num) or 0, order, argument.num))
        return element.power(power)

    def _relate(self, key: Any, order: int, element: Ratio) -> None:
        """Write coarser roots of the same exponential as powers of the finer one."""
        for other, index in self._index.items():
            if isinstance(other, tuple) and other[:3] == key and len(other) == 4 and other[3] != order:
                assert order % other[3] == 0
                self._rules = [rule for rule in self._rules if rule[0] != index]
                self._rules.append((index, 1, element.num ** (order // other[3])))

    def _exp_span(self, exponent: Ratio) -> Span:
        span = self.span(exponent).exp()
        return span.closed() if self.is_weak(exponent) else span

    # -- calculus -----------------------------------------------------------------------------------

    def derivative(self, ratio: Ratio, name: str) -> Ratio:
        """Derivative with respect to a variable, in the differential field of the generators."""
        ratio = self.reduced(ratio)
        top, below = self._poly_derivative(ratio.num, name), self._poly_derivative(ratio.den, name)
        num, den = Ratio(ratio.num, CONTEXT.constant(1)), Ratio(ratio.den, CONTEXT.constant(1))
        return (top * den - num * below) / (den * den)

    def _poly_derivative(self, poly: Any, name: str) -> Ratio:
        total = self.constant(0)
        for index in sorted(self._used(poly)):
            partial = Ratio(poly.derivative(index), CONTEXT.constant(1))
            total += partial * self._generator_derivative(index, name)
        return total

    def _generator_derivative(self, index: int, name: str) -> Ratio:
        generator = self.generators[index]
        if name not in generator.names:
            return self.constant(0)
        if generator.kind == "variable":
            return self.constant(1)
        if generator.value is None:
            raise Undecided(f"no derivative is known of {generator.label}")
        inner = self.derivative(generator.value, name)
        if generator.kind == "log":
            return inner / generator.value
        return inner * Ratio(CONTEXT.gen(index), CONTEXT.constant(1))

    # -- text ---------------------------------------------------------------------------------------

    def describe(self, ratio: Ratio) -> str:
        """The form in words of its generators."""
        text = self._text(ratio.num)
        return text if ratio.den.is_one() else f"({text})/({self._text(ratio.den)})"

    def _text(self, poly: Any) -> str:
        parts = []
        for monomial, value in terms_of(poly).items():
            factors = [self.generators[i].label + (f"**{k}" if k > 1 else "") for i, k in enumerate(monomial) if k]
            if value != 1 or not factors:
                factors.insert(0, str(value))
            parts.append("*".join(factors))
        return " + ".join(parts) or "0"
