"""The live run: what a face may ask of it, in any order, without ever waiting."""

from __future__ import annotations

import threading
import time
from itertools import pairwise

import numpy as np
import pytest

from sgdtui.lab.checkpoint import load as load_checkpoint
from sgdtui.lab.snapshot import PHASES
from sgdtui.model.start import At
from sgdtui.preset.change import changed
from sgdtui.preset.load import load_text

pytestmark = pytest.mark.usefixtures("numpy_walkers")

QUADRATIC = """
loss: "x**2/2"
noise: "s"
parameters: {s: 1}
dynamics: {eta: 0.2}
start: {at: [2]}
observe: {right: "x > 0"}
space: {domain: [[-3, 3]]}
run: {walkers: 512, every: 5, burn_in: 200}
"""


def quadratic(**changes):
    return changed(load_text(QUADRATIC), changes) if changes else load_text(QUADRATIC)


def test_it_settles_samples_and_judges(start_lab, screen):
    start_lab(quadratic())
    # At η = .2 the chain's variance is η/(2 - η) = .111, not Gibbs's .1.
    done = screen.wait_for(lambda s: s.verdict is not None and s.verdict.text == "equilibrium, not gibbs")
    assert done.settled
    assert done.phase == "sampling"
    assert done.step > 200
    assert {"gibbs", "fokker-planck"} <= set(done.predictions)
    assert abs(done.observables["right"].value - 0.5) < 5 * done.observables["right"].se
    variance = 0.2 / 1.8
    assert abs(done.covariance[0, 0] - variance) < 5 * done.covariance_se[0, 0]
    phases = [s.phase for s in screen.shown]
    assert set(phases) <= set(PHASES)
    assert phases.index("settling") < phases.index("sampling")
    assert done.series.time[0] >= 0
    assert np.all(np.diff(done.series.time) >= 0)


def test_before_it_has_settled_nothing_is_called_right_or_wrong(start_lab, screen):
    start_lab(quadratic(**{"run.burn_in": 10**9}))
    seen = screen.wait_for(lambda s: bool(s.comparisons) and s.step > 100)
    assert seen.phase == "settling"
    assert seen.settled is False
    assert all(c.agrees is None for c in seen.comparisons.values())
    assert seen.verdict.text == "undecided"


def test_while_settling_statistics_forget_the_start(start_lab, screen):
    start_lab(quadratic(**{"run.burn_in": 10**9}))
    late = screen.wait_for(lambda s: s.step > 1500)
    assert late.samples < 0.8 * 512 * late.step / 5
    assert abs(late.mean[0]) < 0.05


def test_automatic_burn_in_is_that_of_the_relaxation_time(start_lab, screen):
    text = QUADRATIC.replace(", burn_in: 200", "")
    start_lab(load_text(text))
    done = screen.wait_for(lambda s: s.phase == "sampling" and s.settled)
    relaxation = done.relaxation_time
    assert 0.5 < relaxation < 3  # of the chain at eta = .2: -.2/ln .8 = .896
    assert done.experiment.run.burn_in * 0.2 >= 5 * relaxation


def test_a_dial_keeps_the_walkers_and_restarts_the_statistics(start_lab, screen, numpy_walkers):
    lab = start_lab(quadratic())
    before = screen.wait_for(lambda s: s.phase == "sampling")
    lab.change(quadratic(eta=0.1))
    after = screen.wait_for(lambda s: s.generation > before.generation)
    assert after.step >= before.step, "the walkers were sent back"
    assert after.samples < before.samples + 512 * 4
    assert after.predictions_of < after.generation, "stale predictions must be dimmed"
    fresh = screen.wait_for(lambda s: s.generation == after.generation == s.predictions_of)
    assert np.isclose(fresh.predictions["gibbs"].temperature, 0.05)
    assert numpy_walkers.compiled == 1, "a dial compiled"


def test_another_expression_compiles_and_keeps_places(start_lab, screen, numpy_walkers):
    lab = start_lab(quadratic())
    screen.wait_for(lambda s: s.phase == "sampling")
    lab.change(changed(quadratic(), {"noise": "1 + x**2"}))
    compiling = screen.wait_for(lambda s: s.phase == "compiling" and s.generation > 0)
    assert compiling.samples > 0, "the last picture stays while another kernel is compiled"
    settled = screen.wait_for(lambda s: s.generation > compiling.generation and s.samples > 0)
    assert abs(settled.mean[0]) < 0.5, "the walkers went back to their start at 2"
    assert numpy_walkers.compiled == 2
    assert numpy_walkers.living[0].closed


