"""What is handed in is graded on a Dask cluster when it is handed in, and feedback is there."""

from __future__ import annotations

import functools
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from autograder.workers import cluster as dask_cluster
from tests.cluster.processes import Cluster, cluster, kill
from tests.watch.conftest import start
from tests.watch.the_course import RIGHT, WRONG, Watched

pytestmark = pytest.mark.slow

DEADLINE_SECONDS = 300


@pytest.fixture
def course(tmp_path: Path) -> Watched:
    return Watched.make_one(tmp_path / "made").copy(tmp_path / "course")


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Cluster]:
    with cluster(tmp_path, 1) as made:
        yield made


def test_the_command_starts_a_cluster_here_and_gives_feedback(course: Watched) -> None:
    secrets = {"ada": course.hand_in("ada", RIGHT), "bob": course.hand_in("bob", WRONG)}
    command = [sys.executable, "-m", "autograder.cli", "watch", "--engine", "dask", "--workers", "1"]
    with subprocess.Popen(command, cwd=course.root, stderr=subprocess.PIPE, text=True) as service:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not all(map(course.fetched, secrets.values())):
            if service.poll() is not None or time.monotonic() > deadline:
                service.kill()
                raise AssertionError(service.communicate()[1])
            time.sleep(0.2)
        service.terminate()
        said = service.communicate(timeout=DEADLINE_SECONDS)[1]
    assert service.returncode == 0, said
    assert "ended; what waits is graded at the next start" in said
    assert (course.earned("ada"), course.earned("bob")) == (1.0, 0.0)
    assert "1 of 1 points" in course.fetched(secrets["ada"])
    assert "0 of 1 points" in course.fetched(secrets["bob"])


def test_a_cluster_that_is_gone_is_waited_for(course: Watched, processes: Cluster) -> None:
    with ExitStack() as opened:
        running = start(course, opened, functools.partial(dask_cluster.dask, processes.address, 1))
        before = course.hand_in("ada")
        running.until(lambda: course.fetched(before))

        running.said.clear()
        processes.scheduler.kill()
        processes.scheduler.wait()
        for worker in processes.workers:
            kill(worker)
        meanwhile = course.hand_in("bob", WRONG)
        running.until(lambda: any(line.startswith("trouble: ") for line in running.said))
        assert running.journal.facts()["waits"]
        assert course.fetched(meanwhile) == ""

        processes.complete(1)
        running.until(lambda: course.fetched(meanwhile))
        running.done()
        assert running.states() == [("ada", "done", "all"), ("bob", "done", "all")]
        assert (course.earned("ada"), course.earned("bob")) == (1.0, 0.0)
