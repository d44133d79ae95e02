"""The one place where predictions are called: whatever happens in one is an absence with a sentence."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from sgdtui.budget import Cancel, checkpoint
from sgdtui.lab.allowance import SHOW_FAULTS, Allowance
from sgdtui.lab.predictions import bin_edges, foresee
from sgdtui.lab.run import run
from sgdtui.predict.prediction import REASONS, Absence
from sgdtui.predict.registry import PREDICTIONS
from sgdtui.preset.load import load_text

QUADRATIC = "{loss: x**2/2, space: {domain: [[-3, 3]]}, run: {walkers: 64, burn_in: 10, steps: 20}}"

THREE_COLUMNS = """
sample: {loss: "(u*a + w*b - c)**2/2", variables: [u, w], data: {a: "normal(0, 1)", b: "normal(0, 0.7)",
  c: "normal(0, 0.5)"}, domain: [[-2, 2], [-2, 2]]}
run: {walkers: 256, burn_in: 100, steps: 200}
"""


@pytest.fixture
def experiment():
    return load_text(QUADRATIC)


def failing(error):
    def work(*_):
        raise error

    return work


def arpack():
    from scipy.sparse.linalg import ArpackNoConvergence

    return ArpackNoConvergence("no convergence", np.zeros(0), np.zeros((0, 0)))


@pytest.mark.parametrize(
    ("error", "reason", "says"),
    [
        (np.linalg.LinAlgError("Singular matrix"), "not found", "the solver gave up: Singular matrix"),
        (arpack(), "not found", "no convergence"),
        (FloatingPointError("overflow"), "not found", "overflow"),
        (ZeroDivisionError("division"), "not found", "division"),
        (MemoryError(), "too costly", "more memory than there is; affordable with a window closer"),
    ],
)
def test_a_solver_that_fails_is_an_absence(experiment, monkeypatch, error, reason, says):
    monkeypatch.setenv(SHOW_FAULTS, "1")
    found = Allowance().attempt("transfer", experiment, failing(error))
    assert isinstance(found, Absence)
    assert found.reason == reason
    assert found.reason in REASONS
    assert says in found.detail


@pytest.mark.parametrize("error", [ValueError("deep inside"), RecursionError("too deep"), KeyError("x")])
def test_a_fault_of_our_own_is_told_to_users_and_raised_for_us(experiment, monkeypatch, error):
    monkeypatch.delenv(SHOW_FAULTS, raising=False)
    found = Allowance().attempt("transfer", experiment, failing(error))
    assert isinstance(found, Absence)
    assert "a fault of sgdtui's own" in found.detail
    monkeypatch.setenv(SHOW_FAULTS, "1")
    with pytest.raises(type(error)):
        Allowance().attempt("transfer", experiment, failing(error))


def told_of(experiment):
    """The predictions that are told of at all."""
    return {kind.name for kind in PREDICTIONS if kind.applies(experiment)}


def test_every_prediction_of_a_run_is_wrapped(monkeypatch):
    for place in (
        "sgdtui.predict.chain.law.transfer", "sgdtui.predict.diffusion.law.fokker_planck",
        "sgdtui.predict.linear.law.gaussian", "sgdtui.predict.gibbs.chosen_temperature.gibbs",
        "sgdtui.predict.diffusion.drift_vectors.drift_vectors", "sgdtui.predict.time.relaxation.relaxation_time",
        "sgdtui.predict.time.first_passage.mean_passage_time", "sgdtui.predict.time.first_passage.kramers_time",
        "sgdtui.predict.time.evolution.evolve", "sgdtui.lab.evidence.appraise",
        "sgdtui.predict.time.first_passage.exit_averages", "sgdtui.predict.time.chain_passage.chain_passage_time",
        "sgdtui.predict.time.wells.find_wells",
    ):  # fmt: skip
        monkeypatch.setattr(place, failing(np.linalg.LinAlgError("singular")))
    for text in (QUADRATIC, QUADRATIC[:-1] + ", until: x > 1}"):
        result = run(load_text(text), threads=1)
        assert result.complete
        assert {a.reason for a in result.snapshot.absences.values()} == {"not found"}
        assert set(result.snapshot.absences) == told_of(result.experiment)
        assert result.verdict == "undecided"


def test_all_predictions_together_have_a_budget_too(experiment):
    allowed = Allowance(0.4)

    def burn():
        while True:
            checkpoint()

    began = time.thread_time()
    found = [allowed.attempt(name, experiment, burn) for name in ("a", "b", "c")]
    assert all(isinstance(f, Absence) and f.reason == "too costly" for f in found)
    assert time.thread_time() - began < 0.4 + 0.4 + 0.5 + 0.6
    assert isinstance(allowed.attempt("cheap", experiment, lambda: 3), int)


def test_who_no_longer_wants_it_is_heard_inside_a_prediction():
    experiment = load_text(THREE_COLUMNS.replace("**2/2", "**2/2 + cos(u*a*b*c)"))
    looks = iter(range(10**9))
    allowed = Allowance(20, lambda: next(looks) > 6)
    began = time.thread_time()
    with pytest.raises(Cancel):
        list(foresee(experiment, bin_edges(experiment), allowance=allowed))
    assert time.thread_time() - began < 5, (
        "six looks take no more than .2 s each, with room for a slow machine"
    )


def test_two_weights_over_three_drawn_columns_end(monkeypatch):
    monkeypatch.setenv(SHOW_FAULTS, "1")
    began = time.process_time()
    result = run(load_text(THREE_COLUMNS), threads=1, budget=5)
    assert time.process_time() - began < 60
    assert set(result.predictions) | set(result.snapshot.absences) == told_of(result.experiment)
    assert result.snapshot.drift is not None


NASTY = {
    "pole": "{loss: 1/x + x**2, noise: 1/x**2, space: {domain: [[-2, 2]]}}",
    "overflow": "{loss: exp(30*x) - x, noise: exp(20*x), start: {at: [1]}}",
    "nothing": "{loss: 0, noise: 0}",
    "log": "{loss: x - log(x), start: {at: [0.5]}, dynamics: {eta: 1}}",
    "heavy": "{loss: log(1 + x**2), noise: {covariance: 1, law: stable(0.7)}}",
    "unstable": "{loss: 500*x**2, dynamics: {eta: 0.5}}",
    "plane": "{loss: x**2*y**2 + 1/(x - 0.1), variables: [x, y], noise: x**2, space: {domain: [[-1, 1], [-1, 1]]}}",
    "rows": "{sample: {loss: exp(x*a), variables: [x], columns: [a], data: [[300], [-300]]}}",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", NASTY)
def test_no_warning_comes_out(name, tmp_path):
    path = tmp_path / "nasty.yaml"
    path.write_text(NASTY[name].replace("}}", "}}"))
    arguments = ["run", str(path), "--json", "--walkers", "64", "--steps", "100", "--set", "run.burn_in=100"]
    done = subprocess.run(
        [sys.executable, "-W", "always", "-m", "sgdtui", *arguments, "--budget", "3"],
        capture_output=True, text=True, timeout=280, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode in (0, 1, 2)
    lines = [line for line in done.stderr.splitlines() if "Warning" in line or "Traceback" in line]
    assert not [line for line in lines if "DeprecationWarning" not in line], done.stderr
