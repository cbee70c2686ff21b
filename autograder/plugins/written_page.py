"""The written answers of a class as one HTML page for TAs: no scripts, nothing to load, all of it made harmless."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from autograder.checks.rendering import with_code
from autograder.plugins.feedback_markdown import as_html
from autograder.plugins.safe_html import preformatted, shortened
from autograder.plugins.written import Marked, Written, WrittenPart
from autograder.written.groups import Group

_MAX_TEXT = 3_000_000  # characters of all answers of a page; of what comes after, the beginning is shown
_BEGINNING = 300
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """\
:root {
  color-scheme: light dark; --ink: #1d2430; --soft: #596273; --line: #d5dae2; --paper: #fff; --panel: #f4f6f9;
  --accent: #1f5fa8; --scheme: #f3fafd; --scheme-line: #5bc0de; --own: #f7f5fc; --own-line: #6f5aa8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e4e8ef; --soft: #a3adbd; --line: #3a4250; --paper: #171b22; --panel: #20262f;
    --accent: #8ab8f0; --scheme: #17262d; --own: #221f30; --own-line: #a596e0;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 62rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
body > h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .4rem; overflow-wrap: anywhere; }
body > h2 { font-size: 1.3rem; margin: 2.5rem 0 .6rem; border-bottom: 2px solid var(--line); overflow-wrap: anywhere; }
h2 span, .soft { color: var(--soft); font-weight: normal; font-size: .95rem; }
table { border-collapse: collapse; }
th, td { padding: .3rem .7rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
.overview { width: 100%; } .overview :is(th, td):not(:first-child) { text-align: right; white-space: nowrap; }
a { color: var(--accent); }
.text { contain: layout paint; overflow: auto; overflow-wrap: break-word; }
.text h1, .text h2, .text h3 { font-size: 1.05rem; border: none; margin: .8rem 0 .3rem; }
.text p, .text ul, .text ol, .text table { margin: .5rem 0; }
.text img { max-width: 100%; height: auto; background: #fff; }
pre { white-space: pre-wrap; } code, pre { font-size: .9em; }
.given { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); gap: 1rem; align-items: start; }
.question, .scheme { padding: .4rem 1rem; border-left: 4px solid var(--line); background: var(--panel); }
.scheme { border-color: var(--scheme-line); background: var(--scheme); }
.group { border: 1px solid var(--line); border-radius: 8px; margin: 1rem 0; padding: 0 1rem .7rem; }
.group > h3 {
  display: flex; flex-wrap: wrap; justify-content: space-between; gap: .2rem 1rem; margin: 0 -1rem .5rem;
  padding: .45rem 1rem; font-size: 1rem; background: var(--panel); border-bottom: 1px solid var(--line);
  border-radius: 8px 8px 0 0;
}
.who { color: var(--soft); font-size: .9rem; margin: .4rem 0; overflow-wrap: anywhere; }
.own-numbers { border-left: 4px solid var(--own-line); background: var(--own); padding: .4rem 1rem; margin: .6rem 0; }
.own-numbers ul { margin: .2rem 0; padding-left: 1.2rem; overflow-wrap: anywhere; }
details { margin: .5rem 0; } summary { cursor: pointer; color: var(--soft); }
.wording { border-top: 1px solid var(--line); margin-top: .5rem; }
@media (max-width: 50rem) { .given { grid-template-columns: minmax(0, 1fr); } }
"""


def page(written: Written) -> str:
    """The whole page."""
    title = f"Written answers of {written.assignment}"
    body = [f"<h1>{escape(title)}</h1>", _about(written), _overview(written)]
    room = _Room()
    for place, part in enumerate(written.parts):
        body.extend(_part(part, place, room))
    head = (
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_STYLE}</style>"
    )
    shown = "\n".join(body)
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{shown}\n</body>\n</html>\n'


class _Room:
    """What the page has room for."""

    def __init__(self) -> None:
        self._left = _MAX_TEXT

    def text(self, text: str, attachments: dict[str, dict[str, str]]) -> str:
        self._left -= len(text)
        shown = as_html(text, attachments) if self._left >= 0 else preformatted(shortened(text, _BEGINNING))
        return f'<div class="text">{shown}</div>'


def _about(written: Written) -> str:
    name = escape(written.assignment)
    waiting = f" Not graded yet, and not on this page: {len(written.ungraded)}." if written.ungraded else ""
    return (
        f"<p>Equal and near-equal answers stand together. Fill in <em>points</em> and <em>comment</em> of a group in "
        f"<code>{name}.csv</code>, which lies beside this page; <code>autograder written {name} --apply</code> gives "
        f"them to everybody in the group.{waiting}</p>"
    )


def _overview(written: Written) -> str:
    head = "<tr><th>part</th><th>points</th><th>answers</th><th>groups</th><th>no response</th><th>marked</th></tr>"
    rows = []
    for place, part in enumerate(written.parts):
        given = [group for group in part.groups if not group.blank]
        answers = sum(len(group.answers) for group in given)
        marked = sum(one.points is not None for one in part.marked.values())
        blank = sum(len(group.answers) for group in part.groups if group.blank)
        numbers = "".join(f"<td>{number}</td>" for number in (answers, len(given), blank, marked))
        link = f'<a href="#part-{place}">{escape(part.name)}</a>'
        rows.append(f"<tr><td>{link}</td><td>{part.most:g}</td>{numbers}</tr>")
    return f'<table class="overview">\n{head}\n' + "\n".join(rows) + "\n</table>"


def _part(part: WrittenPart, place: int, room: _Room) -> Iterator[str]:
    yield f'<h2 id="part-{place}">{escape(part.name)} <span>{part.most:g} points</span></h2>'
    scheme = f'<div class="scheme text">{as_html(part.scheme)}</div>' if part.scheme else ""
    yield f'<div class="given"><div class="question text">{as_html(part.question)}</div>{scheme}</div>'
    for number, group in enumerate(part.groups, 1):
        yield _group(part, group, number, room)


def _group(part: WrittenPart, group: Group, number: int, room: _Room) -> str:
    count = len(group.answers)
    who = f"{count} student{'s' if count > 1 else ''}"
    heading = f"<h3><span>Group {number} · {who}</span><span>{_marks(part, group)}</span></h3>"
    students = f'<p class="who">{escape(", ".join(group.students))}</p>'
    if group.blank:
        return f'<section class="group">{heading}<p><em>No response.</em></p>{students}</section>'
    first, *others = group.wordings()
    pictures = {name: dict(bundle) for name, bundle in part.attachments.get(group.answers[0].student, {}).items()}
    text = room.text(first[0], pictures)
    more = "".join(
        f'<div class="wording">{room.text(wording, pictures)}<p class="who">{escape(", ".join(who))}</p></div>'
        for wording, who in others
    )
    shown = f"<details><summary>{_other_wordings(len(others))}</summary>{more}</details>" if others else ""
    return f'<section class="group">{heading}{text}{students}{_remarks(part, group)}{shown}</section>'


def _other_wordings(count: int) -> str:
    return "1 slightly different wording" if count == 1 else f"{count} slightly different wordings"


def _remarks(part: WrittenPart, group: Group) -> str:
    """What was found beside the students' own results, which need not be the same for equal answers."""
    found: dict[str, list[str]] = {}
    for student in group.students:
        for sentence in part.remarks.get(student, ()):
            found.setdefault(sentence, []).append(student)
    if not found:
        return ""
    items = "".join(
        f'<li>{with_code(sentence)} <span class="soft">({escape(", ".join(students))})</span></li>'
        for sentence, students in found.items()
    )
    return f'<aside class="own-numbers">Numbers beside the students\' own results<ul>{items}</ul></aside>'


def _marks(part: WrittenPart, group: Group) -> str:
    """The marks given so far, with how many students have them."""
    marks: dict[Marked, int] = {}
    for student in group.students:
        mark = part.marked.get(student, Marked())
        if mark.points is not None:
            marks[mark] = marks.get(mark, 0) + 1
    shown = [
        f"{mark.points:g}{f' “{mark.comment[:80]}”' if mark.comment else ''}"
        f"{f' ({times} of them)' if times < len(group.answers) else ''}"
        for mark, times in marks.items()
    ]
    unmarked = "" if group.blank else "not marked yet"
    return escape(f"marked: {'; '.join(shown)}" if shown else unmarked)
