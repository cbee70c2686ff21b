"""nbgrader's configuration for this course. Stock commands (`nbgrader autograde …`) read it from this folder."""

import os
import sys
from pathlib import Path

from autograder.plugins.feedback_formgrader import formgrader_pages
from autograder.plugins.feedback_server import guard_formgrader

# nbgrader starts `alembic` by name; it lies beside this Python, also where the environment is not activated.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])

c = get_config()  # noqa: F821  (given by traitlets)

course = Path(__file__).resolve().parent

c.CourseDirectory.course_id = "lmm"
c.CourseDirectory.root = str(course)

# The gradebook: an SQLite file in the course folder. Another database is one line, for example
# c.CourseDirectory.db_url = "postgresql+psycopg://user@host/gradebook"
c.CourseDirectory.db_url = f"sqlite:///{course / 'gradebook.db'}"

# The exchange: a folder in the course folder. Where students have accounts on this machine, name a shared one,
# and have each hand-in belong to the student whom it names: check_owner = True.
c.Exchange.root = str(course / "exchange")
c.Exchange.path_includes_course = False
c.ExchangeCollect.check_owner = False
c.ExchangeFactory.collect = "autograder.plugins.collect.CarefulCollect"

# Releasing: a solution may carry a starter that students get in its place.
c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.LockCells",
    "autograder.plugins.starter.StarterSolutions",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE"}
c.ClearMarkScheme.enforce_metadata = False  # schemes stand in the locked question cells

# Grading: student code in the sandbox, tests in the referee.
c.Autograde.exporter_class = "autograder.plugins.exporter.SubmissionExporter"
c.Autograde.sanitize_preprocessors = ["autograder.plugins.preprocessors.RestoreCells"]
c.Autograde.autograde_preprocessors = [
    "autograder.plugins.preprocessors.SandboxedExecute",
    "autograder.plugins.preprocessors.SaveGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Pages that show students' work: nothing in them runs, loads or leaves its box.
c.GenerateFeedback.exporter_class = "autograder.plugins.feedback.FeedbackExporter"
c.GenerateFeedback.preprocessors = ["autograder.plugins.feedback.ShownGrades"]
c.HTMLExporter = formgrader_pages()
guard_formgrader()

# Limits of one submission, and of single assignments; see autograder.sandbox.Limits for all of them.
c.SandboxedExecute.limits = {}
c.SandboxedExecute.assignment_limits = {}

# Test cells of other courses that cannot run on values, by assignment; README says what that gives up.
c.SandboxedExecute.tests_beside_the_student = {}
