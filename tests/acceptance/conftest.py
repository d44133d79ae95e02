"""A stranger's file, run from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sgdtui.cli import main


@pytest.fixture
def printed(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """The document that `run --json` prints for the text of a file, with further arguments."""

    def run(text: str, *arguments: str) -> dict[str, Any]:
        file = tmp_path / "stranger.yaml"
        file.write_text(text)
        result = CliRunner().invoke(main, ["run", str(file), "--json", *arguments], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return run
