"""`autograder grade` as the demo starts it."""

from pathlib import Path

from demo.commands import Failure, grade


def test_a_command_that_fails_is_named_with_what_it_said(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "autograder-grade.log"
    done: list[int] = []
    assert grade(tmp_path, ("01-first", "02-second"), done.append) == (
        Failure("autograder grade 01-first 02-second", log),
    )
    assert log.read_text().startswith("error: There is no course in ")
    assert set(done) <= {0}
