"""The bare limit: the students' code alone, in warm forked processes, one per processor.

No sandbox, no limits, no comparison, nothing written: ``python -m benchmarks.throughput.bare WORKERS FILE…``
prints the seconds that the notebooks took after warming up.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn


def main(workers: int, files: Sequence[str]) -> None:
    """Run every notebook once and print how long that took, without the start."""
    notebooks = [Path(file) for file in files]
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    warm_up()
    started = time.monotonic()
    shares = [_forked_share(notebooks[number::workers]) for number in range(workers)]
    failed = sum(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != 0 for pid in shares)
    if failed:
        raise SystemExit("a notebook failed")
    print(time.monotonic() - started)


def warm_up() -> None:
    """Import what the course uses, and draw once."""
    import matplotlib.pyplot as plt
    import pandas  # noqa: F401
    import scipy.stats  # noqa: F401
    import statsmodels.api
    import statsmodels.formula.api  # noqa: F401

    plt.switch_backend("agg")
    plt.plot([1, 2], "o-", label="a")
    plt.legend()
    _render_figures()


def _forked_share(notebooks: Sequence[Path]) -> int:
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            for notebook in notebooks:
                child = os.fork()
                if child == 0:
                    _run(notebook)
                if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0:
                    break
            else:
                status = 0
        finally:
            os._exit(status)
    return pid


def _run(notebook: Path) -> NoReturn:
    status = 1
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.chdir(notebook.parent)
        namespace: dict[str, object] = {"__name__": "__main__", "display": print}
        for source in _code(notebook):
            exec(compile(source, notebook.name, "exec"), namespace)
            _render_figures()
        status = 0
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(status)


def _code(notebook: Path) -> Iterator[str]:
    """Cells without tests; the inline backend is on already."""
    for cell in json.loads(notebook.read_bytes())["cells"]:
        if cell["cell_type"] == "code" and not cell["metadata"].get("nbgrader", {}).get("grade"):
            yield "".join(cell["source"])


def _render_figures() -> None:
    import matplotlib.pyplot as plt

    for number in plt.get_fignums():
        plt.figure(number).savefig(io.BytesIO(), format="png", bbox_inches="tight")
    plt.close("all")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
