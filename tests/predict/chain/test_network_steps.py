"""The minibatch steps of a network are no noise of a law: no kernel may be made of its covariance alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sgdtui.predict.chain.law import transfer
from sgdtui.predict.prediction import Absence
from sgdtui.preset.load import load


@pytest.mark.parametrize("bias", ["true", "false"])
def test_the_chain_of_a_network_of_one_or_two_weights_is_absent(tmp_path: Path, bias: str) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=8)
    y = 2 * x + rng.choice([-1.0, 1.0], size=8)
    rows = "\n".join(f"{a:.4f},{b:.4f}" for a, b in zip(x, y, strict=True))
    (tmp_path / "rows.csv").write_text(f"x,y\n{rows}\n")
    preset = tmp_path / "one.yaml"
    preset.write_text(
        "title: One weight\nnetwork: {data: rows.csv, target: y, layers: [], "
        f"bias: {bias}, standardize: false}}\ndynamics: {{eta: 0.3}}\n"
    )
    found = transfer(load(preset), (np.linspace(0, 4, 41),) * (2 if bias == "true" else 1))
    assert isinstance(found, Absence)
    assert found.reason == "too costly"
