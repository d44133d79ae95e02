from __future__ import annotations

import pytest

from sgdtui.model.dynamics import Swarm
from sgdtui.model.gradient import GradientSystem
from sgdtui.model.start import At, Uniform
from sgdtui.preset.change import changed, read_value, variant
from sgdtui.preset.dials import dials
from sgdtui.preset.load import load
from sgdtui.preset.text.problem import PresetError
from tests.preset.preset_reading import read

BASE = """
title: base
story: a story
loss: {loss: "s*x**2/2", parameters: {s: {value: 1, min: 0.1, max: 100, about: stiffness}}, domain: [[-3, 3]]}
noise: {covariance: "1 + r*x**2", parameters: {r: 1}}
parameters: {q: {value: 2, min: 1, max: 3}}
observe: {left: "x < 0", m: "q*x"}
until: x > 2
variants: {fast: {eta: 0.3, dynamics.kind: sde}, stiff: {s: 10, noise: 2}}
expect: [{that: left, is: 0.5, within: 0.1}]
"""


@pytest.mark.parametrize(
    ("name", "given", "read_back"),
    [
        ("eta", 0.05, lambda e: e.dynamics.eta),
        ("dynamics.eta", 0.05, lambda e: e.dynamics.eta),
        ("kind", "sde", lambda e: e.dynamics.kind),
        ("batch", 8, lambda e: e.dynamics.batch),
        ("momentum", 0.9, lambda e: e.dynamics.momentum),
        ("dt", 0.001, lambda e: e.dynamics.dt),
        ("walkers", 1000, lambda e: e.run.walkers),
        ("run.walkers", 1000, lambda e: e.run.walkers),
        ("steps", 77, lambda e: e.run.steps),
        ("burn_in", 0, lambda e: e.run.burn_in),
        ("every", 3, lambda e: e.run.every),
        ("seed", 2**40, lambda e: e.run.seed),
        ("bins", 64, lambda e: e.run.bins),
        ("temperature", 0.3, lambda e: e.temperature),
        ("temperature", "average", lambda e: e.temperature),
        ("s", 2.5, lambda e: e.values["s"]),
        ("parameters.s", 2.5, lambda e: e.values["s"]),
        ("parameters.s.value", 2.5, lambda e: e.values["s"]),
        ("r", 0.25, lambda e: e.values["r"]),
        ("q", 3, lambda e: e.values["q"]),
        ("title", "other", lambda e: e.title),
    ],
)
def test_every_dial_by_its_name(name: str, given: object, read_back) -> None:  # type: ignore[no-untyped-def]
    base = read(BASE)
    e = changed(base, {name: given})
    assert read_back(e) == given
    untouched = {d.name: d.value for d in dials(base)}
    differing = {d.name for d in dials(e) if d.name in untouched and d.value != untouched[d.name]}
    assert differing <= {name.split(".")[-1], name.split(".")[1] if "." in name else name}


def test_a_number_keeps_its_range_and_text_and_the_system() -> None:
    base = read(BASE)
    for e in (changed(base, {"s": 2}), changed(base, {"s": 2, "walkers": 100})):
        s = next(p for p in e.parameters if p.name == "s")
        assert (s.value, s.minimum, s.maximum, s.about) == (2.0, 0.1, 100.0, "stiffness")
        assert e.system is base.system


def test_defaults_are_the_preset_s() -> None:
    base = read(BASE)
    e = changed(changed(base, {"eta": 0.3, "s": 5, "q": 3, "walkers": 64}), {"momentum": 0.5})
    by_name = {d.name: d for d in dials(e)}
    assert (by_name["eta"].value, by_name["eta"].default) == (0.3, 0.1)
    assert (by_name["s"].value, by_name["s"].default) == (5.0, 1.0)
    assert (by_name["q"].value, by_name["q"].default) == (3.0, 2.0)
    assert (by_name["walkers"].value, by_name["walkers"].default) == (64, 65536)
    assert by_name["momentum"].default == 0.0


def test_conventions_swarms_space_and_start() -> None:
    base = changed(read(BASE), {"kind": "sde"})
    assert changed(base, {"convention": "stratonovich"}).dynamics.convention == 0.5
    assert changed(base, {"convention": 0.25}).dynamics.convention == 0.25
    swarm = changed(base, {"swarm": 8, "coupling": 30})
    assert swarm.dynamics.swarm == Swarm(8, 30.0)
    assert changed(swarm, {"swarm": 4}).dynamics.swarm == Swarm(4, 30.0)
    assert changed(base, {"start.uniform": [[-1, 1]]}).start == Uniform(((-1.0, 1.0),))
    assert changed(base, {"start.at": 2}).start == At((2.0,))
    assert changed(base, {"start": {"at": [2]}}).start == At((2.0,))
    walled = changed(base, {"boundary": "reflect", "domain": [[-1, 1]]})
    assert (walled.space.boundaries[0].kind, walled.space.domain) == ("reflect", ((-1.0, 1.0),))
    assert changed(base, {"law": "rademacher"}).system.noise.law.kind == "rademacher"  # type: ignore[union-attr]


