"""What a folder offers, what a typed path means, and what is said where nothing fits."""

from __future__ import annotations

from pathlib import Path

import pytest

from sgdtui.tui.files.places import EXPERIMENT, FOLDER, PRESET, TABLE, listing, matching, nothing, typed_path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "runs").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "mine.yaml").write_text("title: My own bowl\nvariables: [x]\nloss: x**2/2\n")
    (tmp_path / "Data.CSV").write_text("a,y\n1,2\n2,4\n")
    (tmp_path / "picture.png").write_bytes(b"")
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere.csv")
    return tmp_path


def test_tables_presets_and_folders_stand_before_the_library(folder: Path) -> None:
    found = listing(folder)
    own = [(place.name, place.kind) for place in found.places if place.kind != EXPERIMENT]
    assert own == [("..", FOLDER), ("Data.CSV", TABLE), ("mine.yaml", PRESET), ("runs/", FOLDER)]
    assert found.problem == ""
    named = {place.name: place for place in found.places}
    assert named["mine.yaml"].about == "My own bowl"
    assert named["Data.CSV"].about == "table, 12 B"
    assert named["mine.yaml"].opens == str(folder.resolve() / "mine.yaml")
    assert named["double-well-tanh"].kind == EXPERIMENT
    assert named["double-well-tanh"].opens == "double-well-tanh"


def test_a_shared_host_offers_the_library_alone() -> None:
    assert {place.kind for place in listing(None).places} == {EXPERIMENT}
    assert typed_path("/etc/", None) is None


def test_a_folder_that_cannot_be_read_says_why_and_leaves_a_way_out(tmp_path: Path) -> None:
    found = listing(tmp_path / "nowhere")
    assert found.problem.endswith("nowhere cannot be read: No such file or directory")
    assert found.places[0].name == ".."


def test_words_are_found_in_names_and_titles(folder: Path) -> None:
    found = listing(folder)
    assert matching(found, "own bowl")[0].name == "mine.yaml"
    assert matching(found, "data")[0].name == "Data.CSV"
    assert matching(found, "  ") == found.places
    assert matching(found, "xyzzy") == ()


def test_nothing_found_says_what_was_perhaps_meant(folder: Path) -> None:
    found = listing(folder)
    assert nothing(found, "dat.csv").endswith("is called 'dat.csv'; did you mean 'Data.CSV'?")
    assert "did you mean" not in nothing(found, "qqqqqqqq")


def test_a_typed_path_is_followed_folder_by_folder(folder: Path) -> None:
    assert typed_path("runs", folder) is None
    assert typed_path("runs/a", folder) == (folder / "runs", "a")
    assert typed_path(f"{folder}/", Path("/")) == (folder, "")
    assert typed_path("/etc", folder) == (Path("/"), "etc")
    assert typed_path("~/x", folder) == (Path.home(), "x")
    assert typed_path("~nobody-of-that-name/x", folder) is None
