"""Whose turn it is: nobody waits because somebody else hands in often, or hands in what takes long."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from autograder.watch.journal import Row

HEAVY_SECONDS = 60.0  # of grading within an hour, from which on a student never takes the last worker that is free


def next_turn(
    waiting: Iterable[Row],
    running: Collection[tuple[str, str]],
    used: Mapping[str, tuple[int, float]],
    free: int,
    workers: int,
) -> Row | None:
    """The submission that is graded next: of the student who had fewest graded within the hour; then the oldest.

    Args:
        waiting: in the order in which they were noticed.
        running: assignment and student of those that are being graded; a student's next one waits for the one before.
        used: student → submissions graded, and seconds of grading, within the last hour.
        free: workers that have nothing to do.
        workers: how many there are.
    """
    students = [student for _, student in running]

    def may(row: Row) -> bool:
        if row.pair in running:
            return False
        seconds = used.get(row.arrived.student, (0, 0.0))[1]
        return seconds < HEAVY_SECONDS or workers == 1 or free > 1

    def rank(row: Row) -> int:
        return used.get(row.arrived.student, (0, 0.0))[0] + students.count(row.arrived.student)

    return min(filter(may, waiting), key=rank, default=None)
