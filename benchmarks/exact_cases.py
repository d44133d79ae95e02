"""The exact cases of the claims that the engine runs by itself: a system, and what of it is known exactly."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace

from sgdtui.model.experiment import Experiment
from sgdtui.preset.load import load_text

SMOOTH, ROUGH = (1.0, 2.0), (0.5, 1.0)
"""Powers of dt that the error of Euler's method begins with: where Σ is smooth, and at walls or jumps of Σ."""


@dataclass(frozen=True, slots=True)
class Case:
    """A system, what of it is known exactly, and how it is measured.

    `preset` is YAML without `observe`; `exact` gives the values of expressions. After `burn` steps the walkers are
    recorded every `spacing` steps; with `at` only once, after so many steps, and started afresh with other seeds. A
    case of the SDE is run with each of `steps_of_time` (dt; burn and spacing are of the first, longer for smaller dt).
    """

    row: str
    preset: str
    exact: dict[str, float]
    burn: int = 200
    spacing: int = 20
    at: int = 0
    steps_of_time: tuple[float, ...] = ()
    powers: tuple[float, ...] = SMOOTH

    def experiment(self, walkers: int, seed: int, dt: float | None = None) -> Experiment:
        """The experiment with each expression of `exact` and its square observed."""
        observe = "".join(f"  o{i}: '{text}'\n" for i, text in enumerate(self.exact))
        squares = "".join(f"  s{i}: '({text})**2'\n" for i, text in enumerate(self.exact))
        given = load_text(
            f"{textwrap.dedent(self.preset).strip()}\nobserve:\n{observe}{squares}", name=self.row
        )
        run = replace(given.run, walkers=walkers, seed=seed, every=self.at or self.spacing)
        space = (
            given.space
            if given.space.domain
            else replace(given.space, domain=((-9.0, 9.0),) * given.dimension)
        )
        given = replace(given, run=run, space=space)
        return given if dt is None else replace(given, dynamics=replace(given.dynamics, dt=dt))


DOUBLE_WELL = "loss: (x**2-1)**2/4"
POLLEN = (
    "loss: 0*x\nnoise: 1+3*x\nspace: {domain: [[0, 1]], boundary: reflect}\nstart: {uniform: [[0, 1]]}\n"
    "dynamics: {kind: sde, eta: .5, convention: %s}"
)
COARSE, FINE = (0.08, 0.04, 0.02), (1e-3, 2.5e-4, 6.25e-5)
ROWS = "[[1, 2.5], [2, 3.6], [-1, -2.2], [0.5, 1.3], [1.5, 2.4], [-2, -4.3]]"
SAMPLE = (
    "sample: {loss: (w*x-y)**2/2, variables: [w], columns: [x, y], data: "
    + ROWS
    + ", draw: %s}\nstart: {at: [1.98]}\ndynamics: {eta: .05, batch: %d}\nspace: {domain: [[1, 3]]}"
)
BOWL = "variables: [x, y]\nloss: x**2+y**2/4\nnoise: {covariance: [[1, .6], [.6, 1]]}\n"
FLOOR = 0.1 / 1.9

