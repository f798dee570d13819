"""The report page: counts, escaping, structure, no network, and the filter in a real browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import report_sample as sample

from plumbline import catalogue, store
from plumbline.errors import InputError
from plumbline.nouns import Expects, Provenance
from plumbline.report import build_report, tally
from plumbline.report.build import closed_forms, figure_entries, lemmas
from plumbline.report.mathml import fragments, math, mathml, prose, unconverted
from plumbline.report.page import render
from plumbline.report.tally import ClaimEntry, Group, as_expected, group, rejected, resolution, words

VOID = {"meta", "link", "br", "img", "input", "hr"}
LOADING = {("link", "href"), ("img", "src"), ("script", "src"), ("iframe", "src"), ("object", "data")}


class Page(HTMLParser):
    """Tags in order, with the errors of a page whose tags do not balance."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.errors: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.errors.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        if "script" not in self.open and "style" not in self.open:
            self.text.append(data)

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] or "" for _, attributes in self.tags if "id" in attributes]


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return render(
        [sample.PAPER],
        sample.entries(),
        [sample.FIGURE],
        lemmas=sample.LEMMAS,
        constants=[sample.CONSTANT],
        colophon="Size quick",
    )


@pytest.fixture(scope="module")
def front(pages: dict[str, str]) -> str:
    return pages["index.html"]


@pytest.fixture(scope="module")
def html(pages: dict[str, str]) -> str:
    """The page of the sample paper."""
    return pages["sample.html"]


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


# Counting


def test_every_claim_is_counted_once() -> None:
    entries = sample.entries()
    counts = tally.tally(entries)
    assert sum(counts.values()) == len(entries)
    assert counts == {name: 2 if name is Group.CERTIFIED else 1 for name in Group}


def test_only_whole_coverage_counts_for_a_strength() -> None:
    claim = sample.claim("some")
    for coverage, expected in (("whole", Group.SYMBOLIC), ("part", Group.PART), ("instances", Group.PART)):
        record = sample.record(claim, "holds", "symbolic", coverage=coverage, scope="n=3")
        assert group(ClaimEntry(claim, record)) is expected


def test_only_a_statement_read_in_the_paper_is_violated_as_stated() -> None:
    groups = {
        origin: group(ClaimEntry(claim, sample.record(claim, "violated")))
        for origin in Provenance
        for claim in [sample.claim("some", provenance=origin)]
    }
    assert groups == {
        Provenance.SOURCE: Group.AS_STATED,
        Provenance.RECALLED: Group.AS_RECALLED,
        Provenance.DERIVED: Group.AS_DERIVED,
    }


def test_stale_evidence_gives_no_standing_but_says_what_it_was() -> None:
    claim = sample.claim("some")
    entry = ClaimEntry(claim, sample.record(claim, "holds", "formal"), stale=True)
    assert group(entry) is Group.STALE
    assert words(entry) == "stale (was: formal)"
    assert as_expected(entry) is None


def test_expectations() -> None:
    good, bad = sample.claim("good"), sample.claim("bad", expects=Expects.VIOLATED)
    assert as_expected(ClaimEntry(good, sample.record(good))) is True
    assert as_expected(ClaimEntry(bad, sample.record(bad))) is False
    assert as_expected(ClaimEntry(good, sample.record(good, "inconclusive"))) is None


@pytest.mark.parametrize(
    ("holds", "fails", "shown"),
    [
        (1.0, 1.000001, ("×1", "×1.000001")),
        (1.23456789, 1.24999999, ("×1.234567", "×1.25")),
        (0.99, 0.98000001, ("×0.99", "×0.98")),
        ("1/3", None, ("×0.333333", "")),
        (10.0, None, ("×10", "")),
        (None, None, ("", "")),
    ],
)
def test_resolution_is_rounded_so_that_neither_end_is_overstated(
    holds: Any, fails: Any, shown: tuple[str, str]
) -> None:
    assert resolution({"holds_up_to": holds, "rejected_from": fails}) == shown


