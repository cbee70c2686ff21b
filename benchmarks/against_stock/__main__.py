"""Run the comparison and print it as a Markdown table."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from benchmarks.against_stock.attacks import ATTACKS, Attack
from benchmarks.against_stock.course import STOCK_NBGRADER, THIS_PROJECT, Course
from benchmarks.against_stock.outcome import achieved, secrets


def main() -> int:
    """Print a row for each attack; the exit status is 0 only if this project withstood all of them."""
    parser = argparse.ArgumentParser("python -m benchmarks.against_stock", description=__doc__)
    parser.add_argument("--only", default="", metavar="WORD", help="attacks whose family or description has this word")
    options = parser.parse_args()
    attacks = [attack for attack in ATTACKS if options.only in f"{attack.family} {attack.tries}"]
    scratch = Path(tempfile.mkdtemp(prefix="against-stock-"))
    failures = 0
    try:
        systems = [Course.prepare(scratch / system.name, system) for system in (STOCK_NBGRADER, THIS_PROJECT)]
        usual = [_usual(course, scratch / f"usual-{course.scratch.name}") for course in systems]
        print(f"| kind | a submission that … | stock nbgrader {version('nbgrader')} | this project |")
        print("|---|---|---|---|")
        shown = (
            "hidden tests are shown to everybody" if found["the hidden tests"] else "as it should be" for found in usual
        )
        print(f"| | is honest | {' | '.join(shown)} |", flush=True)
        for number, attack in enumerate(attacks):
            places = [scratch / f"{number}-{course.scratch.name}" for course in systems]
            stock, ours = (_try(attack, *pair) for pair in zip(systems, places, usual, strict=True))
            failures += bool(ours)
            print(f"| {attack.family} | {attack.tries} | {_words(stock)} | {_words(ours)} |", flush=True)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return 1 if failures else 0


def _try(attack: Attack, course: Course, scratch: Path, usual: Mapping[str, int]) -> list[str]:
    copy = course.copy(scratch)
    try:
        copy.hand_in(attack)
        return achieved(copy, copy.grade(), usual)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _usual(course: Course, scratch: Path) -> dict[str, int]:
    """What stands in the feedback of somebody who attacks nothing."""
    copy = course.copy(scratch)
    copy.hand_in(Attack("", ""))
    copy.grade()
    return secrets(copy)


def _words(found: list[str]) -> str:
    return f"**{', '.join(found)}**" if found else "withstood"


if __name__ == "__main__":
    sys.exit(main())
