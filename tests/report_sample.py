"""Made-up evidence for tests of the report: one claim for each way a claim can stand."""

from __future__ import annotations

import base64
from fractions import Fraction
from typing import Any

from plumbline.domain import Domain, Every, Integer, Real
from plumbline.nouns import Claim, Constant, ConstantValue, Expects, Kind, Lemma, Paper, Provenance, Refutation, Subject
from plumbline.report.tally import ClaimEntry, FigureEntry

PAPER = Paper(
    name="sample",
    title="Cross-entropy losses & a sample",
    authors="A. Author and B. Author",
    venue="A conference, 2023",
    summary=r"Losses $\ell_\tau$ bound the zero-one loss: $\mathcal R_{01}(h)\le\Gamma_\tau(\cdot)$.",
    references=("B. Author. Another paper, 2024.",),
)
STATEMENT = (
    r"For every $n\ge 2$ and every distribution, the conditional regrets satisfy "
    r"$$\Delta\mathcal C_{\tau}(h,x)\ \ge\ \mathcal T_\tau\bigl(\Delta\mathcal C_{01}(h,x)\bigr),\qquad "
    r"\mathcal T_1(\beta)=\frac{1+\beta}{2}\log(1+\beta)+\frac{1-\beta}{2}\log(1-\beta),$$ "
    r"where $\beta<1$ & $\mathbb{E}[s_y]\le p_{\max}$, and `argmax` breaks ties against us."
)


def claim(name: str, **changes: Any) -> Claim:
    settings: dict[str, Any] = {
        "id": f"sample.{name}",
        "kind": Kind.INEQUALITY,
        "title": name.replace("_", " ").replace(".", ": ").capitalize(),
        "statement": STATEMENT,
        "domain": Domain(
            Integer("n", 2), Real("beta", 0, 1, latex=r"\beta"), Every("distribution", "every law on n labels")
        ),
        "subject": Subject({"T": None}),
        "provenance": Provenance.RECALLED,
        "source": "Section 3, main bound <recalled>",
        "assumptions": (r"$\mathcal H$ is symmetric and complete", "scores are real"),
        "constants": {r"$\mathcal T_1(1)$": r"$\log 2$"},
    }
    return Claim(**{**settings, **changes})


WITNESS = {
    "program": "formula",
    "data": {"point": {"beta": "3/10", "n": "3"}, "left": "...", "right": "..."},
    "left": "0.04573",
    "right": "0.0473",
    "relation": "<",
    "note": r"two labels tie: $s=(\frac12,\frac12,0)$",
}


def finding(strength: str = "certified", **changes: Any) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "engine": "interval",
        "verdict": "holds",
        "strength": strength,
        "scope": "n>=2, beta in [0,1], every distribution",
        "part": "",
        "statement": r"$\mathcal T_1(\beta)\ge\beta^2/2$",
        "reason": "",
        "witness": None,
        "certificate": {"kind": "box_cover", "domain": "beta in [0,1]", "pieces": [{}] * 132},
        "rests_on": [],
        "effort": {"boxes": 132},
        "seconds": 0.21,
    }
    return {**settings, **changes}


def record(owner: Claim, verdict: str = "holds", strength: str = "certified", **changes: Any) -> dict[str, Any]:
    conclusive = verdict != "inconclusive"
    settings: dict[str, Any] = {
        "version": 1,
        "claim": owner.id,
        "paper": owner.paper,
        "kind": str(owner.kind),
        "expects": str(owner.expects),
        "verdict": verdict,
        "strength": strength if conclusive else None,
        "coverage": "whole" if conclusive else None,
        "scope": owner.domain.describe() if conclusive else "",
        "holds_up_to": 1.0 if verdict == "holds" else None,
        "rejected_from": 1.000001 if verdict == "holds" else None,
        "witness": WITNESS if verdict == "violated" else None,
        "seed": 0,
        "seconds": 1.25,
        "effort": "quick",
        "fingerprint": "8b1f0c55aa90",
        "reason": "" if conclusive else "out of boxes near beta = 0",
        "findings": [finding(strength)] if conclusive else [],
        "refutations": [
            {
                "name": partner.name,
                "must_fail_because": partner.reason,
                "rejected": True,
                "verdict": "violated",
                "witness": WITNESS,
                "reason": "",
                "seconds": 0.05,
            }
            for partner in owner.refutations
        ],
        "rests_on": list(owner.rests_on),
        "environment": {
            "python": "3.11.9",
            "plumbline": "0.1.0",
            "versions": {"mpmath": "1.3.0", "python-flint": "0.9.0"},
            "commit": "0123456789abcdef",
            "threads": 1,
            "device": "cpu",
            "written": "2025-01-01T00:00:00.000+00:00",
        },
    }
    return {**settings, **changes}


