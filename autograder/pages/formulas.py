"""Formulas as MathML, which browsers show by themselves: no script, no font, nothing to load.

latex2mathml reads the TeX. Its result is not trusted (it passes on links, styles and unescaped text): only the
structure of it is written out again. Where it is not installed, or does not understand a formula, readers see the TeX.
"""

from __future__ import annotations

import importlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from html import unescape
from xml.etree.ElementTree import Element

from markupsafe import Markup, escape

from autograder.pages.html import attributes_of

_MAX_TEX = 4_000  # characters of one formula
_MAX_FORMULAS = 500  # in one text

_TAGS = frozenset(
    "mrow mi mo mn ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mtable mtr mtd mstyle "
    "mphantom mmultiscripts mprescripts none".split()
)
_ATTRIBUTES = frozenset(
    "accent accentunder columnalign columnspacing rowspacing displaystyle scriptlevel fence form largeop movablelimits "
    "separator stretchy linethickness lspace rspace mathcolor".split()
)
_VALUE = re.compile(r"[a-z ]{1,40}|#[0-9A-Fa-f]{3,8}|[0-9]{1,2}(?:\.[0-9]{1,3})?(?:em|ex|px|pt|%)?")
_WIDTH = re.compile(r"[0-4](?:\.[0-9]{1,3})?em")
_MARKED = re.compile(r'<span class="tex(?P<display>-display)?">(?P<tex>[^<]*)</span>')
_ALIGNED = re.compile(r"\\(begin|end)\{(?:aligned|align|eqnarray\*?|gathered|gather\*?|split|multline\*?)\}")
_NUMBERING = re.compile(r"\\(?:label|tag)\*?\{[^{}]*\}|\\(?:nonumber|notag)\b")
_DEFINITION = re.compile(
    r"\\(?:(?:re)?newcommand|(?:re)?newenvironment|providecommand|[egx]?def|let|DeclareMathOperator)"
)
_STYLES = {
    "bold": "BOLD",
    "bold-italic": "BOLD ITALIC",
    "double-struck": "DOUBLE-STRUCK",
    "fraktur": "FRAKTUR",
    "script": "SCRIPT",
    "sans-serif": "SANS-SERIF",
    "monospace": "MONOSPACE",
}

_MATH = Markup(
    '<math display="{}"><semantics>{}<annotation encoding="application/x-tex">{}</annotation></semantics></math>'
)

Converter = Callable[..., Element]


class NotUnderstood(Exception):
    """The formula has something that cannot be shown as MathML; its TeX has to do."""


def marked(tex: str, *, display: bool) -> str:
    """HTML that marks a formula and survives :func:`autograder.pages.html.clean`.

    Args:
        tex: the formula, without dollars; it is escaped.
        display: whether it stands in a line of its own.
    """
    return str(Markup('<span class="{}">{}</span>').format("tex-display" if display else "tex", tex.strip()))


def with_formulas(html: str) -> str:
    """Sanitized HTML with its marked formulas as MathML.

    Sanitized HTML writes no ``<`` and no ``"`` inside a text or an attribute, so that only real tags match here.
    """
    return _MARKED.sub(lambda found: _formula(unescape(found["tex"]), found), html, count=_MAX_FORMULAS)


def _formula(tex: str, found: re.Match[str]) -> str:
    display = "block" if found["display"] else "inline"
    try:
        body = _body(tex, display)
    except NotUnderstood:
        return found[0]
    return str(_MATH.format(display, body, tex))


@lru_cache(maxsize=4_096)
def _body(tex: str, display: str) -> Markup:
    convert = converter()
    if convert is None or len(tex) > _MAX_TEX or _DEFINITION.search(tex):  # a few definitions can fill any memory
        raise NotUnderstood(tex)
    try:
        tree = convert(_ALIGNED.sub(r"\\\1{align*}", _NUMBERING.sub("", tex)), display=display)
        return _element("mrow", Markup("").join(_written(node) for node in tree))
    except NotUnderstood:
        raise
    except (Exception, RecursionError) as error:  # the library raises whatever its input leads it to
        raise NotUnderstood(tex) from error


@lru_cache(maxsize=1)
def converter() -> Converter | None:
    """TeX to a tree of MathML, ``None`` where latex2mathml is not installed."""
    try:
        convert: Converter = importlib.import_module("latex2mathml.converter").convert_to_element
    except ImportError:
        return None
    return convert


def _written(node: Element) -> Markup:
    """``node`` with allowed tags, attributes and escaped text only."""
    text = unescape(node.text or "")
    if text.startswith("\\") or text == "&":
        raise NotUnderstood(text)  # a command or an alignment that the library does not know
    text = "".join(_styled(letter, node.get("mathvariant", "")) for letter in text)
    content = escape(text) + Markup("").join(_written(child) for child in node)
    if node.tag not in _TAGS:
        return _element("mrow", content)
    return _element(node.tag, content, _attributes(node))


def _element(tag: str, content: Markup, attributes: Mapping[str, str] | None = None) -> Markup:
    """``tag`` is one of ours: nothing but letters."""
    if not attributes:
        return Markup("<{0}>{1}</{0}>").format(tag, content)
    return Markup("<{0} {2}>{1}</{0}>").format(tag, content, attributes_of(attributes))


def _attributes(node: Element) -> dict[str, str]:
    kept = {name: value for name, value in node.items() if name in _ATTRIBUTES and _VALUE.fullmatch(value)}
    width = node.get("width", "")
    if node.tag == "mspace" and _WIDTH.fullmatch(width):
        kept["width"] = width
    if node.tag == "mi" and node.get("mathvariant") == "normal":
        kept["mathvariant"] = "normal"
    return dict(sorted(kept.items()))


def _styled(letter: str, variant: str) -> str:
    """``letter`` in a mathematical alphabet: browsers know the letters, but not the attribute that asks for them."""
    if variant not in _STYLES:
        return letter
    name = unicodedata.name(letter, "").replace("LATIN ", "").replace("GREEK ", "").replace(" LETTER", "")
    for candidate in (f"MATHEMATICAL {_STYLES[variant]} {name}", f"{_STYLES[variant]} {name}"):
        try:
            return unicodedata.lookup(candidate)
        except KeyError:
            continue
    return letter
