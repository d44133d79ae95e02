"""Searches are made once for each landscape, found or too costly, and again by whoever can spend more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sgdtui.budget import Budget, TooCostly, within
from sgdtui.expression import parse
from sgdtui.model.experiment import Experiment
from sgdtui.model.start import At
from sgdtui.predict.numerics.search_once import searched_once
from sgdtui.preset.load import load_text

WELL = load_text('{loss: "x**2/2", dynamics: {eta: 0.1}, start: {at: [1]}}')
ROWS = load_text('{sample: {loss: "(x - a)**2/2", columns: [a], data: [[-1], [1]]}, dynamics: {eta: 0.1}}')


class Search:
    """Counts how often it is made; too costly as long as `dear`."""

    def __init__(self, dear: bool = False) -> None:
        self.made = 0
        self.dear = dear

    def __call__(self, _: Experiment) -> int:
        self.made += 1
        if self.dear:
            raise TooCostly("it would take too long")
        return self.made


def test_another_length_and_other_observables_are_the_same_landscape():
    search = Search()
    searched = searched_once(lambda e: search(e))
    other = replace(WELL, run=replace(WELL.run, walkers=64), observe=(("m", parse("x", ["x"])),))
    assert searched(WELL) == searched(other) == searched(WELL) == 1


def test_another_step_and_another_start_are_not():
    search = Search()
    searched = searched_once(lambda e: search(e))
    assert searched(WELL) == 1
    assert searched(WELL.changed(eta=0.2)) == 2
    assert searched(replace(WELL, start=At((2.0,)))) == 3
    assert searched(WELL) == 1


def test_rows_are_known_again_by_the_same_experiment():
    search = Search()
    searched = searched_once(lambda e: search(e))
    assert searched(ROWS) == searched(ROWS) == 1


def test_what_was_too_costly_is_so_for_whoever_has_no_more_to_spend():
    search = Search(dear=True)
    searched = searched_once(lambda e: search(e))
    with within(Budget(1.0)):
        for _ in range(3):
            with pytest.raises(TooCostly, match="it would take too long"):
                searched(WELL)
    assert search.made == 1
    search.dear = False
    with within(Budget(1.5)), pytest.raises(TooCostly):
        searched(WELL)
    with within(Budget(10.0)):
        assert searched(WELL) == 2
    with within(Budget(0.5)):
        assert searched(WELL) == 2


def test_only_the_last_are_kept():
    search = Search()
    searched = searched_once(lambda e: search(e))
    for step in range(1, 20):
        searched(WELL.changed(eta=step / 100))
    assert searched(WELL.changed(eta=0.19)) == 19
    assert searched(WELL.changed(eta=0.01)) == 20
