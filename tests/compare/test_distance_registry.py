"""One more distance is one file and one line: in the JSON with its floor and error, the text, claims and panel."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import numpy as np
import pytest

from sgdtui.claims.check import check
from sgdtui.cli.report import report
from sgdtui.compare.distances.kind import DistanceKind
from sgdtui.compare.distances.pair import Pair
from sgdtui.compare.distances.registry import DISTANCES
from sgdtui.compare.distances.values import Distances
from sgdtui.lab.run import run
from sgdtui.preset.load import build

PRESET = {
    "loss": "x**2/2",
    "dynamics": {"eta": 0.1},
    "space": {"domain": [[-1, 1]]},
    "run": {"walkers": 512, "burn_in": 100, "steps": 100},
    "expect": [{"that": "gibbs.l2", "is": 0.05, "within": 0.05}],
}


def between(pair: Pair) -> float:
    return float(np.sqrt(np.sum((pair.measured - pair.predicted) ** 2)))


@pytest.fixture
def dummy() -> Iterator[None]:
    DISTANCES.add(
        DistanceKind(
            "l2", "L²", between,
            lambda pair, distance: (pair.measured - pair.predicted) / max(distance, 1e-12),
            lambda sampling: float(np.sqrt(np.sum(sampling.masses * (1 - sampling.masses)) / sampling.n)),
            plain="L2",
        )
    )  # fmt: skip
    yield
    DISTANCES.remove("l2")


@pytest.mark.usefixtures("dummy")
def test_a_registered_distance_is_everywhere() -> None:
    experiment = build(PRESET)
    told = run(experiment, threads=1).document()
    gibbs = told["predictions"]["gibbs"]
    assert list(gibbs["distance"])[-1] == "l2"
    assert 0 < gibbs["floor"]["l2"] < gibbs["distance"]["l2"] < gibbs["distance"]["tv"]
    assert gibbs["distance_se"]["l2"] > 0
    assert "L2" in report(told)
    (claim,) = check(experiment, told)
    assert claim.measured == gibbs["distance"]["l2"]


def test_distances_are_frozen_and_travel_between_processes() -> None:
    found = Distances(tv=0.1, kl=None)
    assert (found.tv, found["kl"]) == (0.1, None)
    assert pickle.loads(pickle.dumps(found)) == found == Distances(tv=0.1, kl=None)
    with pytest.raises(AttributeError, match="w1"):
        _ = found.w1
    with pytest.raises(AttributeError, match="not changed"):
        found.tv = 0.2  # type: ignore[misc]