CASES = (
    Case("1 stationary-law", DOUBLE_WELL + "\ndynamics: {eta: .2}", {"x**2": 0.843645}, 400, 40),
    Case(
        "1 the same, sde", DOUBLE_WELL + "\ndynamics: {kind: sde, eta: .2}", {"x**2": 0.871363}, 100, 40,
        steps_of_time=COARSE,
    ),
    Case(
        "2 time-is-eta", "loss: x**2/2\nstart: {at: [3]}\ndynamics: {eta: .1}",
        {"x": 3 * 0.9**20, "(x - 3*0.9**20)**2": FLOOR * (1 - 0.9**40)}, at=20,
    ),
    Case(
        "3 brownian", "variables: [x, y]\nloss: 0*x\ndynamics: {eta: .1}",
        {"x**2": 0.64, "y**2": 0.64, "x*y": 0.0}, at=64,
    ),
    Case(
        "5 not-identity", BOWL + "dynamics: {eta: .1}",
        {"x**2": 1 / 36, "x*y": 0.025, "y**2": 0.2 / 1.95}, 200, 40,
    ),
    Case(
        "5 the same, sde", BOWL + "dynamics: {kind: sde, eta: .1}", {"x**2": 0.025, "x*y": 0.024, "y**2": 0.1},
        100, 30, steps_of_time=COARSE,
    ),
    Case(
        "8 pollen, Itô", POLLEN % "ito", {"x < 1/2": 0.660964}, 1600, 300, steps_of_time=FINE, powers=ROUGH,
    ),
    Case(
        "8 pollen, anti-Itô", POLLEN % "anti-ito", {"x < 1/2": 0.5}, 1600, 300, steps_of_time=FINE, powers=ROUGH,
    ),
    Case(
        "17 bettor", "drift: ['0']\nnoise: x**2\nstart: {at: [1]}\ndynamics: {kind: sde, eta: 1, dt: .05}",
        {"x": 1.0, "x**2": 1.05**20}, at=20,
    ),
    Case(
        "19 one of a swarm", "loss: x**2/2\nnoise: 1+.8*tanh(2*x)\ndynamics: {kind: sde, eta: .2}", {"x < 0": 0.559913},
        100, 30, steps_of_time=COARSE,
    ),
    Case(
        "20 flat-or-quiet", DOUBLE_WELL + "\nnoise: 1+tanh(4*x)/2\ndynamics: {eta: .2}", {"x < 0": 0.964371},
        3000, 200,
    ),
    Case("22 label-noise", "loss: x**2/2\nnoise: 1+x**2\ndynamics: {eta: .2}", {"x**2": 1 / 8}, 200, 20),
    Case(
        "22 the same, sde", "loss: x**2/2\nnoise: 1+x**2\ndynamics: {kind: sde, eta: .2}", {"x**2": 1 / 9}, 200, 40,
        steps_of_time=COARSE,
    ),
    Case(
        "24 learning-rate-decay", "loss: x**2/2\ndynamics: {eta: 1, schedule: eta/(1+k)}\nstart: {at: [2]}",
        {"x": 0.0, "x**2": 1 / 25}, at=25,
    ),
    Case(
        "23 interpolation",
        "sample: {loss: a*x**2/2, variables: [x], columns: [a], data: [[.5], [1.5]]}\nstart: {at: [1]}\n"
        "dynamics: {eta: 1.8}\nspace: {domain: [[-9, 9]]}",
        {"x**2": ((0.1**2 + 1.7**2) / 2) ** 4}, at=4,
    ),
    Case("28 reshuffling, B=1", SAMPLE % ("replacement", 1), {"(w-1.98)**2": 0.00445815}, 200, 40),
    Case("28 B=2", SAMPLE % ("replacement", 2), {"(w-1.98)**2": 0.00219788}, 200, 40),
    Case("28 B=2, distinct", SAMPLE % ("distinct", 2), {"(w-1.98)**2": 0.00175340}, 200, 40),
    Case(
        "34 cantor, η=½",
        "sample: {loss: (w-y)**2/2, variables: [w], columns: [y], data: [[-1], [1]]}\ndynamics: {eta: .5}\n"
        "space: {domain: [[-1, 1]]}",
        {"w**2": 1 / 3, "w**4": 1 / 5}, 60, 20,
    ),
    Case(
        "34 η=⅔",
        "sample: {loss: (w-y)**2/2, variables: [w], columns: [y], data: [[-1], [1]]}\n"
        "dynamics: {eta: 0.6666666666666666}\nspace: {domain: [[-1, 1]]}",
        {"w**2": 1 / 2}, 60, 20,
    ),
)  # fmt: skip

SEEDED = ("1 stationary-law", "2 time-is-eta", "5 not-identity", "22 label-noise", "28 B=2, distinct")
"""Cases whose z-scores are taken over many seeds."""
