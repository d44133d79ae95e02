"""FitzHugh and Nagumo with noise on the fast variable only: degenerate, yet the law has a density."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.lab.run import run
from sgdtui.predict.chain.law import transfer
from sgdtui.predict.diffusion.law import fokker_planck
from sgdtui.predict.prediction import Absence
from sgdtui.preset.load import load
from tests.acceptance.faults.plane import FOLDER, predicted

WINDOW = ((-3.0, 3.0), (-1.5, 1.5))


@pytest.mark.slow
def test_fhn_chain():
    """E u = -a, for w does not drift on the average; E(u - u³/3 - w) = 0 likewise."""
    found = predicted("fhn", transfer, WINDOW)
    assert found.numerical_error < 2e-3
    assert found.mean[0] == pytest.approx(-1.05, abs=3 * found.numerical_error)
    assert 0.05 < found.observables["up"] < 0.065


def test_fhn_sde_is_absent():
    experiment = load(str(FOLDER / "fhn.yaml"))
    found = fokker_planck(experiment, tuple(np.linspace(low, high, 65) for low, high in WINDOW))
    assert isinstance(found, Absence)
    assert found.reason == "degenerate noise"


@pytest.mark.slow
def test_fhn():
    document = run(FOLDER / "fhn.yaml", walkers=4096, on_the_way=False).document()
    law, measured = document["predictions"]["transfer"], document["observables"]["up"]
    assert abs(measured["value"] - law["observables"]["up"]) < 5 * measured["se"]
    assert document["verdict"] in ("undecided", "nonequilibrium")
