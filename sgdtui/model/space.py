"""Where walkers live: the window that is drawn and binned, and what happens at its ends."""

from __future__ import annotations

from dataclasses import dataclass

from sgdtui.model.loss import Interval


@dataclass(frozen=True, slots=True)
class Boundary:
    """What happens at both ends of one axis: "open" (nothing), "reflect" or "periodic".

    A reflecting wall also flips the sign of the variables whose indices are in `flips` (specular walls).
    """

    kind: str = "open"
    flips: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Space:
    """The window and its walls.

    `axes` are the indices of the one or two variables that are binned and drawn; `domain` holds one interval per
    axis in `axes` (None: found by a pilot run) and `boundaries` one wall per axis. Variables outside `axes` are
    open. An open domain only bins and draws: walkers may be outside it.
    """

    domain: tuple[Interval, ...] | None = None
    boundaries: tuple[Boundary, ...] = (Boundary(),)
    axes: tuple[int, ...] = (0,)
