"""The simulated data of the course, drawn anew: one function for each file, the seed its only argument.

With its default seed a function gives the published file, bit by bit.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

ATHLETES = ("susan_01", "alex_02", "maya_03", "david_04")
FEW = {"School 04": 3, "School 05": 2}  # questionnaires that came back from these schools


def athletes(seed: int = 42) -> pd.DataFrame:
    """Four athletes, a session of 20 and one of 30 repeats; baselines N(0.85, sd 0.05), effect -0.08, noise sd 0.05."""
    rng = np.random.default_rng(seed)
    rows = []
    for athlete in ATHLETES:
        baseline = rng.normal(0.85, 0.05)
        for session, repeats in (("session_20", 20), ("session_30", 30)):
            high = int(session == "session_30")
            for repeat in range(1, repeats + 1):
                score = float(np.clip(rng.normal(baseline - 0.08 * high, 0.05), 0, 1))
                rows.append((athlete, session, high, repeat, score))
    columns = ["athlete_id", "session_label", "session_high", "repeat_id", "correctness"]
    return pd.DataFrame(rows, columns=columns)


def schools(seed: int = 42) -> pd.DataFrame:
    """Ten schools of 15 pupils: score = 50 + 3 · hours + school (sd 8) + noise (sd 5)."""
    rng = np.random.default_rng(seed)
    rows = []
    for school, intercept in enumerate(rng.normal(0, 8, 10), start=1):
        hours = rng.uniform(1, 10, 15)
        scores = 50 + 3 * hours + intercept + rng.normal(0, 5, 15)
        rows += [(f"School {school:02d}", float(x), float(y)) for x, y in zip(hours, scores, strict=True)]
    return pd.DataFrame(rows, columns=["school", "hours", "score"])


def schools_few(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``schools`` of which two schools sent back few questionnaires."""
    number = table.groupby("school").cumcount()
    kept = number < table["school"].map(FEW).fillna(len(table))
    return table[kept].reset_index(drop=True)


def nested(seed: int = 20240601) -> pd.DataFrame:
    """20 schools of 4 classes of 8 to 15 pupils: 60 + 2 · hours + school (sd 5) + class (sd 3) + noise (sd 4)."""
    rng = np.random.default_rng(seed)
    rows = []
    for school in range(1, 21):
        level = rng.normal(0, 5)
        for place in range(1, 5):
            room, pupils = level + rng.normal(0, 3), int(rng.integers(8, 16))
            for _ in range(pupils):
                hours = round(float(rng.uniform(0, 10)), 2)
                score = 60 + 2 * hours + room + rng.normal(0, 4)
                rows.append((school, place, f"{school}_{place}", hours, round(float(score), 3)))
    return pd.DataFrame(rows, columns=["school_id", "class_id", "school_class", "study_hours", "test_score"])


def referral(seed: int = 20240605) -> pd.DataFrame:
    """40 clinics: the more severe its cases, the more of them a clinic treats.  True effect -3 days."""
    rng = np.random.default_rng(seed)
    rows = []
    for clinic in range(1, 41):
        severity = rng.normal(0, 1)
        chance, patients = 1 / (1 + np.exp(-1.2 * severity)), int(rng.integers(12, 25))
        treated = (rng.random(patients) < chance).astype(int)
        days = 20 + 4 * severity + rng.normal(0, 1) - 3 * treated + rng.normal(0, 4, patients)
        rows += [(clinic, int(one), round(float(day), 2)) for one, day in zip(treated, days, strict=True)]
    return pd.DataFrame(rows, columns=["clinic_id", "treated", "recovery_days"])


def clinic_stay(seed: int = 20240604) -> pd.DataFrame:
    """30 clinics; the logarithm of the stay is linear in age and treatment, so the days spread like a funnel."""
    rng = np.random.default_rng(seed)
    rows = []
    for clinic, level in enumerate(rng.normal(0, 0.3, 30), start=1):
        patients = int(rng.integers(12, 25))
        age, treatment = rng.integers(20, 86, patients), rng.integers(0, 2, patients)
        days = np.exp(2.6 + 0.01 * (age - 50) - 0.25 * treatment + level + rng.normal(0, 0.4, patients))
        for years, one, stay in zip(age, treatment, days, strict=True):
            rows.append((clinic, int(years), int(one), round(float(stay), 2)))
    return pd.DataFrame(rows, columns=["clinic_id", "age", "treatment", "stay_days"])


def plots(seed: int = 216) -> pd.DataFrame:
    """Twelve plots of six samples, the plots hardly different: 10 + plot (sd 0.6) + noise (sd 2)."""
    rng = np.random.default_rng(seed)
    plot = np.repeat(np.arange(12), 6)
    harvest = 10 + np.repeat(rng.normal(0, 0.6, 12), 6) + rng.normal(0, 2, 72)
    return pd.DataFrame({"plot": plot + 1, "harvest": harvest.round(3)})
