"""Writes exact_general.csv: mixed models with several variances, solved in 50-digit arithmetic.

Run from the root of the repository: ``python tests/golden/make_exact_general.py`` (standard library only, a minute).

Independent of statsmodels, lme4, floating point and of the way in which ``lmmsolutions`` computes: the likelihood is
that of each group's rows with their whole covariance matrix, and its derivatives by variances and covariances are
written out, so the maximum is where Fisher scoring, then Newton's method with differences, finds them to be zero.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, getcontext
from pathlib import Path

getcontext().prec = 60
ZERO, ONE, TWO = Decimal(0), Decimal(1), Decimal(2)
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494")
FOLDER = Path("lmmsolutions/datasets")
TARGET = Path("tests/golden/exact_general.csv")
DIGITS = Decimal("1e-45")
STEP = Decimal("1e-20")
type_of_vector = list[Decimal]
type_of_matrix = list[type_of_vector]


@dataclass(frozen=True)
class Model:
    """A response, its fixed effects, and for each variance the covariance of two rows that it stands for."""

    dataset: str
    fit: str
    response: str
    fixed: tuple[str, ...]
    group: str  # rows of different groups are independent
    names: tuple[str, ...]  # of the variances, the residual variance last
    start: tuple[str, ...]
    parts: tuple[Callable[[dict[str, str], dict[str, str]], Decimal], ...]  # without the residual variance


def number(text: str) -> Decimal:
    """A CSV field as the double nearest to it, as every statistics program reads it, then taken exactly."""
    return Decimal(float(text))


def constant(_: dict[str, str], __: dict[str, str]) -> Decimal:
    return ONE


def product(column: str) -> Callable[[dict[str, str], dict[str, str]], Decimal]:
    return lambda one, other: number(one[column]) * number(other[column])


def total(column: str) -> Callable[[dict[str, str], dict[str, str]], Decimal]:
    return lambda one, other: number(one[column]) + number(other[column])


def same(column: str) -> Callable[[dict[str, str], dict[str, str]], Decimal]:
    return lambda one, other: ONE if one[column] == other[column] else ZERO


SLOPES = ("Intercept|Intercept", "Days|Intercept", "Days|Days", "residual")
MODELS = [
    Model(
        "sleepstudy",
        "Days + (Days|Subject)",
        "Reaction",
        ("Days",),
        "Subject",
        ("Intercept|Intercept", "Days|Intercept", "Days|Days", "residual"),
        ("600", "10", "35", "655"),
        (constant, total("Days"), product("Days")),
    ),
    Model(
        "sleepstudy",
        "Days + (Days||Subject)",
        "Reaction",
        ("Days",),
        "Subject",
        ("Intercept|Intercept", "Days|Days", "residual"),
        ("620", "36", "655"),
        (constant, product("Days")),
    ),
    Model(
        "schools",
        "hours + (hours|school) REML only",
        "score",
        ("hours",),
        "school",
        ("Intercept|Intercept", "hours|Intercept", "hours|hours", "residual"),
        ("59.4", "-0.467", "0.00587", "21.05"),
        (constant, total("hours"), product("hours")),
    ),
    Model(
        "nested",
        "study_hours + (1|school_id/class_id)",
        "test_score",
        ("study_hours",),
        "school_id",
        ("school_id", "class_id:school_id", "residual"),
        ("22.6", "9.8", "16.6"),
        (constant, same("class_id")),
    ),
]


def inverted(matrix: type_of_matrix) -> tuple[type_of_matrix, Decimal]:
    """Inverse and log-determinant of a positive definite matrix, by Gauss-Jordan elimination."""
    size = len(matrix)
    work = [row[:] + [ONE if i == j else ZERO for j in range(size)] for i, row in enumerate(matrix)]
    log_determinant = ZERO
    for i in range(size):
        pivot = work[i][i]
        log_determinant += pivot.ln()
        work[i] = [value / pivot for value in work[i]]
        for k in range(size):
            if k != i and work[k][i]:
                factor = work[k][i]
                work[k] = [value - factor * lead for value, lead in zip(work[k], work[i], strict=True)]
    return [row[size:] for row in work], log_determinant


def times(left: type_of_matrix, right: type_of_matrix) -> type_of_matrix:
    columns = list(zip(*right, strict=True))
    return [[sum((a * b for a, b in zip(row, column, strict=True)), ZERO) for column in columns] for row in left]


def turned(matrix: type_of_matrix) -> type_of_matrix:
    return [list(column) for column in zip(*matrix, strict=True)]


@dataclass(frozen=True)
class Group:
    x: type_of_matrix
    y: type_of_matrix
    parts: list[type_of_matrix]  # covariance of the rows for each variance set to one


@dataclass(frozen=True)
class Point:
    """The likelihood at given variances, the fixed effects at their best."""

    beta: type_of_matrix
    inverse: type_of_matrix  # covariance of the fixed effects
    log_likelihood: Decimal
    slope: type_of_vector  # derivatives of the log-likelihood by the variances


def added(one: type_of_matrix, other: type_of_matrix) -> type_of_matrix:
    return [[a + b for a, b in zip(left, right, strict=True)] for left, right in zip(one, other, strict=True)]


def trace(left: type_of_matrix, right: type_of_matrix) -> Decimal:
    """Of the product of two symmetric matrices."""
    return sum((a * b for one, other in zip(left, right, strict=True) for a, b in zip(one, other, strict=True)), ZERO)


def at(groups: list[Group], variances: type_of_vector, reml: bool) -> Point:
    p = len(groups[0].x[0])
    information = [[ZERO] * p for _ in range(p)]
    moment = [[ZERO] for _ in range(p)]
    solved: list[tuple[Group, type_of_matrix]] = []
    log_determinant = ZERO
    for group in groups:
        size = len(group.y)
        covariance = [[sum((v * part[i][j] for v, part in zip(variances, group.parts, strict=True)), ZERO)
                       for j in range(size)] for i in range(size)]  # fmt: skip
        inverse, determinant = inverted(covariance)
        log_determinant += determinant
        weighted = times(turned(group.x), inverse)
        information, moment = added(information, times(weighted, group.x)), added(moment, times(weighted, group.y))
        solved.append((group, inverse))
    spread, determinant = inverted(information)
    beta = times(spread, moment)
    n = sum(len(group.y) for group in groups)
    deviance = log_determinant + (n - (p if reml else 0)) * (TWO * PI).ln() + (determinant if reml else ZERO)
    slope = [ZERO] * len(variances)
    for group, inverse in solved:
        fitted = times(group.x, beta)
        left = [[y[0] - f[0]] for y, f in zip(group.y, fitted, strict=True)]
        white = times(inverse, left)
        deviance += sum((a[0] * b[0] for a, b in zip(left, white, strict=True)), ZERO)
        projected = inverse
        if reml:
            weighted = times(inverse, group.x)
            leverage = times(times(weighted, spread), turned(weighted))
            projected = added(inverse, [[-value for value in row] for row in leverage])
        for k, part in enumerate(group.parts):
            gained = times(times(turned(white), part), white)[0][0]
            slope[k] += (gained - trace(projected, part)) / 2
    return Point(beta, spread, -deviance / 2, slope)


def best(groups: list[Group], variances: type_of_vector, reml: bool) -> type_of_vector:
    """Newton's method on the derivatives, their own derivatives by differences."""
    for _ in range(30):
        slope = at(groups, variances, reml).slope
        jacobian = []
        for k, value in enumerate(variances):
            step = STEP * max(abs(value), ONE)
            moved = at(groups, [v + step if j == k else v for j, v in enumerate(variances)], reml).slope
            jacobian.append([-(after - before) / step for after, before in zip(moved, slope, strict=True)])
        symmetric = [[(jacobian[i][j] + jacobian[j][i]) / 2 for j in range(len(slope))] for i in range(len(slope))]
        inverse, _ = inverted(symmetric)
        change = [row[0] for row in times(inverse, [[value] for value in slope])]
        variances = [value + move for value, move in zip(variances, change, strict=True)]
        if max(abs(move) / abs(value) for move, value in zip(change, variances, strict=True)) < DIGITS:
            return variances
    raise ArithmeticError("no optimum was found from this start")


