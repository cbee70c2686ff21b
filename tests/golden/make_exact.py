"""Writes exact_random_intercept.csv: random intercept fits solved in 50-digit decimal arithmetic.

Run from the root of the repository: ``python tests/golden/make_exact.py`` (standard library only, a few seconds).

Independent of statsmodels, lme4 and floating point: with one random intercept the likelihood depends on the data
through sums per group alone, and everything but the variance ratio psi can be maximised in closed form.  What is left
is the root of the profile log-likelihood's derivative in one variable, found by bisection to 50 digits.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, getcontext
from pathlib import Path

getcontext().prec = 60
ZERO, ONE, TWO = Decimal(0), Decimal(1), Decimal(2)
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494")
FOLDER = Path("lmmsolutions/datasets")
TARGET = Path("tests/golden/exact_random_intercept.csv")
MODELS = [  # data set, response, fixed effects, group
    ("sleepstudy", "Reaction", ("Days",), "Subject"),
    ("sleepstudy", "Reaction", (), "Subject"),
    ("athletes", "correctness", ("session_high",), "athlete_id"),
    ("athletes", "correctness", (), "athlete_id"),
    ("schools", "score", ("hours",), "school"),
    ("nested", "test_score", ("study_hours",), "school_id"),
    ("nested", "test_score", ("study_hours",), "school_class"),
    ("student_performance", "test_score", ("study_hours", "prior_gpa"), "school_id"),
    ("health", "recovery_days", ("treatment", "age", "comorbidities"), "clinic_id"),
]
type_of_matrix = list[list[Decimal]]


@dataclass(frozen=True)
class Sums:
    """What the likelihood needs of the data; the last column of the products is the response."""

    products: type_of_matrix  # (X, y)ᵀ (X, y)
    groups: dict[str, tuple[int, list[Decimal]]]  # group → size, column sums of (X, y)
    n: int

    @property
    def p(self) -> int:
        return len(self.products) - 1


@dataclass(frozen=True)
class Solution:
    beta: list[Decimal]
    inverse: type_of_matrix  # (Xᵀ W X)⁻¹ with W = (I + psi ZZᵀ)⁻¹
    log_determinant: Decimal  # of XᵀWX
    rss: Decimal
    deviations: dict[str, Decimal]  # group → sum of y − Xβ


def sums_of(rows: list[list[Decimal]], labels: list[str]) -> Sums:
    width = len(rows[0])
    products = [[sum((row[i] * row[j] for row in rows), ZERO) for j in range(width)] for i in range(width)]
    groups: dict[str, tuple[int, list[Decimal]]] = {}
    for row, label in zip(rows, labels, strict=True):
        size, totals = groups.get(label, (0, [ZERO] * width))
        groups[label] = size + 1, [total + value for total, value in zip(totals, row, strict=True)]
    return Sums(products, groups, len(rows))


def solved(sums: Sums, psi: Decimal) -> Solution:
    """Generalised least squares at a given variance ratio."""
    p, width = sums.p, sums.p + 1
    weights = {label: psi / (1 + size * psi) for label, (size, _) in sums.groups.items()}
    moments = [row[:] for row in sums.products]
    for label, (_, totals) in sums.groups.items():
        for i in range(width):
            for j in range(width):
                moments[i][j] -= weights[label] * totals[i] * totals[j]
    inverse, log_determinant = inverted([row[:p] for row in moments[:p]])
    beta = [sum((inverse[i][j] * moments[j][p] for j in range(p)), ZERO) for i in range(p)]
    rss = moments[p][p] - sum((beta[i] * moments[i][p] for i in range(p)), ZERO)
    deviations = {
        label: totals[p] - sum((beta[i] * totals[i] for i in range(p)), ZERO)
        for label, (_, totals) in sums.groups.items()
    }
    return Solution(beta, inverse, log_determinant, rss, deviations)


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
            if k != i:
                factor = work[k][i]
                work[k] = [value - factor * lead for value, lead in zip(work[k], work[i], strict=True)]
    return [row[size:] for row in work], log_determinant


def slope(sums: Sums, psi: Decimal, reml: bool) -> Decimal:
    """Derivative of the profile log-likelihood, times −2."""
    solution, p = solved(sums, psi), sums.p
    total, squares = ZERO, ZERO
    for label, (size, totals) in sums.groups.items():
        change = 1 / (1 + size * psi) ** 2
        total += size / (1 + size * psi)
        squares += change * solution.deviations[label] ** 2
        if reml:
            leverage = sum((totals[i] * solution.inverse[i][j] * totals[j] for i in range(p) for j in range(p)), ZERO)
            total -= change * leverage
    return total - (sums.n - (p if reml else 0)) * squares / solution.rss


def ratio(sums: Sums, reml: bool) -> Decimal:
    """The maximising variance ratio, by bisection in its logarithm."""
    low, high = Decimal("1e-6"), Decimal("1e6")
    if not slope(sums, low, reml) < 0 < slope(sums, high, reml):
        raise ArithmeticError("the optimum is not between 1e-6 and 1e6")
    while high / low - 1 > Decimal("1e-50"):
        middle = (low * high).sqrt()
        low, high = (middle, high) if slope(sums, middle, reml) < 0 else (low, middle)
    return low


def numbers(sums: Sums, names: list[str], reml: bool) -> Iterator[tuple[str, str, Decimal]]:
    psi = ratio(sums, reml)
    solution = solved(sums, psi)
    degrees = sums.n - (sums.p if reml else 0)
    residual = solution.rss / degrees
    log_determinant = sum(((1 + size * psi).ln() for size, _ in sums.groups.values()), ZERO)
    log_determinant += solution.log_determinant if reml else ZERO
    for i, name in enumerate(names):
        yield "fixed", name, solution.beta[i]
        yield "se", name, (residual * solution.inverse[i][i]).sqrt()
    yield "group_variance", "", psi * residual
    yield "residual_variance", "", residual
    yield "icc", "", psi / (1 + psi)
    yield "log_likelihood", "", -(degrees * ((2 * PI * residual).ln() + 1) + log_determinant) / TWO
    for label, (size, _) in sums.groups.items():
        yield "blup", label, psi / (1 + size * psi) * solution.deviations[label]


def main() -> None:
    with TARGET.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["dataset", "fit", "quantity", "term", "value"])
        for dataset, response, fixed, group in MODELS:
            with (FOLDER / f"{dataset}.csv").open() as table:
                records = list(csv.DictReader(table))
            # A CSV field is read as the double nearest to it, as every statistics program does, then taken exactly.
            rows = [[ONE, *(Decimal(float(record[name])) for name in (*fixed, response))] for record in records]
            sums = sums_of(rows, [record[group] for record in records])
            for reml in (True, False):
                fit = f"{' + '.join(fixed) or '1'} + (1|{group}) {'REML' if reml else 'ML'}"
                for quantity, term, value in numbers(sums, ["Intercept", *fixed], reml):
                    writer.writerow([dataset, fit, quantity, term, f"{value:.30g}"])


if __name__ == "__main__":
    main()
