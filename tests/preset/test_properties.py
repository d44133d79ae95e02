"""No document, however odd, raises anything but PresetError; what loads is written and read back the same."""

from __future__ import annotations

import contextlib
import re
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sgdtui.preset.change import changed
from sgdtui.preset.load import build, load_text
from sgdtui.preset.schema import (
    DynamicsSection,
    ExperimentSection,
    LossSection,
    NoiseSection,
    RunSection,
    SampleSection,
    SpaceSection,
)
from sgdtui.preset.text.problem import PresetError, Problem, render
from sgdtui.preset.write import to_yaml
from tests.preset.preset_reading import assert_same

RELAXED = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)

SECTIONS = (
    ExperimentSection,
    DynamicsSection,
    LossSection,
    NoiseSection,
    RunSection,
    SampleSection,
    SpaceSection,
)
KEYS = sorted({key for section in SECTIONS for key in section.model_fields} | {"is", "x", "states", "rate", "speed", "at", "uniform"})  # fmt: skip  # noqa: E501

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(
        [
            "x**2",
            "x",
            "1 + x",
            "x < 0",
            "sde",
            "auto",
            "normal(0, 1)",
            "double-well",
            "1e-3",
            "k",
            "reflect",
            "((",
            "9**9**9",
        ]
    ),
)
keys = st.one_of(st.sampled_from(KEYS), st.text(max_size=6))
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=20,
)
documents = st.dictionaries(keys, anything, max_size=8)


@RELAXED
@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    with contextlib.suppress(PresetError):
        load_text(text)


@RELAXED
@given(documents)
def test_any_document(document: dict[str, Any]) -> None:
    with contextlib.suppress(PresetError):
        build(document)


@RELAXED
@given(documents)
def test_any_document_round_a_right_one(document: dict[str, Any]) -> None:
    with contextlib.suppress(PresetError):
        e = build({**document, "loss": "x**2 + x"})
        assert_same(e, load_text(to_yaml(e), name=e.name))


@RELAXED
@given(documents)
def test_every_mistake_has_its_place_in_the_file(document: dict[str, Any]) -> None:
    text = yaml.safe_dump(document, allow_unicode=True)
    lines = re.split("\r\n|[\n\r\x85\u2028\u2029]", text)
    for problem in problems_of(text):
        assert 1 <= problem.line <= len(lines)
        assert problem.column >= 1
        assert problem.message
        assert render(problem, text)


def problems_of(text: str) -> tuple[Problem, ...]:
    try:
        load_text(text, file="f.yaml")
    except PresetError as error:
        return error.problems
    return ()


@RELAXED
@given(
    st.dictionaries(
        st.one_of(keys, st.sampled_from(["dynamics.eta", "start.at", "a..b", "."])), anything, max_size=3
    )
)
def test_any_change(changes: dict[str, Any]) -> None:
    base = build({"loss": "s*x**2", "parameters": {"s": 1}})
    with contextlib.suppress(PresetError):
        changed(base, changes)


names = st.sampled_from(["a", "b", "s1", "rate_1"])
numbers = st.floats(-1e6, 1e6, allow_nan=False).map(lambda v: v + 0.0)
positive = st.floats(1e-6, 1e6)


@st.composite
def right_documents(draw: st.DrawFn) -> dict[str, Any]:
    parameters = draw(st.dictionaries(names, numbers, max_size=3))
    terms = [f"{name}*x" for name in parameters]
    document: dict[str, Any] = {
        "loss": " + ".join(["x**2", *terms]),
        "noise": draw(st.sampled_from(["1", "1 + x**2", "exp(-x**2)", "where(x > 0, 1, 2)"])),
        "parameters": parameters,
        "dynamics": {
            "kind": draw(st.sampled_from(["sgd", "sde"])),
            "eta": draw(positive),
            "dt": draw(positive),
        },
        "run": {
            "walkers": draw(st.integers(1, 10**6)),
            "seed": draw(st.integers(0, 2**63 - 1)),
            "steps": draw(st.just("auto") | st.integers(1, 10**9)),
        },
        "temperature": draw(st.sampled_from(["minimum", "average", "best-kl"]) | positive),
        "title": draw(st.text(max_size=20)),
        "story": draw(st.text(max_size=60)),
    }
    if draw(st.booleans()):
        low = draw(st.floats(-1e3, 1e3))
        document["space"] = {"domain": [[low, low + draw(st.floats(0.1, 1e3))]], "boundary": draw(st.sampled_from(["open", "periodic"]))}  # fmt: skip  # noqa: E501
    return document


@RELAXED
@given(right_documents())
def test_what_loads_is_written_and_read_back_the_same(document: dict[str, Any]) -> None:
    e = build(document, name="same")
    again = load_text(to_yaml(e), name="same")
    assert_same(e, again)
    assert to_yaml(again) == to_yaml(e)
