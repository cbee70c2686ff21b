"""The list of checks as a student reads it."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from autograder.checks import CheckResult, Status
from autograder.checks.describe import not_defined
from autograder.pages.checks import as_html, as_text
from autograder.values.views import Missing

RESULTS = (
    CheckResult("`slope`", Status.PASSED, 0.5, 0.5, got="10.47"),
    CheckResult("`model`", Status.PARTIAL, 0.125, 0.25, got="a fitted OLS model", hint="Call `.fit()`."),
    CheckResult(
        "the scatter plot", Status.FAILED, 0.0, 0.25, hint="No figure was drawn.", notes=("secret of the author",)
    ),
    CheckResult("the text", Status.UNSURE, 0.0, 0.0),
)


class Tags(HTMLParser):
    """The tags and the text of a fragment."""

    def __init__(self, fragment: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(fragment)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert all(name in ("class", "aria-hidden") for name, _ in attrs)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_plain_text() -> None:
    assert as_text(0.625, RESULTS) == "\n".join(
        [
            "0.625 of 1 points",
            "  ✓ `slope`: right, 0.5 of 0.5 points",
            "      Found: 10.47",
            "  ◐ `model`: partly right, 0.125 of 0.25 points",
            "      Found: a fitted OLS model",
            "      Hint: Call `.fit()`.",
            "  ✗ the scatter plot: not right, 0 of 0.25 points",
            "      Hint: No figure was drawn.",
            "  ? the text: a TA will look at it, 0 of 0 points",
        ]
    )


def test_html_says_the_same() -> None:
    page = Tags(as_html(0.625, RESULTS))
    assert set(page.tags) <= {"div", "p", "ul", "li", "strong", "span", "code", "br"}
    for words in ("0.625 of 1 points", "partly right", "not right", "a TA will look at it", "Call .fit().", "10.47"):
        assert words in page.text
    assert "<code>slope</code>" in as_html(0.625, RESULTS)


def test_notes_for_the_author_are_not_shown() -> None:
    assert "secret" not in as_html(0.625, RESULTS) + as_text(0.625, RESULTS)


def test_why_a_cell_stopped_is_told_once() -> None:
    why = "The answer cell of this part stopped with KeyError: 371."
    names = [
        CheckResult(f"`{name}`", Status.FAILED, 0.0, 1.0, "not defined", not_defined(Missing(name, why)))
        for name in ("effect", "p_value")
    ]
    other = CheckResult("`icc`", Status.FAILED, 0.0, 1.0, "not defined", not_defined(Missing("icc", "Another one.")))
    figure = CheckResult("the line", Status.FAILED, 0.0, 1.0, hint=f"No figure was drawn in this part. {why}")
    hints = [line.strip() for line in as_text(0.0, [*names, other, figure]).splitlines() if "Hint" in line]
    assert hints == [
        f"Hint: `effect` is not defined. {why}",
        "Hint: `p_value` is not defined, for the same reason.",
        "Hint: `icc` is not defined. Another one.",
        "Hint: No figure was drawn in this part, for the same reason.",
    ]


@given(st.text(), st.text(), st.text())
def test_everything_is_escaped(label: str, got: str, hint: str) -> None:
    result = CheckResult(
        label + "<script>", Status.FAILED, 0.0, 1.0, got + "<img src=x onerror=alert(1)>", hint + "`<b>`"
    )
    page = Tags(as_html(0.0, [result]))
    assert set(page.tags) <= {"div", "p", "ul", "li", "strong", "span", "code", "br"}
    assert page.open == []


def test_a_hint_on_a_right_answer_is_a_note_and_a_number_has_its_unit() -> None:
    right = CheckResult("`slope`", Status.PASSED, 1.0, 1.0, "10.47", "More digits would do no harm.", unit="ms per day")
    other = CheckResult("`slope`", Status.FAILED, 0.0, 1.0, "a list", "Give a number.", unit="ms per day")
    assert as_text(1.0, [right, other]).splitlines()[1:] == [
        "  ✓ `slope`: right, 1 of 1 points",
        "      Found: 10.47 ms per day",
        "      Note: More digits would do no harm.",
        "  ✗ `slope`: not right, 0 of 1 points",
        "      Found: a list",
        "      Hint: Give a number.",
    ]
    assert "Note: More digits" in as_html(1.0, [right])


def test_thirds_are_short() -> None:
    result = CheckResult("a", Status.PASSED, 1 / 3, 1 / 3)
    assert "0.333 of 0.333 points" in as_text(1 / 3, [result])
