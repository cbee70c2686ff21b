"""Arguments and exit statuses of the command ``autograder``."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import __version__, commands
from autograder.cli import main, program


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("written 05 --replace", "--replace goes with --apply"),
        ("written 05 --serve --json", "--serve shows a page until Ctrl-C, and has no result for --json"),
        (
            "audit 05 --ids class.txt --vary nothing",
            "--ids names other students to try, and --vary nothing leaves them",
        ),
        ("written 05 --apply --force", "--force: not allowed with argument --apply"),
        ("grade 05 --scheduler tcp://host:8786", "--scheduler goes with --engine dask"),
        ("regrade 05 --undo --yes", "--undo"),
        ("grade", "ASSIGNMENT"),
        ("grade 05 --workers 0", "must be 1 or more, got 0"),
        ("grade 05 --engine dask --scheduler tcp://host:8786 --workers 1", "--workers: not allowed with argument"),
        ("marks 05", "there is no command 'marks' (there are: "),
        ("regrad 05", "Did you mean 'regrade'?"),
        ("export", "SYSTEM"),
        ("export canvass sheet.csv 05", "invalid choice: 'canvass' (choose from"),
        ("export gradescope 05 --visibility now", "argument --visibility: invalid choice: 'now'"),
        ("export moodle sheet.csv 05 --column grade", "must be WHAT=NAME, got 'grade'"),
        ("export moodle sheet.csv 05 --column mark=X", "--column mark: must be one of identifier, grade, maximum"),
        ("export blackboard sheet.csv 05 --feedback x.zip", "unrecognized arguments: --feedback"),
        ("roster list.csv --remove --remove-with-work", "not allowed with argument --remove"),
        ("grade 05 --forse", "unrecognized arguments: --forse Did you mean '--force'?"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(
    arguments: str, says: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "nbgrader_config.py").touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(arguments.split())
    assert ended.value.code == commands.OPERATOR
    assert says in capsys.readouterr().err


NAMES = [
    "03-ols",
    "03-ols/",
    "./03-ols",
    "source/03-ols",
    "./source/03-ols/",
    "source/03-ols/03-ols.ipynb",
    "03-ols.ipynb",
]


@pytest.mark.parametrize("text", NAMES)
def test_an_assignment_may_be_named_as_the_shell_completes_it(text: str) -> None:
    assert commands.assignment_name(text) == "03-ols"


def test_the_assignment_of_the_current_folder_is_a_dot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "source" / "03-ols"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    assert commands.assignment_name(".") == "03-ols"


@pytest.mark.parametrize(
    "command", ["grade 03-ols", "regrade 03-ols", "written 03-ols", "audit", "try 03-ols", "doctor"]
)
def test_without_a_course_nothing_is_loaded_and_nothing_made(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def loaded(*_: object) -> None:
        raise AssertionError("something was loaded")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("autograder.cli._load", loaded)
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "none"))
    assert main(command.split()) == commands.OPERATOR
    assert f"error: There is no course in {tmp_path} or in a folder above it" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mark", ["nbgrader_config.py", "gradebook.db", "source/03-ols/03-ols.ipynb"])
def test_a_course_is_found_upwards_and_paths_stay_as_they_were_meant(
    mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = tmp_path / "submitted" / "mia"
    below.mkdir(parents=True)
    (tmp_path / mark).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / mark).touch()
    monkeypatch.chdir(below)
    seen: list[tuple[Path, Path, Path]] = []

    def carried_out(_: str, options: argparse.Namespace) -> int:
        seen.append((Path.cwd(), options.answers, options.pages))
        return commands.DONE

    monkeypatch.setattr("autograder.cli.carry_out", carried_out)
    monkeypatch.setattr("autograder.cli._load", lambda _: None)
    assert main(["audit", "--answers", "mine"]) == commands.DONE
    assert seen == [(tmp_path, below / "mine", Path("audit"))]


def test_the_shell_completes_commands_options_and_names(tmp_path: Path) -> None:
    (tmp_path / "source" / "03-ols").mkdir(parents=True)
    (tmp_path / "source" / "03-ols" / "03-ols.ipynb").touch()
    (tmp_path / "submitted" / "mia").mkdir(parents=True)

    def offered(line: str) -> list[str]:
        asked = {"_ARGCOMPLETE": "1", "COMP_LINE": line, "COMP_POINT": str(len(line)), "_ARGCOMPLETE_IFS": "|"}
        found = tmp_path / "found"
        script = "import sys; sys.argv[0] = 'autograder'; from autograder.cli import main; main()"
        asked |= {"_ARGCOMPLETE_STDOUT_FILENAME": str(found)}
        subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env={**os.environ, **asked}, check=True)
        return [word.strip() for word in found.read_text().split("|")]

    assert offered("autograder reg") == ["regrade"]
    assert offered("autograder grade 0") == ["03-ols"]
    assert offered("autograder grade 03-ols --student m") == ["mia"]
    assert "--force" in offered("autograder grade 03-ols --f")


@pytest.mark.parametrize("command", commands.COMMANDS)
def test_help_shows_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    assert f"examples:\n  autograder {command}" in capsys.readouterr().out


def test_an_interrupt_ends_with_one_line_at_any_moment(tmp_path: Path) -> None:
    """While modules are loaded, and while a command that never ends is carried out."""
    (tmp_path / "nbgrader_config.py").touch()
    script = (
        "import os, signal, sys, threading, time, types\n"
        "from autograder import cli, commands\n"
        "def kill(): os.killpg(0, signal.SIGINT); time.sleep(20)\n"
        "endless = types.SimpleNamespace(NEEDS_COURSE=True, HELP='', add_arguments=lambda p: None,\n"
        "    run=lambda options, console: kill())\n"
        "cli.command = commands.command = lambda name: endless\n"
        "moment = sys.argv.pop()\n"
        "cli._load = lambda options: kill() if moment == 'loading' else None\n"
        "sys.exit(cli.program())"
    )
    for moment in ("loading", "running"):
        done = subprocess.run(
            [sys.executable, "-c", script, "doctor", moment],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            start_new_session=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (commands.INTERRUPTED, "")
        assert done.stderr.startswith("Interrupted.")
        assert done.stderr.count("\n") == 1


def test_a_fault_of_the_grader_is_nobody_elses(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> int:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr("autograder.cli.main", fails)
    monkeypatch.setattr("autograder.cli.signal.signal", lambda *_: None)
    monkeypatch.setattr("autograder.cli.processes.skip_slow_imports", lambda: None)
    assert program() == commands.FAULT == 70
    *_, problem, said = capsys.readouterr().err.splitlines()
    assert problem == "RuntimeError: unforeseen"
    assert said.startswith("This is a fault of autograder itself.")


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"autograder {__version__}\n"


@pytest.mark.parametrize("command", commands.COMMANDS)
def test_help_explains_the_exit_status(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert commands.STATUS in said
    assert commands.command(command).HELP in said


def test_importing_the_package_changes_nothing_for_others() -> None:
    script = "import sys, autograder, autograder.plugins; print('rfc3987_syntax' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_the_process_that_loads_what_workers_need_is_deaf_to_ctrl_c() -> None:
    """It would show where its imports were interrupted, beside the one line of the command."""
    script = (
        "import os, signal; from multiprocessing import forkserver; from pathlib import Path\n"
        "from autograder.workers import processes\n"
        "processes.prepare()\n"
        "pid = forkserver._forkserver._forkserver_pid\n"
        "status = Path(f'/proc/{pid}/status').read_text()\n"
        "os.kill(pid, signal.SIGKILL)\n"
        "ignored = int(status.split('SigIgn:')[1].split()[0], 16)\n"
        "print(ignored >> signal.SIGINT - 1 & 1, signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "1 True\n"
