"""Units are a person's choice: in others the same process has the same verdict, and its numbers in those units.

A process is written with two parameters, `a` and `c`: rates are `a` times as large, and a length of 1 is one of 1/c.
A loss is then a/c² times what it was, a covariance of the gradient a²/c² times, and eta, dt and t are 1/a of that:
walkers take the very same steps but for the units.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sgdtui.lab.run import run
from sgdtui.preset.load import load_text

UNITS = [(1e3, 1.0), (1e-3, 1.0), (1.0, 1e3), (1.0, 1e-3), (1e3, 1e-3), (1e-3, 1e3)]


class Units:
    """Parts of a preset in the units of `a` and `c`."""

    def __init__(self, a: float, c: float) -> None:
        self.a, self.c = a, c

    def loss(self, text: str) -> str:
        """A loss of X, Y, Z."""
        return f'loss: "a/c**2*({self.named(text)})"\n'

    def drift(self, *texts: str) -> str:
        """Velocities of X, Y, Z."""
        return "drift: [" + ", ".join(f'"a/c*({self.named(text)})"' for text in texts) + "]\n"

    def noise(self, *texts: str) -> str:
        """One expression for all directions, or four for the plane."""
        told = [f'"a**2/c**2*({self.named(text)})"' for text in texts]
        if len(told) == 1:
            return f"noise: {told[0]}\n"
        return f"noise: {{covariance: [[{told[0]}, {told[1]}], [{told[2]}, {told[3]}]]}}\n"

    def dynamics(self, eta: float, dt: float | None = None, **more: Any) -> str:
        """SGD, or with a dt the SDE."""
        told = {"eta": eta / self.a, **more} | ({} if dt is None else {"kind": "sde", "dt": dt / self.a})
        return "dynamics: {" + ", ".join(f"{name}: {value}" for name, value in told.items()) + "}\n"

    def rest(self, start: list[float], window: list[tuple[float, float]] | None, **plan: int) -> str:
        """Start, window, what is observed, how long it runs, and the units themselves."""
        domain = [[low / self.c, high / self.c] for low, high in window] if window else None
        plan = {"walkers": 4096, **plan}
        return (
            f"start: {{at: {[x / self.c for x in start]}}}\n"
            + (f"space: {{domain: {domain}}}\n" if domain else "")
            + 'observe: {m2: "(c*x)**2", right: "c*x > 0.3"}\n'
            + "run: {" + ", ".join(f"{name}: {value}" for name, value in plan.items()) + "}\n"
            + f"parameters: {{a: {self.a!r}, c: {self.c!r}}}\n"
        )  # fmt: skip

    @staticmethod
    def named(text: str) -> str:
        """X, Y and Z as the coordinates in the units of the process."""
        for name in "XYZ":
            text = text.replace(name, f"(c*{name.lower()})")
        return text


PLANE, SPACE = "variables: [x, y]\n", "variables: [x, y, z]\n"
CORRELATED = ("1", "0.6", "0.6", "1")
SMALL = {"bins": 32, "steps": 2000}
PROCESSES: dict[str, Callable[[Units], str]] = {
    "line, sde": lambda u: (
        u.loss("(X**2 - 1)**2/4") + u.noise("1 + tanh(X)/2") + u.dynamics(0.8, 0.02) + u.rest([0.5], [(-3.5, 3.5)])
    ),
    "line, chain, no window": lambda u: (
        u.loss("X**2/2") + u.noise("1") + u.dynamics(0.05) + u.rest([0.5], None)
    ),
    "line, spreads": lambda u: (
        u.drift("0") + u.noise("1") + u.dynamics(0.5, 0.02) + u.rest([0.5], [(-2, 2)], burn_in=100, steps=1000)
    ),
    "plane, sde, circulating": lambda u: (
        PLANE + u.loss("X**2 + Y**2/4") + u.noise(*CORRELATED) + u.dynamics(0.2, 0.02)
        + u.rest([0.5, 0.5], [(-1.4, 1.4), (-2.6, 2.6)], **SMALL)
    ),
    "plane, sde, no window": lambda u: (
        PLANE + u.loss("X**2 + Y**2/4 + X**4/4") + u.noise("1") + u.dynamics(0.2, 0.02)
        + u.rest([0.5, 0.5], None, **SMALL)
    ),
    "plane, drift": lambda u: (
        PLANE + u.drift("-X - Y", "X - Y") + u.noise("1") + u.dynamics(0.2, 0.005)
        + u.rest([0.5, 0.5], [(-1.6, 1.6), (-1.6, 1.6)], bins=32, burn_in=2000, steps=4000)
    ),
    "plane, momentum": lambda u: (
        PLANE + u.loss("X**2 + Y**2/4") + u.noise("1") + u.dynamics(0.05, momentum=0.5)
        + u.rest([0.5, 0.5], [(-1.4, 1.4), (-2.6, 2.6)], **SMALL)
    ),
    "space, sde": lambda u: (
        SPACE + u.loss("X**2 + Y**2/4 + Z**2/2") + u.noise("1") + u.dynamics(0.5, 0.02)
        + u.rest([0.5, 0.5, 0.5], [(-1.6, 1.6), (-3.2, 3.2)], bins=32)
    ),
    "space, sde, not quadratic": lambda u: (
        SPACE + u.loss("X**2/2 + X**4/4 + (Y - X/2)**2 + Z**2/2") + u.noise("1") + u.dynamics(0.5, 0.02)
        + u.rest([0.5, 0.5, 0.5], None, bins=24)
    ),
    "rows": lambda u: (
        'sample:\n  loss: "a/c**2*(c*x*u - v)**2/2"\n  variables: [x]\n  columns: [u, v]\n'
        "  data: [[1, 0.5], [1.5, -1], [0.7, 2], [1.2, 0.3]]\n"
        + u.dynamics(0.05) + u.rest([0.3], [(-1.5, 1.5)])
    ),
}  # fmt: skip


def told(name: str, a: float, c: float) -> dict[str, Any]:
    """What a run says, with its numbers in the units of a = c = 1."""
    document = run(load_text(PROCESSES[name](Units(a, c))), on_the_way=False).document()
    settings, flow, bias = document["settings"], document["flow"] or {}, document["settings"]["dt_bias"]

    def scaled(value: Any, factor: float) -> Any:
        return None if value is None else np.array(value, dtype=float) * factor

    return {
        "said": {
            "verdict": document["verdict"],
            "why_not": document["why_not"],
            "settled": settings["settled"],
            "steps": (settings["burn_in"], settings["steps"]),
            "agrees": {n: p["agrees"] for n, p in document["predictions"].items()},
        },
        "numbers": {
            "mean": scaled(document["mean"], c),
            "covariance": scaled(document["covariance"], c * c),
            "domain": scaled(settings["domain"], c),
            "relaxation": scaled(settings["relaxation_time"], a),
            "observables": {n: o["value"] for n, o in document["observables"].items()},
            "entropy": scaled(flow.get("entropy_production"), 1 / a),
            "area": scaled(flow.get("area_rate"), c * c / a),
            "curl": scaled(flow.get("curl"), 1 / c / c),
            "bias": None if bias is None else scaled(bias["covariance"], c * c),
        },
        "predictions": {
            n: {
                "mean": scaled(p["mean"], c),
                "covariance": scaled(p["covariance"], c * c),
                "observables": p["observables"],
                "entropy": scaled(p["entropy_production"], 1 / a),
                "temperature": scaled(p["temperature"], c * c / a),
                "relaxation": scaled(p["relaxation_time"], a),
                "tv": p["distance"]["tv"],
                "numerical_error": p["numerical_error"],
            }
            for n, p in document["predictions"].items()
        },
    }


def close(one: Any, other: Any) -> bool:
    """Alike to a thousandth of the largest number of each kind: bins have edges, at which rounding decides."""
    if isinstance(one, dict):
        return set(one) == set(other) and all(close(one[key], other[key]) for key in one)
    if one is None or other is None:
        return one is other
    one, other = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    largest = float(np.abs(one).max(initial=0.0))
    return np.allclose(one, other, rtol=1e-3, atol=1e-4 * largest + 1e-7)


@pytest.fixture(scope="module")
def in_own_units() -> Callable[[str], dict[str, Any]]:
    """What a process says in the units that it is written in, worked out once."""
    known: dict[str, dict[str, Any]] = {}

    def find(name: str) -> dict[str, Any]:
        if name not in known:
            known[name] = told(name, 1.0, 1.0)
        return known[name]

    return find


CASES = [
    pytest.param(name, *units, marks=[] if place == i % len(UNITS) else pytest.mark.slow)
    for i, name in enumerate(PROCESSES)
    for place, units in enumerate(UNITS)
]


@pytest.mark.parametrize(("name", "a", "c"), CASES)
def test_other_units_change_nothing_but_the_numbers(name, a, c, in_own_units):
    base, other = in_own_units(name), told(name, a, c)
    assert other["said"] == base["said"]
    for part in ("numbers", "predictions"):
        for key, value in base[part].items():
            assert close(value, other[part][key]), f"{key}: {value}, {other[part][key]}"
