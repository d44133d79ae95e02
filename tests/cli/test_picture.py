"""Pictures beside a report: in text where somebody reads it in a terminal, in a file where one is asked for."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import sgdtui
from sgdtui.cli import main
from sgdtui.cli.picture import TextTerminal, write_plot
from sgdtui.lab.result import Result
from tests.tui.synthetic import double_well, rotating_2d

QUICK = 'loss: "x**2/2"\nnoise: "1"\nspace: {domain: [[-1.5, 1.5]]}\nrun: {walkers: 1024, burn_in: 100, steps: 400}\n'


@pytest.fixture
def preset(tmp_path: Path) -> Path:
    path = tmp_path / "quick.yaml"
    path.write_text(QUICK)
    return path


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["run", *map(str, arguments)])
    return result.exit_code, result.output


@pytest.mark.parametrize("snapshot", [double_well(), rotating_2d()], ids=["line", "plane"])
@pytest.mark.parametrize(("columns", "rows"), [(24, 8), (80, 24), (200, 60)])
def test_a_picture_is_as_wide_as_the_terminal_and_leaves_room_for_the_report(snapshot, columns, rows) -> None:
    lines = TextTerminal(columns, rows, 0, False).picture(snapshot).splitlines()
    assert max(map(len, lines)) == columns, "the rule of the title reaches both ends"
    assert len(lines) < rows
    assert "Where" in lines[1]
    assert lines[-1].split()[0] in ("GIBBS", "NOT", "UNDECIDED")
    assert not any("\x1b" in line for line in lines)
    assert "f: full" not in lines[1], "nobody presses keys here"


def test_bars_and_the_line_of_gibbs_are_where_they_belong() -> None:
    snapshot = double_well()
    lines = TextTerminal(100, 30, 0, False).picture(snapshot).splitlines()
    left = snapshot.observables["left"].value
    assert left is not None
    assert left > 0.9
    plot = lines[2:14]
    middle = 17 + (100 - 17) // 2  # the domain is [-2, 2], so that x = 0 is in the middle of the columns
    full = [sum(row[a:b].count("█") for row in plot) for a, b in ((17, middle), (middle, 100))]
    assert full[0] > 10 * max(full[1], 1), "nearly all walkers are in the quiet well on the left"
    assert any("Gibbs: 50 %" in row for row in plot)


def test_colours_are_the_terminals_own_and_ascii_is_ascii() -> None:
    coloured = TextTerminal(80, 24, 256, False).picture(double_well())
    plain = TextTerminal(80, 24, 0, True).picture(double_well())
    assert "\x1b[33m" in coloured
    assert "38;" not in coloured
    assert plain.isascii()


def test_where_there_is_no_room_there_is_no_picture() -> None:
    assert TextTerminal(20, 24, 0, False).picture(double_well()) == ""
    assert TextTerminal(80, 5, 0, False).picture(double_well()) == ""


def test_in_a_terminal_the_report_ends_with_a_picture_and_in_a_pipe_it_does_not(preset: Path) -> None:
    outside, inside = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "64", "LINES": "30", "LANG": "C.UTF-8"}
    environment.pop("NO_COLOR", None)
    command = [sys.executable, "-m", "sgdtui", "run", str(preset)]
    process = subprocess.Popen(command, stdout=inside, stderr=subprocess.DEVNULL, env=environment)
    os.close(inside)
    seen = b""
    while True:
        try:
            part = os.read(outside, 65536)
        except OSError:  # how Linux says that nobody writes any more
            break
        if not part:
            break
        seen += part
    assert process.wait() == 0
    text = seen.decode()
    rule = next(line for line in text.splitlines() if "walkers settle?" in re.sub(r"\x1b\[[\d;]*m", "", line))
    assert len(re.sub(r"\x1b\[[\d;]*m", "", rule)) == 64, "as wide as the terminal"
    assert "\x1b[34m" in text
    assert "█" in text
    assert text.index("verdict:") < text.index("█"), "first the numbers"


@pytest.fixture(scope="module")
def result() -> Result:
    return sgdtui.run({"loss": "x**2/2", "noise": "1"}, walkers=1024, steps=400)


@pytest.mark.parametrize(("suffix", "start"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".PDF", b"%PDF")])
def test_a_plot_is_a_file_that_says_where_it_is_from(
    result: Result, tmp_path: Path, suffix: str, start: bytes
) -> None:
    file = tmp_path / f"picture{suffix}"
    write_plot(file, result)
    first = file.read_bytes()
    assert first.startswith(start)
    assert str(result.document()["settings"]["preset_hash"]).encode() in first
    write_plot(file, result)
    assert file.read_bytes() == first, "the same numbers, the same bytes"


def test_a_plot_is_drawn_beside_the_report_and_a_pipe_gets_no_picture_in_text(
    preset: Path, tmp_path: Path
) -> None:
    file = tmp_path / "picture.png"
    status, text = run(preset, "--plot", file)
    assert status == 0
    assert "verdict:" in text
    assert f"wrote {file}" in text
    assert file.read_bytes().startswith(b"\x89PNG")
    assert "\x1b" not in text
    assert "█" not in text


def test_a_plot_that_cannot_be_drawn_is_refused_before_the_run(
    preset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, text = run(preset, "--plot", tmp_path / "picture.bmp")
    assert status == 2
    assert ".png, .svg, .pdf" in text
    status, text = run(preset, "--plot", tmp_path / "nowhere" / "picture.png")
    assert status == 2
    assert "there is no folder" in text
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    status, text = run(preset, "--plot", tmp_path / "picture.png")
    assert status == 2
    assert "pip install 'sgdtui[plot]'" in text
