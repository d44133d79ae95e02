"""Short ways to read a preset's text and its mistakes in tests."""

from __future__ import annotations

import textwrap
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from sgdtui.model.data import Table
from sgdtui.model.experiment import Experiment
from sgdtui.model.sample import SampleSystem
from sgdtui.preset.load import load_text
from sgdtui.preset.text.problem import PresetError, Problem


def read(text: str, folder: Path | None = None) -> Experiment:
    """The experiment of an indented text."""
    return load_text(textwrap.dedent(text), folder=folder, name="test")


def mistakes(text: str, folder: Path | None = None) -> tuple[Problem, ...]:
    """The problems of a wrong text."""
    with pytest.raises(PresetError) as caught:
        load_text(textwrap.dedent(text), folder=folder, file="test.yaml")
    assert caught.value.problems
    return caught.value.problems


def mistake(text: str, folder: Path | None = None) -> Problem:
    """The only problem of a wrong text."""
    (problem,) = mistakes(text, folder)
    return problem


def assert_same(one: Experiment, other: Experiment) -> None:
    """Two experiments are equal in all that a run depends on."""
    for field in fields(Experiment):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if field.name == "document":
            continue
        if isinstance(a, SampleSystem) and isinstance(b, SampleSystem) and isinstance(a.data, Table):
            assert isinstance(b.data, Table)
            assert np.array_equal(a.data.rows, b.data.rows)
            for name in ("variables", "loss", "model", "draw", "ridge", "domain"):
                assert getattr(a, name) == getattr(b, name)
            assert a.data.columns == b.data.columns
        else:
            assert a == b, field.name
