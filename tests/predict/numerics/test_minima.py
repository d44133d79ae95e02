"""The search for minima, in one, two and many dimensions."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from sgdtui.model.data import Table
from sgdtui.model.dynamics import Dynamics
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import fields
from sgdtui.model.sample import SampleSystem
from sgdtui.predict.numerics.minima import all_minima, lowest_minima
from sgdtui.predict.numerics.newton import is_flat
from tests.predict.experiments import experiment, on_loss

SGD = Dynamics("sgd", 0.1)
XYZ = ("x", "y", "z")


def found(e: Experiment):
    return all_minima(e, fields(e))


def test_both_wells_from_the_saddle_between_them() -> None:
    e = experiment(on_loss("h*(x**2 - 1)**2 + y**2/2 + z**2/2".replace("h", "0.25"), variables=XYZ), SGD)
    np.testing.assert_allclose(np.sort(found(e).points[:, 0]), [-1, 1], atol=1e-9)
    assert len(lowest_minima(e, fields(e))) == 2


def test_the_deeper_of_two_wells_wherever_the_start() -> None:
    e = experiment(on_loss("4*(x**2 - 1)**2 + 1.2*x + y**2/2 + (z - y)**2", variables=XYZ), SGD)
    minima = found(e)
    roots = np.sort(np.roots([16, 0, -16, 1.2]).real)
    np.testing.assert_allclose(minima.points[:, 0], roots[[0, 2]], atol=1e-9)
    assert minima.values[0] < minima.values[1]
    assert minima.unseen == 0
    np.testing.assert_allclose(lowest_minima(e, fields(e)), [[roots[0], 0, 0]], atol=1e-9)


def test_every_well_of_a_product_of_double_wells() -> None:
    names = ("a", "b", "c", "d")
    loss = " + ".join(f"({name}**2 - 1)**2/4 + 0.05*{name}" for name in names)
    minima = found(experiment(on_loss(loss, variables=names), SGD))
    signs = {tuple(np.sign(point).astype(int)) for point in minima.points}
    assert signs == set(product((-1, 1), repeat=4))
    assert len(minima.points) == 16


def test_what_was_not_searched_enough_is_told() -> None:
    """Of 256 wells most are never met: each end of a descent is new."""
    names = tuple(f"w{i}" for i in range(8))
    loss = " + ".join(f"({name}**2 - 1)**2/4" for name in names)
    assert found(experiment(on_loss(loss, variables=names), SGD)).unseen > 0.5


@pytest.mark.parametrize("d", [7, 9, 20])
def test_a_bowl_of_many_dimensions(d: int) -> None:
    names = tuple(f"w{i}" for i in range(d))
    loss = " + ".join(f"{i + 1}*({name} - {i}/7)**2" for i, name in enumerate(names))
    e = experiment(on_loss(loss, variables=names), SGD)
    np.testing.assert_allclose(lowest_minima(e, fields(e)), [np.arange(d) / 7], atol=1e-9)


@pytest.mark.parametrize("loss", ["-(x**2) + y**2 + z**2", "exp(-x) + y**2 + z**2", "x + y**2 + z**2"])
def test_no_minimum_where_there_is_none(loss: str) -> None:
    minima = found(experiment(on_loss(loss, variables=XYZ), SGD))
    assert minima.points.shape == (0, 3)


def test_a_kink_is_a_minimum() -> None:
    e = experiment(on_loss("abs(x - 0.3) + y**2 + abs(z)", variables=XYZ), SGD)
    np.testing.assert_allclose(lowest_minima(e, fields(e)), [[0.3, 0, 0]], atol=1e-5)


def test_beside_what_is_no_number() -> None:
    e = experiment(on_loss("x - log(x) + (y - 1)**2 + z**2", variables=XYZ), SGD)
    np.testing.assert_allclose(lowest_minima(e, fields(e)), [[1, 1, 0]], atol=1e-8)


def test_a_valley_is_one_minimum_and_flat() -> None:
    e = experiment(on_loss("(x*y - 1)**2 + z**2", variables=XYZ), SGD)
    minima = found(e)
    assert len(minima.points) == 1
    assert minima.flat[0]
    assert np.prod(minima.points[0, :2]) == pytest.approx(1)


def test_on_the_plane_a_winding_valley_is_followed_to_its_end() -> None:
    e = experiment(on_loss("(1 - x)**2 + 100*(y - x**2)**2", variables=("x", "y")), SGD)
    np.testing.assert_allclose(lowest_minima(e, fields(e)), [[1, 1]], atol=1e-6)


def test_the_edge_of_a_window_is_the_lowest_point_of_it_but_no_minimum() -> None:
    e = experiment(on_loss("(x - 4)**2 + y**2", variables=("x", "y")), SGD, domain=((-1.0, 2.0), (-1.0, 1.0)))
    np.testing.assert_allclose(lowest_minima(e, fields(e)), [[2, 0]], atol=1e-6)
    assert not len(found(e).points)


def test_columns_of_other_units_are_not_flat_but_a_column_of_ones_beside_an_intercept_is() -> None:
    rng = np.random.default_rng(0)
    x = np.column_stack([1e5 * rng.standard_normal(50), 1e-3 * rng.standard_normal(50), np.ones(50)])
    assert not is_flat(x.T @ x / 50)
    twice = np.column_stack([np.ones(50), rng.standard_normal(50), np.ones(50)])
    assert is_flat(twice.T @ twice / 50)
    table = Table(("a", "b", "c", "y"), np.column_stack([x, x @ [1e-5, 2e3, 0.5]]))
    e = experiment(SampleSystem(table, ("p", "q", "r"), model="linear-regression"), SGD)
    np.testing.assert_allclose(lowest_minima(e, fields(e)), [[1e-5, 2e3, 0.5]], rtol=1e-6)
