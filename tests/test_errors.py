"""Every error is for one of three audiences, says what to do, and arrives in another process as it was raised."""

import ast
import importlib
import inspect
import pickle
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import autograder
import lmmsolutions
from autograder import errors
from autograder.errors import AuthorError, GraderError, OperatorError, SubmissionError

AUDIENCES = (AuthorError, SubmissionError, OperatorError)
INSIDE = "autograder.sandbox.inside"
# What only steers a reading and is caught by its caller: it has no audience.
STEERING = {
    "autograder.grading.evidence.NotRecorded",
    "autograder.grading.record.UnreadableRecord",
    "autograder.deadline.OutOfTime",
    "autograder.pages.formulas.NotUnderstood",
    "autograder.sandbox.channel.Malformed",
    "autograder.sandbox.outputs.TooMuch",
    "autograder.values.strict_json.MalformedValue",
    "autograder.watch.jobs.DeskChanged",
    "autograder.watch.pages.NotYet",
}
# Who makes one with a message only, and why there is nothing else to say: function or kind of error → reason.
MESSAGE_ONLY = {
    "CallFailed": "the message is what the student's function raised, in a line, or how long it took",
    "autograder.watch.service.Service._desk_": "the service opens the gradebook by itself, and says why it could not",
    "autograder.watch.service.Service._engine_": "the service starts its workers by itself, and says why it could not",
}
EXAMPLES = [
    GraderError("It is 3, not 4.", 3, 4, "Make it 4."),
    AuthorError("the count must be a whole number, got 1.5", 1.5),
    errors.StarterError("q1", 3, "### END STARTER", "no starter is open"),
    errors.BankError(Path("bank.toml"), "typed in", "unknown keys ['say']", ["say"], ["says"]),
    errors.UnreadableNotebook("The file is empty.", remedy="Save the notebook in Jupyter."),
    errors.CourseError("There is no assignment 'x'.", "x", ("a", "b"), "Generate it first."),
]


def exceptions() -> dict[str, type[BaseException]]:
    found = {}
    for module in pkgutil.walk_packages(autograder.__path__, "autograder."):
        if module.name.startswith(INSIDE) or module.name.endswith("preload"):
            continue
        for name, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(kind, BaseException) and kind.__module__.startswith("autograder"):
                found[f"{kind.__module__}.{name}"] = kind
    return found


def test_each_has_one_audience_and_stands_in_one_module() -> None:
    named = {name: kind for name, kind in exceptions().items() if name not in STEERING and kind is not GraderError}
    assert {name for name, kind in named.items() if kind.__module__ != errors.__name__} == set()
    assert {name for name, kind in named.items() if sum(issubclass(kind, one) for one in AUDIENCES) != 1} == set()
    assert set(exceptions()) >= STEERING


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_it_arrives_as_it_was_raised(error: GraderError) -> None:
    arrived = pickle.loads(pickle.dumps(error))
    assert type(arrived) is type(error)
    assert str(arrived) == str(error)
    assert vars(arrived) == vars(error)


def test_what_cannot_travel_arrives_as_text() -> None:
    arrived = pickle.loads(pickle.dumps(AuthorError("not this", lambda: 1, {"x": [object()]})))
    assert arrived.found.startswith("<function")
    assert arrived.expected["x"][0].startswith("<object")


def test_the_text_ends_with_what_to_do() -> None:
    error = EXAMPLES[0]
    assert str(error) == "It is 3, not 4. Make it 4."
    assert (error.found, error.expected, error.remedy) == (3, 4, "Make it 4.")


def test_the_exit_status_follows_from_the_audience() -> None:
    assert [kind.exit_status for kind in AUDIENCES] == [3, 1, 2]


KINDS = {name: kind for name, kind in vars(errors).items() if inspect.isclass(kind) and issubclass(kind, GraderError)}


def made(tree: ast.AST, place: str) -> Iterator[tuple[str, ast.Call]]:
    """Every place where an error is made: the function it stands in, and the call."""
    for node in ast.iter_child_nodes(tree):
        inner = f"{place}.{node.name}" if isinstance(node, ast.FunctionDef | ast.ClassDef) else place
        if isinstance(node, ast.Call) and called(node) in KINDS:
            yield place, node
        yield from made(node, inner)


def called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def says_more(call: ast.Call) -> bool:
    """Whether an error is made with what was found, what was expected or what to do; some kinds know it themselves."""
    parameters = list(inspect.signature(KINDS[called(call)]).parameters)
    given = {*parameters[: len(call.args)], *(word.arg for word in call.keywords)}
    return "found" not in parameters or not given.isdisjoint(("found", "expected", "remedy"))


def every_error() -> Iterator[tuple[str, ast.Call]]:
    for package in (autograder, lmmsolutions):
        root = Path(package.__path__[0])
        for file in sorted(root.rglob("*.py")):
            module = ".".join((package.__name__, *file.relative_to(root).with_suffix("").parts))
            yield from made(ast.parse(file.read_text("utf-8")), module)


def test_an_error_carries_more_than_its_message() -> None:
    everywhere = list(every_error())
    assert len(everywhere) > 200
    bare = [(place, call) for place, call in everywhere if not says_more(call)]
    unknown = [
        f"{place}, line {call.lineno}: {called(call)}"
        for place, call in bare
        if MESSAGE_ONLY.keys().isdisjoint((place, called(call)))
    ]
    assert unknown == [], "pass found, expected or remedy as well, or say in MESSAGE_ONLY why there is none"
    assert MESSAGE_ONLY.keys() <= {name for place, call in bare for name in (place, called(call))}
