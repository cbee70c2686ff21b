"""What a page may hold, as a list of complaints about what it must not."""

from __future__ import annotations

import functools
import re
from collections import Counter

from bs4 import BeautifulSoup, Tag

_ACTIVE = (
    "script style link meta base form input button select textarea iframe frame frameset object embed applet svg "
    "video audio source track template noscript title area map marquee dialog portal"
).split()
_LOADING = (
    "src",
    "srcset",
    "href",
    "xlink:href",
    "action",
    "formaction",
    "poster",
    "background",
    "data",
    "ping",
    "cite",
)
_OPAQUE_PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/]+=*")
_STYLE = re.compile(
    r"(?:(?:background|border|caption|color|font|line|list|margin|max|min|opacity|padding|text|vertical|white|width)"
    r"[a-z-]*: [^:;()\\\"'@{}<>]*(?:rgba?\([^()]*\))?[^:;()\\\"'@{}<>]*(?:; |;?$))*"
)


def complaints(page: str, empty: str) -> list[str]:
    """What ``page`` has beyond ``empty``, a page without any student's content, and must not have."""
    return list((_notable(page) - _notable_of_empty(empty)).elements())


@functools.lru_cache(maxsize=4)  # the same for hundreds of pages
def _notable_of_empty(page: str) -> Counter[str]:
    return _notable(page)


def _notable(page: str) -> Counter[str]:
    # Without a tag, Beautiful Soup would warn that a text looks like an address.
    soup = BeautifulSoup(f"<body>{page}</body>", "html.parser")
    return Counter(_outline(tag) for tag in soup.find_all(True) if _is_notable(tag))


def _is_notable(tag: Tag) -> bool:
    return tag.name in _ACTIVE or any(_is_suspicious(tag, name, str(value)) for name, value in tag.attrs.items())


def _is_suspicious(tag: Tag, name: str, value: str) -> bool:
    if name.startswith("on") or name in ("id", "name", "srcdoc", "http-equiv", "target", "is", "usemap"):
        return (
            tag.find_parent(class_=["text", "output", "text_cell_render", "output_subarea"]) is not None
            or name[:2] == "on"
        )
    if name in _LOADING:
        return not _OPAQUE_PICTURE.fullmatch(value)
    if name == "style":
        return not _STYLE.fullmatch(value)
    return False


def _outline(tag: Tag) -> str:
    attributes = "".join(
        f' {name}="{" ".join(value) if isinstance(value, list) else value}"' for name, value in tag.attrs.items()
    )
    return f"<{tag.name}{attributes}>{tag.string or ''}"[:400]
