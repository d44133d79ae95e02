"""The predictions that there are: what each is called, whom it is for, how its law and its evolution come about.

One more is a file that gives a `Prediction` or an `Absence`, and an entry here. Laws are imported when they are asked
for: to know their names costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sgdtui.arrays import Array
from sgdtui.model.experiment import Experiment
from sgdtui.model.quantities import quantity_names
from sgdtui.predict.prediction import Absence, Prediction
from sgdtui.predict.question import Question
from sgdtui.registry import Registry

Evolution = Callable[[Experiment, tuple[Array, ...], Array], tuple[Array, Array] | None]
"""An experiment, bins and increasing times in units of t, to (times, bins…) and, (times,), their
numerical errors as total variations; None where it is not known."""


def always(_: Experiment) -> bool:
    """Of every experiment."""
    return True


def never(_: Experiment) -> bool:
    """Of no experiment."""
    return False


def _nothing(_: Experiment) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True, eq=False)
class PredictionKind:
    """A prediction as the house knows it.

    name            as in JSON and claims
    label           as a title; at most sixteen characters
    short           the same where there is little room; at most seven
    said            the same within a sentence
    role            the name of its colour's role; a name of `sgdtui.tui.draw.roles.Role`
    line            how its curve differs without colour: a name of `sgdtui.tui.draw.curves.PATTERNS`
    law             how it comes about; called with a budget of its own
    applies         whether it is told of at all: where it is not, it is neither there nor absent
    needs           predictions whose laws it takes up, which therefore come first
    takes_measured  whether it changes with the measured law, so that it is asked again when there is more of that
    cost            about so many seconds of one core, told before it starts; None: it looks at its budget on its way
    samples         whether it can average quantities of the system (see `sgdtui.model.quantities`)
    late            whether it comes last, after passage times, since it takes longest
    evolution       p(x, t) from the experiment's start; None: only the stationary law is known
    evolves         whether that evolution is the one to show; the first in order that says so is shown
    """

    name: str
    label: str
    short: str
    said: str
    role: str
    line: str
    law: Callable[[Question], Prediction | Absence]
    applies: Callable[[Experiment], bool] = always
    needs: Callable[[Experiment], tuple[str, ...]] = _nothing
    takes_measured: Callable[[Experiment], bool] = never
    cost: Callable[[Experiment], float] | None = None
    samples: bool = False
    late: bool = False
    evolution: Evolution | None = None
    evolves: Callable[[Experiment], bool] = never


def _gibbs(question: Question) -> Prediction | Absence:
    from sgdtui.predict.gibbs.chosen_temperature import gibbs_as_asked

    return gibbs_as_asked(question)


def _takes_measured_law(experiment: Experiment) -> bool:
    return experiment.temperature in ("average", "best-kl")


def _fokker_planck(question: Question) -> Prediction | Absence:
    from sgdtui.predict.diffusion.law import fokker_planck
    from sgdtui.predict.time.disconnected import told_apart

    return told_apart(question.experiment, fokker_planck(question.experiment, question.edges))


def _transfer(question: Question) -> Prediction | Absence:
    from sgdtui.predict.chain.law import transfer
    from sgdtui.predict.time.disconnected import told_apart

    return told_apart(question.experiment, transfer(question.experiment, question.edges))


def _gaussian(question: Question) -> Prediction | Absence:
    from sgdtui.predict.linear.law import gaussian

    return gaussian(question.experiment, question.edges)


def _closure(question: Question) -> Prediction | Absence:
    from sgdtui.predict.linear.closure import closure

    return closure(question.experiment, question.edges, question.laws.get("gaussian"))


def _has_quantities(experiment: Experiment) -> bool:
    return bool(quantity_names(experiment.system))


def _evolution(experiment: Experiment, edges: tuple[Array, ...], times: Array) -> tuple[Array, Array] | None:
    from sgdtui.predict.time.evolution import evolve

    return evolve(experiment, edges, times)


def _as_chain(experiment: Experiment) -> bool:
    return not experiment.dynamics.is_sde and experiment.dimension == 1


PREDICTIONS: Registry[PredictionKind] = Registry(
    "prediction",
    (
        PredictionKind(
            name="gibbs", label="Gibbs", short="Gibbs", said="Gibbs", role="GIBBS", line="dotted",
            law=_gibbs,
            needs=lambda experiment: ("fokker-planck",) if _takes_measured_law(experiment) else (),
            takes_measured=_takes_measured_law,
        ),
        PredictionKind(
            name="fokker-planck", label="Fokker–Planck", short="F–P", said="Fokker–Planck",
            role="FOKKER_PLANCK", line="solid",
            law=_fokker_planck,
            evolution=_evolution,
            evolves=lambda experiment: not _as_chain(experiment),
        ),
        PredictionKind(
            name="transfer", label="chain's own law", short="chain", said="the chain's own law",
            role="TRANSFER", line="dashed",
            law=_transfer,
            late=True,
            evolution=_evolution,
            evolves=_as_chain,
        ),
        PredictionKind(
            name="gaussian", label="Gaussian", short="Gauss", said="the Gaussian", role="GAUSSIAN", line="dash-dot",
            law=_gaussian,
            samples=True,
        ),
        PredictionKind(
            name="closure", label="Gaussian, moved", short="moved", said="the Gaussian with its own mean",
            role="FURTHER_1", line="long-dashed",
            law=_closure,
            applies=_has_quantities,
            needs=lambda _: ("gaussian",),
            samples=True,
        ),
    ),
)  # fmt: skip
"""In the order in which they are shown."""


def in_turn(experiment: Experiment, late: bool) -> list[PredictionKind]:
    """Those that apply and come early, or late, in the order in which they are worked out."""
    waiting = [kind for kind in PREDICTIONS if kind.late == late and kind.applies(experiment)]
    turn: list[PredictionKind] = []
    while waiting:
        unmet = {kind.name for kind in waiting}
        ready = [kind for kind in waiting if not unmet.intersection(kind.needs(experiment))]
        turn.append((ready or waiting)[0])
        waiting.remove(turn[-1])
    return turn


def on_its_way(experiment: Experiment) -> tuple[str, Evolution] | None:
    """The prediction whose p(x, t) is shown, and that evolution; None where none is known."""
    for kind in PREDICTIONS:
        if kind.evolution is not None and kind.evolves(experiment):
            return kind.name, kind.evolution
    return None
