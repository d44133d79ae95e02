"""`sgdtui run` as people and scripts meet it: streams, exit codes, files."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest
from click.testing import CliRunner

from sgdtui.cli import main
from sgdtui.cli.report import distance, number, plus_minus

QUICK = """
title: A quadratic
loss: "x**2/2"
noise: "s"
parameters: {s: {value: 1, min: 0.1, max: 3}}
observe: {right: "x > 0"}
space: {domain: [[-1.5, 1.5]]}
run: {walkers: 1024, burn_in: 100, steps: 400}
expect:
  - {that: right, is: 0.5, within: 0.05}
  - {that: "mean[0]", is: 7, within: 0.1}
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "quick.yaml"
    path.write_text(QUICK)
    return path


def invoke(*arguments):
    return CliRunner().invoke(main, ["run", *map(str, arguments)])


def document(*arguments):
    result = invoke(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_report_says_what_was_found(file):
    result = invoke(file)
    assert result.exit_code == 0, "a claim that fails is for `verify` to complain about"
    text = result.stdout
    for part in (
        "A quadratic",
        "mean x",
        "var x",
        "right",
        "Gibbs",
        "chain's own law",
        "verdict:",
        "±",
        "T = 0.05",
    ):
        assert part in text
    assert "holds  right" in text
    assert "FAILS  mean[0]" in text
    assert result.stderr == ""
    assert max(map(len, text.splitlines()[:20])) < 140


def test_json_is_the_contract_with_claims(file):
    found = document(file)
    assert found["claims"][0]["that"] == "right"
    assert found["claims"][0]["holds"] is True
    assert found["claims"][1]["holds"] is False
    assert found["settings"]["walkers"] == 1024
    assert found["provenance"]["seed"] == "0"


def test_options_and_dials_reach_the_run(file):
    found = document(
        file,
        "--set",
        "eta=0.05",
        "--set",
        "s=2",
        "--walkers",
        512,
        "--steps",
        200,
        "--seed",
        9,
        "--threads",
        1,
    )
    settings = found["settings"]
    assert (settings["eta"], settings["parameters"]["s"]) == (0.05, 2)
    assert (settings["walkers"], settings["steps"], settings["seed"], settings["threads"]) == (512, 200, 9, 1)


def test_the_same_seed_prints_the_same_numbers(file):
    one, two = document(file, "--threads", 1), document(file, "--threads", 2)
    assert one["mean"] == two["mean"]
    assert one["histogram"] == two["histogram"]


def test_a_loss_and_a_noise_without_a_preset():
    found = document(
        "--loss",
        "quadratic",
        "--noise",
        "1 + x**2",
        "--walkers",
        512,
        "--steps",
        100,
        "--set",
        "run.burn_in=100",
    )
    assert found["predictions"]["fokker-planck"]["observables"] is not None
    assert found["verdict"] in ("undecided", "equilibrium, not gibbs")


def test_another_noise_in_a_preset(file):
    assert document(file, "--noise", "4")["predictions"]["gibbs"]["temperature"] == pytest.approx(0.2)


def test_csv_and_npz_files(file, tmp_path):
    table, archive = tmp_path / "r.csv", tmp_path / "r.npz"
    result = invoke(file, "--csv", table)
    assert result.exit_code == 0
    assert result.stdout == ""
    lines = [line for line in table.read_text().splitlines() if not line.startswith("#")]
    assert {row["table"] for row in csv.DictReader(lines)} >= {"summary", "histogram", "series", "prediction"}
    assert invoke(file, "--npz", archive).exit_code == 0
    with np.load(archive, allow_pickle=False) as arrays:
        assert arrays["histogram/density"].shape == (200,)


def test_csv_to_a_pipe(file):
    result = invoke(file, "--csv", "-")
    assert result.stdout.startswith("# sgdtui")


def test_the_kernel_can_be_read(file):
    result = invoke(file, "--show-kernel")
    assert result.exit_code == 0
    assert "def " in result.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["no-such-preset"], "no-such-preset"),
        (["quadratc"], "did you mean 'quadratic'"),
        ([], "name a preset"),
        (["FILE", "--set", "eta"], "NAME=VALUE"),
        (["FILE", "--set", "etta=1"], "eta"),
        (["FILE", "--set", "eta=banana"], "eta"),
        (["FILE", "--set", "s=99"], "3"),
        (["FILE", "--walkers", "0"], "walkers"),
        (["FILE", "--steps", "x"], "steps"),
        (["FILE", "--json", "--csv", "a.csv"], "exclude"),
        (["FILE", "--csv", "no/such/folder/a.csv"], "no folder"),
        (["FILE", "--loss", "(x"], "("),
    ],
)
def test_wrong_input_is_one_clear_message_and_exit_2(file, arguments, says):
    result = invoke(*[str(file) if a == "FILE" else a for a in arguments])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert says in result.stderr
    assert "Traceback" not in result.stderr


def test_a_system_that_is_not_simulated_is_refused(tmp_path):
    path = tmp_path / "odd.yaml"
    path.write_text(
        '{loss: "x**2/2", dynamics: {kind: sde, swarm: {size: 8, coupling: 1}}, run: {walkers: 4}}'
    )
    result = invoke(path)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_a_disk_that_says_no(file, tmp_path):
    folder = tmp_path / "sealed"
    folder.mkdir()
    (folder / "r.csv").mkdir()
    result = invoke(file, "--csv", folder / "r.csv")
    assert result.exit_code == 2
    assert "Traceback" not in result.output


LONG = QUICK.replace("steps: 400", "steps: 400000000")


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="needs POSIX signals")
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_interrupted_it_prints_what_there_is(tmp_path, name, code):
    path = tmp_path / "long.yaml"
    path.write_text(LONG)
    # A one-character preset of progress: the child tells when it has begun to step.
    script = (
        "import sys\n"
        "from sgdtui.lab import run as room\n"
        "advance = room._step_to_the_end\n"
        "def walk(simulation, tell, cancelled):\n"
        "    sys.stderr.write('stepping\\n'); sys.stderr.flush()\n"
        "    return advance(simulation, tell, cancelled)\n"
        "room._step_to_the_end = walk\n"
        "from sgdtui.cli import main\n"
        f"main(['run', {str(path)!r}, '--json', '--threads', '1'])\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        killer = threading.Timer(240, child.kill)
        killer.start()
        try:
            assert child.stderr.readline() == "stepping\n"
            os.kill(child.pid, getattr(signal, name))
            out, err = child.communicate()
        finally:
            killer.cancel()
    assert child.returncode == code, err
    found = json.loads(out)
    assert found["complete"] is False
    assert found["verdict"] == "undecided"
    assert "Traceback" not in err


def test_no_terminal_no_progress(file):
    done = subprocess.run(
        [sys.executable, "-m", "sgdtui", "run", str(file), "--json"],
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    )
    assert done.stderr == ""
    json.loads(done.stdout)


@pytest.mark.parametrize(
    ("value", "se", "told"),
    [
        (0.964419, 0.000089, "0.964419 ± 0.000089"),
        (12.34567, 0.5, "12.35 ± 0.50"),
        (1234.5, 120.0, "1234.5 ± 1.2e+02"),
        (1.5, None, "1.5"),
        (1.5, 0.0, "1.5"),
        (None, None, "-"),
    ],
)
def test_a_number_shows_the_digits_that_its_error_leaves(value, se, told):
    assert plus_minus(value, se) == told


def test_numbers_and_distances():
    assert number(None) == "-"
    assert number(1 / 3) == "0.333333"
    assert distance(0.25, 0.001) == "0.2500 (floor 0.0010)"
    assert distance(None, None) == "-"
