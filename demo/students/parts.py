"""What each part that is graded automatically is worth, in points; written answers make up the rest of 2 each."""

from collections.abc import Mapping

WORTH: Mapping[str, Mapping[str, float]] = {
    "01-data-overview": {"q1a": 0.5, "q1b": 0.5, "q1c": 0.5},
    "02-correlation": {"q2a": 1.0, "q2b": 0.5, "q2c": 0.5},
    "03-ols": {"q3a": 1.0, "q3b": 0.25, "q3c": 0.25},
    "04-subject-fits": {"q4a": 0.75, "q4b": 0.75},
    "05-mixed-model": {"q5a": 0.5, "q5b": 0.5, "q5c": 0.5},
    "06-subject-comparisons": {"q6a": 1.5},
    "07-clusters": {"q7a": 0.4, "q7b": 0.3, "q7c": 0.7, "q7d": 0.2},
    "08-athletes": {"q8a": 0.3, "q8b": 0.6, "q8c": 0.3, "q8d": 0.4},
    "09-schools": {"q9a": 0.4, "q9b": 0.4, "q9c": 0.4, "q9d": 0.5},
    "10-clinics": {"q10a": 0.4, "q10b": 0.4, "q10c": 0.4, "q10d": 0.4},
    "11-random-slopes": {"q11a": 0.3, "q11b": 0.4, "q11c": 0.4, "q11d": 0.5},
    "12-model-comparison": {"q12a": 0.5, "q12b": 0.4, "q12c": 0.4, "q12d": 0.3},
    "14-checking-planning": {"q14a": 0.4, "q14b": 0.2, "q14c": 0.5, "q14d": 0.2, "q14e": 0.3},
    "15-exam": {"q15a": 0.2, "q15b": 0.3, "q15c": 0.3, "q15d": 0.3, "q15e": 0.2, "q15f": 0.2, "q15g": 0.2},
    "13-nested": {"q13a": 0.2, "q13b": 0.4, "q13c": 0.5, "q13d": 0.3, "q13e": 0.3},
}