def test_of_many_changes_only_the_last_counts(start_lab, screen, numpy_walkers):
    numpy_walkers.gate = threading.Event()
    lab = start_lab(quadratic())
    screen.wait_for(lambda s: s.phase == "settling" or s.phase == "compiling")
    for eta in np.linspace(0.05, 0.3, 40):
        lab.change(quadratic(eta=float(eta)))
    numpy_walkers.gate.set()
    last = screen.wait_for(lambda s: s.experiment.dynamics.eta == 0.3 and s.samples > 0)
    assert last.generation <= 4


def test_a_busy_lab_answers_at_once(start_lab, screen, numpy_walkers):
    lab = start_lab(quadratic())
    screen.wait_for(lambda s: s.samples > 0)
    numpy_walkers.gate = threading.Event()
    began = time.perf_counter()
    lab.pause()
    lab.resume()
    lab.reset()
    lab.scatter(At((1.0,)))
    lab.change(quadratic(eta=0.1))
    assert lab.snapshot is not None
    assert lab.result() is not None
    assert time.perf_counter() - began < 5, "a call waited for the walkers, which stand still for ten seconds"
    numpy_walkers.gate.set()


def test_pause_and_resume(start_lab, screen):
    lab = start_lab(quadratic())
    screen.wait_for(lambda s: s.step > 0)
    lab.pause()
    still = screen.wait_for(lambda s: s.paused)
    lab.reset()
    again = screen.wait_for(lambda s: s.message == "restarted")
    assert again.paused
    assert again.step == 0
    lab.resume()
    moved = screen.wait_for(lambda s: not s.paused and s.generation > still.generation and s.step > 0)
    assert moved.step > 0


def test_started_paused_it_waits(start_lab, screen):
    lab = start_lab(quadratic(), paused=True)
    ready = screen.wait_for(lambda s: s.phase == "settling" and "gibbs" in s.predictions)
    assert ready.step == 0
    lab.resume()
    screen.wait_for(lambda s: s.step > 0)


