"""``python -m benchmarks.report.simulated``: a report on a class of which everything is known.

Answers come from the bank of answers (``tests/answers``), so that their misconceptions are known. Three TAs mark, one
of them severe, one lenient, and all of them less generous from answer to answer. Three students hand in the same answer
with other names and another layout, two have the same unusual wrong number, and some share a mistake that no row
explains.
"""

from __future__ import annotations

import argparse
import csv
import functools
import io
import random
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from autograder import cli
from autograder.audit.bank import Answer, read_bank
from autograder.template import grade_id_of

REPOSITORY = Path(__file__).resolve().parents[2]
CODE, WORDS = "03-ols", "05-mixed-model"
SEVERITY = {"anna": -0.12, "ben": 0.0, "carla": 0.12}  # share of the points
FATIGUE = -0.15  # share of the points, from the first to the last answer of a sheet
WRONG = {  # answers of the bank, and the share of the class that gives them
    CODE: {"no constant": 0.15, "response and predictor exchanged": 0.1, "parameters exchanged": 0.05},
    WORDS: {"maximum likelihood": 0.12, "standard deviations": 0.08},
}
WRITTEN = {CODE: ("q3b-reflection", "q3c-reflection"), WORDS: ("q5b-description", "q5c-explanation")}
WITHOUT_ROW = "slope per week"
UNKNOWN = """
import statsmodels.api as sm

X = sm.add_constant(sleep_study_data["Days"])
model = sm.OLS(sleep_study_data["Reaction"], X).fit()
intercept = model.params["const"]
slope = model.params["Days"] * 7
"""  # a mistake that no row explains
ODD = """
import statsmodels.api as sm

rows = sleep_study_data.iloc[{start}:{stop}]
model = sm.OLS(rows["Reaction"], sm.add_constant(rows["Days"])).fit()
intercept = model.params["const"]
slope = model.params["Days"]
"""  # the same numbers for two students
COPIED = (
    """
fig, (left, right) = plt.subplots(1, 2, figsize=(11, 4), sharey=True)
middle = sleep_study_data.groupby("Days")["Reaction"].median().reset_index()
spread = sleep_study_data.groupby("Days")["Reaction"].quantile(0.9) - middle.set_index("Days")["Reaction"]
left.errorbar(middle["Days"], middle["Reaction"], yerr=spread.to_numpy(), fmt="o", capsize=3)
left.set_title("medians with ninety percent")
for number, person in enumerate(sorted(sleep_study_data["Subject"].unique())[:4]):
    rows = sleep_study_data.query("Subject == @person").sort_values("Days", ascending=False)
    right.step(rows["Days"].to_list(), rows["Reaction"].to_list(), where="mid", alpha=1 - number / 8)
fig.suptitle("what I looked at first"); fig.tight_layout(); plt.close(fig)
""",
    """
f, (a, b) = plt.subplots(1, 2, figsize=(11, 4), sharey=True)
med = sleep_study_data.groupby("Days")["Reaction"].median().reset_index()
up = sleep_study_data.groupby("Days")["Reaction"].quantile(0.9) - med.set_index("Days")["Reaction"]
# medians first
a.errorbar(med["Days"],
           med["Reaction"],
           yerr=up.to_numpy(), fmt="o", capsize=3)
a.set_title("medians with ninety percent")

for i, s in enumerate(sorted(sleep_study_data["Subject"].unique())[:4]):
    one = sleep_study_data.query("Subject == @s").sort_values("Days", ascending=False)
    b.step(one["Days"].to_list(), one["Reaction"].to_list(), where="mid", alpha=1 - i / 8)
f.suptitle("what I looked at first")
f.tight_layout()
plt.close(f)
""",
    """
F, (p, q) = plt.subplots(1, 2, figsize = (11, 4), sharey = True)
M = sleep_study_data.groupby("Days")["Reaction"].median().reset_index()
S = sleep_study_data.groupby("Days")["Reaction"].quantile(0.9) - M.set_index("Days")["Reaction"]
p.errorbar(M["Days"], M["Reaction"], yerr = S.to_numpy(), fmt = "o", capsize = 3)
p.set_title("medians with ninety percent")
for k, who in enumerate(sorted(sleep_study_data["Subject"].unique())[:4]):
    R = sleep_study_data.query("Subject == @who").sort_values("Days", ascending = False)
    q.step(R["Days"].to_list(), R["Reaction"].to_list(), where = "mid", alpha = 1 - k / 8)
F.suptitle("what I looked at first"); F.tight_layout(); plt.close(F)
""",
)
_STARTER = re.compile(r"### BEGIN STARTER.*?### END STARTER\n", re.DOTALL)
COPYING = "q3b"
_SAYINGS = (
    ("The intercepts vary between people with a standard deviation", "People differ in where they start, by a spread"),
    ("of about 37 ms", "of 37.1 ms or so", "near 37 milliseconds"),
    ("around a mean of 251 ms", "about the common 251 ms", "on both sides of 251.4 ms"),
    ("and the rest is noise of 31 ms.", "while one person's days scatter by 31 ms.", "beside a residual of 31 ms."),
    ("I checked it in the summary.", "The table of the fit says so.", "This fits the plots above.", ""),
    ("Before the study I expected less.", "It was more than I thought.", "Sleep matters that much.", ""),
)


