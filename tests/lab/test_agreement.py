"""One truth: what the live run shows and what a run to the end gives come from one simulation, number by number."""

from __future__ import annotations

import math
import threading

import pytest

from sgdtui.claims.check import check
from sgdtui.lab.live import Lab
from sgdtui.lab.run import run
from sgdtui.lab.simulation import Simulation
from sgdtui.preset.change import changed
from sgdtui.preset.load import load, load_text

THREE = """
title: three
variables: [x, y, z]
loss: "x**2 + y**2/4 + z**2/2"
dynamics: {kind: sde, eta: 0.5, dt: 0.1}
space: {axes: [x, y], domain: [[-2, 2], [-4, 4]]}
run: {burn_in: 400, steps: 2000}
"""
WALK = """
title: a line of its own
loss: "x**2/2 + 0.1*x"
noise: "1 + x**2/2"
dynamics: {eta: 0.2}
space: {domain: [[-4, 4]]}
observe: {left: "x < 0"}
run: {burn_in: 200, steps: 1000}
expect: [{that: left, is: 0.6, within: 0.2}, {that: verdict, is: gibbs}]
"""
OPEN = """
title: a window that nobody chose
loss: "x**2/2"
dynamics: {kind: sde, eta: 0.2, dt: 0.05}
start: {at: [3]}
run: {burn_in: 400, steps: 1000}
"""
UNKNOWN = """
title: no relaxation time is predicted
variables: [x, y]
loss: "(x**2 - 1)**2/4 + y**2/2"
dynamics: {eta: 0.2, momentum: 0.5}
space: {domain: [[-3, 3], [-3, 3]]}
run: {burn_in: 300, steps: 1200}
"""
TURNING = """
title: a velocity field
variables: [x, y]
drift: ["-x + y", "-y - x"]
noise: "1"
dynamics: {kind: sde, eta: 0.2, dt: 0.02}
space: {domain: [[-2, 2], [-2, 2]]}
run: {burn_in: 400, steps: 1000}
"""
DATA = """
title: rows
sample: {loss: "(w*a - b)**2/2", variables: [w], columns: [a, b], data: [[1, 2], [2, 3], [1.5, 1], [0.5, 0]]}
dynamics: {eta: 0.1, batch: 2}
space: {domain: [[0, 3]]}
run: {burn_in: 200, steps: 1000}
"""
HOPS = """
title: hops
hops: {states: 10, rate: "1 + x", evaluate: source}
run: {burn_in: 400, steps: 1000}
"""
PASSAGE = """
title: the first time over the hill
loss: "(x**2 - 1)**2/4"
noise: "1"
dynamics: {kind: sde, eta: 0.4, dt: 0.02}
space: {domain: [[-3, 3]]}
start: {at: [-1]}
until: "x > 0"
run: {burn_in: 0, steps: 3000}
"""
TWO_BANDS = """
title: the first time out of a square
loss: "x**2/2 + y**2/2"
variables: [x, y]
noise: "1"
dynamics: {kind: sde, eta: 1, dt: 0.02}
space: {domain: [[-2, 2], [-2, 2]]}
until: "x > 1.5 or x < -1 or y > 1.5 or y < -1"
observe: {right: "x > 1.5"}
run: {burn_in: 0, steps: 400}
"""
STUCK = """
title: two wells that nobody crosses
loss: "4*(x**2 - 1)**2 + 1.2*x + y**2/2 + z**2/2"
variables: [x, y, z]
dynamics: {eta: 0.02}
start: {at: [1, 0, 0]}
space: {axes: [x, y], domain: [[-2, 2], [-1, 1]]}
run: {burn_in: 400, steps: 1000}
"""
SCHEDULE = """
title: a rate that falls
loss: "x**2/2"
dynamics: {eta: 0.5, schedule: "eta/(1 + k/50)"}
space: {domain: [[-3, 3]]}
run: {burn_in: 0, steps: 600}
"""

