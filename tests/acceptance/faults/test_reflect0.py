"""`{reflect: 0}` is taken for what was meant: a wall on one side, which has another spelling."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from sgdtui.cli import main
from sgdtui.lab.run import run
from sgdtui.preset.load import load_text
from sgdtui.preset.text.problem import PresetError

PRESET = Path(__file__).with_name("reflect0.yaml")


def test_reflect0():
    done = CliRunner().invoke(main, ["check", str(PRESET)])
    assert done.exit_code == 1
    said = " ".join(done.output.split())
    assert said.count("reflect0.yaml:") == 1, "one message"
    assert (
        "reflect0.yaml:4:48: space.boundary.reflect: reflect names the variable whose sign is flipped" in said
    )
    assert "For one at 0 alone write boundary: reflect, and a domain" in said
    assert "cannot be a name" not in said


@pytest.mark.parametrize(
    ("wall", "says"), [("-1.5", "For one at -1.5 alone"), ("1e3", "[[1000, 11000]]"), ("x0", "no variable")]
)
def test_other_places(wall, says):
    text = PRESET.read_text().replace("{reflect: 0}", f"{{reflect: {wall}}}")
    with pytest.raises(PresetError) as caught:
        load_text(text)
    assert says in caught.value.rendered()


def test_what_it_advises_is_a_wall_on_one_side():
    # exp(-L/T) with L = x - 2 log x and T = 1: Gamma(3, 1), whose mean is 3.
    result = run(
        load_text(PRESET.read_text().replace("{reflect: 0}", "reflect")), walkers=4096, steps=4000, budget=0.5
    )
    assert result.snapshot.outside == 0
    assert abs(result.mean[0] - 3) < 0.15
    assert np.all(result.edges[0] >= 0)
