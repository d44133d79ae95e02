"""Presets that ask for more than there is end in good order with two gigabytes of address space beyond the imports."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

FAULTS = Path(__file__).parents[1] / "acceptance" / "faults"
MORE = 2_000_000_000

TEN_COLUMNS = {
    "sample": {
        "loss": "(" + " + ".join(f"tanh(u*c{i})" for i in range(9)) + " - c9)**2/2",
        "variables": ["u"],
        "data": {f"c{i}": "normal(0, 1)" for i in range(10)},
    },
    "run": {"walkers": 256, "burn_in": 100, "steps": 100},
}
TWENTY_COLUMNS = {
    "sample": {
        "loss": "log(1 + exp(-(u + w)*(" + " + ".join(f"c{i}" for i in range(20)) + ")))",
        "variables": ["u", "w"],
        "data": {f"c{i}": "uniform(-1, 1)" for i in range(20)},
        "domain": [[-2, 2], [-2, 2]],
    },
    "run": {"walkers": 256, "burn_in": 100, "steps": 100},
}
LARGE_SWARM = {
    "loss": "x**4/4 - x**2/2 + y**2",
    "variables": ["x", "y"],
    "dynamics": {"eta": 0.05, "swarm": {"size": 4096, "coupling": 2}},
    "run": {"walkers": 131072, "burn_in": 50, "steps": 50},
}
MANY_STATES = {
    "hops": {"states": 4000, "rate": "1 + x"},
    "run": {"walkers": 256, "burn_in": 10, "steps": 100},
}

CHILD = """
import resource, sys
import numpy, scipy.sparse.linalg, scipy.optimize, scipy.linalg, numba
import sgdtui.cli.group, sgdtui.cli.run, sgdtui.lab.run, sgdtui.simulate.ensemble, sgdtui.claims.check
pages = int(open("/proc/self/statm").read().split()[0])
limit = pages * resource.getpagesize() + int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
sgdtui.cli.group.main(["run", *sys.argv[2:]])
"""


def ended(*arguments):
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(MORE), *map(str, arguments), "--json", "--budget", "4"],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode in (0, 1, 2), done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    assert "Error" not in done.stderr
    return json.loads(done.stdout) if done.returncode == 0 else None


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
@pytest.mark.parametrize("name", ["reg9", "loss9", "logbarrier_wall", "steep"])
def test_a_preset_of_two_gigabytes(name):
    document = ended(FAULTS / f"{name}.yaml", "--walkers", 256, "--steps", 400, "--set", "run.burn_in=400")
    assert document is not None
    assert {*document["predictions"], *document["why_not"]} >= {
        "gibbs",
        "fokker-planck",
        "gaussian",
        "transfer",
    }


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
@pytest.mark.parametrize(
    "preset",
    [TEN_COLUMNS, TWENTY_COLUMNS, LARGE_SWARM, MANY_STATES],
    ids=["ten columns", "twenty columns", "large swarm", "many states"],
)
def test_a_preset_that_would_take_more(tmp_path, preset):
    path = tmp_path / "large.yaml"
    path.write_text(json.dumps(preset))
    document = ended(path)
    assert document is not None
    assert document["complete"]


def test_more_walkers_than_there_is_memory_for_are_refused():
    assert ended(FAULTS / "lin1.yaml", "--walkers", 90_000_000) is None
