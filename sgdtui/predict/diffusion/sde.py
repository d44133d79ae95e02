"""The SDE of an experiment: its drift f, its diffusion tensor D, its convention; or why there is none."""

from __future__ import annotations

from dataclasses import dataclass

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.fields import Fields, fields
from sgdtui.predict.numerics.step_constants import learning_rate, momentum
from sgdtui.predict.prediction import Absence
from sgdtui.predict.rule import why_no_law


@dataclass(frozen=True, slots=True, eq=False)
class Diffusion:
    """dx = f dt + sqrt(2D) dW in units of t, with `convention` a (0 Itô, ½ Stratonovich, 1 anti-Itô).

    f = -g·`mobility` and D = `strength`·Σ. Plain SGD: mobility 1 and strength eta·noise_scale/2. Under momentum β a
    kick moves x by eta/(1 - β) in all, so mobility 1/(1 - β) and strength eta·noise_scale/(2(1 - β)²), to first
    order in eta.
    """

    fields: Fields
    mobility: float
    strength: float
    convention: float

    def drift(self, x: Array) -> Array:
        """F at points (n, d), (n, d)."""
        return -self.mobility * self.fields.gradient(x)

    def tensor(self, x: Array) -> Array:
        """D at points (n, d), (n, d, d)."""
        return self.strength * self.fields.covariance(x)

    def divergence(self, x: Array) -> Array:
        """∇·D at points (n, d), (n, d); never a delta at a jump."""
        return self.strength * self.fields.covariance_divergence(x)


def diffusion(experiment: Experiment, name: str) -> Diffusion | Absence:
    """The SDE whose law the prediction `name` is about, or why it has none."""
    unknown = why_no_law(experiment, name)
    if unknown is not None:
        return unknown
    system = experiment.system
    if not system.has_fields:
        return Absence(name, "degenerate noise", "a process of jumps has no diffusion tensor")
    eta = learning_rate(experiment)
    if eta is None:
        return Absence(name, "unsettled", "the learning rate changes with time: there is no stationary law")
    swarm = experiment.dynamics.swarm
    if swarm is not None and swarm.size > 1 and swarm.coupling != 0:
        detail = f"the {swarm.size} workers of a swarm move in {swarm.size * experiment.dimension} dimensions"
        return Absence(name, "not one- or two-dimensional", detail)
    law = getattr(getattr(system, "noise", None), "law", None)
    scale = experiment.noise_scale
    if law is not None and law.kind == "stable":
        if not law.has_variance:
            return Absence(
                name, "degenerate noise", f"{law} noise has no variance, so there is no diffusion tensor"
            )
        scale *= 2.0  # exp(-t²) is the characteristic function of a variance of two
    found = fields(experiment)
    if found.time_dependent:
        return Absence(name, "unsettled", "the equations change with time: there is no stationary law")
    mobility = 1.0 / (1.0 - momentum(experiment))
    convention = experiment.dynamics.convention if experiment.dynamics.is_sde else 0.0
    return Diffusion(found, mobility, eta * scale * mobility**2 / 2, convention)
