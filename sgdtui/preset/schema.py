"""What a preset file may hold: one model a section. The single source of the checks, the JSON Schema and the reference.

Structure only: expressions are parsed, and dimensions compared, where a section is built.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, StrictBool, Tag

from sgdtui.model.dynamics import Optimizer
from sgdtui.model.network import ACTIVATIONS, LOSSES, TRAINED
from sgdtui.model.sample import DRAWS, MODELS
from sgdtui.preset.text.alternatives import Convention, Covariance, Evaluate, Expected, Length, Temperature
from sgdtui.preset.text.names import ColumnNames, Entry, Variables, by_own_names, listed_parameters
from sgdtui.preset.text.optimizer import OptimizerChoice
from sgdtui.preset.text.values import Box, Flipped, Formula, Label, Point, Text, number, one_of

MAX_WALKERS = 100_000_000
MAX_DIMENSION = 64
IN_PLACE, LIST, MAPPING = "\0in place", "\0list", "\0mapping"
"""Tags of the ways to write a section; they never appear in a path that a person sees."""


class Section(BaseModel):
    """A mapping of a preset. Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True, frozen=True)


def _shape(value: Any) -> str:
    return MAPPING if isinstance(value, dict | Section) else IN_PLACE


def _shape_of_noise(value: Any) -> str:
    return LIST if isinstance(value, list) else _shape(value)


class ParameterSection(Section):
    """A named number that expressions may use: a dial."""

    value: Annotated[float, number()] | None = Field(
        default=None, description="its value; may be left out where a loss or noise preset gives it"
    )
    min: Annotated[float, number()] | None = Field(default=None, description="the lower end of its dial")
    max: Annotated[float, number()] | None = Field(default=None, description="the upper end of its dial")
    about: Text = Field(default="", description="one line for a tooltip")


ParameterValue = Annotated[
    Annotated[Annotated[float, number()], Tag(IN_PLACE)] | Annotated[ParameterSection, Tag(MAPPING)],
    Discriminator(_shape),
]
Parameters = Annotated[dict[Entry, ParameterValue], BeforeValidator(listed_parameters)]


class LossSection(Section):
    """A loss preset, or a loss in place."""

    title: Text = Field(default="", description="a short name for people; left out: the file's name")
    about: Text = Field(default="", description="one or two sentences")
    name: Text = Field(default="", description="the preset that it was taken from")
    variables: Variables | None = Field(
        default=None,
        description="names, or lengths by name: `{w: 20, b: 1}`; left out: [x], or [x, y] where the loss names y",
    )
    loss: Formula = Field(description="the loss, an expression of the variables and parameters")
    parameters: Parameters = Field(default_factory=dict, description="dials of this loss")
    domain: Box | None = Field(default=None, description="where it is worth drawing, one interval a variable")
    regions: dict[Label, Formula] = Field(
        default_factory=dict, description="named conditions, observed in every run"
    )


class NoiseSection(Section):
    """A noise preset, or a noise in place."""

    title: Text = Field(default="", description="a short name for people; left out: the file's name")
    about: Text = Field(default="", description="one or two sentences")
    name: Text = Field(default="", description="the preset that it was taken from")
    covariance: Covariance = Field(
        description="Σ of one example's gradient: one expression s (Σ = s·I), a list (diagonal) or a list of lists "
        "(full); x, y: the first and second coordinate, L: the loss above its minimum, H: its curvature (1-D)"
    )
    law: Text = Field(
        default="gaussian",
        description="gaussian, rademacher, uniform, laplace, student-t(NU) or stable(ALPHA)",
    )
    parameters: Parameters = Field(default_factory=dict, description="dials of this noise")


LossOrName = Annotated[
    Annotated[Formula, Tag(IN_PLACE)] | Annotated[LossSection, Tag(MAPPING)], Discriminator(_shape)
]
NoiseOrName = Annotated[
    Annotated[Formula, Tag(IN_PLACE)]
    | Annotated[Covariance, Tag(LIST)]
    | Annotated[NoiseSection, Tag(MAPPING)],
    Discriminator(_shape_of_noise),
]


