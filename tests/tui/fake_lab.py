"""A lab that shows stored snapshots: no threads, no clock, everything on command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sgdtui.lab.snapshot import Snapshot
from sgdtui.model.experiment import Experiment


class FakeLab:
    """Shows `stored` at once and after every command, the generation growing with each change."""

    made: list[FakeLab]

    def __init__(
        self,
        experiment: Experiment,
        on_snapshot: Callable[[Snapshot], None],
        stored: Snapshot,
        **settings: Any,
    ) -> None:
        self.experiment = experiment
        self.stored = replace(stored, **self._of(experiment, stored))
        self.on_snapshot = on_snapshot
        self.settings = settings
        self.said: list[str] = []
        self.stopped = False
        self.pace: int | None = None
        self.forks: list[FakeLab] = []
        on_snapshot(self.stored)

    @staticmethod
    def _of(experiment: Experiment, stored: Snapshot) -> dict[str, Any]:
        """The experiment, if the stored pictures can be of it."""
        fits = experiment.dimension == stored.experiment.dimension
        return {"experiment": experiment} if fits else {}

    def show(self, **changes: Any) -> None:
        """Shows the stored snapshot with changes."""
        self.stored = replace(self.stored, **changes)
        self.on_snapshot(self.stored)

    def pause(self) -> None:
        self.said.append("pause")
        self.show(paused=True)

    def resume(self) -> None:
        self.said.append("resume")
        self.show(paused=False)

    def step_once(self) -> None:
        self.said.append("step")
        self.show(step=self.stored.step + 1, paused=True)

    def reset(self) -> None:
        self.said.append("reset")
        self.show(generation=self.stored.generation + 1, predictions_of=self.stored.generation + 1)

    def change(self, experiment: Experiment) -> None:
        self.said.append("change")
        self.experiment = experiment
        self.show(**self._of(experiment, self.stored), generation=self.stored.generation + 1)

    def scatter(self, start: Any) -> None:
        self.said.append(f"scatter {start}")

    def fork(self, on_snapshot: Callable[[Snapshot], None]) -> FakeLab:
        self.said.append("fork")
        self.forks.append(FakeLab(self.experiment, on_snapshot, self.stored))
        return self.forks[-1]

    def result(self) -> None:
        return None

    def stop(self, timeout: float | None = None) -> bool:
        del timeout
        self.stopped = True
        return True


def maker(stored: Snapshot, made: list[FakeLab] | None = None) -> Callable[..., FakeLab]:
    """A factory of labs for the app; those that it makes are put into `made`."""

    def make(experiment: Experiment, on_snapshot: Callable[[Snapshot], None], **settings: Any) -> FakeLab:
        lab = FakeLab(experiment, on_snapshot, stored, **settings)
        if made is not None:
            made.append(lab)
        return lab

    return make