def test_partners_are_counted() -> None:
    assert rejected({"refutations": [{"rejected": True}, {"rejected": False}]}) == (1, 2)
    assert rejected({}) == (0, 0)


# Mathematics


@pytest.mark.parametrize(
    ("latex", "part"),
    [
        (r"\mathcal R", "ℛ"),
        (r"\mathcal{T}_1", "𝒯"),
        (r"\boldsymbol{\theta}", "𝜽"),
        (r"\mathbb{1}[a]", "𝟙"),
        (r"\mathrm{d}w", "<mtext>d</mtext>"),
        (r"a<b", "<mo>&lt;</mo>"),
        (r"\log x", '<mi>log</mi><mspace width="0.167em"></mspace><mi>x</mi>'),
        (r"\log(x)", '<mi>log</mi><mo stretchy="false">(</mo>'),
        (r"\sup_{x} f", "<munder>"),
        (r"\operatorname*{argmin}_y h", "argmin"),
        (r"\arg\max_y h(x,y)", "argmax"),
        (r"A\setminus B", "<mo>∖</mo>"),
        (r"[0,\infty)", "<mi>∞</mi>"),
        (r"v=-s", '<mo form="prefix">−</mo>'),
        (r"(a)-s", "<mo>−</mo>"),
        (r"1/2", '<mo lspace="0em" rspace="0em">/</mo>'),
        (r"\begin{aligned}a&=b\\&=c\end{aligned}", "<mtable"),
        (r"\begin{cases}1&x>0\\0&x\le 0\end{cases}", "<mtable"),
        (r"\Delta", 'mathvariant="normal"'),
    ],
)
def test_latex_becomes_mathml(latex: str, part: str) -> None:
    assert part in mathml(latex)


@pytest.mark.parametrize("latex", [r"\nosuchcommand x", r"\frac{a", "a}", "x_", r"\left( x", "a & b"])
def test_latex_that_does_not_convert_is_refused_and_shown_as_source(latex: str) -> None:
    with pytest.raises(InputError, match="LaTeX fragment"):
        mathml(latex)
    assert math(latex) == f'<code class="tex">{latex.strip().replace("&", "&amp;")}</code>'
    assert unconverted(f"see ${latex}$ here") == [latex]


def test_prose_is_divided_into_text_and_mathematics() -> None:
    assert fragments(r"a $x$ b $$y$$ c `z` \$5") == [
        ("text", "a "),
        ("inline", "x"),
        ("text", " b "),
        ("display", "y"),
        ("text", " c "),
        ("code", "z"),
        ("text", r" \$5"),
    ]
    assert prose("$x$. Then $y$ is").startswith('<span class="tied"><math')
    assert prose("1 < 2 & $3, alone") == "1 &lt; 2 &amp; $3, alone"
    assert prose("one\n\ntwo `<b>`") == "one<br><br>two <code>&lt;b&gt;</code>"


def test_a_display_is_divided_where_its_parts_stand_alone() -> None:
    assert math(r"a=b,\qquad c=d", display=True).count("<math") == 2
    assert math(r"\begin{cases}1\quad&x>0\\0&x<0\end{cases}", display=True).count("<math") == 1


def test_all_mathematics_of_the_catalogue_converts() -> None:
    failed = {}
    for name in catalogue.paper_names():
        for claim in catalogue.claims(name):
            texts = [claim.title, claim.statement, claim.remark, claim.source, *claim.assumptions]
            texts += [*claim.constants, *claim.constants.values()]
            texts += [refutation.reason for refutation in claim.refutations]
            texts += [f"$${latex}$$" for latex in closed_forms(claim).values()]
            failed[claim.id] = [latex for text in texts for latex in unconverted(text)]
        failed[name] = unconverted(catalogue.paper(name).summary)
    failed["lemmas"] = [latex for lemma in lemmas() for latex in unconverted(lemma.statement)]
    assert failed, "the catalogue has no paper"
    assert {name: latex for name, latex in failed.items() if latex} == {}


