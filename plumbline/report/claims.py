"""HTML of one claim: its statement, its standing and everything that the standing rests on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from plumbline.domain import Domain, Every, Real
from plumbline.report.mathml import math, prose
from plumbline.report.tally import (
    FAILURES,
    STRENGTHS,
    ClaimEntry,
    as_expected,
    group,
    rejected,
    resolution,
    words,
)
from plumbline.standing import standing

PROVENANCE = {
    "source": "read in the paper",
    "recalled": "recalled, not compared with the paper",
    "derived": "derived here",
}


def tone(entry: ClaimEntry) -> str:
    """The colour of a claim: that of its strength, of failure, or none."""
    where = group(entry)
    if where in FAILURES:
        return "failed"
    return standing(entry.claim, entry.record, entry.stale, entry.known).strength or "other"


def mark(entry: ClaimEntry) -> str:
    """A dot in the claim's colour and its standing in words; the dot is hollow unless it counts in full."""
    shape = "mark" if group(entry) in (*STRENGTHS, *FAILURES) else "mark hollow"
    return f'<span class="{shape}" data-tone="{tone(entry)}">{escape(words(entry))}</span>'


def filter_attributes(entry: ClaimEntry) -> str:
    """What the filter box looks at: the group and the words of the claim."""
    claim = entry.claim
    text = " ".join([claim.id, claim.title, str(claim.kind), claim.statement, words(entry), group(entry)])
    return f'data-group="{group(entry)}" data-text="{escape(" ".join(text.lower().split()))}"'


def claim_html(entry: ClaimEntry, known: Mapping[str, tuple[str, str]], evidence_folder: str) -> str:
    """The claim as an ``article``; ``known`` has the address and the text of each claim and lemma shown anywhere."""
    claim, record = entry.claim, entry.record
    parts = [
        f'<article class="claim" id="{claim.id}" {filter_attributes(entry)}>',
        f"<header><h3>{prose(claim.title)}</h3>"
        f'<p class="id"><a href="#{claim.id}">{claim.id}</a> · {escape(str(claim.kind))}</p></header>',
        _verdict(entry),
        '<div class="body">',
        f'<p class="statement">{prose(claim.statement)}</p>',
        _assumptions(entry, _rests_on(entry, known)),
    ]
    if record is not None:
        parts += [_findings(record, f"{evidence_folder}/{claim.paper}/{claim.id}.json"), _partners(entry)]
        if record.get("witness"):
            parts.append(_details("Witness", _witness(record["witness"], claim.id)))
    if record is not None:
        parts.append(_details("Provenance of this evidence", _environment(record)))
    return "\n".join(part for part in [*parts, "</div>", "</article>"] if part)


def _verdict(entry: ClaimEntry) -> str:
    record = entry.record
    lines = [mark(entry)]
    if record is None:
        lines.append("no evidence on record")
    else:
        expected = as_expected(entry)
        verdict = escape(str(record["verdict"]))
        if expected is None:
            lines.append(f"{verdict}; expected: {entry.claim.expects}")
        else:
            other = f"<b>{verdict}, although expected: {entry.claim.expects}</b>"
            lines.append(f"{verdict}, as expected" if expected else other)
        if record.get("coverage"):
            lines.append(f"coverage: {escape(str(record['coverage']))}")
        holds, fails = resolution(record)
        if holds:
            lines.append(f'holds up to <span class="number">{holds}</span>')
        if fails:
            lines.append(f'rejected from <span class="number">{fails}</span>')
        count, tried = rejected(record)
        if tried:
            lines.append(f"{count} of {tried} wrong partners rejected")
        if record.get("reason"):
            lines.append(prose(str(record["reason"])))
        if entry.stale:
            lines.append("sources have changed since; check again")
    rows = "".join(f"<p>{line}</p>" for line in lines)
    return f'<div class="verdict" data-tone="{tone(entry)}">{rows}</div>'


def _assumptions(entry: ClaimEntry, foundations: str) -> str:
    claim = entry.claim
    out = []
    if claim.assumptions:
        items = "".join(f"<li>{prose(text)}</li>" for text in claim.assumptions)
        out.append(f"<h4>Assumptions</h4><ul>{items}</ul>")
    if claim.constants:
        rows = "".join(f"<dt>{prose(name)}</dt><dd>{prose(text)}</dd>" for name, text in claim.constants.items())
        out.append(f"<h4>Constants</h4><dl>{rows}</dl>")
    if claim.remark:
        out.append(f"<p>{prose(claim.remark)}</p>")
    origin = PROVENANCE[str(claim.provenance)]
    out.append(
        f'<p class="sans quiet">Domain: {_domain(claim.domain)}.<br>'
        f"Statement {origin}: {prose(claim.source)}{foundations}</p>"
    )
    if entry.closed_forms:
        rows = "".join(
            f"<dt>{escape(role)}</dt><dd>{math(latex, display=True)}</dd>" for role, latex in entry.closed_forms.items()
        )
        out.append(_details("Closed forms", f"<dl>{rows}</dl>"))
    return "".join(out)


