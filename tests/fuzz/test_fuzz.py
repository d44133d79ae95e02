"""Random presets end in good order: a share of them here, 200 by CI's fuzz job, two thousand by `nox -s fuzz`."""

from __future__ import annotations

import json

import pytest

from sgdtui.lab.allowance import SHOW_FAULTS
from tests.fuzz.presets import preset
from tests.fuzz.trial import trial

QUICK = (2, 3, 10)
BATCH = 5


@pytest.fixture(autouse=True)
def faults_are_raised(monkeypatch):
    """As a trial has it, and as it was before afterwards."""
    monkeypatch.setenv(SHOW_FAULTS, "1")


def in_good_order(seed):
    told = trial(seed)
    assert not told.faults, f"seed {seed}: {json.dumps(preset(seed))}\n" + "\n".join(told.faults)


@pytest.mark.parametrize("seed", QUICK)
def test_some_random_presets_end_in_good_order(seed):
    in_good_order(seed)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(117, 137, BATCH))
def test_random_presets_end_in_good_order(first):
    for seed in range(first, first + BATCH):
        in_good_order(seed)


def test_a_seed_is_a_preset():
    assert preset(3) == preset(3)
    assert len({json.dumps(preset(seed)) for seed in range(50)}) == 50


def test_a_trial_tells_of_what_is_wrong(monkeypatch):
    def warns(*_, **__):
        import warnings

        warnings.warn("all is not well", RuntimeWarning, stacklevel=1)
        raise ZeroDivisionError("of its own")

    monkeypatch.setattr("tests.fuzz.trial.run", warns)
    told = trial(QUICK[0])
    assert "ZeroDivisionError: of its own" in told.faults[0]
