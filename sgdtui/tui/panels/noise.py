"""The noises."""

from __future__ import annotations

from sgdtui.tui.panels.library import Library


class NoiseList(Library):
    """Which covariance the gradient noise has."""

    TITLE = "Noise"
    JUMP = "n"
    KIND = "noise"
    KEY = "n"
    READING = (
        "Σ(x), the covariance of one example's gradient; a batch of B has Σ/B, the diffusion is D = ηΣ/2B.\n"
        "L in an expression is the loss above its minimum, H its curvature, x and y the coordinates.\n"
        "Dimmed noises do not fit the dimension of the loss. Enter uses one, n types an expression."
    )
