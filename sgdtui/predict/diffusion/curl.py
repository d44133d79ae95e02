"""What drives the current: the thermodynamic force F = -Σ⁻¹(2g/η + ∇·Σ) and its curl (2-D)."""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.predict.diffusion.sde import Diffusion, diffusion


def thermodynamic_force(process: Diffusion, x: Array) -> Array:
    """F = D⁻¹(f - (1 - a)∇·D) at points (n, d), (n, d), so that J = D(F - ∇)p."""
    drift = process.drift(x) - (1 - process.convention) * process.divergence(x)
    return np.asarray(np.linalg.solve(process.tensor(x), drift[:, :, None])[:, :, 0])


def curl(experiment: Experiment, edges: tuple[Array, ...]) -> Array | None:
    """∂F_y/∂x - ∂F_x/∂y at the bin centres of the two drawn axes, (bins…), per unit area; zero everywhere where the
    SDE has no current.

    None unless the system is two-dimensional with both coordinates drawn and has a diffusion tensor.
    """
    process = diffusion(experiment, "fokker-planck")
    if not isinstance(process, Diffusion) or experiment.dimension != 2 or len(experiment.space.axes) != 2:
        return None
    axes = list(experiment.space.axes)
    centres = [(e[1:] + e[:-1]) / 2 for e in edges]
    shape = tuple(len(c) for c in centres)
    points = np.empty((shape[0] * shape[1], 2))
    points[:, axes] = np.stack([g.ravel() for g in np.meshgrid(*centres, indexing="ij")], axis=1)
    slopes = []
    with np.errstate(all="ignore"):
        for along, of in ((axes[0], axes[1]), (axes[1], axes[0])):
            step = np.zeros(2)
            step[along] = 1e-5 * float(np.ptp(points[:, along]) or 1.0)
            try:
                ahead, behind = (thermodynamic_force(process, points + s)[:, of] for s in (step, -step))
            except np.linalg.LinAlgError:
                return None
            slopes.append((ahead - behind) / (2 * step[along]))
    return np.asarray((slopes[0] - slopes[1]).reshape(shape))


def force_integral(process: Diffusion, flux: Array, centres: tuple[Array, Array], volume: Array) -> float:
    """The entropy produced per unit time, ∫ J·F, of a current (2, nx, ny) at cell centres.

    It equals ∫ J·D⁻¹J/p, since J is free of divergence and so orthogonal to ∇ln p.
    """
    grid = np.stack([g.ravel() for g in np.meshgrid(*centres, indexing="ij")], axis=1)
    force = thermodynamic_force(process, grid).reshape(*volume.shape, 2)
    return float(np.sum(np.einsum("ixy,xyi->xy", flux, force) * volume))
