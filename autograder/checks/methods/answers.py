"""Checks of conditions, texts and choices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograder.checks.check_list import CheckList
from autograder.checks.kinds import KINDS
from autograder.checks.mistakes import Misconceptions, Mistake
from autograder.checks.outcome import AuthorError, Verdict
from autograder.checks.student import student
from autograder.checks.values.answers import judge_choice, judge_condition, judge_text, resting_on


class AnswerChecks(CheckList):
    """Anything that can be said in a condition, a text or a choice; arguments as in ``ValueChecks``."""

    def that(
        self, label: str, condition: bool | Callable[[], Any], *, credit: float | None = None, hint: str = ""
    ) -> None:
        """A condition on the student's values, for what has no kind of check of its own.

        In a test cell the condition is worked out inside the check, so that an answer that is missing or of another
        type fails this check and no other. In other places a function does that: ``lambda: slope > 0``.

        Args:
            label: what the feedback calls the check, as a statement.
            condition: True or False, or a function that gives one of them.
            credit: points.
            hint: what the student reads where the condition does not hold.

        Example:
            >>> with trying(subject_1=371, subject_2=371):
            ...     checks = Checks()
            ...     one, two = student.value("subject_1"), student.value("subject_2")
            ...     checks.that("the two subjects differ", one != two, hint="Compare two different subjects.")
            0 of 1 points
              ✗ the two subjects differ: not right, 0 of 1 points
                  Hint: Compare two different subjects.
        """
        self._check(
            label,
            lambda _: judge_condition(condition, hint),
            None,
            name="",
            credit=credit,
            mistakes=(),
            kinds=KINDS["that"],
        )

    def text(
        self,
        name: str,
        want: str | Iterable[str],
        *,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str | None = None,
    ) -> None:
        """A text; case and blanks make no difference.

        Args:
            name: the student's variable.
            want: the text, or several that are equally right.
            credit: points.
            mistakes: rows, whose ``wrong`` gives a text or a kind.
            label: what the feedback calls the check.

        Raises:
            AuthorError: if the reference holds no text.

        Example:
            >>> with trying(method="reml "):
            ...     checks = Checks()
            ...     checks.text("method", ["REML", "restricted maximum likelihood"])
            1 of 1 points
              ✓ `method`: right, 1 of 1 points
                  Found: the text “reml”
        """
        texts = (want,) if isinstance(want, str) or not isinstance(want, Iterable) else tuple(want)
        if not texts or not all(isinstance(text, str) and text.strip() for text in texts):
            raise AuthorError(f"the reference of {name!r} must be one text or several, got {want!r}", want)
        self._check(
            label or f"`{name}`",
            lambda rows: judge_text(name, student.value(name), texts, rows),
            texts,
            name=name,
            credit=credit,
            mistakes=mistakes,
            kinds=KINDS["text"],
            text_values=True,
        )

    def choice(
        self,
        name: str,
        want: bool | str,
        options: Sequence[Any] = (),
        *,
        needs: str | Sequence[str] = (),
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str | None = None,
    ) -> None:
        """A yes or no, or one of a few options.

        Half of all guesses are right. A choice should therefore earn its credit only together with the number that
        it rests on: ``needs``.

        Args:
            name: the student's variable.
            want: True or False, or the right one of the options. 0 and 1 are no answers to yes or no; a text with
                the right word earns half.
            options: all options, the right one among them; not for yes or no.
            needs: variables that are checked before; the choice earns nothing unless all of them are right.
            credit: points.
            mistakes: rows, whose ``wrong`` gives an option or a kind.
            label: what the feedback calls the check.

        Raises:
            AuthorError: if options are missing, or given for a yes or no; if a variable in ``needs`` has not been
                checked before.

        Example:
            >>> with trying(statistic=2.6, needed=False):
            ...     checks = Checks()
            ...     checks.number("statistic", 1.3002, credit=0.75)
            ...     checks.choice("needed", False, needs="statistic", credit=0.25)
            0 of 1 points
              ✗ `statistic`: not right, 0 of 0.75 points
                  Found: 2.6
                  Hint: This is not the value that the data give.
              ✗ `needed`: not right, 0 of 0.25 points
                  Found: False
                  Hint: This counts only together with what it rests on, which is not right yet: `statistic`.
        """
        if isinstance(want, bool) == bool(options):
            raise AuthorError(f"the choice {name!r} is either True or False, or one of the options", (want, options))
        needed = [(one, self._verdict_on(one)) for one in ((needs,) if isinstance(needs, str) else needs)]

        def judge(rows: Misconceptions) -> Verdict:
            return resting_on(judge_choice(name, student.value(name), want, options, rows), needed)

        self._check(
            label or f"`{name}`",
            judge,
            None,
            name=name,
            credit=credit,
            mistakes=mistakes,
            kinds=KINDS["choice"],
            text_values=True,
        )
