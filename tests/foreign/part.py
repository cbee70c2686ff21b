"""One part of a notebook that was written for stock nbgrader: a solution cell and its test cell."""

from __future__ import annotations

from dataclasses import dataclass

BEGIN, END = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
NOTHING = "raise NotImplementedError()"


@dataclass(frozen=True)
class Part:
    """A solution cell with a right and a wrong answer, and the test cell behind it.

    Attributes:
        name: a few words.
        right: what the instructor wrote.
        test: the visible part of the test cell.
        hidden: its hidden tests, at the end of the cell; a test that holds the delimiters itself has none.
        wrong: what a student wrote who has not understood it.
        points: of the test cell.
    """

    name: str
    right: str
    test: str
    hidden: str = ""
    wrong: str = NOTHING
    points: float = 2

    @property
    def cell(self) -> str:
        """The source of the test cell."""
        return "\n".join([self.test, BEGIN, self.hidden, END] if self.hidden else [self.test]).strip("\n")


def nested(text: str) -> str:
    """A test with its delimiters where the text has "<<" and ">>"."""
    return text.replace("<<", BEGIN).replace(">>", END)
