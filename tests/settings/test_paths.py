from __future__ import annotations

from pathlib import Path

import pytest

from sgdtui.settings import paths


@pytest.mark.parametrize("kind", ["config", "cache", "state"])
def test_each_folder_can_be_moved(kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    variable = f"SGDTUI_{kind.upper()}_DIR"
    monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    folder = getattr(paths, f"{kind}_folder")
    assert folder().is_relative_to(tmp_path)
    assert "sgdtui" in folder().parts
    monkeypatch.setenv(variable, str(tmp_path / "elsewhere"))
    assert folder() == tmp_path / "elsewhere"


def test_a_private_folder_is_made(tmp_path: Path) -> None:
    folder = paths.private_folder(tmp_path / "a" / "b")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert paths.private_folder(folder) == folder
