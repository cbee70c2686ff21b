"""What the demo shows while it runs: bars on a terminal, plain lines elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Done = Callable[[int], None]  # says how many of the step's pieces are done

_PLAIN_SECONDS = 5.0  # between two plain lines of one step


class Steps:
    """The steps of the demo, one after the other."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def step(self, title: str, total: int) -> Iterator[Done]:
        """One step of ``total`` pieces; yields the function that takes the number of pieces done so far."""
        show = self._bar if self._console.is_terminal else self._lines
        with show(title, total) as done:
            yield done

    @contextmanager
    def _bar(self, title: str, total: int) -> Iterator[Done]:
        columns = (TextColumn("{task.description:<34}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._console) as progress:
            task = progress.add_task(title, total=total)

            def done(pieces: int) -> None:
                progress.update(task, completed=pieces)

            yield done

    @contextmanager
    def _lines(self, title: str, total: int) -> Iterator[Done]:
        began = said = time.monotonic()

        def done(pieces: int) -> None:
            nonlocal said
            if time.monotonic() - said >= _PLAIN_SECONDS:
                said = time.monotonic()
                self._console.print(f"{title}: {pieces} of {total}")

        self._console.print(f"{title} …")
        yield done
        self._console.print(f"{title}: done, {time.monotonic() - began:.1f} s")
