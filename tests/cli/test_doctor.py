"""What `sgdtui doctor` says of folders that can and cannot be written to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sgdtui.cli.doctor import command


def facts(monkeypatch: pytest.MonkeyPatch, state: Path, cache: Path) -> dict[str, str]:
    """The folders as doctor sees them."""
    monkeypatch.setenv("SGDTUI_STATE_DIR", str(state))
    monkeypatch.setenv("SGDTUI_CACHE_DIR", str(cache))
    result = CliRunner().invoke(command, ["--json"])
    assert result.exit_code == 0
    folders: dict[str, str] = json.loads(result.stdout)["folders"]
    return folders


def test_folders_that_can_be_made_are_kept_and_not_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tmp_path.chmod(0o700)
    found = facts(monkeypatch, tmp_path / "a" / "state", tmp_path / "cache")
    assert found["checkpoints"] == f"{tmp_path / 'a' / 'state'} (kept)"
    assert "(kept)" in found["kernels"]
    assert not (tmp_path / "a").exists()


def test_a_file_in_the_way_costs_checkpoints_and_kernels_and_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    found = facts(monkeypatch, tmp_path / "file" / "state", tmp_path / "file" / "cache")
    assert found["checkpoints"].startswith(f"not kept: {tmp_path / 'file'} is no folder")
    assert found["kernels"].startswith("not kept")
