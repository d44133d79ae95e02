"""What the panels show at one moment: a snapshot, and how the person wants to look at it. Frozen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sgdtui.lab.advice import Advice
from sgdtui.lab.snapshot import Snapshot
from sgdtui.tui.draw.look import Look

ARROWS = ("velocity", "gradient", "diffusive", "noise_induced")
"""The four kinds of drift vectors, by their names in `DriftVectors`, in the order in which a key shows them."""


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One claim as the panel shows it: `holds` None while it is not known.

    Where numbers were claimed, `bar` is (expected, within, measured or None, standard error or None).
    """

    that: str
    expected: str
    measured: str
    holds: bool | None
    bar: tuple[float, float, float | None, float | None] | None = None


@dataclass(frozen=True, slots=True)
class View:
    """A snapshot and the choices of the person who looks at it.

    prediction   the one that is drawn as a line, by its name; "none": none is
    arrows       the kind of drift vectors that is drawn as arrows; on a line "": all of them as curves
    walkers      whether the watched walkers are drawn
    cursor       the linked cursor in coordinates of the system, None while it is off
    claims_apply whether the dials stand where the claims were made for
    fork         the snapshot of the run that this one is compared with
    busy         what is going on instead of, or before, a run: "compiling", "loading numerics"
    remote       whether a network lies between the app and the person
    origin       the step at which the present generation of the run began
    notice       one line that wins over the snapshot's message
    advice       what to try next
    jumping      whether every panel shows the letter that jumps to it
    keys         whether somebody may press keys: a picture in text names none
    """

    snapshot: Snapshot | None = None
    look: Look = field(default_factory=Look)
    prediction: str = "gibbs"
    arrows: str = "velocity"
    walkers: bool = True
    cursor: tuple[float, ...] | None = None
    claims: tuple[ClaimLine, ...] = ()
    claims_apply: bool = True
    fork: Snapshot | None = None
    busy: str = ""
    notice: str = ""
    fps: float = 0.0
    bandwidth: float | None = None
    round_trip: float | None = None
    remote: bool = False
    title: str = ""
    origin: int = 0
    jumping: bool = False
    keys: bool = True
    advice: tuple[Advice, ...] = ()

    def but(self, **changes: object) -> View:
        """The same view with some choices changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def stale(self) -> bool:
        """Whether the predictions belong to an earlier run than the histogram."""
        shown = self.snapshot
        return bool(self.busy) or shown is None or shown.predictions_of != shown.generation

    @property
    def settling(self) -> bool:
        """Whether nothing counts yet, so that the walkers of this moment are drawn."""
        shown = self.snapshot
        return shown is None or shown.samples == 0 or shown.phase in ("compiling", "pilot", "settling")

    def drawable(self) -> list[str]:
        """The predictions that can be drawn as a line: those with a density."""
        if self.snapshot is None:
            return []
        return [n for n, law in self.snapshot.predictions.items() if law.probability is not None]

    def shown(self) -> str | None:
        """The prediction that is drawn: the chosen one, else the first that can be; None where none is."""
        there = self.drawable() if self.prediction != "none" else []
        return self.prediction if self.prediction in there else next(iter(there), None)


def names_of(snapshot: Snapshot) -> list[str]:
    """The variables of the axes that are shown."""
    experiment = snapshot.experiment
    return [experiment.variables[axis] for axis in experiment.space.axes]


def walkers_of(snapshot: Snapshot) -> str:
    """What the walkers follow, in a word."""
    return "SDE" if snapshot.experiment.dynamics.is_sde else "SGD"


def settling_word(view: View) -> str:
    """Settling 43 %"""
    snapshot = view.snapshot
    burn_in = snapshot.experiment.run.burn_in if snapshot is not None else None
    if snapshot is None or not burn_in:
        return "settling"
    return f"settling {min(99, int(100 * (snapshot.step - view.origin) / burn_in))} %"
