"""This course's vocabulary, and one of another subject."""

from autograder.written.vocabulary import Vocabulary
from tests.course_folder import REPOSITORY

VOCABULARY = Vocabulary.read((REPOSITORY / "vocabulary.toml").read_text(), "vocabulary.toml")
SPORTS = Vocabulary.read(
    """
named = ["clinic", "clinics"]
counted = ["clinics"]
variables = ["Hours"]

[[unit]]
name = "points"
measures = "score"
size = 1
squared = true
spellings = ["point", "pts"]

[[unit]]
name = "push-ups"
measures = "push-ups"
size = 1
spellings = ["push-up", "pushups"]

[[unit]]
name = "h"
measures = "duration"
size = 60
spellings = ["hour", "hours"]

[[unit]]
name = "min"
measures = "duration"
size = 1
spellings = ["minutes"]

[[rate]]
of = ["points", "push-ups"]
per = "hour"
words = ["hour", "hours", "h"]
spoken = ["hour", "hours", "hourly"]
steps = [2, 8]
""",
    "sports",
)
