"""What is called wrongly from Python: one clear sentence each, before anything is computed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sgdtui
from sgdtui.preset.text.problem import PresetError

BOWL = {"loss": "x**2/2"}
TABLE = {"a": [1.0, 2.0, 3.0, 4.0], "b": [2.0, 1.0, 5.0, 4.0], "y": [3.0, 4.0, 9.0, 8.0]}

WRONG: dict[str, tuple[Any, str]] = {
    "a name misspelt": (
        lambda: sgdtui.run("dubble-well-tanh"),
        "there is no preset and no file 'dubble-well-tanh'; did you mean 'double-well-tanh'?",
    ),
    "no name": (lambda: sgdtui.run(""), "the name of a preset is empty"),
    "nothing": (
        lambda: sgdtui.run(None),
        "a preset is a name, a file, a mapping, a table or an Experiment, not nothing",
    ),  # type: ignore[arg-type]
    "a number": (lambda: sgdtui.run(3), "a table or an Experiment, not the number 3"),  # type: ignore[arg-type]
    "an array": (
        lambda: sgdtui.run(np.zeros((3, 3))),
        "an ndarray is a table: say which column is to be predicted",
    ),
    "an empty mapping": (lambda: sgdtui.run({}), "there is no system; give a loss"),
    "a key misspelt": (
        lambda: sgdtui.run({**BOWL, "nois": 1}),
        "run[\"nois\"]: unknown key 'nois'; did you mean 'noise'?",
    ),
    "a key that is no text": (lambda: sgdtui.run({1: "x"}), "run[1]: a key is a text, not the number 1"),
    "a place inside": (
        lambda: sgdtui.run({"variables": ["x", "y"], "loss": "x**2", "noise": [["1", "z"], ["0", "1"]]}),
        "run[\"noise\"][0][1]: unknown name 'z'",
    ),
    "a function": (
        lambda: sgdtui.run({"loss": lambda x: x**2}),
        'run["loss"]: an expression is wanted, not a function',
    ),
    "code": (lambda: sgdtui.run({"loss": "__import__('os')"}), 'run["loss"]:'),
    "a negative noise": (
        lambda: sgdtui.run({**BOWL, "noise": -1}),
        'run["noise"]: Σ has the negative eigenvalue -1',
    ),
    "a dial misspelt": (
        lambda: sgdtui.run(BOWL, etta=0.1),
        "there is no dial or setting 'etta'; did you mean 'eta'?",
    ),
    "a dial out of range": (
        lambda: sgdtui.run(BOWL, eta=-1),
        "dynamics.eta: -1 is out of range; allowed: 0 < value",
    ),
    "a dial that is no number": (
        lambda: sgdtui.run(BOWL, eta=[1, 2]),
        "dynamics.eta: a number is wanted, not a list of 2",
    ),
    "no walkers": (lambda: sgdtui.run(BOWL, walkers=0), "run.walkers: 0 is out of range"),
    "no threads": (
        lambda: sgdtui.run(BOWL, threads=0),
        "threads: the number 0 is no count; allowed: a whole number from 1",
    ),
    "no time": (
        lambda: sgdtui.predict(BOWL, budget=-1),
        "budget: the number -1 is no time; allowed: seconds above 0",
    ),
    "a table without a target": (
        lambda: sgdtui.run(TABLE),
        "a mapping of columns is a table: say which column is to be predicted; such as target='y'",
    ),
    "a target that is not there": (
        lambda: sgdtui.run(TABLE, target="z"),
        "has no column 'z'; allowed: a, b, y",
    ),
    "a target that is no name": (
        lambda: sgdtui.run(TABLE, target=3),  # type: ignore[arg-type]
        "target is the name of a column, not the number 3",
    ),
    "a target of a preset": (lambda: sgdtui.run("double-well", target="y"), "target belongs to a table"),
    "features as a text": (
        lambda: sgdtui.run(TABLE, target="y", features="a"),
        "features is a list of columns; write features=['a']",
    ),
    "a model that there is not": (
        lambda: sgdtui.run(TABLE, target="y", model="forest"),
        "there is no model 'forest'; allowed: linear, logistic",
    ),
    "no hidden units": (
        lambda: sgdtui.run(TABLE, target="y", network=0),
        "network 0: hidden units are whole numbers from 1",
    ),
    "columns of two lengths": (
        lambda: sgdtui.run({"a": [1, 2], "y": [1, 2, 3]}, target="y"),
        "the columns are of different lengths: a has 2, y has 3",
    ),
    "a file that is not there": (
        lambda: sgdtui.run("nowhere.csv", target="y"),
        "nowhere.csv cannot be read: No such file or directory",
    ),
    "a folder": (lambda: sgdtui.run("/"), "/: this is a folder, not a preset file"),
    "a sweep over nothing": (lambda: sgdtui.sweep(BOWL, {}), "over is a mapping of dials to their values"),
    "a sweep over a number": (lambda: sgdtui.sweep(BOWL, {"eta": 0.1}), "eta: give a list of values"),  # type: ignore[dict-item]
    "a sweep of a quantity misspelt": (
        lambda: sgdtui.sweep(BOWL, {"eta": [0.1]}, measures=["gibs.tv"]),
        "no quantity named 'gibs'; did you mean gibbs?",
    ),
    "a sweep without processes": (
        lambda: sgdtui.sweep(BOWL, {"eta": [0.1]}, workers=0),
        "workers: the number 0 is no count",
    ),
    "a sweep to a document": (
        lambda: sgdtui.sweep(BOWL, {"eta": [0.1]}, out="x.doc"),
        "x.doc: a table ends in .csv or .parquet",
    ),
}


@pytest.mark.parametrize("use", WRONG)
def test_one_clear_sentence(use: str) -> None:
    call, sentence = WRONG[use]
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    assert sentence in str(caught.value)
    assert str(caught.value).count("\n") <= 1, "one sentence, at most two"


def test_every_mistake_of_a_preset_is_a_preset_error() -> None:
    for call, _ in (
        WRONG[use] for use in ("a key misspelt", "a dial out of range", "a table without a target")
    ):
        with pytest.raises(PresetError):
            call()


def test_a_result_s_names_are_told_where_one_is_not_there() -> None:
    result = sgdtui.run(BOWL, walkers=64, steps=10, observe={"left": "x < 0"})
    with pytest.raises(KeyError, match="there is no observable 'lefd'; did you mean 'left'"):
        result.observables["lefd"]
    with pytest.raises(KeyError, match="there is no prediction 'gibs'; did you mean 'gibbs'"):
        result.predictions["gibs"]


def test_a_prediction_that_is_absent_says_why() -> None:
    foretold = sgdtui.predict({"variables": ["x"], "drift": ["-x"], "noise": "1"}, walkers=64)
    assert foretold.absences, "something here is absent"
    name, absence = next(iter(foretold.absences.items()))
    with pytest.raises(KeyError) as caught:
        foretold.predictions[name]
    assert (absence.detail or absence.reason) in caught.value.args[0]


def test_a_script_without_a_main_guard_sweeps_once(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import sgdtui\n"
        "print('begun')\n"
        "print(sgdtui.sweep({'loss': 'x**2/2'}, {'eta': [0.1, 0.2]}, walkers=64, steps=10, workers=2))\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[:2] == ["begun", "unnamed: 2 points over eta"]
    assert lines[2].split()[:2] == ["eta", "verdict"]
    assert len(lines) == 5