# The page


@pytest.mark.parametrize("name", ["index.html", "sample.html"])
def test_tags_balance_and_anchors_resolve(pages: dict[str, str], name: str) -> None:
    parsed = {file: Page(text) for file, text in pages.items()}
    page = parsed[name]
    assert page.errors == []
    assert page.open == []
    assert [name for name, number in Counter(page.ids).items() if number > 1] == []
    targets = {attributes["href"] or "" for tag, attributes in page.tags if tag == "a"}
    home = "" if name == "sample.html" else "sample.html"
    assert {f"{home}#{entry.claim.id}" for entry in sample.entries()} <= targets
    for target in targets:
        file, _, anchor = target.partition("#")
        assert not anchor or anchor in parsed[file or name].ids, target
        assert not file or file in pages, target


@pytest.mark.parametrize("name", ["index.html", "sample.html"])
def test_nothing_is_loaded_from_anywhere(pages: dict[str, str], name: str) -> None:
    page = Page(pages[name])
    loaded = [attributes.get(name) or "" for tag, attributes in page.tags for at, name in LOADING if tag == at]
    loaded = [address for address in loaded if address]
    assert loaded and all(address.startswith("data:") for address in loaded)
    assert re.findall(r"https?://|@import|url\(", pages[name]) == []
    policy = next(attributes for _, attributes in page.tags if "http-equiv" in attributes)
    assert (policy["content"] or "").startswith("default-src 'none'")


def test_the_first_screen_states_the_counts(front: str) -> None:
    text = " ".join("".join(Page(front).text).split())
    head = text.split("Violated as stated", 1)[0]
    assert "Of 14 claims from 1 paper, 6 hold on the whole of their domain and 3 fail, with a witness." in head
    for name in Group:
        assert name.value in head
    assert "1formal" in head and "2certified" in head and "1stale" in head


def test_the_ledger_of_constants_links_every_value_to_its_claim(front: str) -> None:
    ledger = front.split('<section id="constants">', 1)[1].split("</section>", 1)[0]
    assert ledger.count('href="sample.html#sample.sharp.mae"') == 1
    assert ledger.count('href="sample.html#sample.bounded.n2"') == 1
    assert "A constant" in ledger


def test_the_assumption_matrix_shows_the_counterexample_or_says_that_none_is_known(front: str) -> None:
    matrix = front.split('<section id="assumptions">', 1)[1].split("</section>", 1)[0]
    rows = [row for row in matrix.split("<tr>") if "sample.h_consistency.logistic" in row]
    assert len(rows) == 2
    real = next(row for row in rows if "scores are real" in row)
    assert "fails: logarithm to base 2" in real and "0.04573 &lt; 0.0473" in real
    assert sum("not known to be needed" in row for row in rows) == 1
    assert matrix.count("<tr>") == 1 + 2 * len(sample.entries())


def test_failures_stand_in_tables_of_their_own(front: str) -> None:
    stated = front.split("<h2>Violated as stated</h2>", 1)[1].split("</section>", 1)[0]
    recalled = front.split("<h2>Fails as recalled</h2>", 1)[1].split("</section>", 1)[0]
    assert "sample.bounded.n2" in stated and "sample.bounded.n_ge_3" not in stated
    assert "sample.bounded.n_ge_3" in recalled and "sample.bounded.n2<" not in recalled
    assert "Compare with the paper before citing." in recalled
    assert "plumbline witness sample.bounded.n2" in stated and "<td>not known</td>" in stated
    assert "sample.sharp.mae</small>" in recalled.split("n_ge_3</small>", 1)[1].split("</tr>")[0]


