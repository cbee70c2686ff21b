"""nbgrader's configuration for this course. Stock commands (`nbgrader autograde …`) read it from this folder."""

from pathlib import Path

from autograder.plugins import configure

c = get_config()  # noqa: F821  (given by traitlets)

course = Path(__file__).resolve().parent

c.CourseDirectory.course_id = "lmm"
c.CourseDirectory.root = str(course)

# The gradebook: an SQLite file in the course folder. Another database is one line, for example
# c.CourseDirectory.db_url = "postgresql+psycopg://user@host/gradebook"
c.CourseDirectory.db_url = f"sqlite:///{course / 'gradebook.db'}"

# The exchange: a folder in the course folder. Where students have accounts on this machine, name a shared one,
# and have each submission belong to the student whom it names: check_owner = True.
c.Exchange.root = str(course / "exchange")
c.Exchange.path_includes_course = False
c.ExchangeCollect.check_owner = False

c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE"}
c.ClearMarkScheme.enforce_metadata = False  # schemes stand in the locked question cells

configure(c)

# Grading, for example (autograder.course.settings.Autograder has all settings and their defaults):
# c.Autograder.limits = {"cell_seconds": 60}
# c.Autograder.assignment_limits = {"05-mixed-model": {"memory_mb": 4096}}