def test_another_loss_keeps_noise_and_dynamics_and_drops_what_was_said_of_the_old_one() -> None:
    e = changed(read(BASE), {"loss": "double-well", "eta": 0.3})
    assert isinstance(e.system, GradientSystem)
    assert e.system.loss.name == "double-well"
    assert e.space.domain == e.system.loss.domain
    assert "s" not in e.values
    assert e.values["r"] == 1.0
    assert e.values["q"] == 2.0
    assert (e.dynamics.eta, e.expect, e.variants, e.story) == (0.3, (), (), "")
    assert {"left", "m"} <= {name for name, _ in e.observe}


def test_another_noise() -> None:
    e = changed(read(BASE), {"noise": "1 + q*x**2"})
    assert e.system.noise.covariance[0].text == "1 + q*x**2"  # type: ignore[union-attr]
    assert "r" not in e.values
    assert e.until is not None
    assert e.expect == ()


def test_loss_and_noise_at_once_may_change_the_dimension() -> None:
    e = changed(read(BASE), {"loss": "anisotropic-bowl", "noise": "correlated"})
    assert e.dimension == 2
    e = changed(read(BASE), {"loss": "u**2 + w**2", "variables": ["u", "w"], "noise": "1"})
    assert e.variables == ("u", "w")
    assert (e.observe, e.until) == ((), None)


def test_another_form() -> None:
    e = changed(read(BASE), {"drift": ["-x**3"]})
    assert e.system.form == "drift"
    e = changed(read("drift: [-x, -y]"), {"loss": "x**2 + y**2"})
    assert e.system.form == "gradient"


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"etta": 1}, "did you mean 'eta'?"),
        ({"ss": 1}, "there is no dial"),
        ({"dynamics.etta": 1}, "did you mean 'eta'?"),
        ({"eta": -1}, "out of range"),
        ({"eta": "fast"}, "number"),
        ({"eta": True}, "truth value"),
        ({"s": 1000}, "allowed: 0.1 <= s <= 100"),
        ({"s": float("nan")}, "finite"),
        ({"walkers": 10**9}, "out of range"),
        ({"r": -1}, "negative eigenvalue"),
        ({"noise": "rotating"}, "is for 2 dimensions"),
        ({"title.x": 1}, "leads nowhere"),
        ({"": 1}, "there is no dial"),
        ({"dynamics..eta": 1}, "there is no dial"),
        ({"loss": "import os"}, "import"),
    ],
)
def test_wrong_changes(changes: dict[str, object], word: str) -> None:
    with pytest.raises(PresetError) as caught:
        changed(read(BASE), changes)
    assert word in str(caught.value)


def test_nothing_changed_is_the_same() -> None:
    base = read(BASE)
    assert changed(base, {}) is base


def test_variants() -> None:
    base = read(BASE)
    fast = variant(base, "fast")
    assert (fast.dynamics.eta, fast.dynamics.kind, fast.system is base.system) == (0.3, "sde", True)
    assert (fast.variants, fast.expect) == ((), ())
    assert fast.observe == base.observe
    stiff = variant(base, "stiff")
    assert stiff.values == {"s": 10.0, "q": 2.0}
    with pytest.raises(PresetError, match="did you mean 'fast'"):
        variant(base, "fasst")


def test_a_variant_of_a_changed_experiment_has_both_changes() -> None:
    e = variant(changed(read(BASE), {"batch": 4}), "fast")
    assert (e.dynamics.batch, e.dynamics.eta) == (4, 0.3)


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("0.05", 0.05),
        ("1e-3", 1e-3),
        ("4", 4),
        ("sde", "sde"),
        ("1 + x", "1 + x"),
        ("[[0, 1]]", [[0, 1]]),
        ("{size: 8, coupling: 3}", {"size": 8, "coupling": 3}),
        ("true", True),
        ("a: b", "a: b"),
        ("[1", "[1"),
        ("", ""),
        ("# no", "# no"),
    ],
)
def test_values_as_typed(text: str, given: object) -> None:
    assert read_value(text) == given


def test_dials_of_every_shipped_experiment_can_be_set_to_what_they_are() -> None:
    from sgdtui.preset.library import names

    for name in names("experiment"):
        e = load(f"experiment/{name}")
        found = dials(e)
        assert len({d.name for d in found}) == len(found)
        for dial in found:
            assert dial.default == dial.value
            if dial.value is not None:
                assert dial.minimum is None or dial.minimum <= dial.value
                assert dial.maximum is None or dial.value <= dial.maximum
                assert changed(e, {dial.name: dial.value}).values == e.values
