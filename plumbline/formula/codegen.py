"""From an expression to a compiled function of one target."""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from plumbline.errors import InputError
from plumbline.formula.emit import Emitter, Source

TARGETS = ("numpy", "torch", "mpmath", "arb")


def emit(expr: Any, variables: Sequence[str], target: str) -> Source:
    """Source of ``value(*variables)`` for the target."""
    if target not in TARGETS:
        raise InputError(f"target must be one of {', '.join(TARGETS)}, got {target!r}")
    return Emitter(target, variables).emit(expr)


@cache
def array_runtime(module: str) -> Any:
    """The functions that numpy or torch source calls; also the ``xp`` of stable implementations."""
    import importlib

    from plumbline.formula.array_runtime import ArrayRuntime

    return ArrayRuntime(importlib.import_module(module))


def _namespace(target: str, names: set[str]) -> dict[str, Any]:
    if target in ("numpy", "torch"):
        runtime = array_runtime(target)
        return {name: getattr(runtime, name) for name in names}
    runtime = _exact_runtime(target)
    return {name: getattr(runtime, name) for name in names}


@cache
def _exact_runtime(target: str) -> Any:
    if target == "mpmath":
        from plumbline.formula import mpmath_runtime

        return mpmath_runtime
    import flint

    from plumbline.formula import arb_runtime

    return types.SimpleNamespace(**{**vars(arb_runtime), "arb": flint.arb, "fmpq": flint.fmpq})


def compile_expression(expr: Any, variables: Sequence[str], target: str) -> Callable[..., Any]:
    """The positional function ``value(*variables)`` of the target's own numbers."""
    source = emit(expr, variables, target)
    namespace = _namespace(target, source.names)
    exec(compile(source.text, f"<formula for {target}>", "exec"), namespace)
    return namespace["value"]


def evaluate_constant(expr: Any) -> float:
    """A constant expression, correctly rounded but for exceptional ties."""
    import mpmath

    with mpmath.workdps(40):
        return float(compile_expression(expr, [], "mpmath")())
