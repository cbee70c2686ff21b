"""The sanitiser by itself: styles, pictures, limits, and anything that can be put together from bad parts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.pages.html import clean, picture, style
from autograder.pages.markdown import as_html
from tests.pages.harmless import complaints
from tests.pages.payloads import PIXEL
from tests.processor_time import at_most

STYLES = {
    "color": ("color: Red", "color: Red"),
    "hexadecimal": ("background-color:#ff00aa80", "background-color: #ff00aa80"),
    "function of a color": ("color: rgba(1, 2, 3, 0.5)", "color: rgba(1, 2, 3, 0.5)"),
    "border": ("border: 1px solid rgb(1,2,3)", "border: 1px solid rgb(1,2,3)"),
    "several": ("text-align: right;; padding:2px 4px;", "text-align: right; padding: 2px 4px"),
    "width": ("width: 800px", "width: 800px"),
    "position": ("position: fixed; color: red", "color: red"),
    "z-index": ("z-index: 9", ""),
    "negative": ("margin: -9px", ""),
    "negative in a list": ("margin: 1px -9px", ""),
    "calculated": ("margin: calc(0px - 9px)", ""),
    "large": ("padding: 900px", ""),
    "large after a color": ("border: rgb(1,2,3) solid 900px", ""),
    "exponent": ("padding: 1e5px", ""),
    "relative font size": ("font-size: 30em", ""),
    "font size": ("font-size: 14px", "font-size: 14px"),
    "address": ("background: url(http://evil.test)", ""),
    "escaped name": ("p\\6fsition: fixed", ""),
    "escaped value": ("background: u\\72l(x)", ""),
    "comment": ("color: re/**/d", ""),
    "quotes": ("color: 'red'", ""),
    "important": ("color: red !important", ""),
    "variable": ("color: var(--x)", ""),
    "own property": ("--x: red", ""),
    "display": ("display: none", ""),
    "nothing": ("", ""),
}


@pytest.mark.parametrize("name", STYLES)
def test_styles_stay_in_their_box(name: str) -> None:
    given_style, kept = STYLES[name]
    assert style(given_style) == kept


PICTURES = {
    "png": ("image/png", PIXEL, True),
    "with line breaks": ("image/png", PIXEL[:20] + "\n" + PIXEL[20:], True),
    "page": ("text/html", PIXEL, False),
    "type that breaks out": ('image/png" onerror="pwned()', PIXEL, False),
    "data that break out": ("image/png", '"><script>', False),
    "no data": ("image/png", "", False),
}


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_pictures(name: str) -> None:
    mime, data, shown = PICTURES[name]
    assert bool(picture(mime, data, alt="x")) is shown


@pytest.mark.parametrize("size", ["", "0", "-1", "99999", "1 onload=pwned()", "1e3", "٣", None, True, 3.5, {"a": 1}])
def test_sizes_that_are_none_are_left_out(size: object) -> None:
    assert "width" not in picture("image/png", PIXEL, alt="", width=size)


PARTS = st.sampled_from(
    "< > </ /> = \" ' ` & ; : \0 \n <!-- --> --!> <![CDATA[ ]]> &lt; &quot; &#x6A; a b p i em x:x javascript: pwned() "
    "<script> </script> <style> </style> <svg> </svg> <math> </math> <mtext> <mglyph> <foreignObject> <title> </title> "
    "<textarea> </textarea> <noscript> </noscript> <template> <iframe <select> <table> <td> <form> </form> <plaintext> "
    "<img src=x:x onerror=pwned()> <p title=' <a href= <b style='position:fixed' $ $$ \\( [x]( ![y]( ) ``` | # > - "
    "attachment:a http://evil.test <details ontoggle=pwned() <span class='tex'> </span> \\href{ \\text{ }".split(" ")
)


@settings(max_examples=500)
@given(st.lists(PARTS, max_size=25).map("".join))
def test_no_combination_is_active_and_cleaning_twice_changes_nothing(html: str) -> None:
    """A second parser that reads the result finds what the first one wrote: there is no room for mutations."""
    once = clean(html)
    assert complaints(once, "") == []
    assert complaints(as_html(html), "") == []
    assert clean(once) == once


TANGLED = {
    "deep": "<div>" * 40_000,
    "lists": "<ul><li>" * 20_000,
    "never closed": "".join(f"<b title={number}>" for number in range(700)) + "<p>x</p>" * 2_000,
    "attributes": "<b " + " ".join(f"a{number}" for number in range(20_000)) + ">",
    "comments": "<!--" * 50_000,
    "tags that do not end": "<a" * 100_000,
    "long": "<p>words</p>" * 100_000,
}


@pytest.mark.parametrize("name", TANGLED)
def test_tangled_html_takes_no_time(name: str) -> None:
    with at_most(5):
        shown = clean(TANGLED[name])
    assert len(shown) < 2_000_000


MARKDOWN = {
    "brackets": "[" * 50_000,
    "links": "[a](" * 12_000,
    "pictures": "![" * 25_000,
    "quotations": ">" * 50_000,
    "lists": "- " * 25_000,
    "emphasis": "*a **a " * 7_000,
    "dollars": "$" * 49_999,
    "formulas": "$x$ " * 12_000,
    "code": "`" * 49_999,
    "angle brackets": "<" * 50_000,
    "tables": "|a" * 25_000 + "\n" + "|-" * 12_000,
    "references": "[a]: b\n" * 7_000,
}


@pytest.mark.parametrize("name", MARKDOWN)
def test_tangled_markdown_takes_no_time(name: str) -> None:
    with at_most(5):
        as_html(MARKDOWN[name])
