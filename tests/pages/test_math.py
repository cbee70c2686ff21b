"""Formulas: what the library makes of them is not trusted, and it is not needed either."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement

import pytest

from autograder.pages import formulas
from autograder.pages.formulas import marked, with_formulas


def tree(tag: str, text: str = "", **attributes: str) -> Element:
    """What the library returns for a formula: one element in a ``<math>``."""
    root = Element("math")
    SubElement(root, tag, attributes).text = text
    return root


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Element]]:
    """Stands for the library; the test puts into the list what it returns."""
    returned: list[Element] = []
    monkeypatch.setattr(formulas, "converter", lambda: lambda _tex, display: returned[-1] if display else None)
    formulas._body.cache_clear()
    yield returned
    formulas._body.cache_clear()


WRITTEN = {
    "letter": (tree("mi", "&#x003B2;"), "<mi>β</mi>"),
    "relation": (tree("mo", "&#x0003C;"), "<mo>&lt;</mo>"),
    "text with markup": (tree("mtext", "<script>"), "<mtext>&lt;script&gt;</mtext>"),
    "escaped markup": (tree("mtext", "&lt;script&gt;"), "<mtext>&lt;script&gt;</mtext>"),
    "twice escaped markup": (tree("mtext", "&amp;lt;script"), "<mtext>&amp;lt;script</mtext>"),
    "another tag": (tree("script", "pwned()"), "<mrow>pwned()</mrow>"),
    "link": (tree("mrow", "x", href="javascript:pwned()"), "<mrow>x</mrow>"),
    "style and class": (tree("mrow", "x", style="position:fixed", **{"class": "modal"}), "<mrow>x</mrow>"),
    "handler": (tree("mi", "x", onclick="pwned()"), "<mi>x</mi>"),
    "value that breaks out": (tree("mo", "(", form='"><script>'), "<mo>(</mo>"),
    "space": (tree("mspace", width="1em"), '<mspace width="1em"></mspace>'),
    "space backwards": (tree("mspace", width="-50em"), "<mspace></mspace>"),
    "wide space": (tree("mspace", width="900em"), "<mspace></mspace>"),
    "script letter": (tree("mi", "N", mathvariant="script"), "<mi>𝒩</mi>"),
    "script letter with another name": (tree("mi", "B", mathvariant="script"), "<mi>ℬ</mi>"),
    "bold Greek": (tree("mi", "&#x003B2;", mathvariant="bold-italic"), "<mi>𝜷</mi>"),
    "upright": (tree("mi", "S", mathvariant="normal"), '<mi mathvariant="normal">S</mi>'),
    "stretchy": (tree("mo", "(", stretchy="false"), '<mo stretchy="false">(</mo>'),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_only_structure_and_text_are_written(name: str, library: list[Element]) -> None:
    given, written = WRITTEN[name]
    library.append(given)
    shown = with_formulas(marked("x", display=False))
    annotation = '<annotation encoding="application/x-tex">x</annotation>'
    assert shown == f'<math display="inline"><semantics><mrow>{written}</mrow>{annotation}</semantics></math>'


@pytest.mark.parametrize("text", [r"\undefined", "&"])
def test_unknown_command_shows_the_source(text: str, library: list[Element]) -> None:
    library.append(tree("mi", text))
    assert with_formulas(marked("<x>", display=True)) == '<span class="tex-display">&lt;x&gt;</span>'


@pytest.mark.parametrize("error", [RecursionError, KeyError, ValueError])
def test_failing_library_shows_the_source(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(tex: str, display: str) -> Element:
        raise error(tex, display)

    monkeypatch.setattr(formulas, "converter", lambda: fails)
    formulas._body.cache_clear()
    assert with_formulas(marked("a", display=False)) == '<span class="tex">a</span>'


def test_missing_library_shows_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formulas, "converter", lambda: None)
    formulas._body.cache_clear()
    assert with_formulas(marked(r"\beta", display=False)) == '<span class="tex">\\beta</span>'


@pytest.mark.parametrize(
    "tex", [r"\newcommand{\a}{bb}\a", r"\def\a{b}\a", r"\DeclareMathOperator{\a}{b}", r"\let\a\b", "x" * 5_000]
)
def test_definitions_and_long_formulas_do_not_reach_the_library(tex: str, library: list[Element]) -> None:
    """A few definitions that use each other can fill any memory."""
    library.append(tree("mi", "x"))
    assert with_formulas(marked(tex, display=False)).startswith('<span class="tex">')
