"""A fifth form: run-and-tumble on a line, the motion of a swimming bacterium (or of a shady fish)."""

from __future__ import annotations

from dataclasses import dataclass

from sgdtui.expression import Expression


@dataclass(frozen=True, slots=True)
class TumbleSystem:
    """dx/dt = ±speed(x); the sign is drawn afresh at `rate` per unit time and reverses at the walls.

    With a constant tumble rate the stationary law is p ∝ 1/speed.
    """

    speed: Expression
    rate: Expression
    variables: tuple[str, ...] = ("x",)

    form = "tumble"
    dimension = 1
