"""The written reference of a preset (docs/presets.md), made from the models of `sgdtui.preset.schema`."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from sgdtui.expression import FUNCTIONS
from sgdtui.model.law import KINDS
from sgdtui.model.rules.registry import RULES
from sgdtui.preset import schema
from sgdtui.preset.setting_path import SHORT

_HEAD = """# Presets: the reference

<!-- made by `sgdtui schema --markdown`; do not edit by hand -->

A preset is one YAML file. An **experiment** joins a system, how it steps, where it lives, what is watched
and what is claimed; a **loss** preset and a **noise** preset are parts that any experiment may name. The
least experiment is one line: `loss: x**2/2`. `sgdtui check FILE` tells every mistake in a file with its
line; `sgdtui schema` prints the JSON Schema for editors.

Shipped presets come with the program; your own are found in `presets/loss`, `presets/noise` and
`presets/experiment` under the folder that `sgdtui presets path` prints, and win where names are equal. A
path to a file always works.

Files are read as UTF-8 of at most 1 MB: no YAML tags, no duplicate or unknown keys, at most 20 levels, and
aliases that repeat at most 10 000 values. `1e-3` is a number; `true` is never one; `yes` and `on` are plain
words.
"""

_TAIL = """
## Expressions

Numbers, the variables, the parameters, `+ - * / **`, comparisons, `and or not`, `pi`, `e`, and the
functions {functions}. `k` is the step and `t` the time. `step(0)` is 0. Nothing else parses, and nothing is
ever evaluated as text.

**Vectors.** `variables: {{w: 20, b: 1}}` names a vector of twenty weights and one number, `columns: {{a: 20, y:
1}}` likewise the columns of a table in their order (`{{a: [length, width], y: mass}}` by the words of its header),
and a list for a parameter, `parameters: {{c: [1, 2, 3]}}`, is a vector of dials `c[0]`, `c[1]`, `c[2]`. A vector's
numbers are `w[0]` to `w[19]`. Operators and functions are applied number by number, to vectors of one length and to
single numbers beside them; `sum(w**2)`, `dot(w, a)` and `norm(w)` make one number. A loss, a condition and an
observable are one number. Axes are `axes: ["w[3]", b]`. The distribution of a drawn vector is that of each of its
numbers. So a neuron over a table is `loss: (tanh(dot(w, a) + b) - y)**2/2`.

In a noise, `x` and `y` mean the first and second coordinate whatever they are called, `L` is the loss above
its minimum on the domain, `H` its curvature (one variable only), and `eta` the learning rate of the step, by
its schedule where there is one. So noise may be tied to the step: `noise: "2*T/eta"` holds the temperature of
Langevin dynamics at T whatever eta is, and `noise: "1 + c/eta"` adds injected noise to the gradient's own.
Where Σ would be negative, anywhere on the domain (without one: on [-8, 8], as far as there is a force, and
where walkers start), the preset is refused.

**Quantities.** A network answers to more names, in `observe` and in `until`: `loss` (the penalty included),
`accuracy`, `test_loss`, `test_accuracy` (of the rows kept out), `norm` of all weights, `trH` and `trSigma`,
`lambda_max` (the largest eigenvalue of H), `balance(1)` (|W|² + |b|² of hidden layer 1 less |W|² of the next),
`output(3)` (what it says of row 3; a probability where it classifies), and `H:2` or `Sigma:2` (how far a copy is
from the minimum below the start, along the second eigenvector of H or Σ there). Within a longer expression and in
results they are `balance_1`, `output_3`, `H_2`. `observe: [loss, trH, "H:1"]` lists what goes by its own name.
They are exact, but cost more than a step: they are measured when records are made (`every`), of as many copies of
each group as stepping pays for, and with one in `until` or observed beside it, arrivals are looked for then.
`H:2` means something only while no copy has left its minimum.

## Walls

`boundary` says what happens at both ends of each drawn axis. `open`: nothing, the window only bins and draws,
and walkers go on beyond it. `reflect`: a step that would leave is folded back. `periodic`: it comes in at the
other end. `{{reflect: v}}` folds back and flips the sign of the variable v too, as a bouncing particle's
velocity: `space: {{axes: [x, v], domain: [[0, 1], [-3, 3]], boundary: [{{reflect: v}}, open]}}`. v is a name,
not a place: walls stand where the domain ends. A wall on one side only is a domain that begins at the wall and
ends where no walker comes: for a wall at 0, `space: {{domain: [[0, 25]], boundary: reflect}}`.

## Parameters

A bare number is a value: `{{s: 1}}` is `{{s: {{value: 1}}}}`. The parameters of the loss come first, then
the noise's, then the experiment's own; an experiment's `{{s: 2}}` turns a parameter that the loss or noise
brought and keeps its range and text. Where a noise has a parameter of the same name as the loss, the
noise's becomes `noise_NAME`. A parameter may not be named like a variable, a function, a word of the
language, or `eta`.

## Laws of the noise

{laws}. All have variance one where there is one; `stable(ALPHA)` has the characteristic function
exp(-|t|^ALPHA); `student-t(NU)` needs NU > 2.

## Data

`data` is the name of a CSV file beside the preset (links that lead outside its folder are refused), rows in
place, or a mapping of column to distribution: `normal(mean, sd)`, `uniform(low, high)`,
`exponential(mean)`, `bernoulli(p)`, `choice([values], [probabilities])`. A CSV's header names its columns;
`columns` picks and orders them, or names them where there is no header. Missing values, texts and uneven
rows are told with their lines; a table has at least two rows. With `draw: reshuffle` a walker's law depends on how
much of its epoch is over: an `every` that has a factor in common with the steps of an epoch records some of
them only, which is told where `every` was left out. With a `model`, every column but the target
is a feature and gets the weight `w_COLUMN`. While it is drawn from, a table of more than 256 kB is held in
single precision, if that moves no entry by more than 1e-5 of its column's standard deviation.

