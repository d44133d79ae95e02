"""The forms of a system: noises in other names, drift, sample, hops and tumble."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sgdtui.model.data import Distribution, Fresh, Table
from sgdtui.model.drift import DriftSystem
from sgdtui.model.fields import fields
from sgdtui.model.gradient import GradientSystem
from sgdtui.model.hops import HopSystem
from sgdtui.model.sample import SampleSystem
from sgdtui.model.space import Boundary
from sgdtui.model.tumble import TumbleSystem
from sgdtui.preset.load import combine, load
from tests.preset.preset_reading import mistake, mistakes, read


def covariance(text: str, point: list[float]) -> np.ndarray:
    return fields(read(text)).covariance(np.array([point]))[0]


@pytest.mark.parametrize("variables", ["x, y", "y, x", "u, w", "w, x", "y, q"])
def test_a_noise_in_place_means_the_system_s_own_variables(variables: str) -> None:
    first, second = variables.split(", ")
    text = f"{{loss: {first}**2 + {second}**2, variables: [{variables}], noise: {{covariance: ['1 + {first}**2', 4]}}}}"
    assert covariance(text, [3.0, 7.0]).tolist() == [[10.0, 0.0], [0.0, 4.0]]
    text = f"{{drift: [-{first}, -{second}], variables: [{variables}], noise: {{covariance: [1, '1 + {second}**2']}}}}"
    assert covariance(text, [3.0, 7.0]).tolist() == [[1.0, 0.0], [0.0, 50.0]]


def test_a_one_variable_noise_may_be_called_y() -> None:
    assert covariance("{loss: y**2, variables: [y], noise: 1 + y**2}", [2.0]).tolist() == [[5.0]]


@pytest.mark.parametrize(
    "form", ["loss: u**2 + w**2, variables: [u, w]", "drift: [-v, -x], variables: [v, x]"]
)
def test_a_noise_preset_s_x_and_y_are_the_first_and_second_coordinate(form: str, config_folder: Path) -> None:
    noise = config_folder / "presets" / "noise"
    noise.mkdir(parents=True)
    (noise / "mine.yaml").write_text("covariance: [1 + x**2, 1 + y**2]\n")
    assert covariance(f"{{{form}, noise: mine}}", [2.0, 3.0]).tolist() == [[5.0, 0.0], [0.0, 10.0]]


def test_a_parameter_that_both_have_is_the_loss_s_and_the_noise_s_is_renamed(config_folder: Path) -> None:
    for kind, text in (
        ("loss", "loss: s*x**2\nparameters: {s: {value: 2, min: 1, max: 3, about: stiffness}}"),
        ("noise", "covariance: s\nparameters: {s: {value: 5, max: 9}}"),
    ):
        (config_folder / "presets" / kind).mkdir(parents=True)
        (config_folder / "presets" / kind / "mine.yaml").write_text(text)
    e = combine("mine", "mine")
    assert e.values == {"s": 2.0, "noise_s": 5.0}
    assert fields(e).covariance(np.array([[0.3]]))[0, 0, 0] == 5.0
    e = read("{loss: mine, noise: mine, parameters: {s: 1.5, noise_s: 7}}")
    assert e.values == {"s": 1.5, "noise_s": 7.0}
    assert (e.parameters[0].minimum, e.parameters[0].maximum, e.parameters[0].about) == (
        1.0,
        3.0,
        "stiffness",
    )
    assert "allowed: 1 <= s <= 3" in mistake("{loss: mine, parameters: {s: 4}}").hint


def test_an_expression_in_place_may_use_the_parameters_of_the_preset_beside_it(config_folder: Path) -> None:
    (config_folder / "presets" / "loss").mkdir(parents=True)
    (config_folder / "presets" / "loss" / "mine.yaml").write_text("loss: s*x**2\nparameters: {s: 2}")
    e = read("{loss: mine, noise: s + q, parameters: {q: 1}}")
    assert fields(e).covariance(np.array([[0.3]]))[0, 0, 0] == 3.0


def test_a_mistake_in_a_named_preset_is_told_in_its_own_file(config_folder: Path) -> None:
    (config_folder / "presets" / "loss").mkdir(parents=True)
    file = config_folder / "presets" / "loss" / "mine.yaml"
    file.write_text("title: broken\nloss: x**\n")
    problems = mistakes("loss: mine\nnoise: 1 +")
    assert [(p.file, p.line) for p in problems] == [(str(file), 2), ("test.yaml", 2)]


def test_specular_walls_flip_a_velocity() -> None:
    e = read(
        """
        drift: [v, -g*v]
        variables: [x, v]
        parameters: {g: 50}
        noise: {covariance: [0, "2*g*(1 + 3*x)"]}
        space: {domain: [[0, 1]], axes: [x], boundary: {reflect: v}}
        dynamics: {kind: sde}
        """
    )
    assert isinstance(e.system, DriftSystem)
    assert e.space.boundaries == (Boundary("reflect", (1,)),)
    assert e.space.axes == (0,)
    assert e.start.point == (0.0, 0.0)  # type: ignore[union-attr]


def test_walls_one_an_axis() -> None:
    e = read("{loss: x**2 + y**2, space: {domain: [[0, 1], [-1, 1]], boundary: [reflect, periodic]}}")
    assert [wall.kind for wall in e.space.boundaries] == ["reflect", "periodic"]


def test_hops() -> None:
    e = read("{hops: {states: 4, rate: 'a*(1 + x)', evaluate: 0.25}, parameters: {a: 2}}")
    assert isinstance(e.system, HopSystem)
    assert e.system.destination_weight == 0.25
    up, down = e.system.hop_rates(e.values)
    assert up[3] == down[0] == 0.0


def test_tumble() -> None:
    e = read("{tumble: {speed: 1 + 3*x, rate: 5}, space: {domain: [[0, 1]], boundary: reflect}}")
    assert isinstance(e.system, TumbleSystem)
    assert e.system.rate.constant_value == 5.0


def test_rows_in_place() -> None:
    e = read(
        """
        sample:
          loss: (w*x - y)**2/2
          variables: [w]
          columns: [x, y]
          data: [[1, 2.5], [2, 3.6], [-1, -2.2]]
          draw: distinct
        dynamics: {batch: 3}
        """
    )
    assert isinstance(e.system, SampleSystem)
    assert isinstance(e.system.data, Table)
    assert e.system.data.rows.tolist() == [[1, 2.5], [2, 3.6], [-1, -2.2]]
    assert not e.system.data.rows.flags.writeable
    assert e.noise_scale == 0.0


def test_columns_drawn_afresh() -> None:
    e = read(
        """
        sample:
          loss: (w*a - b + c + d + f)**2/2
          variables: [w]
          data: {a: "normal(0, 1/2)", b: "uniform(-1, 1)", c: "exponential(2)", d: "bernoulli(0.3)", f: "choice([1, 2], [.25, .75])", g: 3}
        """  # noqa: E501
    )
    assert isinstance(e.system, SampleSystem)
    assert e.system.data == Fresh(
        ("a", "b", "c", "d", "f", "g"),
        (
            Distribution("normal", (0.0, 0.5)),
            Distribution("uniform", (-1.0, 1.0)),
            Distribution("exponential", (2.0,)),
            Distribution("bernoulli", (0.3,)),
            Distribution("choice", (1.0, 2.0, 0.25, 0.75)),
            Distribution("choice", (3.0, 1.0)),
        ),
    )


@pytest.mark.parametrize(
    ("distribution", "word"),
    [
        ("normal(0)", "takes 2 numbers, not 1"),
        ("normal(0, -1)", "negative"),
        ("uniform(1, 1)", "below"),
        ("exponential(0)", "positive"),
        ("bernoulli(2)", "[0, 1]"),
        ("choice([1, 2], [1])", "2 values and 1 probabilities"),
        ("choice([1, 2], [.5, .4])", "add up to 1"),
        ("choice([1, 2], [-.5, 1.5])", "not negative"),
        ("choice(1, 2)", "write choice"),
        ("cauchy(0, 1)", "not a distribution"),
        ("normal(a, 1)", "unknown name 'a'"),
        ("__import__('os')", "not a distribution"),
        ("normal(9**9**9, 1)", "finite"),
    ],
)
def test_wrong_distributions(distribution: str, word: str) -> None:
    problem = mistake(f'sample: {{loss: w*a, variables: [w], data: {{a: "{distribution}"}}}}')
    assert word in problem.message + problem.hint
    assert problem.line == 1


@pytest.mark.parametrize(
    ("sample", "word"),
    [
        (
            "loss: w*a, model: linear-regression, variables: [w], columns: [a], data: [[1], [2]]",
            "a loss or a model",
        ),
        ("loss: w*a, variables: [w], data: [[1], [2]]", "rows in place need names"),
        ("loss: w*a, variables: [w], columns: [a], data: [[1]]", "one example makes no noise"),
        ("loss: w*a, variables: [w], columns: [a], data: []", "no rows"),
        ("loss: w*a, variables: [w], columns: [a], data: [[1], [2, 3]]", "2 values for 1 columns"),
        ("loss: w*a, variables: [w], columns: [a], data: [[1], [true]]", "truth value"),
        ("loss: w*a, variables: [w], columns: [a], data: [[1], [.nan]]", "finite"),
        ("loss: w*a, variables: [w], columns: [a, a], data: [[1, 2], [3, 4]]", "named twice"),
        ("loss: w*w, variables: [w], columns: [w], data: [[1], [2]]", "named like a variable"),
        ("loss: w*q, variables: [w], columns: [a], data: [[1], [2]]", "unknown name 'q'"),
        ("loss: w*a, columns: [a], data: [[1], [2]]", "unknown name 'w'"),
        ("loss: w*a, variables: [w], columns: [a], data: 3", "data is"),
        (
            "loss: w*a, variables: [w], columns: [a], data: [[1], [2]], draw: distnct",
            "did you mean 'distinct'",
        ),
        ("loss: w*a, variables: [w], data: {a: 1}, draw: distinct", "needs rows"),
        ("loss: w*a, variables: [w], columns: [a], data: [[1], [2]], ridge: 1", "belongs to a model"),
        (
            "model: linear-regresion, columns: [a, b], data: [[1, 2], [2, 3]]",
            "did you mean 'linear-regression'",
        ),
        ("model: linear-regression, columns: [a], data: [[1], [2]]", "0 weights"),
        ("model: linear-regression, columns: [a, b], data: [[1, 2], [2, 3]], target: c", "no column 'c'"),
        ("model: logistic-regression, columns: [a, b], data: [[1, 2], [2, 1]]", "holds 2"),
        ("model: linear-regression, columns: [a, b], data: [[1, 2], [1, 3]], standardize: true", "constant"),
        ("model: linear-regression, columns: [a, b], data: [[1, 2], [1, 3]], intercept: 1", "true or false"),
        (
            "model: linear-regression, columns: [a, b], data: [[1, 2], [1, 3]], variables: [u, v]",
            "2 names for 1",
        ),
    ],
)
def test_wrong_samples(sample: str, word: str) -> None:
    assert any(word in p.message + p.hint for p in mistakes(f"sample: {{{sample}}}"))


def test_more_than_there_are_without_replacement() -> None:
    text = "{sample: {loss: w*a, variables: [w], columns: [a], data: [[1], [2]], draw: %s}, dynamics: {batch: 3}}"
    assert "allowed: 1 <= batch <= 2" in mistake(text % "distinct").hint
    read(text % "replacement")


def test_a_model_s_weights_columns_and_target() -> None:
    e = read(
        """
        sample:
          model: linear-regression
          columns: [z, a, b]
          data: [[1, 2, 30], [2, 4, 10], [5, 6, 20]]
          target: z
          intercept: true
          standardize: true
          ridge: 0.1
        """
    )
    assert isinstance(e.system, SampleSystem)
    assert e.variables == ("w_a", "w_b", "w_intercept")
    assert e.system.data.columns == ("a", "b", "intercept", "z")
    assert isinstance(e.system.data, Table)
    rows = e.system.data.rows
    assert np.allclose(rows[:, :2].mean(axis=0), 0)
    assert np.allclose(rows[:, :2].std(axis=0), 1)
    assert rows[:, 2].tolist() == [1, 1, 1]
    assert rows[:, 3].tolist() == [1, 2, 5]
    assert e.space.axes == (0, 1)
    assert read(
        "{sample: {model: linear-regression, columns: [a, b, c], data: [[1, 2, 3], [2, 2, 2]]}, space: {axes: [w_b]}}"
    ).space.axes == (1,)


def test_every_shipped_preset_loads_and_every_fitting_pair_combines() -> None:
    from sgdtui.preset.library import names

    assert len(names("loss")) >= 9
    assert len(names("noise")) >= 10
    losses = {name: load(f"loss/{name}") for name in names("loss")}
    noises = {
        name: combine("x**2 + y**2" if name not in _ONE else "x**2", name).system.noise
        for name in names("noise")
    }  # type: ignore[union-attr]
    for loss, e in losses.items():
        assert isinstance(e.system, GradientSystem)
        for noise, n in noises.items():
            if n.dimension in (None, e.dimension):
                assert combine(loss, noise).dimension == e.dimension
    for name in names("experiment"):
        assert load(f"experiment/{name}").name == name


_ONE = {"proportional-to-curvature"}
