"""A drift that blows up at a wall, but not too much: the wall reflects."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from sgdtui.predict.prediction import Absence, Prediction
from sgdtui.preset.load import load_text
from tests.acceptance.faults.laws import HERE, row, smooth


def test_sqrtdrift():
    weight = lambda r: np.exp(2 * (2 * np.sqrt(r) - r * r / 2))  # noqa: E731
    moments = [
        quad(lambda u, n=n: u ** (2 * n) * weight(u * u) * 2 * u, 0, 2, epsabs=1e-14)[0] for n in range(3)
    ]
    mean = moments[1] / moments[0]
    found = smooth(row("sqrtdrift"))
    assert isinstance(found, Prediction)
    assert found.mean[0] == pytest.approx(mean, rel=1e-9)
    assert found.covariance[0, 0] == pytest.approx(moments[2] / moments[0] - mean**2, rel=1e-9)


def test_on_the_open_line_walkers_come_to_where_there_is_no_drift():
    """Left of zero 1/√r is no number, and the noise takes walkers there."""
    text = (HERE / "sqrtdrift.yaml").read_text().replace(", boundary: reflect", "")
    found = smooth(load_text(text))
    assert isinstance(found, Absence)
    assert (found.reason, "at 0" in found.detail) == ("not normalisable", True)
