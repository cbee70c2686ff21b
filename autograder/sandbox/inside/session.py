"""One session: the forked process in which a student's notebook runs."""

from __future__ import annotations

import base64
import ctypes
import fcntl
import os
import random
import resource
import signal
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from . import arguments
from .alarm import Alarm
from .channel import Channel, FrameTooLarge, Sink
from .encode.nodes import opaque
from .encode.value import Encoder
from .figures.recorder import Recorder
from .shell import Shell, describe

MB = 1 << 20
OPEN_FILES = 256
STACKS = 2048 * MB  # addresses for the stacks of threads, which they hardly use
TASKS = 4  # threads that each process of the limit may have, on average
CHANNEL = 3  # descriptor of the channel to the host
SEED = 20240601  # every session starts from it: a submission graded twice shows the same numbers
PR_SET_DUMPABLE = 4


class RequestTimeout(BaseException):
    """Raised inside student code that was asked for a value for too long."""


class Session:
    """Answers the host's requests until it closes the channel.

    Args:
        channel: to the host.
        shell: made before the fork.
        recorder: of figures, installed before the fork.
        limits: the fields of the host's ``Limits`` as a dict.
    """

    def __init__(self, channel: Channel, shell: Shell, recorder: Recorder, limits: dict[str, Any]) -> None:
        self._channel = channel
        self._shell = shell
        self._recorder = recorder
        self._limits = limits
        self._functions: list[Any] = []
        self._sink = Sink(channel)
        self._process = os.getpid()
        self._initial = dict(shell.user_ns)
        self._folder = str(Path.cwd())

    def serve(self) -> NoReturn:
        """Answer requests forever."""
        self._recorder.fit(self._limits["message_mb"] * MB)
        self._sink.attach()
        self._shell.sink = self._sink
        os.register_at_fork(after_in_child=self._sink.detach)
        handlers = {"files": self._files, "run": self._run, "value": self._value, "call": self._call}
        handlers["written"] = self._written
        while True:
            request = self._channel.receive()
            if request is None:
                os._exit(0)
            reply = handlers[request["op"]](request)
            if os.getpid() != self._process:
                os._exit(0)  # student code forked and the copy came back here
            self._send({**reply, "number": request["number"]})  # the host may have given up an earlier one

    def _send(self, reply: dict[str, Any]) -> None:
        try:
            self._channel.send(reply)
        except FrameTooLarge:
            small = {"figures": []} if reply["kind"] == "done" else {"value": opaque(None, "too large")}
            self._channel.send({**reply, **small})

    def _files(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            for name, content in request["files"].items():
                path = Path(name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(base64.b64decode(content))
        except OSError as problem:
            return {"kind": "raised", "error": f"{name}: {problem.strerror}"}
        return {"kind": "ready"}

    def _run(self, request: dict[str, Any]) -> dict[str, Any]:
        self._sink.begin_cell()
        self._recorder.begin_cell()
        self._shell.traced = request.get("traced", True)
        result = self._run_cell(request["source"], request.get("seconds"))
        figures = self._recorder.end_cell()
        self._sink.flush()
        sys.stdout, sys.stderr = self._sink.streams
        problem = result.error_before_exec or result.error_in_exec
        error = None
        if problem is not None:
            name, text = describe(type(problem), problem)
            error = f"{name}: {text}".splitlines()[0][:500]
        return {"kind": "done", "error": error, "line": line_of(problem), "figures": figures}

    def _run_cell(self, source: str, seconds: float | None) -> Any:
        """Run a cell; one that has ``seconds`` is interrupted then, as by a button, and the notebook goes on."""
        shell: Any = self._shell  # IPython's methods have no types
        if seconds is None:
            return shell.run_cell(source, store_history=True)
        with Alarm(seconds, _interrupted):
            return shell.run_cell(source, store_history=True)

    def _value(self, request: dict[str, Any]) -> dict[str, Any]:
        name = request["name"]
        namespace = self._shell.user_ns
        if name not in namespace or (name in self._initial and namespace[name] is self._initial[name]):
            return {"kind": "missing"}
        return self._encoded(lambda: namespace[name], request["seconds"])

    def _call(self, request: dict[str, Any]) -> dict[str, Any]:
        function = self._functions[request["function"]]
        args = [arguments.decode(node) for node in request["args"]]
        kwargs = {name: arguments.decode(node) for name, node in request["kwargs"].items()}
        return self._encoded(lambda: function(*args, **kwargs), request["seconds"])

    def _written(self, request: dict[str, Any]) -> dict[str, Any]:
        """What lies in the working folder; student code may have made up any of it."""
        found: dict[str, str] = {}
        try:
            bounds = (request["files"], request["bytes"])
            with Alarm(request["seconds"], _out_of_time):
                for name, content in contents(self._folder, request["endings"], request["given"], *bounds):
                    found[name] = base64.b64encode(content).decode("ascii")
        except BaseException:
            found = {}
        return {"kind": "value", "value": {"t": "files", "files": found}}

    def _encoded(self, produce: Any, seconds: float) -> dict[str, Any]:
        """The answer to a request for a value; student code that runs for it has ``seconds``."""
        value: Any = None
        try:
            with Alarm(seconds, _out_of_time) as alarm:
                try:
                    value = produce()
                except (Exception, SystemExit, KeyboardInterrupt) as problem:
                    alarm.off()
                    name, text = describe(type(problem), problem)
                    return {"kind": "raised", "error": f"{name}: {text}"[:500]}
                node = Encoder(self._functions, self._limits["message_mb"] * MB).encode(value)
        except RequestTimeout:
            return {"kind": "raised", "error": f"TimeoutError: not done after {seconds:g} seconds"}
        except BaseException as problem:
            node = opaque(value, f"could not be read ({type(problem).__name__})")
        finally:
            self._sink.flush()
        return {"kind": "value", "value": node}


def contents(folder: str, endings: list[str], given: list[str], most: int, size: int) -> Iterator[tuple[str, bytes]]:
    """Regular files below a folder by their relative names, the first ones that fit into both bounds.

    Args:
        folder: where they lie.
        endings: of their names, such as ``.png``.
        given: names of files that are left out.
        most: how many.
        size: of all together, in bytes.
    """
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        for name in sorted(names):
            path = Path(place, name)
            known = path.relative_to(folder).as_posix()
            if known in given or name.startswith(".") or path.suffix.lower() not in endings:
                continue
            if path.is_symlink() or not path.is_file() or not most or path.stat().st_size > size:
                continue
            content = path.read_bytes()[:size]
            most, size = most - 1, size - len(content)
            yield known, content


def _out_of_time() -> NoReturn:
    raise RequestTimeout


def _interrupted() -> NoReturn:
    raise KeyboardInterrupt("this cell ran longer than its limit of time")


def line_of(problem: BaseException | None) -> int | None:
    """The line of a cell, counted from 1, in which an exception came up: the innermost one of the cell's own code."""
    try:
        if isinstance(problem, SyntaxError):
            return problem.lineno
        frames = [(frame.f_code, line) for frame, line in traceback.walk_tb(problem.__traceback__ if problem else None)]
        cell = next(code.co_filename for code, _ in frames if code.co_name == "<module>")
        return [line for code, line in frames if code.co_filename == cell][-1]
    except Exception:
        return None  # an exception of the student's own making can be anything


def become(limits: dict[str, Any], fds: tuple[int, ...], folder: str) -> None:
    """Turn the freshly forked process into one that may run student code.

    Standard input is empty, standard output and error are the host's pipes, the channel gets
    descriptor ``CHANNEL``, and every other descriptor is closed.

    Args:
        limits: the fields of the host's ``Limits``.
        fds: channel, standard output and standard error, as the host passed them.
        folder: the working folder.
    """
    os.setsid()
    null = os.open("/dev/null", os.O_RDONLY)
    copies = [fcntl.fcntl(fd, fcntl.F_DUPFD, 16) for fd in (null, *fds[1:], fds[0])]
    for target, source in enumerate(copies):
        os.dup2(source, target, inheritable=target < CHANNEL)
    os.closerange(CHANNEL + 1, 1 << 16)
    _limit(limits)
    # nothing of process 1 is left in it, so it may look at itself, and the watch at its memory
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
    os.nice(10)  # the watch in process 1 goes first, and so do the grader and the machine's users
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # passing the limit ends the process, visibly
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(folder)
    os.environ["PWD"] = folder
    sys.path.insert(0, "")  # modules in the working folder can be imported, as in a notebook
    reseed()  # Python itself draws new numbers after a fork


def _limit(limits: dict[str, Any]) -> None:
    own = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    memory = own + limits["memory_mb"] * MB + STACKS
    seconds = int(limits["cpu_seconds"]) + 1
    for which, value in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, limits["file_mb"] * MB),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_SIGPENDING, 1024),
    ):
        resource.setrlimit(which, (value, value))
    if limits["limit_processes"]:
        # it counts threads as well; the watch in process 1 counts processes
        resource.setrlimit(resource.RLIMIT_NPROC, (TASKS * limits["processes"],) * 2)


def reseed() -> None:
    """Start the global random numbers from the same place in every session."""
    random.seed(SEED)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(SEED)
