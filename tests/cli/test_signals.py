"""A signal ends every verb, in every phase; how soon is measured by `python -m benchmarks.signals`.

It is sent when the progress line names the phase: no machine is too fast or too slow to be met there.
"""

from __future__ import annotations

import json
import signal
from itertools import cycle

import pytest

from benchmarks.signals import OUTPUT, PRESETS, STATUS, command, ended_in

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="needs POSIX signals")

SOON = 20.0
"""Seconds; generous, for a machine that does much else."""

ALL = tuple(STATUS)
RELAXATION, BIAS = "predicting: relaxation time", "the bias of dt"

PHASES = [
    *((name, "columns", "loading", 0.0) for name in ALL),
    *((name, "columns", RELAXATION, 0.3) for name in ALL),
    *((name, "settling", "settling", 0.3) for name in ALL),
    *((name, "sampling", "sampling", 0.3) for name in ALL),
    *((name, "plane", "predicting: Fokker–Planck", 0.7) for name in ALL),
    ("SIGINT", "plane", "pilot run", 0.0),
    ("SIGTERM", "weights", RELAXATION, 0.3),
    ("SIGHUP", "plane", "compiling", 0.0),
    ("SIGINT", "plane", "predicting: Gibbs", 0.0),
    ("SIGHUP", "plane", "predicting: the chain's own law", 0.0),
    *((name, "companion", BIAS, 0.0) for name in ("SIGINT", "SIGTERM")),
    ("SIGHUP", "wall", BIAS, 0.0),
    ("SIGTERM", "wall", "predicting: p(x, t)", 0.0),
    ("SIGINT", "wall", "writing", 0.0),
]
"""A signal, a preset, the phase that is named, and seconds that it certainly lasts longer."""


@pytest.fixture
def folder(tmp_path_factory):
    """A folder whose name names no phase: messages tell it."""
    return tmp_path_factory.mktemp("s")


@pytest.fixture
def file(folder):
    def write(name):
        path = folder / f"{name}.yaml"
        path.write_text(PRESETS[name])
        return path

    return write


def interrupted(verb, path, folder, name, phase, linger=0.0, **env):
    end = ended_in(phase, command(verb, path, folder), name, linger=linger, **env)
    assert end is not None, f"it never said {phase!r}"
    assert end.status == STATUS[name], end.err
    assert "Traceback" not in end.err
    assert end.seconds < SOON
    return end


def assert_says_what_there_is(end, complete=False):
    if end.out:
        assert json.loads(end.out)["complete"] is complete
    else:
        assert "interrupted" in end.err


@pytest.mark.slow
@pytest.mark.parametrize(("name", "preset", "phase", "linger"), PHASES)
def test_run(file, folder, name, preset, phase, linger):
    end = interrupted("run", file(preset), folder, name, phase, linger)
    assert_says_what_there_is(end, complete=phase == "writing")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "linger"), [("SIGINT", 0.0), ("SIGTERM", 2.0), ("SIGHUP", 4.0)])
def test_run_whose_kernel_is_compiled(file, folder, name, linger):
    end = interrupted("run", file("plane"), folder, name, "pilot run", linger, XDG_CACHE_HOME=str(folder))
    assert_says_what_there_is(end)


@pytest.mark.slow
@pytest.mark.parametrize("name", STATUS)
def test_run_whose_output_nobody_reads(file, folder, name):
    # The histogram of a plane alone is more than a pipe holds.
    path = file("settling")
    path.write_text(
        'variables: [x, y]\nloss: "(x**2 + y**2)/2"\nspace: {domain: [[-3, 3], [-3, 3]]}\n'
        "run: {burn_in: 10, steps: 10, every: 1, walkers: 4096}\n"
    )
    end = interrupted("run", path, folder, name, OUTPUT)
    assert len(end.out) >= 65_535


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "preset", "phase"),
    zip(
        cycle(ALL),
        ("settling", "settling", "columns", "settling", "sampling", "plane"),
        ("loading", "pilot run", RELAXATION, "settling", "sampling", "predicting: Fokker–Planck"),
        strict=False,
    ),
)
def test_verify(file, folder, name, preset, phase):
    end = interrupted("verify", file(preset), folder, name, phase)
    assert "interrupted" in end.out + end.err


@pytest.mark.slow
@pytest.mark.parametrize("name", STATUS)
@pytest.mark.parametrize(("phase", "linger"), [("loading", 0.0), ("settling.csv", 2.0)])
def test_sweep(file, folder, name, phase, linger):
    end = interrupted("sweep", file("settling"), folder, name, phase, linger)
    assert "the same command goes on" in end.out or "interrupted" in end.err
