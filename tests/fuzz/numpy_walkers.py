"""An independent simulation in numpy: formulas evaluated by Python itself, gradients by differences, no code of sgdtui.

For the forms loss, drift and sample (an expression of one example); of walls, momentum, laws, batches, schedules, and
the conventions of an SDE.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

_STEP = 1e-5


def _where(condition: Any, a: Any, b: Any) -> Any:
    return np.where(condition, a, b)


_SAME = ("sqrt", "exp", "log", "sin", "cos", "tanh", "cosh", "sinh", "sign", "abs", "pi", "e")
_NAMES: dict[str, Any] = {
    **{name: getattr(np, name) for name in _SAME},
    "max": np.maximum,
    "min": np.minimum,
    "where": _where,
}  # fmt: skip


def formula(text: Any, names: Mapping[str, Any]) -> np.ndarray:
    """The value of a formula, with truth values as 0 and 1."""
    value = eval(str(text), {"__builtins__": {}}, {**_NAMES, **names})
    return np.asarray(value, dtype=np.float64) * 1.0


@dataclass
class Walkers:
    """What was seen: `shares` (walkers, bins) of the recorded times on the first drawn axis, and how many were lost."""

    shares: np.ndarray
    lost: int


class Simulation:
    """The walkers of a document (see `tests.fuzz.presets`), `settings` as the run reports them."""

    def __init__(
        self, document: Mapping[str, Any], settings: Mapping[str, Any], walkers: int, seed: int
    ) -> None:
        self.document, self.settings = document, settings
        self.rng = np.random.default_rng(seed)
        self.variables = settings["variables"]
        self.d = len(self.variables)
        self.walkers = walkers
        self.parameters = dict(settings["parameters"])
        self.sde = settings["kind"] == "sde"
        self.eta, self.batch = settings["eta"], settings["batch"]
        self.time = 0.0
        self.k = 0
        self.x = np.tile(np.array(settings["start"]["at"], dtype=float), (walkers, 1))
        self.v = np.zeros_like(self.x)
        self.scatter = _scatter(document, self)

    def names(self, x: np.ndarray) -> dict[str, Any]:
        """What formulas may name."""
        eta = self.rate()
        return {**self.parameters, "eta": eta, "k": self.k, "t": self.time} | {
            v: x[:, i] for i, v in enumerate(self.variables)
        }

    def rate(self) -> float:
        """The learning rate of this step."""
        schedule = self.settings["schedule"]
        if schedule is None:
            return float(self.eta)
        return float(formula(schedule, {**self.parameters, "eta": self.eta, "k": self.k, "t": self.time}))

    def step(self) -> None:
        """One step of all walkers."""
        with np.errstate(all="ignore"):
            eta = self.rate()
            pace = self.settings["dt"] if self.sde else eta
            kick = self.scatter(self.x)
            self.v = self.settings["momentum"] * self.v + kick
            x = self.x + self.v
            flips = np.ones_like(x)
            for axis, (name, (low, high), wall) in enumerate(
                zip(self.settings["axes"], self.settings["domain"], self.settings["boundary"], strict=True)
            ):
                del axis
                i = self.variables.index(name)
                x[:, i], flips[:, i] = _folded(x[:, i], low, high, wall)
            self.v *= flips
            x[~(np.abs(x) <= 1e12).all(axis=1)] = np.nan
        self.x = x
        self.time += pace
        self.k += 1

    def seen(self, edges: np.ndarray) -> Walkers:
        """Step as the run did, and count on `edges` (outer bins open)."""
        axis = self.variables.index(self.settings["axes"][0])
        counts = np.zeros((self.walkers, len(edges) + 1))
        for _ in range(self.settings["burn_in"]):
            self.step()
        records = 0
        for k in range(1, self.settings["steps"] + 1):
            self.step()
            if k % self.settings["every"] == 0:
                place = np.searchsorted(edges, self.x[:, axis])
                counts[np.arange(self.walkers), place] += 1
                records += 1
        alive = np.isfinite(self.x).all(axis=1)
        return Walkers(counts[alive] / max(records, 1), int((~alive).sum()))


def _folded(x: np.ndarray, low: float, high: float, wall: str) -> tuple[np.ndarray, np.ndarray]:
    length = high - low
    if wall == "periodic":
        return low + np.mod(x - low, length), np.ones_like(x)
    if wall == "reflect":
        turn = np.mod(x - low, 2 * length)
        back = turn > length
        return low + np.where(back, 2 * length - turn, turn), np.where(back, -1.0, 1.0)
    return x, np.ones_like(x)


def _scatter(document: Mapping[str, Any], run: Simulation) -> Callable[[np.ndarray], np.ndarray]:
    """X (n, d) to the displacement of one step, momentum left out."""
    if "sample" in document:
        return _examples(document["sample"], run)
    if "loss" in document:

        def drift(x: np.ndarray) -> np.ndarray:
            return -_slopes(lambda y: formula(document["loss"], run.names(y)), x)
    else:

        def drift(x: np.ndarray) -> np.ndarray:
            parts = [np.broadcast_to(formula(f, run.names(x)), len(x)) for f in document["drift"]]
            return np.stack(parts, axis=1)

    noise = document["noise"]
    law = "gaussian" if run.sde else noise["law"]
    convention = run.settings["convention"] if run.sde else 0.0

    def step(x: np.ndarray) -> np.ndarray:
        eta = run.rate()
        if run.sde:
            dt = run.settings["dt"]
            z = _draws(noise["law"], run.rng, x.shape, 1)
            size = np.sqrt(eta / run.batch * dt)
            own = _root(noise["covariance"], x, run)
            kick = size * np.einsum("nij,nj->ni", own, z)
            if convention:
                there = x + kick
                for name, (low, high), wall in zip(
                    run.settings["axes"], run.settings["domain"], run.settings["boundary"], strict=True
                ):
                    i = run.variables.index(name)
                    there[:, i] = _folded(there[:, i], low, high, wall)[0]
                ahead = _root(noise["covariance"], there, run)
                kick = size * np.einsum("nij,nj->ni", own + convention * (ahead - own), z)
            return dt * drift(x) + kick
        z = _draws(law, run.rng, x.shape, run.batch)
        return eta * (drift(x) + np.einsum("nij,nj->ni", _root(noise["covariance"], x, run), z))

    return step


def _slopes(function: Callable[[np.ndarray], np.ndarray], x: np.ndarray) -> np.ndarray:
    parts = []
    for i in range(x.shape[1]):
        h = np.zeros(x.shape[1])
        h[i] = _STEP
        parts.append((function(x + h) - function(x - h)) / (2 * _STEP))
    return np.stack([np.broadcast_to(p, len(x)) for p in parts], axis=1)


def _root(covariance: Any, x: np.ndarray, run: Simulation) -> np.ndarray:
    """A matrix S with S Sᵀ = Σ, (n, d, d)."""
    d = x.shape[1]
    names = run.names(x)
    root = np.zeros((len(x), d, d))
    if isinstance(covariance, list) and isinstance(covariance[0], list):
        whole = np.zeros((len(x), d, d))
        for i in range(d):
            for j in range(d):
                whole[:, i, j] = formula(covariance[i][j], names)
        root[:, 0, 0] = np.sqrt(whole[:, 0, 0])
        root[:, 1, 0] = whole[:, 1, 0] / root[:, 0, 0]
        root[:, 1, 1] = np.sqrt(np.maximum(whole[:, 1, 1] - root[:, 1, 0] ** 2, 0))
        return root
    entries = covariance if isinstance(covariance, list) else [covariance] * d
    for i, entry in enumerate(entries):
        root[:, i, i] = np.sqrt(np.broadcast_to(formula(entry, names), len(x)))
    return root


def _draws(law: str, rng: np.random.Generator, shape: tuple[int, ...], batch: int) -> np.ndarray:
    """The mean of `batch` draws of unit variance (stable: scaled as its batches scale)."""
    if law == "stable(1.5)":
        return _stable(1.5, rng, shape) * batch ** (1 / 1.5 - 1)
    total = np.zeros(shape)
    for _ in range(batch):
        match law:
            case "gaussian":
                total += rng.standard_normal(shape)
            case "rademacher":
                total += rng.choice([-1.0, 1.0], shape)
            case "uniform":
                total += rng.uniform(-np.sqrt(3), np.sqrt(3), shape)
            case "laplace":
                total += rng.laplace(0, np.sqrt(0.5), shape)
            case "student-t(5)":
                total += rng.standard_t(5, shape) * np.sqrt(3 / 5)
    return total / batch


def _stable(alpha: float, rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Chambers, Mallows and Stuck 1976, symmetric, characteristic function exp(-|t|^alpha)."""
    angle = rng.uniform(-np.pi / 2, np.pi / 2, shape)
    w = rng.exponential(1.0, shape)
    return (
        np.sin(alpha * angle)
        / np.cos(angle) ** (1 / alpha)
        * (np.cos((1 - alpha) * angle) / w) ** ((1 - alpha) / alpha)
    )