SMALL = {"run.walkers": 2048}
SYSTEMS = {
    "three": load_text(THREE),
    "shady-fish": changed(load("shady-fish"), {"dynamics.dt": 0.1, "run.burn_in": 400, "run.steps": 2000}),
    "a gradient": load_text(WALK),
    "an open window": load_text(OPEN),
    "no relaxation time": load_text(UNKNOWN),
    "a field": load_text(TURNING),
    "rows": load_text(DATA),
    "hops": load_text(HOPS),
    "a passage": load_text(PASSAGE),
    "a passage on the plane": load_text(TWO_BANDS),
    "wells": load_text(STUCK),
    "a schedule": load_text(SCHEDULE),
    "few walkers": changed(load_text(WALK), {"run.walkers": 16}),
    "average temperature": changed(load_text(WALK), {"temperature": "average"}),
}


def live_document(experiment):
    """What a live run shows when it has recorded as many steps as the experiment has."""
    lab = Lab(experiment, threads=1, planned=experiment.run.steps, interval=0.0)
    try:
        concluded(lab)
        return lab.result().document()
    finally:
        lab.stop(20)


def concluded(lab: Lab) -> None:
    """Wait until the lab has nothing left to say."""
    waiting = threading.Event()
    for _ in range(24_000):
        if lab.concluded:
            return
        waiting.wait(0.01)
    raise AssertionError(f"the live run did not end: {lab.snapshot and lab.snapshot.phase}")


def differences(one, other, where=""):
    """The places at which two documents differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        return [
            found
            for key in sorted({*one, *other})
            for found in differences(one.get(key, "absent"), other.get(key, "absent"), f"{where}.{key}")
        ]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [
            f
            for i, (a, b) in enumerate(zip(one, other, strict=True))
            for f in differences(a, b, f"{where}[{i}]")
        ]
    if (
        isinstance(one, float)
        and isinstance(other, float)
        and math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-300)
    ):
        return []
    return [] if one == other else [f"{where}: {one} headless, {other} live"]


OF_ITS_OWN = {
    "seconds",
    "walker_steps_per_second",
    "series",
    "settings",
    "claims",
    "variants",
    "preset",
    "sgdtui",
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_both_faces_say_the_same(name: str) -> None:
    experiment = changed(SYSTEMS[name], SMALL if SYSTEMS[name].run.walkers > 2048 else {})
    headless = run(experiment, threads=1, variants=False, on_the_way=False).document()
    live = live_document(experiment)
    assert headless["samples"] == live["samples"] > 0 or name == "a passage"
    kept = {key for key in headless if key not in OF_ITS_OWN}
    assert {"predictions", "verdict", "observables", "mean", "covariance", "histogram"} <= kept
    assert differences({k: headless[k] for k in kept}, {k: live.get(k) for k in kept}) == []
    assert [(c.holds, c.measured) for c in check(experiment, headless)] == [
        (c.holds, c.measured) for c in check(experiment, live)
    ]


def test_only_the_worker_touches_the_simulation(monkeypatch: pytest.MonkeyPatch) -> None:
    import sgdtui.lab.live as live

    touched: set[str] = set()

    class Watched(Simulation):
        def __getattribute__(self, name: str):
            touched.add(threading.current_thread().name)
            return super().__getattribute__(name)

        def __setattr__(self, name: str, value) -> None:
            touched.add(threading.current_thread().name)
            super().__setattr__(name, value)

    monkeypatch.setattr(live, "Simulation", Watched)
    experiment = changed(load_text(WALK), SMALL)
    lab = Lab(experiment, threads=1, planned=400, interval=0.0)
    concluded(lab)
    lab.pause()
    lab.resume()
    lab.reset()
    lab.change(changed(experiment, {"eta": 0.3}))
    assert lab.result() is not None
    twin = lab.fork()
    twin.stop(20)
    lab.stop(20)
    assert touched == {"sgdtui-lab"}
