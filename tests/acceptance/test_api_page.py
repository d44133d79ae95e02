"""The examples of docs/api.md and of the docstrings that it shows give what they say."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

import sgdtui
from sgdtui.lab.result import Result
from sgdtui.model.experiment import Experiment
from sgdtui.script.check import check
from sgdtui.script.load import load
from sgdtui.script.predict import predict
from sgdtui.script.run import run
from sgdtui.script.sweep import sweep

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL
STARTS_PROCESSES = pytest.mark.slow


def examples(text: str, name: str) -> doctest.DocTest:
    return doctest.DocTestParser().get_doctest(text, {"sgdtui": sgdtui}, name, str(PAGE), 0)


def hold(test: doctest.DocTest) -> int:
    """Runs them; the number of examples."""
    told: list[str] = []
    found = doctest.DocTestRunner(optionflags=OPTIONS).run(test, out=told.append)
    assert found.failed == 0, "".join(told)
    return found.attempted


def test_the_page_shows_what_is_so() -> None:
    blocks = re.findall(r"^```pycon\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert hold(examples("\n".join(blocks), "api.md")) >= 12


@pytest.mark.parametrize(
    "function",
    [run, load, check, predict, pytest.param(sweep, marks=STARTS_PROCESSES)],
    ids=lambda f: f.__name__,
)
def test_a_docstring_shows_what_is_so(function) -> None:
    assert hold(examples(function.__doc__, function.__name__)) >= 1


def test_the_page_has_every_public_name() -> None:
    text = PAGE.read_text("utf-8")
    public = set(sgdtui.__all__) - {"__version__", "figure"}
    assert {name for name in public if f"heading: sgdtui.{name}," not in text} == set()
    for shown in re.findall(r"^::: (\S+)$", text, re.MULTILINE):
        room, _, name = shown.rpartition(".")
        assert getattr(__import__(room, fromlist=[name]), name).__doc__
    assert Result.plot.__doc__
    assert Experiment.changed.__doc__
