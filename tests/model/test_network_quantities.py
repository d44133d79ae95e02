"""What copies of a network are asked, against the fields of each copy alone."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.model import network_quantities
from sgdtui.model.network import NetworkSystem
from sgdtui.model.network_fields import NetworkFields
from sgdtui.model.network_quantities import NetworkQuantities, balance, directions
from sgdtui.model.start import At
from tests.model.test_network_fields import network


def places(system: NetworkSystem, n: int = 5) -> np.ndarray:
    return 0.7 * np.random.default_rng(2).normal(size=(n, system.dimension))


@pytest.mark.parametrize(
    ("loss", "hidden", "more"),
    [
        ("squared", (3, 2), {"ridge": 0.1, "label_noise": 0.4, "test": 0.25}),
        ("squared", (3,), {"ridge": 0.1, "train": "last"}),
        ("logistic", (3,), {"test": 0.25}),
        ("softmax", (3, 2), {"ridge": 0.2, "test": 0.25}),
    ],
)
def test_each_copy_has_the_quantities_of_its_own_place(
    loss: str, hidden: tuple[int, ...], more: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_quantities, "_AT_ONCE", 150)  # so that they come in several pieces
    system = network(loss, "tanh", hidden, **more)
    fields, x = NetworkFields(system), places(system)
    plain = ["loss", "norm", "trH", "trSigma", "lambda_max"]
    classes = ["accuracy", "test_accuracy"] if loss != "squared" else []
    kept_out = ["test_loss"] if more.get("test") else []
    found = NetworkQuantities(system, At((0.0,) * system.dimension)).at([*plain, *classes, *kept_out], x)
    np.testing.assert_allclose(found["loss"], fields.loss(x), rtol=1e-12)
    np.testing.assert_allclose(found["norm"], np.linalg.norm(x, axis=1), rtol=1e-12)
    np.testing.assert_allclose(found["trH"], fields.hessian_trace(x), rtol=1e-10)
    np.testing.assert_allclose(found["trSigma"], fields.covariance_trace(x), rtol=1e-10)
    values = np.linalg.eigvalsh(fields.hessian(x))
    np.testing.assert_allclose(found["lambda_max"], values[:, -1], rtol=1e-9)
    rows = {"accuracy": system.rows, "test_accuracy": system.test_rows, "test_loss": system.test_rows}
    for name in (*classes, *kept_out):
        alone = [fields.at(point, rows[name]) for point in x]
        expected = [one.losses.mean() if name == "test_loss" else one.right.mean() for one in alone]
        np.testing.assert_allclose(found[name], expected, rtol=1e-12)


@pytest.mark.parametrize("loss", ["squared", "softmax"])
def test_the_largest_curvature_of_many_weights_is_that_of_the_whole_matrix(loss: str) -> None:
    system = network(loss, "tanh", (9, 5), ridge=0.1)
    assert system.dimension > network_quantities._DENSE
    x = places(system, 4)
    found = NetworkQuantities(system, At((0.0,) * system.dimension)).at(["lambda_max"], x)["lambda_max"]
    whole = np.linalg.eigvalsh(NetworkFields(system).hessian(x))[:, -1]
    np.testing.assert_allclose(found, whole, rtol=1e-6)


def test_balance_is_kept_by_gradient_flow_of_relu_units() -> None:
    """D balance/dt along -g is 0, and for tanh it is not."""
    for activation, kept in (("relu", True), ("tanh", False)):
        system = network("squared", activation, (4, 3))
        fields, x = NetworkFields(system), places(system, 3)
        step = 1e-6 * fields.gradient(x)
        for layer in (1, 2):
            moved = (balance(system, layer, x + step) - balance(system, layer, x - step)) / 2e-6
            assert (np.abs(moved).max() < 1e-8) == kept


def test_outputs_are_what_it_says_of_a_row() -> None:
    for loss in ("squared", "logistic", "softmax"):
        system = network(loss)
        x, start = places(system), At((0.0,) * system.dimension)
        found = NetworkQuantities(system, start).at(["output_3"], x)["output_3"]
        passes = [NetworkFields(system).at(point, system.rows[2:3]) for point in x]
        if loss == "softmax":  # the probability of its own class is exp(-loss)
            expected = [np.exp(-one.losses[0]) for one in passes]
        elif loss == "logistic":
            expected = [1 / (1 + np.exp(-one.outputs[0, 0])) for one in passes]
        else:
            expected = [one.outputs[0, 0] for one in passes]
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_directions_are_those_at_the_minimum_below_the_start() -> None:
    system = network("squared", "tanh", (2,), ridge=0.1)
    start = tuple(places(system, 1)[0])
    centre, of_hessian, of_noise = directions(system, start)
    fields = NetworkFields(system)
    assert np.linalg.norm(fields.gradient(centre[None])) < 1e-9
    hessian, noise = fields.hessian(centre[None])[0], fields.covariance(centre[None])[0]
    for matrix, axes in ((hessian, of_hessian), (noise, of_noise)):
        turned = axes.T @ matrix @ axes
        np.testing.assert_allclose(turned, np.diag(np.diag(turned)), atol=1e-10)
        assert np.all(np.diff(np.diag(turned)) <= 1e-12)
    found = NetworkQuantities(system, At(start)).at(["H_2", "Sigma_1"], centre + 0.3 * of_hessian[:, 1][None])
    assert found["H_2"][0] == pytest.approx(0.3)
    assert found["Sigma_1"][0] == pytest.approx(0.3 * of_hessian[:, 1] @ of_noise[:, 0])
