"""A result as a pandas DataFrame or an xarray Dataset, where those are installed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from sgdtui.lab.result import Result


def to_pandas(result: Result) -> Any:
    """One row for each bin: its middle along each drawn axis, density and its error, and each prediction's density.

    Raises ImportError where pandas is not installed.
    """
    pandas = _needed("pandas")
    names = _axes(result)
    middles = [(edges[1:] + edges[:-1]) / 2 for edges in result.edges]
    grids = np.meshgrid(*middles, indexing="ij")
    columns = {name: grid.ravel() for name, grid in zip(names, grids, strict=True)}
    columns |= {"density": result.density.ravel(), "density_se": result.density_se.ravel()}
    for name, prediction in result.predictions.items():
        if prediction.density is not None:
            columns[name] = prediction.density.ravel()
    return pandas.DataFrame(columns)


def to_xarray(result: Result) -> Any:
    """The histogram and the predicted densities over the drawn axes, mean and covariance with their errors.

    Raises ImportError where xarray is not installed.
    """
    xarray = _needed("xarray")
    names, variables = _axes(result), list(result.experiment.variables)
    over = {name: (edges[1:] + edges[:-1]) / 2 for name, edges in zip(names, result.edges, strict=True)}
    square = ("weight", "weight_")
    data: dict[str, Any] = {
        "density": (names, result.density),
        "density_se": (names, result.density_se),
        "mean": (("weight",), result.mean),
        "mean_se": (("weight",), result.mean_se),
        "covariance": (square, result.covariance),
        "covariance_se": (square, result.covariance_se),
    }
    for name, prediction in result.predictions.items():
        if prediction.density is not None:
            data[name] = (names, prediction.density)
    return xarray.Dataset(
        data,
        coords={**over, "weight": variables, "weight_": variables},
        attrs={"title": result.experiment.title, "verdict": result.verdict},
    )


def _axes(result: Result) -> list[str]:
    """The drawn axes; one that is named like a column gets a stroke."""
    taken = {"density", "density_se", "weight", "weight_", "mean", "covariance", *result.predictions}
    names = [result.experiment.variables[axis] for axis in result.experiment.space.axes]
    return [f"{name}_" if name in taken else name for name in names]


def _needed(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise ImportError(f"{name} is not installed: pip install {name}") from None
