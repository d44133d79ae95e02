"""The lecture has a place for every claim, and presets for every place."""

from __future__ import annotations

from sgdtui.preset import library
from sgdtui.preset.load import load
from sgdtui.tui.tour.chapters import CHAPTERS, PAGES
from tests.acceptance.claims_table import ROWS

NAMES = [name for chapter in CHAPTERS for name in chapter.pages]


def test_every_claim_has_one_place_in_the_lecture() -> None:
    claimed = [name for _, names, _, _ in ROWS for name in names]
    assert sorted(NAMES) == sorted(claimed)
    assert len(set(NAMES)) == len(NAMES)


def test_a_claim_with_several_experiments_stays_together() -> None:
    for _, names, _, _ in ROWS:
        first = NAMES.index(names[0])
        assert tuple(NAMES[first : first + len(names)]) == names
        assert len({PAGES[first + i][0] for i in range(len(names))}) == 1


def test_the_chapters_are_those_of_the_lecture() -> None:
    assert [chapter.title for chapter in CHAPTERS] == [
        "Is it Gibbs?",
        "What is drift?",
        "Whose convention?",
        "Flat or quiet?",
        "Where the SDE lies",
        "What it means for learning",
        "In a real network",
    ]


def test_every_page_has_a_story_a_source_and_claims_and_few_enough_runs_for_the_number_keys() -> None:
    assert set(NAMES) <= set(library.names("experiment"))
    for name in NAMES:
        experiment = load(f"experiment/{name}")
        assert experiment.story, name
        assert experiment.source, name
        assert experiment.expect, name
        assert len(experiment.variants) < 10, name
