"""The law of this very moment, while walkers are on their way from the start: p(x, t)."""

from __future__ import annotations

import numpy as np

from sgdtui.tui.view import View, names_of


def expected_of(view: View) -> np.ndarray | None:
    """p(x, t) on the bins, while walkers are on their way from the start and it is known."""
    snapshot = view.snapshot
    return snapshot.expected if snapshot is not None and view.settling and not view.stale else None


def way_name(view: View) -> str:
    """It with the names of the axes that are shown, which must be there."""
    assert view.snapshot is not None
    return f"p({', '.join(names_of(view.snapshot))}, t)"
