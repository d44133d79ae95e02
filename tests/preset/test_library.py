from __future__ import annotations

import time
from pathlib import Path

import pytest

from sgdtui.preset import library
from sgdtui.preset.load import check_file, load
from sgdtui.preset.text.problem import PresetError, UnreadableError
from sgdtui.preset.text.yaml_places import MAX_BYTES


def put(config_folder: Path, kind: str, name: str, text: str) -> Path:
    folder = config_folder / "presets" / kind
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return folder / name


def test_a_bare_name_is_an_experiment_first_then_a_loss_with_noise_1(config_folder: Path) -> None:
    put(config_folder, "loss", "thing.yaml", "loss: x**4\ntitle: as a loss")
    assert load("thing").title == "as a loss"
    assert load("thing").system.noise.covariance[0].constant_value == 1.0  # type: ignore[union-attr]
    put(config_folder, "experiment", "thing.yaml", "loss: x**2\ntitle: as an experiment")
    assert load("thing").title == "as an experiment"
    assert load("loss/thing").title == "as a loss"
    assert load("experiment/thing").title == "as an experiment"


def test_a_noise_cannot_run(config_folder: Path) -> None:
    file = put(config_folder, "noise", "loud.yaml", "covariance: 4")
    for source in ("loud", "noise/loud", file):
        with pytest.raises(PresetError, match="needs a loss to run"):
            load(source)


def test_a_personal_preset_wins_over_a_shipped_one(config_folder: Path) -> None:
    shipped = library.find("quadratic", "loss")
    mine = put(config_folder, "loss", "quadratic.yml", "loss: 7*x**2\ntitle: mine")
    assert library.find("quadratic", "loss") == mine != shipped
    entry = next(e for e in library.entries("loss") if e.name == "quadratic")
    assert (entry.origin, entry.title, entry.path) == ("personal", "mine", mine)


def test_entries_say_what_a_full_reading_says() -> None:
    for kind in ("experiment", "loss"):
        for entry in library.entries(kind):
            assert entry.title == load(f"{kind}/{entry.name}").title
            assert entry.origin == "shipped"
    for entry in library.entries("loss"):
        e = load(f"loss/{entry.name}")
        assert entry.about == e.system.loss.about.strip()  # type: ignore[union-attr]


def test_a_path_always_works_and_wins_over_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.yaml").write_text("loss: x**4")
    (tmp_path / "plain").write_text("loss: x**6")
    monkeypatch.chdir(tmp_path)
    assert load("mine.yaml").name == "mine"
    assert load("./mine.yaml").name == "mine"
    assert load(tmp_path / "mine.yaml").name == "mine"
    assert load("plain").name == "plain"


def test_a_loss_file_runs_with_noise_1_and_its_mistakes_are_at_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "loss.yaml"
    file.write_text("title: A\nabout: B\nloss: x**2\ndomain: [[-1, 1]]\nregions: {left: x < 0}\n")
    e = load(file)
    assert (e.title, e.space.domain, e.observe[0][0]) == ("A", ((-1.0, 1.0),), "left")
    file.write_text("title: A\nloss: x**2 +\ndomain: [[-1, 1]]\nregins: {}\n")
    with pytest.raises(PresetError) as caught:
        load(file)
    assert [(p.line, p.column) for p in caught.value.problems] == [(2, 13), (4, 1)]


def test_names_cannot_walk_out_of_the_library(config_folder: Path) -> None:
    (config_folder / "secret.yaml").write_text("loss: x")
    for name in ("../../secret", "..", ".", "a/b", "a\0b", "-x", ""):
        assert library.find(name, "loss") is None
        with pytest.raises(PresetError):
            load(name)


def test_an_unknown_name_is_answered_with_a_near_one() -> None:
    with pytest.raises(PresetError, match="did you mean 'double-well'"):
        load("duble-well")
    with pytest.raises(PresetError, match="did you mean 'quadratic'"):
        load("loss/quadratik")


def test_unreadable_files(tmp_path: Path) -> None:
    import os

    (tmp_path / "folder.yaml").mkdir()
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"loss: x\ntitle: caf\xe9\n")
    with (tmp_path / "huge.yaml").open("wb") as file:
        file.truncate(50_000_000)
    told = {}
    for name in ("folder", "pipe", "latin", "huge", "nowhere"):
        begin = time.process_time()
        with pytest.raises(UnreadableError) as caught:
            check_file(tmp_path / f"{name}.yaml")
        told[name] = str(caught.value)
        assert time.process_time() - begin < 1
    assert "folder" in told["folder"]
    assert "not a regular file" in told["pipe"]
    assert "latin.yaml:2:11: this is not UTF-8" in told["latin"]
    assert "50.0 MB" in told["huge"]
    assert "No such file" in told["nowhere"]


def test_the_size_limit_is_on_the_edge(tmp_path: Path) -> None:
    text = "loss: x**2\n#"
    file = tmp_path / "edge.yaml"
    file.write_text(text + " " * (MAX_BYTES - len(text)))
    assert load(file).dimension == 1
    file.write_text(text + " " * (MAX_BYTES - len(text) + 1))
    with pytest.raises(UnreadableError):
        load(file)


def test_every_shipped_file_is_right() -> None:
    for kind in library.KINDS:
        for name, (_, path) in library.paths(kind).items():
            problems, _ = check_file(path)
            assert not problems, name
