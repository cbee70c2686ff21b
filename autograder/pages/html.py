"""HTML that a student wrote, made harmless to whoever reads it.

nh3 parses it as browsers do and writes out again only what the lists below allow: text, tables, pictures that lie in
the page itself, and styles that stay inside their box. Links are not among them: the formgrader runs with the rights
of its reader, and one click on a well-chosen address of the same server can be enough to act in their name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import nh3
from markupsafe import Markup

MAX_CHARACTERS = 200_000  # of one piece of HTML
_MAX_TAGS = 6_000
# Formatting tags that are never closed are opened again in every later paragraph: the product bounds what that yields.
_MAX_REOPENED = 1_000_000
_MAX_LENGTH = 40  # of a number in a style, whatever its unit
_MAX_WIDTH = 2_000  # px

TAGS = frozenset(
    "abbr b blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption figure "
    "h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strike strong sub summary sup "
    "table tbody td tfoot th thead tr tt u ul var wbr".split()
)
# Their content is no text for readers; of any other tag that is not allowed, the text is kept.
_DROPPED_WITH_CONTENT = frozenset(
    "applet audio canvas embed frameset iframe math noembed noframes noscript object plaintext script select style "
    "svg template textarea title video xmp".split()
)
_ATTRIBUTES = {
    "*": {"class", "style", "title", "lang", "dir", "align", "valign", "role", "aria-hidden", "aria-label"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start", "type"},
    "details": {"open"},
}
_CLASSES = frozenset(
    "dataframe simpletable tex tex-display address highlight "
    "autograder-checks autograder-passed autograder-partial autograder-failed autograder-unsure "
    "autograder-points autograder-found "
    # how Pygments calls the parts of highlighted code
    "bp c c1 ch cm cp cpf cs dl err esc fm g gd ge ges gh gi go gp gr gs gt gu hll il k kc kd kn kp kr kt l ld m mb mf "
    "mh mi mo n na nb nc nd ne nf ni nl nn no nt nv nx o ow p pm py s s1 s2 sa sb sc sd se sh si sr ss sx vc vg vi vm "
    "w x".split()
)
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}")
_IMG = re.compile(r"<img[^>]*>")
_ALT = re.compile(r' alt="([^"]*)"')
_WORD = re.compile(r"[A-Za-z-]{0,20}")
_START_TAG = re.compile(r"<[a-zA-Z]")
_FORMATTING_TAG = re.compile(r"<(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?![a-z0-9])", re.IGNORECASE)

# No property that moves a box out of its place, and none that can load or generate anything.
_PROPERTIES = frozenset(
    "background background-color border border-bottom border-collapse border-color border-left border-radius "
    "border-right border-spacing border-style border-top border-width caption-side color font-size font-style "
    "font-variant font-weight line-height list-style-type margin margin-bottom margin-left margin-right margin-top "
    "max-width min-width opacity padding padding-bottom padding-left padding-right padding-top text-align "
    "text-decoration text-indent text-transform vertical-align white-space width".split()
)
_NUMBER = r"\d+(?:\.\d+)?"
_VALUE = re.compile(
    rf"(?:(?:[a-zA-Z][a-zA-Z-]*|#[0-9a-fA-F]{{3,8}}|{_NUMBER}(?:px|em|rem|ex|ch|pt|%)?"
    rf"|(?:rgb|hsl)a?\([0-9.,%/ ]{{1,40}}\))(?:\s+|$)){{1,6}}"
)


def clean(html: str) -> str:
    """Sanitize HTML; what is too long or too deeply nested becomes plain text.

    Example:
        >>> clean('<b onclick="steal()">bold</b><script>steal()</script>')
        '<b>bold</b>'
    """
    if _too_complex(html):
        return preformatted(html)
    cleaned = _IMG.sub(_img, _CLEANER.clean(html))
    return cleaned if len(cleaned) <= 2 * len(html) + 1_000 else preformatted(html)


def preformatted(text: str) -> str:
    """``text`` in a ``<pre>``, escaped, shortened if necessary."""
    return str(Markup("<pre>{}</pre>").format(shortened(text)))


def shortened(text: str, limit: int = 100_000) -> str:
    """The beginning of ``text``, with a note of how much is missing.

    Args:
        text: of any length.
        limit: characters that are kept.
    """
    if len(text) <= limit:
        return text
    return f"{text[:limit]}\n… {len(text) - limit} more characters are not shown."


def picture(mime: str, data: str, *, alt: str, width: object = None, height: object = None) -> str:
    """An ``<img>`` that holds its picture, ``""`` where ``data`` is no base64 or ``mime`` no format of pictures.

    An SVG picture in an ``<img>`` runs no scripts and loads nothing.

    Args:
        mime: for example ``image/png``.
        data: base64.
        alt: what the picture shows, in words.
        width: in px, as a notebook's metadata say; ignored where it is no sensible number.
        height: likewise.
    """
    source = f"data:{mime};base64,{''.join(data.split())}"
    if not _PICTURE.fullmatch(source):
        return ""
    attributes = {"src": source, "alt": alt, "width": _pixels(str(width)), "height": _pixels(str(height))}
    kept = {name: value for name, value in attributes.items() if value or name == "alt"}
    return str(Markup("<img {}>").format(attributes_of(kept)))


def attributes_of(values: Mapping[str, str]) -> Markup:
    """Attributes of a tag, with their values escaped."""
    return Markup(" ").join(Markup('{}="{}"').format(name, value) for name, value in values.items())


def style(text: str) -> str:
    """The declarations of a ``style`` attribute that color, align, space or frame; ``""`` where none is left."""
    kept = []
    for declaration in text.split(";"):
        name, _, value = declaration.partition(":")
        name, value = name.strip().lower(), value.strip()
        if name in _PROPERTIES and _VALUE.fullmatch(value) and _moderate(name, value):
            kept.append(f"{name}: {value}")
    return "; ".join(kept)


def _moderate(name: str, value: str) -> bool:
    """Whether no number of ``value`` is so large that a box with it is a nuisance."""
    if name == "font-size" and re.search(r"em|%|larger", value):
        return False  # multiplies from box to box
    limit = {"width": _MAX_WIDTH, "min-width": _MAX_WIDTH, "max-width": _MAX_WIDTH, "font-weight": 1_000}
    without_colors = re.sub(r"\([^()]*\)|#\w+", "", value)
    return all(float(number) <= limit.get(name, _MAX_LENGTH) for number in re.findall(_NUMBER, without_colors))


def _too_complex(html: str) -> bool:
    tags = len(_START_TAG.findall(html))
    reopened = tags * len(_FORMATTING_TAG.findall(html))
    return len(html) > MAX_CHARACTERS or tags > _MAX_TAGS or reopened > _MAX_REOPENED


def _img(found: re.Match[str]) -> str:
    """A picture that has lost its source becomes the words for it; what nh3 wrote holds no ``>`` in an attribute."""
    if ' src="' in found[0]:
        return found[0]
    alt = _ALT.search(found[0])
    return f"[{alt[1]}]" if alt else ""


def _attribute(tag: str, name: str, value: str) -> str | None:
    """The value that an allowed attribute keeps; ``None`` drops it."""
    match name:
        case "class":
            kept = " ".join(word for word in value.split() if word in _CLASSES)
        case "style":
            kept = style(value)
        case "src":
            source = "".join(value.split())
            kept = source if tag == "img" and _PICTURE.fullmatch(source) else ""
        case "width" | "height":
            kept = _pixels(value)
        case "colspan" | "rowspan" | "start":
            kept = value if re.fullmatch(r"[0-9]{1,2}", value) else ""
        case "title" | "alt" | "aria-label":
            return value[:1_000]
        case _:
            return value if _WORD.fullmatch(value) else None
    return kept or None


def _pixels(value: str) -> str:
    return value if re.fullmatch(r"[0-9]{1,4}", value) and 0 < int(value) <= _MAX_WIDTH else ""


_CLEANER = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags=_DROPPED_WITH_CONTENT,
    attributes=_ATTRIBUTES,
    attribute_filter=_attribute,
    url_schemes={"data"},
    url_relative="deny",
    link_rel=None,
)
