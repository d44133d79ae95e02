"""Data for the sample form: a table of examples, or columns drawn afresh from distributions."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sgdtui.budget import afford


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Examples that are there: `rows` is (N, columns), finite float64, C-contiguous, not writeable."""

    columns: tuple[str, ...]
    rows: np.ndarray
    origin: str = ""


_HIGHEST_ORDER = 150
"""Beyond it the weights of Gauss–Hermite and Gauss–Laguerre quadrature overflow."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """One column drawn afresh for every example: `kind` of normal, uniform, exponential, bernoulli, choice.

    `arguments`: normal (mean, sd) · uniform (low, high) · exponential (mean,) · bernoulli (p,) ·
    choice (values…, probabilities…), the values first, as many of each.
    """

    kind: str
    arguments: tuple[float, ...]

    def quadrature(self, order: int = 48) -> tuple[np.ndarray, np.ndarray]:
        """Nodes and weights (sum 1) that average a smooth function over this law; exact for finite laws."""
        a = self.arguments
        order = min(order, _HIGHEST_ORDER)
        match self.kind:
            case "normal":
                nodes, weights = np.polynomial.hermite_e.hermegauss(order)
                return a[0] + a[1] * nodes, weights / weights.sum()
            case "uniform":
                nodes, weights = np.polynomial.legendre.leggauss(order)
                return a[0] + (a[1] - a[0]) * (nodes + 1) / 2, weights / 2
            case "exponential":
                nodes, weights = np.polynomial.laguerre.laggauss(order)
                return a[0] * nodes, weights / weights.sum()
            case "bernoulli":
                return np.array([0.0, 1.0]), np.array([1 - a[0], a[0]])
            case _:
                half = len(a) // 2
                return np.array(a[:half]), np.array(a[half:]) / sum(a[half:])


@dataclass(frozen=True, slots=True)
class Fresh:
    """Examples drawn afresh: one independent distribution a column."""

    columns: tuple[str, ...]
    distributions: tuple[Distribution, ...]


Data = Table | Fresh


def weighted_examples(data: Data, order: int = 48) -> tuple[np.ndarray, np.ndarray]:
    """Examples (n, columns) and weights (n,) whose weighted mean is the mean over the data.

    For a table the rows with equal weights; for fresh columns a tensor-product quadrature, its order lowered
    where the product would pass a hundred thousand nodes. Raises `budget.TooCostly` where it passes what there is.
    """
    if isinstance(data, Table):
        n = len(data.rows)
        return data.rows, np.full(n, 1.0 / n)
    smooth = sum(is_continuous(d) for d in data.distributions)
    if smooth > 1:
        order = min(order, max(4, int(100_000 ** (1 / smooth))))
    return product_rule(data, (order,) * len(data.columns))


def is_continuous(distribution: Distribution) -> bool:
    """Whether quadrature only approximates a mean over it."""
    return distribution.kind in ("normal", "uniform", "exponential")


def product_rule(data: Fresh, orders: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Examples (n, columns) and weights (n,) of the quadratures of all columns, each of its own order.

    Raises `budget.TooCostly` where their product passes what memory there is.
    """
    rules = [d.quadrature(order) for d, order in zip(data.distributions, orders, strict=True)]
    count = math.prod(len(nodes) for nodes, _ in rules)
    columns = len(rules)
    afford(
        f"averaging over {count:.3g} combinations of {columns} drawn columns",
        bytes=8.0 * count * (2 * columns + 1),
        remedy="fewer columns that are drawn afresh",
    )
    nodes = np.stack([g.ravel() for g in np.meshgrid(*[r[0] for r in rules], indexing="ij")], axis=1)
    weights = np.ones(1)
    for _, w in rules:
        weights = np.multiply.outer(weights, w).ravel()
    return nodes, weights
