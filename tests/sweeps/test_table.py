import csv
import os

import pytest

from sgdtui.sweeps.point import Row
from sgdtui.sweeps.table import TableError, TableFile, read_table

FORMATS = [".csv", pytest.param(".parquet", marks=pytest.mark.filterwarnings("ignore"))]


def row(key, eta=0.1, error="", tv=0.25):
    measures = {} if error else {"gibbs.tv": (tv, 0.01), "verdict": ("equilibrium, not gibbs", None)}
    return Row(key, (("eta", eta), ("kind", "sgd")), 12345, measures, 1.25, error)


def opened(path):
    if path.suffix == ".parquet":
        pytest.importorskip("pyarrow")
    return TableFile(path, "double-well", ["eta", "kind"], ["gibbs.tv", "verdict"])


@pytest.mark.parametrize("suffix", FORMATS)
def test_rows_come_back_as_they_were(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    table = opened(path)
    table.append(row("a"))
    table.append(row("b", eta=0.2, error="no, this\nfailed"))
    assert len(read_table(path)) == 2  # also while it is being written
    table.close()
    assert [f.name for f in tmp_path.iterdir()] == [f"t{suffix}"]
    read = read_table(path)
    assert read.preset == "double-well"
    assert read.settings == ("eta", "kind")
    assert read.quantities == ("gibbs.tv", "verdict")
    assert read.columns["eta"] == [0.1, 0.2]
    assert read.columns["gibbs.tv"] == [0.25, None]
    assert read.columns["gibbs.tv_se"] == [0.01, None]
    assert read.columns["verdict"] == ["equilibrium, not gibbs", None]
    assert read.columns["error"] == [None, "no, this failed"]
    assert read.columns["point_seed"] == [12345, 12345]
    assert "verdict_se" not in read.columns


@pytest.mark.parametrize("suffix", FORMATS)
def test_an_interrupted_table_goes_on(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    first = opened(path)
    first.append(row("a"))
    first.append(row("b", error="failed"))
    first.close()
    again = opened(path)
    assert again.done("gibbs.tv") == {"a": 0.25, "b": None}
    assert again.done(failures=False) == {"a": None}
    again.append(row("b", tv=0.5))
    assert again.done("gibbs.tv", failures=False) == {"a": 0.25, "b": 0.5}
    again.close()
    assert len(read_table(path)) == 2


def test_a_torn_line_is_cut_and_every_whole_one_kept(tmp_path):
    path = tmp_path / "t.csv"
    table = opened(path)
    table.append(row("a"))
    table.append(row("b"))
    table.close()
    whole = path.read_bytes()
    for cut in range(1, len(whole.splitlines()[-1]) + 1):
        path.write_bytes(whole[:-cut])
        assert len(read_table(path)) == 1
        again = opened(path)
        assert set(again.done()) == {"a"}
        again.append(row("b"))
        again.close()
        assert path.read_bytes() == whole


def test_a_killed_parquet_sweep_leaves_its_journal(tmp_path):
    path = tmp_path / "t.parquet"
    table = opened(path)
    table.append(row("a"))
    os.close(table._handle)  # as the system does to a killed process; nothing else is cleaned up
    assert len(read_table(path)) == 1
    assert path.with_name("t.parquet.rows.csv").exists()


def test_what_cannot_be_gone_on_with(tmp_path):
    path = tmp_path / "t.csv"
    opened(path).close()
    with pytest.raises(TableError, match="it lacks left"):
        TableFile(path, "double-well", ["eta", "kind"], ["gibbs.tv", "verdict", "left"])
    with pytest.raises(TableError, match=r"ends in \.csv or \.parquet"):
        TableFile(tmp_path / "t.xls", "p", ["eta"], [])
    with pytest.raises(TableError, match="two columns"):
        TableFile(tmp_path / "u.csv", "p", ["seconds"], [])
    held = opened(path)
    with pytest.raises(TableError, match="another sweep"):
        opened(path)
    held.close()
    (tmp_path / "v.csv").write_text("a,b\n1,2\n")
    with pytest.raises(TableError, match="no table of a sweep"):
        read_table(tmp_path / "v.csv")
    for name in ("w.csv", "w.parquet"):
        with pytest.raises(TableError, match=f"{name} cannot be read: No such file or directory$"):
            read_table(tmp_path / name)


def test_any_csv_reader_can_read_it(tmp_path):
    path = tmp_path / "t.csv"
    table = opened(path)
    table.append(row("a"))
    table.close()
    (only,) = csv.DictReader(path.open())
    assert float(only["gibbs.tv"]) == 0.25
    assert only["verdict"] == "equilibrium, not gibbs"


@pytest.mark.parametrize("suffix", FORMATS)
def test_keys_stay_texts_and_columns_of_two_kinds_are_kept(tmp_path, suffix):
    path = tmp_path / f"t{suffix}"
    table = opened(path)
    for key, eta in (("1234567890123456", 0.5), ("12345678901234e5", "eta/(1 + k)"), ("a" * 16, 1)):
        table.append(row(key, eta=eta))
    table.close()
    read = read_table(path)
    assert read.columns["key"] == ["1234567890123456", "12345678901234e5", "a" * 16]
    assert list(map(str, read.columns["eta"])) == ["0.5", "eta/(1 + k)", "1"]
    again = opened(path)
    assert set(again.done()) == set(read.columns["key"])
    again.close()
