"""JupyterLab with nbgrader's formgrader on the demo's workspace: ``python -m demo.lab``."""

import argparse
import http.client
import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from autograder.cli import find_course
from demo import workspace

START_SECONDS = 600.0  # while its process lives; a busy machine may need minutes
_NEWS_SECONDS = 15.0  # between two lines that say that it is still starting
_LAST_LINES = 20  # of the log, shown where it did not start
_STOP_SECONDS = 10.0
_PORTS = 20_000, 32_000
# Lab would ask on its first page whether to fetch news from the network.
_SETTINGS = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
# Without a check of international addresses, which no schema of Jupyter's asks for: to load it takes two seconds.
_JUPYTERLAB = "import sys; sys.modules['rfc3987_syntax'] = None; from jupyterlab.labapp import main; sys.exit(main())"


class DidNotStart(Exception):
    """A server ended or kept silent.

    Args:
        name: of the server.
        why: such as "it ended with status 1".
        log: the file that it wrote into.
    """

    def __init__(self, name: str, why: str, log: Path) -> None:
        lines = log.read_text(errors="replace").rstrip().splitlines() if log.is_file() else []
        wrote = "\n".join(["It wrote last:", *(f"  {line}" for line in lines[-_LAST_LINES:])])
        super().__init__(f"{name} did not start: {why}. {wrote if lines else 'It wrote nothing.'}\nLog: {log}")


def wait_until_ready(name: str, process: subprocess.Popen[bytes], log: Path, ready: Callable[[], bool]) -> None:
    """Wait for a server as long as it lives, and say every now and then that it is still starting.

    Args:
        name: of the server.
        process: that it runs in.
        log: the file that it writes into.
        ready: whether it is.

    Raises:
        DidNotStart: it has ended, or is not ready after :data:`START_SECONDS`.
    """
    began = time.monotonic()
    news = began + _NEWS_SECONDS
    while process.poll() is None:
        if ready():
            return
        now = time.monotonic()
        if now - began > START_SECONDS:
            raise DidNotStart(name, f"it runs, but is not ready after {START_SECONDS:g} s", log)
        if now >= news:
            print(f"{name} is still starting, after {now - began:.0f} s (log: {log})", file=sys.stderr, flush=True)
            news = now + _NEWS_SECONDS
        time.sleep(0.1)
    raise DidNotStart(name, f"it ended with status {process.returncode}", log)


class Lab:
    """A running server on a course folder; a context manager that stops it at the end.

    Jupyter's settings and run-time files lie inside the course folder: nothing of the user's is read or changed.
    """

    def __init__(self, course: Path, port: int = 8888, browser: bool = False, state: Path | None = None) -> None:
        self.course = course
        self.port = free_port(port)
        self._state = state or course  # where settings, run-time files and the log lie
        self.log = self._state / "logs" / "lab.log"
        self._token = secrets.token_hex(24)
        self._browser = browser
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, path: str) -> str:
        """Address of a page, with the token that opens it."""
        return f"http://127.0.0.1:{self.port}/{path}?token={self._token}"

    def __enter__(self) -> Self:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        settings = self._state / ".jupyter" / "config" / "labconfig"
        settings.mkdir(parents=True, exist_ok=True)
        (settings / "default_setting_overrides.json").write_text(json.dumps(_SETTINGS))
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command(self.course, self.port, self._browser),
                cwd=self.course,  # nbgrader reads nbgrader_config.py of the folder that the server starts in
                env=environment(self._state, self._token),
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
        try:
            wait_until_ready("JupyterLab", self._process, self.log, lambda: _answers(self.port))
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    def wait(self) -> int:
        """Wait until the server ends (somebody chose File → Shut Down); returns its exit status."""
        return self._process.wait() if self._process else 0

    def _stop(self) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def command(course: Path, port: int, browser: bool) -> list[str]:
    """The command line of the server."""
    options = [
        f"--ServerApp.root_dir={course}",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        "--ServerApp.answer_yes=True",
    ]
    if not browser:
        options.append("--no-browser")
    if os.getuid() == 0:
        options.append("--allow-root")
    return [sys.executable, "-c", _JUPYTERLAB, *options]


def environment(state: Path, token: str) -> Mapping[str, str]:
    """The server's environment: this virtual environment's commands, and Jupyter's folders out of the user's way."""
    jupyter = state / ".jupyter"
    return {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "JUPYTER_TOKEN": token,
        "TRAITLETS_APPLICATION_RAISE_CONFIG_FILE_ERROR": "1",  # else a course that cannot be read is graded as stock's
        "JUPYTER_CONFIG_DIR": str(jupyter / "config"),
        "JUPYTER_DATA_DIR": str(jupyter / "data"),
        "JUPYTER_RUNTIME_DIR": str(jupyter / "runtime"),
    }


def free_port(preferred: int) -> int:
    """``preferred`` where nobody listens on it, otherwise any free port.

    None of those that the system gives to whoever asks for any: before a server listens there, it would be gone.
    """
    for port in (*([preferred] if preferred else []), *(random.randrange(*_PORTS) for _ in range(1000))):
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
    raise OSError("no free port on 127.0.0.1")


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with suppress(OSError, http.client.HTTPException), closing(connection):
        connection.request("GET", "/login")
        return connection.getresponse().status < 500
    return False


def _stop(signum: int, frame: FrameType | None) -> None:
    """End as with Ctrl-C, so that the server does not stay behind."""
    del signum, frame
    raise KeyboardInterrupt


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the lab; make the demo first where there is none."""
    parser = argparse.ArgumentParser(prog="python -m demo.lab", description=__doc__)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--workspace", type=Path, default=workspace.DEFAULT, metavar="DIR")
    where.add_argument("--course", type=Path, metavar="DIR", help="your own course, instead of the demo's")
    parser.add_argument("--port", type=int, default=8888)
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    options = parser.parse_args(arguments)
    own = None if options.course is None else find_course(options.course.expanduser().resolve())
    if options.course is not None and own is None:
        print(f"There is no course in {options.course}: it has no nbgrader_config.py.", file=sys.stderr)
        return 2
    course = own or options.workspace.resolve()
    if own is None and not (course / "gradebook.db").is_file():
        from demo.__main__ import main as make_demo  # only then: it imports all of nbgrader

        make_demo(["--workspace", str(course)])
        if not (course / "gradebook.db").is_file():
            return 1
    signal.signal(signal.SIGTERM, _stop)
    try:
        state = None if own is None else own / ".autograder-lab"
        with Lab(course, options.port, browser=not options.no_browser, state=state) as lab:
            print(f"Formgrader:  {lab.url('formgrader')}\nJupyterLab:  {lab.url('lab')}")
            print(f"Log: {lab.log}\nStop with Ctrl-C.", flush=True)
            return lab.wait()
    except KeyboardInterrupt:
        return 0
    except DidNotStart as failure:
        print(failure, file=sys.stderr)
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