## Changing a preset

`--set NAME=VALUE`, `sgdtui.run(preset, NAME=VALUE)` and `variants` take a parameter's name, a dotted path
into the document, or one of the short names: {short}.

## Left out

title: the file's name · noise: 1 · dynamics: sgd, eta 0.1, batch 1, momentum 0, ito, dt 0.01 · start: the
origin if it is in the domain, else the domain's middle; hops start in state 0 · boundary: open · draw:
replacement · temperature: minimum · walkers 65536, seed 0, every 10, bins 200 (64 an axis in two
dimensions) · burn_in and steps: auto, at least five relaxation times each · domain: the loss's, else what a
pilot run finds.
"""


def _optimisers() -> str:
    """A table of the rules of the step, from their own formulas."""
    rows = []
    for rule in RULES:
        numbers = ", ".join(f"`{n.name}: {n.default:g}`" for n in rule.numbers)
        told = [
            prefix + "; ".join(f"`{name} = {text}`" for name, text in formulas)
            for prefix, formulas in (("", rule.formulas), ("with momentum: ", rule.carried))
            if formulas is not None
        ]
        rows.append(f"| `{rule.name}` | {rule.title} ({rule.source}) | {numbers} | {'. '.join(told)} |\n")
    return _OPTIMISERS + "".join(rows)


_OPTIMISERS = """
## Optimisers

`optimizer: NAME`, or `optimizer: {NAME: {NUMBER: …}}`. Each acts on the gradient `g` of the step, its noise included,
coordinate by coordinate as in torch.optim; x then moves by `move`, and by `-eta*decay*x` where there is a `decay`.
What is remembered starts at 0; `age` counts the steps that a walker has taken, `length` is the Euclidean length of g.
Gibbs, Fokker–Planck, the chain's own law and the Gaussian are laws of plain SGD: under another rule they are absent,
and `why_not_detail` says why. Under plain SGD `decay` is the loss L + decay·|x|²/2 (with momentum it is not, and the
laws are absent), `precondition` the drift C·g with the noise C·Σ·Cᵀ, and `inject` more noise: they keep their laws.

| name | is | numbers | formulas |
|---|---|---|---|
"""

_SECTIONS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("An experiment", schema.ExperimentSection),
    ("A loss preset, or `loss:` in place", schema.LossSection),
    ("A noise preset, or `noise:` in place", schema.NoiseSection),
    ("`sample:`", schema.SampleSection),
    ("`hops:`", schema.HopsSection),
    ("`tumble:`", schema.TumbleSection),
    ("`network:`", schema.NetworkSection),
    ("`parameters: {NAME: …}`", schema.ParameterSection),
    ("`dynamics:`", schema.DynamicsSection),
    ("`dynamics: {swarm: …}`", schema.SwarmSection),
    ("`space:`", schema.SpaceSection),
    ("`start:`", schema.StartSection),
    ("`start: {normal: …}`", schema.NormalSection),
    ("`start: {init: …}`", schema.InitSection),
    ("`run:`", schema.RunSection),
    ("`expect:` (a list of)", schema.ExpectSection),
)


def reference() -> str:
    """The whole page."""
    parts = [_HEAD]
    for title, kind in _SECTIONS:
        about = " ".join((kind.__doc__ or "").split())
        parts.append(
            f"\n## {title}\n\n{about}\n\n| key | is | default | allowed |\n|---|---|---|---|\n{_rows(kind)}"
        )
    functions = " ".join(f"`{name}`" for name in sorted(FUNCTIONS))
    laws = ", ".join(f"`{kind}`" for kind in KINDS)
    short = ", ".join(f"`{name}`" for name in SHORT)
    parts.append(_optimisers())
    return "".join(parts) + _TAIL.format(functions=functions, laws=laws, short=short)


def _rows(kind: type[BaseModel]) -> str:
    properties = kind.model_json_schema(by_alias=True)["properties"]
    rows = []
    for name, field in kind.model_fields.items():
        key = field.alias or name
        is_about = (field.description or "").replace("|", "\\|")
        rows.append(f"| `{key}` | {is_about} | {_default(field)} | {_allowed(properties[key])} |\n")
    return "".join(rows)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.default
    if value is PydanticUndefined or value in (None, "", {}) or isinstance(value, BaseModel):
        return ""
    if isinstance(value, list | tuple):
        value = value[0]
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _allowed(of: dict[str, Any]) -> str:
    """The words or the range that a JSON Schema allows, in short."""
    found = []
    for part in of.get("anyOf", [of]):
        if "enum" in part:
            found.append(", ".join(f"`{word}`" for word in part["enum"]))
        if "const" in part:
            found.append(f"`{part['const']}`")
        low = part.get("minimum", part.get("exclusiveMinimum"))
        high = part.get("maximum", part.get("exclusiveMaximum"))
        if low is not None or high is not None:
            left = "" if low is None else f"{_short(low)} {'<' if 'exclusiveMinimum' in part else '≤'} "
            right = "" if high is None else f" {'<' if 'exclusiveMaximum' in part else '≤'} {_short(high)}"
            what = "whole number" if part.get("type") == "integer" else "number"
            found.append(f"{left}{what}{right}")
    return " or ".join(found)


def _short(value: float) -> str:
    return str(value) if abs(value) < 1e7 else f"{value:.3g}".replace("e+", "e")
