"""Checks of the values that a formula is asked at: range, integrality, NaN; one clear error each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from plumbline.domain import Integer, Real
from plumbline.errors import InputError

Axis = Real | Integer


def require_names(formula: str, variables: Sequence[Axis], values: Mapping[str, Any]) -> None:
    names = [axis.name for axis in variables]
    missing = [name for name in names if name not in values]
    unknown = [name for name in values if name not in names]
    if missing or unknown:
        said = [f"missing {', '.join(missing)}"] if missing else []
        said += [f"unknown {', '.join(unknown)}"] if unknown else []
        raise InputError(f"{formula} takes the variables {', '.join(names) or 'none'}: {'; '.join(said)}")


def refuse(formula: str, axis: Axis, value: Any) -> InputError:
    kind = "an integer " if isinstance(axis, Integer) else ""
    return InputError(f"{axis.name} = {value} is not allowed in {formula}: need {kind}{axis.describe()}")


def _ends(axis: Axis) -> tuple[float, float]:
    low = float("-inf") if axis.lo is None else float(axis.lo)
    high = float("inf") if axis.hi is None else float(axis.hi)
    return low, high


def check_array(formula: str, axis: Axis, array: Any, xp: Any) -> None:
    """Every entry of a float array lies in the range; end points count as their nearest floats."""
    low, high = _ends(axis)
    if array.dtype == getattr(xp, "float32", None) or array.dtype == getattr(xp, "float16", None):
        low, high = float(_as(array, low, xp)), float(_as(array, high, xp))
    good = (array > low) if axis.open_lo else (array >= low)
    good = good & ((array < high) if axis.open_hi else (array <= high))
    good = good & xp.isfinite(array)
    if isinstance(axis, Integer):
        good = good & (array == xp.floor(array))
    if not bool(good.all()):
        raise refuse(formula, axis, array[~good].reshape(-1)[0].item())


def _as(array: Any, value: float, xp: Any) -> Any:
    """``value`` rounded to the precision of the array."""
    return xp.asarray(value, dtype=array.dtype)


def numpy_value(formula: str, axis: Axis, value: Any) -> Any:
    """A checked numpy array of floats."""
    import numpy as np

    array = np.asarray(float(value) if isinstance(value, Fraction) else value)
    if array.dtype.kind not in "fiu":
        if array.dtype.kind == "O":
            try:
                array = np.vectorize(_number, otypes=[np.float64])(array)
            except (TypeError, ValueError) as error:
                raise refuse(formula, axis, value) from error
        else:
            raise refuse(formula, axis, value)
    if array.dtype.kind != "f":
        array = array.astype(np.float64)
    check_array(formula, axis, array, np)
    return array


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, Fraction)):
        raise TypeError(f"not a real number: {value!r}")
    return float(value)


def torch_values(formula: str, variables: Sequence[Axis], values: Mapping[str, Any]) -> list[Any]:
    """Checked torch tensors of one floating dtype on one device."""
    import torch

    given = [value for value in values.values() if isinstance(value, torch.Tensor)]
    floats = [tensor.dtype for tensor in given if tensor.dtype.is_floating_point]
    dtype = floats[0] if floats else torch.float64
    for other in floats[1:]:
        dtype = torch.promote_types(dtype, other)
    device = given[0].device if given else None
    out = []
    for axis in variables:
        value = values[axis.name]
        if isinstance(value, Fraction):
            value = float(value)
        if isinstance(value, torch.Tensor) and (value.dtype == torch.bool or value.dtype.is_complex):
            raise refuse(formula, axis, f"tensor of {value.dtype}")
        if isinstance(value, bool):
            raise refuse(formula, axis, value)
        try:
            tensor = torch.as_tensor(value, dtype=dtype, device=device)
        except (TypeError, ValueError, RuntimeError) as error:
            raise refuse(formula, axis, value) from error
        check_array(formula, axis, tensor.detach(), torch)
        out.append(tensor)
    return out


def exact_value(formula: str, axis: Axis, value: Any) -> Fraction:
    """A checked Fraction from an int, Fraction, decimal string, float (its binary value) or mpf."""
    if isinstance(value, bool):
        raise refuse(formula, axis, value)
    try:
        exact = _fraction(value)
    except (TypeError, ValueError, OverflowError, ZeroDivisionError) as error:
        raise refuse(formula, axis, value) from error
    if not axis.contains(exact):
        snapped = _snapped(axis, value, exact)
        if snapped is None:
            raise refuse(formula, axis, value)
        return snapped
    return exact


def _fraction(value: Any) -> Fraction:
    if isinstance(value, (int, Fraction, str, float)):
        return Fraction(value)
    if hasattr(value, "p") and hasattr(value, "q"):
        return Fraction(int(value.p), int(value.q))
    if hasattr(value, "_mpf_"):
        sign, mantissa, exponent, _bits = value._mpf_
        if not mantissa and exponent:
            raise ValueError("not finite")
        scaled = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
        return -scaled if sign else scaled
    return Fraction(float(value)) if hasattr(value, "__float__") else Fraction(value)


def _snapped(axis: Axis, value: Any, exact: Fraction) -> Fraction | None:
    """The closed end point that an inexact value (float, mpf) is the rounding of."""
    if isinstance(value, (int, Fraction, str)) or isinstance(axis, Integer):
        return None
    from mpmath import mp, mpf

    for end, is_open in ((axis.lo, axis.open_lo), (axis.hi, axis.open_hi)):
        if end is None or is_open:
            continue
        roundings = [float(end)] if isinstance(value, float) else [mpf(end.numerator) / end.denominator]
        scale = abs(end) * Fraction(2) ** (2 - mp.prec)
        if value in roundings or (not isinstance(value, float) and abs(exact - end) <= scale):
            return end
    return None


def ball(formula: str, axis: Axis, value: Any) -> Any:
    """A ball from an arb, int, Fraction or decimal string; refused where it lies wholly out of range."""
    from flint import arb, fmpq

    if isinstance(value, (bool, float)):
        allowed = "an arb ball, an int, a Fraction or a decimal string"
        raise InputError(f"{axis.name} must be {allowed} in {formula}, got {value!r}")
    if not isinstance(value, arb):
        fraction = exact_value(formula, axis, value)
        return arb(fmpq(fraction.numerator, fraction.denominator))
    low = None if axis.lo is None else fmpq(axis.lo.numerator, axis.lo.denominator)
    high = None if axis.hi is None else fmpq(axis.hi.numerator, axis.hi.denominator)
    outside = (low is not None and value < low) or (high is not None and value > high)
    if value.is_nan() or outside:
        raise refuse(formula, axis, value)
    return value