def _domain(domain: Domain) -> str:
    """The declared domain in the field's notation, quantifiers spelled out."""
    parts = []
    for axis in domain.axes:
        if isinstance(axis, Every):
            parts.append(f"{prose(axis.description)} ({escape(axis.name)})")
            continue
        low = r"-\infty" if axis.lo is None else str(axis.lo)
        high = r"\infty" if axis.hi is None else str(axis.hi)
        if low == high:
            latex = f"{axis.latex}={low}"
        elif isinstance(axis, Real):
            latex = rf"{axis.latex}\in{'(' if axis.open_lo else '['}{low},{high}{')' if axis.open_hi else ']'}"
        elif axis.hi is None:
            latex = rf"{axis.latex}\ge {low}" if axis.lo is not None else rf"{axis.latex}\in\mathbb{{Z}}"
        else:
            latex = rf"{axis.latex}\in\{{{low},\dots,{high}\}}"
        parts.append(math(latex))
    return "; ".join(parts) or "no free variable"


def _details(title: str, content: str, *, opened: bool = False) -> str:
    return f"<details{' open' if opened else ''}><summary>{title}</summary><div>{content}</div></details>"


def _seconds(value: Any) -> str:
    return f"{float(value):.2g} s" if value else ""


def _findings(record: Mapping[str, Any], path: str) -> str:
    findings = record.get("findings") or []
    entries = []
    for finding in findings:
        strength = escape(str(finding["strength"]))
        head = [
            f"<b>{escape(str(finding['engine']))}</b>",
            f'<span class="mark" data-tone="{strength}">{strength}</span>',
            escape(str(finding["verdict"])),
            escape(str(finding.get("part") or "")),
            escape(str(finding["scope"])),
            _seconds(finding.get("seconds")),
        ]
        lines = [" · ".join(part for part in head if part)]
        lines += [prose(str(finding[key])) for key in ("statement", "reason") if finding.get(key)]
        certificate = finding.get("certificate")
        if certificate:
            lines.append(
                f'<span class="quiet">Certificate: {_certificate(certificate)}, in full in {_code(path)}</span>'
            )
        entries.append('<div class="entry">' + "".join(f"<p>{line}</p>" for line in lines) + "</div>")
    if not entries:
        return ""
    noun = "finding" if len(entries) == 1 else "findings"
    return _details(f"{len(entries)} {noun}", "".join(entries))


def _certificate(certificate: Mapping[str, Any]) -> str:
    kind = str(certificate.get("kind", "data")).replace("_", " ")
    sizes = [f"{len(value)} {key}" for key, value in certificate.items() if isinstance(value, list) and len(value) > 1]
    return escape(", ".join([kind, *sizes]))


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _partners(entry: ClaimEntry) -> str:
    assert entry.record is not None
    partners = entry.record.get("refutations") or []
    reasons = {refutation.name: refutation.reason for refutation in entry.claim.refutations}
    entries = []
    for partner in partners:
        name = str(partner["name"])
        outcome = "rejected" if partner.get("rejected") else f"not rejected ({partner.get('verdict', 'no verdict')})"
        head = f"<b>{prose(name)}</b> · {escape(outcome)}"
        if partner.get("seconds"):
            head += f" · {_seconds(partner['seconds'])}"
        lines = [head]
        why = partner.get("must_fail_because") or reasons.get(name)
        if why:
            lines.append(f"Must fail: {prose(str(why))}")
        if partner.get("reason"):
            lines.append(prose(str(partner["reason"])))
        content = "".join(f"<p>{line}</p>" for line in lines)
        if partner.get("witness"):
            content += _witness(partner["witness"])
        entries.append(f'<div class="entry">{content}</div>')
    if not entries:
        return ""
    count, tried = rejected(entry.record)
    return _details(f"Wrong partners: {count} of {tried} rejected", "".join(entries))


def _witness(witness: Mapping[str, Any], claim_id: str = "") -> str:
    data = witness.get("data") or {}
    point = data.get("point", data)
    sides = f"{_short(witness.get('left'))} {witness.get('relation', '')} {_short(witness.get('right'))}"
    lines = f"{json.dumps(point, ensure_ascii=False)}\nleft {sides} right"
    content = f"<pre>{escape(lines)}</pre>"
    if witness.get("note"):
        content += f"<p>{prose(str(witness['note']))}</p>"
    if claim_id:
        content += f"<p>Printed as a script that runs by itself: {_code(f'plumbline witness {claim_id}')}</p>"
    return content


def _short(value: Any, limit: int = 60) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _rests_on(entry: ClaimEntry, known: Mapping[str, tuple[str, str]]) -> str:
    record = entry.record or {}
    names = dict.fromkeys([*entry.claim.rests_on, *(record.get("rests_on") or [])])
    if not names:
        return ""
    links = [
        f'<a href="{escape(known[name][0])}">{escape(known[name][1])}</a>' if name in known else escape(name)
        for name in names
    ]
    return f"<br>Rests on: {', '.join(links)}"


def _environment(record: Mapping[str, Any]) -> str:
    environment = dict(record.get("environment") or {})
    versions = environment.pop("versions", None) or {}
    rows = {
        "fingerprint": record.get("fingerprint"),
        "effort": record.get("effort"),
        "seed": record.get("seed"),
        "seconds": record.get("seconds"),
        **environment,
        "versions": ", ".join(f"{name} {version}" for name, version in versions.items()),
    }
    cells = [
        f"<dt>{escape(str(key))}</dt><dd>{escape(json.dumps(value) if isinstance(value, dict) else str(value))}</dd>"
        for key, value in rows.items()
        if value not in (None, "", {})
    ]
    return f"<dl>{''.join(cells)}</dl>"
