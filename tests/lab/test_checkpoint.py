"""A run on disk: whole at every moment, private, and refused with a clear word when it is anything else."""

from __future__ import annotations

import io
import os
import pickle
import stat
from pathlib import Path

import numpy as np
import pytest

from sgdtui.lab import checkpoint
from sgdtui.lab.checkpoint import CheckpointError, load, save

STATE = {
    "x": np.random.default_rng(0).normal(size=(100, 2)),
    "rng": [np.arange(8, dtype=np.uint32), np.arange(8, dtype=np.uint32) * 7],
    "step": 12345,
    "time": np.float64(0.1) * 3,
    "nested": {"lost": np.int64(3), "none": None, "name": "ŵ"},
}


def test_everything_comes_back(tmp_path):
    path = tmp_path / "run.npz"
    save(path, {"loss": "x**2", "run": {"walkers": 100}}, STATE, {"panel": "loss", "zoom": [1.5, None]})
    back = load(path)
    assert back.document == {"loss": "x**2", "run": {"walkers": 100}}
    assert back.view == {"panel": "loss", "zoom": [1.5, None]}
    assert np.array_equal(back.state["x"], STATE["x"])
    assert back.state["rng"][1].dtype == np.uint32
    assert np.array_equal(back.state["rng"][1], STATE["rng"][1])
    assert back.state["time"] == STATE["time"]
    assert back.state["nested"] == {"lost": 3, "none": None, "name": "ŵ"}


def test_only_the_owner_may_read_it(tmp_path):
    path = tmp_path / "deep" / "run.npz"
    save(path, {}, STATE, {})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_no_pickle_goes_in_or_out(tmp_path):
    with pytest.raises(TypeError, match="cannot hold a set"):
        save(tmp_path / "run.npz", {}, {"x": {1, 2}}, {})
    planted = tmp_path / "planted.npz"
    fired = tmp_path / "fired"

    class Bomb:
        def __reduce__(self):
            return Path.touch, (fired,)

    buffer = io.BytesIO()
    np.savez(buffer, header=np.array([Bomb()], dtype=object))
    planted.write_bytes(buffer.getvalue())
    with pytest.raises(CheckpointError, match="not a checkpoint"):
        load(planted)
    planted.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(CheckpointError, match="not a checkpoint"):
        load(planted)
    assert not fired.exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"\x93NUMPY", b"{}"])
def test_anything_else_is_refused(tmp_path, content):
    path = tmp_path / "run.npz"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=r"run\.npz"):
        load(path)


def test_a_cut_file_is_refused(tmp_path):
    path = tmp_path / "run.npz"
    save(path, {}, STATE, {})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CheckpointError):
        load(path)


def test_another_version_is_named(tmp_path, monkeypatch):
    path = tmp_path / "run.npz"
    monkeypatch.setattr(checkpoint, "VERSION", 9)
    save(path, {}, STATE, {})
    monkeypatch.undo()
    with pytest.raises(CheckpointError, match="version 9"):
        load(path)


def test_none_there_is_file_not_found(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none.npz")


@pytest.mark.parametrize("dies_in", ["fsync", "replace"])
def test_dying_while_writing_leaves_the_old_one(tmp_path, monkeypatch, dies_in):
    path = tmp_path / "run.npz"
    save(path, {"generation": 1}, STATE, {})

    def die(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(*((os, "fsync") if dies_in == "fsync" else (Path, "replace")), die)
    with pytest.raises(KeyboardInterrupt):
        save(path, {"generation": 2}, STATE, {})
    monkeypatch.undo()
    assert load(path).document == {"generation": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["run.npz"]
