"""``plumbline comp-sum transform PHI``: loss in, transformation out."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from plumbline.cli.text import table

if TYPE_CHECKING:
    from proofs_checks.calibration import Transformation
    from proofs_checks.calibration.transformation import Row

_DESCRIPTION = """\
Give a loss Phi(u), u = sum over other labels y' of exp(h_y' - h_y), as a formula in u: 'log(1+u)', 'u',
'(1-(1+u)^(-0.5))/0.5'. Printed are certified enclosures of T(beta), the least surrogate regret at zero-one
regret beta over all laws on n labels and all scores (complete hypothesis sets), the inverse, and worst laws."""


def register(subparsers: Any) -> None:
    """Add ``transform`` to the commands of the paper."""
    parser = subparsers.add_parser(
        "transform", help="certified H-consistency transformation of a loss", description=_DESCRIPTION
    )
    parser.add_argument("phi", metavar="PHI", help="the loss as a formula in u, e.g. 'log(1+u)'")
    parser.add_argument("--n", type=_integer, default=2, metavar="N", help="number of classes (default: 2)")
    parser.add_argument("--beta", metavar="B", help="one zero-one regret in [0, 1] instead of the table, with its law")
    parser.add_argument("--at", metavar="T", help="also bound the zero-one regret at surrogate regret T")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(handler=transform)


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be an integer of at least 2, got {text!r}") from None


def transform(arguments: argparse.Namespace) -> int:
    """Print the transformation; InputError (one line, exit 2) for anything that is no admissible loss."""
    from proofs_checks.calibration import transformation
    from proofs_checks.calibration.transformation import BETAS

    made = transformation(arguments.phi, arguments.n, BETAS if arguments.beta is None else [arguments.beta])
    inverse = None if arguments.at is None else _inverse(made, arguments.at)
    if arguments.json:
        json.dump(as_json(made, arguments.phi, inverse), sys.stdout, indent=2)
        print()
    else:
        print("\n".join(_lines(made, arguments.phi, inverse, law=arguments.beta is not None)))
    return 0


def _inverse(made: Transformation, t: str) -> dict[str, str]:
    from proofs_checks.engines.separable import rounded

    low, high = made.inverse(t)
    return {"t": t, "lower": rounded(low, 12, up=False), "upper": rounded(high, 12, up=True)}


def _ends(row: Row) -> tuple[str, str]:
    from proofs_checks.calibration.transformation import bracket

    return bracket(row.value)


def _lines(made: Transformation, phi: str, inverse: dict[str, str] | None, *, law: bool) -> list[str]:
    lines = [
        f"Phi(u) = {phi}   n = {made.n}   l(s) = Phi(1/s - 1) is {made.shape.curve} in s",
        f"Bayes risk       {made.bayes_formula}",
        f"two-class form   {made.verdict}: {made.reason}",
        "",
    ]
    head = ("beta", "T at least", "T at most", "two-class", "strength", "coverage")
    rows = [
        (
            f"{float(row.beta):g}",
            *_ends(row),
            "" if row.two_class is None else f"{float(row.two_class.upper.mid()):.10g}",
            str(row.finding.strength),
            f"{row.finding.scope.describe()}",
        )
        for row in made.rows
    ]
    lines += table(head, rows)
    shown = [made.rows[0]] if law and made.rows else [made.refuted_by] if made.refuted_by else []
    for row in shown:
        lines += ["", f"worst law found  {_law(row, made.n)}"]
    if not shown and made.rows:
        lines += ["", f"worst law        at beta = {float(made.rows[0].beta):g}: {_law(made.rows[0], made.n)}"]
    if inverse is not None:
        lines += ["", f"zero-one regret at surrogate regret {inverse['t']}: at most {inverse['upper']}"]
        lines.append(f"(the sharp value lies in [{inverse['lower']}, {inverse['upper']}])")
    return lines


def _law(row: Row, n: int) -> str:
    found = row.worst.spelled(min(n, 12))
    more = " and zeros" if n > 12 else ""
    p, s = (", ".join(_short(x) for x in found[name]) for name in ("p", "s"))
    return f"p = ({p}){more}, s = ({s}){more}, predicted {found['k'] + 1}"


def _short(number: str) -> str:
    from fractions import Fraction

    return number if len(number) <= 9 else f"{float(Fraction(number)):.6g}"


def as_json(made: Transformation, phi: str, inverse: dict[str, str] | None) -> dict[str, Any]:
    """The versioned JSON record of a transformation."""
    return {
        "version": 1,
        "phi": phi,
        "n": made.n,
        "curve": made.shape.curve,
        "assumptions": [
            {"statement": found.statement, "strength": str(found.strength)} for found in made.shape.findings
        ],
        "bayes_risk": made.bayes_formula,
        "two_class_form": {
            "exact": made.exactness,
            "reason": made.reason,
            "strength": None if made.decided_by is None else str(made.decided_by.strength),
            "scope": None if made.decided_by is None else made.decided_by.scope.describe(),
            "rests_on": [] if made.decided_by is None else list(made.decided_by.rests_on),
            "witness": None if made.refuted_by is None else _row_json(made.refuted_by, made.n),
        },
        "rows": [_row_json(row, made.n) for row in made.rows],
        "inverse": inverse,
    }


def _row_json(row: Row, n: int) -> dict[str, Any]:
    lower, upper = _ends(row)
    return {
        "beta": str(row.beta),
        "lower": lower,
        "upper": upper,
        "two_class": None if row.two_class is None else f"{float(row.two_class.upper.mid()):.15g}",
        "strength": str(row.finding.strength),
        "scope": row.finding.scope.describe(),
        "rests_on": list(row.finding.rests_on),
        "how": row.finding.effort["how"],
        "worst": row.worst.spelled(n),
    }
