"""The table and the plot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.throughput.measures import Row


def table(rows: Sequence[Row], machine: str) -> str:
    """Markdown."""
    lines = ["| measure | this project | peer | found | target |", "|:--|--:|--:|--:|:--|"]
    for row in rows:
        mark = "" if not row.target else " ✓" if row.met else " ✗"
        lines.append(f"| {row.measure} | {row.ours} | {row.peer} | {row.found} | {row.target}{mark} |")
    return "\n".join([*lines, "", f"Measured on {machine}.", ""])


def plot(rows: Sequence[Row], path: Path) -> None:
    """Seconds of this project beside those of stock nbgrader."""
    import matplotlib.pyplot as plt

    plt.switch_backend("svg")
    plt.rcParams["svg.hashsalt"] = "throughput"  # the same file for the same numbers
    shown = [(row.measure, *row.seconds) for row in rows if row.seconds]
    names, own, peer = zip(*shown, strict=True)
    places = range(len(shown))
    figure, axes = plt.subplots(figsize=(8, 0.55 * len(shown) + 1.2), layout="constrained")
    for offset, seconds, label, colour in (
        (-0.2, peer, "nbgrader autograde", "0.7"),
        (0.2, own, "autograder grade", "C0"),
    ):
        bars = axes.barh([place + offset for place in places], seconds, height=0.38, label=label, color=colour)
        axes.bar_label(bars, fmt="%.0f s", padding=3, fontsize=8)
    axes.set(xscale="log", xlabel="seconds for the class (logarithmic)", yticks=list(places), yticklabels=names)
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 1), ncols=2)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
