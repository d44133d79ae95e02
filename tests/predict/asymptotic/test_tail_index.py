"""Tail indices against closed forms: Kesten's equation, its SDE, and products of matrices that are multiples of 1."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.expression import parse
from sgdtui.model.data import Distribution, Fresh
from sgdtui.model.dynamics import Dynamics
from sgdtui.model.law import Law
from sgdtui.model.sample import SampleSystem
from sgdtui.predict.asymptotic.numbers import Numbers
from sgdtui.predict.asymptotic.tail_index import tail_index
from sgdtui.predict.prediction import Absence
from tests.predict.experiments import experiment, on_loss, on_rows

NORMAL = Distribution("normal", (0.0, 1.0))


def fresh(loss: str, variables: tuple[str, ...] = ("w",)) -> SampleSystem:
    return SampleSystem(
        Fresh(("a", "c"), (NORMAL, NORMAL)), variables, loss=parse(loss, {"a", "c", *variables})
    )


def index_of(system: object, dynamics: Dynamics) -> float:
    found = tail_index(experiment(system, dynamics))  # type: ignore[arg-type]
    assert isinstance(found, Numbers)
    return float(found.values["value"])  # type: ignore[arg-type]


@pytest.mark.parametrize(("batch", "index"), [(4, 3.504684), (2, 2.0)])
def test_gaussian_data_at_eta_one_have_the_index_of_kestens_equation(batch: int, index: float) -> None:
    """At B = 2, E(1 - S)² = 1 - 2 + 2 exactly (S the mean of two squares, E S² = 2)."""
    assert index_of(fresh("(w*a - c)**2/2"), Dynamics(eta=1, batch=batch)) == pytest.approx(index, abs=1e-6)


def test_a_batch_of_one_at_eta_two_thirds_has_index_two() -> None:
    """E(1 - ηa²)² = 1 - 2η + 3η² = 1."""
    assert index_of(fresh("(w*a - c)**2/2"), Dynamics(eta=2 / 3)) == pytest.approx(2, abs=1e-6)


def test_two_curvatures_in_a_table_solve_their_own_equation() -> None:
    """Curvatures 1 and 9 at η = .25: |A| is .75 or 1.25, whose mean is 1: κ = 1."""
    rows = on_rows("(w*a - c)**2/2", ("a", "c"), [(1, 1), (3, -1)])
    assert index_of(rows, Dynamics(eta=0.25)) == pytest.approx(1, abs=1e-9)


def test_noise_that_grows_like_x_gives_a_power_law_of_the_chain_and_of_its_sde() -> None:
    """SDE: Σ = 1 + x², h = 1, η = .2: density (1 + x²)^(-1/η - 1). Coin noise: ((.8 + .4)^κ + (.8 - .4)^κ)/2 = 1."""
    assert index_of(on_loss("x**2/2", "1 + x**2"), Dynamics(kind="sde", eta=0.2)) == pytest.approx(
        11, abs=1e-9
    )
    anti = Dynamics(kind="sde", eta=0.2, convention=1.0)
    assert index_of(on_loss("x**2/2", "1 + x**2"), anti) == pytest.approx(9, abs=1e-9)
    coin = on_loss("x**2/2", "1 + 4*x**2", Law("rademacher"))
    index = index_of(coin, Dynamics(eta=0.2))
    assert 1.2**index + 0.4**index == pytest.approx(2, abs=1e-6)
    assert index > 1


def test_several_weights_that_all_feel_one_factor_have_its_index() -> None:
    """Hessian a²·1 in three dimensions, η = .5: E|1 - a²/2|^κ = 1 has κ = 2.903966."""
    system = fresh("a**2*(u**2 + v**2 + w**2)/2 + c*u", ("u", "v", "w"))
    found = tail_index(experiment(system, Dynamics(eta=0.5)))
    assert isinstance(found, Numbers)
    assert found.se is not None
    assert 0 < found.se < 0.05
    assert abs(float(found.values["value"]) - 2.903966) < 4 * found.se  # type: ignore[arg-type]
    alone = index_of(fresh("a**2*w**2/2 + c*w"), Dynamics(eta=0.5))
    assert alone == pytest.approx(2.903966, abs=1e-6)


def test_where_there_is_no_power_law_none_is_told() -> None:
    assert tail_index(experiment(on_loss("x**2/2", "1"), Dynamics(eta=0.2))) is None
    diverging = tail_index(experiment(fresh("(w*a - c)**2/2"), Dynamics(eta=8)))
    assert isinstance(diverging, Absence)
    assert diverging.reason == "not normalisable"
    assert np.isfinite(index_of(fresh("(w*a - c)**2/2"), Dynamics(eta=0.1)))
