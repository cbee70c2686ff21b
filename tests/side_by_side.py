"""Runs tests in several processes: `pytest -p tests.side_by_side --processes 5`.

Tests are collected once, which takes ten seconds of a processor, and then the process is copied: each copy takes one
file of tests after the other, and sends back what became of each. (pytest-xdist has every process collect all tests.)
"""

from __future__ import annotations

import atexit
import gc
import itertools
import multiprocessing
import warnings
from collections.abc import Iterator
from multiprocessing.connection import Connection, wait
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--processes", type=int, default=1, help="how many run tests, a file at a time")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Have copies of this process run the tests; None where pytest shall do it itself."""
    options = session.config.option
    if options.processes < 2 or options.collectonly or options.usepdb or session.testsfailed:
        return None
    session.config._tmp_path_factory.getbasetemp()  # one for all
    files = [list(tests) for _, tests in itertools.groupby(session.items, lambda item: item.path)]
    gc.collect()
    gc.freeze()  # what is there already stays shared between the copies
    copies = _Copies(session, files)
    try:
        copies.run()
    finally:
        copies.end()
    return True


class _Copies:
    """The processes that run tests, seen from the one that has collected them."""

    def __init__(self, session: pytest.Session, files: list[list[pytest.Item]]) -> None:
        self._session = session
        self._files = files
        self._left = iter(range(len(files)))
        self._processes: dict[Connection, Any] = {}
        self._running: dict[Connection, str] = {}  # the test
        session.config.pluginmanager.get_plugin("terminalreporter").showfspath = False  # of many files at a time

    def run(self) -> None:
        for number in range(min(self._session.config.option.processes, len(self._files))):
            self._start(number)
        while self._processes:
            for connection in wait(list(self._processes)):
                self._hear(connection)
                if self._session.shouldfail:
                    raise self._session.Failed(self._session.shouldfail)
                if self._session.shouldstop:
                    raise self._session.Interrupted(self._session.shouldstop)

    def end(self) -> None:
        """End those that still run."""
        for process in self._processes.values():
            process.terminate()
            process.join()

    def _start(self, number: int) -> None:
        ours, theirs = multiprocessing.Pipe()
        copy = _Copy(self._session, self._files, theirs, number)
        process = multiprocessing.get_context("fork").Process(target=copy.run, args=([ours, *self._processes],))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # from Python 3.12 on, of the threads of OpenBLAS
            process.start()
        theirs.close()
        self._processes[ours] = process

    def _hear(self, connection: Connection) -> None:
        """Take one message of a copy."""
        hook = self._session.config.hook
        try:
            said, about = connection.recv()
        except EOFError:
            process = self._processes.pop(connection)
            process.join()
            if process.exitcode:
                test = self._running.get(connection, "its first test")
                pytest.exit(f"{test} ended the process that ran it ({process.exitcode})", returncode=1)
            return
        match said:
            case "next":
                connection.send(next(self._left, None))
            case "begun":
                self._running[connection] = about
            case "report":
                report = hook.pytest_report_from_serializable(config=self._session.config, data=about)
                hook.pytest_runtest_logreport(report=report)
            case "finished":
                hook.pytest_runtest_logfinish(**about)
            case "warning":
                hook.pytest_warning_recorded.call_historic(kwargs=about)


class _Copy:
    """A process that runs tests, and a plugin in it that tells of them."""

    def __init__(
        self, session: pytest.Session, files: list[list[pytest.Item]], connection: Connection, number: int
    ) -> None:
        self._session = session
        self._files = files
        self._connection = connection
        self._number = number

    def run(self, others: list[Connection]) -> None:
        """Run one file after the other."""
        for connection in others:
            connection.close()
        self._settle()
        tests = self._tests()
        test = next(tests, None)
        while test is not None:
            following = next(tests, None)  # after the last one, what all tests share is taken down
            self._session.config.hook.pytest_runtest_protocol(item=test, nextitem=following)
            test = following
        atexit._run_exitfuncs()  # a process of multiprocessing does not

    def _settle(self) -> None:
        """Let go of what only one process can have."""
        atexit._clear()
        plugins = self._session.config.pluginmanager
        plugins.unregister(name="terminalreporter")
        capture = plugins.get_plugin("capturemanager")
        capture.stop_global_capturing()  # its files are those of the other processes too
        capture.start_global_capturing()
        capture.suspend_global_capture()
        factory = self._session.config._tmp_path_factory  # nothing public sets it
        factory._basetemp = factory.getbasetemp() / f"process-{self._number}"
        factory._basetemp.mkdir(mode=0o700)
        plugins.register(self)

    def _tests(self) -> Iterator[pytest.Item]:
        while True:
            self._connection.send(("next", None))
            file = self._connection.recv()
            if file is None:
                return
            yield from self._files[file]

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._connection.send(("begun", nodeid))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        config = self._session.config
        data = config.hook.pytest_report_to_serializable(config=config, report=report)
        self._connection.send(("report", data))

    def pytest_runtest_logfinish(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        self._connection.send(("finished", {"nodeid": nodeid, "location": location}))

    def pytest_warning_recorded(
        self, warning_message: warnings.WarningMessage, when: str, nodeid: str, location: Any
    ) -> None:
        if when != "runtest":  # told already, while tests were collected
            return
        about = {"warning_message": warning_message, "when": when, "nodeid": nodeid, "location": location}
        self._connection.send(("warning", about))
