"""A fault of our own: a few lines on the screen, the report in a private file, the run kept, no path for a visitor."""

from __future__ import annotations

import stat
from pathlib import Path
from types import SimpleNamespace

import pytest

from sgdtui.tui.terminal.detect import detect
from sgdtui.tui.terminal.fault import KEPT, faults_folder, keep_report, told
from sgdtui.tui.terminal.kiosk import Kiosk
from sgdtui.tui.terminal.session import Session


@pytest.fixture
def error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ValueError:
    """An error that was raised, in whose frame there is a secret; the state folder is the test's."""
    monkeypatch.setenv("SGDTUI_STATE_DIR", str(tmp_path / "state"))
    secret = "data of the user"
    try:
        raise ValueError(f"rows \x1b[31mdiffer {len(secret)}")
    except ValueError as raised:
        return raised


def test_the_report_has_the_traceback_and_the_terminal_but_no_values(error: ValueError) -> None:
    path = keep_report(error, {"TERM": "xterm\x1b]0;x\x07"})
    assert path is not None
    assert path.parent == faults_folder()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    report = path.read_text()
    for part in ("sgdtui: ", "python: ", "TERM: xterm�]0;x�", "Traceback", "test_fault.py", "ValueError"):
        assert part in report
    assert "data of the user" not in report.replace('secret = "data of the user"', "")


def test_the_last_reports_are_kept(error: ValueError) -> None:
    faults_folder().mkdir(parents=True)
    for number in range(KEPT + 5):
        (faults_folder() / f"2000-01-01-{number:06d}-1.txt").touch()
    path = keep_report(error, {})
    left = sorted(faults_folder().iterdir())
    assert len(left) == KEPT
    assert left[-1] == path


def test_a_disk_that_takes_nothing_is_no_second_fault(error: ValueError, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("no folder")
    assert keep_report(error, {}) is None


def test_what_is_told_is_short_and_plain(error: ValueError) -> None:
    said = told(error, Path("/somewhere/report.txt"), kept=True)
    assert said.splitlines() == [
        "sgdtui ended by a fault of its own: ValueError: rows �[31mdiffer 16",
        "  the run was kept: sgdtui launch --resume goes on with it",
        "  what happened is written down in /somewhere/report.txt: please send it in",
    ]
    assert told(ValueError("x" * 1000), None, kept=False).count("x") < 200


def test_a_visitor_is_told_no_path_and_the_host_has_the_report(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SGDTUI_STATE_DIR", str(tmp_path))
    session = Session(detect(tty=2), kiosk=Kiosk())
    said = session.fault(FileNotFoundError(2, "No such file or directory", "/home/sgd/.config/secret.yaml"))
    assert "/home" not in said
    assert str(faults_folder()) not in said
    assert len(list(faults_folder().iterdir())) == 1


def test_a_fault_in_keeping_the_run_is_no_second_fault(error: ValueError) -> None:
    session = Session(detect(tty=2), keeps=True)
    session._app = SimpleNamespace(bench=SimpleNamespace(lab=SimpleNamespace(snapshot=object())))
    said = session.fault(error)
    assert "--resume" not in said
    assert "written down" in said