@dataclass(frozen=True)
class Truth:
    """What is known of a simulated class."""

    students: tuple[str, ...]
    mistakes: Mapping[str, str]  # student → misconception in assignment 03
    copied: tuple[str, ...]
    same_number: tuple[str, ...]
    quality: Mapping[tuple[str, str], float] = field(default_factory=dict)  # (student, part) → of written answers


def simulate(root: Path, students: int, assignments: Sequence[str] = (CODE, WORDS), seed: int = 1) -> Truth:
    """Make a course folder and its class, up to the marks.

    Args:
        root: an empty folder.
        students: how many there are, 30 or more.
        assignments: one or both.
        seed: of the simulation.
    """
    chance = random.Random(seed)
    _course(root, assignments)
    truth = _hand_in(root, students, assignments, chance)
    _run(root, "grade", *assignments)
    for assignment in assignments:
        _run(root, "written", assignment, "--markers", ",".join(SEVERITY))
        for marker in SEVERITY:
            _mark(root / "written" / f"{assignment}.{marker}.csv", marker, truth, chance)
            _run(root, "written", assignment, "--apply", "--marker", marker)
    return truth


def _course(root: Path, assignments: Sequence[str]) -> None:
    root.mkdir(parents=True, exist_ok=True)
    for name in ("nbgrader_config.py", "vocabulary.toml"):
        shutil.copy(REPOSITORY / name, root)
    for assignment in assignments:
        shutil.copytree(REPOSITORY / "source" / assignment, root / "source" / assignment)
    from nbgrader.apps import NbGraderApp

    with chdir(root):
        for assignment in assignments:
            app = NbGraderApp.subcommands["generate_assignment"][0]()
            app.initialize([assignment])
            app.start()


def _run(root: Path, *arguments: str) -> None:
    with chdir(root):
        if cli.main(arguments) != 0:
            raise SystemExit(f"autograder {' '.join(arguments)} failed")


def _hand_in(root: Path, count: int, assignments: Sequence[str], chance: random.Random) -> Truth:
    names = [f"student{number:03}" for number in range(count)]
    banks = {name: read_bank(REPOSITORY / "tests" / "answers" / name) for name in (CODE, WORDS)}
    shuffled = chance.sample(names, count)
    copied, same_number = tuple(shuffled[:3]), tuple(shuffled[3:5])
    rest = iter(shuffled[5:])
    mistakes: dict[str, str] = dict.fromkeys(same_number, "odd")
    for mistake, share in {**WRONG[CODE], WITHOUT_ROW: 0.08}.items():
        mistakes |= {next(rest): mistake for _ in range(round(share * count))}
    quality: dict[tuple[str, str], float] = {}
    for name in names:
        ability = chance.gauss(0, 1)
        code = dict(_code(banks[CODE], mistakes.get(name, ""), ability, chance))
        if name in copied:
            code[COPYING] = code[COPYING] + COPIED[copied.index(name)]
        _submit(root, name, CODE, code | dict(_words(name, CODE, ability, quality, chance)))
        if WORDS in assignments and (chance.random() < 0.95 or name in copied):  # the others miss the second assignment
            words = dict(_words(name, WORDS, ability, quality, chance))
            mistake = _drawn(WRONG[WORDS], chance)
            _submit(root, name, WORDS, {**_code(banks[WORDS], mistake, ability, chance), **words})
    return Truth(tuple(names), mistakes, copied, same_number, quality)


