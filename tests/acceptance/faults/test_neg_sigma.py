"""A covariance that is negative somewhere is refused, at its place in the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from sgdtui.cli import main
from sgdtui.preset.load import load_text
from sgdtui.preset.text.problem import PresetError

PRESET = Path(__file__).with_name("neg_sigma.yaml")


@pytest.mark.parametrize("verb", ["check", "run"])
def test_neg_sigma(verb):
    done = CliRunner().invoke(main, [verb, str(PRESET)])
    assert done.exit_code == {"check": 1, "run": 2}[verb]
    assert "neg_sigma.yaml:2:8: noise: Σ has the negative eigenvalue -8 at x = -8" in done.output
    assert "max(0, …)" in done.output


@pytest.mark.parametrize(
    "text",
    [
        "{loss: x**4, noise: sin(3*x)}",
        "{loss: x**2/2, noise: x - 1, start: {at: [3]}}",
        "{loss: x**2/2 + y**2, variables: [x, y], noise: {covariance: [1 + x*y, 1]}}",
        "{loss: x**2/2 + y**2, variables: [x, y], noise: {covariance: [[1, x], [x, 1]]}}",
        "{drift: [1 - r], variables: [r], noise: r, start: {at: [1]}, dynamics: {kind: sde}}",
        "{loss: x**2/2, noise: 1 - eta*x**2}",
    ],
)
def test_so_is_every_other_of_the_kind(text):
    with pytest.raises(PresetError, match="negative eigenvalue"):
        load_text(text)


@pytest.mark.parametrize(
    "text",
    [
        '{loss: "x - 2*log(x)", noise: x, start: {at: [2]}}',  # no force on the other side
        "{loss: x**2/2, noise: x, space: {domain: [[0, 5]], boundary: reflect}, start: {at: [2]}}",
        '{loss: x**2/2, noise: "max(0, x)"}',
    ],
)
def test_but_not_where_no_walker_can_be(text):
    assert load_text(text).dimension == 1
