"""The fields of a network against central differences and against sums over rows."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.model.data import Table
from sgdtui.model.network import ACTIVATIONS, NetworkSystem
from sgdtui.model.network_fields import NetworkFields


def network(
    loss: str = "squared", activation: str = "tanh", hidden: tuple[int, ...] = (3, 2), **more: object
) -> NetworkSystem:
    rng = np.random.default_rng(5)
    outputs = 3 if loss == "softmax" else 1
    target = {
        "squared": rng.normal(size=20),
        "logistic": rng.integers(0, 2, 20).astype(float),
        "softmax": rng.integers(0, 3, 20).astype(float),
    }[loss]
    rows = np.column_stack([rng.normal(size=(20, 2)), target])
    table = Table(("a", "b", "y"), rows)
    return NetworkSystem(table, hidden, activation, loss, outputs, **more)  # type: ignore[arg-type]


CASES = [("squared", activation, (3, 2)) for activation in ACTIVATIONS] + [
    ("logistic", "tanh", (3,)),
    ("softmax", "tanh", (3, 2)),
    ("softmax", "gelu", (4,)),
    ("squared", "tanh", ()),
]


@pytest.mark.parametrize(("loss", "activation", "hidden"), CASES)
@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_derivatives_are_those_of_central_differences(
    loss: str, activation: str, hidden: tuple[int, ...], noise: float
) -> None:
    system = network(loss, activation, hidden, ridge=0.1, label_noise=noise if loss == "squared" else 0.0)
    fields = NetworkFields(system)
    d = system.dimension
    x = np.random.default_rng(1).normal(size=d) * 0.7
    step = 1e-5
    around = np.concatenate([x + step * np.eye(d), x - step * np.eye(d)])
    losses, gradients = fields.loss(around), fields.gradient(around)
    covariances = fields.covariance(around)
    np.testing.assert_allclose(fields.gradient(x[None])[0], (losses[:d] - losses[d:]) / (2 * step), atol=2e-8)
    hessian = fields.hessian(x[None])[0]
    np.testing.assert_allclose(hessian, (gradients[:d] - gradients[d:]) / (2 * step), atol=2e-8)
    divergence = np.einsum("jji->i", (covariances[:d] - covariances[d:]) / (2 * step))
    np.testing.assert_allclose(fields.covariance_divergence(x[None])[0], divergence, atol=5e-8)
    np.testing.assert_allclose(fields.hessian_trace(x[None])[0], np.trace(hessian), rtol=1e-10)
    np.testing.assert_allclose(
        fields.covariance_trace(x[None])[0], np.trace(fields.covariance(x[None])[0]), rtol=1e-10
    )


def test_the_last_layer_alone() -> None:
    system = network(train="last", ridge=0.1)
    fields, x = NetworkFields(system), np.random.default_rng(1).normal(size=system.dimension)
    free = NetworkFields(network(ridge=0.1))
    last = slice(system.layers[-1].first, None)
    assert np.all(fields.gradient(x[None])[0, : system.frozen] == 0)
    np.testing.assert_allclose(fields.gradient(x[None])[0, last], free.gradient(x[None])[0, last])
    np.testing.assert_allclose(
        fields.hessian(x[None])[0, last, last], free.hessian(x[None])[0, last, last], atol=1e-14
    )
    np.testing.assert_allclose(fields.hessian_trace(x[None])[0], np.trace(fields.hessian(x[None])[0]))


def test_rows_kept_out_are_chosen_by_a_seed() -> None:
    one, two = network(test=0.25), network(test=0.25)
    assert len(one.rows) == 15
    assert len(one.test_rows) == 5
    np.testing.assert_array_equal(one.test_rows, two.test_rows)
    together = np.concatenate([one.rows, one.test_rows])
    np.testing.assert_array_equal(np.sort(together, axis=0), np.sort(one.data.rows, axis=0))
