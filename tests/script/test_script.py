"""What a script asks for: every kind of source, results that can be read on, errors with their place."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest

import sgdtui
from sgdtui.budget import Cancel

QUICK = {"walkers": 512, "burn_in": 50, "steps": 100}
BOWL = {"loss": "x**2/2", "noise": "1 + x**2", "space": {"domain": [[-4, 4]]}}


@pytest.fixture(scope="module")
def result():
    return sgdtui.run(BOWL, eta=0.2, **QUICK)


@pytest.fixture
def columns():
    rng = np.random.default_rng(3)
    a = rng.normal(size=60)
    return {"a": a, "b": rng.normal(size=60), "y": a + rng.normal(size=60)}


def test_every_kind_of_source_is_the_same_experiment(tmp_path):
    file = tmp_path / "bowl.yaml"
    file.write_text("loss: x**2/2\nnoise: 1 + x**2\nspace: {domain: [[-4, 4]]}\n")
    same = [sgdtui.load(source, eta=0.2) for source in (BOWL, file, str(file), sgdtui.load(BOWL))]
    assert {e.dynamics.eta for e in same} == {0.2}
    assert len({str(e.system.equations()) for e in same}) == 1


def test_an_experiment_is_changed_by_its_dials():
    changed = sgdtui.load(BOWL).changed(eta=0.05, walkers=99)
    assert (changed.dynamics.eta, changed.run.walkers) == (0.05, 99)
    with pytest.raises(sgdtui.PresetError, match="did you mean 'eta'"):
        changed.changed(etta=1)


def test_a_table_in_memory_is_the_table_of_its_file(columns, tmp_path):
    file = tmp_path / "t.csv"
    rows = np.column_stack(list(columns.values())).tolist()
    file.write_text("a,b,y\n" + "".join(",".join(map(repr, row)) + "\n" for row in rows))
    one, other = (sgdtui.load(source, target="y") for source in (columns, file))
    np.testing.assert_array_equal(one.system.data.rows, other.system.data.rows)
    assert one.start == other.start


def test_a_pandas_frame_and_a_structured_array_are_tables(columns):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({**columns, "word": ["x", "z"] * 30})
    found = sgdtui.load(frame, target="y")
    assert found.variables == ("w_a", "w_b", "w_word_z", "w_intercept")
    array = np.rec.fromarrays(list(columns.values()), names="a,b,y")
    np.testing.assert_array_equal(
        sgdtui.load(array, target="y").system.data.rows, sgdtui.load(columns, target="y").system.data.rows
    )


def test_predict_foretells_what_run_compares_with(result):
    foretold = sgdtui.predict(BOWL, eta=0.2)
    assert foretold.predictions.keys() == result.predictions.keys()
    np.testing.assert_allclose(
        foretold.predictions["gibbs"].probability, result.predictions["gibbs"].probability
    )
    with pytest.raises(Cancel):
        sgdtui.predict({"loss": "x**2/2"}, cancelled=lambda: True)


def test_predict_is_there_before_and_after_its_room_was_imported():
    code = (
        "import sgdtui\nassert callable(sgdtui.predict)\nfrom sgdtui.predict.prediction import Prediction\n"
        "assert callable(sgdtui.predict) and callable(sgdtui.sweep) and callable(sgdtui.run)\n"
        "import sgdtui.predict.prediction as again\nassert again.Prediction is Prediction\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.slow
def test_sweep_gives_a_row_a_point():
    table = sgdtui.sweep(
        BOWL,
        {"eta": [0.1, 0.3], "batch": np.array([1, 4])},
        measures=["covariance[0][0]"],
        workers=1,
        **QUICK,
    )
    assert table.settings == ("eta", "batch")
    assert len(table) == 4
    loud = {
        (e, b): v
        for e, b, v in zip(*(table.columns[c] for c in ("eta", "batch", "covariance[0][0]")), strict=True)
    }
    assert loud[0.3, 1] > loud[0.1, 4] > 0


def test_a_result_is_drawn_for_a_notebook(result):
    html = result._repr_html_()
    svg = html[html.index("<svg") : html.index("</svg>") + 6]
    root = ElementTree.fromstring(svg)
    assert "gibbs" in html
    assert "verdict" in root.attrib["aria-label"]
    assert "<script" not in sgdtui.run({**BOWL, "title": "<script>"}, **QUICK)._repr_html_()


def test_a_result_is_a_frame_and_a_dataset(result):
    pytest.importorskip("pandas")
    pytest.importorskip("xarray")
    frame, data = result.to_pandas(), result.to_xarray()
    assert list(frame.columns)[:3] == ["x", "density", "density_se"]
    widths = np.diff(result.edges[0])
    assert frame["density"] @ widths == pytest.approx(1, abs=0.05)
    np.testing.assert_array_equal(data["gibbs"].values, result.predictions["gibbs"].density)
    assert data.attrs["verdict"] == result.verdict


@pytest.mark.parametrize(
    "preset",
    [
        BOWL,
        {
            "loss": "x**2 + y**2",
            "noise": [["1", "0.5"], ["0.5", "1"]],
            "space": {"domain": [[-2, 2], [-2, 2]]},
        },
    ],
)
def test_a_result_is_drawn_by_matplotlib(preset, tmp_path):
    pytest.importorskip("matplotlib")
    found = sgdtui.run(preset, budget=0.5, **QUICK)
    figure = found.plot()
    figure.savefig(tmp_path / "it.svg")
    drawn = (tmp_path / "it.svg").read_text()
    assert drawn.count("<path") > 20
    assert {label for axes in figure.axes for label in axes.get_legend_handles_labels()[1]} & {
        "gibbs", "gibbs: 50, 90, 99 %",
    }  # fmt: skip


def test_check_says_everything_that_is_wrong_with_its_place():
    assert sgdtui.check(BOWL) == ()
    told = [str(p) for p in sgdtui.check({"loss": "x**2/2", "noize": 1, "dynamics": {"eta": -1}})]
    assert any('run["noize"]' in line and "did you mean 'noise'" in line for line in told)
    assert any('run["dynamics"]["eta"]' in line for line in told)


@pytest.mark.slow
def test_a_client_passes_strict_mypy():
    pytest.importorskip("mypy")
    client = Path(__file__).with_name("client.py")
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--no-incremental",
        "--follow-imports=silent",
        str(client),
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=Path(sgdtui.__file__).parents[1]
    )
    assert done.returncode == 0, done.stdout
