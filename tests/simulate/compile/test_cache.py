"""The cache of machine code: private, whole or absent, and never needed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numba
import pytest

from sgdtui.simulate.compile import cache

SIGNATURE = numba.types.float64(numba.types.float64)


def function(x: Any) -> Any:
    return x * 2.0 + 1.0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "cache"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("SGDTUI_CACHE_DIR", str(home))
    return home / "kernels"


def make(text: str = "one") -> cache.Compiled:
    return cache.compiled(function, SIGNATURE, text, from_python=True)


def test_a_second_time_it_comes_from_disk(folder: Path) -> None:
    assert not make().from_disk
    again = make()
    assert again.from_disk
    assert again.call(3.0) == 7.0
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(list(folder.iterdir())) == 1


def test_other_text_or_other_versions_are_another_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make("one")
    assert not make("two").from_disk
    monkeypatch.setattr(cache, "environment", lambda: ("another processor",))
    assert not make("one").from_disk
    assert len(list(folder.iterdir())) == 3


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777, 0o755])
def test_a_folder_open_to_others_is_not_used(folder: Path, mode: int) -> None:
    make()
    folder.chmod(mode)
    found = make()
    assert not found.from_disk
    assert found.call(3.0) == 7.0
    assert "0700" in (cache.why_no_cache(folder) or "")


def test_a_parent_that_others_can_write_is_refused(folder: Path) -> None:
    make()
    folder.parent.chmod(0o777)
    assert not make().from_disk
    assert "written by other users" in (cache.why_no_cache(folder) or "")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_refused(folder: Path) -> None:
    make()
    os.chown(folder, 12345, 12345)
    assert not make().from_disk
    assert "another user" in (cache.why_no_cache(folder) or "")


def test_a_symbolic_link_is_not_a_folder(folder: Path, tmp_path: Path) -> None:
    real = tmp_path / "elsewhere"
    real.mkdir(mode=0o700)
    folder.symlink_to(real)
    assert make().call(3.0) == 7.0
    assert list(real.iterdir()) == []


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "planted", "link"])
def test_a_damaged_or_planted_file_is_never_loaded(folder: Path, damage: str, tmp_path: Path) -> None:
    make()
    (file,) = folder.iterdir()
    content = file.read_bytes()
    match damage:
        case "empty":
            file.write_bytes(b"")
        case "cut":
            file.write_bytes(content[: len(content) // 2])
        case "flipped":
            file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        case "planted":
            file.write_bytes(content[:32] + b"cos\nsystem\n(S'true'\ntR.")
        case _:
            elsewhere = tmp_path / "copy"
            elsewhere.write_bytes(content)
            file.unlink()
            file.symlink_to(elsewhere)
    found = make()
    assert not found.from_disk
    assert found.call(3.0) == 7.0


def test_no_room_means_no_cache(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache, "_write", full)
    assert make().call(3.0) == 7.0
    assert list(folder.iterdir()) == []


def test_a_place_that_cannot_be_made_means_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SGDTUI_CACHE_DIR", "/dev/null/nowhere")
    assert make().call(3.0) == 7.0


def test_a_failed_write_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.mkdir(mode=0o700)

    def broken(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(OSError, match="Input/output"):
        cache._write(folder / "x.kernel", b"payload")
    assert list(folder.iterdir()) == []


def test_the_oldest_go_when_there_are_too_many(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MAX_FILES", 3)
    for i, text in enumerate("abcde"):
        make(text)
        for file in folder.iterdir():
            os.utime(file, (file.stat().st_mtime - 10 * (5 - i), file.stat().st_mtime - 10 * (5 - i)))
    assert len(list(folder.iterdir())) <= 3


@pytest.mark.slow
def test_two_processes_at_once(folder: Path) -> None:
    program = (
        "from tests.simulate.systems import *\n"
        "print(float(counted(experiment('x**2/2', eta=0.2, walkers=640), 10, 50).second.sum()))"
    )
    env = {**os.environ, "SGDTUI_CACHE_DIR": str(folder.parent)}
    root = Path(__file__).parents[3]
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program], env=env, cwd=root, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=120)[0] for process in started]
    assert answers[0] == answers[1] != ""
    assert not [f for f in folder.iterdir() if f.suffix != ".kernel"]
