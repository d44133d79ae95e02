"""The lab stepped by plain numpy: no compilation, and every gate can be held."""

from __future__ import annotations

import pytest

from tests.lab.numpy_ensemble import NumpyEnsemble


@pytest.fixture
def numpy_walkers(monkeypatch):
    """`simulate.ensemble.Ensemble` replaced by `NumpyEnsemble`, its switches put back afterwards."""
    monkeypatch.setattr("sgdtui.simulate.ensemble.Ensemble", NumpyEnsemble)
    monkeypatch.setattr("sgdtui.lab.pilot.WALKERS", 512)
    for switch, value in (("compiled", 0), ("fail_at", None), ("gate", None), ("living", [])):
        monkeypatch.setattr(NumpyEnsemble, switch, value)
    return NumpyEnsemble


class Screen:
    """Collects snapshots, and waits for one that fits."""

    def __init__(self) -> None:
        import threading

        self.shown = []
        self._news = threading.Condition()

    def __call__(self, snapshot) -> None:
        with self._news:
            self.shown.append(snapshot)
            self._news.notify_all()

    def wait_for(self, fits, timeout=60.0):
        """The first snapshot from now or before that `fits`; fails after `timeout` seconds."""
        with self._news:
            done = self._news.wait_for(lambda: any(fits(s) for s in self.shown), timeout)
        assert done, f"no such snapshot; the last: {self.shown[-1].phase if self.shown else None}"
        return next(s for s in self.shown if fits(s))


@pytest.fixture
def screen():
    return Screen()


@pytest.fixture
def start_lab(screen):
    """Starts a `Lab` whose snapshots come to `screen`, and ends it after the test."""
    from sgdtui.lab.live import Lab

    started = []

    def start(experiment, **options):
        lab = Lab(experiment, **{"on_snapshot": screen, "interval": 0.02, "threads": 1, **options})
        started.append(lab)
        return lab

    yield start
    for lab in started:
        assert lab.stop(timeout=30.0), "the worker did not end"
