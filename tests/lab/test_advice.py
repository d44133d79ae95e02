"""What to try next, and what is foretold, from the predictions alone."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.lab.advice import advise
from sgdtui.lab.foretold import foretold
from sgdtui.lab.plan import with_domain
from sgdtui.predict.prediction import Prediction
from sgdtui.preset.change import changed
from sgdtui.preset.load import load, load_text

WELLS = """
loss: "(x**2 - 1)**2/4"
noise: "1 + c*x/2"
parameters: {c: {value: 1, min: 0, max: 1.5}}
dynamics: {eta: 0.1}
space: {domain: [[-1.9, 1.9]]}
"""


def test_a_noise_that_can_be_made_even_brings_gibbs_back() -> None:
    (advice,) = advise(load_text(WELLS))
    assert (advice.dial, advice.value, advice.what) == ("c", 0.0, "back to Gibbs")
    assert advice.now > 0.3
    assert advice.then < 1e-6


def test_from_gibbs_the_way_is_away_from_it() -> None:
    (advice,) = advise(changed(load_text(WELLS), {"c": 0}))
    assert (advice.dial, advice.what) == ("c", "not Gibbs")
    assert advice.now < 1e-6
    assert advice.then > 0.05


def test_in_the_plane_it_is_the_turning_that_stops() -> None:
    """Σ = s [1 r; r 1] over a bowl with a ≠ b: F has curl 2 r (a − b) / (η s (1 − r²))·…, nought without r."""
    (advice,) = advise(with_domain(load("not-identity")))
    assert (advice.dial, advice.value, advice.what) == ("r", 0.0, "nothing turns")
    assert advice.now == pytest.approx(28.125, rel=0.01), "2 (a − b) r / (η s (1 − r²)) = 2·1.5·.6/(.1·.64)"
    assert advice.then == 0


def test_no_advice_without_a_loss_or_once_it_is_called_off() -> None:
    assert advise(load("birth-death")) == ()
    assert advise(load_text(WELLS), lambda: True) == ()


def test_foretold_is_the_total_variation_distance() -> None:
    edges = (np.array([0.0, 1.0, 2.0]),)
    own = Prediction("transfer", edges, np.array([0.5, 0.4]), outside=0.1)
    other = Prediction("gibbs", edges, np.array([0.2, 0.4]), outside=0.4)
    both = {"gibbs": other, "transfer": own}
    assert foretold(both, is_sde=False) == {"gibbs": pytest.approx(0.3)}
    assert foretold(both, is_sde=True) == {}, "its own law is not there yet"
