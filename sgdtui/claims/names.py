"""With which names the path of a claim can begin, known before anything has run."""

from __future__ import annotations

from collections.abc import Iterable

from sgdtui.claims.grammar import Node, paths
from sgdtui.claims.path import spelt, unknown
from sgdtui.model.experiment import Experiment
from sgdtui.predict.asymptotic.registry import NUMBERS
from sgdtui.predict.registry import PREDICTIONS

TOP = (
    "sgdtui", "preset", "title", "dimension", "settings", "time", "seconds", "walker_steps_per_second", "samples",
    "effective_samples", "lost", "complete", "mean", "mean_se", "covariance", "covariance_se", "observables",
    "first_passage", "wells", "histogram", "predictions", "why_not", "why_not_detail", "flow", "asymmetry", "drift",
    "pulls", "series", "variants", "verdict", "why", "claims", "network",
)  # fmt: skip
"""Keys of a result's document."""

ENTRIES = (
    "preset_hash", "form", "variables", "kind", "eta", "batch", "momentum", "optimizer", "dampening",
    "decay", "precondition", "inject", "schedule", "convention", "dt",
    "time_step", "swarm", "walkers", "steps", "burn_in", "every", "seed", "bins", "threads", "domain", "boundary",
    "axes", "start", "temperature", "until", "parameters", "relaxation_time", "relaxation_from", "settled", "dt_bias",
    "mean_steps", "mean_time", "se_steps", "fraction", "predicted_time", "kramers_time", "chain_time", "bias_dt",
    "bias_dt_se", "sde_time", "sde_time_se", "censored", "estimator",
    "entropy_production", "entropy_production_se", "predicted_entropy_production", "area_rate", "area_rate_se",
    "displacement", "displacement_se", "curl",
)  # fmt: skip
"""Entries of `settings`, `first_passage` and `flow`, which go by their bare names too."""


def first_names(experiment: Experiment) -> tuple[str, ...]:
    """Every name that a path into a result of this experiment can begin with."""
    own = (
        *(name for name, _ in experiment.observe),
        *(parameter.name for parameter in experiment.parameters),
        *(variant.name for variant in experiment.variants),
    )
    return (*own, *PREDICTIONS.names, *NUMBERS.names, *TOP, *ENTRIES)


def hold_to_names(node: Node, names: Iterable[str]) -> None:
    """Raises ClaimError for a path that begins with none of the names."""
    allowed = dict.fromkeys(names)
    for path in paths(node):
        if spelt(allowed, path.keys[0]) is None:
            raise unknown(path.keys[0], allowed, path, "quantity")
