"""A result as the JSON of the contract: its parts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from sgdtui.compare.distances.registry import DISTANCES
from sgdtui.compare.distances.values import Distances
from sgdtui.lab.snapshot import Series
from sgdtui.model.experiment import Experiment
from sgdtui.model.start import At, Normal, Uniform


def preset_hash(experiment: Experiment) -> str:
    """Sixteen hex digits that name what the preset says, whatever the order of its keys."""
    told = json.dumps(_plain(experiment.document), sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _distances(of: Distances) -> dict[str, Any]:
    return {name: _plain(of[name]) for name in DISTANCES.names}


def _series(series: Series | None, experiment: Experiment) -> dict[str, Any]:
    if series is None:
        names = [name for name, _ in experiment.observe]
        nothing: dict[str, Any] = {
            "time": [],
            "mean": [],
            "mean_se": [],
            "covariance": [],
            "covariance_se": [],
        }
        return nothing | {
            "observables": {name: [] for name in names},
            "observables_se": {name: [] for name in names},
            "distance": {},
            "transient": None,
        }
    return {
        "time": _plain(series.time),
        "mean": _plain(series.mean),
        "mean_se": _plain(series.mean_se),
        "covariance": _plain(series.covariance),
        "covariance_se": _plain(series.covariance_se),
        "observables": _plain(series.observables),
        "observables_se": _plain(series.observables_se),
        "distance": _plain(series.distance),
        "transient": None
        if series.transient is None
        else {
            name: _plain(getattr(series.transient, name)) for name in ("of", "time", "tv", "floor", "error")
        },
    }


def _start(experiment: Experiment) -> dict[str, Any]:
    match experiment.start:
        case At(point):
            return {"at": list(point)}
        case Uniform(box):
            return {"uniform": [list(interval) for interval in box]}
        case Normal(mean, deviation):
            return {"normal": {"mean": list(mean), "sd": list(deviation)}}


def _plain(value: Any) -> Any:
    """Arrays as lists and numpy numbers as Python's, what is not finite as None, at any depth."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind != "f" or np.isfinite(value).all():
            return value.tolist()
        return [_plain(item) for item in value.tolist()]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool) or value is None or isinstance(value, int | str):
        return value
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value)
