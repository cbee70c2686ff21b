"""The templates of whole pages and of fragments; everything put into them is escaped."""

from __future__ import annotations

import functools
import re

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup as Markup
from markupsafe import escape

from autograder.pages import TEMPLATES

_CODE = re.compile(r"`([^`\n]+)`")


def render(template: str, **values: object) -> Markup:
    """Fill in a template of the folder ``templates/pages``.

    Args:
        template: its name without ``.html.j2``.
        values: what it names; texts are escaped, :class:`~markupsafe.Markup` is not.

    Raises:
        jinja2.UndefinedError: the template names something that is not among them.
    """
    return Markup(_environment().get_template(f"pages/{template}.html.j2").render(**values))


def with_code(text: str) -> Markup:
    """``text``, escaped; what stands between backticks becomes code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))


def number(points: float) -> str:
    """Points as people write them: at most three decimals, no trailing zeros."""
    return f"{points:.3f}".rstrip("0").rstrip(".")


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {"with_code": with_code, "points": number, "markdown": _markdown}
    return environment


def _markdown(source: str) -> Markup:
    from autograder.pages.markdown import as_html

    return Markup(as_html(source))
