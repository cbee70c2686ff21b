"""The page of all kinds of check, with a picture of what a student reads: ``python -m scripts.docs.every_check``.

Descriptions and examples are those of the docstrings, which the tests run.
"""

from __future__ import annotations

import doctest
import inspect
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder import pages

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE, PICTURES = DOCS / "every-check.md", DOCS / "pictures"
GROUPS = {
    "Numbers": "number count p_value log_likelihood simulated identifier",
    "Several numbers, tables": "shape table named named_table array rows effects",
    "Models and functions": "ols_model mixed_model function",
    "Texts, choices, conditions": "text choice that",
    "Data of one's own": "whose",
    "Figures": "histogram scatter line subject_lines lines pairs qq_plot caterpillar labels",
}
_HEAD = """\
# Every check

Each kind of check with an example and with what the student reads. In the examples, `trying` stands for the
submission: its arguments are what the student computed or drew; what is inside the block stands in the hidden tests of
a test cell. [Checks](checks.md) tells what all of them have in common. The page is generated from the docstrings
(`make docs-pages`), so that `help(checks.number)` says the same, with all parameters.
"""
_WIDTH = 620  # of a picture, in pixels


def examples() -> dict[str, tuple[str, str]]:
    """Kind of check → what it is for, and its example as one piece of code."""
    from autograder import Checks

    found = {}
    for name in " ".join(GROUPS.values()).split():
        text = inspect.getdoc(getattr(Checks, name)) or ""
        parts = doctest.DocTestParser().get_examples(text)
        found[name] = (" ".join(text.partition("\n\n")[0].split()), "".join(part.source for part in parts))
    return found


def page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_sections(examples())])


def _sections(known: dict[str, tuple[str, str]]) -> Iterator[str]:
    for group, names in GROUPS.items():
        yield f"## {group}\n"
        for name in names.split():
            about, code = known[name]
            yield f"### `{name}`\n\n{about.replace('``', '`')}\n\n```python\n{code.rstrip()}\n```\n"
            yield f'![What a student reads of `{name}`](pictures/{name}.png){{ width="{_WIDTH}" }}\n'


def feedback(code: str) -> str:
    """What a student would see of an example, as HTML."""
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt
    import pandas as pd

    import autograder
    from autograder.checks import right, wrong
    from autograder.grading import trying as module
    from autograder.pages.checks import as_html

    shown: list[str] = []
    module._show = lambda points, results, *_: shown.append(as_html(points, results))  # in place of printing
    plt.close("all")
    names: dict[str, Any] = {"plt": plt, "pd": pd, "right": right, "wrong": wrong}
    names |= {one: getattr(autograder, one) for one in autograder.__all__}
    exec(compile(code, "<example>", "exec"), names)
    return "".join(shown)


def draw() -> None:
    """Take a picture of each example's feedback."""
    from playwright.sync_api import sync_playwright

    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        view = browser.new_page(viewport={"width": _WIDTH, "height": 400}, device_scale_factor=1.5)
        for name, (_, code) in examples().items():
            view.set_content(f"<style>{_style()}</style><main id=shown>{feedback(code)}</main>")
            view.locator("#shown").screenshot(path=str(PICTURES / f"{name}.png"))
        browser.close()


def _style() -> str:
    """That of the feedback page."""
    templates = Path(pages.__file__).parent / "templates"
    sheets = [templates / "pages" / "palette.css", templates / "feedback" / "style.css"]
    return "".join(sheet.read_text("utf-8") for sheet in sheets) + "body { margin: 0; padding: 4px 8px; }"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    if "--text" not in sys.argv:
        draw()
