"""A noise written in place: an expression, a list (diagonal Σ), a list of lists (full Σ)."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.model.fields import fields
from sgdtui.preset.load import load, load_text
from sgdtui.preset.text.problem import PresetError

PLANE = "variables: [x, y]\nloss: x**2 + y**2/2\n"
QUADRANT = "space: {domain: [[0, 4], [0, 4]]}\n"
"""Where these covariances are positive."""


def covariance(text: str) -> np.ndarray:
    return fields(load_text(PLANE + text)).covariance(np.array([[2.0, 3.0]]))[0]


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ('noise: ["1 + x**2", "y"]', 'noise: {covariance: ["1 + x**2", "y"]}'),
        ('noise: [["2", "x/4"], ["x/4", "1 + y"]]', 'noise: {covariance: [["2", "x/4"], ["x/4", "1 + y"]]}'),
    ],
)
def test_a_list_stands_for_a_covariance(short: str, long: str) -> None:
    assert np.array_equal(covariance(QUADRANT + short), covariance(QUADRANT + long))
    read = [load_text(PLANE + QUADRANT + text).document["noise"] for text in (short, long)]
    assert read[0] == read[1]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('noise: ["1 + z", "1"]', "3:14: noise.0: unknown name 'z'"),
        ('noise: [["1"], ["0", "1"]]', "square list of lists"),
        ("noise: []", "no rows"),
        ('noise: [["1", "0.5"], ["0.4", "1"]]', "Σ is not symmetric"),
    ],
)
def test_mistakes_have_their_place(text: str, says: str) -> None:
    with pytest.raises(PresetError) as caught:
        load_text(PLANE + text)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"noise": [["1", "0.5"], ["0.5**", "1"]]}, 'run["noise"][1][0]: a value is missing'),
        ({"noise": {"covariance": ["1", "y*"]}}, 'run["noise"]["covariance"][1]: a value is missing'),
        ({"etta": 1}, "run[\"etta\"]: unknown key 'etta'"),
        ({"variants": {"hot": {"eta": -1}}}, 'run["variants"]["hot"]["eta"]: -1 is out of range'),
    ],
)
def test_in_python_a_place_is_written_as_one_would_reach_it(document: dict, says: str) -> None:
    with pytest.raises(PresetError) as caught:
        load({"variables": ["x", "y"], "loss": "x**2 + y**2/2", **document})
    assert str(caught.value).startswith(says)


def test_what_is_no_preset_is_told() -> None:
    with pytest.raises(TypeError, match="a preset is a name, a file, a mapping or an Experiment, not a list"):
        load([1, 2])  # type: ignore[arg-type]
