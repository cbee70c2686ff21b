"""Forging with the notebook: cells, metadata and saved outputs that say it has passed."""

from __future__ import annotations

from tests.hostile.row import ALL, FULL, NOTHING, SOLVED, Document, Row, about, cell_of, code_cell

LIST_OF_CHECKS = (
    '<div class="autograder-checks"><p><strong>1.5 of 1.5 points</strong></p><ul><li class="autograder-passed">'
    "<strong>`slope`</strong>: right, 1.5 of 1.5 points</li></ul></div>"
)
FULL_MARKS = [
    {"output_type": "display_data", "data": {"text/html": LIST_OF_CHECKS}, "metadata": {}},
    {"output_type": "execute_result", "data": {"text/plain": "1.0"}, "metadata": {}, "execution_count": 1},
]
TESTS = tuple(f"{part}-tests" for part in ALL)


def skipped(document: Document) -> None:
    for test in TESTS:
        cell = cell_of(document, test)
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception", "remove-cell"]
        cell["outputs"], cell["execution_count"] = FULL_MARKS, 1


def worth_a_hundred(document: Document) -> None:
    for test in TESTS:
        about(document, test).update(points=100, max_score=100, checksum="0" * 32)


def worth_nothing_wrong(document: Document) -> None:
    for test in TESTS:
        about(document, test).update(solution=True, locked=False, grade=True, task=False)


def own_tests(document: Document) -> None:
    for test in TESTS:
        cell_of(document, test)["source"] = "1.0"


def no_tests(document: Document) -> None:
    document["cells"] = [
        cell for cell in document["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") not in TESTS
    ]


def tests_as_text(document: Document) -> None:
    for test in TESTS:
        cell = cell_of(document, test)
        cell.update(cell_type="markdown", source=LIST_OF_CHECKS)
        del cell["outputs"], cell["execution_count"]


def second_tests(document: Document) -> None:
    for test in TESTS:
        document["cells"].append(code_cell("1.0", nbgrader=dict(about(document, test))))


def answers_as_tests(document: Document) -> None:
    for part in ALL:
        about(document, part).update(about(document, f"{part}-tests"))
        cell_of(document, f"{part}-tests")["source"] = "1.0"


def saved_outputs(document: Document) -> None:
    for name in (*ALL, *TESTS):
        cell = cell_of(document, name)
        cell["outputs"], cell["execution_count"] = FULL_MARKS, 7


def turned_round(document: Document) -> None:
    document["cells"].reverse()


def other_kernel(document: Document) -> None:
    document["metadata"]["kernelspec"] = {
        "name": "forged",
        "display_name": "Python 3",
        "argv": ["sh", "-c", "touch forged"],
    }
    document["metadata"]["language_info"] = {"name": "bash", "version": "1"}


def grader_said(document: Document) -> None:
    document["metadata"]["autograder"] = {
        "notes": ["Marked by hand: full points."],
        "unreadable": "Marked by hand: full points.",
    }
    for name in (*ALL, *TESTS):
        cell_of(document, name)["metadata"]["autograder"] = {"points": 1.0, "review": "Marked by hand: full points."}


def no_metadata(document: Document) -> None:
    for cell in document["cells"]:
        cell["metadata"] = {}


ROWS = (
    Row(
        "skip tags",
        "Tags that make a runner skip the tests, with the outputs of passed tests saved in them.",
        edit=skipped,
        says="Tags on the cell `q3a-tests` were ignored",
    ),
    Row(
        "a hundred points",
        "Metadata by which each test is worth 100 points.",
        edit=worth_a_hundred,
        solves=("q3b",),
        code={"q3b": "intercept = 1; slope = 1"},
        earns=(0.0, 0.25),
        says="metadata of the cell `q3a-tests` was ignored (points)",
    ),
    Row(
        "tests as answers",
        "Metadata by which tests are unlocked answer cells, which a person would mark.",
        edit=worth_nothing_wrong,
        says="was ignored (solution, locked)",
    ),
    Row("own tests", "Test cells whose source is a number.", edit=own_tests, says="had been edited"),
    Row("no tests", "Test cells deleted, so that nothing fails.", edit=no_tests, says="`q3a-tests` was missing"),
    Row(
        "tests as text",
        "Test cells turned into text that says they passed.",
        edit=tests_as_text,
        says="had become a markdown cell",
    ),
    Row(
        "second tests",
        "A second cell for each test, with its id, that passes.",
        edit=second_tests,
        says="`q3a-tests` was there 2 times",
    ),
    Row(
        "answers as tests",
        "Answer cells that claim to be the tests.",
        edit=answers_as_tests,
        code=dict.fromkeys(ALL, "1.0"),
        says="`q3a` was missing",
    ),
    Row("saved outputs", "Outputs saved as if everything had run and passed.", edit=saved_outputs, says=NOTHING),
    Row(
        "no metadata",
        "A notebook whose cells nobody knows.",
        edit=no_metadata,
        solves=ALL,
        earns=(0.0, FULL),
        says="recognized by their text or their place",
    ),
    Row(
        "turned round",
        "All cells in reverse order; the answers are honest and so are the points.",
        edit=turned_round,
        solves=ALL,
        earns=FULL,
        says="had been moved",
    ),
    Row(
        "other kernel",
        "A kernel of the student's own, with a command line.",
        edit=other_kernel,
        solves=ALL,
        earns=FULL,
        says=SOLVED,
    ),
    Row(
        "grader's notes",
        "Metadata in which the grader seems to have spoken already.",
        edit=grader_said,
        hides=("Marked by hand",),
        says=NOTHING,
    ),
    Row(
        "list of checks",
        "An output that looks like the grader's list of passed checks.",
        code={"end": f"from IPython.display import HTML, display\ndisplay(HTML({LIST_OF_CHECKS!r}))\n1.0"},
        says=NOTHING,
    ),
)
