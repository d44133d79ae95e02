"""A logarithmic barrier, with a wall where the loss ends and without one."""

from __future__ import annotations

import pytest

from sgdtui.predict.prediction import Absence, Prediction
from sgdtui.preset.load import load_text
from tests.acceptance.faults.laws import HERE, boltzmann, row, smooth


@pytest.mark.parametrize("predicted", [smooth, boltzmann])
def test_logbarrier_wall(predicted):
    found = predicted(row("logbarrier_wall"))
    assert isinstance(found, Prediction)
    assert found.mean[0] == pytest.approx(3, abs=2e-7)  # the wall at 25 cuts 5e-9 off
    assert found.covariance[0, 0] == pytest.approx(3, abs=5e-6)
    assert found.observables["m2"] == pytest.approx(12, abs=5e-6)


@pytest.mark.parametrize("predicted", [smooth, boltzmann])
@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.5])
def test_an_open_window_over_the_barrier(predicted, temperature):
    """The law is Gamma(1 + 2/T, 1/T), whatever the window shows of the side where the loss is no number."""
    text = (HERE / "logbarrier_wall.yaml").read_text()
    text = text.replace("[[0, 25]], boundary: reflect", "[[-2, 25]]").replace(
        "{T: 1}", f"{{T: {temperature}}}"
    )
    found = predicted(load_text(text))
    if (
        predicted is smooth and temperature > 2
    ):  # the noise takes walkers over the barrier: left of it they run away
        assert isinstance(found, Absence)
        assert found.reason == "not normalisable"
        return
    assert isinstance(found, Prediction)
    shape = 1 + 2 / temperature
    assert found.mean[0] == pytest.approx(shape * temperature, rel=1e-9)
    assert found.covariance[0, 0] == pytest.approx(shape * temperature**2, rel=1e-9)
    assert found.distribution[14] == pytest.approx(0, abs=1e-12)
