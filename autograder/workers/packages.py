"""Which packages tests import, and which of them student code must not be able to read.

The rule, safe where nothing is configured: **what tests import is hidden**, and so is what those packages import in
turn, except

- the standard library,
- public libraries, with which students work and tests are written (:data:`STUDENT_PACKAGES` and
  ``c.Autograder.student_packages``), with what these require to run.

It does not matter how a package is installed: as a folder or a single file in ``site-packages``, as an editable
installation, as a namespace package or in a zip archive.  The grader itself is always hidden, and what
``c.Autograder.hidden_packages`` names is hidden in any case.
"""

from __future__ import annotations

import ast
import functools
import itertools
import re
import sys
import zipfile
from collections.abc import Collection, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

STUDENT_PACKAGES = (
    *("numpy", "pandas", "scipy", "statsmodels", "patsy", "matplotlib", "seaborn"),
    *("sklearn", "scikit-learn", "sympy", "networkx", "pingouin", "linearmodels", "arviz", "bambi", "pymc"),
    *("plotly", "altair", "bokeh", "plotnine", "IPython", "ipywidgets", "ipykernel", "openpyxl", "pyarrow", "requests"),
    *(
        "pytest",
        "hypothesis",
        "parameterized",
        "freezegun",
        "nbformat",
        "tqdm",
        "yaml",
        "bs4",
        "lxml",
        "PIL",
        "sqlalchemy",
    ),
    *("numba", "xarray", "polars", "dask", "h5py", "skimage", "cv2", "torch", "tensorflow", "keras", "jax", "xgboost"),
    *("nltk", "spacy", "cvxpy", "geopandas", "shapely", "astropy", "mpmath", "simpy"),
)
GRADER = "autograder"
_IMPORT_LINE = re.compile(r"^[ \t]*(?:from|import)[ \t]+([A-Za-z_]\w*)", re.MULTILINE)
_REQUIREMENT = re.compile(r"^Requires-Dist: ([A-Za-z0-9._-]+)(?!.*extra ==)", re.MULTILINE)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp)
_READ = (".py", ".csv", ".json")  # files that decide what a package computes


def imports(source: str) -> frozenset[str]:
    """Top-level modules beyond the standard library that a piece of Python imports, wherever it does."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):  # magic commands of a notebook, for example
        found = set(_IMPORT_LINE.findall(source))
    else:
        found = {name.split(".")[0] for node in nodes for name in _imported(node)}
    return frozenset(found - sys.stdlib_module_names - {"__main__"})


def _imported(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import():
            yield from (alias.name for alias in node.names)
        case ast.ImportFrom(module=str(module), level=0):
            yield module
        case ast.Call(
            func=ast.Name(id="__import__" | "import_module") | ast.Attribute(attr="import_module"),
            args=[ast.Constant(value=str(name)), *_],
        ):
            yield name


def defined_names(source: str, packages: Collection[str] = ()) -> frozenset[str]:
    """Variables that a cell defines, imports included; none of a cell with magic commands.

    Args:
        source: of the cell.
        packages: where some are named, only what is defined from the statement on that imports one of them.
    """
    statements = _statements(source)
    if packages:
        statements = list(itertools.dropwhile(lambda one: not imports(ast.unparse(one)) & set(packages), statements))
    return frozenset(name for one in statements for node in _in_scope(one) for name in _defined(node))


def used_names(source: str) -> frozenset[str]:
    """Variables that a cell reads and does not define itself; none of a cell with magic commands."""
    nodes = [node for statement in _statements(source) for node in ast.walk(statement)]
    read = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return frozenset(read - defined_names(source))


def _statements(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError):
        return []


def _in_scope(node: ast.AST) -> Iterator[ast.AST]:
    """A statement with all that belongs to its own scope, and not to that of a function, class or comprehension."""
    yield node
    if not isinstance(node, _SCOPES):
        for child in ast.iter_child_nodes(node):
            yield from _in_scope(child)


def _defined(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store()):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from (one.asname or one.name.split(".")[0] for one in names)


@functools.lru_cache(maxsize=64)
def hidden_packages(
    tests: frozenset[str], student_packages: tuple[str, ...] = (), more: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Names of the packages that student code must not be able to read.

    Args:
        tests: sources of the test cells of a course.
        student_packages: what students may import beyond :data:`STUDENT_PACKAGES`.
        more: what is hidden in any case; ``"course.answers"`` hides that part of a package only.
    """
    allowed = _with_requirements((*STUDENT_PACKAGES, *student_packages))
    found = {GRADER}
    waiting = {name for source in tests for name in imports(source)}
    while waiting:
        found |= (new := waiting - found - allowed)
        waiting = {name for package in new for name in _imports_of(package)}
    return tuple(sorted(found | set(more)))


@functools.cache
def _imports_of(package: str) -> frozenset[str]:
    sources = (content.decode("utf-8", "replace") for name, content in files(package) if name.endswith(".py"))
    return frozenset(name for source in sources for name in imports(source))


@functools.cache
def _with_requirements(packages: tuple[str, ...]) -> frozenset[str]:
    """Packages with all modules of the distributions that they require, directly or not."""
    found, seen, waiting = set(packages), set[str](), list(packages)
    while waiting:
        name = waiting.pop()
        try:
            one = distribution(name)
        except (PackageNotFoundError, ValueError):
            continue
        for required in _REQUIREMENT.findall(one.read_text("METADATA") or ""):
            if required not in seen:
                seen.add(required)
                waiting.append(required)
                found |= _modules_of(required)
    found |= _modules_of("matplotlib")  # mpl_toolkits and pylab
    return frozenset(found)


def _modules_of(name: str) -> set[str]:
    """Top-level modules of a distribution; its own name where it is not installed."""
    try:
        return set(_top_level(distribution(name))) or {name}
    except PackageNotFoundError:
        return {name}


def _top_level(one: Distribution) -> Iterator[str]:
    """Top-level modules of a distribution, from the list that setuptools writes, else from its files."""
    listed = (one.read_text("top_level.txt") or "").split()
    recorded = {re.split(r"[/.,]", line, maxsplit=1)[0] for line in (one.read_text("RECORD") or "").splitlines()}
    yield from listed or (name for name in recorded if name.isidentifier())


def files(package: str) -> Iterator[tuple[str, bytes]]:
    """The files of an installed package that decide what it computes, by name, in a fixed order."""
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        return
    if spec is None:
        return
    archive = getattr(spec.loader, "archive", None)
    if archive is not None:
        yield from _zipped(Path(archive), package)
        return
    locations = [Path(location) for location in spec.submodule_search_locations or ()]
    for location in locations:
        for path in sorted(location.rglob("*")):
            if path.suffix in _READ and path.is_file():
                yield str(path.relative_to(location)), path.read_bytes()
    if not locations and spec.origin is not None and Path(spec.origin).is_file():
        yield Path(spec.origin).name, Path(spec.origin).read_bytes()


def _zipped(archive: Path, package: str) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(archive) as content:
        for name in sorted(content.namelist()):
            if re.split(r"[./]", name)[0] == package and name.endswith(_READ):
                yield name, content.read(name)
