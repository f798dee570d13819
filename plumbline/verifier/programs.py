"""Linear and semidefinite programs by weak duality, and relations between numbers: in fractions."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from plumbline.verifier.numbers import Refused, rational

_HOLDS = {"<=": le, ">=": ge, "==": eq, "!=": ne, "<": lt, ">": gt}


def _exact(values: Any) -> Any:
    return [_exact(v) for v in values] if isinstance(values, list) else None if values is None else rational(values)


def _derived(certificate: Mapping[str, Any], kind: str, problem: Mapping[str, Any]) -> dict[str, Any]:
    """The derived data, after comparing what the certificate says of its problem with them."""
    if certificate["kind"] != kind:
        raise Refused(f"a certificate of kind {kind} is needed, found {certificate['kind']!r}")
    differing = [name for name, value in problem["data"].items() if _exact(certificate["problem"][name]) != value]
    if differing:
        raise Refused(f"the certificate was made for another problem: {', '.join(differing)}")
    return dict(problem["data"])


def _vector(values: Any, length: int, name: str, *, signed: bool = True) -> list[Fraction]:
    found = _exact(values)
    if not isinstance(found, list) or len(found) != length or (not signed and any(value < 0 for value in found)):
        raise Refused(f"{name} must be {length} numbers{'' if signed else ' >= 0'}")
    return found


def _dot(a: Sequence[Fraction], b: Sequence[Fraction]) -> Fraction:
    return sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0))


def verify_linear(certificate: Mapping[str, Any], problem: Mapping[str, Any]) -> str:
    """min c.x over A_ub x <= b_ub, A_eq x = b_eq, lo <= x <= hi is at least ``bound``: the value of the stored dual."""
    data = _derived(certificate, "lp_dual", problem)
    u = _vector(certificate["dual"]["ub"], len(data["b_ub"]), "dual.ub", signed=False)
    v = _vector(certificate["dual"]["eq"], len(data["b_eq"]), "dual.eq")
    value = _dot(data["b_eq"], v) - _dot(data["b_ub"], u)
    for j, (cost, (low, high)) in enumerate(zip(data["c"], data["bounds"], strict=True)):
        reduced = cost + _dot(u, [row[j] for row in data["A_ub"]]) - _dot(v, [row[j] for row in data["A_eq"]])
        end = low if reduced > 0 else high
        if reduced and end is None:
            raise Refused(f"the multipliers are not dual feasible: reduced cost {reduced} of variable {j}")
        value += reduced * end if reduced else 0
    if value < max(problem["bound"], rational(certificate["bound"])):
        raise Refused(f"proved is {value}, claimed {problem['bound']}, stated {certificate['bound']}")
    return f"dual value {value}"


def verify_semidefinite(certificate: Mapping[str, Any], problem: Mapping[str, Any]) -> str:
    """sup <C, X> over <A_i, X> <= b_i, X psd: at most ``at_most`` by multipliers, at least ``at_least`` at a point.

    Matrices are lower triangles. Multipliers count if the slack sum u_i A_i - C equals the stored L D L^T, D >= 0.
    """
    data = _derived(certificate, "sdp_dual", problem)
    C, A, size = data["C"], data["A_ub"], len(data["C"])
    u = _vector(certificate["dual"]["ub"], len(A), "dual.ub", signed=False)
    D, rows = _vector(certificate["ldl"]["D"], size, "ldl.D", signed=False), certificate["ldl"]["L"]
    if data["A_eq"] or len(rows) != size:
        raise Refused("L and D do not show a positive semidefinite slack")
    L = [[*_vector(row, i, "ldl.L"), Fraction(1)] for i, row in enumerate(rows)]
    for i in range(size):
        for j in range(i + 1):
            slack = _dot(u, [matrix[i][j] for matrix in A]) - C[i][j]
            if slack != sum((L[i][k] * D[k] * L[j][k] for k in range(j + 1)), Fraction(0)):
                raise Refused(f"L D L^T is not the slack of the multipliers at entry ({i}, {j})")
    weight, R = rational(certificate["point"]["weight"]), _exact(certificate["point"]["factor"])
    X = [[weight * _dot(p, q) * (1 + (i != j)) for j, q in enumerate(R[: i + 1])] for i, p in enumerate(R)]
    value, *used = (sum(map(_dot, matrix, X), Fraction(0)) for matrix in (C, *A))
    if weight < 0 or len(R) != size or any(left > right for left, right in zip(used, data["b_ub"], strict=True)):
        raise Refused("the point is not feasible")
    proved, stated = _dot(data["b_ub"], u), rational(certificate["bound"])
    if not problem["at_least"] <= value <= proved <= min(problem["at_most"], stated):
        text = f"claimed {problem['at_least']} to {problem['at_most']}, stated {stated}"
        raise Refused(f"proved is {float(value)} to {float(proved)}, {text}")
    return f"between {problem['at_least']} and {problem['at_most']}"


def verify_relations(certificate: Mapping[str, Any], problem: Mapping[str, Any]) -> str:
    """The stored relations are those that ``instances`` derives again, and hold: [(instance or None, relations)]."""
    stored = certificate["instances"]
    derived = problem["instances"](stored)
    if certificate["kind"] != "rational" or len(derived) != len(stored) or not stored:
        raise Refused(f"{len(stored)} instances are stored, {len(derived)} are derived from the claim")
    for index, ((instance, relations), entry) in enumerate(zip(derived, stored, strict=True)):
        texts = [f"{Fraction(a)} {sign} {Fraction(b)}" for a, sign, b in relations]
        same = texts == entry["relations"] and (instance is None or instance == entry["instance"])
        if not texts or not same or not all(_HOLDS[sign](a, b) for a, sign, b in relations):
            raise Refused(f"instance {index}: stored {entry}, derived {instance or ''} {texts}")
    return f"{len(derived)} instances"
