"""The Gaussian law of a network at the minimum below its start."""

from __future__ import annotations

import numpy as np

from sgdtui.lab.predictions import bin_edges
from sgdtui.model.network import NetworkSystem
from sgdtui.model.network_fields import NetworkFields
from sgdtui.predict.gibbs.law import gibbs
from sgdtui.predict.linear.law import gaussian
from sgdtui.predict.prediction import Absence, Prediction
from sgdtui.preset.load import load

ROWS = np.round(np.random.default_rng(4).normal(size=(30, 3)), 3).tolist()


def test_it_solves_the_discrete_lyapunov_equation_with_the_whole_noise_and_curvature() -> None:
    experiment = load(
        {
            "network": {"data": ROWS, "columns": ["a", "b", "y"], "layers": [2], "ridge": 0.05},
            "start": {"minimum": "best"},
            "dynamics": {"eta": 0.1, "batch": 4},
            "space": {"domain": [[-2, 2]], "axes": ["w1_1_1"]},
        }
    )
    law = gaussian(experiment, bin_edges(experiment))
    assert isinstance(law, Prediction)
    assert law.mean is not None
    assert law.covariance is not None
    assert isinstance(experiment.system, NetworkSystem)
    fields = NetworkFields(experiment.system)
    np.testing.assert_allclose(law.mean, getattr(experiment.start, "point"), atol=1e-9)  # noqa: B009
    h, s = fields.hessian(law.mean[None])[0], law.covariance
    noise = fields.covariance(law.mean[None])[0]
    np.testing.assert_allclose(h @ s + s @ h - 0.1 * h @ s @ h, 0.1 / 4 * noise, atol=1e-10)


def test_gibbs_is_absent_where_a_network_has_minima_that_nobody_counted() -> None:
    experiment = load(
        {
            "network": {"data": ROWS, "columns": ["a", "b", "y"], "layers": [2], "ridge": 0.05},
            "space": {"domain": [[-2, 2]], "axes": ["w1_1_1"]},
        }
    )
    found = gibbs(experiment, bin_edges(experiment), 0.01, "given")
    assert isinstance(found, Absence)
    assert found.reason == "not found"
