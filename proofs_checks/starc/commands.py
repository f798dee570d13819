"""``plumbline starc compare FILE.npz``: two rewards in one environment."""

from __future__ import annotations

import argparse
import json
import sys
import zipfile
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from plumbline.cli.text import table
from plumbline.errors import InputError

if TYPE_CHECKING:
    from theory.starc.compare import Comparison, ExactComparison, Regret
    from theory.starc.definitions.exact import RegretCertificate
    from theory.starc.definitions.mdp import TabularMDP

KEYS = ("transitions", "initial", "discount", "R1", "R2")
_DESCRIPTION = """\
FILE.npz holds transitions (S, A, S), initial (S,), discount, and two rewards R1, R2 of shape (S, A, S) or (S, A).
Printed are distances between the rewards, and worst-case regret both ways: W(R1, R2) is the most that R1 can lose, in
units of its range over policies, by a change of policy that R2 does not mind; its bounds and the worst policies too."""
_LONG = 40


def register(subparsers: Any) -> None:
    """Add ``compare`` to the commands of the paper."""
    parser = subparsers.add_parser(
        "compare", help="distances and worst-case regret between two rewards", description=_DESCRIPTION
    )
    parser.add_argument("file", metavar="FILE.npz", help="environment and rewards")
    parser.add_argument("--exact", action="store_true", help="also prove W over the rationals")
    parser.add_argument(
        "--denominator",
        type=_integer,
        metavar="D",
        help="with --exact: nearest rationals of denominator at most D (default: the floats as they are)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(handler=run)


def _integer(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be an integer of at least 1, got {text!r}")
    return number


def read(path: str) -> tuple[TabularMDP, np.ndarray, np.ndarray]:
    """The environment and the rewards of a file; InputError for anything else."""
    from theory.starc.definitions.mdp import TabularMDP

    try:
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            raise InputError(f"{path}: one array only, not an .npz file")
        with loaded as archive:
            missing = [key for key in KEYS if key not in archive]
            if missing:
                raise InputError(f"{path}: lacks {', '.join(missing)}; it must hold {', '.join(KEYS)}")
            arrays = {key: archive[key] for key in KEYS}
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or 'not an .npz file'}") from None
    except InputError:
        raise
    except (ValueError, EOFError, AttributeError, zipfile.BadZipFile):
        raise InputError(f"{path}: not an .npz file of plain arrays") from None
    for key, array in arrays.items():
        if array.dtype.kind not in "biuf":
            raise InputError(f"{path}: {key} must hold real numbers, got dtype {array.dtype}")
    if arrays["discount"].size != 1:
        raise InputError(f"{path}: discount must be one number, got shape {arrays['discount'].shape}")
    try:
        mdp = TabularMDP(arrays["transitions"], arrays["initial"], float(arrays["discount"].reshape(())))
        for key in ("R1", "R2"):
            mdp.require_reward(arrays[key], key)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    return mdp, arrays["R1"], arrays["R2"]


def run(arguments: argparse.Namespace) -> int:
    """Print the comparison; InputError (one line, exit 2) for a bad file."""
    from theory.starc.compare import compare, compare_exactly

    if arguments.denominator is not None and not arguments.exact:
        raise InputError("--denominator needs --exact")
    mdp, R1, R2 = read(arguments.file)
    found = compare(mdp, R1, R2)
    proved = compare_exactly(mdp, R1, R2, arguments.denominator) if arguments.exact else None
    if arguments.json:
        json.dump(as_json(mdp, found, proved), sys.stdout, indent=2)
        print()
    else:
        print("\n".join(_lines(mdp, found, proved)))
    return 0


def _short(number: Fraction) -> str:
    text = str(number)
    return text if len(text) <= _LONG else f"a rational of {len(text)} digits"


def _lines(mdp: TabularMDP, found: Comparison, proved: ExactComparison | None) -> list[str]:
    lines = [f"{mdp.n_states} states, {mdp.n_actions} actions, discount {mdp.discount:g}", ""]
    lines += table(
        ("distance", "value"),
        [(name, "undefined" if d is None else f"{d:.12g}") for name, d in found.distances.items()],
    )
    ways = (("R1, R2", found.regret), ("R2, R1", found.back))
    head = ("regret of", "W", "attained", "bound", "rollout", "range of the first", "lambda")
    lines += ["", *table(head, [_row(name, way) for name, way in ways])]
    for name, way in ways:
        lines += ["", *_policies(name, way)]
    if proved is not None:
        lines += ["", *_exact_lines(proved)]
    return lines + [f"warning: {text}" for text in found.warnings]


def _row(name: str, way: Regret) -> tuple[str, ...]:
    numbers = (way.value, way.attained, way.bound, way.rollout, way.range, way.multiplier)
    return f"W({name})", *(f"{x:.12g}" for x in numbers)


def _policies(name: str, way: Regret) -> list[str]:
    first, second = name.split(", ")
    lines = [
        f"worst pair of W({name}): {second} does not prefer A to B (J_A - J_B = {way.gap:.3g}), {first} loses by B"
    ]
    mixed = 0 < way.theta < 1
    shares = ((way.theta, way.left), (1 - way.theta, way.right)) if mixed else ((1.0, way.left),)
    for share, pair in shares if way.theta > 0 else ((1.0, way.right),):
        best, worst = (" ".join(map(str, side)) for side in pair)
        lines.append(f"  {share:.6g} of  A: actions {best}   B: actions {worst}")
    return lines


def _exact_lines(proved: ExactComparison) -> list[str]:
    lines = [f"exact, verified over Q (numbers moved by at most {proved.moved:.3g})"]
    for name, proof in (("R1, R2", proved.regret), ("R2, R1", proved.back)):
        value = proof.value
        lines.append(f"  W({name}) = {_short(value)} = {float(value):.17g}   lambda = {_short(proof.multiplier)}")
    return lines


def as_json(mdp: TabularMDP, found: Comparison, proved: ExactComparison | None) -> dict[str, Any]:
    """The versioned JSON record of a comparison."""
    record: dict[str, Any] = {
        "version": 1,
        "states": mdp.n_states,
        "actions": mdp.n_actions,
        "discount": mdp.discount,
        "distances": found.distances,
        "regret": _regret_json(found.regret),
        "back": _regret_json(found.back),
        "warnings": list(found.warnings),
        "exact": None,
    }
    if proved is not None:
        record["exact"] = {
            "moved": proved.moved,
            "regret": _certificate_json(proved.regret),
            "back": _certificate_json(proved.back),
        }
    return record


def _regret_json(way: Regret) -> dict[str, Any]:
    return {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in vars(way).items()}


def _certificate_json(proof: RegretCertificate) -> dict[str, Any]:
    return {
        "value": str(proof.value),
        "range": str(proof.h1),
        "multiplier": str(proof.multiplier),
        "upper": [str(x) for x in proof.upper],
        "lower": [str(x) for x in proof.lower],
        "left": proof.left,
        "right": proof.right,
        "theta": str(proof.theta),
        "verified": True,
    }
