"""What is kept of a submission: what one version writes it reads, and everything else is no record."""

import hashlib
import json

import pytest

from autograder.grading.evidence import Part
from autograder.grading.record import (
    FORMAT,
    CellRecord,
    CheckRecord,
    KeptVerdict,
    KeptVerdicts,
    Prints,
    SubmissionRecord,
    UnreadableRecord,
    prints_in,
    verdicts_in,
)

ANSWERS = {"slope": {"kind": "value", "value": {"t": "float", "v": 10.5}}, "gone": {"kind": "missing"}}
PART = Part(answers=ANSWERS, drawn=([{"panels": []}], []), printed="ein Ω\nand \ud800 and \x85", ended="")
CHECKS = (
    CheckRecord("`slope`", 0.5, 0.5, "10.5", quantity="slope"),
    CheckRecord("intercept", float("nan"), 1.0, "251.4", "Look at \u2028 the constant.", "no constant", "intercept"),
)
RECORD = SubmissionRecord(
    "print",
    "code",
    {
        "q1-tests": CellRecord("digest", 0.1 + 0.2, CHECKS, PART),
        "q2-tests": CellRecord("digest", None, (), Part(ended="It ended.")),
    },
    {"q1": "slope = 10.5  # \ud800\n"},
)


def test_it_is_read_as_it_was_written() -> None:
    content = RECORD.to_bytes()
    assert repr(SubmissionRecord.from_bytes(content)) == repr(RECORD)
    assert prints_in(content.split(b"\n")[0]).fingerprint == "print"
    empty = SubmissionRecord("print", "code", {})
    assert SubmissionRecord.from_bytes(empty.to_bytes()) == empty


DAMAGED = {
    "empty": b"",
    "cut off": RECORD.to_bytes()[:-40],
    "without its last line": RECORD.to_bytes().rpartition(b"\n")[0],
    "changed": RECORD.to_bytes().replace(b'"points": null', b'"points": 1000'),
    "without its first line": RECORD.to_bytes().partition(b"\n")[2],
    "zeros after a loss of power": b"\0" * 500,
    "not UTF-8": b"\xff" + RECORD.to_bytes(),
    "a list": b"[1, 2]\n",
    "a number": b"7",
    "of the first version": json.dumps(
        {
            "fingerprint": "print",
            "code": "code",
            "cells": {
                "q1-tests": {
                    "test": "digest",
                    "points": 0.5,
                    "checks": [["slope", 0.5, 0.5]],
                    "part": {"answers": ANSWERS, "drawn": [], "printed": "", "ended": ""},
                }
            },
        }
    ).encode(),
    "of a later version": RECORD.to_bytes().replace(b'"format": 3', b'"format": 4'),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED.keys())
def test_everything_else_is_no_record(content: bytes) -> None:
    with pytest.raises(UnreadableRecord):
        SubmissionRecord.from_bytes(content)


def signed(*lines: object) -> bytes:
    """A record that is whole, with the lines of some other program."""
    body = "\n".join(map(json.dumps, lines)).encode()
    head = {"format": FORMAT, "fingerprint": "print", "code": "code", "digest": hashlib.sha256(body).hexdigest()}
    return json.dumps(head).encode() + b"\n" + body


@pytest.mark.parametrize(
    "content",
    [
        signed(),
        signed([]),
        signed({"sources": {}}),
        signed({"cells": {}}),
        signed({"cells": {"t": {"test": "", "points": 0, "checks": []}}, "sources": {}}),
        signed({"cells": {"t": {"test": "", "points": 0, "checks": [[1, 2, 3, 4, 5, 6, 7, 8]]}}, "sources": {}}, {}),
        signed({"cells": {"t": {"test": "", "points": 0, "checks": []}}, "sources": {}}, {"answers": {}}),
    ],
)
def test_a_whole_record_with_other_fields_is_none_of_this_version(content: bytes) -> None:
    with pytest.raises(UnreadableRecord):
        SubmissionRecord.from_bytes(content)


@pytest.mark.parametrize("name", ["empty", "a list", "of the first version", "of a later version"])
def test_what_is_no_record_has_no_fingerprint(name: str) -> None:
    assert prints_in(DAMAGED[name].split(b"\n")[0]) == Prints()


def test_two_lines_of_it_are_enough_for_a_report() -> None:
    lines = RECORD.to_bytes().split(b"\n")
    found = verdicts_in(lines[0], lines[1])
    cells = {"q1-tests": KeptVerdict(0.1 + 0.2, CHECKS), "q2-tests": KeptVerdict(None, ())}
    assert repr(found) == repr(KeptVerdicts(cells, {"q1": "slope = 10.5  # \ud800\n"}))


@pytest.mark.parametrize("line", [b"", b"[]", b"{", b'{"cells": {"q1": 7}, "sources": {}}', b'{"cells": {}}'])
def test_a_damaged_second_line_is_no_record(line: bytes) -> None:
    with pytest.raises(UnreadableRecord):
        verdicts_in(RECORD.to_bytes().split(b"\n")[0], line)
