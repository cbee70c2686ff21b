"""What belongs to a project besides its code: version, license, terms of the data, files of the packages."""

import fnmatch
import inspect
import re
import tomllib
from importlib.metadata import distributions, metadata
from pathlib import Path
from types import ModuleType

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from packaging.specifiers import SpecifierSet

import autograder
from autograder import Checks
from lmmsolutions.core.data import DATASETS
from scripts.docs import configuration, every_check
from tests.course_folder import REPOSITORY

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
SOLUTIONS = tomllib.loads((REPOSITORY / "lmmsolutions" / "pyproject.toml").read_text("utf-8"))


def test_the_version_is_said_once_and_the_change_log_knows_it() -> None:
    assert metadata("lmm-autograder")["Version"] == autograder.__version__
    assert f"\n## {autograder.__version__}" in (REPOSITORY / "CHANGELOG.md").read_text("utf-8")


def test_the_terms_of_every_data_set_are_named_beside_it() -> None:
    text = (REPOSITORY / "lmmsolutions" / "datasets" / "README.md").read_text("utf-8")
    rows = {line.split("`")[1]: line for line in text.splitlines() if line.startswith("| `")}
    assert set(rows) >= {dataset.file for dataset in DATASETS.values()}
    for dataset in DATASETS.values():
        if rows[dataset.file].split("|")[3].strip() == "those of the project":
            assert dataset.license.endswith("under the terms of the project.")
        else:
            assert f"| {dataset.license} |" in rows[dataset.file]


def test_files_of_the_packages_that_are_no_code_are_installed_with_them() -> None:
    patterns = [
        f"{package.replace('.', '/')}/{pattern}"
        for project in (PROJECT, SOLUTIONS)
        for package, some in project["tool"]["setuptools"]["package-data"].items()
        for pattern in some
    ]
    files = [
        path.relative_to(REPOSITORY).as_posix()
        for package in ("autograder", "lmmsolutions")
        for path in (REPOSITORY / package).rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc") and path.name != "pyproject.toml"
        if not path.parent.name.endswith(".egg-info")
    ]
    assert len(files) > len(DATASETS)
    assert [file for file in files if not any(fnmatch.fnmatchcase(file, pattern) for pattern in patterns)] == []


def test_all_packages_of_the_solutions_are_installed() -> None:
    root = REPOSITORY / "lmmsolutions"
    there = {".".join(path.parent.relative_to(REPOSITORY).parts) for path in root.rglob("__init__.py")}
    assert set(SOLUTIONS["tool"]["setuptools"]["packages"]) == there


DOCUMENTS = [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").glob("*.md"), *(REPOSITORY / "benchmarks").glob("*.md")]


def anchors(text: str) -> set[str]:
    """What GitHub makes of the headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_between_documents_lead_somewhere() -> None:
    assert len(DOCUMENTS) >= 7
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text("utf-8")):
            name, _, anchor = target.partition("#")
            if "://" in target:
                continue
            path = document.parent / name if name else document
            assert path.exists(), (document.name, target)
            assert not anchor or anchor in anchors(path.read_text("utf-8")), (document.name, target)


def test_the_architecture_page_names_modules_that_are_there() -> None:
    text = (REPOSITORY / "docs" / "architecture.md").read_text("utf-8")
    named = re.findall(r"`((?:[a-z_]{3,}/)+(?:[a-z_]+\.py)?)`", text)
    assert len(named) > 40
    roots = (REPOSITORY, REPOSITORY / "autograder")
    assert [name for name in named if not any((root / name).exists() for root in roots)] == []
    packages = {path.name for path in (REPOSITORY / "autograder").iterdir() if (path / "__init__.py").exists()}
    assert {name for name in packages if f"`{name}/`" not in text} == set()


def test_every_package_but_three_is_kept_from_importing_nbgrader() -> None:
    """A package that is new stands in the contract, or is named here."""
    here = (REPOSITORY / "autograder").iterdir()
    parts = {f"autograder.{path.stem}" for path in here if path.suffix == ".py" or (path / "__init__.py").exists()}
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    (contract,) = (one for one in contracts if "nbgrader" in one.get("forbidden_modules", ()))
    allowed = {"autograder.plugins", "autograder.course", "autograder.marking"}
    assert parts - {"autograder.__init__"} - set(contract["source_modules"]) == allowed


def test_no_folder_of_code_is_long_and_flat() -> None:
    """What no longer fits into a dozen modules has parts that deserve a folder of their own."""
    found = {
        str(folder.relative_to(REPOSITORY)): len(modules)
        for top in ("autograder", "lmmsolutions", "demo", "benchmarks")
        for folder in [REPOSITORY / top, *(REPOSITORY / top).rglob("*/")]
        if len(modules := {path.name for path in folder.glob("*.py")} - {"__init__.py"}) > 12
    }
    assert found == {}


@pytest.mark.parametrize("page", [configuration, every_check], ids=["configuration", "every-check"])
def test_generated_pages_are_in_step(page: ModuleType) -> None:
    assert page.PAGE.read_text("utf-8") == page.page(), "make docs-pages writes it anew"


def test_every_kind_of_check_has_an_example_and_a_picture() -> None:
    kinds = {name for name, _ in inspect.getmembers(Checks, inspect.isfunction) if not name.startswith("_")}
    assert set(every_check.examples()) == kinds - {"score", "fail"}
    for name, (about, code) in every_check.examples().items():
        assert about, name
        assert f"checks.{name}(" in code
        assert (every_check.PICTURES / f"{name}.png").stat().st_size > 1000


def test_the_site_holds_every_page_and_no_link_leads_nowhere(tmp_path: Path) -> None:
    config = load_config(str(REPOSITORY / "mkdocs.yml"), site_dir=str(tmp_path), strict=True)
    build(config)
    pages = {path.parent.name for path in tmp_path.glob("*/index.html")}
    assert {path.stem for path in (REPOSITORY / "docs").glob("*.md")} - {"index"} <= pages
    assert {"security", "contributing", "changes"} <= pages
    links = re.findall(r'(?:src|href)="(https?:[^"]+)"', (tmp_path / "index.html").read_text("utf-8"))
    assert [link for link in links if re.search(r"\.(js|css|woff2?|png)$|fonts|analytics", link)] == []


def test_what_is_installed_can_be_installed_in_every_python_that_is_promised() -> None:
    """Debian 12 has 3.11.2: what asks for 3.11.5 cannot be installed there."""
    oldest = [f"{PROJECT['project']['requires-python'].removeprefix('>=')}.0", "3.12.0", "3.13.0"]
    asked = {found.name: found.metadata.get("Requires-Python") or "" for found in distributions()}
    assert len(asked) > 100
    assert {name: text for name, text in asked.items() if set(SpecifierSet(text).filter(oldest)) != set(oldest)} == {}
