"""Short ways to read a preset's text and its mistakes in tests."""

from __future__ import annotations

import textwrap
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from sgdtui.model.data import Table
from sgdtui.model.experiment import Experiment
from sgdtui.model.network import NetworkSystem
from sgdtui.model.network_start import BestMinimum
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
            _assert_same_rows(a.data, b.data)
            for name in ("variables", "loss", "model", "draw", "ridge", "domain"):
                assert getattr(a, name) == getattr(b, name)
        elif isinstance(a, NetworkSystem) and isinstance(b, NetworkSystem):
            _assert_same_rows(a.data, b.data)
            for part in fields(NetworkSystem):
                if part.name != "data":
                    assert getattr(a, part.name) == getattr(b, part.name), part.name
        elif isinstance(a, BestMinimum):  # of the system, which is compared
            assert isinstance(b, BestMinimum)
        else:
            assert a == b, field.name


def _assert_same_rows(one: object, other: object) -> None:
    assert isinstance(one, Table)
    assert isinstance(other, Table)
    assert np.array_equal(one.rows, other.rows)
    assert one.columns == other.columns
