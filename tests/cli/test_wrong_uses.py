"""What is typed wrongly: one clear sentence on stderr, exit 2, nothing on stdout, nothing computed."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from sgdtui.cli import main

WRONG = {
    "lunch": "no such command 'lunch'. Did you mean 'launch'?",
    "run": "name a preset, a preset file, or a --loss",
    "run ''": "the name of a preset is empty",
    "run dubble-well-tanh": "there is no preset and no file 'dubble-well-tanh'\n  did you mean 'double-well-tanh'?",
    "run broken.yaml": "broken.yaml:3:1: this is not YAML",
    "run nowhere.yaml": "nowhere.yaml: the file cannot be read: No such file or directory",
    "run .": ".: this is a folder, not a preset file",
    "run ok.yaml --set eta": "'eta': write NAME=VALUE, as in --set eta=0.05",
    "run ok.yaml --set eta=fast": "dynamics.eta: a number is wanted, not the text 'fast'",
    "run ok.yaml --set etta=1": "there is no dial or setting 'etta'\n  did you mean 'eta'?",
    "run ok.yaml --steps 0": "Invalid value for '--steps': 0 is not in the range",
    "run ok.yaml --jsn": "No such option '--jsn'",
    "run ok.yaml --json --csv x.csv": "--json, --csv, --npz and --svg exclude each other",
    "run ok.yaml --plot x.doc": "--plot x.doc: the name says what is drawn",
    "run ok.yaml --target y": "--target, --model, --network and --features are for a table",
    "run data.csv": "such as: sgdtui run data.csv --target y",
    "run data.csv --target z": "data.csv has no column 'z'",
    "run data.csv --target y --model forest": "'forest' is not one of 'linear', 'logistic'",
    "run data.csv --target y --network 0": "network 0: hidden units are whole numbers from 1",
    "run data.csv --target y --network 8 --model linear": "network and model exclude each other",
    "run uneven.csv --target y": "uneven.csv, row 1: 3 values where the first line has 2",
    "sweep ok.yaml": "Missing option '--over'",
    "sweep ok.yaml --over eta": "'eta': write NAME=START:STOP:COUNT",
    "sweep ok.yaml --over eta=1:2": "a range is START:STOP:COUNT",
    "sweep ok.yaml --over eta=.1:0:5:log": "eta: a range in log has ends above 0",
    "sweep ok.yaml --over etta=1,2": "there is no dial or setting 'etta'",
    "sweep ok.yaml --over eta=.1,.2 --out x.doc": "x.doc: a table ends in .csv or .parquet",
    "verify nothing": "there is no preset and no file 'nothing'",
    "new lss": "there is no kind 'lss'\n  did you mean 'loss'?",
    "new loss ok.yaml": "ok.yaml is there already",
    "launch ok.yaml --color pink": "'pink' is not one of 'auto'",
    "launch ok.yaml --idle 3": "--idle is for --kiosk",
}


@pytest.mark.parametrize("line", WRONG)
def test_one_clear_sentence(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ok.yaml").write_text("title: Bowl\nvariables: [x]\nloss: x**2/2\n")
    Path("broken.yaml").write_text('variables: [x]\nloss: "x**2/2\n')
    Path("data.csv").write_text("a,b,y\n1,2,3\n2,1,4\n3,5,9\n4,4,8\n")
    Path("uneven.csv").write_text("a,y\n1,2,3\n")
    words = [word.strip("'") for word in line.split()]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2, done.output
    assert WRONG[line] in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    said = [
        text for text in done.stderr.splitlines() if text.strip() and not text.startswith(("Usage:", "Try "))
    ]
    assert len(said) <= 4, "a sentence, what is allowed, the place"
