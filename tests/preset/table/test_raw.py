"""Tables as people have them: words, holes, other delimiters, Parquet, data frames."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from sgdtui.preset.forms.csv_table import TableError
from sgdtui.preset.table.features import prepare
from sgdtui.preset.table.raw import from_frame, read_raw

ROWS = """Body mass;island;sex;note
1;x;m;p1
2.5;y;f;p2
NA;x;f;p3
4.5;z;m;p4
3;y;m;p5
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "pets.csv"
    path.write_text(ROWS)
    return path


def test_columns_are_of_numbers_or_words_and_holes_are_holes(file):
    raw = read_raw(file)
    assert [c.name for c in raw.columns] == ["Body_mass", "island", "sex", "note"]
    mass = raw.find("Body mass")
    assert mass is raw.find("Body_mass")
    np.testing.assert_array_equal(mass.numbers, [1, 2.5, np.nan, 4.5, 3])
    assert raw.find("island").words == ("x", "y", "x", "z", "y")
    assert raw.height == 5


def test_words_become_columns_and_incomplete_rows_go(file):
    made = prepare(read_raw(file), "Body mass", ["island", "sex"])
    assert made.table.columns == ("island_y", "island_z", "sex_m", "Body_mass")
    np.testing.assert_array_equal(
        made.table.rows, [[0, 0, 1, 1], [1, 0, 0, 2.5], [0, 1, 1, 4.5], [1, 0, 1, 3]]
    )
    assert any("1 of 5 rows are dropped" in note and "'Body mass'" in note for note in made.notes)
    assert any(
        "'note' is left out: another word in every row" in n for n in prepare(read_raw(file), "sex").notes
    )


def test_a_target_of_two_values_is_a_class(file):
    made = prepare(read_raw(file), "sex", ["Body mass"])
    assert made.classes == ("f", "m")
    np.testing.assert_array_equal(made.table.rows[:, -1], [1, 0, 1, 1])


def test_columns_that_say_the_same_are_left_out():
    a = np.arange(6.0)
    made = prepare(from_frame({"a": a, "b": 3 - 2 * a, "c": a**2, "one": np.ones(6), "y": a**3}), "y")
    assert made.table.columns == ("a", "c", "y")
    assert "'b' is left out: other columns say the same" in made.notes
    assert "'one' is left out: it is constant" in made.notes


def test_parquet_is_the_same_table(tmp_path):
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table = arrow.table({"mass": [1.0, None, 2.0], "kind": ["a", "b", None]})
    parquet.write_table(table, tmp_path / "t.parquet")
    for raw in (read_raw(tmp_path / "t.parquet"), from_frame(table)):
        np.testing.assert_array_equal(raw.find("mass").numbers, [1, np.nan, 2])
        assert raw.find("kind").words == ("a", "b", None)


def test_parquet_without_pyarrow_is_told(tmp_path, monkeypatch):
    (tmp_path / "t.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(TableError, match="Parquet needs pyarrow") as caught:
        read_raw(tmp_path / "t.parquet")
    assert "sgdtui[parquet]" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty"),
        ("a,b\n1,2\n3\n", "row 2: 1 values where the first line has 2"),
        ("a,b\n1,2\n3,<4\n5,6\n", "row 2, column 'b': the text '<4' is not a number"),
        ("a,a\n1,2\n", "'a' is named twice"),
    ],
)
def test_a_broken_table_is_told_with_its_place(tmp_path, text, told):
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(TableError) as caught:
        read_raw(path)
    assert told in str(caught.value)
