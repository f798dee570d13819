r"""LaTeX to MathML, for statements that are prose with ``$inline$`` and ``$$displayed$$`` mathematics.

The conversion is latex2mathml's. What it leaves undone is mended on the tree: alphabets become characters
(browsers ignore ``mathvariant``), limits move under their operators in displays, named functions get
their thin space. A fragment that does not convert cleanly is refused, never dropped.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from html import escape
from xml.etree import ElementTree

from plumbline.errors import InputError

_NAMESPACE = ' xmlns="http://www.w3.org/1998/Math/MathML"'
_VARIANTS = {
    "bold": "BOLD",
    "bold-italic": "BOLD ITALIC",
    "double-struck": "DOUBLE-STRUCK",
    "fraktur": "FRAKTUR",
    "script": "SCRIPT",
    "sans-serif": "SANS-SERIF",
    "monospace": "MONOSPACE",
}
_LIMITS = {"∑", "∏", "⋃", "⋂", "sup", "inf", "max", "min", "lim", "limsup", "liminf", "argmax", "argmin"}
_STACKED = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}
_FENCES = {"(", "[", "{", "|", "‖", "⟨", ")", "]", "}", "⟩", ",", "."}
_BINARY = {"+", "−", "±", "∓", "·", "×"}
_RELATIONS = {"=", "<", ">", "≤", "≥", "≠", "∈", "→"}
_REWRITES = (
    (re.compile(r"\\arg\s*\\(max|min)(?![a-zA-Z])"), r"\\operatorname{arg\1}"),
    (re.compile(r"\\operatorname\*"), r"\\operatorname"),
    (re.compile(r"\\[bB]igg?[lr]?\s*(?=\\[{}|])"), ""),  # MathML stretches fences by itself
    (re.compile(r"\\(begin|end)\{aligned\}"), r"\\\1{align*}"),
    (re.compile(r"\\(?:mathrm|textrm|mathit)\{([A-Za-z0-9 ]+)\}"), r"\\text{\1}"),
)
_QUADS = re.compile(r"\\q?quad(?![a-zA-Z])")
_DISPLAY_OR_INLINE = re.compile(r"(?<!\\)\$\$(.+?)(?<!\\)\$\$|(?<!\\)\$(.+?)(?<!\\)\$|`([^`]+)`", re.DOTALL)


@lru_cache(maxsize=4096)
def mathml(latex: str, display: bool = False) -> str:
    """The MathML element of a LaTeX formula; InputError names what could not be converted."""
    from latex2mathml.converter import convert

    source = latex.strip()
    for pattern, replacement in _REWRITES:
        source = pattern.sub(replacement, source)
    bare = re.sub(r"\\[{}\\]", "", source)
    if bare.count("{") != bare.count("}"):
        raise InputError(f"braces of the LaTeX fragment {latex!r} do not balance")
    try:
        markup = convert(source, display="block" if display else "inline")
        tree = ElementTree.fromstring(markup.replace(_NAMESPACE, "", 1).replace(">&<", ">&amp;<"))
    except Exception as error:  # the library raises classes of many bases, none of them ours
        raise InputError(f"LaTeX fragment {latex!r} does not convert: {error or type(error).__name__}") from error
    for element in tree.iter():
        text = element.text or ""
        if "\\" in text or (element.tag == "mi" and text in ("&", "{", "}", "$")):
            raise InputError(f"LaTeX fragment {latex!r} does not convert: {text!r} is left over")
    _mend(tree)
    _space(tree)
    tree.set("alttext", latex.strip())
    return ElementTree.tostring(tree, encoding="unicode", short_empty_elements=False)


def _mend(tree: ElementTree.Element) -> None:
    for parent in list(tree.iter()):
        _take_alphabet(parent)
        if parent.tag in _STACKED and len(parent) and (parent[0].text or "") in _LIMITS:
            parent[0].set("movablelimits", "true")
            parent.tag = _STACKED[parent.tag]
        for index in range(len(parent) - 1, -1, -1):
            name = _core(parent[index]).text or ""
            if not (name.isascii() and name.isalpha() and len(name) > 1):
                continue
            if _core(parent[index]).tag == "mo":
                _core(parent[index]).set("lspace", "0.12em")
                _core(parent[index]).set("rspace", "0em")
            following = parent[index + 1] if index + 1 < len(parent) else None
            named = _core(parent[index]).tag in ("mi", "mo")
            if named and parent.tag == "mrow" and following is not None and not _opens(following):
                parent.insert(index + 1, ElementTree.Element("mspace", width="0.167em"))


def _space(tree: ElementTree.Element) -> None:
    """Operators spaced as TeX spaces them: signs tight, fractions on the line tight, scripts tighter."""
    for parent in tree.iter():
        if parent.tag in ("msub", "msup", "msubsup"):
            for script in parent[1:]:
                for element in script.iter("mo"):
                    if element.text in _BINARY or element.text in _RELATIONS:
                        element.set("lspace", "0.08em")
                        element.set("rspace", "0.08em")
        before = None
        for element in parent:
            if element.text == "⧵":  # few fonts have it
                element.tag, element.text = "mo", "∖"
            if element.tag == "mo":
                if element.text == "∞":
                    element.tag = "mi"
                elif element.text == "/":
                    element.set("lspace", "0em")
                    element.set("rspace", "0em")
                elif element.text in _BINARY and _leads(before):
                    element.set("form", "prefix")
            before = element


def _leads(before: ElementTree.Element | None) -> bool:
    """Whether an operator after this one is a sign."""
    return before is not None and before.tag == "mo" and before.text not in (")", "]", "}", "|", "!")


def _core(element: ElementTree.Element) -> ElementTree.Element:
    while len(element) and element.tag in ("msub", "msup", "msubsup", "munder", "mover", "munderover"):
        element = element[0]
    return element


def _opens(element: ElementTree.Element) -> bool:
    """Whether no thin space belongs between a function's name and this."""
    if element.tag in ("mspace", "mo"):
        text = element.text or ""
        return element.tag == "mspace" or text in _FENCES or not text.isalpha()
    return element.tag == "mrow" and len(element) > 0 and _opens(element[0])