def test_scatter_puts_the_walkers_there(start_lab, screen):
    lab = start_lab(quadratic(), paused=True)
    screen.wait_for(lambda s: s.phase == "settling")
    lab.scatter(At((-2.5,)))
    there = screen.wait_for(lambda s: s.message == "walkers scattered")
    assert there.instant[: len(there.instant) // 6].sum() > 0
    assert there.instant[len(there.instant) // 6 :].sum() == 0


def test_a_failure_is_shown_and_another_experiment_recovers(start_lab, screen, numpy_walkers):
    numpy_walkers.fail_at = 300
    lab = start_lab(quadratic())
    failed = screen.wait_for(lambda s: s.phase == "failed")
    assert "the walkers tripped" in failed.message
    assert failed.samples > 0, "the last picture stays"
    numpy_walkers.fail_at = None
    lab.change(quadratic(eta=0.1))
    screen.wait_for(lambda s: s.phase == "sampling" and s.experiment.dynamics.eta == 0.1)


def test_a_screen_that_fails_does_not_stop_the_run(start_lab):
    calls = []

    def broken(snapshot):
        calls.append(snapshot)
        raise ValueError("the panel fell off")

    lab = start_lab(quadratic(), on_snapshot=broken)
    deadline = time.monotonic() + 60
    while not (lab.snapshot is not None and lab.snapshot.phase == "sampling"):
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)
    assert len(calls) > 3


def test_all_walkers_lost_ends_the_run(start_lab, screen):
    lab = start_lab(quadratic(eta=5.0))
    done = screen.wait_for(lambda s: s.phase == "done")
    assert done.lost == 512
    assert "lost" in done.message
    assert np.isfinite(done.density).all()
    lab.change(quadratic(eta=0.1))
    lab.reset()
    screen.wait_for(lambda s: s.phase == "sampling" and s.lost == 0)


def test_fork_goes_its_own_way_from_the_same_place(start_lab, screen):
    from sgdtui.lab.live import Lab

    lab = start_lab(quadratic())
    screen.wait_for(lambda s: s.phase == "sampling")
    lab.pause()
    still = screen.wait_for(lambda s: s.paused)
    twins = []
    news = threading.Event()

    def show(snapshot):
        twins.append(snapshot)
        if snapshot.phase == "settling":
            news.set()

    twin = lab.fork(show)
    assert isinstance(twin, Lab)
    try:
        assert news.wait(60)
        assert twin.snapshot.step == still.step
        assert twin.snapshot.time == still.time
        assert twin.paused
        twin.change(quadratic(eta=0.1))
        assert lab.snapshot.experiment.dynamics.eta == 0.2
    finally:
        assert twin.stop(30)


def test_a_saved_run_goes_on_with_the_same_walkers(start_lab, screen, tmp_path):
    lab = start_lab(quadratic())
    screen.wait_for(lambda s: s.phase == "sampling")
    lab.pause()
    still = screen.wait_for(lambda s: s.paused)
    path = tmp_path / "run.npz"
    assert lab.save(path, {"name": "quadratic"}, {"panel": "drift"}).wait(30)
    saved = load_checkpoint(path)
    assert saved.view == {"panel": "drift"}
    other_screen = type(screen)()
    again = start_lab(quadratic(), state=saved.state, paused=True, on_snapshot=other_screen)
    resumed = other_screen.wait_for(lambda s: s.phase == "sampling" and s.step == still.step)
    assert np.array_equal(resumed.instant, still.instant)
    assert resumed.samples == still.samples
    assert np.array_equal(resumed.mean, still.mean)
    assert again.snapshot.time == still.time


def test_a_disk_that_says_no_is_a_message(start_lab, screen, tmp_path):
    lab = start_lab(quadratic())
    screen.wait_for(lambda s: s.samples > 0)
    (tmp_path / "file").write_text("")
    assert lab.save(tmp_path / "file" / "run.npz", {}).wait(30)
    screen.wait_for(lambda s: "could not write the checkpoint" in s.message)


def test_result_of_what_there_is(start_lab, screen):
    lab = start_lab(quadratic())
    screen.wait_for(lambda s: s.phase == "sampling" and bool(s.comparisons))
    document = lab.result().document()
    assert document["complete"] is False
    assert document["settings"]["eta"] == 0.2
    assert "gibbs" in document["predictions"]


def test_stop_ends_both_threads(start_lab, screen):
    before = threading.active_count()
    lab = start_lab(quadratic())
    screen.wait_for(lambda s: "gibbs" in s.predictions)
    assert lab.stop(timeout=30)
    assert lab.snapshot.phase == "stopped"
    assert lab._predictor.join(30)
    assert threading.active_count() <= before


def test_a_window_of_a_pilot_is_found_before_the_first_step(start_lab, screen):
    text = QUADRATIC.replace("space: {domain: [[-3, 3]]}\n", "").replace(
        "start: {at: [2]}", "start: {at: [0]}"
    )
    start_lab(load_text(text))
    done = screen.wait_for(lambda s: s.phase == "sampling" and s.samples > 0)
    (low, high) = done.experiment.space.domain[0]
    assert -2.2 < low < -1.1  # four standard deviations of .333
    assert 1.1 < high < 2.2
    assert done.outside < 1e-3


def test_one_step_at_a_time_with_the_same_walkers(start_lab, screen):
    lab = start_lab(quadratic(**{"run.burn_in": 0}))
    screen.wait_for(lambda s: s.step > 10)
    lab.pause()
    still = screen.wait_for(lambda s: s.paused)
    lab.step_once()
    after = screen.wait_for(lambda s: s.step == still.step + 1)
    assert after.paused
    assert after.sample.shape == still.sample.shape == (40, 1)
    # Each watched walker went on from where it was: x' = (1 - η) x - η ξ, and |ξ| < 6 with a single sigma of 1.
    assert np.all(np.abs(after.sample - 0.8 * still.sample) < 0.2 * 6)
    assert np.any(after.sample != still.sample)


def test_a_slow_clock_shows_every_step(start_lab, screen):
    lab = start_lab(quadratic(**{"run.burn_in": 0}), interval=0.01)
    screen.wait_for(lambda s: s.step > 10)
    lab.pace = 1
    begun = len(screen.shown)
    screen.wait_for(lambda _: len(screen.shown) > begun + 8)
    steps = [s.step for s in screen.shown[begun + 2 :]]
    assert all(after - before <= 1 for before, after in pairwise(steps)), steps
