"""The presets of literature: stories, sources and numbers, these worked out anew without the package."""

from __future__ import annotations

import re
from itertools import product

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.linalg import solve_discrete_lyapunov

from sgdtui.claims.verify import presets_with_claims
from sgdtui.cli import main
from sgdtui.preset import library
from sgdtui.preset.change import variant
from sgdtui.preset.load import load
from tests.acceptance import literature_numbers as number
from tests.acceptance.literature_table import DOCUMENT, table
from tests.acceptance.test_library import LOOK, TRY

NAMES = library.names("literature")


@pytest.mark.parametrize("name", NAMES)
def test_a_paper_is_told_with_what_came_of_it(name: str) -> None:
    experiment = load(f"literature/{name}")
    assert 60 <= len(experiment.story.split()) <= 150
    assert re.search(r"\b(19|20)\d\d\b", experiment.source), "the year of the paper"
    assert re.search(
        r"\*\*.*?\b(holds|fails|only if|only|exactly|just below|converges)\b", experiment.story, re.IGNORECASE
    )
    assert LOOK.search(experiment.story), "what to look at"
    assert TRY.search(experiment.story), "what to try next"


@pytest.mark.parametrize("name", NAMES)
def test_every_variant_builds_and_is_claimed_of(name: str) -> None:
    experiment = load(f"literature/{name}")
    claims = " ".join(f"{claim.that} {claim.variant or ''}" for claim in experiment.expect)
    for made in experiment.variants:
        variant(experiment, made.name)
        assert made.name in claims
    assert all(c.within is not None and c.within > 0 for c in experiment.expect if isinstance(c.value, float))


def test_a_group_is_verified_alone_or_with_the_others() -> None:
    assert not set(NAMES) & {n for kind in ("experiment", "loss", "noise") for n in library.names(kind)}
    assert presets_with_claims(("literature",)) == list(NAMES)
    assert set(presets_with_claims(library.GROUPS)) > set(NAMES)
    assert load("svag").name == load("literature/svag").name == "svag"
    both = CliRunner().invoke(main, ["verify", "--group", "literature", "svag"])
    assert both.exit_code == 2
    assert "not both" in both.stderr


def test_the_page_of_the_documents_is_that_of_the_presets() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == table()


def _epochs_by_matrices(eta: float, h: float) -> float:
    """The variance of one coordinate over an epoch from all orders of four +1 and four -1, weighted alike."""
    orders = np.array([o for o in product((1, -1), repeat=8) if sum(o) == 0], dtype=float)
    c = 1 - eta * h
    first, shift = c**8, eta * h * orders @ c ** np.arange(7, -1, -1)
    start = np.mean(shift**2) / (1 - first**2)
    total, moved = 0.0, np.zeros(len(orders))
    for k in range(8):
        moved = c * moved + eta * h * orders[:, k]
        total += c ** (2 * (k + 1)) * start + np.mean(moved**2)
    return total / 8


EXACT = {
    "langevin-gradient": [0.1 * 8 / 1.9, 0.1 * 4 / 1.9, 0.01 * 44 / 1.99],
    "hamiltonian-gradient": [number.heavy_ball(0.01, 0.9, 20), number.heavy_ball(0.01, 0.9, 24)],
    "momentum-noise": [number.heavy_ball(0.1, 0.9, 1), number.nesterov(0.1, 0.9), 1.0],
    "square-root-rule": [
        number.lattice(eta, 0.0, 1.0, 0.0, b**-0.5)[1]
        for eta, b in ((0.05, 1), (0.1, 4), (0.2, 16), (0.2, 4))
    ],
    "threshold-neuron": [number.threshold_neuron(0.1, 0.1, y, 3000) ** 2 for y in (5.0, 4.0)],
    "epochs": [
        number.reshuffled(0.2, 8, 1.0),
        number.reshuffled(0.2, 8, 0.05),
        1 / 9,
        number.replaced(0.2, 0.05),
    ],
    "rate-over-batch": [0.1 / 1.9, 0.1 / 1.6, 0.25],
    "heavy-edge": [1 - 2 * eta + eta**2 * (3 + 2 + 1) / 2 for eta in (2 / 3, 0.5, 0.8)],
    "local-maximum": [5 * np.log(0.2 * 1.88), 200 * np.log(0.95 * 1.055)],
    "balance": [2 * (1 - 0.09 * (3 * 0.0625 + s)) for s in (1, 0)],
    "clipping-bias": [1 / 9, (0.1 * (0.4 / 9 + 0.04)) / (0.9 - 0.9 * 0.64) - 1 / 81, 1.0],
}


@pytest.mark.parametrize("name", EXACT)
def test_the_numbers_follow_from_their_formulas(name: str) -> None:
    claimed = [c.value for c in load(f"literature/{name}").expect if isinstance(c.value, float)]
    for exact in EXACT[name]:
        assert min(abs(value - exact) for value in claimed) < 6e-6 * abs(exact), (exact, claimed)


def test_the_numbers_that_take_longer_to_work_out() -> None:
    def claims(name: str) -> list[float]:
        return [c.value for c in load(f"literature/{name}").expect if isinstance(c.value, float)]

    assert claims("decay-not-ridge")[:2] == [
        pytest.approx(number.signed_decay(0.05, 0.5), abs=1e-6),
        pytest.approx(number.lattice(0.05, 0.65, 1.5, 2 / 3, 1.0)[0], abs=1e-6),
    ]
    for convention, value in zip((0, 1), claims("escape-prefactor")[:2], strict=True):
        assert number.passage(0.1, convention, -1, 1) == pytest.approx(value, rel=1e-5)
    assert number.valley(0.5) == pytest.approx(claims("trace-of-the-hessian")[1], abs=1e-6)
    assert _epochs_by_matrices(0.2, 0.05) == pytest.approx(claims("epochs")[1], rel=1e-5)
    noise = np.array([[1, 0.6], [0.6, 1]])
    c = np.linalg.inv(noise)
    law = solve_discrete_lyapunov(np.eye(2) - 0.1 * c @ np.diag([2, 0.5]), 0.01 * c)
    assert claims("preconditioned-posterior")[:3] == pytest.approx(
        [law[0, 0], law[0, 1], law[1, 1]], abs=6e-8
    )
