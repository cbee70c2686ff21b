"""Reference solutions are computed once for each table, however many submissions are compared with them."""

from __future__ import annotations

import copy
import functools
import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

import pandas as pd

_TABLES = 8  # kept for each solution: the published data and those of a second run, of a few assignments

Answer = TypeVar("Answer")


def remembered(solve: Callable[[pd.DataFrame], Answer]) -> Callable[[pd.DataFrame], Answer]:
    """``solve`` that computes nothing again for a table with the same content; every caller gets a copy of its own."""
    kept = functools.lru_cache(_TABLES)(lambda table: solve(table.data))

    @functools.wraps(solve)
    def answer(data: pd.DataFrame) -> Answer:
        return copy.deepcopy(kept(_ByContent(data)))

    return answer


class _ByContent:
    """A table that equals another one if labels, types and values are the same."""

    def __init__(self, data: pd.DataFrame) -> None:
        self.data = data
        labels = repr((list(data.columns), [str(data.index.dtype), *map(str, data.dtypes)])).encode()
        columns = [data.index, *(data.iloc[:, place] for place in range(data.shape[1]))]
        self._digest = hashlib.sha256(b"".join([labels, *map(_content, columns)])).digest()

    def __hash__(self) -> int:
        return hash(self._digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByContent) and self._digest == other._digest


def _content(values: Any) -> bytes:
    """A column, or the index."""
    array = values.to_numpy()
    return (pd.util.hash_array(array) if array.dtype == object else array).tobytes()