def groups_of(model: Model) -> list[Group]:
    with (FOLDER / f"{model.dataset}.csv").open() as file:
        records = list(csv.DictReader(file))
    groups = []
    for label in dict.fromkeys(record[model.group] for record in records):
        rows = [record for record in records if record[model.group] == label]
        parts = [[[part(one, other) for other in rows] for one in rows] for part in model.parts]
        parts.append([[ONE if i == j else ZERO for j in range(len(rows))] for i in range(len(rows))])
        x = [[ONE, *(number(row[name]) for name in model.fixed)] for row in rows]
        groups.append(Group(x, [[number(row[model.response])] for row in rows], parts))
    return groups


def numbers(model: Model, reml: bool) -> Iterator[tuple[str, str, Decimal]]:
    groups = groups_of(model)
    variances = best(groups, [Decimal(value) for value in model.start], reml)
    point = at(groups, variances, reml)
    for i, name in enumerate(("Intercept", *model.fixed)):
        yield "fixed", name, point.beta[i][0]
        yield "se", name, point.inverse[i][i].sqrt()
    for name, value in zip(model.names[:-1], variances, strict=False):
        yield "covariance", name, value
    yield "residual_variance", "", variances[-1]
    yield "log_likelihood", "", point.log_likelihood


def main() -> None:
    with TARGET.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["dataset", "fit", "quantity", "term", "value"])
        for model in MODELS:
            for reml in (True,) if "REML only" in model.fit else (True, False):
                fit = f"{model.fit.removesuffix(' REML only')} {'REML' if reml else 'ML'}"
                for quantity, term, value in numbers(model, reml):
                    writer.writerow([model.dataset, fit, quantity, term, f"{value:.30g}"])


if __name__ == "__main__":
    main()
