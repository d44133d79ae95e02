"""What a preset file may hold: one model a section. The single source of the checks, the JSON Schema and the reference.

Structure only: expressions are parsed, and dimensions compared, where a section is built.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, WithJsonSchema

from sgdtui.model.dynamics import CONVENTIONS
from sgdtui.model.hops import EVALUATE
from sgdtui.model.sample import DRAWS, MODELS
from sgdtui.preset.problem import names_hint
from sgdtui.preset.values import (
    Box,
    Formula,
    Identifier,
    Label,
    Point,
    Text,
    as_formula,
    as_number,
    described,
    number,
    one_of,
    wrong,
)

MAX_WALKERS = 100_000_000
MAX_DIMENSION = 64
IN_PLACE, MAPPING = "\0in place", "\0mapping"
"""Tags of the two ways to write a section; they never appear in a path that a person sees."""


class Section(BaseModel):
    """A mapping of a preset. Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True, frozen=True)


def _shape(value: Any) -> str:
    return MAPPING if isinstance(value, dict | Section) else IN_PLACE


def _or_mapping(simple: Any, section: Any) -> Any:
    return Annotated[
        Annotated[simple, Tag(IN_PLACE)] | Annotated[section, Tag(MAPPING)], Discriminator(_shape)
    ]


class ParameterSection(Section):
    """A named number that expressions may use: a dial."""

    value: number() | None = Field(
        None, description="its value; may be left out where a loss or noise preset gives it"
    )  # type: ignore[valid-type]
    min: number() | None = Field(None, description="the lower end of its dial")  # type: ignore[valid-type]
    max: number() | None = Field(None, description="the upper end of its dial")  # type: ignore[valid-type]
    about: Text = Field("", description="one line for a tooltip")  # type: ignore[valid-type]


Parameters = dict[Identifier, _or_mapping(number(), ParameterSection)]  # type: ignore[misc,valid-type]


class LossSection(Section):
    """A loss preset, or a loss in place."""

    title: Text = Field("", description="a short name for people; left out: the file's name")  # type: ignore[valid-type]
    about: Text = Field("", description="one or two sentences")  # type: ignore[valid-type]
    name: Text = Field("", description="the preset that it was taken from")  # type: ignore[valid-type]
    variables: list[Identifier] | None = Field(
        None, description="left out: [x], or [x, y] where the loss names y"
    )  # type: ignore[valid-type]
    loss: Formula = Field(description="the loss, an expression of the variables and parameters")  # type: ignore[valid-type]
    parameters: Parameters = Field(default_factory=dict, description="dials of this loss")
    domain: Box | None = Field(None, description="where it is worth drawing, one interval a variable")  # type: ignore[valid-type]
    regions: dict[Label, Formula] = Field(
        default_factory=dict, description="named conditions, observed in every run"
    )  # type: ignore[valid-type]


def _covariance(value: Any) -> Any:
    if isinstance(value, dict) or value is None:
        raise wrong(f"a covariance is wanted, not {described(value)}", _COVARIANCE_FORMS)
    if not isinstance(value, list):
        return as_formula(value)
    rows = [isinstance(row, list) for row in value]
    if not value or (any(rows) and not all(rows)):
        raise wrong("a covariance of mixed or no rows", _COVARIANCE_FORMS)
    if all(rows) and any(len(row) != len(value) for row in value):
        raise wrong(
            "a full covariance is a square list of lists", f"{len(value)} rows need {len(value)} entries each"
        )
    return [
        [as_formula(entry) for entry in row] if isinstance(row, list) else as_formula(row) for row in value
    ]


_COVARIANCE_FORMS = "an expression (s·I), a list (diagonal) or a list of lists (full)"
_COVARIANCE_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": ["string", "number"]},
        {"type": "array", "items": {"type": ["string", "number"]}},
        {"type": "array", "items": {"type": "array", "items": {"type": ["string", "number"]}}},
    ]
}


