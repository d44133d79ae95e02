"""A table in the place of a preset."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from sgdtui.cli import main

ROWS = "size,colour,price\n" + "".join(
    f"{i % 7},{'red' if i % 3 else 'blue'},{i % 7 + i % 5}\n" for i in range(40)
)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "shop.csv"
    path.write_text(ROWS)
    return path


def invoke(*arguments):
    return CliRunner().invoke(main, [*map(str, arguments)])


def test_run_takes_a_table_with_a_target(file):
    result = invoke("run", file, "--target", "price", "--walkers", 256, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["settings"]["variables"] == ["w_size", "w_colour_red", "w_intercept"]
    assert "edge of stability" in result.stderr


def test_dials_are_turned_as_in_a_preset(file):
    result = invoke(
        "run",
        file,
        "--target",
        "colour",
        "--features",
        "size",
        "--set",
        "eta=0.5",
        "--budget",
        0.5,
        "--walkers",
        256,
        "--json",
    )
    found = json.loads(result.stdout)
    assert found["settings"]["eta"] == 0.5
    assert found["dimension"] == 2


@pytest.mark.parametrize("verb", ["run", "sweep"])
def test_without_a_target_the_columns_and_the_command_are_said(file, verb):
    result = invoke(verb, file, *(["--over", "eta=0.1,0.2"] if verb == "sweep" else []))
    assert result.exit_code == 2
    assert f"sgdtui {verb} {file} --target price" in result.stderr
    for words in ("size numbers, 0 to 6", "colour 2 words: blue, red"):
        assert words in result.stderr


@pytest.mark.slow
def test_sweep_takes_a_table_with_a_target(file, tmp_path):
    out = tmp_path / "out.csv"
    result = invoke(
        "sweep", file, "--target", "price", "--features", "size", "--over", "eta=0.05,0.1", "--set", "burn_in=20",
        "--budget", 0.5, "--walkers", 64, "--steps", 50, "--out", out, "--workers", 1,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert len(out.read_text().splitlines()) == 3


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("double-well", "--target", "x"), "are for a table"),
        (("{file}", "--target", "prize"), "did you mean 'price'?"),
        (("{file}", "--target", "price", "--loss", "quadratic"), "leave --loss and --noise out"),
        (("nowhere.csv", "--target", "price"), "cannot be read"),
    ],
)
def test_what_is_wrong_is_one_sentence(file, arguments, told):
    result = invoke("run", *(a.format(file=file) for a in arguments))
    assert result.exit_code == 2
    assert told in result.stderr
