"""DESIGN §4.2, "Left out", to the letter."""

from __future__ import annotations

from pathlib import Path

import pytest

from sgdtui.model.drift import DriftSystem
from sgdtui.model.dynamics import Dynamics
from sgdtui.model.experiment import RunPlan
from sgdtui.model.gradient import GradientSystem
from sgdtui.model.hops import HopSystem
from sgdtui.model.sample import SampleSystem
from sgdtui.model.space import Boundary
from sgdtui.model.start import At, Uniform
from sgdtui.preset.load import load
from tests.preset.preset_reading import read


def test_a_stranger_s_file_needs_one_line(tmp_path: Path) -> None:
    file = tmp_path / "my-run.yaml"
    file.write_text("loss: x**2/2\n")
    e = load(file)
    assert e.title == e.name == "my-run"
    assert e.dynamics == Dynamics("sgd", 0.1, 1, 0.0, None, 0.0, 0.01, None)
    assert e.run == RunPlan(65536, None, None, 10, 0, None)
    assert (e.run.bins_for(1), e.run.bins_for(2)) == (200, 64)
    assert e.start == At((0.0,))
    assert e.space.domain is None
    assert e.space.boundaries == (Boundary("open"),)
    assert e.temperature == "minimum"
    assert isinstance(e.system, GradientSystem)
    assert e.system.noise.covariance[0].constant_value == 1.0
    assert (e.observe, e.until, e.variants, e.expect) == ((), None, (), ())


def test_the_design_s_own_example(tmp_path: Path) -> None:
    file = tmp_path / "double-well-tanh.yaml"
    file.write_text(
        'loss: "(x**2-1)**2/4"\nnoise: "1 + tanh(4*x)/2"\n'
        'dynamics: {kind: sde, eta: 0.2, dt: 0.005}\nobserve: {left: "x < 0"}\n'
    )
    e = load(file)
    assert e.dynamics.is_sde
    assert (e.dynamics.eta, e.dynamics.dt) == (0.2, 0.005)
    assert [name for name, _ in e.observe] == ["left"]
    assert e.space.domain is None


def test_two_variables_where_the_loss_names_y() -> None:
    e = read("loss: x**2 + 2*y**2")
    assert e.variables == ("x", "y")
    assert e.space.axes == (0, 1)
    assert len(e.space.boundaries) == 2
    assert e.start == At((0.0, 0.0))
    assert read("{loss: x**2 + y, parameters: {}, variables: [x, y]}").dimension == 2


@pytest.mark.parametrize(
    ("domain", "start"),
    [("[[-3, 3]]", 0.0), ("[[1, 3]]", 2.0), ("[-1, 5]", 0.0), ("[[0, 1]]", 0.0), ("[[-4, -2]]", -3.0)],
)
def test_the_start_is_the_origin_if_it_is_inside_else_the_middle(domain: str, start: float) -> None:
    assert read(f"{{loss: x**2, space: {{domain: {domain}}}}}").start == At((start,))


def test_the_loss_s_domain_and_regions_are_taken() -> None:
    e = read("loss: {loss: x**2, domain: [[1, 2]], regions: {high: x > 1.5}}\nobserve: {m: x}")
    assert e.space.domain == ((1.0, 2.0),)
    assert [name for name, _ in e.observe] == ["high", "m"]
    assert e.start == At((1.5,))
    e = read("loss: {loss: x**2, domain: [[1, 2]]}\nspace: {domain: [[-1, 1]]}")
    assert e.space.domain == ((-1.0, 1.0),)


def test_bare_numbers_are_expressions_and_values() -> None:
    e = read("{loss: 0, noise: 4, parameters: {s: 1}, schedule: null}".replace(", schedule: null", ""))
    assert isinstance(e.system, GradientSystem)
    assert e.system.noise.covariance[0].constant_value == 4.0
    assert e.values == {"s": 1.0}


def test_exponents_are_numbers() -> None:
    e = read("{loss: x**2, dynamics: {eta: 1e-3, dt: 2E-4}, run: {walkers: 1e5}}")
    assert (e.dynamics.eta, e.dynamics.dt, e.run.walkers) == (1e-3, 2e-4, 100_000)
    assert isinstance(e.run.walkers, int)


def test_hops_start_in_state_0_with_one_bin_a_state() -> None:
    e = read("hops: {states: 10, rate: 1 + x}")
    assert isinstance(e.system, HopSystem)
    assert e.system.destination_weight == 0.0
    assert e.start == At((0.0,))
    assert e.space.domain == ((-0.5, 9.5),)
    assert e.run.bins == 10


def test_draws_are_with_replacement() -> None:
    e = read("sample: {loss: (w*a - b)**2/2, variables: [w], columns: [a, b], data: [[1, 2.5], [2, 3]]}")
    assert isinstance(e.system, SampleSystem)
    assert e.system.draw == "replacement"
    assert e.noise_scale == 1.0


def test_a_drift_has_noise_1_and_no_loss() -> None:
    e = read("drift: [-x + y, -x - y]")
    assert isinstance(e.system, DriftSystem)
    assert e.variables == ("x", "y")
    assert e.system.noise.covariance[0].constant_value == 1.0
    assert read("drift: -x").dimension == 1


def test_auto_lengths() -> None:
    assert read("{loss: x**2, run: {burn_in: auto, steps: 100}}").run.burn_in is None


def test_the_whole_form_of_the_design() -> None:
    e = read(
        """
        title: Colder on the left
        story: |
          Markdown.
        source: somewhere
        loss: {loss: "s*x**2/2", parameters: {s: 1}}
        noise: {covariance: 1 + x**2, law: student-t(3)}
        parameters: {s: {value: 1, min: 0.1, max: 3, about: stiffness}}
        dynamics: {kind: sgd, eta: 0.2, batch: 1, momentum: 0, schedule: "eta/(1 + k/100)"}
        space: {domain: [[-3, 3]], boundary: open}
        start: {uniform: [[-3, 3]]}
        run: {walkers: 65536, burn_in: 2000, steps: 4000, every: 10, seed: 0}
        temperature: 0.2
        observe: {left: "x < 0", m2: "x**2"}
        until: "x > 1"
        variants: {fast: {dynamics.eta: 0.3}}
        expect:
          - {that: left, is: 0.5, within: 0.004, at: 3}
          - {that: verdict, is: "equilibrium, not gibbs", variant: fast}
        """
    )
    assert e.title == "Colder on the left"
    assert e.story == "Markdown.\n"
    assert e.parameters[0].maximum == 3.0
    assert e.start == Uniform(((-3.0, 3.0),))
    assert e.temperature == 0.2
    assert e.until is not None
    assert e.expect[0].at == 3.0
    assert e.expect[1].variant == "fast"
    assert e.dynamics.schedule is not None
    assert e.dynamics.schedule.names == {"eta", "k"}
