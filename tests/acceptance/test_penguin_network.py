"""The 3-4-1 network on the penguins at its minimum: the figures of an independent implementation."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sgdtui.arrays import Array
from sgdtui.model.network import NetworkSystem
from sgdtui.model.network_fields import NetworkFields
from sgdtui.preset.load import load

DATA = Path(__file__).parents[2] / "presets" / "data" / "penguins.csv"


def cosine(a: Array, b: Array) -> float:
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))


def test_the_noise_of_penguins_is_shaped_like_the_curvature_and_not_like_the_identity(tmp_path: Path) -> None:
    (tmp_path / "penguins.csv").write_bytes(DATA.read_bytes())
    (tmp_path / "p.yaml").write_text(
        "network: {data: penguins.csv, target: body_mass_kg, standardize: true, layers: [4], ridge: 0.005}\n"
        "start: {minimum: best}\n"
    )
    experiment = load(tmp_path / "p.yaml")
    assert isinstance(experiment.system, NetworkSystem)
    fields = NetworkFields(experiment.system)
    place = np.array(getattr(experiment.start, "point"))[None]  # noqa: B009
    assert np.linalg.norm(fields.gradient(place)) < 1e-9
    hessian, noise = fields.hessian(place)[0], fields.covariance(place)[0]
    assert abs(cosine(noise, hessian) - 0.996) < 1e-3
    assert abs(cosine(noise, np.eye(21)) - 0.37) < 5e-3
    # the excess loss η·tr Σ/(4B) at η = .01, B = 1; and the slowest of all: 1/(ηλ) = 2.3e4 steps
    assert abs(0.01 * np.trace(noise) / 4 - 2.06e-3) < 5e-6
    assert abs(1 / (0.01 * np.linalg.eigvalsh(hessian)[0]) - 2.3e4) < 1e3
