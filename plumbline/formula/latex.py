"""LaTeX of formulas: primitives print as ordinary mathematics."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any


@cache
def _printer() -> Any:
    from sympy.printing.latex import LatexPrinter
    from sympy.printing.precedence import PRECEDENCE

    def wrapped(self: Any, x: Any) -> str:
        return str(self.parenthesize(x, PRECEDENCE["Pow"]))

    class Printer(LatexPrinter):
        """Sympy's printer with the primitives."""

        def _print_xlogx(self, expr: Any, exp: str | None = None) -> str:
            x = expr.args[0]
            text = rf"{wrapped(self, x)} \log {wrapped(self, x)}"
            return text if exp is None else rf"\left({text}\right)^{{{exp}}}"

        def _print_expm1_over(self, expr: Any, exp: str | None = None) -> str:
            x, k = expr.args
            if k == 1:
                return self._raised(rf"\frac{{e^{{{self._print(x)}}} - 1}}{{{self._print(x)}}}", exp)
            return self._raised(rf"\varphi_{{{k}}}\left({self._print(x)}\right)", exp)

        def _print_log1p_over(self, expr: Any, exp: str | None = None) -> str:
            x, k = expr.args
            if k == 1:
                inner = self._print(1 + x)
                return self._raised(rf"\frac{{\log\left({inner}\right)}}{{{self._print(x)}}}", exp)
            return self._raised(rf"\lambda_{{{k}}}\left({self._print(x)}\right)", exp)

        def _print_box_cox(self, expr: Any, exp: str | None = None) -> str:
            x, q, m = expr.args
            if m == 0:
                top = rf"{wrapped(self, x)}^{{{self._print(q)}}} - 1"
                return self._raised(rf"\frac{{{top}}}{{{self._print(q)}}}", exp)
            power = "" if m == 1 else f"^{{{m}}}"
            integrand = rf"t^{{{self._print(q - 1)}}} \log{power} t"
            return self._raised(rf"\int_1^{{{self._print(x)}}} {integrand}\,dt", exp)

        def _print_power(self, expr: Any, exp: str | None = None) -> str:
            x, r = expr.args
            return self._raised(rf"{wrapped(self, x)}^{{{self._print(r)}}}", exp)

        def _needs_mul_brackets(self, expr: Any, first: bool = False, last: bool = False) -> bool:
            open_ended = type(expr).__name__ == "xlogx" or (type(expr).__name__ == "box_cox" and expr.args[2] != 0)
            return (open_ended and not last) or bool(super()._needs_mul_brackets(expr, first, last))

        def _raised(self, text: str, exp: str | None) -> str:
            return text if exp is None else rf"\left({text}\right)^{{{exp}}}"

    return Printer


def latex(expr: Any, names: Mapping[Any, str]) -> str:
    """LaTeX of a sympy expression with the given symbol names."""
    return str(_printer()({"symbol_names": dict(names)}).doprint(expr))
