"""What every rule of the step is walked through: a curved, noisy gradient in three coordinates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.dynamics import Dynamics, Optimizer

START = (1.0, -2.0, 0.5)
ETA, STEPS = 0.05, 20
VARIABLES = ("u", "v", "w")
DRIFT = (
    "-(3*u + u**3/4 + v/5 + sin(k))",
    "-(v/2 + u/5 - w**2/10 + cos(3*k)*2)",
    "-(2*w - v*w/5 + sin(7*k + 1)/3)",
)
"""Minus `gradient`, as a preset would write it."""


def gradient(x: Array, k: int) -> Array:
    """Of points (…, 3) at step k, (…, 3)."""
    u, v, w = x[..., 0], x[..., 1], x[..., 2]
    return np.stack(
        [
            3 * u + u**3 / 4 + v / 5 + np.sin(k),
            v / 2 + u / 5 - w**2 / 10 + np.cos(3 * k) * 2,
            2 * w - v * w / 5 + np.sin(7 * k + 1) / 3,
        ],
        axis=-1,
    )


@dataclass(frozen=True)
class Case:
    """A rule with its numbers."""

    rule: str
    numbers: tuple[tuple[str, float], ...] = ()
    momentum: float = 0.0
    dampening: float = 0.0
    decay: float = 0.0

    @property
    def dynamics(self) -> Dynamics:
        """As an experiment has it."""
        return Dynamics(
            eta=ETA,
            momentum=self.momentum,
            optimizer=Optimizer(self.rule, self.numbers),
            dampening=self.dampening,
            decay=self.decay,
        )


ADAM = (("beta1", 0.9), ("beta2", 0.999), ("epsilon", 1e-8))
QUICK = (("beta1", 0.5), ("beta2", 0.9), ("epsilon", 0.03))
SQUARES = (("alpha", 0.99), ("epsilon", 1e-8))
CASES = {
    "sgd": Case("sgd"),
    "sgd, decay": Case("sgd", decay=0.4),
    "sgd, momentum": Case("sgd", momentum=0.9),
    "sgd, momentum, dampening, decay": Case("sgd", momentum=0.9, dampening=0.3, decay=0.4),
    "nesterov": Case("nesterov", momentum=0.9),
    "nesterov, decay": Case("nesterov", momentum=0.5, decay=0.4),
    "adam": Case("adam", ADAM),
    "adam, quick": Case("adam", QUICK),
    "adamw": Case("adamw", ADAM, decay=0.4),
    "adamw, quick": Case("adamw", QUICK, decay=0.01),
    "rmsprop": Case("rmsprop", SQUARES),
    "rmsprop, momentum, decay": Case("rmsprop", (("alpha", 0.8), ("epsilon", 0.01)), 0.9, decay=0.4),
    "sign": Case("sign"),
    "sign, decay": Case("sign", decay=0.4),
    "adagrad": Case("adagrad", (("epsilon", 1e-10),)),
    "clip": Case("clip", (("norm", 1.0),)),
    "clip, momentum, decay": Case("clip", (("norm", 2.5),), 0.9, decay=0.4),
}
