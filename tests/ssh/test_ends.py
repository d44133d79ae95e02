"""Every way in which a session ends: nothing is left, the terminal is whole where there is one, the run is kept."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sgdtui.lab.checkpoint import load
from tests.ssh import processes
from tests.ssh.place import SGDTUI, Place, wait_until_running
from tests.ssh.terminal import Terminal

PRESET = "double-well-tanh --threads 1"
"""One thread, so that the tests beside this one get on."""
MOST = 5.0
"""Seconds after which nothing may be left."""


def checkpoints(place: Place) -> list[Path]:
    """What was kept, the oldest first."""
    return sorted(
        (place.folder / "state" / "checkpoints").glob("run-*.npz"), key=lambda file: file.stat().st_mtime_ns
    )


def kill_client(terminal: Terminal) -> None:
    """The laptop's battery is empty."""
    terminal.signal(signal.SIGKILL)


def end_client(terminal: Terminal) -> None:
    """A person closes the window."""
    terminal.signal(signal.SIGTERM)


def close_pty(terminal: Terminal) -> None:
    """The terminal emulator goes away under the client."""
    os.close(terminal.fd)
    terminal.fd = os.open(os.devnull, os.O_RDWR)


@pytest.mark.parametrize("way", [kill_client, end_client, close_pty])
def test_nothing_is_left_when_the_client_dies(place: Place, way: Callable[[Terminal], None]) -> None:
    terminal = place.launch(PRESET)
    terminal.run(2)
    assert processes.apps(place.mark)
    way(terminal)
    took = processes.gone_after(place.mark, MOST)
    print(f"\n{way.__name__}: all gone after {took:.1f} s")
    assert checkpoints(place)


@pytest.mark.parametrize("name", ["SIGHUP", "SIGTERM", "SIGKILL"])
def test_a_signal_to_the_app_ends_it(place: Place, name: str) -> None:
    terminal = place.launch(PRESET)
    terminal.run(4)
    (app,) = processes.apps(place.mark)
    began = time.monotonic()
    os.kill(app, getattr(signal, name))
    status = terminal.ended(MOST)
    print(f"\n{name}: ended after {time.monotonic() - began:.1f} s with {status}")
    expected = {"SIGHUP": 129, "SIGTERM": 143, "SIGKILL": 137}[name]
    assert status in (expected, 255)
    processes.gone_after(place.mark, MOST)
    assert checkpoints(place)
    if name == "SIGTERM":
        assert status == 143
        for ended, begun in (("?1049l", "?1049h"), ("?25h", "?25l"), ("?1000l", "?1000h"), ("?1003l", "?1003h"),
                             ("?2004l", "?2004h"), ("?1004l", "?1004h")):  # fmt: skip
            assert terminal.raw.rfind(f"\x1b[{ended}".encode()) > terminal.raw.rfind(f"\x1b[{begun}".encode())


def test_a_frozen_client_costs_no_processor_and_wakes_up_to_a_living_run(place: Place) -> None:
    """Walkers stand still; a prediction that was begun is finished, which takes a while beside other tests."""
    terminal = place.launch(PRESET)
    terminal.run(5)
    (app,) = processes.apps(place.mark)
    terminal.signal(signal.SIGSTOP)
    time.sleep(8)
    used = processes.quiet_after(app, 40)
    print(f"\nfrozen: {100 * used:.1f} % of a core")
    terminal.signal(signal.SIGCONT)
    terminal.run(3)
    stepped = terminal.screen.display[0]
    assert "●" in stepped
    assert terminal.run(10, lambda: terminal.screen.display[0] != stepped)
    terminal.send("q")
    assert terminal.ended(5) == 0


def test_an_answer_of_the_terminal_that_got_lost_halts_nothing(place: Place) -> None:
    """The walkers walk on and the picture too, a few seconds later at most."""
    terminal = place.launch(PRESET)
    terminal.run(3)
    for _ in range(2):
        terminal.lost = 1
        assert terminal.run(10, lambda: terminal.lost == 0)
        terminal.run(8)
        assert "●" in terminal.screen.display[0]
        seen = len(terminal.raw)
        terminal.run(3)
        assert len(terminal.raw) > seen + 1000, terminal.text
    terminal.send("q")
    assert terminal.ended(5) == 0


def test_a_client_that_dies_frozen_leaves_nothing(place: Place) -> None:
    terminal = place.launch(PRESET)
    terminal.run(2)
    terminal.signal(signal.SIGSTOP)
    time.sleep(6)
    terminal.signal(signal.SIGKILL)
    processes.gone_after(place.mark, MOST)


def test_a_second_signal_and_a_storm_of_them_end_no_differently(place: Place) -> None:
    terminal = place.launch(PRESET)
    terminal.run(1)
    (app,) = processes.apps(place.mark)
    for _ in range(20):
        try:
            os.kill(app, signal.SIGTERM)
            os.kill(app, signal.SIGHUP)
        except ProcessLookupError:
            break
        time.sleep(0.01)
    assert terminal.ended(MOST) in (129, 143)
    processes.gone_after(place.mark, MOST)


@pytest.mark.parametrize("kilobits", [None, 256])
def test_the_prompt_is_clean_after_quitting(place: Place, kilobits: float | None) -> None:
    """Replies and mouse reports that are still on their way must not be typed at the shell."""
    terminal = place.ssh("env PS1=READY: bash --norc --noprofile -i", kilobits=kilobits)
    terminal.wait_for("READY:")
    terminal.send(f"clear; {SGDTUI} launch {PRESET}; echo left with $?\n")
    wait_until_running(terminal)
    terminal.run(3)
    for x in range(1, 30):
        terminal.send(f"\x1b[<35;{x};5M")
    terminal.send("q")
    for x in range(1, 30):
        terminal.send(f"\x1b[<35;{x};7M")
    terminal.wait_for("left with 0")
    terminal.run(2)
    after = bytes(terminal.raw)[terminal.raw.rfind(b"left with 0") :]
    assert after.rstrip().endswith(b"READY:"), after
    terminal.send("echo still $((40 + 2))\n")
    terminal.wait_for("still 42")


def test_detach_safe_computes_on_and_keeps_what_it_reached(place: Place) -> None:
    terminal = place.launch(PRESET, "--detach-safe 0.15")
    terminal.run(3)
    (app,) = processes.apps(place.mark)
    kill_client(terminal)
    time.sleep(4)
    assert processes.apps(place.mark) == [app]
    before = processes.cpu_seconds(app)
    time.sleep(1)
    assert processes.cpu_seconds(app) > before
    processes.gone_after(place.mark, 15)
    assert checkpoints(place)


def test_resume_takes_over_a_run_that_goes_on_without_its_terminal(place: Place) -> None:
    terminal = place.launch(PRESET, "--detach-safe 5")
    terminal.run(3)
    (app,) = processes.apps(place.mark)
    kill_client(terminal)
    time.sleep(4)
    assert processes.apps(place.mark) == [app]

    again = place.ssh_resume()
    wait_until_running(again)
    (new,) = processes.apps(place.mark)
    assert new != app
    before = load(checkpoints(place)[0]).state["step"]
    again.run(2)
    again.send("q")
    assert again.ended(5) == 0
    assert load(checkpoints(place)[-1]).state["step"] > before > 0
    assert not list((place.folder / "state" / "checkpoints").glob("*.detached"))
