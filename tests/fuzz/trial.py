"""One random preset: run, and everything that must hold of how it ends."""

from __future__ import annotations

import json
import os
import resource
import signal
import time
import traceback
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sgdtui.lab.allowance import SHOW_FAULTS
from sgdtui.lab.run import run
from sgdtui.preset.load import build
from sgdtui.preset.text.problem import PresetError
from sgdtui.simulate.program import Unsupported
from tests.fuzz.numpy_walkers import Simulation
from tests.fuzz.presets import preset

SECONDS = 20.0
"""Of one core, in which each must have ended."""
_HUNG = 5 * SECONDS
_MEMORY = 8_000_000_000
_SIGMAS = 5.0
_FEW = 128
"""Fewer walkers than this have standard errors of their own that are uncertain: six of them are asked for."""


@dataclass
class Trial:
    """How a preset ended: exit status, seconds of CPU, the verdict, and what was wrong with it."""

    seed: int
    status: int = 0
    seconds: float = 0.0
    verdict: str = ""
    compared: int = 0
    faults: list[str] = field(default_factory=list)


def trial(seed: int, budget: float = 4.0) -> Trial:
    """Run the preset of a seed."""
    told = Trial(seed)
    document = preset(seed)
    began = time.process_time()
    os.environ[SHOW_FAULTS] = "1"
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            found = run(build(document), threads=1, budget=budget).document()
    except (PresetError, Unsupported):
        told.status = 2
        return told
    except Exception:
        told.faults.append("raised " + traceback.format_exc(limit=-4))
        return told
    finally:
        told.seconds = time.process_time() - began
    if told.seconds > SECONDS:
        told.faults.append(f"it took {told.seconds:.1f} s of one core")
    told.faults += [
        f"warned: {w.category.__name__}: {w.message} ({w.filename}:{w.lineno})"
        for w in warned
        if not issubclass(w.category, DeprecationWarning | ResourceWarning)
    ]
    try:
        json.dumps(found, allow_nan=False)
    except ValueError as error:
        told.faults.append(f"no JSON: {error}")
    told.verdict = found["verdict"]
    for contradiction in _contradictions(document, found, told):
        told.faults.append(contradiction)
    return told


def limited() -> None:
    """What a process of the named command begins with: its memory has an end."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def guarded(seed: int) -> Trial:
    """The same in a process of its own: what hangs is ended and told."""

    def hung(*_: object) -> None:
        raise TimeoutError(f"it had not ended after {_HUNG:.0f} s of one core")

    signal.signal(signal.SIGPROF, hung)
    signal.setitimer(signal.ITIMER_PROF, _HUNG)
    try:
        return trial(seed)
    except TimeoutError as error:
        return Trial(seed, faults=[str(error)])
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _contradictions(document: Mapping[str, Any], found: Mapping[str, Any], told: Trial) -> Iterator[str]:
    """Predictions that are said to agree, in a run with a verdict, and that an independent simulation excludes."""
    settings = found["settings"]
    agreeing = {
        name: p for name, p in found["predictions"].items() if p["agrees"] and p["density"] is not None
    }
    known = ("loss" in document or "drift" in document or "loss" in document.get("sample", {})) and not (
        settings["swarm"] or settings["until"] or "at" not in settings["start"]
    )
    if found["verdict"] in ("undecided", "no stationary law") or not agreeing or not known:
        return
    edges = np.array(found["histogram"]["edges"][0])
    shares = {name: _marginal(p, found["histogram"]["edges"]) for name, p in agreeing.items()}
    cuts = _cuts(next(iter(shares.values())), edges)
    if len(cuts) < 2:
        return
    walkers = settings["walkers"]
    seen = Simulation(document, settings, walkers, 7919 + told.seed).seen(cuts)
    if len(seen.shares) < 0.99 * walkers:
        yield f"{seen.lost} of {walkers} numpy walkers are lost, and yet {found['verdict']}"
        return
    told.compared = len(agreeing)
    measured = seen.shares.mean(axis=0)
    error = seen.shares.std(axis=0, ddof=1) / np.sqrt(len(seen.shares))
    sigmas = _SIGMAS if walkers >= _FEW else _SIGMAS + 1
    for name, share in shares.items():
        below = np.interp(cuts, edges, np.concatenate([[0.0], np.cumsum(share)]))
        predicted = np.diff(np.concatenate([[0.0], below, [1.0]]))
        outside = max(0.0, 1 - float(share.sum()))
        allowed = sigmas * np.maximum(error, 0.3 / walkers) + agreeing[name]["numerical_error"] + outside
        worst = int(np.argmax(np.abs(measured - predicted) / allowed))
        if abs(measured[worst] - predicted[worst]) > allowed[worst]:
            yield (
                f"{found['verdict']}: {name} is said to agree (p {agreeing[name]['p_value']}, error "
                f"{agreeing[name]['numerical_error']:.2g}), but a share of {predicted[worst]:.4f} is "
                f"{measured[worst]:.4f} ± {error[worst]:.4f} in numpy"
            )


def _marginal(prediction: Mapping[str, Any], edges: list[list[float]]) -> np.ndarray:
    """The probability of the bins of the first drawn axis."""
    mass = np.array(prediction["density"], dtype=float)
    for axis, ends in enumerate(edges):
        shape = [1] * mass.ndim
        shape[axis] = -1
        mass = mass * np.diff(ends).reshape(shape)
    return mass.reshape(mass.shape[0], -1).sum(axis=1)


def _cuts(share: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Edges of bins near the deciles of the law."""
    below = np.cumsum(share)
    places = [int(np.searchsorted(below, level)) + 1 for level in np.linspace(0.1, 0.9, 9)]
    return edges[sorted({p for p in places if 0 < p < len(edges) - 1})]
