"""Energies of minima against closed forms, and against the odds of the chain's own law at small steps."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.model.dynamics import Dynamics
from sgdtui.model.experiment import Experiment
from sgdtui.model.law import Law
from sgdtui.model.system import System
from sgdtui.predict.asymptotic.energy import energy
from sgdtui.predict.asymptotic.numbers import Numbers
from sgdtui.predict.prediction import Absence
from tests.predict.experiments import experiment, on_loss, on_rows

TILTED = "(x**2 - 1)**2/4 + x/10"


def given(system: System, dynamics: Dynamics) -> Experiment:
    return experiment(system, dynamics, domain=((-2.1, 2.1),))


def slope(system: System, dynamics: Dynamics) -> float:
    found = energy(given(system, dynamics))
    assert isinstance(found, Numbers)
    return float(found.values["slope"])  # type: ignore[arg-type]


def test_a_coin_has_azizians_energy() -> None:
    coin = on_loss(TILTED, "1", Law("rademacher"))
    assert slope(coin, Dynamics(eta=0.1)) == pytest.approx(0.479024, abs=1e-6)


@pytest.mark.parametrize(("kind", "batch"), [("sgd", 1), ("sgd", 3), ("sde", 2)])
def test_normal_noise_has_twice_the_loss_by_the_temperature(kind: str, batch: int) -> None:
    """U = 2BL/σ² with σ² = 2: the difference of the losses times B."""
    low, high = (x for x in np.sort(np.roots([1, 0, -1, 0.1]).real)[[0, 2]])
    gap = (high**2 - 1) ** 2 / 4 + high / 10 - (low**2 - 1) ** 2 / 4 - low / 10
    found = slope(on_loss(TILTED, "2"), Dynamics(kind=kind, eta=0.1, batch=batch))  # type: ignore[arg-type]
    assert found == pytest.approx(batch * gap, rel=1e-9)


def test_a_batch_multiplies_the_energy_and_uniform_noise_lies_between_coin_and_normal() -> None:
    """B·K(U'/B) = U'L' is K(q) = qL' for q = U'/B."""
    coin = on_loss(TILTED, "1", Law("rademacher"))
    one, many = (slope(coin, Dynamics(batch=batch)) for batch in (1, 40))
    assert many == pytest.approx(40 * one, rel=1e-9)
    normal, box = (
        slope(on_loss(TILTED, "1"), Dynamics()),
        slope(on_loss(TILTED, "1", Law("uniform")), Dynamics()),
    )
    assert normal < box < one


def test_two_rows_that_push_like_a_coin_are_one() -> None:
    """Loss L + cw with c = ±1 is the tilted double well with coin noise, drawn from a table."""
    rows = on_rows("(w**2 - 1)**2/4 + w/10 + c*w", ("c",), [(1.0,), (-1.0,)])
    assert slope(rows, Dynamics(eta=0.1)) == pytest.approx(0.479024, abs=1e-6)


def test_noise_that_never_climbs_or_leaps_over_everything_has_no_energy() -> None:
    weak = energy(given(on_loss(TILTED, "0.01", Law("rademacher")), Dynamics()))
    assert isinstance(weak, Absence)
    assert weak.reason == "not normalisable"
    heavy = energy(given(on_loss(TILTED, "1", Law("student-t", 5.0)), Dynamics()))
    assert isinstance(heavy, Absence)
    assert "leaps" in heavy.detail
    assert energy(given(on_loss("x**2/2", "1"), Dynamics())) is None
