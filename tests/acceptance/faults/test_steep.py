"""Steep walls: the mass is found however wide the window is, and the SGD of the row itself is run."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from sgdtui.lab.run import run
from sgdtui.predict.prediction import Prediction
from sgdtui.preset.load import load_text
from tests.acceptance.faults.laws import HERE, boltzmann, row, smooth


def exact(loss, temperature, low, high, about):
    places = [about + s * 10.0**e for s in (-1, 1) for e in range(-3, 2) if low < about + s * 10.0**e < high]
    least = loss(about)
    weight = lambda x: np.exp(-(loss(x) - least) / temperature)  # noqa: E731
    m0, m1, m2 = (
        quad(lambda x, n=n: x**n * weight(x), low, high, points=places, epsabs=1e-15, limit=500)[0]
        for n in (0, 1, 2)
    )
    return m1 / m0, m2 / m0 - (m1 / m0) ** 2


def test_steep():
    mean, variance = exact(lambda x: np.exp(3 * x) - x, 0.05, -2, 2, -np.log(3) / 3)
    for predicted in (smooth, boltzmann):
        found = predicted(row("steep"))
        assert found.mean[0] == pytest.approx(mean, rel=1e-9)
        assert found.covariance[0, 0] == pytest.approx(variance, rel=1e-9)
    document = run(HERE / "steep.yaml", walkers=2048).document()
    laws = document["predictions"]
    assert laws["fokker-planck"]["mean"][0] == pytest.approx(laws["gibbs"]["mean"][0], rel=1e-9)
    assert laws["gibbs"]["agrees"] is False  # η·L'' is .3: the chain is another law
    assert document["verdict"] != "no stationary law"


STEEP = {
    "exp(3*x) - x": (lambda x: np.exp(3 * x) - x, -np.log(3) / 3, -9.0, 3.0),
    "cosh(5*(x - 2))": (lambda x: np.cosh(5 * (x - 2)), 2.0, -1.0, 5.0),
    "exp(x**2)": (lambda x: np.exp(x * x), 0.0, -2.5, 2.5),
    "5*(1 - exp(-(x - 1)))**2 + 0.01*x**2": (
        lambda x: 5 * (1 - np.exp(-(x - 1))) ** 2 + 0.01 * x * x, 0.998, -5.0, 60.0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("loss", STEEP)
@pytest.mark.parametrize("window", [(-3.0, 3.0), (-300.0, 200.0), (5.0, 12.0)])
def test_any_window(loss, window):
    """The window may be wide, or show nothing of the law at all."""
    formula, about, low, high = STEEP[loss]
    mean, variance = exact(formula, 0.05, low, high, about)
    e = load_text(
        f"loss: '{loss}'\ndynamics: {{eta: 0.1}}\nspace: {{domain: [[{window[0]}, {window[1]}]]}}\ntemperature: 0.05"
    )
    found = smooth(e)
    assert isinstance(found, Prediction)
    assert found.mean[0] == pytest.approx(mean, abs=1e-9)
    assert found.covariance[0, 0] == pytest.approx(variance, rel=1e-8)
    assert found.numerical_error < 1e-9
