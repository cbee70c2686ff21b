"""IPython as a Jupyter kernel has it, without the kernel: outputs go to a :class:`~.streams.Sink`."""

from __future__ import annotations

import builtins
import getpass
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any, NoReturn

from IPython.core import page
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Any as AnyTrait
from traitlets import Type
from traitlets.config import Config

from .channel import Sink, bundle

NO_INPUT = "input() has no one to answer it: notebooks are graded without a keyboard. Assign the value instead."

MAX_FRAMES = 60  # of a traceback
OURS = str(Path(__file__).parent)


def _sink_of(part: Any) -> Sink | None:
    sink: Sink | None = part.shell.sink
    return sink


class Publisher(DisplayPublisher):
    """What ``display()`` ends in."""

    def publish(self, data: Any, *_more: Any, transient: Any = None, update: bool = False, **_named: Any) -> None:
        """Send a display to the host."""
        sink = _sink_of(self)
        if sink is not None:
            content = {"data": bundle(data), "id": str((transient or {}).get("display_id") or "")[:200]}
            sink.rich("update" if update else "display_data", content)

    def clear_output(self, wait: bool = False) -> None:
        """Drop what the cell has shown so far."""
        sink = _sink_of(self)
        if sink is not None:
            sink.rich("clear", {"wait": bool(wait)})


class Result(DisplayHook):
    """What shows the value of a cell's last expression."""

    def write_output_prompt(self) -> None:
        """Do nothing: a notebook numbers its results itself."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        """Send the result to the host."""
        del md_dict  # nothing in it is shown in feedback
        sink = _sink_of(self)
        if sink is not None:
            sink.rich("execute_result", {"data": bundle(format_dict), "count": self.prompt_count})

    def finish_displayhook(self) -> None:
        """End the display."""
        self._is_active = False


class Shell(InteractiveShell):
    """An interactive shell without a terminal and without threads."""

    displayhook_class = Type(Result)
    display_pub_class = Type(Publisher)
    sink: Sink | None = None
    traced = True  # whether errors are shown with their traceback, which takes IPython 20 ms to lay out
    exiter = AnyTrait()

    @classmethod
    def create(cls) -> Shell:
        """The one shell of this process; its namespace is the module ``__main__``."""
        config = Config()
        config.HistoryManager.enabled = False  # it would start a thread and a database
        config.InteractiveShell.autoindent = False
        config.IPKernelApp = Config()  # by this, tqdm and others tell a notebook from a terminal
        shell: Any = cls.instance(config=config)  # IPython's methods have no types
        shell.exiter = _Exit()
        shell.kernel = SimpleNamespace(shell=shell)  # by this, others do
        shell.user_ns.update(exit=shell.exiter, quit=shell.exiter)
        shell.set_hook("show_in_pager", page.as_hook(page.display_page), 90)
        builtins.input = _no_input
        getpass.getpass = _no_input
        made: Shell = shell
        return made

    def init_io(self) -> None:
        """Leave ``sys.stdout`` as it is: the sink takes its place later."""

    def ask_exit(self) -> None:
        """Stay: ``exit`` in a cell does not end a notebook's run."""

    def enable_gui(self, gui: str | None = None) -> None:
        """Stay without an event loop: there is no screen."""

    def enable_matplotlib(self, gui: str | None = None) -> Any:
        """Draw inline whatever backend ``%matplotlib`` names: there is no screen."""
        del gui
        return super().enable_matplotlib("inline")  # type: ignore[no-untyped-call]  # as above

    def system(self, cmd: str) -> None:
        """Run ``!cmd``: what it writes is output of the cell."""
        command = self.var_expand(cmd, depth=1)  # type: ignore[no-untyped-call]  # as above
        process = subprocess.Popen(
            command,
            shell=True,  # the student's own command, inside the sandbox
            executable="/bin/bash" if os.path.exists("/bin/bash") else None,  # noqa: PTH110
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert process.stdout is not None
        while part := os.read(process.stdout.fileno(), 1 << 16):
            sys.stdout.write(part.decode("utf-8", "replace"))
        self.user_ns["_exit_code"] = process.wait()

    def showtraceback(self, *about: Any, **named: Any) -> None:
        """Show an error; where nobody reads it, by its name and message alone."""
        shell: Any = self  # IPython's methods have no types
        kept = shell.InteractiveTB
        try:
            shell.InteractiveTB = kept if self.traced else _Untraced()
            super().showtraceback(*about, **named)
        finally:
            shell.InteractiveTB = kept

    def _get_exc_info(self, exc_tuple: Any = None) -> Any:
        """The exception to show; endless recursion is cut short, because IPython takes seconds for its frames."""
        kind, value, traceback = super()._get_exc_info(exc_tuple)  # type: ignore[no-untyped-call]  # as above
        shorten(traceback)
        return kind, value, traceback

    def _format_exception_for_storage(self, *_exception: Any, **_named: Any) -> dict[str, Any]:
        """Nothing: the history that it is kept for, at the cost of a second traceback, is never written."""
        return {}

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        if self.sink is not None:
            name, text = describe(etype, evalue)
            lines = [str(line) for line in stb if OURS not in str(line)]  # one entry is one frame
            self.sink.rich("error", {"ename": name, "evalue": text, "traceback": lines})


# By its name, rich, pandas and functions that students write do.
Shell.__name__ = Shell.__qualname__ = "ZMQInteractiveShell"


class _Untraced:
    """In the place of what lays out tracebacks."""

    def structured_traceback(self, *_exception: object, **_named: object) -> list[str]:
        """No line."""
        return []

    get_exception_only = structured_traceback


class _Exit:
    """``exit`` and ``quit`` in a cell."""

    def __repr__(self) -> str:
        return "exit() does not end a notebook that is being graded"

    def __call__(self, *_args: object) -> None:
        print(repr(self), file=sys.stderr)


def shorten(traceback: TracebackType | None) -> None:
    """Take the middle out of a traceback of more than ``MAX_FRAMES`` frames."""
    frames = []
    while traceback is not None:
        frames.append(traceback)
        traceback = traceback.tb_next
    if len(frames) > MAX_FRAMES:
        frames[MAX_FRAMES // 2].tb_next = frames[-MAX_FRAMES // 2]


def _no_input(*_args: object, **_kwargs: object) -> NoReturn:
    raise EOFError(NO_INPUT)


def describe(etype: Any, evalue: Any) -> tuple[str, str]:
    """Name and message of an exception, whatever its ``__str__`` does."""
    name = getattr(etype, "__name__", None)
    try:
        text = str(evalue)
    except Exception:
        text = "<the exception cannot be shown>"
    return (name if type(name) is str else "Exception"), text[:10_000]
