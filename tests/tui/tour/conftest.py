"""The tour on a stage: real presets, a lab that shows stored snapshots and results, a private folder of state."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def private_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the person who runs the tests is read or written."""
    monkeypatch.setenv("SGDTUI_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("SGDTUI_CONFIG_DIR", str(tmp_path / "config"))
