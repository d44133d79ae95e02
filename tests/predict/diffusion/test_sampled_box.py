"""Where a law lives, found by following a few walkers; nothing, and no warning, where the drift is no number."""

from __future__ import annotations

import warnings

import numpy as np

from sgdtui.predict.diffusion.sampled_box import sampled_box
from sgdtui.predict.diffusion.sde import Diffusion
from sgdtui.predict.numerics.boundaries import Wall

OPEN = (Wall("open", -np.inf, np.inf, (-1.0, 1.0)),) * 2


class Fields:
    """A drift and Σ = 1, all that is asked of an SDE's fields here."""

    def __init__(self, drift):
        self.gradient = lambda x: -np.column_stack(drift(*x.T))
        self.covariance = lambda x: np.broadcast_to(np.eye(2), (len(x), 2, 2))


def box(drift):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("error")
        return sampled_box(Diffusion(Fields(drift), 1.0, 0.5, 0.0), OPEN)


def test_a_fast_rotation_is_held_with_room_to_spare():
    # Variance ½ on either axis: five standard deviations are 3.5.
    for low, high in box(lambda x, y: (-x + 20 * y, -y - 20 * x)):
        assert -9 < low < -3
        assert 3 < high < 9


def test_no_number_where_walkers_are():
    assert box(lambda x, y: (np.log(-1 - x**2), -y)) is None
