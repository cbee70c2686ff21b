"""What a check thinks of an answer, before its credit in points is known."""

from __future__ import annotations

from dataclasses import dataclass, replace

from autograder.checks.outcome import CheckResult, Status


@dataclass(frozen=True)
class Verdict:
    """A judgement in shares of the check's credit."""

    share: float  # of the check's credit, 0 … 1
    got: str = ""  # the student's value in words
    hint: str = ""  # what to think about, never the answer
    mistake: str = ""  # the recognised mistake: a row's name, or one of the check's own kinds
    notes: tuple[str, ...] = ()  # for the author of the course: rows that could not be computed

    @property
    def passed(self) -> bool:
        """Whether the answer earns the whole credit."""
        return self.share >= 1.0

    def with_notes(self, notes: tuple[str, ...]) -> Verdict:
        """The same judgement with further notes for the author."""
        return replace(self, notes=self.notes + notes) if notes else self

    def result(self, label: str, credit: float) -> CheckResult:
        """The line of the list of checks, worth ``credit`` points."""
        share = min(self.share, 1.0) if self.share > 0.0 else 0.0  # NaN is no share either
        status = Status.PASSED if share == 1.0 else Status.PARTIAL if share > 0.0 else Status.FAILED
        return CheckResult(
            label=label,
            status=status,
            earned=credit if share == 1.0 else min(round(credit * share, 9), credit),
            credit=credit,
            got=self.got,
            hint=self.hint,
            mistake=self.mistake,
            notes=self.notes,
        )


def right(got: str = "", hint: str = "") -> Verdict:
    """An answer that earns the whole credit."""
    return Verdict(1.0, got, hint)


def wrong(got: str = "", hint: str = "", mistake: str = "") -> Verdict:
    """An answer that earns nothing."""
    return Verdict(0.0, got, hint, mistake)
