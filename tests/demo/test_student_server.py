"""The two halves of a student's server on the Hub; the whole is tried in `tests/hub/`."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

from demo.hub import RECIPE


@pytest.fixture(scope="module")
def student_server() -> ModuleType:
    spec = importlib.util.spec_from_file_location("student_server", RECIPE / "student_server.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(await reader.read())
    writer.close()


async def _asked(question: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    writer.write(question)
    writer.write_eof()
    answer = await reader.read()
    writer.close()  # from Python 3.12 on a server waits for it before it ends
    return answer


def test_a_link_that_a_student_puts_in_place_of_the_socket_leads_nowhere(
    student_server: ModuleType, tmp_path: Path
) -> None:
    """Followed, it would connect whoever visits the student's server to a socket of the machine's."""

    async def play() -> bytes:
        machines, own = tmp_path / "machines", tmp_path / student_server.TO_SERVER
        async with await asyncio.start_unix_server(_echo, machines):
            own.symlink_to(machines)
            with pytest.raises(OSError, match="no socket"):
                await student_server._connect_inside(tmp_path)
            own.unlink()
            own.write_text("a file")
            with pytest.raises(OSError, match="no socket"):
                await student_server._connect_inside(tmp_path)
            own.unlink()
            async with await asyncio.start_unix_server(_echo, own):
                return await _asked(b"there and back", *await student_server._connect_inside(tmp_path))

    assert asyncio.run(play()) == b"there and back"


def test_bytes_pass_both_ways_and_an_end_that_is_not_there_ends_the_connection(
    student_server: ModuleType, tmp_path: Path
) -> None:
    async def play() -> tuple[bytes, bytes]:
        far, near = tmp_path / "far", tmp_path / "near"
        to_far = student_server._to(lambda: asyncio.open_unix_connection(far))
        async with await asyncio.start_unix_server(to_far, near):
            async with await asyncio.start_unix_server(_echo, far):
                there = await _asked(b"x" * 300_000, *await asyncio.open_unix_connection(near))
            far.unlink(missing_ok=True)
            return there, await _asked(b"", *await asyncio.open_unix_connection(near))

    there, nobody = asyncio.run(play())
    assert there == b"x" * 300_000
    assert nobody == b""


def test_an_environment_that_holds_the_grader_is_refused(
    student_server: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "site-packages" / "lmmsolutions").mkdir(parents=True)
    for name in ("JUPYTERHUB_SERVICE_URL", "JUPYTERHUB_API_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site-packages")])
    monkeypatch.setattr(sys, "argv", ["student_server.py", str(tmp_path / "home")])
    assert student_server.main() == 1
    assert "holds lmmsolutions, which students must not read" in capsys.readouterr().out
    assert not (tmp_path / "home").exists()


def test_no_two_students_get_the_same_user(
    student_server: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two servers that start at the same moment choose one after the other."""
    done: list[str] = []
    monkeypatch.setattr(os, "getuid", lambda: 0)
    monkeypatch.setattr(os, "chown", lambda *_: done.append("chosen"))
    monkeypatch.setattr(student_server.fcntl, "flock", lambda *_: done.append("alone"))
    assert student_server._user(tmp_path / "ada") >= student_server.FIRST_UID
    assert done == ["alone", "chosen"]


def test_python_may_lie_in_a_folder_of_which_each_student_has_an_own_one(
    student_server: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is mounted later covers what was mounted in it before."""
    monkeypatch.setattr(sys, "prefix", "/tmp/environment")
    monkeypatch.setattr(student_server.Path, "exists", lambda _: True)
    words = student_server.command(tmp_path / "homes" / "ann", tmp_path, 20_000)
    own = max(place for place, word in enumerate(words) if (word, words[place - 1]) == ("/tmp", "--tmpfs"))
    assert own < len(words) - 1 - words[::-1].index("/tmp/environment")
