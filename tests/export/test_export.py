"""Files of a result: tidy, whole, with where they came from, and never half written."""

from __future__ import annotations

import csv as standard_csv
import io
import json as standard_json

import numpy as np
import pytest

from sgdtui import __version__
from sgdtui.export import csv, json, npz
from sgdtui.export.provenance import provenance
from sgdtui.lab.run import run
from sgdtui.preset.load import load_text


@pytest.fixture(scope="module")
def line():
    text = """
title: "A \\e[31mred\\e[0m line"
loss: "x**2/2"
observe: {right: "x > 0"}
space: {domain: [[-1, 1]]}
run: {walkers: 1024, burn_in: 100, steps: 200, bins: 20}
variants: {hot: {run.seed: 3}}
"""
    return run(load_text(text), threads=1).document()


@pytest.fixture(scope="module")
def plane():
    text = """
loss: {loss: "x**2/2 + y**2", variables: [x, y]}
space: {domain: [[-1, 1], [-2, 2]]}
run: {walkers: 1024, burn_in: 100, steps: 100, bins: 8}
"""
    return run(load_text(text), threads=1).document()


def rows(text):
    body = "".join(part for part in text.splitlines(keepends=True) if not part.startswith("#"))
    return list(standard_csv.DictReader(io.StringIO(body)))


def test_json_reads_back_as_the_document(line):
    back = standard_json.loads(json.text(line))
    told = back.pop("provenance")
    assert back == line
    assert told["sgdtui"] == __version__
    assert told["seed"] == "0"
    assert len(told["preset hash"]) == 16


def test_json_refuses_what_json_cannot_hold(line):
    with pytest.raises(ValueError, match="JSON"):
        json.text({**line, "time": float("nan")})


def test_json_keeps_lists_of_numbers_on_one_line(line):
    assert len(json.text(line).splitlines()) < 1000


def test_csv_is_tidy(line):
    table = rows(csv.text(line))
    histogram = [row for row in table if row["table"] == "histogram" and row["variant"] == ""]
    assert len(histogram) == 20
    centres = np.array([float(row["x"]) for row in histogram])
    assert np.allclose(centres, np.linspace(-0.95, 0.95, 20))
    assert np.allclose([float(row["value"]) for row in histogram], line["histogram"]["density"])
    summary = [row for row in table if row["table"] == "summary" and not row["variant"]]
    (right,) = [row for row in summary if row["quantity"] == "observables.right"]
    assert float(right["value"]) == line["observables"]["right"]["value"]
    assert float(right["se"]) == line["observables"]["right"]["se"]
    means = [
        row
        for row in table
        if row["quantity"] == "mean[0]" and row["table"] == "series" and not row["variant"]
    ]
    assert [float(row["time"]) for row in means] == line["series"]["time"]
    assert {row["variant"] for row in table} == {"", "hot"}


def test_csv_of_a_plane_has_both_axes(plane):
    histogram = [row for row in rows(csv.text(plane)) if row["table"] == "histogram"]
    assert len(histogram) == 64
    assert {round(float(row["y"]), 9) for row in histogram} == {round(-1.75 + 0.5 * i, 9) for i in range(8)}
    covariances = {
        row["quantity"] for row in rows(csv.text(plane)) if row["quantity"].startswith("covariance")
    }
    assert covariances == {f"covariance[{i}][{j}]" for i in (0, 1) for j in (0, 1)}


def test_csv_provenance_cannot_smuggle_control_characters(line):
    head = [row for row in csv.text(line).splitlines() if row.startswith("#")]
    assert any("title" in row for row in head)
    assert "\x1b" not in csv.text(line)


def test_npz_holds_every_array_and_the_document(line, tmp_path):
    path = tmp_path / "run.npz"
    npz.write(path, line)
    with np.load(path, allow_pickle=False) as archive:
        assert np.array_equal(archive["histogram/density"], line["histogram"]["density"])
        assert archive["observables/right/value"] == line["observables"]["right"]["value"]
        assert archive["variants/hot/mean"].shape == (1,)
        assert standard_json.loads(str(archive["document"])) == line
        assert standard_json.loads(str(archive["provenance"]))["sgdtui"] == __version__


def test_npz_turns_null_into_nan(line):
    arrays = npz.arrays({**line, "mean": [None]})
    assert np.isnan(arrays["mean"]).all()


def test_npz_of_axes_with_different_bins():
    document = {
        "preset": "p", "title": "", "histogram": {"edges": [[0, 1], [0, 1, 2]]},
        "settings": {"seed": 0, "walkers": 1, "burn_in": 0, "steps": 1, "preset_hash": "0" * 16},
    }  # fmt: skip
    arrays = npz.arrays(document)
    assert arrays["histogram/edges/1"].tolist() == [0, 1, 2]


@pytest.mark.parametrize("form", [csv, json, npz])
def test_files_are_written_whole(form, line, tmp_path):
    path = tmp_path / "result"
    path.write_text("old")
    form.write(path, line)
    assert path.stat().st_size > 1000
    assert [p.name for p in tmp_path.iterdir()] == ["result"]


def test_provenance_follows_the_preset_and_not_the_title(line):
    assert provenance(line)["preset hash"] == provenance({**line, "title": "another"})["preset hash"]
    assert provenance(line)["cpu"]
