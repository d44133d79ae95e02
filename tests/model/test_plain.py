"""Preconditioner, injected noise and decay: walkers, one step and the laws that are predicted, against formulas."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.linalg import solve_discrete_lyapunov

from sgdtui.lab.predictions import PRECONDITIONED, foresee
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import fields
from sgdtui.model.plain import plain
from sgdtui.predict.prediction import Prediction
from sgdtui.preset.load import build
from sgdtui.preset.text.problem import PresetError
from sgdtui.preset.to_document import describe
from tests.simulate.systems import assert_mean, counted, one_step, second

EDGES = np.linspace(-3, 3, 201)


def read(loss: str = "x**2/2", noise: Any = "1", **dynamics: Any) -> Experiment:
    space = {"domain": [[-3, 3]] * (2 if "y" in loss else 1)}
    run = {"walkers": 16384}
    return build({"loss": loss, "noise": noise, "dynamics": dynamics, "space": space, "run": run})


def foreseen(experiment: Experiment, edges: tuple[np.ndarray, ...] = (EDGES,)) -> Any:
    *_, last = foresee(experiment, edges)
    return last


def test_decay_is_a_ridge_for_plain_sgd() -> None:
    """X' = (1 - 0.3)x - 0.2ξ with h + λ = 1.5: E x² = η/(2·1.5 - η·1.5²)."""
    given = read(eta=0.2, decay=0.5)
    exact = 0.2 / (2 * 1.5 - 0.2 * 1.5**2)
    assert_mean(second(counted(given, 100, 3000)), exact, sharp=2e-3)
    found = foreseen(given)
    assert found.predictions["transfer"].covariance == pytest.approx(np.array([[exact]]), rel=1e-6)
    assert found.predictions["gaussian"].covariance == pytest.approx(np.array([[exact]]), rel=1e-10)
    # Gibbs is that of L + λx²/2 at T = η/2: variance T/1.5.
    assert found.predictions["gibbs"].covariance[0, 0] == pytest.approx(0.1 / 1.5, rel=1e-6)


def test_noise_that_names_the_loss_means_the_loss_without_its_decay() -> None:
    given = read("(x**2 - 1)**2/4 + 3", "1 + L", eta=0.1, decay=0.4)
    x = np.array([[-1.0], [0.3], [2.0]])
    assert fields(plain(given)).covariance(x)[:, 0, 0] == pytest.approx(1 + (x[:, 0] ** 2 - 1) ** 2 / 4)
    assert fields(plain(given)).gradient(x) == pytest.approx(x**3 - x + 0.4 * x)


def test_over_data_decay_is_a_ridge_of_the_model() -> None:
    rows = [[1.0, 2.0, 0.5], [0.5, -1.0, 1.0], [-1.0, 0.3, 0.2], [0.2, 0.8, -0.4]]
    sample = {"model": "linear-regression", "data": rows, "columns": ["a", "b", "y"]}
    dynamics = {"eta": 0.1, "batch": 2}
    document = {"sample": sample, "dynamics": dynamics, "space": {"domain": [[-3, 3], [-3, 3]]}}
    fading = build({**document, "dynamics": {**dynamics, "decay": 0.3}})
    ridged = build({**document, "sample": {**sample, "ridge": 0.3}})
    edges = (np.linspace(-3, 3, 33), np.linspace(-3, 3, 33))
    one, other = (foreseen(e, edges).predictions["gaussian"] for e in (fading, ridged))
    assert one.mean == pytest.approx(other.mean, abs=1e-12)
    assert one.covariance == pytest.approx(other.covariance, rel=1e-12)
    places = np.random.default_rng(3).normal(size=(64, 2))
    assert one_step(fading, places, 5) == pytest.approx(one_step(ridged, places, 5), abs=1e-12)


def test_a_preconditioner_takes_gradient_and_noise_along() -> None:
    """The law of x' = x - ηC(Hx + ξ): S = A S Aᵀ + η² C Σ Cᵀ with A = 1 - ηCH."""
    c, hessian, sigma = (
        np.array([[2.0, 0.5], [0.0, 1.0]]),
        np.diag([1.0, 0.5]),
        np.array([[1, 0.3], [0.3, 2.0]]),
    )
    given = read(
        "x**2/2 + y**2/4", [["1", "0.3"], ["0.3", "2"]], eta=0.1, precondition=[["2", "0.5"], ["0", "1"]]
    )
    step = np.eye(2) - 0.1 * c @ hessian
    exact = solve_discrete_lyapunov(step, 0.01 * c @ sigma @ c.T)
    counts = counted(given, 300, 4000)
    for i, j in ((0, 0), (0, 1), (1, 1)):
        assert_mean(second(counts, i, j), exact[i, j], sharp=2e-2 if i != j else 4e-3)
    edges = (np.linspace(-3, 3, 65), np.linspace(-3, 3, 65))
    found = foreseen(given, edges)
    assert found.predictions["gaussian"].covariance == pytest.approx(exact, rel=1e-9)
    assert found.absences["gibbs"].reason == "no loss"
    assert found.absences["gibbs"].detail == PRECONDITIONED


