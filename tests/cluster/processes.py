"""A Dask scheduler and its workers as processes of this machine; the workers see neither `/tmp` nor the course.

Where the tests run as root, the workers belong to "nobody".
"""

from __future__ import annotations

import importlib
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from distributed import Client

from autograder.sandbox.building.bubblewrap import UNPRIVILEGED
from tests.course_folder import REPOSITORY

START_SECONDS = 60
# After which silence a worker is taken for dead: its first imports take some seconds on a busy machine.
SCHEDULER_SETTINGS = {"DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "30s"}


class Cluster:
    """Scheduler and workers, each of which can be killed or stopped.

    Args:
        hidden: a folder that the workers must not see.
    """

    def __init__(self, hidden: Path) -> None:
        self.hidden = hidden
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        self._program = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1"]
        self._program += ["--port", str(port), "--no-dashboard"]
        self.scheduler = _start(self._program, SCHEDULER_SETTINGS)
        self._started: list[subprocess.Popen[bytes]] = []

    def complete(self, workers: int) -> None:
        """Start what is missing of a scheduler and so many workers, and wait for them."""
        if self.scheduler.poll() is not None:
            self.close()
            self.scheduler = _start(self._program, SCHEDULER_SETTINGS)
        self._add(workers - len(self.workers))

    def _add(self, count: int) -> None:
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", "/tmp"]
        program = [sys.executable, "-m", "distributed.cli.dask_worker", self.address, *options]
        expected = len(self.workers) + count
        self._started += [_start([*self._where_the_course_is_not(), *program], {"HOME": "/tmp"}) for _ in range(count)]
        with Client(self.address, timeout=START_SECONDS) as client:
            client.wait_for_workers(expected, timeout=START_SECONDS)
            # What a worker loads with its first task keeps it from answering, for long on a busy machine.
            client.run(lambda: bool(importlib.import_module("autograder.workers.engines")))

    @property
    def workers(self) -> list[psutil.Process]:
        """The processes of the workers that live."""
        alive = [psutil.Process(one.pid) for one in self._started if one.poll() is None]
        return [child for one in alive for child in one.children()]

    def close(self) -> None:
        """End everything."""
        for one in self.workers:
            one.send_signal(signal.SIGKILL)
        for process in (*self._started, self.scheduler):
            process.kill()
            process.wait()

    def _where_the_course_is_not(self) -> list[str]:
        command = [shutil.which("bwrap") or "bwrap", "--die-with-parent", "--dev-bind", "/", "/"]
        hidden = [Path("/tmp"), *([Path.home()] if os.geteuid() == 0 else [])]
        for folder in hidden:
            command += ["--perms", "1777", "--tmpfs", str(folder)]
        for path in (Path(sys.base_prefix).resolve(), Path(sys.prefix), REPOSITORY):
            inside = next((folder for folder in hidden if path.is_relative_to(folder)), None)
            if inside is None:
                continue
            for parent in reversed([parent for parent in path.parents if parent.is_relative_to(inside)][:-1]):
                command += ["--perms", "0755", "--dir", str(parent)]
            command += ["--ro-bind", str(path), str(path)]
        command += ["--tmpfs", str(self.hidden), "--chdir", "/tmp"]
        if os.geteuid() != 0:
            return [*command, "--"]
        user = str(UNPRIVILEGED)
        return [*command, "--", "setpriv", "--reuid", user, "--regid", user, "--clear-groups"]


def kill(worker: psutil.Process) -> None:
    """End a worker at once, and wait until it is gone."""
    worker.kill()
    worker.wait(START_SECONDS)


def _start(command: list[str], settings: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, env={**os.environ, **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


@contextmanager
def cluster(hidden: Path, workers: int) -> Iterator[Cluster]:
    """A cluster with so many workers."""
    made = Cluster(hidden)
    try:
        made.complete(workers)
        yield made
    finally:
        made.close()
