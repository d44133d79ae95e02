from __future__ import annotations

import json
from pathlib import Path

import pytest

from sgdtui.settings.state import State, load_state, save_state


def test_what_is_saved_is_remembered(tmp_path: Path) -> None:
    state = State("double-well", "nord", 2, 3, ("pollen", "swarm"))
    file = tmp_path / "deep" / "state.json"
    assert save_state(state, file)
    assert load_state(file) == state
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000, b"3", b"x" * 200_000])
def test_a_broken_file_is_forgotten(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "state.json"
    file.write_bytes(content)
    assert load_state(file) == State()


def test_only_what_fits_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text(
        json.dumps(
            {
                "preset": "a\x1b[31m",
                "theme": "nord",
                "tour_page": -1,
                "tour_chapter": True,
                "tour_seen": ["a", 1],
                "z": 1,
            }
        )
    )
    assert load_state(file) == State(theme="nord")


def test_a_state_that_cannot_be_saved_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not save_state(State(), tmp_path / "file" / "state.json")
    assert load_state(tmp_path / "nowhere") == State()
