"""How the lab is started: address, rights, and whose settings it uses."""

import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from demo import lab


@pytest.mark.parametrize(("uid", "needed"), [(0, True), (1000, False)])
def test_root_is_allowed_only_to_root(monkeypatch: pytest.MonkeyPatch, uid: int, needed: bool) -> None:
    monkeypatch.setattr("os.getuid", lambda: uid)
    assert ("--allow-root" in lab.command(Path("/course"), 8888, browser=False)) is needed


@pytest.mark.parametrize("browser", [True, False])
def test_a_browser_is_opened_only_where_it_is_wanted(browser: bool) -> None:
    assert ("--no-browser" in lab.command(Path("/course"), 8888, browser)) is not browser


def test_the_users_own_jupyter_settings_are_neither_read_nor_written(tmp_path: Path) -> None:
    environment = lab.environment(tmp_path, "secret")
    folders = [environment[f"JUPYTER_{kind}_DIR"] for kind in ("CONFIG", "DATA", "RUNTIME")]
    assert all(Path(folder).is_relative_to(tmp_path) for folder in folders)


def test_a_taken_port_is_replaced_by_a_free_one() -> None:
    with socket.socket() as taken:
        port = lab.free_port(0)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        assert lab.free_port(port) != port
    assert lab.free_port(port) == port


def test_a_server_that_ends_says_so_with_its_last_lines_and_names_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = ["sh", "-c", "seq 100 130; echo no such kernel; exit 3"]
    monkeypatch.setattr(lab, "command", lambda *_: broken)
    with pytest.raises(lab.DidNotStart) as failure, lab.Lab(tmp_path):
        pass
    said = str(failure.value).splitlines()
    assert said[0] == "JupyterLab did not start: it ended with status 3. It wrote last:"
    assert said[1] == "  112"
    assert said[-2:] == ["  no such kernel", f"Log: {tmp_path / 'logs' / 'lab.log'}"]


def test_a_server_that_ends_without_a_word_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab, "command", lambda *_: ["false"])
    with pytest.raises(lab.DidNotStart) as failure, lab.Lab(tmp_path):
        pass
    assert str(failure.value) == (
        f"JupyterLab did not start: it ended with status 1. It wrote nothing.\nLog: {tmp_path / 'logs' / 'lab.log'}"
    )


def test_a_server_that_lives_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = iter([False] * 9)
    minutes = iter(range(0, 6000, 60))  # a minute goes by each time that somebody looks at the clock
    monkeypatch.setattr(lab, "command", lambda *_: ["sleep", "600"])
    monkeypatch.setattr(lab, "_answers", lambda _port: next(asked, True))
    monkeypatch.setattr("demo.lab.time.monotonic", lambda: float(next(minutes)))
    monkeypatch.setattr("demo.lab.time.sleep", lambda _seconds: None)
    with lab.Lab(tmp_path):
        pass
    assert f"JupyterLab is still starting, after 60 s (log: {tmp_path / 'logs' / 'lab.log'})" in capsys.readouterr().err


def test_a_server_that_never_answers_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab, "command", lambda *_: ["sleep", "600"])
    monkeypatch.setattr(lab, "START_SECONDS", 0.0)
    with pytest.raises(lab.DidNotStart, match="it runs, but is not ready after 0 s"):
        lab.Lab(tmp_path).__enter__()


@pytest.fixture
def _own_signals() -> Iterator[None]:
    """The lab's own answer to being ended would stay that of these tests."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.usefixtures("_own_signals")
def test_ones_own_course_is_opened_and_jupyters_files_stay_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[tuple[Path, Path | None]] = []

    class Opened:
        log = Path("lab.log")

        def __init__(self, course: Path, _port: int, *, browser: bool, state: Path | None) -> None:
            del browser
            opened.append((course, state))

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None: ...

        def url(self, path: str) -> str:
            return path

        def wait(self) -> int:
            return 0

    monkeypatch.setattr(lab, "Lab", Opened)
    below = tmp_path / "source" / "03-ols"
    below.mkdir(parents=True)
    assert lab.main(["--course", str(below), "--no-browser"]) == 2
    assert "There is no course in" in capsys.readouterr().err
    (tmp_path / "nbgrader_config.py").touch()
    assert lab.main(["--course", str(below), "--no-browser"]) == 0
    assert opened == [(tmp_path, tmp_path / ".autograder-lab")]