def test_a_preconditioner_that_varies_is_taken_where_the_walker_stands() -> None:
    """From x = 1 one step of C = 1 + x²: mean 1 - η·2·1, deviation η·2."""
    given = read(eta=0.1, precondition="1 + x**2")
    moved = one_step(given, np.full((16384, 1), 1.0))[:, 0]
    assert abs(moved.mean() - 0.8) < 4 * 0.2 / np.sqrt(len(moved))
    assert abs(moved.std() - 0.2) < 4 * 0.2 / np.sqrt(2 * len(moved))


def test_a_number_as_preconditioner_leaves_gibbs_as_a_law_of_that_loss() -> None:
    """C = 2: D is four times, the drift twice as large, so T of the loss L is doubled."""
    given = read("(x**2 - 1)**2/4", eta=0.02, precondition="2")
    plainly = read("(x**2 - 1)**2/4", eta=0.04)
    one, other = (foreseen(e).predictions for e in (given, plainly))
    for name in ("gibbs", "fokker-planck"):
        assert one[name].probability == pytest.approx(other[name].probability, abs=1e-9)


def test_injected_noise_is_that_of_langevin_dynamics() -> None:
    """Σ/B = 1/4 of the data and 2T/η - 1/4 injected, T = 0.2: the SDE's law is Gibbs' at T, whatever η is."""
    for kind in ("sgd", "sde"):
        given = read("(x**2 - 1)**2/4", eta=0.05, batch=4, inject="2*0.2/eta - 0.25", kind=kind)
        found = foreseen(given).predictions
        law = found["fokker-planck"]
        assert isinstance(law, Prediction)
        weights = np.exp(-((EDGES**2 - 1) ** 2) / 4 / 0.2)
        cells = (weights[1:] + weights[:-1]) / 2
        assert law.probability == pytest.approx(cells / cells.sum(), abs=2e-5)
        assert found["gibbs"].temperature == pytest.approx(0.2)
    moved = one_step(read(eta=0.1, batch=4, inject="3"), np.zeros((16384, 1)))[:, 0]
    deviation = 0.1 * np.sqrt(0.25 + 3)
    assert abs(moved.std() - deviation) < 4 * deviation / np.sqrt(2 * len(moved))


def test_a_rule_acts_on_the_preconditioned_gradient() -> None:
    """One step of the sign along a turned gradient: C exchanges the coordinates."""
    given = read(
        "x**2/2 + y**2/4", ["0", "0"], eta=0.1, optimizer="sign", precondition=[["0", "1"], ["1", "0"]]
    )
    assert one_step(given, np.array([[1.0, -1.0]] * 4))[0] == pytest.approx([1.1, -1.1])


def test_a_heavy_ball_whose_weights_decay_has_no_known_law() -> None:
    found = foreseen(read(eta=0.1, momentum=0.9, decay=0.1))
    assert not found.predictions
    assert {absence.reason for absence in found.absences.values()} == {"not found"}


def test_they_are_written_and_read_again() -> None:
    given = read(
        "x**2/2 + y**2/4", eta=0.1, inject=["1/eta", "2"], precondition=[["1 + x**2", "0"], ["0", "1"]]
    )
    again = build(describe(given))
    assert again.dynamics == given.dynamics
    assert plain(given).dynamics == replace(given.dynamics, inject=None, precondition=None)


@pytest.mark.parametrize(
    ("dynamics", "words"),
    [
        ({"precondition": [["1", "0"], ["0", "1"]]}, "4 entries in 1 dimensions"),
        ({"precondition": "1 + z"}, "z"),
        ({"inject": "-1"}, "a negative variance"),
        ({"inject": "1", "kind": "sde", "convention": "anti-ito"}, "inject goes with Itô's convention"),
    ],
)
def test_what_cannot_be_is_told(dynamics: dict[str, Any], words: str) -> None:
    with pytest.raises(PresetError) as error:
        read(**dynamics)
    assert words in " ".join(problem.message for problem in error.value.problems)


def test_a_noise_whose_x_is_another_variable_cannot_be_folded() -> None:
    with pytest.raises(PresetError, match="whose x and y are the variables x and y"):
        build({"variables": ["y", "x"], "loss": "x**2 + y**2", "noise": "1", "dynamics": {"inject": "1"}})


def test_injected_noise_goes_with_gaussian_noise_of_a_loss_or_drift() -> None:
    with pytest.raises(PresetError, match="injected noise is gaussian"):
        read(noise={"covariance": "1", "law": "rademacher"}, inject="1")
    with pytest.raises(PresetError, match="inject belongs to a loss or a drift"):
        build({"sample": {"loss": "(w*a)**2/2", "data": [[1.0], [2.0]], "columns": ["a"], "variables": ["w"]},
               "dynamics": {"inject": "1"}})  # fmt: skip