class SampleSection(Section):
    """Real SGD over data: the gradient noise follows from the examples."""

    loss: Formula | None = Field(
        default=None, description="the loss of one example: variables, columns, parameters"
    )
    model: Annotated[str, one_of(MODELS)] | None = Field(
        default=None, description="a built-in model instead of a loss"
    )
    variables: Variables | None = Field(
        default=None,
        description="the weights, names or lengths by name (`{w: 20, b: 1}`); a model names its own: w_COLUMN",
    )
    columns: ColumnNames | None = Field(
        default=None,
        description="the columns' names (a CSV's header gives them too), lengths by name (`{a: 20, y: 1}`, in the "
        "table's order) or the header's words by name (`{a: [length, width], y: mass}`)",
    )
    data: Any = Field(
        description="a CSV file beside the preset, rows in place, or a distribution a column",
        json_schema_extra={
            "anyOf": [
                {"type": "string"},
                {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
                {"type": "object", "additionalProperties": {"type": ["string", "number"]}},
            ]
        },
    )
    draw: Annotated[str, one_of(DRAWS)] = Field(default="replacement", description="how a batch is drawn")
    target: Text | None = Field(
        default=None, description="the column that a model predicts; left out: the last"
    )
    intercept: StrictBool = Field(default=False, description="whether a model gets a column of ones")
    standardize: StrictBool = Field(
        default=False, description="whether a model's features are brought to mean 0 and variance 1"
    )
    ridge: Annotated[float, number(0)] = Field(
        default=0.0, description="the L2 penalty ½·ridge·|w|² of a model"
    )
    domain: Box | None = Field(default=None, description="where it is worth drawing, one interval a variable")


class HopsSection(Section):
    """A continuous-time chain on x = 0, 1, …: to each neighbour at rate/2."""

    states: Annotated[int, number(2, 100_000, integer=True)] = Field(description="how many states")
    rate: Formula = Field(description="an expression of x, the state")
    evaluate: Evaluate = Field(
        default=0.0, description="where the rate of a hop is evaluated; s gives source^(1-s)·destination^s"
    )


class TumbleSection(Section):
    """Run-and-tumble: dx/dt = ±speed, the sign drawn afresh at `rate` and reversed at the walls."""

    speed: Formula = Field(description="an expression of x")
    rate: Formula = Field(default=1, description="tumbles per unit time")


class NetworkSection(Section):
    """A feed-forward network trained on a table; its coordinates are its weights: w1_2_3 is layer, unit, input."""

    data: Any = Field(
        description="a CSV file beside the preset, or rows in place",
        json_schema_extra={
            "anyOf": [
                {"type": "string"},
                {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
            ]
        },
    )
    columns: ColumnNames | None = Field(
        default=None, description="the columns' names; a CSV's header gives them too"
    )
    target: Text | None = Field(default=None, description="the column that it predicts; left out: the last")
    standardize: StrictBool = Field(
        default=False,
        description="whether features, and the target of a squared loss, are brought to mean 0 and variance 1",
    )
    layers: list[Annotated[int, number(1, 4096, integer=True)]] = Field(
        description="units of the hidden layers; [] is a linear model"
    )
    activation: Annotated[str, one_of(ACTIVATIONS)] = Field(
        default="tanh", description="of the hidden layers"
    )
    loss: Annotated[str, one_of(LOSSES)] | None = Field(
        default=None,
        description="of one row: squared is ½(f − y)²; left out: by the target (0, 1: logistic; 0, 1, 2, …: softmax)",
    )
    ridge: Annotated[float, number(0)] = Field(
        default=0.0, description="the penalty ½·ridge·|θ|² of all weights, biases too"
    )
    label_noise: Annotated[float, number(0)] = Field(
        default=0.0, description="standard deviation of what is added to the target at every draw (squared)"
    )
    bias: StrictBool = Field(default=True, description="whether units have a bias")
    test: Annotated[float, number(0, 0.9)] = Field(
        default=0.0, description="the share of rows kept out, for test_loss and test_accuracy"
    )
    train: Annotated[str, one_of(TRAINED)] = Field(
        default="all", description="which layers move: all, or the last alone"
    )
    draw: Annotated[str, one_of(DRAWS)] = Field(default="replacement", description="how a batch is drawn")


class SwarmSection(Section):
    """Groups of workers, each pulled to its group's mean by -coupling·(x - mean)."""

    size: Annotated[int, number(1, 4096, integer=True)] = Field(description="workers in a group")
    coupling: Annotated[float, number(0)] = Field(
        description="how strongly a worker is pulled to its group's mean"
    )


class DynamicsSection(Section):
    """How a step is taken."""

    kind: Annotated[str, one_of(("sgd", "sde"))] = Field(
        default="sgd", description="the discrete chain, or the SDE by Euler steps of dt"
    )
    eta: Annotated[float, number(0, open_low=True)] = Field(default=0.1, description="the learning rate")
    batch: Annotated[int, number(1, 10**9, integer=True)] = Field(default=1, description="examples a step, B")
    momentum: Annotated[float, number(0, 1, open_high=True)] = Field(
        default=0.0, description="β in v ← βv − ηĝ (sgd)"
    )
    optimizer: OptimizerChoice = Field(
        default_factory=Optimizer,
        description="what a step makes of the gradient (sgd): a name, or a mapping with one key, "
        "`{adam: {beta1: 0.9}}` (see Optimisers)",
    )
    dampening: Annotated[float, number(0, 1)] = Field(
        default=0.0, description="v ← βv − η(1 − dampening)ĝ, but for the first step (sgd with momentum)"
    )
    decay: Annotated[float, number(0)] | None = Field(
        default=None,
        description="decoupled weight decay, x ← x − η·decay·x beside the step; left out: 0.01 for adamw, else 0",
    )
    precondition: Covariance | None = Field(
        default=None,
        description="C: the rule acts on C·ĝ instead of ĝ (a loss or a drift); an expression (C = c·I), a list "
        "(diagonal) or a list of lists (full), of the variables and parameters",
    )
    inject: Covariance | None = Field(
        default=None,
        description="covariance of Gaussian noise added to the gradient, after C (a loss or a drift with gaussian "
        "noise); written as `precondition`, it may name eta: `2/eta` is Langevin dynamics at temperature 1",
    )
    schedule: Formula | None = Field(
        default=None, description="the learning rate at step k and time t, of eta and the parameters"
    )
    convention: Convention = Field(
        default=0.0, description="where the noise amplitude is taken (sde): Itô 0, Stratonovich ½, anti-Itô 1"
    )
    dt: Annotated[float, number(0, open_low=True)] = Field(default=0.01, description="the time step (sde)")
    swarm: SwarmSection | None = Field(default=None, description="groups of workers pulled together (sde)")
    precision: Annotated[str, one_of(("single", "double"))] | None = Field(
        default=None, description="of the walkers' numbers; left out: double, of networks single"
    )


class ReflectSection(Section):
    """A wall that also flips the sign of another variable, such as a velocity: `{reflect: v}` (a specular wall)."""

    reflect: Flipped = Field(
        description="the variable whose sign a reflection flips: a name, not a place; walls stand at the domain's ends"
    )


BOUNDARIES = ("open", "reflect", "periodic")
Wall = Annotated[
    Annotated[Annotated[str, one_of(BOUNDARIES)], Tag(IN_PLACE)] | Annotated[ReflectSection, Tag(MAPPING)],
    Discriminator(_shape),
]


def _walls(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


class SpaceSection(Section):
    """The window that is binned and drawn, and its walls."""

    domain: Box | None = Field(
        default=None, description="one interval an axis; left out: the loss's, else found by a pilot run"
    )
    boundary: Annotated[list[Wall], BeforeValidator(_walls)] = Field(
        default=["open"],
        description="what happens at both ends of an axis: open, reflect, periodic or {reflect: v} (see Walls); one, "
        "or one an axis",
    )
    axes: list[Entry] | None = Field(
        default=None, description="the one or two variables that are binned and drawn"
    )


class NormalSection(Section):
    """Independent normals."""

    mean: Point = Field(description="one number a variable")
    sd: Point = Field(default=(1.0,), description="one number, or one a variable")


class InitSection(Section):
    """Random weights: normal, standard deviation scale/√(inputs of the unit); biases 0."""

    seed: Annotated[int, number(0, 2**63 - 1, integer=True)] = Field(default=0, description="its own seed")
    scale: Annotated[float, number(0)] = Field(default=1.0, description="the size, 1 is usual")
    each: StrictBool = Field(default=False, description="whether every copy is drawn by itself")


class StartSection(Section):
    """Where walkers start: in one of these ways."""

    at: Point | None = Field(default=None, description="all at one point")
    uniform: Box | None = Field(default=None, description="uniform in a box, one interval a variable")
    normal: NormalSection | None = Field(default=None, description="independent normals")
    minimum: Annotated[str, one_of(("best",))] | None = Field(
        default=None, description="at the lowest minimum of the loss that seeded descents find (networks)"
    )
    init: InitSection | None = Field(default=None, description="random weights (networks)")
    weights: Text | None = Field(
        default=None, description="an .npz file beside the preset with the weights of each layer (networks)"
    )


class RunSection(Section):
    """How much to simulate."""

    walkers: Annotated[int, number(1, MAX_WALKERS, integer=True)] = Field(
        default=65536, description="independent walkers"
    )
    burn_in: Length = Field(default=None, description="steps that record nothing")
    steps: Length = Field(default=None, description="steps after burn_in")
    every: Annotated[int, number(1, 10**9, integer=True)] = Field(
        default=10, description="recorded after every this many steps"
    )
    seed: Annotated[int, number(0, 2**63 - 1, integer=True)] = Field(
        default=0, description="the same seed gives the same numbers"
    )
    bins: Annotated[int, number(2, 4096, integer=True)] | None = Field(
        default=None, description="bins an axis; left out: 200, in two dimensions 64"
    )


class ExpectSection(Section):
    """A claim, checked by `verify` and shown live."""

    that: Text = Field(description="a path into the result, or arithmetic of paths")
    expected: Expected = Field(alias="is", description="what must come out")
    within: Annotated[float, number(0)] | None = Field(default=None, description="the tolerance of a number")
    at: Annotated[float, number(0)] | None = Field(default=None, description="a time in the series")
    variant: Text | None = Field(default=None, description="a variant of this preset")


def _drift(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


Velocities = Annotated[list[Formula], BeforeValidator(_drift), Field(min_length=1, max_length=MAX_DIMENSION)]


class ExperimentSection(Section):
    """An experiment: one system (loss and noise, drift and noise, sample, hops, tumble, network) and how it is run."""

    version: Annotated[int, number(1, 1, integer=True)] = Field(
        default=1, description="the version of this format"
    )
    title: Text = Field(default="", description="a short name for people; left out: the file's name")
    story: Text = Field(default="", description="Markdown: the claim, what to look at, what it means")
    source: Text = Field(default="", description="where the claim comes from")
    variables: Variables | None = Field(
        default=None,
        description="the coordinates of a loss or drift in place: names, or lengths by name (`{w: 20, b: 1}`)",
    )
    loss: LossOrName | None = Field(
        default=None, description="a loss preset's name, an expression, or a mapping like a loss preset"
    )
    noise: NoiseOrName | None = Field(
        default=None,
        description="a noise preset's name, an expression, a list (diagonal Σ) or list of lists (full Σ) of "
        "expressions, or a mapping like a noise preset; left out: 1",
    )
    drift: Velocities | None = Field(
        default=None, description="a velocity field dx/dt, one expression a variable"
    )
    sample: SampleSection | None = Field(default=None, description="real SGD over data")
    hops: HopsSection | None = Field(default=None, description="a continuous-time chain")
    tumble: TumbleSection | None = Field(default=None, description="run-and-tumble")
    network: NetworkSection | None = Field(default=None, description="a neural network over data")
    parameters: Parameters = Field(
        default_factory=dict, description="dials; they also override those of the loss and the noise"
    )
    dynamics: DynamicsSection = Field(default_factory=DynamicsSection, description="how a step is taken")
    space: SpaceSection = Field(default_factory=SpaceSection, description="the window and its walls")
    start: StartSection | None = Field(
        default=None,
        description="where walkers start; left out: the origin if it is in the domain, else the domain's middle",
    )
    run: RunSection = Field(default_factory=RunSection, description="how much to simulate")
    temperature: Temperature = Field(default="minimum", description="the temperature of the Gibbs prediction")
    observe: Annotated[
        dict[Label, Formula],
        BeforeValidator(by_own_names, json_schema_input_type=dict[Label, Formula] | list[Formula]),
    ] = Field(
        default_factory=dict,
        description="named expressions to average (a condition is a probability), or a list of expressions and of "
        "quantities: see Quantities",
    )
    until: Formula | None = Field(
        default=None, description="a condition: first passage, each walker stops there"
    )
    variants: dict[Label, dict[str, Any]] = Field(
        default_factory=dict, description="further runs with these changes: dotted path to value"
    )
    expect: list[ExpectSection] = Field(default_factory=list, description="claims")


_KINDS: dict[str, type[Section]] = {
    "experiment": ExperimentSection,
    "loss": LossSection,
    "noise": NoiseSection,
}


def json_schema(kind: str = "experiment") -> dict[str, Any]:
    """The JSON Schema of a preset of a kind (experiment, loss or noise), for editors (draft 2020-12)."""
    schema = _KINDS[kind].model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:sgdtui:preset:{kind}:1",
        **schema,
        "title": f"An sgdtui {kind} preset",
    }