def test_a_claim_shows_all_that_it_rests_on(html: str) -> None:
    article = html.split('<article class="claim" id="sample.h_consistency.logistic"', 1)[1].split("</article>")[0]
    text = " ".join("".join(Page("<p>" + article).text).split())
    for expected in (
        "holds, as expected",
        "coverage: whole",
        "holds up to ×1",
        "rejected from ×1.000001",
        "2 of 2 wrong partners rejected",
        "Section 3, main bound <recalled>",
        "Statement recalled, not compared with the paper",
        "Domain: n≥2; β∈[0,1]; every law on n labels (distribution).",
        "Rests on: sample.def.tsallis, Jensen's inequality",
        "interval · certified · holds",
        "Certificate: box cover, 132 pieces",
        "five per cent too strong · rejected · 0.05 s",
        "left 0.04573 < 0.0473 right",
        "fingerprint8b1f0c55aa90",
        "python-flint 0.9.0",
    ):
        assert expected in text, expected
    assert "<h4>Assumptions</h4>" in article and "<h4>Constants</h4>" in article
    assert article.count("<math") >= 8


def test_partial_standing_names_its_scope_and_a_partner_that_passes_is_shown() -> None:
    claim = sample.claim("some", refutations=sample.PARTNERS)
    record = sample.record(claim, coverage="part", scope="n=3")
    record["refutations"][0] |= {"rejected": False, "verdict": "holds", "reason": "accepted"}
    pages = render([sample.PAPER], [ClaimEntry(claim, record)])
    text = pages["sample.html"]
    assert "certified on n=3" in text
    assert "not rejected (holds)" in text and "1 of 2 wrong partners rejected" in text
    assert "<b>0 hold on the whole of their domain</b>" in pages["index.html"]


def test_text_from_claims_and_evidence_is_escaped() -> None:
    evil = "<script>alert(1)</script>\"'&"
    claim = sample.claim("evil", title=evil, statement=evil, source=evil, remark=evil, assumptions=(evil,))
    record = sample.record(
        claim, "violated", reason=evil, scope=evil, witness={**sample.WITNESS, "note": evil, "left": evil}
    )
    record["findings"] = [sample.finding(statement=evil, reason=evil, scope=evil)]
    record["environment"] = {"commit": evil}
    figure = sample.FIGURE.__class__(id="sample.f", title=evil, caption=evil, png=b"x", pdf=evil, command=evil)
    pages = render([sample.PAPER], [ClaimEntry(claim, record, False, {evil: "x"})], [figure], colophon=evil)
    for text, least in ((pages["sample.html"], 10), (pages["index.html"], 4)):
        parsed = Page(text)
        assert parsed.errors == []
        assert sum(tag == "script" for tag, _ in parsed.tags) == 1
        assert "".join(parsed.text).count("<script>alert(1)") >= least


def test_lemmas_are_listed_where_evidence_rests_on_them(page: Page) -> None:
    text = "".join(page.text)
    assert "lemma:jensen" in page.ids and "a book" in text
    assert "A lemma that nothing rests on" not in text


def test_figures_are_embedded_with_caption_and_command(html: str, page: Page) -> None:
    pictures = [attributes["src"] or "" for tag, attributes in page.tags if tag == "img"]
    assert len(pictures) == 1 and pictures[0].startswith("data:image/png;base64,iVBOR")
    caption = html.split("<figcaption>", 1)[1].split("</figcaption>", 1)[0]
    assert sample.FIGURE.command in caption and sample.FIGURE.pdf in caption
    assert "worst instances found by search" in caption


def test_an_empty_catalogue_gives_a_page() -> None:
    parsed = Page(render([], [])["index.html"])
    assert parsed.errors == []
    assert "Of 0 claims from 0 papers" in "".join(parsed.text)


# The built report