class NoiseSection(Section):
    """A noise preset, or a noise in place."""

    title: Text = Field("", description="a short name for people; left out: the file's name")  # type: ignore[valid-type]
    about: Text = Field("", description="one or two sentences")  # type: ignore[valid-type]
    name: Text = Field("", description="the preset that it was taken from")  # type: ignore[valid-type]
    covariance: Annotated[Any, BeforeValidator(_covariance), WithJsonSchema(_COVARIANCE_SCHEMA)] = Field(
        description="Σ of one example's gradient: one expression s (Σ = s·I), a list (diagonal) or a list of lists "
        "(full); x, y: the first and second coordinate, L: the loss above its minimum, H: its curvature (1-D)"
    )
    law: Text = Field(
        "gaussian", description="gaussian, rademacher, uniform, laplace, student-t(NU) or stable(ALPHA)"
    )  # type: ignore[valid-type]
    parameters: Parameters = Field(default_factory=dict, description="dials of this noise")


class SampleSection(Section):
    """Real SGD over data: the gradient noise follows from the examples."""

    loss: Formula | None = Field(None, description="the loss of one example: variables, columns, parameters")  # type: ignore[valid-type]
    model: one_of(MODELS) | None = Field(None, description="a built-in model instead of a loss")  # type: ignore[valid-type]
    variables: list[Identifier] | None = Field(
        None, description="the weights; a model names its own: w_COLUMN"
    )  # type: ignore[valid-type]
    columns: list[Text] | None = Field(None, description="the columns' names; a CSV's header gives them too")  # type: ignore[valid-type]
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
    draw: one_of(DRAWS) = Field("replacement", description="how a batch is drawn")  # type: ignore[valid-type]
    target: Text | None = Field(None, description="the column that a model predicts; left out: the last")  # type: ignore[valid-type]
    intercept: bool = Field(False, description="whether a model gets a column of ones")
    standardize: bool = Field(
        False, description="whether a model's features are brought to mean 0 and variance 1"
    )
    ridge: number(0) = Field(0.0, description="the L2 penalty ½·ridge·|w|² of a model")  # type: ignore[valid-type]
    domain: Box | None = Field(None, description="where it is worth drawing, one interval a variable")  # type: ignore[valid-type]


def _evaluate(value: Any) -> Any:
    if isinstance(value, str):
        if value not in EVALUATE:
            raise wrong(
                f"'{value}' is not known here", names_hint(value, list(EVALUATE)) + ", or a number in [0, 1]"
            )
        return EVALUATE[value]
    found = as_number(value)
    if not 0 <= found <= 1:
        raise wrong(f"{found:g} is out of range", "allowed: 0 <= value <= 1, or " + ", ".join(EVALUATE))
    return found


class HopsSection(Section):
    """A continuous-time chain on x = 0, 1, …: to each neighbour at rate/2."""

    states: number(2, 100_000, integer=True) = Field(description="how many states")  # type: ignore[valid-type]
    rate: Formula = Field(description="an expression of x, the state")  # type: ignore[valid-type]
    evaluate: Annotated[
        Any,
        BeforeValidator(_evaluate),
        WithJsonSchema({"anyOf": [{"enum": list(EVALUATE)}, {"type": "number", "minimum": 0, "maximum": 1}]}),
    ] = Field(0.0, description="where the rate of a hop is evaluated; s gives source^(1-s)·destination^s")


class TumbleSection(Section):
    """Run-and-tumble: dx/dt = ±speed, the sign drawn afresh at `rate` and reversed at the walls."""

    speed: Formula = Field(description="an expression of x")  # type: ignore[valid-type]
    rate: Formula = Field(1, description="tumbles per unit time")  # type: ignore[valid-type]


class SwarmSection(Section):
    """Groups of workers, each pulled to its group's mean by -coupling·(x - mean)."""

    size: number(1, 4096, integer=True) = Field(description="workers in a group")  # type: ignore[valid-type]
    coupling: number(0) = Field(description="how strongly a worker is pulled to its group's mean")  # type: ignore[valid-type]


def _convention(value: Any) -> float:
    if isinstance(value, str):
        if value not in CONVENTIONS:
            raise wrong(
                f"'{value}' is not a convention",
                names_hint(value, list(CONVENTIONS)) + ", or a number in [0, 1]",
            )
        return CONVENTIONS[value]
    found = as_number(value)
    if not 0 <= found <= 1:
        raise wrong(f"{found:g} is out of range", "allowed: 0 <= value <= 1, or " + ", ".join(CONVENTIONS))
    return found


