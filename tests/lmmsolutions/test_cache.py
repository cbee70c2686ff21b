"""Solutions are computed once for each table, and nobody gets what somebody else may have changed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lmmsolutions.core.cache import cached_by_content

TABLE = pd.DataFrame({"Days": [0, 1, 2], "Reaction": [250.0, 260.0, 275.5]})


class Counting:
    """Counts how often it solves."""

    def __init__(self) -> None:
        self.times = 0
        self.solve = cached_by_content(self._solve)

    def _solve(self, data: pd.DataFrame) -> dict[str, pd.DataFrame]:
        self.times += 1
        return {"table": data}


def test_the_same_content_is_solved_once() -> None:
    counting = Counting()
    for table in (TABLE, TABLE.copy(), TABLE.copy()):
        pd.testing.assert_frame_equal(counting.solve(table)["table"], TABLE)
    assert counting.times == 1


OTHERS = {
    "a value": TABLE.assign(Reaction=[250.0, 260.0, 275.6]),
    "the order of rows": TABLE.iloc[::-1].reset_index(drop=True),
    "the index": TABLE.set_index(pd.Index([1, 2, 3])),
    "the type of the index, its bits being the same": TABLE.set_index(pd.Index(np.arange(3).view(float))),
    "a label": TABLE.rename(columns={"Days": "days"}),
    "a type": TABLE.astype({"Days": float}),
    "a missing value": TABLE.assign(Reaction=[250.0, None, 275.5]),
    "fewer rows": TABLE.head(2),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_another_table_has_another_solution(other: pd.DataFrame) -> None:
    counting = Counting()
    counting.solve(TABLE)
    pd.testing.assert_frame_equal(counting.solve(other)["table"], other)
    assert counting.times == 2


def test_a_change_of_a_solution_changes_no_other() -> None:
    counting = Counting()
    theirs = counting.solve(TABLE)["table"]
    theirs["Reaction"] = 0.0
    pd.testing.assert_frame_equal(counting.solve(TABLE.copy())["table"], TABLE)


def test_a_failure_is_not_cached() -> None:
    counting = Counting()

    def fail_once(data: pd.DataFrame) -> int:
        counting.times += 1
        if counting.times == 1:
            raise ValueError("not now")
        return len(data)

    solve = cached_by_content(fail_once)
    with pytest.raises(ValueError, match="not now"):
        solve(TABLE)
    assert solve(TABLE) == 3
