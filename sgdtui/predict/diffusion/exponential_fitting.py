"""A one-dimensional Fokker–Planck operator as rates of hops between cells, exponentially fitted."""

from __future__ import annotations

import numpy as np

from sgdtui.arrays import Array
from sgdtui.predict.diffusion.finite_volume import bernoulli
from sgdtui.predict.diffusion.sde import Diffusion
from sgdtui.predict.numerics.boundaries import Wall

_ACROSS = 8
_GAUSS, _WEIGHTS = np.polynomial.legendre.leggauss(3)


def line_rates(process: Diffusion, edges: Array, wall: Wall) -> tuple[Array, Array]:
    """Rates up and down from each of the equal cells between `edges`, (n,) each; 0 over ends that are no ring.

    With q = D^(1-a) p the flux J = f p - D^a ∂q is solved exactly between two centres.
    """
    h = edges[1] - edges[0]
    centres = (edges[1:] + edges[:-1]) / 2
    faces = edges[1:] if wall.kind == "periodic" else edges[1:-1]
    line = faces[:, None] + h / 2 * _GAUSS
    if wall.kind == "periodic":
        line = wall.low + np.mod(line - wall.low, wall.high - wall.low)
    points = line.reshape(-1, 1)
    strength = process.tensor(points)[:, 0, 0].reshape(line.shape)
    drift = process.drift(points)[:, 0].reshape(line.shape)
    a = process.convention
    with np.errstate(all="ignore"):
        w = np.nan_to_num(h / 2 * (drift / strength) @ _WEIGHTS)
        factor = 2.0 / ((strength**-a) @ _WEIGHTS)
        # A cell's mass goes with the mean of D^(a-1) over it, since D^(1-a) p is continuous where D jumps.
        inside = centres[:, None] + h * ((np.arange(_ACROSS) + 0.5) / _ACROSS - 0.5)
        values = process.tensor(inside.reshape(-1, 1))[:, 0, 0].reshape(inside.shape)
        here = 1 / np.mean(values ** (a - 1), axis=1)
    ahead = np.roll(here, -1)[: len(faces)]
    up, down = np.zeros(len(centres)), np.zeros(len(centres))
    up[: len(faces)] = factor * bernoulli(-w) * here[: len(faces)] / h**2
    back = factor * bernoulli(w) * ahead / h**2
    if wall.kind == "periodic":
        down[:] = np.roll(back, 1)
    else:
        down[1:] = back
    return np.nan_to_num(up), np.nan_to_num(down)