def _take_alphabet(element: ElementTree.Element) -> None:
    """Letters of other alphabets as characters; Greek capitals upright, as TeX sets them."""
    if element.tag == "mi" and len(element.text or "") == 1 and "Α" <= str(element.text) <= "Ω":
        element.set("mathvariant", "normal")
    variant = _VARIANTS.get(element.get("mathvariant", ""))
    text = element.text or ""
    if variant is None or len(text) != 1:
        return
    name = unicodedata.name(text, "").replace("GREEK ", "").replace("LATIN ", "").replace("LETTER ", "")
    older = variant.replace("FRAKTUR", "BLACK-LETTER")
    for candidate in (f"MATHEMATICAL {variant} {name}", f"{older} {name}"):
        try:
            element.text = unicodedata.lookup(candidate)
        except KeyError:
            continue
        del element.attrib["mathvariant"]
        return


def math(latex: str, display: bool = False) -> str:
    """The formula as MathML, or its LaTeX source in ``<code>`` where it cannot be converted.

    A display is divided at ``\\quad`` and ``\\qquad`` where its parts stand alone: a narrow page then puts
    them below each other.
    """
    for pieces in (_QUADS.split(latex), [latex]) if display else ([latex],):
        try:
            markup = "".join(mathml(piece, display) for piece in pieces if piece.strip())
        except InputError:
            continue
        return f'<span class="display">{markup}</span>' if display else markup
    return f'<code class="tex">{escape(latex.strip())}</code>'


def fragments(text: str) -> list[tuple[str, str]]:
    """Split prose into ``("text" | "inline" | "display" | "code", source)`` pieces, in order.

    A dollar sign without a partner, or behind a backslash, is text.
    """
    pieces: list[tuple[str, str]] = []
    position = 0
    for match in _DISPLAY_OR_INLINE.finditer(text):
        if match.start() > position:
            pieces.append(("text", text[position : match.start()]))
        kind = ("display", "inline", "code")[(match.lastindex or 1) - 1]
        pieces.append((kind, match.group(match.lastindex or 1)))
        position = match.end()
    if position < len(text):
        pieces.append(("text", text[position:]))
    return pieces


def prose(text: str) -> str:
    """Prose with mathematics as HTML that may stand inside a paragraph; a blank line becomes a break."""
    out: list[str] = []
    before = ""
    for kind, source in fragments(text.strip()):
        stop = re.match(r"[.,;:!?)\]]+", source) if kind == "text" and before == "inline" else None
        if stop:
            out[-1] = f'<span class="tied">{out[-1]}{stop.group()}</span>'
            source = source[stop.end() :]
        before = kind
        if kind == "text":
            out.append(re.sub(r"\n\s*\n", "<br><br>", escape(source.replace(r"\$", "$"), quote=False)))
        elif kind == "code":
            out.append(f"<code>{escape(source)}</code>")
        else:
            out.append(math(source, display=kind == "display"))
    return "".join(out)


def unconverted(text: str) -> list[str]:
    """The LaTeX fragments of the prose that cannot be converted."""
    failed = []
    for kind, source in fragments(text):
        if kind in ("inline", "display"):
            try:
                mathml(source, kind == "display")
            except InputError:
                failed.append(source)
    return failed
