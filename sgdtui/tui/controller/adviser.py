"""Works out what to try next in a thread of its own, for the latest experiment only."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from sgdtui.tui.controller.events import Advised

if TYPE_CHECKING:
    from sgdtui.model.experiment import Experiment

log = logging.getLogger(__name__)


class Adviser:
    """`tell` is called from the thread, once for every experiment that was not overtaken."""

    def __init__(self, tell: Callable[[Advised], None]) -> None:
        self._tell = tell
        self._wanted: Experiment | None = None
        self._lock = threading.Lock()

    def consider(self, experiment: Experiment) -> None:
        """Forgets what was being worked out. The experiment's domain must be known."""
        with self._lock:
            self._wanted = experiment
        threading.Thread(target=self._work, args=(experiment,), name="sgdtui-adviser", daemon=True).start()

    def stop(self) -> None:
        """Nothing is wanted any more."""
        with self._lock:
            self._wanted = None

    def _work(self, experiment: Experiment) -> None:
        from sgdtui.lab.advice import advise

        try:
            found = advise(experiment, lambda: self._wanted is not experiment)
        except Exception:  # advice is no part of the run: without it all else goes on
            log.exception("no advice")
            return
        if self._wanted is experiment:
            self._tell(Advised(found))
