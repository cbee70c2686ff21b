"""Grades the demo class and nbgrader's example course with the commands, and keeps or compares what they get.

Run from the root of the repository::

    python -m tests.golden.make_verdicts            # keep what both get now
    python -m tests.golden.make_verdicts --compare  # write nothing, say what differs
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from demo.students import CLASS
from tests.demo.small_class import run_class
from tests.golden import verdicts
from tests.golden.verdicts import Verdict, verdicts_of
from tests.pipeline.test_other_courses import our_example


def found(name: str, root: Path) -> list[Verdict]:
    """Grade a class in an empty folder."""
    if name == "demo":
        run_class(root, CLASS)
        return verdicts_of(root)
    return verdicts_of(our_example(root).root)


def main() -> int:
    """Write or compare; 1 where something differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.golden.make_verdicts")
    parser.add_argument("--compare", action="store_true", help="write nothing, say what differs")
    options = parser.parse_args()
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    differs = False
    for name in verdicts.CLASSES:
        with tempfile.TemporaryDirectory() as scratch:
            now = found(name, Path(scratch) / name)
        print(f"{name}: {len(now)} verdicts", flush=True)
        if not options.compare:
            verdicts.write(name, now)
            continue
        for difference in verdicts.differences(verdicts.read(name), now):
            differs = True
            print(difference)
    return int(differs)


if __name__ == "__main__":
    raise SystemExit(main())
