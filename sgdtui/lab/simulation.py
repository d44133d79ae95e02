"""One simulation: walkers, phases, window, statistics, the bias of dt, predictions taken up, judgement.

Both faces drive this and neither computes: `run` to its end, `live` between two looks at what is asked for. It is
synchronous and touched by one thread only; what others read is a frozen `Snapshot`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sgdtui.compare.motion import Motion
from sgdtui.lab.allowance import Allowance
from sgdtui.lab.compose import Clock, compose, no_counts
from sgdtui.lab.evidence import Evidence, same_edges
from sgdtui.lab.pilot import Cancelled, drawn_wells
from sgdtui.lab.plan import RELAXATIONS, Resolved, has_no_rest, known_domain, with_domain
from sgdtui.lab.predictions import Foresight, bin_edges
from sgdtui.lab.predictor import Foreseen
from sgdtui.lab.recording import Recording
from sgdtui.lab.snapshot import Snapshot
from sgdtui.lab.wells import Settling, Whereabouts
from sgdtui.model.experiment import Experiment
from sgdtui.model.loss import FALLBACK_INTERVAL
from sgdtui.model.start import Start
from sgdtui.predict.question import MeasuredLaw

if TYPE_CHECKING:
    from sgdtui.arrays import Array
    from sgdtui.simulate.count.counts import Counts
    from sgdtui.simulate.ensemble import Ensemble

_BESIDE = 2
"""Steps at 2 dt for each step at dt, at most: so a companion that began late catches up."""


class Simulation:
    """One ensemble, its statistics in the making, and the predictions that came in for it.

    asked       the experiment as it was asked for; `experiment` the same with its window, and in time its lengths
    generation  grows whenever the statistics begin anew; `predictions_of` is the one that the predictions are of

    Args:
        threads: that step the walkers.
        planned: steps to record, after which it is done; None to go on.
        watched: whether somebody looks on while it settles: then the recent past is counted too.
        allowance: what is asked how much a search for wells may cost; by default as much as a prediction.
    """

    def __init__(
        self,
        threads: int,
        *,
        planned: int | None = None,
        watched: bool = True,
        allowance: Callable[[], Allowance] = Allowance,
    ) -> None:
        self.threads = threads
        self._allowance = allowance
        self.planned = planned
        self.watched = watched
        self.asked: Experiment | None = None
        self.experiment: Experiment | None = None
        self.ensemble: Ensemble | None = None
        self.recording: Recording | None = None
        self.resolved: Resolved | None = None
        self.evidence = Evidence(threads)
        self.edges: tuple[Array, ...] = ()
        self.phase = "compiling"
        self.message = ""
        self.generation = 0
        self.predictions_of = -1
        self._open_window = False
        self._from_start = False

    # --- taking up an experiment ----------------------------------------------------------------------------------

    def turn(self, asked: Experiment) -> bool:
        """Take up an experiment that differs from the present one in numbers only; False if it does not."""
        if self.ensemble is None or self.experiment is None or self.phase == "failed":
            return False
        candidate = self._in_present_window(asked)
        if candidate is None or not self.ensemble.change(candidate):
            return False
        self._open_window = known_domain(asked) is None
        self._from_start = False
        self.asked, self.experiment = asked, candidate
        self.edges = bin_edges(candidate)
        self.new_generation()
        return True

    def _in_present_window(self, asked: Experiment) -> Experiment | None:
        if known_domain(asked) is not None:
            return with_domain(asked)
        if self.experiment is None or asked.dimension != self.experiment.dimension:
            return None
        if asked.space.axes != self.experiment.space.axes:
            return None
        return replace(asked, space=replace(asked.space, domain=self.experiment.space.domain))

    def find_window(self, asked: Experiment, cancelled: Cancelled) -> Experiment:
        """The experiment with its window, which `build` will take up. Raises `pilot.Cancel`."""
        self.asked = asked
        self._open_window = known_domain(asked) is None
        # Walkers that go on in a new landscape take their window with them, until it turns out not to hold them.
        kept = self._in_present_window(asked) if self._open_window and self.ensemble is not None else None
        self.phase = "compiling"
        return kept if kept is not None else with_domain(asked, cancelled)

    def take_up(self, asked: Experiment, resolved: Resolved) -> None:
        """An experiment whose window and lengths are known, its walkers at the start."""
        self.asked = asked
        self._open_window = known_domain(asked) is None
        self.build(resolved.experiment, None)
        self.resolved = resolved

    def build(self, experiment: Experiment, state: Mapping[str, Any] | None) -> None:
        """Compile and place the walkers: from `state`, else where they are if they fit, else at the start.

        Raises `simulate.ensemble.Unsupported`.
        """
        from sgdtui.simulate.ensemble import Ensemble

        ensemble = Ensemble(experiment, threads=self.threads)
        ensemble.compile()
        former, before = self.ensemble, self.experiment
        self._from_start = False
        if state is not None:
            ensemble.restore(dict(state))
        elif former is not None and before is not None and _same_walkers(before, experiment):
            ensemble.adopt(former.positions())
        else:
            self._from_start = True
        self.ensemble, self.experiment = ensemble, experiment
        self.edges = bin_edges(experiment)
        if former is not None:
            former.close()
        if state is not None and "statistics" in state:
            self._begin(ensemble, experiment, "resumed").go_on(state["statistics"])
            self.phase = "sampling" if state["statistics"]["sampling"] else "settling"
        else:
            self.new_generation()

    @property
    def running(self) -> Experiment | None:
        """What was asked for, with the window that the walkers are counted in; None before there are any."""
        if self.asked is None or self.experiment is None or self.ensemble is None:
            return None
        return replace(self.asked, space=replace(self.asked.space, domain=self.experiment.space.domain))

    @property
    def kernel_source(self) -> str:
        """The generated step as text; "" before there is one."""
        return self.ensemble.kernel_source if self.ensemble is not None else ""

    def state(self) -> dict[str, Any] | None:
        """All that `build` needs to go on with the same walkers, streams and statistics; None before there are any."""
        if self.ensemble is None or self.recording is None:
            return None
        return {**self.ensemble.state(), "statistics": self.recording.reached()}

    def _begin(self, ensemble: Ensemble, experiment: Experiment, message: str) -> Recording:
        """A new generation, of which nothing is known yet."""
        self.generation += 1
        self.resolved = None
        self.message = message
        self.phase = "settling"
        self.evidence.forget_measured()
        self.recording = Recording(ensemble, experiment, self.edges, self.planned, self.watched)
        return self.recording

    def new_generation(self) -> None:
        """Begin the statistics anew; walkers and predictions stay as they are."""
        if self.ensemble is None or self.experiment is None:
            return
        self.ensemble.clear()
        self._begin(self.ensemble, self.experiment, "statistics restarted" if self.generation else "")

    def restart(self) -> None:
        """All walkers back to the start; what was predicted still holds."""
        if self.ensemble is not None:
            self.ensemble.restart()
            self._from_start = True
            self._again("restarted")

    def scatter(self, start: Start) -> None:
        """All walkers to another place; what was predicted still holds."""
        if self.ensemble is not None:
            self.ensemble.scatter(start)
            self._from_start = False
            self._again("walkers scattered")

    def _again(self, message: str) -> None:
        resolved, current = self.resolved, self.predictions_of == self.generation
        self.new_generation()
        self.resolved = resolved
        if current:
            self.predictions_of = self.generation
        self.message = message

    def take(self, foreseen: Foreseen) -> None:
        """Predictions that came in; those for another experiment or other bins are dropped."""
        if foreseen.asked is not self.asked or self.experiment is None:
            return
        if not same_edges(foreseen.edges, self.edges):
            return
        if foreseen.error:
            self.message = foreseen.error
        self.evidence.take(foreseen)
        self.predictions_of = self.generation
        if self.phase == "done" and self._all_recorded:
            self.phase = "sampling"
        if foreseen.resolved is not None:
            self.resolved = foreseen.resolved
            self.experiment = foreseen.resolved.experiment

    def law_to_fit(self) -> tuple[Foreseen, Experiment, MeasuredLaw] | None:
        """The measured law and the predictions to fit to it: each time that there are twice as many samples, and at
        the end; None where there is nothing to fit.
        """
        if self.predictions_of != self.generation or self.experiment is None or self.ensemble is None:
            return None
        if self.recording is None or not self.recording.sampling:
            return None
        found = self.evidence.to_fit(self.ensemble, ended=self.phase == "done")
        return None if found is None else (found[0], self.experiment, found[1])

    def tell(self, message: str) -> None:
        """One line for whoever looks on."""
        self.message = message

    @property
    def concluded(self) -> bool:
        """Whether it is done, and what was predicted is fitted to all that was measured."""
        if self.phase != "done" or self.predictions_of != self.generation or self.recording is None:
            return False
        return self.evidence.fitted_to(self.recording.counts().total)

    def fail(self, message: str) -> None:
        """The run cannot go on as it is; another experiment or a restart may."""
        self.phase, self.message = "failed", message

    def close(self) -> None:
        """Let the walkers go."""
        self.evidence.forget_measured()
        if self.ensemble is not None:
            self.ensemble.close()

    # --- stepping -------------------------------------------------------------------------------------------------

    def ready(self, limit: float = math.inf) -> bool:
        """Whether there is anything to step: walkers, some of them alive, and seconds left of `limit`."""
        if self.ensemble is None or self.recording is None:
            return False
        if self.phase in ("failed", "compiling", "pilot", "done"):
            return False
        if self.planned is None and self.recording.alive == 0:
            stops = self.experiment is not None and self.experiment.until is not None
            self.phase = "done"
            self.message = "all walkers have arrived" if stops else "all walkers are lost"
            return False
        if self.ensemble.seconds > limit:
            self.phase, self.message = "done", f"stopped after {limit:.0f} s of stepping"
            return False
        if self._all_recorded and not self._waits_for_companion and not self._waits_for_finer_steps:
            self.phase = "done"
            return False
        return True

    @property
    def _waits_for_companion(self) -> bool:
        """Whether the bias of dt is still being measured of a run that has settled."""
        if self.recording is None or self.experiment is None or self.predictions_of != self.generation:
            return False
        shared_out = self.resolved is not None and self.resolved.within is not None
        wanted = bool(self.settled) or (
            self.recording.sampling and (shared_out or self.experiment.until is not None)
        )
        return wanted and self.evidence.lags(self.experiment, self.recording.sampled)

    @property
    def _waits_for_finer_steps(self) -> bool:
        """Whether walkers of an SDE are lost, and it is still being tried whether finer steps lose fewer."""
        if self.ensemble is None or self.experiment is None or self.recording is None:
            return False
        return self.recording.sampling and self.evidence.losses_are_open(self.experiment, self.ensemble)

    @property
    def _all_recorded(self) -> bool:
        recording = self.recording
        return (
            self.planned is not None
            and recording is not None
            and recording.sampling
            and recording.sampled >= self.planned
        )

    @property
    def share(self) -> float:
        """How much of what was planned is done, 0 to 1; 0 where nothing is."""
        total = (self.burn_in or 0) + (self.planned or 0)
        return min(1.0, self.recording.elapsed / total) if self.recording is not None and total else 0.0

    @property
    def burn_in(self) -> int | None:
        """Steps of burn-in since the last change; None while the relaxation time is still being worked out.

        A run that is watched goes on as long as somebody looks, so there an automatic burn-in is never cut by a budget.
        """
        if self.asked is None or self.experiment is None:
            return None
        given = self.asked.run.burn_in
        if given is not None or has_no_rest(self.experiment):
            return given or 0
        if self.resolved is None:
            return None
        burn_in = self.resolved.experiment.run.burn_in or 0
        if self.watched and self.resolved.relaxation_time is not None and self.resolved.within is None:
            step = self.experiment.time_step
            burn_in = max(burn_in, math.ceil(RELAXATIONS * self.resolved.relaxation_time / step))
        return burn_in

    @property
    def settled(self) -> bool | None:
        """As far as is known now: in burn-in no; after it by the relaxation time, else by whether averages moved."""
        burn_in = self.burn_in
        if burn_in is None or self.recording is None or self.experiment is None:
            return None
        if not self.recording.sampling:
            return False
        if self.resolved is None:
            return None
        if not self.watched and not self._all_recorded:
            return False
        if self.resolved.relaxation_time is None:
            if has_no_rest(self.experiment) or (not self.watched and self.resolved.settled is False):
                return False
            return self.recording.still
        if not self.watched:
            return self.resolved.settled
        reached = burn_in * self.experiment.time_step
        return reached >= RELAXATIONS * self.resolved.relaxation_time * (1 - 1e-9)

    def step(self, cancelled: Cancelled | None = None, most: int | None = None) -> bool:
        """Advance the walkers for one chunk, of `most` steps at most; True if the window moved, so that other bins are
        to be predicted.
        """
        recording = self.recording
        if recording is None or self.experiment is None:
            return False
        burn_in, moved = self.burn_in, False
        if not recording.sampling and burn_in is not None and recording.elapsed >= burn_in:
            recording.begin_sampling()
            self.phase, self.message = "sampling", ""
            self.evidence.judge_anew()
            moved = self._refit_window()
        done = recording.step(burn_in, cancelled, most) if not self._all_recorded else 0
        if self._waits_for_companion:
            self.evidence.keep_step(
                self.experiment, burn_in or 0, recording.sampled, _BESIDE * max(done, 16), cancelled
            )
        if self._waits_for_finer_steps and (self.watched or self._all_recorded) and self.ensemble is not None:
            self.evidence.try_finer_steps(
                self.experiment, self.ensemble, _BESIDE * max(done, 1024), cancelled
            )
        return moved or (self.watched and self._refit_window())

    def _refit_window(self) -> bool:
        """Move a window that nobody chose to where the walkers are; True if it moved."""
        if (
            not self._open_window
            or self.recording is None
            or self.ensemble is None
            or self.experiment is None
            or has_no_rest(self.experiment)
        ):
            return False
        experiment = self.experiment
        domain = self.recording.better_window(
            experiment.space.domain or (), lambda: drawn_wells(experiment, self._allowance())
        )
        self._open_window = not self.recording.sampling
        if domain is None:
            return False
        moved = replace(self.experiment, space=replace(self.experiment.space, domain=domain))
        if not self.ensemble.change(moved):
            return False
        self.experiment, self.edges = moved, bin_edges(moved)
        self.recording.rewindow(self.edges)
        self.evidence.forget_measured()
        self.predictions_of = -1
        return True

    # --- showing --------------------------------------------------------------------------------------------------

    def snapshot(self, paused: bool = False, latest: Snapshot | None = None) -> Snapshot | None:
        """The present moment; while another experiment is compiled, the last one with the new phase."""
        recording, experiment, ensemble = self.recording, self.experiment, self.ensemble
        nothing_to_show = recording is None or experiment is None or ensemble is None
        if nothing_to_show or self.phase in ("compiling", "pilot", "failed"):
            if latest is not None:
                return replace(latest, phase=self.phase, paused=paused, message=self.message)
            return self._blank(paused)
        assert recording is not None
        assert experiment is not None
        assert ensemble is not None
        counts = recording.counts()
        instant = recording.look()
        current = self.predictions_of == self.generation
        settled = self.settled
        foresight = self.evidence.weighed(
            experiment,
            counts,
            self.edges,
            settled if recording.sampling else False,
            current,
            self.phase == "done",
            self._motion(counts),
            ensemble.positions,
            self._settling(),
            self._allowance(),
            recording.asymmetry(),
        )
        appraisal = self.evidence.appraisal
        rate = ensemble.walker_steps / ensemble.seconds if ensemble.seconds > 0 else 0.0
        return compose(
            experiment,
            phase=self.phase,
            paused=paused,
            generation=self.generation,
            predictions_of=self.predictions_of,
            settled=self.evidence.settled if recording.sampling else settled,
            clock=Clock(ensemble.step, ensemble.time, ensemble.seconds, rate),
            counts=counts,
            instant=instant,
            alive=recording.alive,
            # Predictions of the run before are shown until the new ones come, where they can be: in as many dimensions.
            foresight=foresight if current else self.evidence.shown_until_then(foresight),
            comparisons=appraisal.comparisons,
            verdict=appraisal.verdict,
            series=recording.series(foresight.predictions),
            message=self.message,
            relaxation_time=self.resolved.relaxation_time if self.resolved is not None else None,
            wells=self.evidence.wells,
            expected=self._expected(foresight, ensemble.time),
            sample=recording.drawn,
            asymmetry=recording.asymmetry(),
        )

    def _motion(self, counts: Counts) -> Motion | None:
        """What the walkers were seen to do; None while they settle."""
        recording, ensemble = self.recording, self.ensemble
        if recording is None or ensemble is None or not recording.sampling:
            return None
        return Motion(
            still=recording.still,
            lost=counts.lost / ensemble.walkers,
            rate=recording.loss_rate,
            steps=ensemble.step,
            walkers=ensemble.walkers,
        )

    def _settling(self) -> Settling | None:
        """How far the run has settled, for what is said about its wells; None while it settles."""
        recording, ensemble, experiment = self.recording, self.ensemble, self.experiment
        if recording is None or ensemble is None or experiment is None or self.resolved is None:
            return None
        if not recording.sampling or (self.planned is not None and not self._all_recorded):
            return None
        return Settling(
            self.resolved,
            recording.still,
            lambda: Whereabouts(recording.at_first, recording.some_walkers()),
            (recording.elapsed - recording.sampled) * experiment.time_step,
        )

    def _expected(self, foresight: Foresight, time: float) -> Array | None:
        """p(x, t) of walkers that are on their way from the experiment's start; None where they are not."""
        on_their_way = self._from_start and self.phase == "settling" and foresight.way is not None
        return foresight.way.at(time) if on_their_way and foresight.way is not None else None

    def _blank(self, paused: bool) -> Snapshot | None:
        """A first picture, before there are walkers."""
        return None if self.asked is None else blank(self.asked, self, paused)


