"""A network section: what it says, what it is written as again, and wrong ones, each told in one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sgdtui.model.network import NetworkSystem
from sgdtui.model.network_fields import NetworkFields
from sgdtui.preset.change import changed
from sgdtui.preset.load import load
from sgdtui.preset.text.problem import PresetError
from sgdtui.preset.to_document import describe
from sgdtui.preset.write import to_yaml

ROWS = [[0.5, 1.0, 0.0], [1.5, -1.0, 1.0], [-0.3, 0.2, 1.0], [0.9, 0.4, 0.0]]


def document(start: Any = None, run: Any = None, **more: Any) -> dict[str, Any]:
    network = {"data": ROWS, "columns": ["a", "b", "y"], "layers": [2], **more}
    found: dict[str, Any] = {"network": {k: v for k, v in network.items() if v is not None}}
    if start is not None:
        found["start"] = start
    if run is not None:
        found["run"] = run
    return found


def system(**more: Any) -> NetworkSystem:
    found = load(document(**more)).system
    assert isinstance(found, NetworkSystem)
    return found


def test_the_loss_is_chosen_by_the_target() -> None:
    assert system().loss == "logistic"
    assert system(target="b").loss == "squared"
    rows = [[*row[:2], k % 3] for k, row in enumerate(ROWS)]
    assert (system(data=rows).loss, system(data=rows).outputs) == ("softmax", 3)


def test_standardising_brings_the_target_of_a_squared_loss_too() -> None:
    rows = system(target="b", standardize=True).data.rows
    np.testing.assert_allclose(rows.mean(axis=0), 0, atol=1e-15)
    np.testing.assert_allclose(rows.std(axis=0), 1)
    assert set(system(standardize=True).data.rows[:, -1]) == {0.0, 1.0}


def test_weights_have_names() -> None:
    assert system().variables == (
        "w1_1_1", "w1_1_2", "w1_2_1", "w1_2_2", "b1_1", "b1_2", "w2_1_1", "w2_1_2", "b2_1",
    )  # fmt: skip


@pytest.mark.parametrize(
    "start",
    [None, {"minimum": "best"}, {"init": {"seed": 3}}, {"init": {"seed": 3, "scale": 2, "each": True}}],
)
def test_what_is_written_reads_the_same(tmp_path: Path, start: Any) -> None:
    experiment = load(document(start, ridge=0.1, test=0.25, standardize=True, loss="logistic"))
    (tmp_path / "again.yaml").write_text(to_yaml(experiment))
    again = load(tmp_path / "again.yaml")
    assert isinstance(experiment.system, NetworkSystem)
    assert isinstance(again.system, NetworkSystem)
    assert again.system.settings == experiment.system.settings
    np.testing.assert_array_equal(again.system.test_rows, experiment.system.test_rows)
    assert (
        describe(again)["start" if start else "network"].keys()
        == describe(experiment)["start" if start else "network"].keys()
    )


def test_dials_and_settings_reach_it() -> None:
    turned = changed(load(document()), {"ridge": 0.3, "layers": [3], "draw": "distinct"}).system
    assert isinstance(turned, NetworkSystem)
    assert (turned.ridge, turned.hidden, turned.draw) == (0.3, (3,), "distinct")


def test_a_minimum_is_one() -> None:
    experiment = load(document({"minimum": "best"}, ridge=0.1))
    assert isinstance(experiment.system, NetworkSystem)
    point = np.array(getattr(experiment.start, "point"))[None]  # noqa: B009
    fields = NetworkFields(experiment.system)
    assert np.linalg.norm(fields.gradient(point)) < 1e-10
    assert np.linalg.eigvalsh(fields.hessian(point)[0])[0] > 0


def test_weights_come_from_a_file(tmp_path: Path) -> None:
    layers = [
        np.array([[1.0, 2.0], [3.0, 4.0]]),
        np.array([5.0, 6.0]),
        np.array([[7.0, 8.0]]),
        np.array([9.0]),
    ]
    np.savez(tmp_path / "w.npz", *layers)
    (tmp_path / "p.yaml").write_text(to_yaml(load(document())) + "start: {weights: w.npz}\n")
    assert getattr(load(tmp_path / "p.yaml").start, "point") == tuple(range(1, 10))  # noqa: B009
    np.savez(tmp_path / "w.npz", *layers[:3])
    with pytest.raises(PresetError, match="arrays of shapes"):
        load(tmp_path / "p.yaml")
    np.savez(tmp_path / "w.npz", np.array([{}], dtype=object))
    with pytest.raises(PresetError, match="cannot be used"):
        load(tmp_path / "p.yaml")


WRONG = [
    (document(layers=[0]), "out of range"),
    (document(target="c"), "there is no column 'c'"),
    (document(data=[[1, 2, 0], [2, 3, 0]]), "nothing to learn"),
    (document(data=[[1, 2, float("nan")], [2, 3, 0]]), "finite number"),
    (document(data=[[1, 2, "cat"], [2, 3, 0]]), "finite number"),
    (document(activation="swish"), "swish"),
    (document(loss="softmax", target="b"), "softmax needs the classes"),
    (document(loss="logistic", target="b"), "logistic loss needs 0 and 1"),
    (document(label_noise=1), "label noise needs the squared loss"),
    (document(layers=[100, 100]), "at most 512 weights"),
    (document(test=0.8), "left to learn from"),
    (
        document(data={"a": "normal(0,1)", "b": "normal(0,1)", "y": "bernoulli(.5)"}),
        "a network learns from rows",
    ),
    (document({"at": [0, 0, 0, 0, -9, -9, 1, 1, 0]}, activation="relu"), "no relu unit is alive"),
    (document({"at": [1, 2]}), "2 numbers for 9 variables"),
    (document({"weights": "w.npz"}), "there is no file"),
    (document(run={"walkers": 10**8}, layers=[100], ridge=1), "GB"),
    (document(columns=["y"], data=[[0], [1]]), "no column beside the target"),
]


@pytest.mark.parametrize(("given", "said"), WRONG)
def test_a_wrong_network_is_told_in_one_sentence(given: dict[str, Any], said: str) -> None:
    with pytest.raises(PresetError, match=said) as caught:
        load(given)
    assert len([p for p in caught.value.problems if p.message]) <= 2


def test_starts_of_networks_are_for_networks() -> None:
    with pytest.raises(PresetError, match="a start of other systems"):
        load({"loss": "x**2/2", "start": {"minimum": "best"}})


def test_what_is_observed_is_listed_by_name_and_written_so_that_it_reads_again() -> None:
    given = document(start={"init": {"seed": 3}})
    given["observe"] = ["loss", "balance(1)", "H:2", "output(3) - 1", "w1_1_1"]
    given["until"] = "Sigma:1 > 3"
    experiment = load(given)
    assert [name for name, _ in experiment.observe] == ["loss", "balance_1", "H_2", "what_4", "w1_1_1"]
    again = load(describe(experiment))
    assert [(n, e.node) for n, e in again.observe] == [(n, e.node) for n, e in experiment.observe]
    assert again.until is not None
    assert experiment.until is not None
    assert again.until.node == experiment.until.node


@pytest.mark.parametrize(
    ("observe", "said"),
    [
        (["balance(2)"], "unknown name 'balance_2'"),
        (["output(5)"], "unknown name 'output_5'"),
        (["H:10"], "unknown name 'H_10'"),
        (["test_loss"], "unknown name 'test_loss'"),
        ({"a": "trh"}, "unknown name 'trh'; did you mean 'trH'"),
        ({"a": "los"}, "did you mean 'loss'"),
    ],
)
def test_a_quantity_that_there_is_not_is_told_of(observe: Any, said: str) -> None:
    given = document()
    given["observe"] = observe
    with pytest.raises(PresetError) as error:
        load(given)
    assert said in str(error.value)
    assert "H_1…9" in str(error.value)
