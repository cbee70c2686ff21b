"""The source notebooks keep the table of names, nbgrader's rules and the course's own form."""

from __future__ import annotations

import ast
import builtins
import hashlib
import json
import re

import nbformat
import pytest

from lmmsolutions.core.data import DATASETS
from lmmsolutions.lessons.assignments import ASSIGNMENTS as SOLUTIONS
from tests.course.table import (
    BEGIN_HIDDEN,
    CODE_PARTS,
    COURSE,
    END_HIDDEN,
    EXAM,
    LESSONS,
    UNITS,
    WITH_SLIDERS,
    WRITTEN_PARTS,
    Code,
    Written,
    cell_of,
    folder_of,
    hidden_part,
    in_words,
    name_of,
    nbgrader_of,
    notebook_of,
    visible_part,
)
from tests.course_folder import ASSIGNMENTS, REPOSITORY

FLAGS = {  # kind of cell → what nbgrader must know of it
    "setup": {"grade": False, "solution": False, "locked": True, "task": False},
    "solution": {"grade": False, "solution": True, "locked": False, "task": False},
    "tests": {"grade": True, "solution": False, "locked": True, "task": False},
    "question": {"grade": False, "solution": False, "locked": True, "task": False},
    "answer": {"grade": True, "solution": True, "locked": False, "task": False},
}


def expected_cells(assignment: str) -> dict[str, tuple[str, str, float | None]]:
    """``grade_id`` → (kind, cell type, points), in the order of the notebook."""
    cells: dict[str, tuple[str, str, float | None]] = {}
    if assignment == EXAM:
        cells["student-id"] = ("solution", "code", None)
    elif assignment in LESSONS:
        cells["picture"] = ("setup", "code", None)
    if assignment == WITH_SLIDERS:
        cells["sliders"] = ("setup", "code", None)
    if assignment != "01-data-overview":
        cells["setup"] = ("setup", "code", None)
    for part in COURSE[assignment]:
        first, second = part.cells
        if isinstance(part, Code):
            cells |= {first: ("solution", "code", None), second: ("tests", "code", part.points)}
        else:
            cells |= {first: ("question", "markdown", None), second: ("answer", "markdown", part.points)}
    return cells


def test_every_assignment_is_there_and_no_other() -> None:
    assert tuple(COURSE) == ASSIGNMENTS


@pytest.mark.parametrize("assignment", COURSE)
def test_a_folder_holds_the_notebook_and_its_data_only(assignment: str) -> None:
    files = [f"{name}.csv" for name in SOLUTIONS[assignment].datasets]
    assert sorted(path.name for path in folder_of(assignment).iterdir()) == sorted([f"{assignment}.ipynb", *files])


@pytest.mark.parametrize("assignment", COURSE)
def test_the_data_are_those_of_the_reference_solutions(assignment: str) -> None:
    for name in SOLUTIONS[assignment].datasets:
        content = (folder_of(assignment) / f"{name}.csv").read_bytes()
        assert hashlib.sha256(content).hexdigest() == DATASETS[name].sha256


