"""Scripting: code that would run in the browser of whoever reads the feedback."""

from __future__ import annotations

from tests.hostile.row import ALL, FULL, NOTHING, SOLVED, Document, Row, cell_of

CALL = "lmm_attack"  # what every payload calls
SCRIPTS = (
    f"<script>{CALL}(1)</script>",
    f"<img src=x onerror={CALL}(2)>",
    f"<svg onload={CALL}(3)><script>{CALL}(4)</script></svg>",
    f"<iframe srcdoc='<script>{CALL}(5)</script>'></iframe>",
    f"<a href='javascript:{CALL}(6)'>click</a>",
    f"[click](javascript:{CALL}(7))",
    f"![x](x){{onerror={CALL}(8)}}",
    f"<details open ontoggle={CALL}(9)>",
    f"<style>@import '//example.org/{CALL}';</style>",
    f"<form action='//example.org/{CALL}'><button>ok</button></form>",
    f"<object data='data:text/html,<script>{CALL}(10)</script>'></object>",
    f"<meta http-equiv=refresh content='0;url=//example.org/{CALL}'>",
    f"<base href='//example.org/{CALL}/'>",
    f"</textarea></script></title></style></template><script>{CALL}(11)</script>",
    f"<math><mtext><style><img src onerror={CALL}(12)></style></mtext></math>",
    f"<div style='position:fixed;top:0;background:url(//example.org/{CALL})'>",
    f"<link rel=stylesheet href='//example.org/{CALL}'>",
    f"![picture](//example.org/{CALL}.png)",
    f"<img srcset='//example.org/{CALL} 1x'>",
    f"<video autoplay src='//example.org/{CALL}'>",
)
FORMULAS = (
    rf"$\href{{javascript:{CALL}(20)}}{{x}}$",
    rf"$$\style{{background:url(//example.org/{CALL})}}{{x}}$$",
    rf"$\unicode{{x;y{CALL}}}$",
    rf"$\class{{{CALL}}}{{x}}$",
    rf"$\require{{html}}\cssId{{{CALL}}}{{x}}$",
    rf"$<img src=x onerror={CALL}(21)>$",
    rf"$$\text{{</script><script>{CALL}(22)</script>}}$$",
)

CODES = r"\x1b]0;mended\x07\x1b[2J\u202edone\n99 graded in 1.0 s"
IMAGE = f"<img src=x onerror={CALL}(31)>"


def written(*texts: str):
    """Edits the two written answers."""

    def edit(document: Document) -> None:
        for part in ("q3b-reflection", "q3c-reflection"):
            cell_of(document, part)["source"] = "\n\n".join(texts)

    return edit


def attached(document: Document) -> None:
    answer = cell_of(document, "q3b-reflection")
    answer["source"] = f'![x](attachment:a.svg) ![x](attachment:b.png) !["onerror={CALL}(30)](attachment:{IMAGE}.png)'
    answer["attachments"] = {
        "a.svg": {"image/svg+xml": f"<svg xmlns='http://www.w3.org/2000/svg' onload='{CALL}(32)'/>"},
        "b.png": {"image/png": f'"><script>{CALL}(33)</script>'},
        f"{IMAGE}.png": {
            "image/png": "iVBORw0KGgo=",
            "text/html": f"<script>{CALL}(34)</script>",
        },
    }


def claimed(document: Document) -> None:
    """Ids and names that come back in the notes of the grader."""
    for number, script in enumerate((*SCRIPTS, *FORMULAS)):
        document["cells"].append(
            {
                "cell_type": "code",
                "source": "1",
                "outputs": [],
                "execution_count": None,
                "id": f"c{number}",
                "metadata": {"nbgrader": {"grade_id": script[:60], "grade": True}},
            }
        )


DISPLAYED = f"""
from IPython.display import HTML, SVG, JSON, Javascript, Latex, Markdown, display
for script in {SCRIPTS!r}:
    display(HTML(script), Markdown(script), Latex(script)); print(script)
    kinds = ("text/html", "image/svg+xml", "text/latex", "text/markdown", "application/javascript", "text/x-unknown",
             "application/vnd.jupyter.widget-view+json")
    display(dict.fromkeys(kinds, script), raw=True)
for formula in {FORMULAS!r}: display(Markdown(formula), Latex(formula))
Javascript("{CALL}(40)")
"""

RAISED = f"""
kind = type("<script>{CALL}(50)</script>", (Exception,), {{}})
raise kind("<img src=x onerror={CALL}(51)> \\x1b]8;;javascript:{CALL}(52)\\x07click\\x1b]8;;\\x07 \\x1b[31m")
"""

DRAWN = f"""
import matplotlib.pyplot as plt
plt.plot([0, 9], [0, 9], label="<script>{CALL}(60)</script>"); plt.legend()
plt.xlabel("<img src=x onerror={CALL}(61)>"); plt.ylabel("`<svg onload={CALL}(62)>`")
plt.title("</li></ul><script>{CALL}(63)</script>")
plt.show()
"""

PNG = f"""
from IPython.display import display
import base64
for mime in ("image/png", "image/jpeg", "image/gif"):
    display({{mime: base64.b64encode(b"<svg onload={CALL}(70)>").decode()}}, raw=True)
    size = {{"width": "1\\" onerror=\\"{CALL}(71)"}}
    display({{mime: base64.b64encode(b"GIF89a/*").decode() + "\\n"}}, raw=True, metadata={{mime: size}})
"""

ROWS = (
    Row("written answers", "Markup of twenty kinds in the written answers.", edit=written(*SCRIPTS), says=NOTHING),
    Row("formulas", "Formulas that make links, styles and markup.", edit=written(*FORMULAS), says=NOTHING),
    Row(
        "attachments", "Attached pictures that are scripts, under names that are scripts.", edit=attached, says=NOTHING
    ),
    Row(
        "notes",
        "Ids of cells that come back in the grader's notes.",
        edit=claimed,
        says="which this assignment does not have",
    ),
    Row("outputs", "Outputs of every kind.", code={"q3a": DISPLAYED}, says=NOTHING),
    Row(
        "error",
        "An exception whose name and message are markup and escape sequences.",
        code={"q3a": RAISED},
        says="stopped with ",
    ),
    Row(
        "labels",
        "Labels that come back in the list of checks.",
        code={"q3c": DRAWN},
        earns=(0.0, 0.25),
        says="None of the lines asked for was found",
    ),
    Row("pictures", "Pictures that are markup.", code={"q3a": PNG}, says=NOTHING),
    Row(
        "comments in code",
        "Code and comments that end the page they stand in.",
        code={"": f"# </pre></script><script>{CALL}(80)</script>\n'''</textarea><img src=x onerror={CALL}(81)>'''"},
        solves=ALL,
        earns=FULL,
        says=SOLVED,
    ),
    Row(
        "file names",
        "File names that are markup, and pages to be opened from a link.",
        files={
            f"<img src=x onerror={CALL}(90)>.png": b"x",
            "click.html": f"<script>{CALL}(91)</script>".encode(),
            "click.svg": b"<svg onload=x>",
        },
        edit=written(
            "[click](click.html) ![x](click.svg) <a href='click.html'>click</a> <img src='file:///etc/passwd'>"
        ),
        says=NOTHING,
    ),
    Row(
        "codes for a terminal",
        "The name of a missing file that clears a terminal, sets its title, and fakes a line of the summary.",
        code={"": f"raise FileNotFoundError(\"No such file or directory: '{CODES}'\")"},
        says="FileNotFoundError",
    ),
)
