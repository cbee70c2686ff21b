"""What the engine says of clusters that cannot grade, and of tasks that take workers with them."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import dask.config
import pytest
from distributed import LocalCluster

from autograder import cluster, installed
from autograder.engines import EngineUnavailable
from autograder.runner import Failed, grade_all
from autograder.sandbox import SandboxUnavailable
from autograder.submission import Packed, Task
from tests.grading.test_runner import finished, task


@pytest.fixture(scope="module")
def processes() -> Iterator[LocalCluster]:
    """Workers that are started again when they die; Dask itself blames a task for the first death already."""
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as started,
    ):
        yield started


@pytest.fixture
def two_processes(processes: LocalCluster) -> LocalCluster:
    """All that died in a test before are there again."""
    processes.wait_for_workers(2)
    return processes


def test_a_task_that_kills_workers_costs_nobody_else(two_processes: LocalCluster, tmp_path: Path) -> None:
    once = tmp_path / "died"
    empty = finished(task("nobody"))

    def grade(one: Task) -> Packed:
        if one.student == "deadly" or (one.student == "once" and not once.exists()):
            once.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return replace(empty, student=one.student)

    students = ["a", "deadly", "b", "once", *(f"s{number}" for number in range(10))]
    with closing(cluster.dask(two_processes.scheduler_address, 1)) as engine:
        results = list(grade_all(map(task, students), grade, engine))
    assert Counter(result.student for result in results) == Counter(students)
    failed = [result for result in results if isinstance(result, Failed)]
    assert [(one.student, one.reason) for one in failed] == [
        ("deadly", "the grading process died twice while it graded this submission")
    ]


def test_a_worker_with_other_versions_grades_nothing(
    two_processes: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = installed.libraries()["numpy"]
    monkeypatch.setattr(installed, "libraries", lambda: {"numpy": "0.1"})
    with (
        closing(cluster.dask(two_processes.scheduler_address, 1)) as engine,
        pytest.raises(EngineUnavailable, match=rf"tcp://.* other versions .*: numpy \({there} there, 0.1 here\)"),
    ):
        list(grade_all([task("a")], lambda _: pytest.fail("graded"), engine))


def test_a_worker_without_a_sandbox_stops_the_run(two_processes: LocalCluster) -> None:
    def grade(_: Task) -> Packed:
        raise SandboxUnavailable("bubblewrap is not installed")

    with (
        closing(cluster.dask(two_processes.scheduler_address, 1)) as engine,
        pytest.raises(EngineUnavailable, match=r"worker at tcp://.* cannot grade: bubblewrap is not installed"),
    ):
        list(grade_all([task("a")], grade, engine))


@pytest.mark.parametrize(
    ("workers", "threads", "says"), [(0, 1, "has no workers; start some with"), (1, 2, "--nthreads 1")]
)
def test_clusters_that_cannot_be_used(workers: int, threads: int, says: str) -> None:
    with (
        LocalCluster(
            n_workers=workers, threads_per_worker=threads, processes=False, dashboard_address=None, protocol="tcp"
        ) as unfit,
        pytest.raises(EngineUnavailable, match=says),
    ):
        cluster.dask(unfit.scheduler_address, 1)


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "ANSWER_SECONDS", 1)
    with pytest.raises(EngineUnavailable, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        cluster.dask("tcp://127.0.0.1:9", 1)


def test_a_loop_that_runs_is_in_nobodys_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in Jupyter."""
    monkeypatch.setattr(cluster, "ANSWER_SECONDS", 1)

    async def ask() -> None:
        cluster.dask("tcp://127.0.0.1:1", 1)

    with pytest.raises(EngineUnavailable, match="no Dask scheduler answers"):
        asyncio.run(ask())


def test_a_cluster_of_this_machine() -> None:
    with closing(cluster.dask(None, 2)) as engine:
        assert engine.workers == 2