def _checked(owner: Claim, *arguments: Any, stale: bool = False, **changes: Any) -> ClaimEntry:
    return ClaimEntry(owner, record(owner, *arguments, **changes), stale)


PARTNERS = (
    Refutation("five per cent too strong", {"T": None}, r"it gives $\mathcal T(\beta)$ exactly"),
    Refutation("logarithm to base 2", {"T": None}, "too large by $1/\\log 2$", drops="scores are real"),
)
LEMMAS = (
    Lemma("jensen", "Jensen's inequality", r"$\mathbb E\,T(X)\ge T(\mathbb E X)$ for convex $T$", "a book"),
    Lemma("unused", "A lemma that nothing rests on", "$1=1$", "another book"),
)
FORMS = {"T": r"\mathcal T_1 = \frac{(1+\beta)\log\left(1+\beta\right)+(1-\beta)\log\left(1-\beta\right)}{2}"}


def entries() -> list[ClaimEntry]:
    """One entry per group of the tally, and a second one that is certified."""
    logistic = claim("h_consistency.logistic", refutations=PARTNERS, rests_on=("sample.def.tsallis", "lemma:jensen"))
    return [
        _checked(claim("def.tsallis", kind=Kind.IDENTITY), "holds", "symbolic"),
        ClaimEntry(logistic, record(logistic), closed_forms=FORMS),
        _checked(claim("sharp.mae"), "holds", "certified", holds_up_to=1.2, rejected_from=1.25),
        _checked(claim("kernel.proof"), "holds", "formal"),
        _checked(claim("attack"), "holds", "searched"),
        _checked(claim("coverage.rate", kind=Kind.RATE), "holds", "statistical"),
        _checked(claim("sharp.mid"), "holds", "certified", coverage="part", scope="n=3"),
        _checked(claim("bounded.n2", provenance=Provenance.SOURCE), "violated", "certified"),
        _checked(
            claim("bounded.n_ge_3", expects=Expects.VIOLATED, repaired="sample.sharp.mae"), "violated", "certified"
        ),
        _checked(claim("ours", provenance=Provenance.DERIVED), "violated", "certified"),
        _checked(claim("conjecture", expects=Expects.OPEN), "inconclusive"),
        _checked(claim("hard"), "inconclusive"),
        ClaimEntry(claim("later")),
        _checked(claim("edited"), "holds", "symbolic", stale=True),
    ]


PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
FIGURE = FigureEntry(
    id="sample.transform_tau",
    title=r"Transformations $\mathcal T_\tau$ over $\tau$",
    caption=r"Solid: the exact transformation; dots: worst instances found by search at $n=3$.",
    png=PIXEL,
    pdf="results/quick/figures/sample/transform_tau.pdf",
    command="snakemake --cores all --force results/quick/figures/sample/transform_tau.pdf",
    claims=("sample.sharp.mae",),
    provenance={"seed": 0, "commit": "0123456789abcdef"},
)
CONSTANT = Constant(
    "sample.factor",
    "A constant",
    refuted=ConstantValue("$1/2$", Fraction(1, 2), "sample.bounded.n2"),
    proved=ConstantValue("$2/3$", Fraction(2, 3), "sample.sharp.mae"),
    published=ConstantValue("1", Fraction(1), "sample.elsewhere.unknown"),
)
