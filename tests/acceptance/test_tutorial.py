"""Every command of docs/tutorial.md, typed in an empty folder one after the other, prints what the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ssh.terminal import Terminal

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Step:
    """Commands, and the lines that they print together."""

    commands: list[str]
    shown: list[str]


def steps() -> tuple[dict[str, str], list[Step]]:
    """The files of the page, and its commands in order."""
    files: dict[str, str] = {}
    found: list[Step] = []
    for kind, text in BLOCK.findall(PAGE.read_text("utf-8")):
        if kind == "yaml":
            files[text.split("\n", 1)[0].removeprefix("# ")] = text
        elif kind == "sh":
            found.append(Step(text.strip().splitlines(), []))
        elif kind == "text":
            found[-1].shown = text.strip().splitlines()
    return files, found


def told(line: str, printed: str) -> bool:
    """Whether some printed line holds the parts between the … in this order, blanks not counted."""
    parts = [re.escape(" ".join(part.split())) for part in line.split("…")]
    pattern = re.compile(".*".join(parts).replace(r"\ ", r"\s*"))
    return any(pattern.search(" ".join(row.split())) for row in printed.splitlines())


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment in which `sgdtui` and `python` are these, in an empty folder."""
    bin = tmp_path / "bin"
    bin.mkdir()
    for name, command in (("sgdtui", f"{sys.executable} -m sgdtui"), ("python", sys.executable)):
        (bin / name).write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        (bin / name).chmod(0o755)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    root = str(PAGE.parents[1])
    for name in ("SGDTUI_CONFIG_DIR", "SGDTUI_STATE_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    return {**os.environ, "PATH": f"{bin}:{os.environ['PATH']}", "PYTHONPATH": root, "TERM": "xterm-256color"}


def launched(command: str, environment: dict[str, str]) -> None:
    """The app shows a picture, and `q` ends it."""
    terminal = Terminal(command.split(), environment=environment)
    try:
        terminal.wait_for("walkers settle?", "gibbs.tv", seconds=60)
        terminal.send("q")
        assert terminal.ended(20) == 0
    finally:
        terminal.close()


def test_the_page_is_read_whole() -> None:
    files, found = steps()
    assert set(files) == {"first.yaml", "law.yaml"}
    typed = re.findall(r"^(?:sgdtui|python) ", PAGE.read_text("utf-8"), re.MULTILINE)
    assert sum(len(step.commands) for step in found) == len(typed) > 8
    assert told("var x 0.0526… ± …", "  var x   0.052629 ± 0.000008")
    assert not told("var x 0.0526… ± …", "  var x   0.050001 ± 0.000008")


@pytest.mark.slow
def test_every_command_of_the_tutorial_does_what_it_says(shell: dict[str, str]) -> None:
    files, found = steps()
    for name, text in files.items():
        Path(name).write_text(text, "utf-8")
    for step in found:
        printed = ""
        for command in step.commands:
            if command.startswith("sgdtui launch"):
                launched(command, shell)
                continue
            done = subprocess.run(
                ["bash", "-c", command], env=shell, capture_output=True, text=True, check=False, timeout=120
            )
            assert done.returncode == 0, (command, done.stderr)
            printed += done.stdout + done.stderr
        assert [line for line in step.shown if not told(line, printed)] == [], printed
    assert Path("first.pdf").read_bytes().startswith(b"%PDF")
