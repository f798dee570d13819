"""The sum of the false-alarm probabilities of all statistical checks, collected from the papers' checks.

Every :class:`Design` at module level of ``proofs_checks.<paper>`` is found, nothing is listed by hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from plumbline import catalogue
from proofs_checks.engines.statistics.power import LEAST_POWER, Design, exactly

LIMIT = Fraction(1, 1000)


def declared() -> list[Design]:
    """The designs of all papers."""
    return [
        design for paper in catalogue.paper_names() for design in catalogue.declared("proofs_checks", paper, Design)
    ]


def total(designs: Iterable[Design]) -> Fraction:
    """The probability of any false alarm is at most this sum."""
    return sum((exactly(design.alpha, "alpha") for design in designs), Fraction(0))


def complaints(designs: Iterable[Design]) -> list[str]:
    """What is wrong with the designs of a suite: names used twice, too little power, too large a sum."""
    designs = list(designs)
    names = Counter(design.name for design in designs)
    found = [f"{count} designs are named {name}" for name, count in names.items() if count > 1]
    for design in designs:
        power = design.power()
        if not power.enough:
            found.append(f"{design.name} has power {power.low:.6f} < {LEAST_POWER}; it needs {design.planned()}")
    if total(designs) >= LIMIT:
        found.append(f"false alarms sum to {float(total(designs)):.3g}, which must stay below {float(LIMIT):g}")
    return found


def overdrawn(findings: Iterable[Mapping[str, Any]], designs: Iterable[Design]) -> list[str]:
    """Designs from which more findings (as JSON) were drawn than they share their alpha among, and unknown ones."""
    known = {design.name: design for design in designs}
    drawn = [finding["effort"] for finding in findings if finding["effort"].get("design")]
    found = [f"no design is named {name}" for name in sorted({effort["design"] for effort in drawn} - known.keys())]
    uses = Counter(effort["design"] for effort in drawn)
    found += [
        f"{uses[name]} findings draw on {name}, which declares tests={design.tests}"
        for name, design in known.items()
        if uses[name] > design.tests
    ]
    levels = {(effort["design"], effort["level"]) for effort in drawn}
    return found + [
        f"a finding draws on {name} at level {level}, which declares {known[name].level}"
        for name, level in sorted(levels)
        if name in known and level != str(known[name].level)
    ]
