"""Markdown of students, TAs and instructors as HTML that is safe to show."""

from __future__ import annotations

import functools
import re
import secrets
from collections.abc import Mapping
from html import unescape
from typing import Any
from urllib.parse import unquote

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.pages.formulas import marked, with_formulas
from autograder.pages.html import attributes_of, clean, picture, preformatted
from autograder.pages.time import shown_in_time

MAX_MARKDOWN = 50_000  # characters of one text
_MAX_HIGHLIGHTED = 20_000  # characters of one piece of code
_KEPT, _MAX_KEPT = 256, 10_000  # texts whose HTML is kept, each of so many characters at most
_LANGUAGES = frozenset({"python", "python3", "py", "r", "bash", "sh", "console", "json", "sql"})
_SHOWN_ADDRESS = re.compile(r"(?:https?://|mailto:)\S{1,500}", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")

Attachments = Mapping[str, Mapping[str, Any]]


@pass_context
def markdown2html(context: Context, source: str) -> str:
    """Takes the place of nbconvert's filter of this name in templates."""
    cell = context.get("cell") or {}
    return as_html(str(source or ""), cell.get("attachments") or {})


def as_html(source: str, attachments: Attachments | None = None) -> str:
    """Markdown as sanitized HTML, with formulas and attached pictures.

    Args:
        source: Markdown; a text over :data:`MAX_MARKDOWN` characters is shown as it is.
        attachments: name → MIME type → base64, as a notebook's cell holds them.
    """
    if len(source) > MAX_MARKDOWN:
        return preformatted(source)
    if attachments or len(source) > _MAX_KEPT:
        return shown_in_time(source, lambda: _as_html(source, attachments or {}))
    return shown_in_time(source, lambda: _kept(source))


@functools.lru_cache(_KEPT)  # most texts of a notebook are the assignment's, and in every page of a class
def _kept(source: str) -> str:
    return _as_html(source, {})


def _as_html(source: str, attachments: Attachments) -> str:
    renderer = SafeRenderer(attachments)
    try:
        html = MarkdownWithMath(renderer=renderer).render(source)
    except Exception:  # a parser that gives up on a student's text must not cost the page
        return preformatted(source)
    return renderer.with_pictures(with_formulas(clean(html)))


def highlight_code(source: str, language: str | None = None, metadata: object = None) -> str:
    """Takes the place of nbconvert's filter of this name: code cells are Python, whatever a notebook's metadata say."""
    del language, metadata
    language = "ipython3" if len(source) <= _MAX_HIGHLIGHTED else ""
    return shown_in_time(source, lambda: (_highlighted if len(source) > _MAX_KEPT else _kept_code)(source, language))


@functools.lru_cache(_KEPT)  # likewise
def _kept_code(source: str, language: str) -> str:
    return _highlighted(source, language)


def unchanged(text: str) -> str:
    """Takes the place of nbconvert's ``strip_files_prefix``, which edits HTML after it has been made safe."""
    return text


class SafeRenderer(IPythonRenderer):
    """nbconvert's Markdown, without links, without addresses to load pictures from, and with marked formulas."""

    def __init__(self, attachments: Attachments) -> None:
        super().__init__(escape=False, exclude_anchor_links=True)
        self._attached = attachments
        self._pictures: dict[str, str] = {}
        self._secret = secrets.token_hex(8)

    def with_pictures(self, html: str) -> str:
        """Puts attached pictures, which are too long to be sanitized, into sanitized HTML."""
        for token, data in self._pictures.items():
            html = html.replace(token, data)
        return html

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """The text of a link and its address, to be copied; there is nothing to click."""
        del title
        address = unescape(url).strip()
        if not _SHOWN_ADDRESS.fullmatch(address) or address in unescape(text):
            return text
        return text + Markup(' <span class="address">({})</span>').format(address)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """An attached picture; of any other, only the words beside it."""
        alt = unescape(_TAG.sub("", text)) or title or "picture"
        name = unquote(url.removeprefix("attachment:"))
        bundle = self._attached.get(name) if url.startswith("attachment:") else None
        for mime in _PICTURES if isinstance(bundle, Mapping) else ():
            data = bundle.get(mime) if isinstance(bundle, Mapping) else None
            if isinstance(data, str) and picture(mime, data, alt=""):
                token = f"{self._secret}{len(self._pictures):04d}"
                self._pictures[token] = "".join(data.split())
                return picture(mime, token, alt=alt)
        if url.startswith("data:"):
            return str(Markup("<img {}>").format(attributes_of({"src": url, "alt": alt})))
        return str(Markup("[{}: this picture is not part of the notebook and is not shown]").format(alt))

    def block_code(self, code: str, info: str | None = None) -> str:
        """Highlighted where the language is one that a course uses."""
        language = (info or "").strip().split(maxsplit=1)[:1]
        known = bool(language) and language[0] in _LANGUAGES and len(code) <= _MAX_HIGHLIGHTED
        return _highlighted(code, language[0] if known else "")

    def block_math(self, body: str) -> str:
        """A formula between ``$$``."""
        return marked(body, display=True)

    def inline_math(self, body: str) -> str:
        """A formula between ``$``."""
        return marked(body, display=False)

    def latex_environment(self, name: str, body: str) -> str:
        r"""A formula between ``\begin{…}`` and ``\end{…}``."""
        if name.rstrip("*") == "equation":
            return marked(body, display=True)
        return marked(f"\\begin{{{name}}}{body}\\end{{{name}}}", display=True)

    def task_list_item(self, text: str, checked: bool = False) -> str:
        """An item with a box to tick, as a character."""
        return str(Markup("<li>{} {}</li>\n").format("☑" if checked else "☐", Markup(text)))


def _highlighted(code: str, language: str) -> str:
    return str(Highlight2HTML()(code or " ", language or "text"))
