"""A signal ends every verb, in every phase; how soon is measured by `python -m benchmarks.signals`."""

from __future__ import annotations

import json
import signal

import pytest

from benchmarks.signals import PRESETS, STATUS, command, ended_by

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="needs POSIX signals")

SOON = 20.0
"""Seconds; generous, for a machine that does much else."""


@pytest.fixture
def file(tmp_path):
    def write(name):
        path = tmp_path / f"{name}.yaml"
        path.write_text(PRESETS[name])
        return path

    return write


def interrupted(verb, path, folder, name, delay):
    end = ended_by(command(verb, path, folder), name, delay)
    assert end is not None, "it had ended before the signal"
    # Before Python has read a line of the program the signal does what it does to any process.
    assert end.status in (STATUS[name], -getattr(signal, name)), end.err
    assert "Traceback" not in end.err or end.status < 0
    assert end.seconds < SOON
    return end


@pytest.mark.slow
@pytest.mark.parametrize("name", STATUS)
@pytest.mark.parametrize(
    ("preset", "delay"),
    [("columns", 0.4), ("columns", 9.0), ("weights", 1.5), ("plane", 15.0), ("wall", 12.0)],
)
def test_run(file, tmp_path, name, preset, delay):
    end = interrupted("run", file(preset), tmp_path, name, delay)
    if end.out:
        assert json.loads(end.out)["complete"] is False
    else:
        assert end.err in ("interrupted\n", "")


@pytest.mark.slow
@pytest.mark.parametrize(("verb", "says"), [("verify", "interrupted"), ("sweep", "the same command goes on")])
@pytest.mark.parametrize(("name", "delay"), [("SIGTERM", 8.0), ("SIGINT", 1.5), ("SIGHUP", 14.0)])
def test_verify_and_sweep(file, tmp_path, verb, says, name, delay):
    end = interrupted(verb, file("columns"), tmp_path, name, delay)
    assert says in end.out or end.err == "interrupted\n" or end.status < 0
