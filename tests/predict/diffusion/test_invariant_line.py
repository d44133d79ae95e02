"""Laws of walkers that never leave a line, where the noise is singular in space: against the law of one coordinate."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.predict.diffusion.law import fokker_planck
from sgdtui.predict.prediction import Absence, Prediction
from sgdtui.preset.load import load_text

BINS = np.linspace(-3, 3, 61)

# On x = a + 3s/5, y = b + 4s/5: ds = -s(s² - 1) dt with the noise 1 + s², everything along (3, 4)/5.
S = "((x - 0.5)*3/5 + (y + 0.25)*4/5)"
PULL = f"-({S}**3 - {S})"
LINE = f"""
variables: [x, y]
drift: ["3/5*{PULL}", "4/5*{PULL}"]
noise: {{covariance: [["9/25*(1 + {S}**2)", "12/25*(1 + {S}**2)"], ["12/25*(1 + {S}**2)", "16/25*(1 + {S}**2)"]]}}
dynamics: {{kind: sde, eta: 0.5, dt: 0.01}}
start: {{at: [0.5, -0.25]}}
observe: {{along: "{S}", beyond: "x > 0.7"}}
space: {{domain: [[-3, 3], [-3, 3]]}}
"""
ALONE = """
variables: [s]
drift: ["-(s**3 - s)"]
noise: "1 + s**2"
dynamics: {kind: sde, eta: 0.5, dt: 0.01}
observe: {along: "s", beyond: "0.5 + 3*s/5 > 0.7", x: "0.5 + 3*s/5", left: "0.5 + 3*s/5 < -0.5"}
space: {domain: [[-3, 3]]}
"""


def test_a_line_across_the_plane():
    found = fokker_planck(load_text(LINE), (BINS, BINS))
    alone = fokker_planck(load_text(ALONE), (BINS,))
    assert isinstance(found, Prediction)
    assert isinstance(alone, Prediction)
    for key in ("along", "beyond"):
        assert found.observables[key] == pytest.approx(alone.observables[key], abs=1e-9)
    (mean,), ((variance,),) = alone.mean, alone.covariance
    assert found.mean == pytest.approx([0.5 + 0.6 * mean, -0.25 + 0.8 * mean], abs=1e-9)
    assert found.covariance == pytest.approx(variance * np.array([[0.36, 0.48], [0.48, 0.64]]), abs=1e-8)
    # In the bins: all of it, on the line, with the right share to the left of an edge.
    assert found.probability.sum() + found.outside == pytest.approx(1)
    assert found.outside < 1e-3
    assert found.probability[:25].sum() == pytest.approx(alone.observables["left"], abs=2e-3)
    centres = (BINS[1:] + BINS[:-1]) / 2
    first, second = np.nonzero(found.probability)
    assert np.abs((centres[first] - 0.5) * 4 - (centres[second] + 0.25) * 3).max() < 0.1 * 3.6
    assert found.numerical_error < 1e-6
    assert "keep to the line through their start along (0.75, 1)" in found.notes[-1]


def test_from_beside_the_line_there_is_no_such_law():
    beside = LINE.replace(f'"3/5*{PULL}"', f'"3/5*{PULL} - ((x - 0.5)*4/5 - (y + 0.25)*3/5)"')
    on, off = (
        load_text(beside.replace("at: [0.5, -0.25]", at)) for at in ("at: [0.5, -0.25]", "at: [0.5, 0.25]")
    )
    assert isinstance(fokker_planck(on, (BINS, BINS)), Prediction)
    missing = fokker_planck(off, (BINS, BINS))
    assert isinstance(missing, Absence)
    assert missing.reason == "degenerate noise"


def test_a_line_that_walkers_are_driven_off_is_none():
    """The drift leaves it only beyond s = 1, where they come."""
    driven = LINE.replace(f'"4/5*{PULL}"', f'"4/5*{PULL} + max({S} - 1, 0)"')
    assert isinstance(fokker_planck(load_text(driven), (BINS, BINS)), Absence)


@pytest.mark.parametrize("convention", ["0", "0.5", "1"])
def test_a_line_along_an_axis_in_every_convention(convention):
    text = f"""
variables: [s, y]
drift: ["-(s**3 - s) + y", "0"]
noise: {{covariance: ["1 + s**2", "0"]}}
dynamics: {{kind: sde, eta: 0.5, dt: 0.01, convention: {convention}}}
start: {{at: [0.2, 0.4]}}
space: {{domain: [[-3, 3], [-3, 3]]}}
"""
    alone = ALONE.replace("(s**3 - s)", "(s**3 - s) + 0.4").replace(
        "dt: 0.01", f"dt: 0.01, convention: {convention}"
    )
    found, exact = fokker_planck(load_text(text), (BINS, BINS)), fokker_planck(load_text(alone), (BINS,))
    assert found.mean == pytest.approx([exact.mean[0], 0.4], abs=1e-9)
    assert found.covariance == pytest.approx(np.diag([exact.covariance[0, 0], 0.0]), abs=1e-9)
    assert found.probability.sum(axis=1) == pytest.approx(exact.probability, abs=1e-9)


def test_three_layers_that_start_alike():
    """E uvw from the law of one coordinate: three equal weights q, g = (q³ - 1)q² each, noise q²·q²."""
    text = """
variables: [u, v, w]
drift: ["-(u*v*w - 1)*v*w", "-(u*v*w - 1)*u*w", "-(u*v*w - 1)*u*v"]
noise:
  covariance:
    - ["(v*w)**2", "v*w*u*w", "v*w*u*v"]
    - ["v*w*u*w", "(u*w)**2", "u*w*u*v"]
    - ["v*w*u*v", "u*w*u*v", "(u*v)**2"]
dynamics: {kind: sde, eta: 0.1, dt: 0.01}
start: {at: [0.8, 0.8, 0.8]}
space: {domain: [[0, 2], [0, 2]], axes: [u, v]}
observe: {product: "u*v*w"}
"""
    alone = """
variables: [q]
drift: ["-(q**3 - 1)*q**2"]
noise: "q**4"
dynamics: {kind: sde, eta: 0.1, dt: 0.01}
start: {at: [0.8]}
space: {domain: [[0, 2]]}
observe: {product: "q**3"}
"""
    bins = np.linspace(0, 2, 41)
    found = fokker_planck(load_text(text), (bins, bins))
    exact = fokker_planck(load_text(alone), (bins,))
    assert found.observables["product"] == pytest.approx(exact.observables["product"], abs=1e-8)
    assert found.mean == pytest.approx(np.full(3, exact.mean[0]), abs=1e-8)
    assert np.diag(found.probability) == pytest.approx(exact.probability, abs=1e-8)
