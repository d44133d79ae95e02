"""A table of one's own: the model by the target, weights that are right, a learning rate below the edge."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.lab.own_table import from_table, round_down
from sgdtui.model.start import At
from sgdtui.predict.linear.edge_of_stability import edge_of_stability
from sgdtui.predict.linear.mean_square_edge import steepest_edge
from sgdtui.preset.table.question import TableQuestion
from sgdtui.preset.text.problem import PresetError


def table(rows=200, seed=1):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(3, 2, rows), rng.exponential(1, rows)
    return {"a": a, "b": b, "y": 2 * a - b + rng.normal(0, 0.5, rows), "sure": (a > 3).astype(int)}


def test_a_number_is_fitted_by_linear_regression_from_its_minimum():
    found = from_table(table(), TableQuestion("y", features=("a", "b"))).experiment
    assert found.system.model == "linear-regression"
    assert found.system.variables == ("w_a", "w_b", "w_intercept")
    features, target = found.system.data.rows[:, :-1], found.system.data.rows[:, -1]
    assert isinstance(found.start, At)
    np.testing.assert_allclose(found.start.point, np.linalg.lstsq(features, target)[0], rtol=1e-5)
    np.testing.assert_allclose(features[:, :2].std(axis=0), 1)


def test_the_learning_rate_is_below_the_edge_and_said():
    made = from_table(table(), TableQuestion("y"))
    edge = edge_of_stability(made.experiment)
    assert 0.2 * edge < made.experiment.dynamics.eta <= 0.25 * edge
    assert f"η = {made.experiment.dynamics.eta:g}" in "".join(made.notes)
    assert f"{edge:.3g}, the edge" in made.experiment.story


def test_of_two_classes_it_is_below_the_edge_where_the_loss_is_steepest_too():
    rng = np.random.default_rng(3)
    a = rng.normal(0, 1, 400)
    noisy = (3 * a + rng.logistic(0, 1, 400) > 0).astype(int)
    made = from_table({"a": a, "c": noisy}, TableQuestion("c"))
    edge, steepest = edge_of_stability(made.experiment), steepest_edge(made.experiment.system, 8)
    assert steepest < 0.9 * edge
    assert 0.2 * steepest < made.experiment.dynamics.eta <= 0.25 * steepest
    assert f"from {steepest:.3g} where the loss is steepest" in made.experiment.story


def test_classes_that_can_be_separated_get_a_ridge():
    made = from_table(table(), TableQuestion("sure", features=("a",)))
    assert made.experiment.system.model == "logistic-regression"
    assert made.experiment.system.ridge == 0.01
    assert any("can be separated" in note for note in made.notes)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (TableQuestion("z"), "has no column 'z'"),
        (TableQuestion("y", features=("q",)), "has no column 'q'"),
        (TableQuestion("y", model="logistic"), "more than two values"),
        (TableQuestion("y", model="tree"), "there is no model 'tree'"),
        (TableQuestion("y", network="8,x"), "hidden units are whole numbers"),
    ],
)
def test_a_wrong_question_is_told(question, told):
    with pytest.raises(PresetError) as caught:
        from_table(table(), question)
    assert told in str(caught.value)


def test_two_digits_and_never_up():
    assert [round_down(v) for v in (0.2299, 0.25, 1234.0, 3e-7)] == [0.22, 0.25, 1200.0, 3e-7]


def test_a_network_is_made_of_it_and_recorded_as_seldom_as_its_covariances_cost():
    made = from_table(table(), TableQuestion("y", features=("a", "b"), network="8,8"))
    experiment = made.experiment
    assert experiment.system.hidden == (8, 8)
    assert experiment.system.loss == "squared"
    assert (experiment.dimension, experiment.run.every) == (105, 110)
    assert any("every 110 steps" in note for note in made.notes)
    np.testing.assert_allclose(experiment.system.data.rows.std(axis=0), 1)
    small = from_table(table(), TableQuestion("sure", features=("a",), network="1")).experiment
    assert (small.system.loss, small.dimension, small.run.every) == ("logistic", 4, 10)
