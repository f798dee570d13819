"""One expression, written once: evaluated as numpy, torch, mpmath and Arb, printed as LaTeX."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

from plumbline.domain import Domain, Integer, Real, covers
from plumbline.errors import InputError
from plumbline.formula import codegen, values
from plumbline.formula.primitives import elementary, exact

Axis = Real | Integer
GUARD_DIGITS = 15
DOUBLINGS = 3


def _call_with(build: Callable[..., Any], symbols: Mapping[str, Any]) -> Any:
    """Call by parameter names where they are all variables, else by position."""
    parameters = inspect.signature(build).parameters.values()
    plain = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    if all(p.kind in plain and p.name in symbols for p in parameters):
        return build(**{p.name: symbols[p.name] for p in parameters})
    return build(*symbols.values())


class Formula:
    """A scalar closed form in a few real or integer variables on a declared domain.

    ``build`` receives one sympy symbol per variable (real or integer, no sign assumed) and returns an exact
    expression; it is called once, at first use. ``stable(xp, **values)`` may give an implementation for
    float arrays where the plain expression loses digits: ``xp`` offers the functions of numpy or torch and
    the primitives (``xp.xlogx``, ``xp.expm1_over``, ...); it is used by the numpy and torch targets only.

    Conventions: an argument of sqrt, xlogx, box_cox and the base of a power that is not a whole number are
    >= 0 on the domain; enclosures cut off what lies below 0, and are NaN where all of a ball lies there.
    Evaluation refuses values outside the domain, NaN, and results that are not finite.
    """

    def __init__(
        self,
        name: str,
        variables: Sequence[Axis],
        build: Callable[..., Any],
        *,
        latex: str = "",
        source: str = "",
        stable: Callable[..., Any] | None = None,
    ) -> None:
        for axis in variables:
            if not isinstance(axis, (Real, Integer)):
                raise InputError(f"variables of {name} must be Real or Integer axes, got {axis!r}")
            if not axis.name.isidentifier() or axis.name.startswith("_"):
                raise InputError(f"variable {axis.name!r} of {name} must be an identifier without leading _")
        self.name = name
        self.variables = tuple(variables)
        self.domain = Domain(*self.variables)
        self.latex_name = latex or name
        self.source = source
        self.stable = stable
        self._build = build

    def __repr__(self) -> str:
        return f"Formula({self.name!r} on {self.domain.describe()})"

    # the expression

    @cached_property
    def symbols(self) -> dict[str, Any]:
        """The sympy symbol of each variable."""
        import sympy

        return {
            axis.name: sympy.Symbol(axis.name, integer=True)
            if isinstance(axis, Integer)
            else sympy.Symbol(axis.name, real=True)
            for axis in self.variables
        }

    @cached_property
    def expr(self) -> Any:
        """The sympy expression."""
        import sympy

        expr = exact(_call_with(self._build, self.symbols), f"expression of {self.name}")
        if not isinstance(expr, sympy.Expr):
            raise InputError(f"expression of {self.name} must be a number, got {type(expr).__name__}")
        stray = expr.free_symbols - set(self.symbols.values())
        if stray:
            raise InputError(f"{self.name} uses {sorted(map(str, stray))}, which are not its variables")
        if expr.has(sympy.nan, sympy.zoo, sympy.oo, sympy.I, sympy.Derivative, sympy.Subs, sympy.DiracDelta):
            raise InputError(f"expression of {self.name} is not a finite real closed form: {expr}")
        return expr

    @cached_property
    def elementary(self) -> Any:
        """The expression with the primitives written out, for algebra away from their singular points."""
        return elementary(self.expr)

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the expression and its domain."""
        import sympy

        text = f"{sympy.srepr(self.expr)}|{self.domain.describe()}"
        return hashlib.sha256(text.encode()).hexdigest()

    # evaluation

    def _names(self) -> list[str]:
        return [axis.name for axis in self.variables]

    @cached_property
    def _compiled(self) -> dict[str, Callable[..., Any]]:
        return {}

    def _function(self, target: str) -> Callable[..., Any]:
        if target not in self._compiled:
            self._compiled[target] = codegen.compile_expression(self.expr, self._names(), target)
        return self._compiled[target]

    def source_code(self, target: str) -> str:
        """The emitted Python source for "numpy", "torch", "mpmath" or "arb"."""
        return codegen.emit(self.expr, self._names(), target).text

    def array_function(self, target: str = "numpy") -> Callable[..., Any]:
        """Fast positional function of float arrays without checks; the stable form where there is one."""
        if target not in ("numpy", "torch"):
            raise InputError(f"array target must be 'numpy' or 'torch', got {target!r}")
        if self.stable is None:
            return self._function(target)
        stable, xp, names = self.stable, codegen.array_runtime(target), self._names()

        def value(*arrays: Any) -> Any:
            return stable(xp, **dict(zip(names, arrays, strict=True)))

        return value

    def numpy(self, **variables: Any) -> Any:
        """Value at broadcast numpy arrays; a float where all values are numbers."""
        import numpy as np

        values.require_names(self.name, self.variables, variables)
        arrays = [values.numpy_value(self.name, axis, variables[axis.name]) for axis in self.variables]
        with np.errstate(all="ignore"):
            out = np.asarray(self.array_function("numpy")(*arrays))
        shape = np.broadcast_shapes(*(array.shape for array in arrays))
        if out.shape != shape:
            out = np.broadcast_to(out, shape).copy()
        self._require_finite(np.isfinite(out), arrays, np.broadcast_to)
        return float(out) if out.ndim == 0 else out

    def torch(self, **variables: Any) -> Any:
        """Value at broadcast torch tensors, differentiable, on their device and in their dtype."""
        import torch

        values.require_names(self.name, self.variables, variables)
        tensors = values.torch_values(self.name, self.variables, variables)
        out = self.array_function("torch")(*tensors)
        shape = torch.broadcast_shapes(*(tensor.shape for tensor in tensors))
        out = out if isinstance(out, torch.Tensor) else torch.full(shape, float(out), dtype=torch.float64)
        if tensors and (out.device != tensors[0].device or out.dtype != tensors[0].dtype):
            out = out.to(device=tensors[0].device, dtype=tensors[0].dtype)
        out = out.expand(shape)
        self._require_finite(torch.isfinite(out.detach()), tensors, torch.broadcast_to)
        return out

    def _require_finite(self, good: Any, arrays: Sequence[Any], broadcast: Callable[..., Any]) -> None:
        if bool(good.all()):
            return
        where = [broadcast(array, good.shape)[~good].reshape(-1)[0].item() for array in arrays]
        at = ", ".join(f"{name} = {value}" for name, value in zip(self._names(), where, strict=True))
        raise InputError(f"{self.name} is not finite in floating point at {at or 'its only value'}")

    def mpmath(self, dps: int = 50, **variables: Any) -> Any:
        """Value to ``dps`` digits; takes int, Fraction, decimal string; mpf and float as they are.

        The working precision is doubled until two values agree to ``dps`` digits; a value that is exactly 0
        may come out as a number far below 10^(-4 dps).
        """
        import mpmath

        values.require_names(self.name, self.variables, variables)
        points = [values.exact_value(self.name, axis, variables[axis.name]) for axis in self.variables]
        work = dps + GUARD_DIGITS
        value = self._mpmath_at(work, points)
        for _ in range(DOUBLINGS):
            work *= 2
            coarse, value = value, self._mpmath_at(work, points)
            with mpmath.workdps(work):
                if abs(value - coarse) <= abs(value) * mpmath.mpf(10) ** (-dps - 1):
                    break
        with mpmath.workdps(dps):
            return +value

    def _mpmath_at(self, work: int, points: Sequence[Fraction]) -> Any:
        """Value computed with ``work`` digits throughout."""
        import mpmath

        at = ", ".join(f"{name} = {point}" for name, point in zip(self._names(), points, strict=True))
        with mpmath.workdps(work):
            numbers = [mpmath.mpf(point.numerator) / point.denominator for point in points]
            try:
                out = self._function("mpmath")(*numbers)
            except (ValueError, ZeroDivisionError) as error:
                raise InputError(f"{self.name} is undefined at {at}: {error}") from error
            if isinstance(out, mpmath.mpc) or not mpmath.isfinite(out):
                raise InputError(f"{self.name} is not finite at {at}")
            return mpmath.mpf(out)

    def arb(self, prec: int = 128, **variables: Any) -> Any:
        """A ball that contains the value at every point of the domain in the given balls."""
        from flint import ctx

        values.require_names(self.name, self.variables, variables)
        before = ctx.prec
        ctx.prec = prec
        try:
            balls = [values.ball(self.name, axis, variables[axis.name]) for axis in self.variables]
            return self._function("arb")(*balls)
        finally:
            ctx.prec = before

    def arb_function(self) -> Callable[..., Any]:
        """Fast positional function of arb balls at the current ``flint.ctx.prec``, without checks.

        It takes ``arb`` objects only and returns an ``arb``, a NaN ball where the value may be undefined.
        """
        return self._function("arb")

    def __call__(self, **variables: Any) -> Any:
        """Evaluate by the type of the values: tensors, balls, mpf or Fractions, else numpy."""
        kinds = {type(value).__module__.split(".")[0] for value in variables.values()}
        if "torch" in kinds:
            return self.torch(**variables)
        if "flint" in kinds:
            return self.arb(**variables)
        plain = all(isinstance(value, (int, Fraction)) for value in variables.values())
        if "mpmath" in kinds or (plain and any(isinstance(v, Fraction) for v in variables.values())):
            return self.mpmath(**variables)
        return self.numpy(**variables)

    # printing

    def latex(self) -> str:
        """LaTeX of the expression, in the symbols of the axes."""
        from plumbline.formula.latex import latex

        return latex(self.expr, {self.symbols[axis.name]: axis.latex for axis in self.variables})

    # formulas from formulas

    def _derived(
        self,
        suffix: str,
        build: Callable[[], Any],
        *,
        variables: Sequence[Axis] | None = None,
        latex: str = "",
        stable: Callable[..., Any] | None = None,
    ) -> Formula:
        axes = self.variables if variables is None else variables
        return Formula(
            self.name + suffix,
            axes,
            lambda *_: build(),
            latex=latex or self.latex_name,
            source=self.source,
            stable=stable,
        )

    def scaled(self, factor: Fraction | int) -> Formula:
        """The formula times an exact factor; a stable implementation is scaled with it."""
        if isinstance(factor, bool) or not isinstance(factor, (int, Fraction)):
            raise InputError(f"factor must be an int or a Fraction, got {factor!r}")
        stable = self.stable
        scaled_stable = None
        if stable is not None:

            def scaled_stable(xp: Any, **arrays: Any) -> Any:
                return float(factor) * stable(xp, **arrays)

        number = f"{factor}" if Fraction(factor).denominator == 1 else f"({factor})"
        return self._derived(
            f".times({factor})",
            lambda: exact(factor) * self.expr,
            latex=rf"{number}\,{self.latex_name}",
            stable=scaled_stable,
        )

    def instead(self, build: Callable[..., Any], *variables: Real | Integer) -> Formula:
        """A wrong formula in the place of this one, on the same variables unless others are given."""
        return Formula(f"{self.name}.wrong", list(variables or self.variables), build)

    def at(self, **arguments: Any) -> Any:
        """The exact sympy expression with its variables replaced, all at once; no range is checked."""
        values.require_names(self.name, self.variables, arguments)
        replaced = {self.symbols[name]: value for name, value in arguments.items()}
        return self.expr.subs(replaced, simultaneous=True)

    def derivative(self, variable: str) -> Formula:
        """The partial derivative; at kinks of Abs, Max, Min its balls are hulls of one-sided derivatives."""
        axis = self.domain[variable]
        if isinstance(axis, Integer):
            raise InputError(f"{self.name} has no derivative in the integer variable {variable}")
        latex = rf"\partial_{{{getattr(axis, 'latex', variable)}}} {self.latex_name}"
        return self._derived(f".d_{variable}", lambda: self.expr.diff(self.symbols[variable]), latex=latex)

    def substitute(self, replacements: Mapping[str, Any], variables: Sequence[Axis] | None = None) -> Formula:
        """Replace variables by exact numbers or by expressions of new variables.

        A callable value receives the symbols of ``variables`` by its parameter names. ``variables`` are
        the variables of the result; by default those that are not replaced.
        """
        for name in replacements:
            self.domain[name]
        rest = [axis for axis in self.variables if axis.name not in replacements]
        axes = rest if variables is None else list(variables)
        frame = Formula(self.name, axes, lambda *_: 0)
        kept = {axis.name for axis in rest}
        if not kept <= set(frame.symbols):
            raise InputError(f"variables of the substitution must include {sorted(kept)}")

        def build() -> Any:
            table = {self.symbols[name]: frame.symbols[name] for name in kept}
            for name, value in replacements.items():
                new = _call_with(value, frame.symbols) if callable(value) else value
                table[self.symbols[name]] = exact(new, f"replacement of {name}")
            return self.expr.xreplace(table)

        inner, stable = self.stable, None
        if inner is not None and not any(callable(value) for value in replacements.values()):
            fixed = {name: float(value) for name, value in replacements.items()}

            def stable(xp: Any, **arrays: Any) -> Any:
                return inner(xp, **fixed, **{name: arrays[name] for name in kept})

        return self._derived(".substituted", build, variables=axes, stable=stable)

    def restrict(self, *axes: Axis) -> Formula:
        """The same formula on a smaller domain."""
        domain = self.domain.restrict(*axes)
        if not covers(domain, [self.domain]):
            raise InputError(f"{domain.describe()} is not inside the domain of {self.name}: {self.domain.describe()}")
        new = [axis for axis in domain.axes if isinstance(axis, (Real, Integer))]
        frame = Formula(self.name, new, lambda *_: 0)

        def build() -> Any:
            return self.expr.xreplace({self.symbols[name]: frame.symbols[name] for name in self.symbols})

        return self._derived("", build, variables=new, stable=self.stable)

    @staticmethod
    def difference(left: Formula, right: Formula | Fraction | int) -> Formula:
        """left - right on the common domain; a variable of both has the smaller of its two ranges."""
        if not isinstance(right, Formula):
            number = right
            return left._derived(f".minus({number})", lambda: left.expr - exact(number))
        axes = {axis.name: axis for axis in left.variables}
        for axis in right.variables:
            mine = axes.get(axis.name, axis)
            if covers(Domain(mine), [Domain(axis)]):
                axes[axis.name] = mine
            elif covers(Domain(axis), [Domain(mine)]):
                axes[axis.name] = axis
            else:
                ranges = f"{left.name} has {mine.describe()}, {right.name} has {axis.describe()}"
                raise InputError(f"{ranges}: restrict them first")
        frame = Formula("difference", list(axes.values()), lambda *_: 0)

        def build() -> Any:
            sides = []
            for side in (left, right):
                table = {symbol: frame.symbols[name] for name, symbol in side.symbols.items()}
                sides.append(side.expr.xreplace(table))
            return sides[0] - sides[1]

        name = f"{left.name} - {right.name}"
        return Formula(name, list(axes.values()), lambda *_: build(), latex=f"{left.latex_name} - {right.latex_name}")
