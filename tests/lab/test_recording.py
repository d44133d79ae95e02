"""What is counted of an ensemble, and how far it has settled."""

from __future__ import annotations

from sgdtui.lab.predictions import bin_edges
from sgdtui.lab.recording import Recording
from sgdtui.preset.load import load_text
from sgdtui.simulate.ensemble import Ensemble

TEXT = """
loss: "x**2/2"
dynamics: {eta: 0.2}
space: {domain: [[-2, 2]]}
run: {walkers: 256, every: 5}
"""


def test_statistics_that_are_taken_up_again_go_on() -> None:
    experiment = load_text(TEXT)
    ensemble = Ensemble(experiment, threads=1)
    ensemble.advance(700, record=True)
    recording = Recording(ensemble, experiment, bin_edges(experiment))
    recording.go_on({"origin": 0, "sampling": True, "stretch_began": 100})
    assert recording.sampled == 600
    taken = sum(recording.step(100, None) for _ in range(20))
    ensemble.close()
    assert taken > 0
    assert recording.sampled == 600 + taken
