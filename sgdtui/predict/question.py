"""What a prediction is asked: of which experiment, on which bins, and what is known already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.predict.prediction import Prediction


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredLaw:
    """The law of `samples` as measured: `masses` (bins…) in the window, and where the walkers are, (walkers, d)."""

    masses: Array
    positions: Array
    samples: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """An experiment whose domain is known.

    edges     one array of bin edges a drawn axis
    laws      what other predictions gave so far, by name
    measured  what the walkers showed, for what cannot do without (the average temperature); None: nothing yet
    """

    experiment: Experiment
    edges: tuple[Array, ...]
    laws: Mapping[str, Prediction] = field(default_factory=dict)
    measured: MeasuredLaw | None = None
