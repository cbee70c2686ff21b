"""What each part that is graded automatically is worth, in points; written answers make up the rest of the 12."""

from collections.abc import Mapping

WORTH: Mapping[str, Mapping[str, float]] = {
    "01-data-overview": {"q1a": 0.5, "q1b": 0.5, "q1c": 0.5},
    "02-correlation": {"q2a": 1.0, "q2b": 0.5, "q2c": 0.5},
    "03-ols": {"q3a": 1.0, "q3b": 0.25, "q3c": 0.25},
    "04-subject-fits": {"q4a": 0.75, "q4b": 0.75},
    "05-mixed-model": {"q5a": 0.5, "q5b": 0.5, "q5c": 0.5},
    "06-subject-comparisons": {"q6a": 1.5},
}
