"""How the service is: read from its journal, so that any process can ask."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Any

from autograder.watch.journal import Journal

_FAILURES = 5  # that are named


def read(journal: Journal, now: datetime) -> dict[str, Any]:
    """The state of the service as plain data, for JSON.

    Args:
        journal: of the course.
        now: UTC.

    Returns:
        ``waiting``: number, the age of the oldest and the assignments of those that wait or are being graded;
        ``graded``: numbers and seconds from noticing to feedback, in the last minute and the last hour; ``counts`` by
        state; ``failures``; ``beat_seconds``: how long ago the service said that it lives; ``error``; ``full``.
    """
    facts = journal.facts()
    waiting = journal.waiting()
    hour = journal.finished(now - timedelta(hours=1))
    minute = [seconds for finished, seconds in hour if finished >= now - timedelta(minutes=1)]
    beat = facts.get("beat")
    counts = journal.counts()
    running = set(facts.get("running", ()))
    return {
        "waiting": {
            "number": sum(row.arrived.key not in running for row in waiting),
            "oldest_seconds": max(((now - row.noticed).total_seconds() for row in waiting), default=0.0),
            "by_assignment": _by_assignment(row.arrived.assignment for row in waiting),
        },
        "running": len(running),
        "full": bool(facts.get("full")),
        "graded": {"last_minute": _times(minute), "last_hour": _times([seconds for _, seconds in hour])},
        "counts": counts,
        "failures": [
            {"student": row.arrived.student, "assignment": row.arrived.assignment, "why": row.why}
            for row in journal.failures(_FAILURES)
        ],
        "beat_seconds": None if beat is None else (now - datetime.fromisoformat(beat)).total_seconds(),
        "process": facts.get("process"),
        "started": facts.get("started"),
        "notices": facts.get("notices", ""),
        "warning": facts.get("warning", ""),
        "workers": facts.get("workers", 0),
        "waits_for_trouble_to_end": bool(facts.get("waits")),
        "error": facts.get("error"),
        "error_at": facts.get("error_at"),
    }


def line(found: Mapping[str, Any]) -> str:
    """The state in one line."""
    minute, hour = found["graded"]["last_minute"], found["graded"]["last_hour"]
    parts = [
        f"{found['waiting']['number']} waiting" + (" (full)" if found["full"] else ""),
        f"{found['running']} being graded",
        f"{minute['number']} graded in the last minute" + _seconds(minute),
        f"{hour['number']} in the last hour" + _seconds(hour),
        f"{found['counts']['held']} held back",
        f"{found['counts']['failed']} failed",
    ]
    if found["waiting"]["number"] or found["running"]:
        parts.insert(2, f"oldest {found['waiting']['oldest_seconds']:.0f} s")
    if found["waits_for_trouble_to_end"]:
        parts.append(f"waits: {found['error']}")
    return "; ".join(parts)


def lines(found: Mapping[str, Any], *, alive: bool) -> list[str]:
    """The state in a few lines, for a terminal."""
    beat = found["beat_seconds"]
    ago = "" if beat is None else f", last heard of {beat:.0f} s ago"
    here = f"{found['process']}, since {found['started']} UTC" if found["process"] else "never started here"
    said = [f"{'runs' if alive else 'does not run'} ({here}{ago})"]
    if alive:
        said.append(f"notices by {found['notices']}; {found['workers']} workers")
    said += [f"warning: {found['warning']}"] if found["warning"] else []
    said.append(line(found))
    said += [f"  {name}: {number} waiting" for name, number in found["waiting"]["by_assignment"].items()]
    said += [f"  failed: {one['student']}, {one['assignment']}: {one['why']}" for one in found["failures"]]
    if found["error"]:
        said.append(f"last trouble, at {found['error_at'][:19]} UTC: {found['error']}")
    return said


def _by_assignment(names: Any) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items()))


def _times(seconds: list[float]) -> dict[str, Any]:
    if not seconds:
        return {"number": 0, "median_seconds": None, "p95_seconds": None}
    p95 = quantiles(seconds, n=20, method="inclusive")[-1] if len(seconds) > 1 else seconds[0]
    return {"number": len(seconds), "median_seconds": round(median(seconds), 3), "p95_seconds": round(p95, 3)}


def _seconds(times: Mapping[str, Any]) -> str:
    if not times["number"]:
        return ""
    return f" (feedback after {times['median_seconds']:.1f} s, 95 % within {times['p95_seconds']:.1f} s)"
