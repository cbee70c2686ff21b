"""What honest notebooks show is still there, and looks like what it is."""

from __future__ import annotations

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup, Tag

from autograder.pages.formulas import converter
from tests.pages import pages
from tests.pages.payloads import PIXEL, Cells, code, html, markdown, output, svg

PAGES = {"feedback": pages.feedback, "formgrader": pages.formgrader}
FRAME = pd.DataFrame({"Days": [0, 1], "Reaction": [249.56, 258.7047]})
SUMMARY = (
    '<table class="simpletable"><caption>OLS Regression Results</caption>'
    "<tr><th>R-squared:</th><td>0.286</td></tr></table>"
)
CHECKS = """<div class="autograder-checks"><p><strong>0.5 of 1 points</strong></p><ul>
<li class="autograder-passed"><span aria-hidden="true">✓</span> <strong><code>slope</code></strong>: right<br>
Found: 10.47</li>
<li class="autograder-failed"><span aria-hidden="true">✗</span> <strong><code>intercept</code></strong>: not right</li>
</ul></div>"""


def stream(text: str, name: str = "stdout") -> Cells:
    return code(nbformat.v4.new_output("stream", text=text, name=name))


# name → cells, a selector, and the text of what it finds
HONEST: dict[str, tuple[Cells, str, str]] = {
    "data frame": (html(FRAME.to_html()), "table.dataframe td:nth-of-type(2)", "249.5600"),
    "data frame with its style": (
        html(f"<div><style scoped>.dataframe th {{vertical-align: top}}</style>{FRAME.to_html()}</div>"),
        "table.dataframe th",
        "",
    ),
    "summary of a model": (html(SUMMARY), "table.simpletable caption", "OLS Regression Results"),
    "spanning cells": (html("<table><tr><td colspan=2>wide</td></tr></table>"), "td[colspan='2']", "wide"),
    "colored cell": (
        html("<table><td style='color: red; width: 10em;'>x</td></table>"),
        "td[style='color: red; width: 10em']",
        "x",
    ),
    "checks passed": (html(CHECKS), ".autograder-checks li.autograder-passed strong", "slope"),
    "checks failed": (html(CHECKS), ".autograder-checks li.autograder-failed strong", "intercept"),
    "figure": (output("image/png", PIXEL + "\n"), f"img[src='data:image/png;base64,{PIXEL}']", ""),
    "figure with its size": (
        output("image/png", PIXEL, **{"image/png": {"width": 432, "height": 288}}),
        "img[width='432'][height='288']",
        "",
    ),
    "figure as svg": (output("image/svg+xml", svg("<circle r='3'/>")), "img[src^='data:image/svg+xml;base64,']", ""),
    "attached picture": (
        markdown("![my plot](attachment:a%20b.png)", {"a b.png": {"image/png": PIXEL}}),
        "img[alt='my plot'][src^='data:image/png']",
        "",
    ),
    "emphasis": (markdown("The slope is **10.5 ms** per day."), "strong", "10.5 ms"),
    "table": (markdown("| a | b |\n|---|--:|\n| 1 | 2 |"), "td[style='text-align: right']", "2"),
    "list": (markdown("- one\n- [x] two"), "li:nth-of-type(2)", "☑ two"),
    "heading": (markdown("## Results"), "h2", "Results"),
    "code in text": (markdown("use `smf.ols`"), "code", "smf.ols"),
    "code block": (markdown("```python\nimport numpy\n```"), ".highlight .kn", "import"),
    "quotation": (markdown("> Belenky et al."), "blockquote p", "Belenky et al."),
    "html in text": (markdown("<sub>i</sub> <details><summary>more</summary>x</details>"), "details summary", "more"),
    "address": (markdown("[the study](https://doi.org/10.1046/j)"), ".address", "(https://doi.org/10.1046/j)"),
    "comparison signs": (markdown("p < 0.05 & n > 3"), "p:-soup-contains('p < 0.05 & n > 3')", "p < 0.05 & n > 3"),
    "printed": (stream("Reaction = 251.41 + 10.47 <Days>\n"), "pre:-soup-contains('10.47 <Days>')", ""),
    "warning": (stream("ConvergenceWarning: …", "stderr"), "pre:-soup-contains('ConvergenceWarning')", ""),
    "colors of a traceback": (
        code(nbformat.v4.new_output("error", ename="NameError", evalue="x", traceback=["\x1b[31mNameError\x1b[0m: x"])),
        "pre .ansi-red-fg",
        "NameError",
    ),
    "error without a traceback": (
        code(nbformat.v4.new_output("error", ename="Run ended", evalue="time", traceback=[])),
        "pre:-soup-contains('Run ended: time')",
        "",
    ),
    "highlighted code": (code(source="import pandas as pd"), ".highlight .kn", "import"),
    "result": (
        code(nbformat.v4.new_output("execute_result", {"text/plain": "(180, 3)"}, execution_count=3)),
        "pre:-soup-contains('(180, 3)')",
        "(180, 3)",
    ),
    "raw cell": ([nbformat.v4.new_raw_cell("raw <words>")], "pre:-soup-contains('raw <words>')", "raw <words>"),
    "plain form of a script": (
        output("text/html", "<script>plot()</script>")
        + code(
            nbformat.v4.new_output("display_data", {"text/html": "<script>plot()</script>", "text/plain": "<Chart>"})
        ),
        "pre:-soup-contains('<Chart>')",
        "<Chart>",
    ),
}


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("name", HONEST)
def test_honest_content_survives(kind: str, name: str) -> None:
    cells, selector, text = HONEST[name]
    found = BeautifulSoup(PAGES[kind](cells), "html.parser").select_one(f":is(main, #notebook) {selector}")
    assert isinstance(found, Tag)
    assert text in found.get_text()


FORMULAS = [
    r"$y_{ij} = \beta_0 + \beta_1 x_{ij} + b_i + \varepsilon_{ij}$",
    r"$$\hat\beta_1 = \frac{\sum_k (x_k - \bar x)(y_k - \bar y)}{\sum_k (x_k - \bar x)^2}$$",
    r"\begin{equation}\varepsilon_k \sim \mathcal N(0, \sigma^2)\end{equation}",
]


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("formula", FORMULAS)
def test_formula_is_readable_and_keeps_its_source(kind: str, formula: str) -> None:
    """As MathML where latex2mathml is installed, as TeX where it is not; the TeX is in the page either way."""
    soup = BeautifulSoup(PAGES[kind](markdown(formula)), "html.parser")
    shown = soup.select("math annotation" if converter() else ".tex, .tex-display")
    tex = formula.strip("$").removeprefix(r"\begin{equation}").removesuffix(r"\end{equation}")
    assert [tag.get_text() for tag in shown] == [tex]