@pytest.mark.parametrize("assignment", COURSE)
def test_the_file_is_a_clean_notebook(assignment: str) -> None:
    raw = json.loads((folder_of(assignment) / f"{assignment}.ipynb").read_text(encoding="utf-8"))
    nbformat.validate(raw)
    assert (raw["nbformat"], raw["nbformat_minor"]) == (4, 5)
    assert raw["metadata"]["kernelspec"]["name"] == "python3"
    assert raw["metadata"]["language_info"] == {"name": "python"}
    code = [cell for cell in raw["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


@pytest.mark.parametrize("assignment", COURSE)
def test_cell_ids_are_unique_and_speak(assignment: str) -> None:
    cells = notebook_of(assignment).cells
    ids = [cell.id for cell in cells]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", cell_id) for cell_id in ids)
    assert all(cell.id == nbgrader_of(cell)["grade_id"] for cell in cells if nbgrader_of(cell))


@pytest.mark.parametrize("assignment", COURSE)
def test_cells_are_those_of_the_table_in_its_order(assignment: str) -> None:
    known = [
        nbgrader_of(cell) | {"type": cell.cell_type} for cell in notebook_of(assignment).cells if nbgrader_of(cell)
    ]
    expected = expected_cells(assignment)
    assert [about["grade_id"] for about in known] == list(expected)
    for about in known:
        kind, cell_type, points = expected[about["grade_id"]]
        assert {key: about[key] for key in FLAGS[kind]} == FLAGS[kind], about["grade_id"]
        assert (about["type"], about.get("points")) == (cell_type, points), about["grade_id"]
        assert about["schema_version"] == 3
        assert "checksum" not in about


@pytest.mark.parametrize("assignment", COURSE)
def test_an_assignment_is_worth_two_points(assignment: str) -> None:
    assert sum(part.points for part in COURSE[assignment]) == pytest.approx(2)


def test_the_seminar_is_worth_twelve_points() -> None:
    seminar = [parts for assignment, parts in COURSE.items() if assignment not in LESSONS]
    assert sum(part.points for parts in seminar for part in parts) == 12


@pytest.mark.parametrize("assignment", COURSE)
def test_only_cells_that_nbgrader_knows_hold_code(assignment: str) -> None:
    assert all(nbgrader_of(cell) for cell in notebook_of(assignment).cells if cell.cell_type == "code")


@pytest.mark.parametrize("assignment", COURSE)
def test_a_notebook_teaches_before_it_asks(assignment: str) -> None:
    cells = notebook_of(assignment).cells
    first = next(number for number, cell in enumerate(cells) if nbgrader_of(cell).get("solution"))
    lesson = "\n".join(cell.source for cell in cells[:first] if cell.cell_type == "markdown")
    assert lesson.count("$$") >= 2
    assert "look for" in lesson
    assert UNITS.get(assignment, "ms") in lesson


@pytest.mark.parametrize(("assignment", "part"), CODE_PARTS + WRITTEN_PARTS, ids=name_of)
def test_the_heading_says_the_points(assignment: str, part: Code | Written) -> None:
    cells = notebook_of(assignment).cells
    place = next(number for number, cell in enumerate(cells) if nbgrader_of(cell).get("grade_id") == part.cells[0])
    heading = cells[place if isinstance(part, Written) else place - 1].source.split("\n")[0]
    assert re.match(r"#{2,3} ", heading)
    assert heading.endswith(f"{in_words(part.points)})")
    assert ("written" in heading) == isinstance(part, Written)


@pytest.mark.parametrize(("assignment", "part"), CODE_PARTS, ids=name_of)
def test_the_task_names_every_variable(assignment: str, part: Code) -> None:
    cells = notebook_of(assignment).cells
    place = next(number for number, cell in enumerate(cells) if nbgrader_of(cell).get("grade_id") == part.name)
    assert all(f"`{variable}`" in cells[place - 1].source for variable in part.variables)


@pytest.mark.parametrize(("assignment", "part"), CODE_PARTS, ids=name_of)
def test_a_test_cell_has_a_title_a_visible_and_a_hidden_part(assignment: str, part: Code) -> None:
    source = cell_of(notebook_of(assignment), f"{part.name}-tests").source
    assert source.split("\n")[0] == f"# Question {part.name[1:]} · tests · {in_words(part.points)}"
    assert source.count(BEGIN_HIDDEN) == source.count(END_HIDDEN) == 1
    assert source.endswith(END_HIDDEN)


@pytest.mark.parametrize(("assignment", "part"), CODE_PARTS, ids=name_of)
def test_the_visible_part_needs_nothing_but_the_answers(assignment: str, part: Code) -> None:
    tree = ast.parse(visible_part(cell_of(notebook_of(assignment), f"{part.name}-tests").source))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert names - set(dir(builtins)) <= {*part.variables, *part.given}


@pytest.mark.parametrize(("assignment", "part"), CODE_PARTS, ids=name_of)
def test_the_hidden_part_judges_every_variable_and_figure(assignment: str, part: Code) -> None:
    source = hidden_part(cell_of(notebook_of(assignment), f"{part.name}-tests").source)
    calls = check_calls(source)
    values = [call for call in calls if method_of(call) != "that"]
    first = [call.args[0].value for call in values if call.args and isinstance(call.args[0], ast.Constant)]
    judged = [name for name in first if isinstance(name, str)]  # checks of figures begin with numbers
    assert list(dict.fromkeys(judged)) == [name for name in part.variables if name in judged]
    nodes = list(ast.walk(ast.parse(source)))
    read = {node.id for node in nodes if isinstance(node, ast.Name)}
    asked_for = {node.value for node in nodes if isinstance(node, ast.Constant)}
    assert set(part.variables) <= read | asked_for
    assert [method_of(call) for call in calls if method_of(call) in FIGURE_CHECKS] == list(part.figure)


FIGURE_CHECKS = {"histogram", "scatter", "line", "subject_lines", "lines", "pairs", "qq_plot", "caterpillar", "labels"}


@pytest.mark.parametrize(("assignment", "part"), CODE_PARTS, ids=name_of)
def test_the_hidden_part_says_nothing_that_the_cell_says(assignment: str, part: Code) -> None:
    source = hidden_part(cell_of(notebook_of(assignment), f"{part.name}-tests").source)
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    (made,) = [call for call in calls if ast.unparse(call.func) == "Checks"]
    assert [keyword.arg for keyword in made.keywords if keyword.arg not in ("mistakes", "own_mistakes")] == []
    assert not [call for call in calls if method_of(call) == "score"]


@pytest.mark.parametrize(("assignment", "part"), CODE_PARTS, ids=name_of)
def test_what_follows_from_a_model_is_the_answer_that_is_checked(assignment: str, part: Code) -> None:
    calls = check_calls(hidden_part(cell_of(notebook_of(assignment), f"{part.name}-tests").source))
    for call in calls:
        own = next((keyword.value for keyword in call.keywords if keyword.arg == "own"), None)
        if isinstance(own, ast.Lambda) and isinstance(own.body, ast.Attribute) and isinstance(own.body.value, ast.Call):
            names = [one.value for one in call.args if isinstance(one, ast.Constant)] or ["residual_points"]
            assert [own.body.attr] == names  # a slip would carry nothing forward, and nobody would notice


def check_calls(source: str) -> list[ast.Call]:
    """``checks.<method>(…)`` in order."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and method_of(node)]
    return sorted(calls, key=lambda call: call.lineno)


def method_of(call: ast.Call) -> str:
    """The method of ``checks`` that is called, ``""`` if it is none."""
    function = call.func
    on_checks = isinstance(function, ast.Attribute) and ast.unparse(function.value) == "checks"
    return function.attr if on_checks and isinstance(function, ast.Attribute) else ""


@pytest.mark.parametrize(("assignment", "part"), WRITTEN_PARTS, ids=name_of)
def test_a_written_part_has_a_marking_scheme_and_a_model_answer(assignment: str, part: Written) -> None:
    question, answer = (cell_of(notebook_of(assignment), grade_id).source for grade_id in part.cells)
    asked, scheme = question.split("### BEGIN MARK SCHEME\n")
    assert "sentences" in asked
    assert scheme.endswith("### END MARK SCHEME")
    rows = [float(points) for points in re.findall(r"^\| ([0-9.]+) \|", scheme, re.MULTILINE)]
    assert sum(rows) == pytest.approx(part.points)
    assert f"Marking scheme, {in_words(part.points)}" in scheme
    assert answer.startswith("### BEGIN SOLUTION\n")
    assert answer.endswith("\n### END SOLUTION")


@pytest.mark.parametrize(("assignment", "part"), CODE_PARTS, ids=name_of)
def test_starters_are_where_the_seminar_hands_out_code(assignment: str, part: Code) -> None:
    source = cell_of(notebook_of(assignment), part.name).source
    assert ("### BEGIN STARTER" in source) == part.starter
    assert ('"____"' in source) == part.starter


def test_no_machine_is_named() -> None:
    for path in (REPOSITORY / "source").rglob("*.ipynb"):
        assert not re.search(r"/(work|root|home|anvil)/", path.read_text(encoding="utf-8"))
