"""When checkpoints are written, with a lab that only notes what it is asked for."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sgdtui.tui.terminal.autosave import EVERY, KEPT, Keeper, checkpoint_folder, newest_checkpoint


class NotingLab:
    """Has a snapshot and writes at once, or when it is let."""

    def __init__(self) -> None:
        self.snapshot = SimpleNamespace(step=1, generation=1)
        self.saved: list[dict[str, Any]] = []
        self.quick = True
        self.pending: list[threading.Event] = []

    def save(self, path: Path, __document: Any, view: dict[str, Any]) -> threading.Event:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
        self.saved.append(view)
        written = threading.Event()
        if self.quick:
            written.set()
        self.pending.append(written)
        return written


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> SimpleNamespace:
    """A clock that stands until it is moved, and a state folder."""
    monkeypatch.setenv("SGDTUI_STATE_DIR", str(tmp_path))
    return SimpleNamespace(value=1000.0)


def test_it_keeps_every_few_seconds_and_only_what_is_new(now: SimpleNamespace) -> None:
    lab = NotingLab()
    keeper = Keeper(lambda: lab, lambda: {"cursor": None}, lambda: now.value)
    keeper.keep()
    keeper.keep()
    assert len(lab.saved) == 1
    now.value += EVERY
    keeper.keep()
    assert len(lab.saved) == 1, "nothing has changed"
    lab.snapshot.step = 2
    now.value += EVERY
    keeper.keep()
    assert len(lab.saved) == 2


def test_another_view_of_a_paused_run_is_worth_keeping(now: SimpleNamespace) -> None:
    lab, view = NotingLab(), {"cursor": 1}
    keeper = Keeper(lambda: lab, lambda: dict(view), lambda: now.value)
    keeper.keep()
    view["cursor"] = 2
    now.value += 2 * EVERY
    keeper.keep()
    now.value += 2 * EVERY
    keeper.keep()
    assert lab.saved == [{"cursor": 1}, {"cursor": 2}]


def test_one_at_a_time_and_a_slow_disk_is_asked_less_often(now: SimpleNamespace) -> None:
    lab = NotingLab()
    lab.quick = False
    keeper = Keeper(lambda: lab, dict, lambda: now.value)
    keeper.keep()
    lab.snapshot.step = 2
    now.value += 20
    keeper.keep()
    assert len(lab.saved) == 1
    lab.pending[0].set()
    keeper.keep()
    now.value += EVERY
    keeper.keep()
    assert len(lab.saved) == 1
    now.value += 40
    keeper.keep()
    assert len(lab.saved) == 2


def test_only_the_newest_are_kept_and_unfinished_ones_are_swept(now: SimpleNamespace) -> None:
    folder = checkpoint_folder()
    folder.mkdir(parents=True)
    for number in range(6):
        (folder / f"run-{number}.npz").write_bytes(b"")
        os.utime(folder / f"run-{number}.npz", (number, number))
    (folder / ".run-9.npz.abc.tmp").write_bytes(b"")
    os.utime(folder / ".run-9.npz.abc.tmp", (0, 0))
    lab = NotingLab()
    keeper = Keeper(lambda: lab, dict, lambda: now.value)
    keeper.keep()
    now.value += 1
    keeper.keep()
    left = sorted(path.name for path in folder.iterdir())
    assert left == sorted(["run-4.npz", "run-5.npz", keeper.path.name])
    assert len(left) == KEPT
    assert newest_checkpoint() == keeper.path


def test_without_a_run_nothing_is_written(now: SimpleNamespace) -> None:
    Keeper(lambda: None, dict, lambda: now.value).keep()
    assert newest_checkpoint() is None