def _code(bank: Sequence[Answer], mistake: str, ability: float, chance: random.Random) -> Mapping[str, str]:
    """The code of one student: of the mistake, of a right answer, or of an able or a less able one by chance."""
    solved = _solutions(bank[0].file.parent.name)
    if mistake == "odd":
        return {**solved, "q3a": ODD.format(start=13, stop=148)}
    if mistake == WITHOUT_ROW:
        return {**solved, "q3a": UNKNOWN}
    if mistake:
        return {**solved, **next(answer.code for answer in bank if answer.name == mistake)}
    if chance.random() < 0.1 - 0.08 * ability:  # an incomplete submission
        first, *others = sorted(solved)
        return {first: solved[first], **dict.fromkeys(others, "pass")}
    return solved


def _drawn(shares: Mapping[str, float], chance: random.Random) -> str:
    return chance.choices([*shares, ""], [*shares.values(), 1 - sum(shares.values())])[0]


@functools.cache
def _solutions(assignment: str) -> dict[str, str]:
    notebook = nbformat.read(REPOSITORY / "source" / assignment / f"{assignment}.ipynb", as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return {
        grade_id_of(cell): "\n".join(line for line in _STARTER.sub("", cell.source).split("\n") if "###" not in line)
        for cell in cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }


def _words(
    student: str, assignment: str, ability: float, quality: dict[tuple[str, str], float], chance: random.Random
) -> Iterator[tuple[str, str]]:
    """Part → answer in words; what it is worth is noted."""
    for part in WRITTEN[assignment]:
        quality[student, part] = min(max(0.6 + 0.15 * ability + chance.gauss(0, 0.12), 0.0), 1.0)
        yield part, _saying(chance, quality[student, part])


def _saying(chance: random.Random, quality: float) -> str:
    """An answer in words that nobody else gives; the less it is worth, the less of it there is."""
    said = [chance.choice(words) for words in _SAYINGS]
    words = " ".join(said[: max(2, round(quality * len(said)))])
    return f"{words} ({chance.randrange(10**6):06} is my lucky number.)"


def _submit(root: Path, student: str, assignment: str, answers: Mapping[str, str]) -> None:
    notebook = nbformat.read(root / "release" / assignment / f"{assignment}.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.source = answers.get(grade_id_of(cell), cell.source)
    folder = root / "submitted" / student / assignment
    folder.mkdir(parents=True)
    (folder / f"{assignment}.ipynb").write_text(nbformat.writes(notebook))


def _mark(sheet: Path, marker: str, truth: Truth, chance: random.Random) -> None:
    """Fill in a sheet as a TA of known severity does, who gets tired."""
    rows = list(csv.DictReader(io.StringIO(sheet.read_text("utf-8-sig"), newline="")))
    for part in {row["part"] for row in rows}:
        own = [row for row in rows if row["part"] == part]
        for place, row in enumerate(own):
            student = row["students"].split("; ")[0]
            share = truth.quality.get((student, part), 0.0) + SEVERITY[marker] + chance.gauss(0, 0.05)
            share += FATIGUE * (place / max(len(own) - 1, 1) - 0.5)
            row["points"] = f"{min(max(share, 0.0), 1.0) * float(row['max points']):.3f}"
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    sheet.write_bytes(text.getvalue().encode("utf-8-sig"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate a class and write the report on it."""
    parser = argparse.ArgumentParser("python -m benchmarks.report.simulated", description=__doc__)
    parser.add_argument("root", type=Path, help="an empty folder, which becomes the course")
    parser.add_argument("--students", type=int, default=200)
    options = parser.parse_args(arguments)
    root = options.root.resolve()
    truth = simulate(root, options.students)
    _run(root, "report", "--csv", str(root / "report"))
    print(f"copied: {', '.join(truth.copied)}; the same number: {', '.join(truth.same_number)}")
    print(f"severities: {SEVERITY}; fatigue: {FATIGUE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
