"""The thread that predicts: what it has found is not thrown away."""

from __future__ import annotations

import threading

import numpy as np

from sgdtui.lab import predictor
from sgdtui.lab.predictor import Predictor
from sgdtui.preset.load import load_text

QUADRATIC = """
loss: "x**2/2"
dynamics: {eta: 0.05}
start: {at: [2]}
space: {domain: [[-3, 3]]}
run: {walkers: 64, burn_in: 100, bins: 40}
"""


def test_what_was_found_while_a_reset_asked_for_the_same_is_kept(monkeypatch):
    experiment, edges = load_text(QUADRATIC), (np.linspace(-3, 3, 41),)
    last, ways = threading.Event(), []
    on_the_way = predictor.on_the_way

    def asked_again(*arguments):
        ways.append(on_the_way(*arguments))
        thinker.request(experiment, experiment, edges)
        return ways[-1]

    def tell(foreseen):
        if foreseen.foresight.way is not None:
            told.append(foreseen)
            last.set()

    told = []
    thinker = Predictor(tell)
    monkeypatch.setattr(predictor, "on_the_way", asked_again)
    thinker.request(experiment, experiment, edges)
    assert last.wait(60)
    thinker.stop()
    assert thinker.join(60)
    assert len(ways) == 1
    assert told[0].complete
    assert told[0].foresight.way is ways[0]
