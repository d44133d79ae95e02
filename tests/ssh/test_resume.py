"""`--resume`: the same walkers, random streams, statistics and view, after an end that nobody could prepare for."""

from __future__ import annotations

import os
import signal
import time

import numpy as np
import pytest

from sgdtui.lab.checkpoint import load
from tests.ssh import processes
from tests.ssh.place import Place

PRESET = "double-well-tanh"


def newest(place: Place):  # type: ignore[no-untyped-def]
    """The last checkpoint."""
    files = sorted(
        (place.folder / "state" / "checkpoints").glob("run-*.npz"), key=lambda f: f.stat().st_mtime_ns
    )
    assert files
    return files[-1], load(files[-1])


@pytest.mark.parametrize("walkers", [65_536, 1_000_000])
def test_after_kill_9_at_most_five_seconds_are_lost(place: Place, walkers: int) -> None:
    preset = place.folder / "mine.yaml"
    preset.write_text(
        f"title: Mine\nloss: '(x**2-1)**2/4'\nnoise: '1'\nspace: {{domain: [[-3, 3]]}}\n"
        f"dynamics: {{eta: 0.1}}\nrun: {{walkers: {walkers}, burn_in: 100, seed: 7}}\n"
    )
    terminal = place.launch(str(preset))
    terminal.run(9)
    (app,) = processes.apps(place.mark)
    os.kill(app, signal.SIGKILL)
    killed = time.time()
    terminal.ended(5)
    path, saved = newest(place)
    age = killed - path.stat().st_mtime
    print(f"\n{walkers} walkers: the checkpoint was {age:.1f} s old")
    assert age <= 5.0
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0
    assert saved.state["walkers"].size >= walkers

    again = place.launch("", "--resume")
    assert "Mine" in again.screen.display[0]
    again.run(6)
    again.send("q")
    assert again.ended(6) == 0
    _, later = newest(place)
    assert later.state["step"] > saved.state["step"]
    assert later.state["walker_steps"] > saved.state["walker_steps"]


def test_the_walkers_streams_and_view_are_the_same(place: Place) -> None:
    terminal = place.launch(PRESET)
    terminal.wait_for("● running", seconds=60)
    terminal.run(3)
    terminal.send("g")
    terminal.send("p")
    terminal.send(" ")
    terminal.wait_for("paused")
    terminal.run(5)
    (app,) = processes.apps(place.mark)
    os.kill(app, signal.SIGKILL)
    terminal.ended(5)
    _, saved = newest(place)
    assert saved.view["paused"]
    assert saved.state["step"] > 0

    again = place.ssh_resume()
    again.wait_for("paused", seconds=60)
    again.run(5)
    again.send("q")
    assert again.ended(6) == 0
    _, later = newest(place)
    assert later.view["arrows"] == saved.view["arrows"]
    assert later.view["prediction"] == saved.view["prediction"]
    for name in ("walkers", "streams", "histogram"):
        if name in saved.state:
            assert np.array_equal(later.state[name], saved.state[name]), name
    assert later.state["step"] == saved.state["step"]


def test_nothing_to_resume_is_a_message(place: Place) -> None:
    terminal = place.ssh("exec " + place.command("--resume"))
    assert terminal.ended(20) == 2
    assert "no checkpoint" in terminal.text
    assert b"\x1b" not in terminal.raw


def test_a_checkpoint_that_is_none_is_a_message(place: Place) -> None:
    folder = place.folder / "state" / "checkpoints"
    folder.mkdir(parents=True)
    (folder / "run-1.npz").write_bytes(b"cos\nsystem\n(S'echo pickled > /tmp/x'\ntR.")
    terminal = place.ssh("exec " + place.command("--resume"))
    assert terminal.ended(30) == 2
    assert "not a checkpoint" in terminal.text.replace("\n", "")