class DynamicsSection(Section):
    """How a step is taken."""

    kind: one_of(("sgd", "sde")) = Field(
        "sgd", description="the discrete chain, or the SDE by Euler steps of dt"
    )  # type: ignore[valid-type]
    eta: number(0, open_low=True) = Field(0.1, description="the learning rate")  # type: ignore[valid-type]
    batch: number(1, 10**9, integer=True) = Field(1, description="examples a step, B")  # type: ignore[valid-type]
    momentum: number(0, 1, open_high=True) = Field(0.0, description="β in v ← βv − ηĝ (sgd)")  # type: ignore[valid-type]
    schedule: Formula | None = Field(
        None, description="the learning rate at step k and time t, of eta and the parameters"
    )  # type: ignore[valid-type]
    convention: Annotated[
        Any,
        BeforeValidator(_convention),
        WithJsonSchema(
            {"anyOf": [{"enum": list(CONVENTIONS)}, {"type": "number", "minimum": 0, "maximum": 1}]}
        ),
    ] = Field(0.0, description="where the noise amplitude is taken (sde): Itô 0, Stratonovich ½, anti-Itô 1")
    dt: number(0, open_low=True) = Field(0.01, description="the time step (sde)")  # type: ignore[valid-type]
    swarm: SwarmSection | None = Field(None, description="groups of workers pulled together (sde)")


class ReflectSection(Section):
    """A wall that also flips the sign of another variable (a specular wall)."""

    reflect: Identifier = Field(description="the variable whose sign a reflection flips")  # type: ignore[valid-type]


BOUNDARIES = ("open", "reflect", "periodic")
Wall = _or_mapping(one_of(BOUNDARIES), ReflectSection)


