"""A kill at any moment of writing leaves one whole checkpoint: the old one or the new one."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.checkpoint_kills import kills


@pytest.mark.slow
def test_fifty_kills_leave_a_loadable_checkpoint_each_time(tmp_path: Path) -> None:
    assert kills(50, tmp_path) > 50
