"""Settings that all tests share.

Libraries are loaded by what needs them: the process that only hands out the tests to others does without.
"""

from __future__ import annotations

import functools
import gc
import getpass
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from sqlalchemy import Engine

    from autograder.sandbox import Sandbox

gc.disable()  # what is loaded with the tests stays, and looking for garbage in it takes a third of the time

# Without a GPU and calls to its maker's servers; root has no sandbox of Chromium's own.
_CHROMIUM = (
    "--disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync"
).split() + (["--no-sandbox"] if os.geteuid() == 0 else [])

PATIENCE = 180_000  # milliseconds, in which a browser has what a test waits for, whatever else the machine has to do

# nbgrader starts `alembic` by name; it lies beside this Python.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

# ngshare_exchange asks for it while it is imported; a container and cron may have none.
os.environ.setdefault("USER", getpass.getuser())

# A shell that runs the tests in the background, or nohup, has them ignore Ctrl-C; what they start would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Reproducible, so that more examples would be the same in every run, and without verdicts on a shared machine's speed.
settings.register_profile(
    "project", max_examples=50, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("project")


def pytest_collection_finish() -> None:
    """Look for garbage from now on, in what the tests make."""
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _what_commands_share() -> Iterator[None]:
    """Let commands that a test calls find what each of them would make again, as alike as before, for seconds."""
    import jsonschema
    import nbgrader.api
    from nbconvert.exporters import templateexporter

    from autograder.course.gradebook import newest_version
    from tests.warm import WarmPools, WarmTemplates

    pools = WarmPools()
    with pytest.MonkeyPatch.context() as patch:
        for user in ("workers.engines", "audit.run_cases", "audit.report", "audit.read_ahead", "watch.pages"):
            patch.setattr(f"autograder.{user}.Pool", pools.new)
        patch.setattr("autograder.commands.processors", lambda: 1)  # who wants more workers says so
        patch.setattr("nbgrader.api.get_alembic_version", newest_version)  # as a course's configuration does
        patch.setattr("nbgrader.api.create_engine", _remembering(nbgrader.api.create_engine))
        # nbconvert compiles its templates for each command that makes pages.
        remembering = functools.partial(templateexporter.Environment, bytecode_cache=WarmTemplates())
        patch.setattr(templateexporter, "Environment", remembering)
        patch.setattr("jsonschema.Draft4Validator.check_schema", _once_each(jsonschema.Draft4Validator.check_schema))
        yield
    pools.close()


def _remembering(create_engine: Callable[..., Engine]) -> Callable[..., Engine]:
    """Have a gradebook that is opened again keep the SQL that was made of its queries, and no connection."""
    known = functools.lru_cache(maxsize=8)(create_engine)

    def opened(*arguments: Any, **settings: Any) -> Engine:
        engine = known(*arguments, **settings)
        engine.dispose()
        return engine

    return opened


def _once_each(check_schema: Callable[..., None]) -> Callable[..., None]:
    """Have nbgrader look at its own schema once, not for each cell of a notebook."""
    sound: set[str] = set()

    def check(schema: Any, *arguments: Any, **settings: Any) -> None:
        if (text := repr(schema)) not in sound:
            check_schema(schema, *arguments, **settings)
            sound.add(text)

    return check


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A warm one for all tests that need no settings of their own; each opens sessions in it."""
    from autograder.sandbox import Limits, Sandbox

    with Sandbox(Limits(memory_mb=700), hidden=("lmmsolutions",)) as box:
        yield box


@pytest.fixture(scope="module", autouse=True)
def _leaves_the_process_as_it_was() -> Iterator[None]:
    """Which file a process tests next differs from run to run: none may depend on the one before it."""
    from tests import process_state

    before, path, callbacks = process_state.now(), sys.path.copy(), gc.callbacks.copy()
    yield
    process_state.put_back(path, callbacks)
    assert process_state.changes(before, process_state.now()) == []


@contextmanager
def run_chromium(*more: str) -> Iterator[Browser]:
    """Run Debian's Chromium. Until it ends, Playwright keeps an event loop running, beside which no other can run."""
    from playwright.sync_api import expect, sync_playwright

    program = shutil.which("chromium")
    assert program, "these tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(executable_path=program, args=[*_CHROMIUM, *more], timeout=PATIENCE)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def chromium(_leaves_the_process_as_it_was: None) -> Iterator[Browser]:
    """One for the tests of a file."""
    with run_chromium() as browser:
        yield browser
