"""Ensemble averages through time: what the walkers did on their way, not only where they ended."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sgdtui.arrays import Array
from sgdtui.expression.numeric import evaluate
from sgdtui.lab.snapshot import Series
from sgdtui.model.experiment import Experiment
from sgdtui.model.quantities import beside_steps, seconds_a_place, values_at
from sgdtui.predict.prediction import Prediction

POINTS = 400
"""Most moments that a series keeps."""
_PLANNED = 160
_SECONDS, _FEWEST = 0.02, 32
"""About how long the quantities of one moment may take, and of how many walkers they are taken at least."""


def plan(experiment: Experiment, total_steps: int) -> NDArray[np.int64]:
    """The steps, from 0 to `total_steps`, after which the averages are taken.

    Denser early, where things happen; the times that claims name (`expect … at`) are hit exactly.
    """
    early = np.geomspace(1, max(total_steps, 1), _PLANNED // 2)
    late = np.linspace(0, total_steps, _PLANNED // 2)
    steps = np.unique(np.concatenate([early, late]).round().astype(np.int64))
    return np.union1d(steps, claimed_steps(experiment, total_steps))


def claimed_steps(experiment: Experiment, total_steps: int) -> NDArray[np.int64]:
    """The steps after which the times of the experiment's claims are reached, those of its variants included."""
    times = np.array(sorted({e.at for e in experiment.expect if e.at is not None}))
    if not len(times):
        return np.zeros(0, dtype=np.int64)
    if experiment.dynamics.is_sde or experiment.dynamics.schedule is None:
        steps = np.rint(times / experiment.time_step).astype(np.int64)
    else:
        steps = np.searchsorted(scheduled_times(experiment, total_steps), times * (1 - 1e-9))
    return np.asarray(steps[(steps >= 0) & (steps <= total_steps)], dtype=np.int64)


def scheduled_times(experiment: Experiment, steps: int) -> Array:
    """The time after 0, 1, … `steps` steps of SGD under the schedule of its learning rate, (steps + 1,)."""
    schedule = experiment.dynamics.schedule
    if schedule is None:
        return np.asarray(np.arange(steps + 1) * experiment.time_step, dtype=np.float64)
    names = {**experiment.values, "eta": experiment.dynamics.eta}
    if "t" not in schedule.names:
        k = np.arange(steps, dtype=float)
        rates = evaluate(schedule, {**names, "t": 0.0, "k": k})
        return np.concatenate([[0.0], np.cumsum(rates)])
    times = np.zeros(steps + 1)
    for step in range(steps):
        rate = evaluate(schedule, {**names, "t": times[step], "k": float(step)})
        times[step + 1] = times[step] + float(rate)
    return times


@dataclass(frozen=True, slots=True, eq=False)
class _Moment:
    time: float
    mean: Array
    mean_se: Array
    covariance: Array
    covariance_se: Array
    observables: Array
    observables_se: Array
    histogram: NDArray[np.int32] | None
    alive: int
    serial: int = 0


class SeriesRecorder:
    """Takes the averages at moments of a run; never keeps more than `POINTS` (then every other one goes).

    `keep` are the times that must not be thinned out.
    """

    def __init__(self, experiment: Experiment, edges: tuple[Array, ...], keep: Array | None = None) -> None:
        self._experiment = experiment
        self._edges = edges
        self._keep = np.zeros(0) if keep is None else keep
        self._moments: list[_Moment] = []
        self._recorded = 0
        self._distances: dict[str, tuple[Prediction, dict[int, float]]] = {}

    def record(self, time: float, positions: Array) -> NDArray[np.int32]:
        """Average over the `positions` (walkers, d) that are finite; gives their histogram, (bins…)."""
        alive = positions[np.isfinite(positions).all(axis=1)]
        histogram = bin_counts(alive[:, list(self._experiment.space.axes)], self._edges)
        self._recorded += 1
        self._moments.append(
            replace(_moment(self._experiment, time, alive, histogram), serial=self._recorded)
        )
        if len(self._moments) > POINTS:
            last = len(self._moments) - 1
            self._moments = [
                m
                for i, m in enumerate(self._moments)
                if i % 2 == 0 or i == last or np.any(np.isclose(m.time, self._keep, rtol=1e-9, atol=0))
            ]
        return histogram

    def histograms(self) -> list[tuple[float, NDArray[np.int32], int]]:
        """The time, the histogram (bins…) and the number of walkers alive of every moment with the present bins."""
        return [(m.time, m.histogram, m.alive) for m in self._moments if m.histogram is not None]

    def rewindow(self, edges: tuple[Array, ...]) -> None:
        """Go on with other bins; the histograms so far, and with them their distances, are forgotten."""
        self._edges = edges
        self._distances = {}
        self._moments = [replace(moment, histogram=None) for moment in self._moments]

    def series(self, predictions: dict[str, Prediction]) -> Series:
        """What was recorded, with the total variation of each moment's histogram from each prediction."""
        moments = self._moments
        d = self._experiment.dimension
        names = [name for name, _ in self._experiment.observe]
        observables = np.array([m.observables for m in moments]).reshape(len(moments), len(names))
        errors = np.array([m.observables_se for m in moments]).reshape(len(moments), len(names))
        return Series(
            time=np.array([m.time for m in moments]),
            mean=np.array([m.mean for m in moments]).reshape(-1, d),
            covariance=np.array([m.covariance for m in moments]).reshape(-1, d, d),
            observables={name: observables[:, i] for i, name in enumerate(names)},
            distance={
                name: self._distance(name, p) for name, p in predictions.items() if p.probability is not None
            },
            mean_se=np.array([m.mean_se for m in moments]).reshape(-1, d),
            observables_se={name: errors[:, i] for i, name in enumerate(names)},
            covariance_se=np.array([m.covariance_se for m in moments]).reshape(-1, d, d),
        )

    def _distance(self, name: str, prediction: Prediction) -> Array:
        """The total variation of every moment from a prediction; only new moments are worked out."""
        if self._distances.get(name, (None,))[0] is not prediction:
            self._distances[name] = (prediction, {})
        known = self._distances[name][1]
        for moment in self._moments:
            if moment.serial not in known:
                known[moment.serial] = _tv(moment, prediction)
        return np.array([known[moment.serial] for moment in self._moments])


