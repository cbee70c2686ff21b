"""The command ``autograder watch``."""

from __future__ import annotations

import argparse
import functools
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from autograder.commands import DONE, OPERATOR, add_json, add_workers, assignment_name, beside, print_json
from autograder.errors import CourseError

if TYPE_CHECKING:
    from autograder.course.course import Course
    from autograder.workers.engines import Engine

HELP = "grade what is handed in when it is handed in, and release the feedback (a service)"
EXAMPLES = (
    "autograder watch                     everything that is handed in, until Ctrl-C",
    "autograder watch 03-ols              one assignment",
    "autograder watch --status            how the service of this course is; --json for another program",
)
_STANDBY_SECONDS = 1.0  # between two looks whether another watcher has ended


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("assignments", nargs="*", type=assignment_name, metavar="ASSIGNMENT", help="default: all")
    parser.add_argument("--engine", choices=("local", "dask"), default="local", help="where submissions are graded")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster; without it one is started here")
    add_workers(where)
    parser.add_argument("--status", action="store_true", help="say how the service is, and end")
    add_json(parser)


def run(options: argparse.Namespace, console: Console) -> int:
    """Watch, or say how the service is."""
    if options.scheduler and options.engine != "dask":
        options.error("--scheduler goes with --engine dask")
    if options.json and not options.status:
        options.error("--json goes with --status")
    from autograder.course.course import Course

    course = Course.here()
    if options.status:
        return _status(course, options, console)
    if _watch(course, options, beside(options)):
        sys.stderr.flush()
        os.execv(sys.executable, [sys.executable, "-m", "autograder.cli", *sys.argv[1:]])
    return DONE


def _status(course: Course, options: argparse.Namespace, console: Console) -> int:
    """Say how the service is; the exit status is that of whoever has to act where it does not run, or waits."""
    from autograder.course.locks import locked_at_once
    from autograder.watch import journal, status

    if not journal.path_in(course.root).is_file():
        raise CourseError(f"No watcher has ever run in {course.root}.", remedy="Start one: autograder watch")
    with locked_at_once(_lock(course)) as free:
        pass
    with closing(journal.Journal(course.root)) as known:
        found = status.read(known, journal.now_utc())
    if options.json:
        print_json({"alive": not free, **found})
    for text in status.lines(found, alive=not free):
        console.print(text, highlight=False, markup=False, soft_wrap=True)
    return OPERATOR if free or found["waits_for_trouble_to_end"] else DONE


def _watch(course: Course, options: argparse.Namespace, console: Console) -> bool:
    """Watch until a signal says to end; returns whether to start anew."""
    from autograder.sandbox.unisolated import WARNING
    from autograder.watch import journal
    from autograder.watch.service import Service
    from autograder.watch.settings import Watch
    from autograder.watch.source import open_source

    def say(text: str) -> None:
        console.print(f"{datetime.now(UTC):%H:%M:%S} {text}", highlight=False, markup=False, soft_wrap=True)

    settings = Watch(parent=course.parent)
    _ = settings.zone  # what cannot be meant is said now
    if not course.settings.isolated:
        console.print(f"[bold red]{WARNING}[/] (c.Autograder.isolation = 'none').", highlight=False)
    with ExitStack() as opened:
        if not opened.enter_context(_only_one(course, say)):
            return False
        known = opened.enter_context(closing(journal.Journal(course.root)))
        me = f"process {os.getpid()} on {socket.gethostname()}"
        known.note(process=me, started=f"{journal.now_utc():%Y-%m-%d %H:%M:%S}", waits=False, error=None, running=[])
        source = open_source(settings.source, course)
        service = Service(course, settings, source, known, _engine(course, options), options.assignments, say=say)
        opened.callback(service.close)
        service.open()
        say(f"watching {course.root}; notices by {source.notices}")
        with _ended_by_signal(service.stop) as ended:
            service.run()
        if signal.SIGINT in ended:
            raise KeyboardInterrupt
        say("starting anew" if service.restart else "ended; what waits is graded at the next start")
    return service.restart


def _engine(course: Course, options: argparse.Namespace) -> Callable[[], Engine]:
    from autograder.workers import cluster, engines

    def new() -> Engine:
        if options.engine == "dask":
            return cluster.dask(options.scheduler, options.workers)
        limits = course.settings.limits_of(next(iter(options.assignments), ""))
        return engines.local(options.workers, limits, course.hidden_packages(), isolated=course.settings.isolated)

    return new


@contextmanager
def _only_one(course: Course, say: Callable[[str], object]) -> Iterator[bool]:
    """Hold the lock of the course's watcher; wait while another process, here or elsewhere, holds it.

    The lock is the operating system's: it ends with the process, however that ends, and then this one takes over.
    """
    from autograder.course.locks import locked_at_once

    other = f"another watcher works on {course.root}; this one takes over when it ends"
    say_once = functools.cache(lambda: say(other))
    with ExitStack() as held:
        with _ended_by_signal(lambda: None) as ended:
            while not ended:
                with ExitStack() as tried:
                    if tried.enter_context(locked_at_once(_lock(course))):
                        held.enter_context(tried.pop_all())
                        break
                say_once()
                time.sleep(_STANDBY_SECONDS)
        if signal.SIGINT in ended:
            raise KeyboardInterrupt
        yield not ended


@contextmanager
def _ended_by_signal(end: Callable[[], object]) -> Iterator[list[int]]:
    """Call ``end`` when a service manager, or Ctrl-C, asks to end; gives a list that has the signal then."""
    ended: list[int] = []

    def hear(number: int, _frame: object) -> None:
        ended.append(number)
        end()

    before = {number: signal.signal(number, hear) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _lock(course: Course) -> Path:
    return course.root / ".autograder" / "watch" / "lock"
