"""Quantities measured between steps: the averages of what the copies show, however steps are cut; arrivals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sgdtui.lab.estimators import ratio
from sgdtui.model.experiment import Experiment
from sgdtui.model.network import NetworkSystem
from sgdtui.model.network_fields import NetworkFields
from sgdtui.preset.load import load
from sgdtui.simulate.count import beside
from sgdtui.simulate.ensemble import Ensemble

ROWS = np.round(np.random.default_rng(4).normal(size=(12, 3)), 3)


def network(observe: Any, until: str | None = None, walkers: int = 640, **dynamics: Any) -> Experiment:
    document = {
        "network": {"data": ROWS.tolist(), "columns": ["a", "b", "y"], "layers": [3], "ridge": 0.05},
        "dynamics": {"eta": 0.1, "precision": "double", **dynamics},
        "run": {"walkers": walkers, "burn_in": 0, "steps": 60, "every": 5},
        "start": {"init": {"seed": 1, "each": True}},
        "space": {"domain": [[-3, 3]], "axes": ["w1_1_1"]},
        "observe": observe,
    }
    return load(document if until is None else {**document, "until": until})


def fields(experiment: Experiment) -> NetworkFields:
    assert isinstance(experiment.system, NetworkSystem)
    return NetworkFields(experiment.system)


def test_averages_are_those_over_records_and_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "_CALL", 0.0)
    monkeypatch.setattr(beside, "_STEP", 1e-3)  # so dear that every copy is measured at every record
    experiment = network(["loss", "w1_1_1", "trH"])
    ensemble = Ensemble(experiment, threads=2)
    seen = []
    for _ in range(6):
        ensemble.advance(5, record=True)
        x = ensemble.positions()
        seen.append([fields(experiment).loss(x), x[:, 0], fields(experiment).hessian_trace(x)])
    counts = ensemble.counts()
    ensemble.close()
    values = np.array(seen)  # records, quantities, copies
    mean, error = ratio(counts.observables, counts.samples)
    np.testing.assert_allclose(mean, values.mean(axis=(0, 2)), rtol=1e-12)
    by_group = values.mean(axis=0).reshape(3, 64, 10).mean(axis=2)
    np.testing.assert_allclose(error, by_group.std(axis=1, ddof=1) / 8, rtol=1e-9)


@pytest.mark.parametrize("walkers", [640, 5])
def test_numbers_do_not_depend_on_threads_or_on_how_steps_are_divided(walkers: int) -> None:
    experiment = network(["loss", "lambda_max", "trSigma"], walkers=walkers)
    found = []
    for threads, parts in ((1, (311,)), (2, (1, 62, 100, 148))):
        ensemble = Ensemble(experiment, threads=threads)
        for part in parts:
            ensemble.advance(part, record=True)
        found.append(ensemble.counts().observables)
        ensemble.close()
    np.testing.assert_array_equal(*found)
    assert np.isfinite(found[0]).all()


def test_a_run_goes_on_where_it_was_saved() -> None:
    experiment = network(["trH"])
    whole, first, second = (Ensemble(experiment, threads=1) for _ in range(3))
    whole.advance(200, record=True)
    first.advance(90, record=True)
    second.restore(first.state())
    second.advance(110, record=True)
    np.testing.assert_array_equal(whole.counts().observables, second.counts().observables)
    for each in (whole, first, second):
        each.close()


def test_copies_arrive_where_a_quantity_says_so_at_the_next_record() -> None:
    experiment = network({"height": "loss"}, until="loss < 0.75")
    ensemble = Ensemble(experiment, threads=1)
    loss, here = fields(experiment), ensemble.positions()
    arrived, steps, heights = np.zeros(len(here), bool), 0.0, 0.0
    free = Ensemble(network({}), threads=1)
    for record in range(1, 9):
        free.advance(5, record=False)
        now = loss.loss(free.positions())
        new = (now < 0.75) & ~arrived
        steps += 5 * record * new.sum()
        heights += now[new].sum()
        arrived |= new
    ensemble.advance(40, record=True)
    passage = ensemble.counts().passage
    assert passage is not None
    assert 100 < arrived.sum() < len(here)
    assert passage.stopped.sum() == arrived.sum()
    assert passage.steps.sum() == steps
    assert passage.observables.sum() == pytest.approx(heights, rel=1e-12)
    np.testing.assert_array_equal(np.isnan(ensemble.positions()).any(axis=1), arrived)
    assert ensemble.lost == 0
    ensemble.close()
    free.close()
