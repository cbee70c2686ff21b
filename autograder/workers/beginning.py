"""What processes begin with, for a command that has not loaded it itself."""

from __future__ import annotations


def warm(folder_mb: int, hidden: tuple[str, ...], isolated: bool, preload: tuple[str, ...]) -> None:
    """See :func:`autograder.workers.engines.warm`."""
    from autograder.workers import engines

    engines.warm(folder_mb, hidden, isolated, preload)
