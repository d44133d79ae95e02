"""The shipped presets: all load, all pairs build, every row of the table is there with a story and claims."""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy.special import ndtr

from sgdtui.claims.grammar import parse
from sgdtui.preset import library
from sgdtui.preset.change import variant
from sgdtui.preset.load import check_file, combine, load
from sgdtui.preset.text.problem import PresetError
from tests.acceptance.claims_table import DOCUMENT, ROWS, table

LOSSES, NOISES, EXPERIMENTS, _ = (library.paths(kind) for kind in library.KINDS)
SHIPPED = [
    pytest.param(path, id=f"{kind}/{name}")
    for kind in library.KINDS
    for name, (origin, path) in library.paths(kind).items()
    if origin == "shipped"
]
CORRECTED = {10: "wrong", 14: "not right", 15: "ambiguous", 19: "leaves open", 26: "left open"}
"""Rows where the texts were wrong or ambiguous, and the words by which the story says so."""


LOOK = re.compile(r"\b(look|watch|compare|see|shows?)\b", re.IGNORECASE)
TRY = re.compile(
    r"\b(try|turn|raise|lower|double|halve|heat|make|give|choose|change|open|compare|wait)\b", re.IGNORECASE
)


@pytest.mark.parametrize("path", SHIPPED)
def test_a_shipped_preset_has_neither_errors_nor_warnings(path):
    problems, _ = check_file(path)
    assert problems == ()


def test_there_are_enough_losses_and_noises():
    one, two = ([name for name in LOSSES if load(f"loss/{name}").dimension == d] for d in (1, 2))
    assert len(one) >= 6
    assert len(two) >= 3
    assert len(NOISES) >= 10


@pytest.mark.parametrize("loss", LOSSES)
def test_every_fitting_noise_goes_with_the_loss(loss):
    dimension = load(f"loss/{loss}").dimension
    refused = set()
    for noise in NOISES:
        try:
            combine(loss, noise)
        except PresetError:
            refused.add(noise)
    plane = {"correlated", "rotating", "louder-along-one-axis", "shear", "product-label-noise"}
    assert refused == (plane if dimension == 1 else {"proportional-to-curvature"})


@pytest.mark.parametrize("name", [*LOSSES, *NOISES])
def test_losses_and_noises_share_no_parameter(name):
    """A parameter of a loss and one of a noise would be one dial in an experiment that joins them."""
    loss_parameters = {p.name for other in LOSSES for p in load(f"loss/{other}").parameters}
    if name in NOISES:
        noise = combine("quadratic" if name == "proportional-to-curvature" else "anisotropic-bowl", name)
        own = {p.name for p in noise.system.noise.parameters}
        assert own
        assert not own & loss_parameters
    else:
        assert {p.name for p in load(f"loss/{name}").parameters} <= loss_parameters


def test_every_row_of_the_table_is_there():
    assert [row[0] for row in ROWS] == list(range(1, 44))
    missing = [name for row in ROWS for name in row[1] if name not in EXPERIMENTS]
    assert missing == []


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_tells_a_story(name):
    experiment = load(f"experiment/{name}")
    words = len(experiment.story.split())
    assert 60 <= words <= 150
    assert experiment.title
    assert experiment.title != name
    assert experiment.source
    assert LOOK.search(experiment.story), "what to look at"
    assert TRY.search(experiment.story), "what to try next"


@pytest.mark.parametrize("number", CORRECTED)
def test_a_story_says_where_the_texts_were_wrong_or_ambiguous(number):
    name = ROWS[number - 1][1][0]
    assert CORRECTED[number] in " ".join(load(f"experiment/{name}").story.split())


@pytest.mark.parametrize("name", [name for row in ROWS for name in row[1]])
def test_a_row_makes_claims_that_can_fail(name):
    experiment = load(f"experiment/{name}")
    known = {v.name for v in experiment.variants}
    assert experiment.expect
    for claim in experiment.expect:
        parse(claim.that)
        assert claim.variant is None or claim.variant in known
        if isinstance(claim.value, float):
            assert claim.within is not None
            assert 0 < claim.within <= 0.1 * max(abs(claim.value), 1.0)
    measured = [c for c in experiment.expect if isinstance(c.value, float) and "predictions" not in c.that]
    assert measured


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_variant_builds_and_is_used(name):
    experiment = load(f"experiment/{name}")
    claims = " ".join(f"{claim.that} {claim.variant or ''}" for claim in experiment.expect)
    for made in experiment.variants:
        variant(experiment, made.name)
        assert made.name in claims or not experiment.expect


def test_the_table_in_the_documents_is_that_of_the_presets():
    assert DOCUMENT.read_text(encoding="utf-8") == table()


def test_the_share_of_the_flat_basin_for_the_chain():
    """Row 21's value for SGD at η = .2, by the chain's own one-step kernel, independently of the package."""
    cells = 1600
    edges = np.linspace(-4, 4, cells + 1)
    middle = (edges[1:] + edges[:-1]) / 2
    curvature = np.where(middle < 0, 8.0, 0.5)
    gradient = np.where(middle < 0, 8 * (middle + 0.25), 0.5 * (middle - 1))
    mean, deviation = middle - 0.2 * gradient, 0.2 * np.sqrt(curvature)
    step = np.diff(ndtr((edges[None, :] - mean[:, None]) / deviation[:, None]), axis=1)
    equations = (step / step.sum(axis=1, keepdims=True)).T - np.eye(cells)
    equations[-1] = 1
    law = np.linalg.solve(equations, np.append(np.zeros(cells - 1), 1.0))
    claim = next(c for c in load("experiment/sharp-and-flat").expect if c.variant == "sgd")
    assert law[middle > 0].sum() == pytest.approx(claim.value, abs=1e-6)
