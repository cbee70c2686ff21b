"""Markdown as the plain text whose numbers count: no code, no addresses, no exponents and indices of formulas."""

from __future__ import annotations

import re

MAX_CHARACTERS = 10_000  # of a text are looked at

_FENCE = re.compile(r"^ {0,3}(```|~~~).*?(?:^ {0,3}\1|\Z)", re.MULTILINE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_SUPERSCRIPT_TWO = re.compile(r"<sup>\s?2\s?</sup>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
_PICTURE_OR_LINK = re.compile(r"(!?)\[([^\[\]]{0,300})\]\([^()\n]{0,500}\)")
_ADDRESS = re.compile(r"https?://\S{1,500}")
_CODE = re.compile(r"`([^`\n]{1,200})`")
_ONLY_A_NUMBER = re.compile(r"\s?[-+−–]?[0-9][0-9.,]{0,20}\s?[A-Za-z²/% ]{0,24}")

_POWER_OF_TEN = re.compile(
    r"(?<=[0-9])\s?(?:\\times|\\cdot|×|·|x|\*)\s?10\s?(?:\^\s?\{?\s?([-−+]?)\s?([0-9]{1,2})\s?\}?|\*\*([0-9]{1,2}))"
)
_WORDS_IN_FORMULA = re.compile(r"\\(?:text|mathrm|mathit|mathbf|operatorname|rm|mbox)\s?\{([^{}]{0,80})\}")
_SYMBOLS = {r"\pm": "±", r"\approx": "≈", r"\times": "×", r"\cdot": "·", r"\%": "%", r"\sim": "≈", r"\to": " to "}
_SYMBOL = re.compile(r"\\(?:pm|approx|times|cdot|sim|to)(?![A-Za-z])|\\%")
_FORMULA_SPACE = re.compile(r"\\[,;:! ]|\\q?quad(?![A-Za-z])")
_EXPONENT_TWO = re.compile(r"\^\s?(?:2(?![0-9])|\{\s?2\s?\})")
_RAISED_OR_LOWERED = re.compile(r"([\^_])(?:\{[^{}]{0,80}\}|[-−+]?[0-9]{1,3}(?![0-9]))")
_COMMAND = re.compile(r"\\[A-Za-z]{1,20}")

_SQUARE_IN_CODE = re.compile(r"(?<=s)\s?\*\*\s?2(?![0-9])")
_TIMES = re.compile(r"(?<=[0-9]) ?\*(?=[A-Za-z(])|(?<=\s)\*(?=\s)")
_MARKS = re.compile(r"\*{1,3}|__|(?<![A-Za-z0-9])_(?=\S)|(?<=\S)_(?![A-Za-z0-9])|[${}]")
_LIST_MARK = re.compile(r"^[ \t>]{0,12}(?:[-+*•]\s|[0-9]{1,2}[.)]\s)", re.MULTILINE)


def plain(text: str) -> str:
    """The beginning of ``text`` as a reader sees it, as far as numbers go."""
    text = text[:MAX_CHARACTERS].replace("\r", "")
    text = _COMMENT.sub(" ", _FENCE.sub(" ", text))
    text = _TAG.sub(" ", _SUPERSCRIPT_TWO.sub("²", text))
    text = _PICTURE_OR_LINK.sub(lambda found: " " if found[1] else found[2], text)
    text = _ADDRESS.sub(" ", text)
    text = _CODE.sub(lambda found: found[1] if _ONLY_A_NUMBER.fullmatch(found[1]) else " ` ", text)
    text = _LIST_MARK.sub(" ", _formulas(text))
    return _MARKS.sub("", _TIMES.sub(" · ", _SQUARE_IN_CODE.sub("²", text)))


def _formulas(text: str) -> str:
    """LaTeX as text; what stands raised or lowered leaves a mark, so that its base is no number either."""
    text = _POWER_OF_TEN.sub(_with_exponent, text)
    text = _WORDS_IN_FORMULA.sub(r" \1 ", text)
    text = _SYMBOL.sub(lambda found: _SYMBOLS[found[0]], text)
    text = _FORMULA_SPACE.sub(" ", text)
    text = _EXPONENT_TWO.sub("²", text)
    text = _RAISED_OR_LOWERED.sub(lambda found: "^" if found[1] == "^" else "", text)
    return _COMMAND.sub(" ` ", text)


def _with_exponent(found: re.Match[str]) -> str:
    sign = "-" if found[1] in ("-", "−") else ""
    return f"e{sign}{found[2] or found[3]}"