def blank(asked: Experiment, simulation: Simulation | None = None, paused: bool = False) -> Snapshot:
    """The picture of an experiment before its first step; with no simulation, of one that was stopped before it."""
    domain = known_domain(asked) or (FALLBACK_INTERVAL,) * len(asked.space.axes)
    experiment = with_domain(replace(asked, space=replace(asked.space, domain=domain)))
    edges = bin_edges(experiment)
    return compose(
        experiment,
        phase=simulation.phase if simulation is not None else "stopped",
        paused=paused,
        generation=simulation.generation if simulation is not None else 0,
        predictions_of=simulation.predictions_of if simulation is not None else 0,
        settled=None if simulation is not None else False,
        clock=Clock(0, 0.0, 0.0, 0.0),
        counts=no_counts(experiment, edges),
        instant=None,
        alive=0,
        foresight=Foresight(edges),
        comparisons={},
        verdict=None,
        series=None,
        message=simulation.message if simulation is not None else "stopped before the first step",
    )


def _same_walkers(one: Experiment, other: Experiment) -> bool:
    """Whether the walkers of one can go on in the other: same form of place, same number."""
    return (
        one.dimension == other.dimension
        and one.system.in_continuous_time == other.system.in_continuous_time
        and one.run.walkers == other.run.walkers
    )
