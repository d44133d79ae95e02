"""What a key waits for and how much is sent: a real sshd, links of several speeds, 200 ms there and back."""

from __future__ import annotations

import shlex
import statistics
import time
from functools import partial

import pytest

from tests.ssh.conftest import SGDTUI, Place, wait_until_running
from tests.ssh.terminal import Terminal

KEYS = 24
ONE_DIMENSION, TWO_DIMENSIONS = "double-well-tanh", "four-rooms"


def latencies(terminal: Terminal, keys: int = KEYS) -> list[float]:
    """Seconds from a key to what it changes on the screen, in turn the notice of `s` and the state of the run."""
    found = []
    for number in range(keys):
        terminal.run(0.35 + 0.07 * (number % 5))
        header = terminal.screen.display[0]
        if number % 2:
            word = "  smoothed" if "not smoothed" in header else "not smoothed"
            key = "s"
        else:
            word = "●" if "paused" in header else "paused"
            key = " "
        pressed = terminal.send(key)
        shown = terminal.run(10, partial(appears, terminal, word))
        assert shown, f"{word} did not come:\n{terminal.text}"
        found.append(terminal.times[-1][0] - pressed)
    return found


def appears(terminal: Terminal, word: str) -> bool:
    """Whether the word stands in the header."""
    return word in terminal.screen.display[0]


def check(found: list[float], what: str) -> None:
    """The figures that are promised."""
    median, late = statistics.median(found), sorted(found)[int(0.95 * (len(found) - 1))]
    print(f"\n{what}: key to screen median {median:.3f} s, p95 {late:.3f} s")
    assert median <= 0.3
    assert late <= 0.45


def quit_quickly(terminal: Terminal, what: str) -> None:
    """`q` gives the shell back within a second, and the terminal as it was."""
    pressed = terminal.send("q")
    status = terminal.ended(5)
    took = time.monotonic() - pressed
    print(f"{what}: quit {took:.2f} s")
    assert status == 0
    assert took <= 1.0
    assert terminal.raw.rfind(b"\x1b[?1049l") > terminal.raw.rfind(b"\x1b[?1049h")


@pytest.mark.parametrize("preset", [ONE_DIMENSION, TWO_DIMENSIONS])
@pytest.mark.parametrize(
    ("kilobits", "compress"), [(1000, False), (256, False), (56, False), (256, True), (56, True)]
)
def test_keys_show_soon_and_quitting_is_quick(
    place: Place, preset: str, kilobits: int, compress: bool
) -> None:
    terminal = place.launch(preset, kilobits=kilobits, compress=compress)
    what = f"{preset}, {kilobits} kbit/s{', ssh -C' if compress else ''}"
    terminal.run(8)
    rate = terminal.rate(5)
    print(f"\n{what}: {rate / 1000:.1f} kB/s")
    assert rate <= 16_000
    check(latencies(terminal), what)
    if "paused" in terminal.screen.display[0]:
        terminal.send(" ")
        terminal.run(1.0)
    quit_quickly(terminal, what)


@pytest.mark.parametrize("preset", [ONE_DIMENSION, TWO_DIMENSIONS])
def test_nowhere_more_than_64_kilobytes_a_second(place: Place, preset: str) -> None:
    terminal = place.launch(preset, "--fps 60")
    terminal.run(4)
    rate = terminal.rate(5)
    print(f"\n{preset}, loopback: {rate / 1000:.1f} kB/s")
    assert rate <= 64_000
    quit_quickly(terminal, "loopback")


@pytest.mark.parametrize("kilobits", [256, 56])
def test_inside_tmux_on_the_remote_machine(place: Place, kilobits: int) -> None:
    inner = shlex.quote(f"{SGDTUI} launch {ONE_DIMENSION}")
    terminal = place.ssh(f"tmux -S {place.folder}/tmux -f /dev/null new {inner}", kilobits=kilobits)
    wait_until_running(terminal)
    terminal.run(8)
    rate = terminal.rate(5)
    print(f"\ntmux, {kilobits} kbit/s: {rate / 1000:.1f} kB/s")
    assert rate <= 16_000
    check(latencies(terminal), f"tmux, {kilobits} kbit/s")


def test_the_status_line_tells_what_the_wire_carries(place: Place) -> None:
    terminal = place.launch(kilobits=1000, columns=160)
    shown = terminal.run(
        15, lambda: "kB/s" in terminal.screen.display[0] and "rtt 2" in terminal.screen.display[0]
    )
    assert shown, terminal.screen.display[0]
    assert "fps" in terminal.screen.display[0]


def test_a_storm_of_resizes_ends_in_a_whole_picture(place: Place) -> None:
    terminal = place.launch(kilobits=256)
    for number in range(30):
        terminal.resize(60 + 7 * (number % 11), 20 + 3 * (number % 7))
        terminal.run(0.05)
    terminal.resize(120, 40)
    assert terminal.run(
        15, lambda: "Quit" in terminal.screen.display[39] and "●" in terminal.screen.display[0]
    )
    terminal.send(" ")
    terminal.run(10, lambda: "paused" in terminal.screen.display[0])
    terminal.run(4)
    before = terminal.text
    terminal.send("\x0c")
    terminal.run(4)
    assert [row[:70] for row in before.splitlines()[1:]] == [
        row[:70] for row in terminal.text.splitlines()[1:]
    ]
    quit_quickly(terminal, "after the storm")
