"""Bilinear identities in every dimension: inner products of vectors as polynomials in those of a few basis vectors.

Squared norms and inner products of linear combinations of vectors expand by bilinearity alone. So an identity between
them that holds as a polynomial identity, with every inner product of basis vectors a free real number, holds in every
inner product space, whatever its dimension.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import sympy

from plumbline.domain import Domain, Integer, Real
from proofs_checks.engines.derivation import Derivation, Expansion, Fact
from proofs_checks.engines.facts import unrolled

Vector = Mapping[str, Any]
"""A linear combination of basis vectors: coefficients by name."""


def combined(*terms: tuple[Any, Vector]) -> dict[str, Any]:
    """The linear combination of vectors with the given coefficients."""
    found: dict[str, Any] = {}
    for factor, vector in terms:
        for name, coefficient in vector.items():
            found[name] = found.get(name, 0) + factor * coefficient
    return found


class Gram:
    """Basis vectors with their inner products as symbols; ``scalars`` are further real numbers (a step, say)."""

    def __init__(self, *names: str, scalars: Sequence[Real | Integer] = ()) -> None:
        self.names = names
        pairs = list(itertools.combinations_with_replacement(names, 2))
        self._symbols = {frozenset(pair): sympy.Symbol("_".join(("gram", *pair)), real=True) for pair in pairs}
        self.domain = Domain(*scalars, *(Real(symbol.name) for symbol in self._symbols.values()))

    def __getitem__(self, name: str) -> dict[str, Any]:
        """A basis vector."""
        if name not in self.names:
            raise KeyError(name)
        return {name: sympy.Integer(1)}

    def inner(self, x: Vector, y: Vector) -> Any:
        """<x, y> by bilinearity."""
        return sympy.Add(*(a * b * self._symbols[frozenset((i, j))] for i, a in x.items() for j, b in y.items()))

    def square(self, x: Vector) -> Any:
        """||x||^2."""
        return self.inner(x, x)

    def expansion(self, left: Any, values: Mapping[str, Any], size: int = 0) -> Expansion:
        """``left`` and the numbers ``values`` of a derivation as polynomials in the inner products."""
        return Expansion(size or len(self.names), self.domain, left, values)


def bilinear(d: Derivation, label: str, left: Any, right: Any, gram: Gram, values: Mapping[str, Any]) -> list[Fact]:
    """``left == right`` between numbers of a derivation, whose ``values`` are polynomials in inner products.

    Proved as a polynomial identity; the facts are ``left >= right``, ``right >= left`` and the identity in words.
    """
    finding = unrolled(gram.expansion(sympy.Integer(0), values), left - right, d.variables)
    return [
        d.by_definition(label, left, right),
        d.by_definition(label, right, left),
        d.premise(f"{label}: identity of inner products", finding),
    ]