def _examples(sample: Mapping[str, Any], run: Simulation) -> Callable[[np.ndarray], np.ndarray]:
    data = sample["data"]
    columns = list(data) if isinstance(data, Mapping) else sample["columns"]
    draw = sample.get("draw", "replacement")
    order = np.zeros((run.walkers, 0), dtype=int)

    def gradient(x: np.ndarray, rows: np.ndarray) -> np.ndarray:
        named = dict(zip(columns, rows.T, strict=True))
        return _slopes(lambda y: formula(sample["loss"], {**run.names(y), **named}), x)

    def rows_of(_: np.ndarray) -> list[np.ndarray]:
        nonlocal order
        n, b = run.walkers, run.batch
        if isinstance(data, Mapping):
            return [np.stack([_column(data[c], run.rng, n) for c in columns], axis=1) for _ in range(b)]
        table = np.array(data)
        if draw == "replacement":
            return [table[run.rng.integers(len(table), size=n)] for _ in range(b)]
        if draw == "distinct":
            chosen = np.argsort(run.rng.random((n, len(table))), axis=1)[:, :b]
            return [table[chosen[:, i]] for i in range(b)]
        rows = []
        for _ in range(b):  # a new order for every epoch; a batch may straddle two
            if order.shape[1] == 0:
                order = np.argsort(run.rng.random((n, len(table))), axis=1)
            rows.append(table[order[:, 0]])
            order = order[:, 1:]
        return rows

    def step(x: np.ndarray) -> np.ndarray:
        mean = sum(gradient(x, rows) for rows in rows_of(x)) / run.batch
        return -run.rate() * mean

    return step


def _column(text: str, rng: np.random.Generator, n: int) -> np.ndarray:
    name, _, rest = text.partition("(")
    arguments = eval(f"({rest[:-1]},)", {"__builtins__": {}}, {})
    match name:
        case "normal":
            return rng.normal(arguments[0], arguments[1], n)
        case "uniform":
            return rng.uniform(arguments[0], arguments[1], n)
        case "exponential":
            return rng.exponential(arguments[0], n)
        case "bernoulli":
            return (rng.random(n) < arguments[0]).astype(float)
        case _:
            return rng.choice(arguments[0], n, p=arguments[1])