def _walls(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


class SpaceSection(Section):
    """The window that is binned and drawn, and its walls."""

    domain: Box | None = Field(
        None, description="one interval an axis; left out: the loss's, else found by a pilot run"
    )  # type: ignore[valid-type]
    boundary: Annotated[list[Wall], BeforeValidator(_walls)] = Field(
        default_factory=lambda: ["open"],
        description="open, reflect, periodic or {reflect: v}; one, or one an axis",
    )
    axes: list[Identifier] | None = Field(
        None, description="the one or two variables that are binned and drawn"
    )  # type: ignore[valid-type]


class NormalSection(Section):
    """Independent normals."""

    mean: Point = Field(description="one number a variable")  # type: ignore[valid-type]
    sd: Point = Field(1.0, description="one number, or one a variable")  # type: ignore[valid-type]


class StartSection(Section):
    """Where walkers start: one of the three."""

    at: Point | None = Field(None, description="all at one point")  # type: ignore[valid-type]
    uniform: Box | None = Field(None, description="uniform in a box, one interval a variable")  # type: ignore[valid-type]
    normal: NormalSection | None = Field(None, description="independent normals")


def _length(value: Any) -> Any:
    if value == "auto":
        return None
    if isinstance(value, str):
        raise wrong(f"{described(value)} is not known here", "a whole number of steps, or auto")
    found = as_number(value)
    if found != int(found) or not 0 <= found <= 1e12:
        raise wrong(
            f"{found:g} is not a number of steps", "allowed: a whole number, 0 <= value <= 1e12, or auto"
        )
    return int(found)


_LENGTH_SCHEMA: dict[str, Any] = {
    "anyOf": [{"const": "auto"}, {"type": "integer", "minimum": 0, "maximum": 10**12}]
}


class RunSection(Section):
    """How much to simulate."""

    walkers: number(1, MAX_WALKERS, integer=True) = Field(65536, description="independent walkers")  # type: ignore[valid-type]
    burn_in: Annotated[Any, BeforeValidator(_length), WithJsonSchema(_LENGTH_SCHEMA)] = Field(
        "auto", validate_default=True, description="steps that record nothing"
    )
    steps: Annotated[Any, BeforeValidator(_length), WithJsonSchema(_LENGTH_SCHEMA)] = Field(
        "auto", validate_default=True, description="steps after burn_in"
    )
    every: number(1, 10**9, integer=True) = Field(10, description="recorded after every this many steps")  # type: ignore[valid-type]
    seed: number(0, 2**63 - 1, integer=True) = Field(0, description="the same seed gives the same numbers")  # type: ignore[valid-type]
    bins: number(2, 4096, integer=True) | None = Field(
        None, description="bins an axis; left out: 200, in two dimensions 64"
    )  # type: ignore[valid-type]


TEMPERATURES = ("minimum", "average", "best-kl")


def _temperature(value: Any) -> Any:
    if isinstance(value, str):
        if value not in TEMPERATURES:
            raise wrong(
                f"{described(value)} is not known here",
                names_hint(value, TEMPERATURES) + ", or a positive number",
            )
        return value
    found = as_number(value)
    if found <= 0:
        raise wrong(f"{found:g} is out of range", "allowed: a positive number, or " + ", ".join(TEMPERATURES))
    return found


def _expected(value: Any) -> Any:
    if isinstance(value, bool | str):
        return value
    return as_number(value)


class ExpectSection(Section):
    """A claim, checked by `verify` and shown live."""

    that: Text = Field(description="a path into the result, or arithmetic of paths")  # type: ignore[valid-type]
    expected: Annotated[
        Any, BeforeValidator(_expected), WithJsonSchema({"type": ["number", "string", "boolean"]})
    ] = Field(alias="is", description="what must come out")
    within: number(0) | None = Field(None, description="the tolerance of a number")  # type: ignore[valid-type]
    at: number(0) | None = Field(None, description="a time in the series")  # type: ignore[valid-type]
    variant: Text | None = Field(None, description="a variant of this preset")  # type: ignore[valid-type]


def _drift(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


class ExperimentSection(Section):
    """An experiment: one system (loss and noise, drift and noise, sample, hops or tumble) and how it is run."""

    version: number(1, 1, integer=True) = Field(1, description="the version of this format")  # type: ignore[valid-type]
    title: Text = Field("", description="a short name for people; left out: the file's name")  # type: ignore[valid-type]
    story: Text = Field("", description="Markdown: the claim, what to look at, what it means")  # type: ignore[valid-type]
    source: Text = Field("", description="where the claim comes from")  # type: ignore[valid-type]
    variables: list[Identifier] | None = Field(
        None, description="the coordinates of a loss or drift in place"
    )  # type: ignore[valid-type]
    loss: _or_mapping(Formula, LossSection) | None = Field(
        None, description="a loss preset's name, an expression, or a mapping like a loss preset"
    )  # type: ignore[valid-type]
    noise: _or_mapping(Formula, NoiseSection) | None = Field(
        None,
        description="a noise preset's name, an expression, or a mapping like a noise preset; left out: 1",
    )  # type: ignore[valid-type]
    drift: (
        Annotated[
            list[Formula],  # type: ignore[valid-type]
            BeforeValidator(_drift),
            Field(min_length=1, max_length=MAX_DIMENSION),
        ]
        | None
    ) = Field(None, description="a velocity field dx/dt, one expression a variable")
    sample: SampleSection | None = Field(None, description="real SGD over data")
    hops: HopsSection | None = Field(None, description="a continuous-time chain")
    tumble: TumbleSection | None = Field(None, description="run-and-tumble")
    parameters: Parameters = Field(
        default_factory=dict, description="dials; they also override those of the loss and the noise"
    )
    dynamics: DynamicsSection = Field(
        default_factory=lambda: DynamicsSection(), description="how a step is taken"
    )
    space: SpaceSection = Field(
        default_factory=lambda: SpaceSection(), description="the window and its walls"
    )
    start: StartSection | None = Field(
        None,
        description="where walkers start; left out: the origin if it is in the domain, else the domain's middle",
    )
    run: RunSection = Field(default_factory=lambda: RunSection(), description="how much to simulate")
    temperature: Annotated[
        Any,
        BeforeValidator(_temperature),
        WithJsonSchema({"anyOf": [{"enum": list(TEMPERATURES)}, {"type": "number", "exclusiveMinimum": 0}]}),
    ] = Field("minimum", description="the temperature of the Gibbs prediction")
    observe: dict[Label, Formula] = Field(
        default_factory=dict, description="named expressions to average; a condition is a probability"
    )  # type: ignore[valid-type]
    until: Formula | None = Field(None, description="a condition: first passage, each walker stops there")  # type: ignore[valid-type]
    variants: dict[Label, dict[str, Any]] = Field(
        default_factory=dict, description="further runs with these changes: dotted path to value"
    )  # type: ignore[valid-type]
    expect: list[ExpectSection] = Field(default_factory=list, description="claims")


def json_schema() -> dict[str, Any]:
    """The JSON Schema of an experiment preset, for editors (draft 2020-12)."""
    schema = ExperimentSection.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://sgdtui/schema/preset-1.json",
        **schema,
        "title": "An sgdtui experiment preset",
    }
