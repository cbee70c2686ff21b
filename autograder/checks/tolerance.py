"""When a number is right: within the spread of honest fits, or correctly rounded.

The tolerance belongs to the reference.  With ``allowed = absolute + relative·|want|``, a number is right when
``|got − want| ≤ allowed``, or when it is what honest rounding to four or more significant digits makes of a
number that close.

A hidden test gives both for its own number.  By the measured spread of honest fits of mixed models, usual values of
``relative`` are 1e-5 for a fixed effect, 1e-4 for the residual variance, 1e-3 for any other variance and 2e-3 for a
standard error; 1e-6 for what has a closed form, such as least squares.  Random effects are shrunk toward zero, so
their tolerance is absolute: :data:`PREDICTION`, for ``checks.effects`` and for the ``scale`` of ``checks.array``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from autograder.checks.outcome import AuthorError

PREDICTION = 5e-4  # of the standard deviation of the effects

GREATEST = 1e100  # in any unit; larger data cannot be computed with, since their squares must be numbers too
LEAST = 1e-100  # smaller data count as zero or as absurd

FULL_DIGITS = 4  # this many significant digits, or more, are as good as the number itself
FEWEST_DIGITS = 2
MOST_DIGITS = 9
COARSE_SHARE = 0.5
CUT_OFF_HINT = "The digits were cut off, not rounded: keep at least four significant digits and round the last."
COARSE_HINT = "Rounded too far: keep at least four significant digits."

_ROUNDOFF = 1e-9  # relative; far below any tolerance, far above floating-point noise
_SINGLE = 1.2e-7  # relative; a single-precision 10.47 still counts as rounded to 0.01


class Match(IntEnum):
    """How well a number agrees with another."""

    NONE = 0
    COARSE = 1  # correctly rounded to two or three significant digits
    FULL = 2  # within tolerance, or correctly rounded to four or more


@dataclass(frozen=True)
class Tolerance:
    """How far a right answer may lie from the reference.

    Attributes:
        relative: share of the reference's size.
        absolute: in the unit of the number, added to that; 0 for most numbers.

    Raises:
        AuthorError: if a tolerance is negative or not finite.

    Example:
        >>> Tolerance(relative=1e-3).within(10.01, 10.0)
        True
        >>> Tolerance().match(10.47, 10.467286).name, Tolerance().match(10.5, 10.467286).name
        ('FULL', 'COARSE')
    """

    relative: float = 1e-4
    absolute: float = 0.0

    def __post_init__(self) -> None:
        for allowed in (self.relative, self.absolute):
            if not (math.isfinite(allowed) and allowed >= 0):
                raise AuthorError(f"a tolerance must be a number ≥ 0, got {allowed!r}", allowed)

    def allowed(self, want: float) -> float:
        """The greatest distance from ``want``, in its unit, that is not yet a difference."""
        return self.absolute + max(self.relative, _ROUNDOFF) * abs(want) + (1e-12 if want == 0 else 0.0)

    def within(self, got: float, want: float) -> bool:
        """Whether ``got`` is ``want`` up to the tolerance; never for NaN or infinity.

        Args:
            got: the student's number.
            want: the reference, in the same unit.
        """
        return math.isfinite(got) and math.isfinite(want) and abs(got - want) <= self.allowed(want)

    def match(self, got: float, want: float) -> Match:
        """Judge ``got`` against ``want``: within tolerance, rounded well, rounded too far, or neither.

        Args:
            got: the student's number; NaN and infinity agree with nothing.
            want: the reference, in the same unit.

        Returns:
            ``FULL`` within tolerance, or correctly rounded to four or more significant digits; ``COARSE`` where two
            or three are left; else ``NONE``.
        """
        if self.within(got, want):
            return Match.FULL
        digits = self.rounded_to(got, want)
        if digits >= FULL_DIGITS:
            return Match.FULL
        return Match.COARSE if digits >= FEWEST_DIGITS else Match.NONE

    def rounded_to(self, got: float, want: float, fewest: int = FEWEST_DIGITS) -> int:
        """The most significant digits (``fewest`` … 9) to which ``got`` is a correctly rounded ``want``, or 0.

        Args:
            got: the student's number.
            want: the reference. A number within the tolerance of it may have been rounded in its place.
            fewest: digits below which it counts as no rounding.

        Example:
            >>> Tolerance().rounded_to(10.5, 10.467286), Tolerance().rounded_to(10.4, 10.467286)
            (3, 0)
        """
        for digits in range(MOST_DIGITS, fewest - 1, -1):
            unit = _unit(want, digits)
            if _on_grid(got, unit) and abs(got - want) <= unit / 2 * (1 + _ROUNDOFF) + self.allowed(want):
                return digits
        return 0

    def cut_off_at(self, got: float, want: float) -> int:
        """The most significant digits (2 … 9) at which ``got`` is ``want`` cut off, not rounded; 0 if at none.

        Args:
            got: the student's number.
            want: the reference itself, whatever the tolerance.

        Example:
            >>> Tolerance().cut_off_at(10.46, 10.467286)
            4
        """
        if got * want <= 0:
            return 0
        for digits in range(MOST_DIGITS, FEWEST_DIGITS - 1, -1):
            unit = _unit(want, digits)
            if _on_grid(got, unit) and 0 < abs(want) - abs(got) < unit:
                return digits
        return 0


def made_whole(got: Sequence[float], want: Sequence[float]) -> str:
    """How numbers are the wanted ones as whole numbers: ``"cut-off"``, ``"rounded"``, or empty where they are not.

    Zeros alone say nothing.

    Args:
        got: the student's numbers.
        want: the references, as many.

    Example:
        >>> made_whole([10, -2], [10.4, -2.6]), made_whole([10, -3], [10.4, -2.6])
        ('cut-off', 'rounded')
    """
    pairs = list(zip(got, want, strict=True))
    sound = all(math.isfinite(one) and math.isfinite(other) and float(one).is_integer() for one, other in pairs)
    if not sound or not any(got) or all(one == other for one, other in pairs):
        return ""
    if all(one == round(other) for one, other in pairs):
        return "rounded"
    return "cut-off" if all(one == math.trunc(other) for one, other in pairs) else ""


def distance(got: float, want: float) -> float:
    """How far ``got`` is from ``want``, at least as far as the digits that were given can tell.

    Args:
        got: the student's number, whose last digit may stand for half a unit more or less.
        want: what it is compared with, such as the value of a misconception.

    Example:
        >>> distance(10.5, 10.467286)
        0.05
    """
    return max(abs(got - want), _resolution(got))


def _resolution(got: float) -> float:
    """Half a unit of the last digit that a number is rounded to, or the noise of floating point."""
    for digits in range(FEWEST_DIGITS, MOST_DIGITS + 1):
        unit = _unit(got, digits)
        if _on_grid(got, unit):
            return unit / 2
    return _ROUNDOFF * abs(got)


def half_unit(want: float, digits: int = FULL_DIGITS) -> float:
    """Half a unit of the last kept digit of ``want`` rounded to ``digits`` significant digits; 0 for 0.

    Args:
        want: the number that is rounded.
        digits: significant digits that it keeps.

    Example:
        >>> half_unit(1378.18)
        0.5
    """
    return _unit(want, digits) / 2


def _unit(want: float, digits: int) -> float:
    """The unit of the ``digits``-th significant digit of ``want``; 0 where there is none."""
    if want == 0 or not math.isfinite(want):
        return 0.0
    return float(10.0 ** (math.floor(math.log10(abs(want))) - digits + 1))


def _on_grid(got: float, unit: float) -> bool:
    """Whether ``got`` is a whole multiple of ``unit``, up to single precision, as rounded numbers are."""
    if not math.isfinite(got) or unit <= 0:
        return False
    steps = got / unit
    return math.isfinite(steps) and abs(steps - round(steps)) <= _SINGLE * abs(steps)
