"""Nine weights in an expression: no grid, and the laws are exact."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sgdtui.lab.run import run

FILE = Path(__file__).with_name("loss9.yaml")


def test_loss9():
    document = run(FILE, walkers=4096).document()
    chain, gibbs = 0.1 / (2 - 0.1), 0.1 / 2
    laws = document["predictions"]
    assert np.diag(laws["gaussian"]["covariance"]) == pytest.approx(np.full(9, chain))
    assert np.diag(laws["gibbs"]["covariance"]) == pytest.approx(np.full(9, gibbs))
    assert laws["gaussian"]["agrees"] is True
    assert laws["gibbs"]["agrees"] is False
    assert document["verdict"] == "equilibrium, not gibbs"
    assert "step η = 0.1 is too long" in document["why"]


@pytest.mark.parametrize("walkers", [2048])
def test_loss9_uneven_noise_is_told_from_all_dimensions(tmp_path, walkers):
    """Σ is one in the two drawn directions and four in the third: no multiple of the identity."""
    path = tmp_path / "uneven.yaml"
    path.write_text(
        "variables: [x, y, z]\nloss: x**2/2 + y**2/2 + z**2/2\nnoise: {covariance: ['1', '1', '4']}\n"
        f"dynamics: {{eta: 0.1}}\nrun: {{walkers: {walkers}}}\n"
    )
    document = run(path).document()
    assert document["verdict"] == "equilibrium, not gibbs"
    assert "not a multiple of the identity" in document["why"]
