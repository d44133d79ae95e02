from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from sgdtui.cli.sweep import command
from sgdtui.sweeps.table import read_table
from tests.sweeps.quick_points import Threads

PRESET = """
loss: x**2/2
noise: s**2
parameters: {s: {value: 1, min: 0.1, max: 3}}
observe: {left: "x < 0"}
"""


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """A preset file, and a lab whose Gibbs TV is eta·s and whose runs fail at batch 4."""

    def run(experiment, *, threads=None, variants=True, on_the_way=True, budget=None):
        assert (threads, variants, on_the_way, budget) == (1, False, False, 20.0)
        if experiment.dynamics.batch == 4:
            raise RuntimeError("no such luck")
        tv = experiment.dynamics.eta * experiment.values["s"]
        document = {
            "preset": "p",
            "observables": {"left": {"value": experiment.run.seed % 97, "se": 0.5}},
            "predictions": {"gibbs": {"distance": {"tv": tv}, "distance_se": {"tv": 0.05}}},
            "why_not": {"transfer": "singular law", "fokker-planck": "degenerate noise"},
            "effective_samples": 100,
            "verdict": "gibbs" if tv < 0.1 else "undecided",
            "settings": {"walkers": experiment.run.walkers},
        }
        return SimpleNamespace(document=lambda: document)

    monkeypatch.setattr("sgdtui.lab.run.run", run)
    monkeypatch.setattr("sgdtui.cli.sweep._engine", lambda *_: RealThreads())
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.yaml").write_text(PRESET)
    return tmp_path


class RealThreads(Threads):
    def executor(self):
        return self.pool


def invoke(*arguments):
    return CliRunner().invoke(command, ["p.yaml", *arguments])


def test_a_table_of_what_is_usual(lab):
    outcome = invoke("--over", "eta=0.01:1:3:log", "--over", "batch=1,2", "--set", "s=2", "--walkers", "500")
    assert outcome.exit_code == 0, outcome.output
    assert "6 points in p-sweep.csv" in outcome.stdout
    assert outcome.stderr == ""
    table = read_table(lab / "p-sweep.csv")
    assert table.preset == "p.yaml"
    assert table.settings == ("eta", "batch", "s", "run.walkers")
    assert table.quantities == ("verdict", "gibbs.tv", "fokker-planck.tv", "transfer.tv", "left")
    assert sorted(table.columns["gibbs.tv"]) == pytest.approx([0.02, 0.02, 0.2, 0.2, 2, 2])
    assert set(table.columns["gibbs.tv_se"]) == {0.05}
    assert set(table.columns["transfer.tv"]) == {None}
    assert len(set(table.columns["point_seed"])) == 6


def test_a_rerun_has_nothing_to_do_and_failures_are_told(lab):
    first = invoke("--over", "batch=1,2,4")
    assert first.exit_code == 0
    assert "1 failed" in first.stdout
    assert "RuntimeError: no such luck" in read_table(lab / "p-sweep.csv").columns["error"]
    assert "3 of them there before" in invoke("--over", "batch=1,2,4").stdout
    assert "2 of them there before" in invoke("--over", "batch=1,2,4", "--retry").stdout


@pytest.mark.usefixtures("lab")
def test_where_every_point_fails_the_answer_is_no():
    assert invoke("--over", "batch=4", "--out", "t.csv").exit_code == 1
    assert "1 failed" in invoke("--over", "batch=4", "--out", "t.csv", "--retry").stdout


def test_measures_and_refinement(lab):
    outcome = invoke(
        "--over", "eta=0.01:1:3", "--measure", "2*left", "--measure", "settings.walkers",
        "--refine", "gibbs.tv=0.3", "--levels", "4", "--out", "t.csv",
    )  # fmt: skip
    assert outcome.exit_code == 0, outcome.output
    assert "eta = 0.3" in outcome.stdout
    assert read_table(lab / "t.csv").quantities == ("2*left", "settings.walkers", "gibbs.tv")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--over", "eat=1,2"], "did you mean 'eta'"),
        (["--over", "eta=1:2"], "a range is START:STOP:COUNT"),
        (["--over", "eta=0.1,0.2", "--over", "eta=1,2"], "swept twice"),
        (["--over", "eta=0.1,0.2", "--set", "eta=1"], "both set and swept"),
        (["--over", "eta=0.1,0.2", "--set", "eta"], "write NAME=VALUE"),
        (["--over", "eta=0.1,0.2", "--measure", "gibbs.tv +"], "missing at the end"),
        (["--over", "eta=0.1,0.2", "--measure", "gibs.tv"], "did you mean gibbs?"),
        (["--over", "eta=0.1:1:3", "--refine", "lefft=0.5"], "did you mean left?"),
        (["--over", "eta=0.1,0.2", "--refine", "gibbs.tv"], "write MEASURE=VALUE"),
        (["--over", "eta=0.1,0.2", "--refine", "gibbs.tv=1"], "must be a range"),
        (["--over", "eta=0.1,0.2", "--out", "t.xls"], "ends in .csv or .parquet"),
        (["--over", "eta=0.1,0.2", "--out", "no/where.csv"], "there is no folder"),
        (["--over", "eta=-1,0.2"], "eta"),
        ([], "--over"),
    ],
)
def test_wrong_input_is_said_before_anything_runs(lab, arguments, says):
    outcome = invoke(*arguments)
    assert outcome.exit_code == 2
    assert says in outcome.stderr
    assert not list(lab.glob("*.csv"))
    assert "Traceback" not in outcome.output


@pytest.mark.usefixtures("lab")
def test_interrupted_it_says_how_to_go_on(monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("sgdtui.sweeps.sweep.sweep", interrupted)
    outcome = invoke("--over", "eta=0.1,0.2")
    assert outcome.exit_code == 130
    assert "holds 0 points" in outcome.stdout
