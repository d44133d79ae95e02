"""What a key waits for and how much is sent: a real sshd, links of several speeds, 200 ms there and back.

`python -m benchmarks.over_ssh keys` measures every combination, with more keys.
"""

from __future__ import annotations

import re

import pytest

from tests.ssh.place import Place
from tests.ssh.terminal import Terminal
from tests.ssh.typist import keys, quit_after, run_on, run_on_until_still

pytestmark = pytest.mark.alone

KEYS = 20
ONE_DIMENSION, TWO_DIMENSIONS = "double-well-tanh", "four-rooms"


def quit_quickly(terminal: Terminal, what: str) -> None:
    """`q` gives the shell back within a second, and the terminal as it was."""
    took, status = quit_after(terminal)
    print(f"{what}: quit {took:.2f} s")
    assert status == 0
    assert took <= 1.0
    assert terminal.raw.rfind(b"\x1b[?1049l") > terminal.raw.rfind(b"\x1b[?1049h")


@pytest.mark.parametrize(
    ("preset", "kilobits", "way"),
    [
        (ONE_DIMENSION, 1000, "plain"),
        (TWO_DIMENSIONS, 256, "plain"),
        (TWO_DIMENSIONS, 56, "plain"),
        (ONE_DIMENSION, 56, "compressed"),
        (TWO_DIMENSIONS, 256, "tmux"),
        (ONE_DIMENSION, 56, "tmux"),
    ],
)
def test_keys_show_soon_and_quitting_is_quick(place: Place, preset: str, kilobits: int, way: str) -> None:
    terminal = place.launch_by(way, preset, kilobits)
    what = f"{preset}, {kilobits} kbit/s, {way}"
    terminal.run(3)
    rate = terminal.rate(3)
    waits = keys(terminal, KEYS)
    print(
        f"\n{what}: {rate / 1000:.1f} kB/s, key to screen median {waits.median:.3f} s, p95 {waits.p95:.3f} s"
    )
    assert rate <= 16_000
    assert waits.median <= 0.3
    assert waits.p95 <= 0.45
    run_on(terminal, 1.0)
    quit_quickly(terminal, what)


@pytest.mark.parametrize("preset", [ONE_DIMENSION, TWO_DIMENSIONS])
def test_nowhere_more_than_64_kilobytes_a_second(place: Place, preset: str) -> None:
    terminal = place.launch(preset, "--fps 60")
    terminal.run(2)
    rate = terminal.rate(4)
    print(f"\n{preset}, loopback: {rate / 1000:.1f} kB/s")
    assert rate <= 64_000
    quit_quickly(terminal, "loopback")


def test_the_status_line_tells_what_the_wire_carries(place: Place) -> None:
    terminal = place.launch(kilobits=1000)
    told = re.compile(r"(running|settling).* \d+ fps · [\d.]+ kB/s · rtt 2\d\d ms")
    assert terminal.run(15, lambda: told.search(terminal.screen.display[0]) is not None), terminal.text


def test_a_storm_of_resizes_ends_in_a_whole_picture(place: Place) -> None:
    terminal = place.launch(kilobits=256)
    for number in range(30):
        terminal.resize(60 + 7 * (number % 11), 20 + 3 * (number % 7))
        terminal.run(0.05)
    terminal.resize(120, 40)
    assert terminal.run(
        15, lambda: "Quit" in terminal.screen.display[39] and "●" in terminal.screen.display[0]
    ), terminal.text
    terminal.send(" ")
    terminal.run(10, lambda: "paused" in terminal.screen.display[0])
    run_on_until_still(terminal)
    before = terminal.text
    terminal.send("\x0c")
    run_on_until_still(terminal)
    assert [row[:70] for row in before.splitlines()[1:]] == [
        row[:70] for row in terminal.text.splitlines()[1:]
    ]
    quit_quickly(terminal, "after the storm")
