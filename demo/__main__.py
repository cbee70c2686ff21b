"""``python -m demo``: a demo class hands in, is graded, and gets feedback."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from demo import table, workspace
from demo.course import StepFailed
from demo.progress import Steps
from demo.run import Outcome, run
from demo.students import CLASS

_PLAIN_WIDTH = 180  # columns, where the output is not a terminal
_LOG_LINES = 40
_NEXT = """What next?
  make lab                    the formgrader on this class, in a browser
  cd {root}                   a course like any other: nbgrader and autograder work there
  autograder report 03-ols    after `. .venv/bin/activate`: the class at a glance
  docs/first-assignment.md    an assignment of your own"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; returns 0 when everybody got the points expected, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument(
        "--workspace",
        type=Path,
        default=workspace.DEFAULT,
        metavar="DIR",
        help="folder to work in; what an earlier demo left there is deleted (default: workspace/ in the repository)",
    )
    root = parser.parse_args(arguments).workspace.resolve()
    console = Console() if sys.stdout.isatty() else Console(width=_PLAIN_WIDTH)
    began = time.monotonic()
    try:
        outcome = run(root, CLASS, Steps(console))
    except workspace.NotAWorkspace as refusal:
        console.print(str(refusal), style="red", markup=False)
        return 1
    except StepFailed as failure:
        console.print(f"{failure.log}\n{failure}", style="red", markup=False)
        return 1
    return _report(console, root, outcome, time.monotonic() - began)


def _report(console: Console, root: Path, outcome: Outcome, seconds: float) -> int:
    does = {student.name: student.does for student in CLASS}
    console.print(table.render(does, outcome.assignments, outcome.cells, console.width))
    console.print(f"{len(outcome.cells)} submissions of {len(does)} students in {seconds:.0f} s", highlight=False)
    if outcome.pages:
        mine = outcome.pages[0].relative_to(root)
        console.print(
            f"Feedback, relative to {root}:\n"
            "  feedback/STUDENT/ASSIGNMENT/ASSIGNMENT.html  as generated\n"
            f"  {mine}  as a student fetched it, for example",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    for failure in outcome.failures:
        lines = failure.log.read_text(errors="replace").splitlines()[-_LOG_LINES:]
        console.print(
            "\n".join([f"{failure.command} ended with an error:", *lines]), style="red", markup=False, highlight=False
        )
    found = table.differences(outcome.cells)
    for difference in found:
        console.print(difference, style="bold red", markup=False, highlight=False)
    if not found and not outcome.failures:
        console.print("Everybody got the points expected.", style="green")
    console.print(_NEXT.format(root=root), markup=False, highlight=False, soft_wrap=True)
    return 1 if found or outcome.failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