def test_the_report_of_the_catalogue_is_written(tmp_path: Path) -> None:
    folder = store.folder("quick", "figures", tmp_path) / "comp_sum"
    folder.mkdir(parents=True)
    facts = {"figure": "comp_sum.drawn", "title": "Drawn", "caption": "A caption.", "claims": {}, "seed": 3}
    (folder / "drawn.json").write_text(json.dumps(facts))
    (folder / "drawn.png").write_bytes(sample.PIXEL)
    path = build_report("quick", results=tmp_path)
    assert path == tmp_path / "quick" / "report" / "index.html"
    assert f"{len(catalogue.all_claims())}unchecked" in "".join(Page(path.read_text(encoding="utf-8")).text)
    for name in catalogue.paper_names():
        parsed = Page((path.parent / f"{name}.html").read_text(encoding="utf-8"))
        assert parsed.errors == []
        assert {claim.id for claim in catalogue.claims(name)} <= set(parsed.ids)
    parsed = Page((path.parent / "comp_sum.html").read_text(encoding="utf-8"))
    text = "".join(parsed.text)
    assert f"--force {folder / 'drawn.pdf'}" in text
    assert "../figures/comp_sum/drawn.pdf" in [attributes.get("href") for _, attributes in parsed.tags]
    assert figure_entries("comp_sum", "quick", tmp_path)[0].provenance == {"seed": 3}


def test_bad_requests_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="size must be one of quick, full"):
        build_report("huge", results=tmp_path)
    with pytest.raises(InputError, match="cannot write"):
        build_report("quick", tmp_path, results=tmp_path)
    assert list(tmp_path.iterdir()) == []


# In a browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def browse(path: Path, profile: Path, fragment: str = "", *, width: int = 390) -> tuple[str, str]:
    """The document after its script ran, and the browser's log."""
    assert CHROMIUM is not None
    quiet = ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    done = subprocess.run(
        [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", *quiet,
            f"--user-data-dir={profile}", f"--window-size={width},900", "--enable-logging=stderr", "--v=0",
            "--dump-dom", f"{path.as_uri()}{fragment}",
        ],
        capture_output=True, text=True, timeout=90, check=True,
    )  # fmt: skip
    return done.stdout, done.stderr


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: the page is not opened in a browser")
def test_the_page_works_in_a_browser(html: str, tmp_path: Path) -> None:
    path = tmp_path / "index.html"
    path.write_text(html, encoding="utf-8")
    document, log = browse(path, tmp_path / "profile", "#q=mae&standing=certified")
    assert "CONSOLE" not in log, log
    articles = [attributes for tag, attributes in Page(document).tags if tag == "article"]
    assert [item["id"] for item in articles if "hidden" not in item] == ["sample.sharp.mae"]
    assert len(articles) == 14
    assert "1 of 14 claims" in document
    document, log = browse(path, tmp_path / "profile", "#sample.sharp.mae")
    assert "CONSOLE" not in log, log
    assert not any("hidden" in attributes for tag, attributes in Page(document).tags if tag == "article")


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: the page is not opened in a browser")
def test_the_first_page_is_filtered_by_rows(front: str, tmp_path: Path) -> None:
    path = tmp_path / "index.html"
    path.write_text(front, encoding="utf-8")
    document, log = browse(path, tmp_path / "profile", "#q=mae&standing=certified")
    assert "CONSOLE" not in log, log
    rows = [attributes for tag, attributes in Page(document).tags if tag == "tr" and "data-group" in attributes]
    assert len(rows) == 14 and sum("hidden" not in row for row in rows) == 1
    assert "1 of 14 claims" in document


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: the page is not opened in a browser")
def test_the_log_of_the_browser_would_show_an_error(html: str, tmp_path: Path) -> None:
    path = tmp_path / "index.html"
    path.write_text(html.replace('"use strict";', "nosuchfunction();", 1), encoding="utf-8")
    _, log = browse(path, tmp_path / "profile")
    assert "CONSOLE" in log and "nosuchfunction" in log