def bin_counts(drawn: Array, edges: tuple[Array, ...]) -> NDArray[np.int32]:
    """The histogram of points (n, axes) over uniform bins, (bins…); points outside are left out."""
    flat = np.zeros(len(drawn), dtype=np.int64)
    inside = np.ones(len(drawn), dtype=bool)
    shape = tuple(len(axis_edges) - 1 for axis_edges in edges)
    for axis, axis_edges in enumerate(edges):
        low, high = axis_edges[0], axis_edges[-1]
        x = drawn[:, axis]
        inside &= (x >= low) & (x < high)
        index = (np.clip(x, low, high) - low) * (shape[axis] / (high - low))
        flat = flat * shape[axis] + np.minimum(index.astype(np.int64), shape[axis] - 1)
    counted = np.bincount(flat[inside], minlength=int(np.prod(shape)))
    return counted.reshape(shape).astype(np.int32)


def _moment(experiment: Experiment, time: float, x: Array, histogram: NDArray[np.int32]) -> _Moment:
    d, n = experiment.dimension, len(x)
    swarm = experiment.dynamics.swarm
    block = swarm.size if swarm is not None and n % swarm.size == 0 else 1
    m = len(experiment.observe)
    if n == 0:
        return _Moment(time, _nan(d), _nan(d), _nan(d, d), _nan(d, d), _nan(m), _nan(m), histogram, 0)
    seen, seen_se = _seen(experiment, time, x, block)
    mean = x.mean(axis=0)
    centred = x - mean
    covariance = centred.T @ centred / n
    if block == 1:
        # Var of the product of two deviations, without forming (n, d, d).
        squares = centred**2
        covariance_se = np.sqrt(np.maximum(squares.T @ squares / n - covariance**2, 0) / n)
    else:
        covariance_se = _block_error((centred[:, :, None] * centred[:, None, :]).reshape(n, -1), block)
    return _Moment(
        time,
        mean,
        _block_error(x, block),
        covariance,
        covariance_se.reshape(d, d),
        seen,
        seen_se,
        histogram,
        n,
    )


def _seen(experiment: Experiment, time: float, x: Array, block: int) -> tuple[Array, Array]:
    """The averages of the observed expressions over walkers (n, d), and their standard errors, each (m,).

    Of quantities that cost much, over as many whole swarms, spread over all, as `_SECONDS` allow.
    """
    beside = beside_steps(experiment)
    mean, error = _nan(len(experiment.observe)), _nan(len(experiment.observe))
    for columns in ([i for i in range(len(mean)) if i not in beside], list(beside)):
        if not columns:
            continue
        wanted = [experiment.observe[i][1] for i in columns]
        most = max(_FEWEST, int(_SECONDS / seconds_a_place(experiment, wanted)))
        places = x
        if beside and len(x) > most:
            swarms = x.reshape(len(x) // block, block, -1)
            places = swarms[:: -(-len(x) // most)].reshape(-1, x.shape[1])
        values = values_at(experiment, wanted, places, 0.0, time)
        mean[columns], error[columns] = values.mean(axis=0), _block_error(values, block)
    return mean, error


def _block_error(values: Array, block: int) -> Array:
    """The standard error of the mean of (n, m) values of which each run of `block` walkers moves together."""
    if block > 1:
        values = values.reshape(len(values) // block, block, values.shape[1]).mean(axis=1)
    if len(values) < 2:
        return _nan(values.shape[1])
    return np.asarray(values.std(axis=0, ddof=1) / np.sqrt(len(values)))


def _nan(*shape: int) -> Array:
    return np.full(shape, np.nan)


def _tv(moment: _Moment, prediction: Prediction) -> float:
    if moment.histogram is None or not moment.alive or prediction.probability is None:
        return float("nan")
    share = moment.histogram / moment.alive
    gap = np.abs(share - prediction.probability).sum() + abs(1 - share.sum() - prediction.outside)
    return min(1.0, 0.5 * float(gap))
