"""The demo's folder: complete, made anew, and never anybody else's."""

from pathlib import Path

import pytest

from demo import workspace


def test_a_workspace_has_the_configuration_and_the_chosen_sources(tmp_path: Path) -> None:
    root = workspace.make(tmp_path / "course", ["03-ols"])
    assert (root / "nbgrader_config.py").is_file()
    assert [folder.name for folder in (root / "source").iterdir()] == ["03-ols"]
    assert {path.name for path in (root / "source" / "03-ols").iterdir()} >= {"03-ols.ipynb", "sleepstudy.csv"}


def test_an_earlier_workspace_is_made_anew(tmp_path: Path) -> None:
    root = workspace.make(tmp_path / "course", [])
    (root / "gradebook.db").touch()
    workspace.make(root, [])
    assert not (root / "gradebook.db").exists()


def test_an_empty_folder_may_be_used(tmp_path: Path) -> None:
    workspace.clear(tmp_path)
    assert workspace.is_workspace(tmp_path)


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(workspace.NotAWorkspace, match="not empty"):
        workspace.clear(tmp_path)
    assert (tmp_path / "thesis.tex").exists()


def test_a_file_is_no_workspace(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.touch()
    with pytest.raises(workspace.NotAWorkspace):
        workspace.clear(file)
