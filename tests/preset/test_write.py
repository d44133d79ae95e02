from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sgdtui.model.data import Table
from sgdtui.preset import write as writing
from sgdtui.preset.change import changed
from sgdtui.preset.library import names
from sgdtui.preset.load import load, load_text
from sgdtui.preset.write import to_yaml, write
from tests.preset.preset_reading import assert_same, read


@pytest.mark.parametrize("name", [f"{kind}/{n}" for kind in ("experiment", "loss") for n in names(kind)])
def test_every_shipped_preset_is_written_and_read_back(name: str) -> None:
    e = load(name)
    assert_same(e, load_text(to_yaml(e), name=e.name))


def test_turned_dials_and_the_seed_are_written() -> None:
    e = changed(load("experiment/double-well-tanh"), {"eta": 0.3, "s": 2, "seed": 2**62 + 1, "kind": "sde"})
    back = load_text(to_yaml(e), name=e.name)
    assert_same(e, back)
    assert back.run.seed == 2**62 + 1


@pytest.mark.parametrize(
    "text",
    [
        "{drift: [v, -x], variables: [x, v], noise: {covariance: [0, 1 + v**2]}, space: {domain: [[0, 1]], axes: [x], boundary: {reflect: v}}}",  # noqa: E501
        "{loss: u**2 + w**2, variables: [u, w], noise: {covariance: [[2, u*0], [0, 1 + w**2]], law: stable(1.25)}}",
        "{loss: y**2 + x**2, variables: [y, x], noise: {covariance: [1 + y**2, 3]}}",
        "{hops: {states: 5, rate: 1 + x, evaluate: 0.125}, start: {at: 2}}",
        "{tumble: {speed: 1 + x, rate: 2}, space: {domain: [[0, 1]], boundary: periodic}, start: {uniform: [[0, 1]]}}",
        "{loss: x, start: {normal: {mean: 1e-17, sd: 1e+300}}, temperature: 1e-8, dynamics: {eta: 1e-5, schedule: eta/(1 + k)}}",  # noqa: E501
        "{loss: x**2, title: '1e-3', story: \"a\\n  b\\n\\n# c: d\\n\", source: '- x: [y'}",
        "{loss: 3, noise: 1 > x, observe: {c: x > 0, n: '2', yes: x}}",
        "{sample: {loss: w*a, variables: [w], data: {a: 'choice([1, 2], [0.1, 0.9])'}, domain: [[0, 1]]}}",
        "{sample: {model: logistic-regression, columns: [b, a], data: [[1, 0], [2.5, 1], [1e-9, 1]], intercept: true, draw: reshuffle}}",  # noqa: E501
        "{loss: x**2, parameters: {s: {value: -0.0, min: -1e-5, about: 'a: b #c'}}, variants: {v: {s: -1e-6, loss: {loss: x**4}}}}",  # noqa: E501
    ],
)
def test_round_trips(text: str) -> None:
    e = read(text)
    assert_same(e, load_text(to_yaml(e), name=e.name))


def test_a_large_table_goes_into_a_csv_beside_the_preset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    e = read("{sample: {loss: w*a - b, variables: [w], columns: [a, b], data: [[0.1, 2], [3, 1e-300]]}}")
    (small,) = write(e, tmp_path / "small.yaml")
    assert load(small).system.data.rows.tolist() == [[0.1, 2], [3, 1e-300]]  # type: ignore[union-attr]
    monkeypatch.setattr(writing, "MAX_CELLS_IN_PLACE", 3)
    files = write(e, tmp_path / "large.yaml")
    assert [file.name for file in files] == ["large.csv", "large.yaml"]
    back = load(tmp_path / "large.yaml").system.data  # type: ignore[union-attr]
    assert isinstance(back, Table)
    assert np.array_equal(back.rows, e.system.data.rows)  # type: ignore[union-attr]


def test_nothing_of_a_hostile_title_comes_through() -> None:
    e = read('{loss: x**2, title: "a\\e]52;c;aGk=\\a b", story: "x\\x9b31m\\nnext"}')
    assert all(c.isprintable() for c in e.title)
    assert "\x9b" not in e.story
    assert e.story.endswith("\nnext")
