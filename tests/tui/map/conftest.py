"""Every test of the map works in folders of its own."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def private_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the person who runs the tests is read or written."""
    monkeypatch.setenv("SGDTUI_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("SGDTUI_CONFIG_DIR", str(tmp_path / "config"))
