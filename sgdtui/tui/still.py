"""A workbench without a run: one stored snapshot, for pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sgdtui.lab.snapshot import Snapshot
from sgdtui.tui.workbench import Claimed, Event, Request, Shown, Workbench


class StillLab:
    """Shows the snapshot once; nothing moves."""

    def __init__(self, snapshot: Snapshot, tell: Callable[[Snapshot], None]) -> None:
        tell(snapshot)

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
        self._still = (
            replace(snapshot, phase="sampling", message="") if snapshot.phase == "done" else snapshot
        )
        self._document = document
        super().__init__(
            tell, make_lab=lambda _experiment, on_snapshot, **_: StillLab(self._still, on_snapshot)
        )

    def open(self, request: Request) -> None:
        """Shows the snapshot whatever is asked for."""
        del request
        self._do(lambda: self._take(self._still.experiment, keep=False))

    def check_claims(self) -> None:
        """The claims against the finished run."""

        def check() -> None:
            if self._document is not None:
                self._tell(Claimed(self._claim_lines(self._still.experiment, self._document)))
            self._tell(Shown(self._still))

        if not getattr(self, "_checked", False):
            self._checked = True
            self._do(check)
