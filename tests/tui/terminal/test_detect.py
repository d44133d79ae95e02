"""What is made of the environment, without any terminal."""

from __future__ import annotations

import pytest

from sgdtui.tui.terminal.characters import characters
from sgdtui.tui.terminal.colour import EIGHT, INDEXED, NONE, SIXTEEN, TRUE, colours
from sgdtui.tui.terminal.detect import FASTEST, UNMEASURED, detect
from sgdtui.tui.terminal.environment import settle
from sgdtui.tui.terminal.refusal import refusal


@pytest.mark.parametrize(
    ("term", "number"),
    [
        ("xterm-256color", INDEXED), ("xterm", SIXTEEN), ("alacritty", TRUE), ("xterm-ghostty", TRUE), ("foot", TRUE),
        ("foot-extra", TRUE), ("xterm-kitty", TRUE), ("xterm-direct", TRUE), ("linux", SIXTEEN), ("screen", INDEXED),
        ("screen.xterm-256color", INDEXED), ("tmux-256color", INDEXED), ("vt100", NONE), ("vt220", NONE),
        ("ansi", EIGHT), ("rxvt-unicode-256color", INDEXED), ("xterm-16color", SIXTEEN), ("st-256color", INDEXED),
        ("XTERM-256COLOR", INDEXED), ("", NONE), ("a-terminal-of-tomorrow", SIXTEEN),
    ],
)  # fmt: skip
def test_term_alone_tells_the_colours(term: str, number: int) -> None:
    found = colours({"TERM": term})
    assert found.number == number
    assert "TERM=" in found.why


def test_colorterm_no_color_and_what_was_asked_win_in_that_order() -> None:
    environ = {"TERM": "xterm", "COLORTERM": "truecolor"}
    assert colours(environ).number == TRUE
    assert colours({**environ, "NO_COLOR": ""}).number == NONE
    assert colours({**environ, "NO_COLOR": "1"}, "256").number == INDEXED
    assert colours(environ, "8").number == EIGHT


def test_gnu_screen_passes_no_true_colour_though_colorterm_came_with_it() -> None:
    inside = {"TERM": "screen", "COLORTERM": "truecolor", "STY": "1.pts"}
    assert colours(inside).number == INDEXED
    assert colours({**inside, "TMUX": "/tmp/tmux"}).number == TRUE


@pytest.mark.parametrize(
    ("environ", "ascii_only"),
    [
        ({}, False),
        ({"LANG": "C"}, False),
        ({"LANG": "de_DE.UTF-8"}, False),
        ({"LANG": "de_DE.utf8@euro"}, False),
        ({"LANG": "de_DE.ISO-8859-1"}, True),
        ({"LANG": "de_DE.ISO-8859-15@euro"}, True),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "en_US.ISO8859-1"}, True),
        ({"LANG": "en_US.ISO8859-1", "LC_CTYPE": "en_US.UTF-8"}, False),
        ({"LANG": "de_DE.no-such-charset"}, True),
        ({"LANG": "C.UTF-8", "PYTHONIOENCODING": "latin-1"}, False),
        ({"LANG": "C.UTF-8", "TERM": "linux"}, True),
    ],
)
def test_the_locale_tells_the_characters(environ: dict[str, str], ascii_only: bool) -> None:
    assert characters(environ).ascii is ascii_only


def test_ascii_can_be_asked_for() -> None:
    assert characters({"LANG": "C.UTF-8"}, True).ascii


def test_a_local_terminal_has_no_limit() -> None:
    found = detect({"TERM": "xterm-256color"}, ancestors=("bash",))
    assert not found.over_ssh
    assert found.bandwidth is None


def test_over_ssh_the_replies_pace_below_the_ceiling() -> None:
    found = detect({"TERM": "xterm-256color", "SSH_CONNECTION": "a 1 b 2"}, ancestors=())
    assert found.over_ssh
    assert found.replies
    assert found.bandwidth == FASTEST
    assert "SSH_CONNECTION" in found.facts()["connection"]


def test_sudo_drops_the_variables_but_not_the_ancestors() -> None:
    assert detect({"TERM": "xterm"}, ancestors=("bash", "sudo", "bash", "sshd")).over_ssh


def test_behind_a_remote_multiplexer_nothing_is_believed() -> None:
    found = detect({"TERM": "tmux-256color", "TMUX": "/x,1,0", "SSH_TTY": "/dev/pts/1"}, ancestors=())
    assert found.multiplexer == "tmux"
    assert not found.replies
    assert found.bandwidth == UNMEASURED


def test_an_asked_bandwidth_wins_everywhere() -> None:
    for environ in ({}, {"SSH_TTY": "x"}, {"STY": "x"}):
        assert detect({"TERM": "xterm", **environ}, bandwidth=100, ancestors=()).bandwidth == 100_000


def test_refusals_say_what_to_type_instead_and_hold_no_escape() -> None:
    there = {"stdin": True, "stdout": True, "stderr": True}
    assert refusal({"TERM": "xterm"}, there) is None
    for environ, terminals in [
        ({"TERM": "xterm"}, {**there, "stdin": False}),
        ({"TERM": "xterm"}, dict.fromkeys(there, False)),
        ({"TERM": "dumb"}, there),
        ({}, there),
    ]:
        said = refusal(environ, terminals)
        assert said is not None
        assert "sgdtui run PRESET" in said
        assert "\x1b" not in said


def test_misleading_variables_are_dropped() -> None:
    environ = {
        "COLUMNS": "200",
        "LINES": "9",
        "TEXTUAL_COLOR_SYSTEM": "nonsense",
        "FORCE_COLOR": "1",
        "TERM": "x",
    }
    settle(environ)
    assert environ == {"TERM": "x"}
    environ = {"COLUMNS": "200", "TEXTUAL_COLOR_SYSTEM": "256"}
    settle(environ, on_tty=False)
    assert environ == {"COLUMNS": "200", "TEXTUAL_COLOR_SYSTEM": "256"}


def test_on_a_kiosk_no_variable_of_textual_or_python_comes_from_outside() -> None:
    environ = {"TEXTUAL_DRIVER": "os:system", "PYTHONPATH": "/x", "SGDTUI_CACHE_DIR": "/c", "PATH": "/bin"}
    settle(environ, kiosk=True)
    assert environ == {"SGDTUI_CACHE_DIR": "/c", "PATH": "/bin"}
