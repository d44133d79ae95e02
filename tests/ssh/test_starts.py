"""Every kind of start: refused with one message, or something right on the screen."""

from __future__ import annotations

import re
import subprocess
import time

import pytest

from tests.ssh import processes
from tests.ssh.place import SGDTUI, Place, wait_until_running
from tests.ssh.terminal import Terminal

PRESET = "double-well-tanh --threads 1"
"""One thread, so that the tests beside this one get on."""


def plain_ssh(place: Place, command: str) -> subprocess.CompletedProcess[bytes]:
    """A command over ssh without a terminal, as a script or a cron job has it."""
    return subprocess.run(
        place.server.client("-T", command),
        env=place.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_without_a_terminal_it_says_what_to_type_and_sends_no_escape(place: Place) -> None:
    told = plain_ssh(place, f"{SGDTUI} launch {PRESET}")
    assert told.returncode == 2
    assert b"\x1b" not in told.stdout + told.stderr
    assert b"ssh -t" in told.stderr
    assert b"sgdtui run" in told.stderr
    assert not processes.marked(place.mark)


@pytest.mark.parametrize("redirect", ["</dev/null", "2>/dev/null", "| cat"])
def test_a_redirected_stream_is_no_terminal_either(place: Place, redirect: str) -> None:
    terminal = place.ssh(f"{SGDTUI} launch {PRESET} {redirect}; echo ended")
    terminal.wait_for("ended")
    assert b"\x1b" not in terminal.raw


@pytest.mark.parametrize("term", ["dumb", "", "unknown"])
def test_a_terminal_that_cannot_place_its_cursor_is_refused(place: Place, term: str) -> None:
    terminal = place.ssh(f"TERM={term} {SGDTUI} launch {PRESET}")
    assert terminal.ended(30) == 2
    assert b"\x1b" not in terminal.raw
    assert "sgdtui run" in terminal.text


def colours_of(raw: bytes) -> set[str]:
    """Which kinds of colours were sent."""
    kinds = set()
    for codes in re.findall(rb"\x1b\[([\d;]*)m", raw):
        text = codes.decode()
        if "38;2;" in text or "48;2;" in text:
            kinds.add("true")
        if "38;5;" in text or "48;5;" in text:
            kinds.add("256")
        bare = re.sub(r"[34]8;(5;\d+|2;\d+;\d+;\d+)", "", text)
        numbers = [int(code) for code in bare.split(";") if code]
        if any(30 <= n <= 37 or 40 <= n <= 47 for n in numbers):
            kinds.add("8")
        if any(90 <= n <= 97 or 100 <= n <= 107 for n in numbers):
            kinds.add("16")
    return kinds


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("TERM=xterm-256color", {"256"}),
        ("TERM=xterm-256color COLORTERM=truecolor", {"true"}),
        ("TERM=alacritty", {"true"}),
        ("TERM=xterm-ghostty", {"true"}),
        ("TERM=screen-256color", {"256"}),
        ("TERM=xterm", {"8", "16"}),
        ("TERM=ansi", {"8"}),
        ("TERM=vt100", set()),
        ("TERM=xterm-256color NO_COLOR=1", set()),
        ("TERM=xterm-256color NO_COLOR=", set()),
        ("TERM=xterm-256color TEXTUAL_COLOR_SYSTEM=nonsense", {"256"}),
    ],
)
def test_only_colours_that_the_terminal_has_are_sent(place: Place, command: str, expected: set[str]) -> None:
    terminal = place.ssh(f"env {command} {SGDTUI} launch {PRESET}")
    wait_until_running(terminal)
    terminal.run(1.5)
    sent = colours_of(bytes(terminal.raw))
    assert sent <= expected
    assert bool(sent) == bool(expected)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("--color none", set()),
        ("--color 8", {"8"}),
        ("--color 256", {"256"}),
        ("--color truecolor", {"true"}),
    ],
)
def test_color_can_be_asked_for(place: Place, options: str, expected: set[str]) -> None:
    terminal = place.launch(PRESET, options)
    terminal.run(1)
    sent = colours_of(bytes(terminal.raw))
    assert sent <= expected
    assert bool(sent) == bool(expected)


