"""What Canvas, Moodle and Blackboard make of a sheet that is uploaded, written from their own code and manuals.

Nothing here knows the code under test: a sheet is read as the other system reads it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

CANVAS_TOTALS = "Current Score|Current Points|Current Grade|Final Score|Final Points|Final Grade|Override Score"


def canvas(content: bytes, scores: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """(student's number, assignment's number) → the score that Canvas would set, of those that change.

    Args:
        content: of the file; `gradebook_importer.rb` is what reads it.
        scores: that Canvas holds.
    """
    text = content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_canvas_delimiter(text)))
    header = rows[0]
    assert "Student" in header[0]
    assert "ID" in header[1]
    columns = 3
    if re.search(r"SIS\s+Login\s+ID", header[2]):
        columns += 1
    elif re.search(r"SIS\s+User\s+ID", header[2]) and re.search(r"SIS\s+Login\s+ID", header[3]):
        columns += 2
    assert "Section" in header[columns - 1]
    places = {
        found[1]: header.index(name)
        for name in header[columns:]
        if not re.search(CANVAS_TOTALS, name) and (found := re.search(r"\(([0-9]+)\)\s*$", name))
    }
    changes = {}
    for row in rows[1:]:
        if "Points Possible" in row[0] or all(re.fullmatch(r"\s*(Muted|Manual Posting.*)?\s*", cell) for cell in row):
            continue
        for number, place in places.items():
            new, old = _canvas_number(row[place].strip()), scores.get((row[1], number), "")
            if new != old and not (new in ("", "-") and old in ("", "-")) and not _same_number(new, old):
                changes[row[1], number] = new
    return changes


def _canvas_delimiter(text: str) -> str:
    lines = text.splitlines()[:3]
    counts = {sign: {len(next(csv.reader([line], delimiter=sign))) for line in lines} for sign in ";,"}
    fields = {sign: count.pop() if len(count) == 1 else 0 for sign, count in counts.items()}
    return ";" if fields[";"] > fields[","] else ","


def _canvas_number(cell: str) -> str:
    if not re.fullmatch(r"-?[0-9.,]+%?", cell):
        return cell
    *whole, last = re.split(r"[,.]", cell)
    return f"{''.join(whole)}.{last}" if whole else last


def _same_number(one: str, other: str) -> bool:
    try:
        return f"{float(one):.2f}" == f"{float(other):.2f}"
    except ValueError:
        return False


@dataclass
class MoodleGrade:
    """What Moodle holds of a participant."""

    grade: float | None = None
    modified: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    locked: bool = False


@dataclass
class MoodleUpload:
    """What became of an upload of a worksheet."""

    grades: dict[str, float] = field(default_factory=dict)  # participant's number → grade
    skipped: dict[str, str] = field(default_factory=dict)  # participant's number → why; Moodle does not say


def moodle(
    content: bytes,
    held: Mapping[str, MoodleGrade],
    maximum: float,
    names: tuple[str, str, str] = ("Identifier", "Grade", "Last modified (grade)"),
    word: str = "Participant ",
) -> MoodleUpload:
    """What `mod/assign/feedback/offline` does with a worksheet, in a language of which some words are given."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    identifier, grade, modified = (rows[0].index(name) for name in names)
    done = MoodleUpload()
    for row in rows[1:]:
        number = row[identifier][len(word) :]
        if number not in held:
            done.skipped[number] = "unknown"
            continue
        now, new = held[number], _moodle_number(row[grade])
        if new is None or new == now.grade:
            continue
        if now.grade is not None and now.modified.timestamp() > _moodle_time(row[modified]) + 60:
            done.skipped[number] = "newer"
        elif now.locked:
            done.skipped[number] = "locked"
        elif not 0 <= new <= maximum:
            done.skipped[number] = "out of range"
        else:
            done.grades[number] = new
    return done


def _moodle_number(cell: str) -> float | None:
    found = re.match(r"-?[0-9]+(\.[0-9]+)?", cell.strip().replace(",", "."))
    return float(found[0]) if found else None


def _moodle_time(cell: str) -> float:
    """PHP's strtotime, for dates as Moodle writes them in English; 0 for what it does not read."""
    try:
        return datetime.strptime(cell, "%A, %d %B %Y, %I:%M %p").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return 0.0


def moodle_feedback(names: list[str], participants: set[str]) -> dict[str, list[str]]:
    """Participant's number → files, as `mod/assign/feedback/file/importziplib.php` takes them out of a zip."""
    found: dict[str, list[str]] = {}
    for name in names:
        parts = f"/import/{name}".split("/")
        if parts[-1].startswith((".", "~")):
            continue
        while parts:
            info = parts.pop(0).split("_", 4)
            if len(info) < 4 or not info[1].isdecimal() or info[1] not in participants:
                continue
            assert (info[2], info[3]) == ("assignsubmission", "file")
            found.setdefault(info[1], []).append("/".join([*info[4:], *parts]).lstrip("/"))
            break
    return found


@dataclass
class BlackboardUpload:
    """What became of an upload to the grade center."""

    grades: dict[tuple[str, str], str] = field(default_factory=dict)  # (user name, column) → value
    new_columns: list[str] = field(default_factory=list)


def blackboard(content: bytes) -> BlackboardUpload:
    """What Blackboard reads: tabs in UTF-16 or commas in UTF-8, columns by the number behind the last `|`."""
    text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    user = rows[0].index("Username")
    about = {"Last Name", "First Name", "Username", "Student ID", "Last Access", "Availability"}
    done = BlackboardUpload()
    for place, name in enumerate(rows[0]):
        found = re.search(r"\|_?([0-9]+)(_1)?$", name)
        if found:
            done.grades |= {(row[user], found[1]): row[place] for row in rows[1:] if row[place]}
        elif name not in about:
            done.new_columns.append(name)
    return done
