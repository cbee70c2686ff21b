"""Groups in order of their effects, each with the values of its members: a caterpillar plot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from autograder.checks.describe import plural
from autograder.checks.figures.panels import content, marks, panels
from autograder.checks.outcome import AuthorError, Verdict, right, wrong
from autograder.checks.values.containers import as_floats, key
from autograder.values.views import Figure, type_of_array

UNSORTED_KEEPS = 0.75
MISPLACED_KEEPS = 0.5
_MOST_POINTS = 20_000  # of a panel that are looked at
_MOST_PLACES = 100  # with the value of one effect
_NEAR = 2e-3  # of the range of the values; less than the width of a pen


@dataclass(frozen=True)
class Groups:
    """Effects by group, and the values of each group's members.

    Attributes:
        effects: group as text → effect.
        members: group as text → values of its members, shape (k,), on the axis of the effects; empty: effects alone.

    Raises:
        AuthorError: if there are fewer than two groups, members of unknown groups, or values that are not finite.
    """

    effects: Mapping[str, float]
    members: Mapping[str, type_of_array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        values = np.concatenate([as_floats(list(self.effects.values())), *self.members.values()])
        if len(self.effects) < 2 or not set(self.members) <= set(self.effects) or not np.isfinite(values).all():
            raise AuthorError("a caterpillar plot needs two or more groups with finite effects and members", values)

    @classmethod
    def of(cls, effects: Any, members: Any = None) -> Groups:
        """From mappings or Series by group.

        Args:
            effects: group → effect.
            members: group → the values of its members; or a Series of them with the group as its outer index.
        """
        by_group = {key(group): float(value) for group, value in dict(effects).items()}
        inside: dict[str, type_of_array] = {}
        if isinstance(members, pd.Series):
            members = {group: list(values) for group, values in members.groupby(level=0)}
        for group, values in (members or {}).items():
            inside[key(group)] = as_floats(list(values))
        return cls(by_group, inside)

    def equals(self, other: Groups) -> bool:
        """Whether both have the same effects and the same members."""
        same = self.effects.keys() == other.effects.keys() and self.members.keys() == other.members.keys()
        pairs = [(self.members[name], other.members[name]) for name in self.members] if same else []
        return (
            same
            and all(abs(self.effects[name] - other.effects[name]) <= self.slack for name in self.effects)
            and all(len(one) == len(two) and bool((np.abs(one - two) <= self.slack).all()) for one, two in pairs)
        )

    @property
    def slack(self) -> float:
        """The greatest difference that is none."""
        values = np.concatenate([as_floats(list(self.effects.values())), *self.members.values()])
        return float(max(_NEAR * np.ptp(values), 1e-9 * np.abs(values).max()))

    @property
    def count(self) -> int:
        """How many points there are."""
        return len(self.effects) + sum(len(values) for values in self.members.values())


def judge_caterpillar(figure: Figure, groups: Groups) -> Verdict:
    """Judge one figure by its best panel.

    Args:
        figure: as it was recorded.
        groups: effects and members; values may run along either axis, groups stand anywhere on the other, sorted either
            way.
    """
    got = content(figure)
    verdicts = [_judge(values, places, groups, got) for values, places in _points(figure)]
    if not verdicts:
        return wrong(got, "There are no points: each effect should be one.", "no-points")
    return max(verdicts, key=lambda verdict: verdict.share)


def _judge(values: type_of_array, places: type_of_array, groups: Groups, got: str) -> Verdict:
    shown = _places(values, places, groups)
    lost_members = _lost_members(values, places, groups, shown)
    there = len(shown) + sum(len(one) for one in groups.members.values()) - lost_members
    if not shown:
        return wrong(got, "None of the points is at an effect of the groups.", "other-points")
    if there < groups.count:
        if _all_values(values, groups) and lost_members:
            hint = "All values are there, but members do not stand at the place of their group."
            return Verdict(MISPLACED_KEEPS, got, hint, "misplaced")
        hint = f"{there} of {plural(groups.count, 'point')} were found at their values."
        return Verdict(there / groups.count, got, hint, "incomplete")
    in_order = [shown[name] for name in sorted(groups.effects, key=lambda name: groups.effects[name])]
    steps = np.diff(in_order)
    if not ((steps > 0).all() or (steps < 0).all()):
        hint = "The groups are not in the order of their effects: sort them."
        return Verdict(UNSORTED_KEEPS, got, hint, "unsorted")
    return right(got)


def _places(values: type_of_array, places: type_of_array, groups: Groups) -> dict[str, float]:
    """The place of each group: that of a point at its effect; one place for each group."""
    found: dict[str, float] = {}
    for name, effect in sorted(groups.effects.items(), key=lambda item: item[1]):
        near = np.flatnonzero(np.abs(values - effect) <= groups.slack)
        firsts = near[np.unique(places[near], return_index=True)[1]][:_MOST_PLACES]
        free = [place for place in firsts if places[place] not in found.values()]
        # Where a member of another group has the same value, the point with this group's members around it counts.
        best = max(free, key=lambda place: _at(values, places, groups, name, float(places[place])), default=None)
        if best is not None:
            found[name] = float(places[best])
    return found


def _at(values: type_of_array, places: type_of_array, groups: Groups, name: str, place: float) -> int:
    """How many members of a group stand at a place."""
    here = values[np.abs(places - place) <= _reach(places)]
    wanted = groups.members.get(name, np.empty(0))
    return sum(bool((np.abs(here - value) <= groups.slack).any()) for value in wanted)


def _reach(places: type_of_array) -> float:
    """How far from its group a member may stand: less than half of the way to the next."""
    steps = np.diff(np.unique(places))
    return 0.45 * float(steps.max()) if len(steps) else 0.0


def _lost_members(values: type_of_array, places: type_of_array, groups: Groups, shown: Mapping[str, float]) -> int:
    return sum(
        len(wanted) - (_at(values, places, groups, name, shown[name]) if name in shown else 0)
        for name, wanted in groups.members.items()
    )


def _all_values(values: type_of_array, groups: Groups) -> bool:
    wanted = np.concatenate([as_floats(list(groups.effects.values())), *groups.members.values()])
    return all((np.abs(values - one) <= groups.slack).any() for one in wanted)


def _points(figure: Figure) -> Iterator[tuple[type_of_array, type_of_array]]:
    """The points of each panel as values and places, with the values on either axis."""
    for axes in panels(figure):
        drawn = marks(axes)
        if drawn:
            x, y = (np.concatenate([one[axis] for one in drawn])[:_MOST_POINTS] for axis in (0, 1))
            yield x, y
            yield y, x
