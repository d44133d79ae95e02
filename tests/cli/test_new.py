"""`sgdtui new` writes presets that are right as they are."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from sgdtui.cli import main
from sgdtui.preset.forms.registry import FORMS
from sgdtui.preset.load import load_with_warnings
from sgdtui.preset.new import KINDS

THERE = [kind for kind in KINDS if kind != "network" or "network" in FORMS]


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def new(*arguments):
    return CliRunner().invoke(main, ["new", *arguments])


@pytest.mark.parametrize("kind", THERE)
def test_what_is_written_is_right_and_the_next_two_commands_are_said(kind):
    result = new(kind)
    assert result.exit_code == 0, result.output
    assert f"sgdtui check my-{kind}.yaml" in result.stdout
    assert f"sgdtui launch my-{kind}.yaml" in result.stdout
    experiment, warnings = load_with_warnings(f"my-{kind}.yaml")
    assert warnings == ()
    assert experiment.title.startswith("My ")


def test_nothing_is_written_over():
    assert new("loss", "a.yaml").exit_code == 0
    result = new("noise", "a.yaml")
    assert result.exit_code == 2
    assert "a.yaml is there already" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("los",), "did you mean 'loss'?"),
        (("loss", "a.txt"), "ends in .yaml"),
        (("loss", "no/a.yaml"), "cannot be written"),
    ],
)
def test_what_is_wrong_is_one_sentence(arguments, told):
    result = new(*arguments)
    assert result.exit_code == 2
    assert told in result.stderr
