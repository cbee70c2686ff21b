"""What the engine says of clusters that cannot grade, and of tasks that take workers with them."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from autograder.errors import EngineUnavailable
from autograder.grading.submission import SubmissionResult
from autograder.grading.task import Task
from autograder.workers import cluster, environment
from autograder.workers.runner import Failed, grade_all
from tests.grading.test_runner import deadly, finished, task, without_a_sandbox

if TYPE_CHECKING:
    from distributed import LocalCluster

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def _environment(_leaves_the_process_as_it_was: None) -> Iterator[None]:
    """Dask leaves the variables of the workers that it starts in its own process."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="module")
def processes() -> Iterator[LocalCluster]:
    """Workers that are started again when they die; Dask itself blames a task for the first death already."""
    import dask.config
    from distributed import LocalCluster

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


def deadly_to_workers(one: Task) -> SubmissionResult:
    """Kills the worker whose process grades it: "deadly" always, "once" the first time."""
    marker = Path(one.content.decode()) if one.content else None
    if one.student == "deadly" or (marker is not None and not marker.exists()):
        if marker is not None:
            marker.touch()
        worker = multiprocessing.parent_process()
        assert worker is not None
        os.kill(worker.pid or 0, signal.SIGKILL)
        time.sleep(60)
    return finished(one)


def test_a_task_that_kills_workers_costs_nobody_else(two_processes: LocalCluster, tmp_path: Path) -> None:
    students = ["a", "deadly", "b", *(f"s{number}" for number in range(10))]
    tasks = [*map(task, students), task("once", str(tmp_path / "died").encode())]
    with closing(cluster.dask(two_processes.scheduler_address, 1)) as engine:
        results = list(grade_all(tasks, deadly_to_workers, engine))
    assert Counter(result.student for result in results) == Counter([*students, "once"])
    failed = [result for result in results if isinstance(result, Failed)]
    assert [(one.student, one.reason) for one in failed] == [
        ("deadly", "the grading process died twice while it graded this submission")
    ]


def test_a_worker_with_other_versions_grades_nothing(
    two_processes: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    libraries = environment.libraries()
    there = libraries["numpy"]
    monkeypatch.setattr(environment, "libraries", lambda: libraries | {"numpy": "0.1"})
    with (
        closing(cluster.dask(two_processes.scheduler_address, 1)) as engine,
        pytest.raises(
            EngineUnavailable, match=rf"tcp://.* other versions or settings .*: numpy \({there} there, 0.1 here\)"
        ),
    ):
        list(grade_all([task("a")], lambda _: pytest.fail("graded"), engine))


def test_a_worker_with_other_numerical_settings_grades_nothing(
    two_processes: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Nehalem")
    with (
        closing(cluster.dask(two_processes.scheduler_address, 1)) as engine,
        pytest.raises(EngineUnavailable, match=r"OPENBLAS_CORETYPE \(\w+ there, Nehalem here\)"),
    ):
        list(grade_all([task("a")], finished, engine))


def test_a_process_that_a_task_kills_costs_no_worker(two_processes: LocalCluster, tmp_path: Path) -> None:
    students = [task("once", str(tmp_path / "died").encode()), task("deadly"), task("a")]
    with closing(cluster.dask(two_processes.scheduler_address, 1)) as engine:
        results = {result.student: result for result in grade_all(students, deadly, engine)}
    failed = results.pop("deadly")
    assert isinstance(failed, Failed)
    assert failed.reason == "the process that graded this submission ended twice: Killed"
    assert not any(isinstance(result, Failed) for result in results.values())


def test_a_worker_without_a_sandbox_stops_the_run(two_processes: LocalCluster) -> None:
    with (
        closing(cluster.dask(two_processes.scheduler_address, 1)) as engine,
        pytest.raises(EngineUnavailable, match=r"worker at tcp://.* cannot grade: bubblewrap is not installed"),
    ):
        list(grade_all([task("a")], without_a_sandbox, engine))


@pytest.mark.parametrize(
    ("workers", "threads", "says"), [(0, 1, "has no workers; start some with"), (1, 2, "--nthreads 1")]
)
def test_clusters_that_cannot_be_used(workers: int, threads: int, says: str) -> None:
    from distributed import LocalCluster

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
    """As in Jupyter; in a thread of its own, because this one may hold a browser's loop."""
    monkeypatch.setattr(cluster, "ANSWER_SECONDS", 1)

    async def ask() -> None:
        cluster.dask("tcp://127.0.0.1:1", 1)

    with ThreadPoolExecutor(1) as pool, pytest.raises(EngineUnavailable, match="no Dask scheduler answers"):
        pool.submit(asyncio.run, ask()).result()


def test_a_cluster_of_this_machine() -> None:
    with closing(cluster.dask(None, 2)) as engine:
        assert engine.workers == 2
