"""What is asked of the workbench, and what it answers: frozen events, told from its own threads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sgdtui.lab.advice import Advice
    from sgdtui.lab.snapshot import Snapshot
    from sgdtui.model.experiment import Experiment
    from sgdtui.preset.table.question import TableQuestion
    from sgdtui.tui.panels.dial import Dial
    from sgdtui.tui.panels.library import Choice
    from sgdtui.tui.view import ClaimLine


@dataclass(frozen=True, slots=True)
class Request:
    """What to open: a preset's name or file, with a loss and a noise by name or as expressions to put in its place.

    With a `question` the file is a table of data.
    """

    preset: str | None = None
    loss: str | None = None
    noise: str | None = None
    question: TableQuestion | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Setup:
    """What can be turned and chosen now, for the left column. `number` grows with every change.

    `as_given` says whether the system is still the one that was opened, `compared` whether a run stands beside it.
    """

    number: int
    experiment: Experiment
    dials: tuple[Dial, ...]
    losses: tuple[Choice, ...]
    noises: tuple[Choice, ...]
    loss: str
    noise: str
    loss_text: str
    noise_text: str
    undoable: int
    as_given: bool = True
    compared: bool = False


@dataclass(frozen=True, slots=True)
class Busy:
    """Something is going on that a person should know of ("" when it is over)."""

    what: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that a person asked for was refused or failed: plain text, one line or a few."""

    text: str
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """Something that was done or chosen for a person: plain text, a few lines."""

    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A new snapshot; `fork` says that it is of the run that is compared with."""

    snapshot: Snapshot
    fork: bool = False


@dataclass(frozen=True, slots=True)
class Claimed:
    """The claims as they stand; `apply` False: the dials have left what was claimed for."""

    claims: tuple[ClaimLine, ...]
    apply: bool = True


@dataclass(frozen=True, slots=True)
class Advised:
    """What to try next from where the dials stand."""

    advice: tuple[Advice, ...]


Event = Advised | Setup | Busy | Told | Trouble | Shown | Claimed
