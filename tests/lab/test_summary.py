"""A result in a few lines."""

from __future__ import annotations

import pytest

import sgdtui

pytestmark = pytest.mark.usefixtures("numpy_walkers")


def test_a_result_prints_in_twelve_lines_with_errors() -> None:
    result = sgdtui.run(
        {"loss": "x**2/2", "noise": "1 + x**2", "title": "a\x1b]0;title\x07b", "observe": {"right": "x > 0"}},
        eta=0.2,
        walkers=512,
        burn_in=100,
        steps=400,
    )
    lines = repr(result).splitlines()
    assert len(lines) <= 12
    assert max(map(len, lines)) <= 110
    assert "\x1b" not in repr(result)
    assert lines[1].startswith("mean        x ")
    assert " ± " in lines[1]
    assert lines[2].startswith("variance    x ")
    assert " ± " in lines[2]
    assert lines[3].startswith("observed    right 0.")
    assert " ± " in lines[3]
    assert any(line.startswith("gibbs ") and "TV" in line and "floor" in line for line in lines)
    assert lines[-1] == f"verdict     {result.verdict}"


def test_the_numbers_come_with_their_errors() -> None:
    result = sgdtui.run({"loss": "x**2/2", "observe": {"m2": "x**2"}}, walkers=512, burn_in=100, steps=400)
    document = result.to_dict()
    assert document["mean_se"] == result.mean_se.tolist()
    assert document["covariance_se"] == result.covariance_se.tolist()
    assert document["observables"]["m2"] == {
        "value": result.observables["m2"].value,
        "se": result.observables["m2"].se,
    }
    assert document["histogram"]["density_se"] == result.density_se.tolist()
