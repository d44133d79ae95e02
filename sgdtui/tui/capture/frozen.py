"""A workbench without a run: one stored snapshot, for pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sgdtui.lab.advice import advise
from sgdtui.lab.snapshot import Snapshot
from sgdtui.model.experiment import Experiment
from sgdtui.tui.controller.claim_lines import claims_apply, lines_of
from sgdtui.tui.controller.controller import Workbench
from sgdtui.tui.controller.events import Advised, Claimed, Event, Request


class StillLab:
    """Shows the snapshot once; nothing moves."""

    def __init__(self, snapshot: Snapshot, tell: Callable[[Snapshot], None]) -> None:
        self.snapshot = snapshot
        self.tell = tell
        tell(snapshot)

    def change(self, experiment: Experiment) -> None:
        """Shows it again, whatever is asked for."""
        del experiment
        self.tell(self.snapshot)

    def stop(self, timeout: float | None = None) -> bool:
        """There is nothing to stop."""
        del timeout
        return True

    def result(self) -> None:
        """There is no result behind it."""


class StillBench(Workbench):
    """Shows a stored snapshot of a finished run as the app would have shown it, with its claims checked."""

    def __init__(
        self, tell: Callable[[Event], None], snapshot: Snapshot, document: Mapping[str, Any] | None
    ) -> None:
        finished = snapshot.phase == "done"
        self._still = replace(snapshot, phase="sampling", message="") if finished else snapshot
        self._document = document
        self.told = False
        super().__init__(
            tell, make_lab=lambda _experiment, on_snapshot, **_: StillLab(self._still, on_snapshot)
        )

    def open(self, request: Request) -> None:
        """Shows the snapshot whatever is asked for, and its claims."""
        del request

        def show() -> None:
            experiment = self._still.experiment
            self._take(experiment, keep=False)
            if self._document is not None:
                self._tell(Claimed(lines_of(experiment, self._document), claims_apply(experiment)))
            self._tell(Advised(advise(experiment)))
            self.told = True

        self._do(show)

    def begin(self, make: Callable[[], Experiment], about: Callable[[Experiment], Any] | None = None) -> None:
        """Takes up an experiment as if the snapshot were of it."""

        def show() -> None:
            experiment = make()
            if about is not None:
                self._tell(about(experiment))
            self._take(experiment, keep=False)

        self._do(show)

    def advise(self, experiment: Experiment) -> None:
        """It was given when the snapshot was shown."""

    def check_claims(self) -> None:
        """They were checked when the snapshot was shown."""