def whole(terminal: Terminal) -> bool:
    """Whether the picture reaches down to the keys in the last row, as soon as that could be sent."""
    return terminal.run(15, lambda: "Quit" in terminal.screen.display[39])


@pytest.mark.parametrize(
    ("environment", "ascii_only"),
    [
        ("LC_ALL=C", False),
        ("LC_ALL=en_US.ISO-8859-1", True),
        ("LC_ALL=C.UTF-8 PYTHONIOENCODING=latin-1", False),
        ("TERM=linux", True),
    ],
)
def test_the_layout_survives_every_encoding(place: Place, environment: str, ascii_only: bool) -> None:
    terminal = place.ssh(f"env {environment} {SGDTUI} launch {PRESET}")
    assert terminal.run(90, lambda: "running" in terminal.text or "settling" in terminal.screen.display[0])
    terminal.run(1.5)
    assert "\\u" not in terminal.text
    assert bytes(terminal.raw).isascii() is ascii_only
    assert whole(terminal), terminal.text
    assert "Where" in terminal.text


def test_columns_and_lines_of_the_environment_do_not_win_over_the_real_size(place: Place) -> None:
    terminal = place.ssh(f"env COLUMNS=40 LINES=10 {SGDTUI} launch {PRESET}")
    wait_until_running(terminal)
    assert whole(terminal), terminal.text


@pytest.mark.parametrize(("columns", "rows"), [(20, 5), (1, 1), (60, 20)])
def test_small_terminals_show_something_right_and_quit(place: Place, columns: int, rows: int) -> None:
    terminal = place.ssh(f"{SGDTUI} launch {PRESET}", columns=columns, rows=rows)
    if columns == 20:
        terminal.wait_for("60", seconds=60)
    else:
        terminal.run(15, lambda: "●" in terminal.text)
    terminal.resize(120, 40)
    wait_until_running(terminal)
    terminal.send("q")
    assert terminal.ended(5) == 0


def test_a_mute_terminal_is_drawn_to_by_the_bucket(place: Place) -> None:
    terminal = place.launch(PRESET, answers=False)
    terminal.run(6)
    assert terminal.rate(5) <= 6_500
    terminal.send(" ")
    terminal.wait_for("paused", seconds=3)
    terminal.send("q")
    assert terminal.ended(5) == 0


def test_no_mouse_asks_for_none_and_bandwidth_is_kept(place: Place) -> None:
    terminal = place.launch(PRESET, "--no-mouse --bandwidth 3 --fps 20 --ascii")
    assert b"\x1b[?1000h" not in terminal.raw
    terminal.run(5)
    assert terminal.rate(5) <= 3_600
    assert bytes(terminal.raw).isascii()


@pytest.mark.alone
def test_doctor_is_quick_and_safe_in_a_pipe_and_tells_of_ssh(place: Place) -> None:
    plain_ssh(place, f"{SGDTUI} doctor")
    began = time.monotonic()
    told = plain_ssh(place, f"{SGDTUI} doctor | head -200")
    took = time.monotonic() - began
    print(f"\ndoctor over ssh: {took:.2f} s")
    assert told.returncode == 0
    assert b"\x1b" not in told.stdout
    assert b"over ssh" in told.stdout
    assert b"SSH_CONNECTION" in told.stdout
    assert took <= 2.0
    assert plain_ssh(place, f"{SGDTUI} doctor | true").stderr == b""


def test_doctor_in_a_terminal_measures_the_round_trip(place: Place) -> None:
    terminal = place.ssh(f"{SGDTUI} doctor; echo ended", kilobits=1000)
    terminal.wait_for("ended")
    assert re.search(r"replies +in 2\d\d ms", terminal.text)
    assert terminal.ended(5) == 0
