"""How often the order of places in time says that probability circulates, where it does not and where it does.

`python -m tests.compare.asymmetry_alarms [SEEDS] [NAME…]` prints a line for each system and exits with 1 if one in
equilibrium was called out of it in more seeds than one in a hundred, at a level of one in a thousand.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sgdtui.compare.asymmetry import LEVEL, Asymmetry, asymmetry
from sgdtui.lab.pairs_in_time import PairsInTime
from sgdtui.lab.plan import with_domain
from sgdtui.preset.load import load, load_text
from sgdtui.simulate.ensemble import Ensemble


@dataclass(frozen=True)
class System:
    """A preset, as text or by name, and whether it is in equilibrium."""

    text: str
    equilibrium: bool


RUN = "run: {walkers: %d, burn_in: 600, steps: 1024, every: 64, bins: 8}"

RING = f"""
loss: "cos(x) + sin(2*x)/2"
dynamics: {{kind: sde, eta: 1, dt: 0.02}}
space: {{domain: [[0, 6.283185307179586]], boundary: periodic}}
{RUN % 2048}
"""
WELLS = f"""
variables: [x, y]
loss: "(x**2 - 1)**2/4 + x*y/2 + y**2"
dynamics: {{kind: sde, eta: 0.5, dt: 0.01}}
space: {{domain: [[-3, 3], [-3, 3]]}}
{RUN % 2048}
"""
CHAIN = f"""
variables: [x, y]
loss: "x**2 + y**2/4"
noise: [[2, 0], [0, 1]]
dynamics: {{kind: sgd, eta: 0.2}}
space: {{domain: [[-3, 3], [-3, 3]]}}
{RUN % 2048}
"""
SPHERE = f"""
variables: [x, y, z]
loss: "(x**2 + y**2 + z**2)/2"
noise: "(1 + x**2 + y**2 + z**2)/2"
dynamics: {{kind: sde, eta: 0.5, dt: 0.01}}
space: {{domain: [[-3, 3], [-3, 3]], axes: [x, y]}}
{RUN % 4096}
"""
COORDINATES = [f"x{i}" for i in range(10)]
TEN = f"""
variables: [{", ".join(COORDINATES)}]
loss: "(x0**2 - 1)**2/4 + {" + ".join(f"{1 + i / 5:g}*x{i}**2/2" for i in range(1, 10))}"
dynamics: {{kind: sde, eta: 0.5, dt: 0.02}}
space: {{domain: [[-3, 3], [-3, 3]], axes: [x0, x1]}}
{RUN % 4096}
"""
TEN_STEPS = f"""
variables: [{", ".join(COORDINATES)}]
loss: "{" + ".join(f"{1 + i / 5:g}*x{i}**2/2" for i in range(10))}"
noise: [{", ".join(f"{1 + i % 3}" for i in range(10))}]
dynamics: {{kind: sgd, eta: 0.2}}
space: {{domain: [[-3, 3], [-3, 3]], axes: [x0, x1]}}
{RUN % 4096}
"""


def rotating(dimension: int, turn: float) -> str:
    """A bowl in which the first two coordinates turn at `turn` radians per unit t and forget at 1."""
    names = COORDINATES[:dimension]
    drift = [f"-x0 - {turn:g}*x1", f"-x1 + {turn:g}*x0", *(f"-{name}" for name in names[2:])]
    return f"""
variables: [{", ".join(names)}]
drift: [{", ".join(f'"{each}"' for each in drift)}]
dynamics: {{kind: sde, eta: 1, dt: 0.02}}
space: {{domain: [[-3, 3], [-3, 3]], axes: [x0, x1]}}
{RUN % 4096}
"""


PRODUCT = f"""
sample:
  loss: "((u*v - 1)*a + b + n*(1 + a))**2/2 + (u**2 + v**2)/20"
  variables: [u, v, b]
  columns: [a, n]
  data: {{a: "normal(0,1)", n: "normal(0,0.5)"}}
dynamics: {{kind: sgd, eta: 0.1, batch: 2}}
start: {{at: [1, 1, 0]}}
space: {{domain: [[-3, 3], [-3, 3]], axes: [u, v]}}
{RUN % 4096}
"""

SYSTEMS = {
    "a ring": System(RING, True),
    "two wells on the plane": System(WELLS, True),
    "steps in a bowl on the plane": System(CHAIN, True),
    "a sphere with more noise outside": System(SPHERE, True),
    "two wells in ten dimensions": System(TEN, True),
    "steps in ten dimensions": System(TEN_STEPS, True),
    "a bowl that turns in three dimensions": System(rotating(3, 0.1), False),
    "a bowl that turns in ten dimensions": System(rotating(10, 0.1), False),
    "penguins": System("real-data", False),
    "a product of two weights and a bias": System(PRODUCT, False),
}


def measured(system: System, seeds: Sequence[int]) -> Iterator[Asymmetry]:
    """What the test says with each seed."""
    experiment = with_domain(load_text(system.text) if "\n" in system.text else load(system.text))
    run = replace(experiment.run, walkers=min(experiment.run.walkers, 4096), steps=1024)
    for seed in seeds:
        asked = replace(experiment, run=replace(run, seed=seed))
        ensemble = Ensemble(asked, threads=1)
        try:
            ensemble.advance(asked.run.burn_in or 0, record=False)
            pairs = PairsInTime(asked, ensemble.walkers)
            pairs.take(0, ensemble.positions())
            sampled = 0
            while sampled < (asked.run.steps or 0):
                sampled += ensemble.advance(pairs.after(sampled) - sampled, record=False)
                pairs.take(sampled, ensemble.positions())
        finally:
            ensemble.close()
        sums = pairs.sums()
        found = asymmetry(sums) if sums is not None else None
        assert found is not None
        yield found


def main(seeds: int, names: Sequence[str] = ()) -> int:
    """Print how often each system was said to circulate; 1 if one in equilibrium was in over 1 of 100 seeds."""
    failed = 0
    for name in names or SYSTEMS:
        system, began = SYSTEMS[name], time.process_time()
        said = list(measured(system, range(seeds)))
        low = sum(one.p_value < LEVEL for one in said)
        told = [one.circulates for one in said]
        wrong = system.equilibrium and max(low, told.count(True)) > seeds / 100
        failed += wrong
        below = ", ".join(
            f"p < {p:g}: {sum(one.p_value < p for one in said)}" for p in (0.5, 0.1, 0.01, LEVEL)
        )
        print(
            f"{name:40} {'equilibrium' if system.equilibrium else 'circulates':11} of {seeds}: said to circulate "
            f"{told.count(True)}, not to {told.count(False)}, open {told.count(None)}; {below}; turning "
            f"{sorted(one.turning for one in said)[seeds // 2]:.3g}"
            f"{'   TOO OFTEN' if wrong else ''} ({time.process_time() - began:.0f} s)",
            flush=True,
        )
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 400, sys.argv[2:]))
