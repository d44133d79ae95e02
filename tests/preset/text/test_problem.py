from __future__ import annotations

from sgdtui.preset.text.problem import Problem, did_you_mean, names_hint, printable, render


def test_render_shows_place_line_caret_and_hint() -> None:
    problem = Problem("a.yaml", 2, 8, 3, "eta: 'abc' is no number", "allowed: 0 < eta")
    assert render(problem, "x: 1\neta:   abc\n") == (
        "a.yaml:2:8: eta: 'abc' is no number\n  2 | eta:   abc\n    |        ^^^\n  allowed: 0 < eta"
    )


def test_render_cuts_a_long_line_round_the_caret() -> None:
    text = "a" * 500 + "BAD" + "b" * 500
    lines = render(Problem("f", 1, 501, 3, "m"), text).split("\n")
    caret = lines[2].index("^")
    assert lines[1][caret : caret + 3] == "BAD"
    assert all(len(line) < 200 for line in lines)


def test_nothing_that_a_terminal_obeys_is_echoed() -> None:
    hostile = "\x1b]52;c;aGk=\x07\x9b31m\u202e\r\n"
    for text in (
        printable(hostile),
        str(Problem(f"f{hostile}", 1, 1, 1, hostile, hostile)),
        render(Problem(hostile, 1, 1, 1, hostile, hostile), hostile.replace("\n", "")).replace("\n", ""),
    ):
        assert all(ord(c) >= 32 and not 0x7F <= ord(c) < 0xA0 and c != "\u202e" for c in text)


def test_a_warning_says_so() -> None:
    assert render(Problem("f", 0, 0, 0, "m", severity="warning")) == "f: warning: m"


def test_did_you_mean_only_where_it_is_close() -> None:
    assert did_you_mean("etta", ["eta", "batch"]) == "eta"
    assert did_you_mean("zzzz", ["eta", "batch"]) is None
    assert names_hint("bach", ["eta", "batch"]) == "did you mean 'batch'? allowed: eta, batch"
