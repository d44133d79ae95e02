"""The thread that predicts: takes the latest request, drops the one before, and tells each stage as it is done."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from sgdtui.arrays import Array
from sgdtui.budget import Cancel
from sgdtui.lab.allowance import LIVE, Allowance
from sgdtui.lab.on_the_way import on_the_way
from sgdtui.lab.plan import Resolved, with_lengths
from sgdtui.lab.predictions import Foresight, foresee, with_measured
from sgdtui.model.experiment import Experiment
from sgdtui.model.loss import Interval
from sgdtui.predict.prediction import Absence
from sgdtui.predict.question import MeasuredLaw

log = logging.getLogger(__name__)


_REMEMBERED = 24
"""Experiments whose predictions are kept, so that undo is immediate."""


_Key = tuple[int, tuple[Interval, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Foreseen:
    """What is predicted so far for the experiment `asked` for, with window `edges`.

    `resolved` tells burn-in and steps once they are known; `fitted_to` counts the samples of the measured law that it
    was fitted to; `error` is what went wrong, one line, or empty.
    """

    asked: Experiment
    edges: tuple[Array, ...]
    foresight: Foresight
    resolved: Resolved | None
    complete: bool
    fitted_to: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """The measured law that a complete prediction is to be fitted to."""

    foreseen: Foreseen
    experiment: Experiment
    law: MeasuredLaw


@dataclass(frozen=True, slots=True, eq=False)
class _Request:
    asked: Experiment
    experiment: Experiment
    edges: tuple[Array, ...]

    @property
    def key(self) -> _Key:
        """What tells requests apart whose predictions differ."""
        return id(self.asked), self.experiment.space.domain or ()


def _with_way(foreseen: Foreseen, resolved: Resolved, allowed: Allowance) -> Foresight:
    """What is predicted and p(x, t) until the burn-in is over."""
    experiment = resolved.experiment
    until = (experiment.run.burn_in or 0) * experiment.time_step
    way = allowed.attempt("p(x, t)", experiment, lambda: on_the_way(experiment, foreseen.edges, until))
    if isinstance(way, Absence):
        return foreseen.foresight.but_for(way)
    return replace(foreseen.foresight, way=way)


class Predictor:
    """Predicts in a thread of its own, which starts with the first request.

    `tell` is called from that thread with every stage. A new request supersedes the one at work, wherever that is.
    `seconds` of one core are what each prediction may take.
    """

    def __init__(self, tell: Callable[[Foreseen], None], seconds: float = LIVE) -> None:
        self._tell = tell
        self._seconds = seconds
        self._condition = threading.Condition()
        self._request: _Request | None = None
        self._fit: _Fit | None = None
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._known: OrderedDict[_Key, Foreseen] = OrderedDict()
        self._at_work: _Key | None = None

    def request(self, asked: Experiment, experiment: Experiment, edges: tuple[Array, ...]) -> None:
        """Predict for `experiment`: `asked` with its domain known, on bins `edges`. Returns at once."""
        with self._condition:
            self._request, self._fit = _Request(asked, experiment, edges), None
            if self._thread is None and not self._stopping:
                self._thread = threading.Thread(target=self._work, name="sgdtui-predictor", daemon=True)
                self._thread.start()
            self._condition.notify()

    def fit(self, foreseen: Foreseen, experiment: Experiment, law: MeasuredLaw) -> None:
        """Tell what was `foreseen` once more, with what depends on the measured law put right. Returns at once."""
        with self._condition:
            self._fit = _Fit(foreseen, experiment, law)
            self._condition.notify()

    def stop(self) -> None:
        """Let the thread end; what it is at looks at this a few times a second."""
        with self._condition:
            self._stopping = True
            self._condition.notify()

    def join(self, timeout: float) -> bool:
        """Wait for the thread to end; True if it has."""
        if self._thread is not None:
            self._thread.join(timeout)
        return self._thread is None or not self._thread.is_alive()

    def _superseded(self) -> bool:
        """Whether what is at work is no longer wanted; a request for the very same, as a reset makes, wants it."""
        request = self._request
        return self._stopping or (request is not None and request.key != self._at_work)

    def _work(self) -> None:
        while True:
            with self._condition:
                while self._request is None and self._fit is None and not self._stopping:
                    self._condition.wait()
                request, self._request = self._request, None
                fit, self._fit = self._fit, None
                if self._stopping:
                    return
                self._at_work = request.key if request is not None else None
            if request is not None:
                self._answer(request)
            elif fit is not None:
                self._answer_fit(fit)

    def _answer_fit(self, fit: _Fit) -> None:
        allowed = Allowance(self._seconds, self._superseded)
        try:
            foresight = with_measured(fit.experiment, fit.foreseen.foresight, fit.law, allowed)
        except Cancel:
            return
        except Exception as error:
            self._tell_failure(fit.foreseen, error)
            return
        self._tell(replace(fit.foreseen, foresight=foresight, fitted_to=fit.law.samples))

    def _tell_failure(self, so_far: Foreseen, error: Exception) -> None:
        log.exception("a prediction failed")
        told = f"a prediction failed: {type(error).__name__}: {error}"
        self._tell(replace(so_far, complete=True, error=told))

    def _answer(self, request: _Request) -> None:
        key = request.key
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
            self._tell(known)
            return
        foreseen = Foreseen(request.asked, request.edges, Foresight(request.edges), None, False)
        allowed = Allowance(self._seconds, self._superseded)
        try:
            for foresight in foresee(request.experiment, request.edges, allowance=allowed):
                if self._superseded():
                    return
                foreseen = replace(foreseen, foresight=foresight)
                self._tell(foreseen)
                smooth_is_done = "fokker-planck" in {*foresight.predictions, *foresight.absences}
                if foreseen.resolved is None and smooth_is_done:
                    resolved = with_lengths(request.experiment, self._superseded, allowed)
                    foreseen = replace(foreseen, resolved=resolved)
                    self._tell(foreseen)
            if self._superseded():
                return
            if foreseen.resolved is not None:
                # Told before p(x, t), which takes longest, so that no verdict waits for it.
                self._tell(replace(foreseen, complete=True))
                foreseen = replace(foreseen, foresight=_with_way(foreseen, foreseen.resolved, allowed))
        except Cancel:
            return
        except Exception as error:
            self._tell_failure(foreseen, error)
            return
        foreseen = replace(foreseen, complete=True)
        # Kept even if a new request came meanwhile: it may ask for the same, as a reset does. `asked` is held by the
        # value, so that its id stays its own.
        self._known[key] = foreseen
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        if not self._superseded():
            self._tell(foreseen)
