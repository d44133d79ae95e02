"""The rule of the step in a preset: read, written, turned; what does not go together is told in one sentence."""

from __future__ import annotations

from typing import Any

import pytest

from sgdtui.model.dynamics import Optimizer
from sgdtui.model.rules.registry import RULES
from sgdtui.preset.change import changed
from sgdtui.preset.dials import dials
from sgdtui.preset.load import build
from sgdtui.preset.text.problem import PresetError
from sgdtui.preset.to_document import describe


def read(**dynamics: Any) -> Any:
    return build({"loss": "x**2/2", "dynamics": dynamics})


def told(document: dict[str, Any]) -> str:
    with pytest.raises(PresetError) as error:
        build(document)
    return " ".join(f"{problem.message}; {problem.hint}" for problem in error.value.problems)


@pytest.mark.parametrize("rule", RULES.names)
def test_what_is_written_is_read_again(rule: str) -> None:
    given = read(optimizer=rule, **({"momentum": 0.5} if RULES[rule].formulas is None else {}))
    again = build(describe(given))
    assert again.dynamics.optimizer.name == rule
    assert describe(again) == describe(given)
    assert again.dynamics.decay == (0.01 if rule == "adamw" else 0.0)


def test_a_preset_that_says_nothing_of_it_is_written_as_before() -> None:
    assert describe(read(eta=0.2))["dynamics"].keys() == {
        "kind",
        "eta",
        "batch",
        "momentum",
        "convention",
        "dt",
    }


def test_numbers_are_given_by_the_mapping_and_turned_by_their_names() -> None:
    given = read(optimizer={"adam": {"beta2": 0.9}}, decay=0.1)
    assert given.dynamics.optimizer == Optimizer("adam", (("beta2", 0.9),))
    turned = changed(given, {"beta1": 0.5, "decay": 0.2})
    assert dict(turned.dynamics.optimizer.numbers) == {"beta1": 0.5, "beta2": 0.9, "epsilon": 1e-8}
    assert turned.dynamics.decay == 0.2
    assert changed(given, {"optimizer": "rmsprop"}).dynamics.optimizer.name == "rmsprop"
    shown = {dial.name: dial for dial in dials(turned)}
    assert {"beta1", "beta2", "epsilon", "decay"} <= shown.keys()
    assert "momentum" not in shown
    assert (shown["beta2"].value, shown["beta2"].default, shown["decay"].default) == (0.9, 0.9, 0.1)


@pytest.mark.parametrize(
    ("dynamics", "words"),
    [
        ({"optimizer": "adma"}, "did you mean 'adam'"),
        ({"optimizer": 3}, "an optimizer is wanted, not the number 3"),
        ({"optimizer": {"adam": {"beta": 1}}}, "adam has no number 'beta'"),
        ({"optimizer": {"adam": {"beta1": 1}}}, "allowed: 0 <= beta1 < 1"),
        ({"optimizer": {"adam": 0.9}}, "its numbers: beta1, beta2, epsilon"),
        ({"optimizer": {"clip": {"norm": 0}}}, "allowed: 0 < norm"),
        ({"optimizer": {"adam": {}, "sgd": {}}}, "one optimizer is wanted, not a mapping of 2"),
        ({"optimizer": "adam", "momentum": 0.9}, "Adam has no momentum beside its own memory"),
        ({"optimizer": "nesterov"}, "Nesterov's momentum needs a momentum; write momentum: 0.9"),
        ({"optimizer": "adam", "kind": "sde"}, "optimizer belongs to sgd"),
        ({"dampening": 0.1, "kind": "sde"}, "dampening belongs to sgd"),
        ({"dampening": 0.1}, "dampening is of momentum"),
        ({"optimizer": "sign", "swarm": {"size": 8, "coupling": 1}}, "a swarm is of workers of plain sgd"),
        ({"decay": -1}, "allowed: 0 <= value"),
    ],
)
def test_what_cannot_be_is_told(dynamics: dict[str, Any], words: str) -> None:
    assert words in told({"loss": "x**2/2", "dynamics": dynamics})


def test_forms_without_a_gradient_have_no_rule() -> None:
    assert "remove it" in told({"tumble": {"speed": "1"}, "dynamics": {"optimizer": "adam"}})
