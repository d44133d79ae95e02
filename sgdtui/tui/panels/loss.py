"""The losses."""

from __future__ import annotations

from sgdtui.tui.panels.library import Library


class LossList(Library):
    """Which loss the walkers live on."""

    TITLE = "Loss"
    JUMP = "l"
    KIND = "loss"
    KEY = "l"
    READING = (
        "L(x), the loss whose gradient drives the walkers: −g = −∇L.\n"
        "Enter uses the selected one; Enter on the one in use, or l, types an expression in its place:\n"
        "numbers, the variables, the dials, + − * / **, comparisons, abs sqrt exp log sin cos tanh min max where step …"
    )
