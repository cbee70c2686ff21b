"""A PostgreSQL server in a temporary folder, without network; where the tests run as root it belongs to "nobody"."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from autograder.sandbox.building.bubblewrap import UNPRIVILEGED

USER = "grader"


@dataclass(frozen=True)
class Server:
    """A running server; ``folder`` holds its socket."""

    folder: Path

    def new_database(self, name: str) -> str:
        """Make an empty database; returns its address for SQLAlchemy."""
        with psycopg.connect(host=str(self.folder), user=USER, dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql+psycopg://{USER}@/{name}?host={self.folder}"


def _program(name: str) -> str:
    folders = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    found = shutil.which(name, path=os.pathsep.join([*folders, os.environ["PATH"]]))
    assert found, "these tests need PostgreSQL: apt-get install postgresql"
    return found


def _run(*command: str) -> None:
    user = str(UNPRIVILEGED)
    drop = ["setpriv", "--reuid", user, "--regid", user, "--clear-groups"] if os.geteuid() == 0 else []
    subprocess.run([*drop, *command], check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextmanager
def server() -> Iterator[Server]:
    """Start a server; it ends, and its folder goes, with the context."""
    with tempfile.TemporaryDirectory(prefix="postgresql-", dir="/tmp") as name:  # a socket's path must be short
        folder, data = Path(name), f"{name}/data"
        if os.geteuid() == 0:
            os.chown(folder, UNPRIVILEGED, UNPRIVILEGED)
        settings = f"-k {folder} -c listen_addresses= -c fsync=off"
        _run(_program("initdb"), "-D", data, "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        _run(_program("pg_ctl"), "-D", data, "-w", "-l", f"{name}/log", "-o", settings, "start")
        try:
            yield Server(folder)
        finally:
            _run(_program("pg_ctl"), "-D", data, "-w", "-m", "immediate", "stop")
