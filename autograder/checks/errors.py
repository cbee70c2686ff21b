"""Errors of the person who wrote a hidden test, never of a student's work."""

from __future__ import annotations


class AuthorError(Exception):
    """A hidden test asks for something impossible: wrong arguments, credits that do not add up.

    The referee treats it as a fault of the grader: the part needs review, the student loses nothing.

    Attributes:
        got: what the hidden test passed, where one value is at fault.
    """

    def __init__(self, message: str, got: object = None) -> None:
        super().__init__(message)
        self.got = got
