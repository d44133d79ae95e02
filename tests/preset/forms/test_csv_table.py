from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from sgdtui.model.data import Table
from sgdtui.model.sample import SampleSystem
from sgdtui.preset.forms.csv_table import TableError, column_name, read_csv
from sgdtui.preset.text.names import Columns
from tests.preset.preset_reading import mistake, read

SAMPLE = "sample: {{loss: (w*a - b)**2/2, variables: [w], data: {name}{more}}}"


def preset(name: str, more: str = "") -> str:
    return SAMPLE.format(name=name, more=more)


def table(tmp_path: Path, content: str, columns: list[str] | None = None) -> Table:
    file = tmp_path / "points.csv"
    file.write_text(content)
    return read_csv(file, None if columns is None else Columns(tuple(columns), tuple(columns)))


def test_a_csv_beside_the_preset(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("b,extra,a\n1,zebra,2\n3,lion,4\n")
    e = read(preset("points.csv", ", columns: [a, b]"), tmp_path)
    assert isinstance(e.system, SampleSystem)
    assert isinstance(e.system.data, Table)
    assert e.system.data.columns == ("a", "b")
    assert e.system.data.rows.tolist() == [[2, 1], [4, 3]]


@pytest.mark.parametrize(
    "content",
    [
        "a,b\n1,2\n3,4\n",
        "\ufeffa,b\r\n1,2\r\n3,4\r\n",
        "a;b\n1;2\n3;4",
        "a\tb\n1\t2\n\n3\t4\n\n",
        '"a","b"\n"1","2"\n"3","4"\n',
        " a , b \n 1 , 2 \n 3 , 4 \n",
    ],
)
def test_the_dialects_of_csv(tmp_path: Path, content: str) -> None:
    found = table(tmp_path, content)
    assert found.columns == ("a", "b")
    assert found.rows.tolist() == [[1, 2], [3, 4]]


def test_no_header(tmp_path: Path) -> None:
    assert table(tmp_path, "1,2\n3,4\n", ["a", "b"]).rows.tolist() == [[1, 2], [3, 4]]
    with pytest.raises(TableError, match="no header row"):
        table(tmp_path, "1,2\n3,4\n")
    with pytest.raises(TableError, match="has 2 columns, and columns names 1"):
        table(tmp_path, "1,2\n3,4\n", ["a"])


def test_headers_become_names() -> None:
    assert column_name("Sepal length (cm)", 0) == "Sepal_length_cm"
    assert column_name("2nd", 0) == "c_2nd"
    assert column_name("exp", 0) == "exp_"
    assert column_name("%%", 4) == "c5"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a,b\n1,2\n3,\n5,6\n", ["line 3", "column 'b'", "a value is missing"]),
        ("a,b\n1,2\n3,NA\n", ["line 3", "a value is missing"]),
        ("a,b\n1,2\nnan,4\n", ["line 3", "column 'a'", "a value is missing"]),
        ("a,b\n1,2\n3,inf\n", ["line 3", "not a finite number"]),
        ("a,b\n1,2\n3,zebra\x1b[31m\n", ["line 3", "the text 'zebra", "not a number"]),
        ("a,b\n1,2\n3\n", ["line 3", "1 values where the first line has 2"]),
        ("a,b\n1,2\n3,4,5\n", ["line 3", "3 values"]),
        ("a,b\n1,2\n", ["one row"]),
        ("a,b\n", ["no rows"]),
        ("", ["is empty"]),
        ("a,a\n1,2\n3,4\n", ["named twice"]),
    ],
)
@pytest.mark.filterwarnings("error")
def test_a_bad_table_is_told_by_its_line(tmp_path: Path, content: str, words: list[str]) -> None:
    with pytest.raises(TableError) as caught:
        table(tmp_path, content)
    told = str(caught.value)
    assert all(word in told for word in words)
    assert "\x1b" not in told


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        ("a,b\n1,2\n3,\n", "leave those rows out"),
        ("a,b\n1,2\n3,high\n", "may hold text"),
        ("a;b\n1,5;2\n2;3\n", "decimals with a point"),
        ("a,b\n1,2\n", "at least two rows"),
        ("a,b\n", "at least two rows"),
    ],
)
def test_what_to_do_about_it(tmp_path: Path, content: str, remedy: str) -> None:
    (tmp_path / "points.csv").write_text(content)
    assert remedy in mistake(preset("points.csv"), tmp_path).hint


def test_an_unknown_column_names_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("alpha,b\n1,2\n3,4\n")
    problem = mistake(preset("points.csv", ", columns: [alpa, b]"), tmp_path)
    assert "no column 'alpa'" in problem.message
    assert "did you mean 'alpha'?" in problem.hint


def test_a_file_outside_the_preset_s_folder_is_not_read(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    (inside / "deeper").mkdir(parents=True)
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n3,4\n")
    (inside / "link.csv").symlink_to(secret)
    (inside / "folder").symlink_to(tmp_path)
    for name in ("../secret.csv", str(secret), "link.csv", "folder/secret.csv", "deeper/../../secret.csv"):
        assert "outside the preset's folder" in mistake(preset(name), inside).message
    (inside / "deeper" / "ok.csv").write_text("a,b\n1,2\n3,4\n")
    read(preset("deeper/ok.csv"), inside)
    (inside / "good-link.csv").symlink_to(inside / "deeper" / "ok.csv")
    read(preset("good-link.csv"), inside)


def test_a_file_that_is_not_there_or_no_file(tmp_path: Path) -> None:
    assert "there is no file 'nope.csv'" in mistake(preset("nope.csv"), tmp_path).message
    os.mkfifo(tmp_path / "pipe.csv")
    assert "there is no file" in mistake(preset("pipe.csv"), tmp_path).message
    assert "no folder" in mistake(preset("points.csv")).message
    assert "outside" in mistake(preset("/dev/zero"), tmp_path).message


@pytest.mark.slow
def test_a_million_rows(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(1_000_000, 3))
    np.savetxt(tmp_path / "big.csv", rows, fmt="%.6f", delimiter=",", header="a,b,c", comments="")
    found = read_csv(tmp_path / "big.csv", None)
    assert found.rows.shape == (1_000_000, 3)
    assert np.allclose(found.rows, rows, atol=1e-6)
