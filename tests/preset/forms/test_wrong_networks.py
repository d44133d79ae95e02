"""Wrong networks on the command line: one sentence with its place, exit 2, nothing computed."""

from __future__ import annotations

import io
import pickle
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

from sgdtui.cli import main

PLANE = np.random.default_rng(17).normal(size=(24, 2))
TARGETS = {
    "ok": [int(a > b) for a, b in PLANE],
    "one": [1] * 24,
    "real": [a / 2 for a, _ in PLANE],
    "three": [k % 3 for k in range(24)],
}


def network(
    data: str = "ok.csv", start: Any = None, run: Any = None, batch: int = 1, **more: Any
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "network": {"data": data, "layers": [2], **more},
        "dynamics": {"batch": batch},
        "run": {"walkers": 64, "burn_in": 10, "steps": 50, **(run or {})},
    }
    return found if start is None else {**found, "start": start}


DEAD = [0, 0, 0, 0, -50, -50, 1, 1, 0]
"""Biases of a hidden layer so low that no unit is above 0 on any row."""

WRONG = {
    "a text column as a feature": (
        network("text.csv"),
        "network.data: text.csv, line 2, column 'b': the text 'red' is not a number",
    ),
    "a target with one value": (network("one.csv"), "network.target: the target 'y' is 1 in every row"),
    "a layer of no units": (network(layers=[0]), "network.layers.0: 0 is out of range"),
    "1e5 weights in 1e5 copies": (network(layers=[314, 314], run={"walkers": 10**5}), "allowed: at most 512 weights"),
    "more copies than memory": (network(layers=[100], run={"walkers": 10**8}), "GB of memory"),
    "NaN in the data": (network("nan.csv"), "network.data: nan.csv, line 5, column 'b': a value is missing"),
    "no relu alive": (network(start={"at": DEAD}, activation="relu"), "no relu unit is alive on any row"),
    "no such file": (network("nowhere.csv"), "network.data: there is no file 'nowhere.csv'"),
    "no such target": (network(target="z"), "network.target: there is no column 'z'\n"),
    "a misspelt activation": (network(activation="tahn"), "did you mean 'tanh'?"),
    "softmax of a real target": (network("real.csv", loss="softmax"), "softmax needs the classes 0, 1, 2, …"),
    "logistic of three classes": (network("three.csv", loss="logistic"), "the logistic loss needs 0 and 1"),
    "more than all rows kept out": (network(test=1.5), "network.test: 1.5 is out of range"),
    "weights of other shapes": (network(start={"weights": "shapes.npz"}), "holds arrays of shapes [(3, 3), (3,)]"),
    "weights in a text": (network(start={"weights": "text.npz"}), "text.npz cannot be used: it is not an .npz file"),
    "one bare array": (network(start={"weights": "bare.npz"}), "bare.npz cannot be used: it is not an .npz file"),
    "weights in a pickle": (network(start={"weights": "pickle.npz"}), "it is not an .npz file"),
    "objects among the weights": (
        network(start={"weights": "objects.npz"}),
        "objects.npz cannot be used: 'arr_0' is not an array of real numbers",
    ),
    "complex weights": (network(start={"weights": "complex.npz"}), "'arr_0' is not an array of real numbers"),
    "a damaged array": (network(start={"weights": "damaged.npz"}), "damaged.npz cannot be used: it is damaged"),
    "an array beyond memory": (network(start={"weights": "vast.npz"}), "vast.npz cannot be used: it is damaged"),
    "half a file of weights": (network(start={"weights": "half.npz"}), "half.npz cannot be used: it is "),
    "distinct rows beyond the table": (network(batch=1000, draw="distinct"), "without replacement from 24"),
    "negative label noise": (network("real.csv", label_noise=-1), "network.label_noise: -1 is out of range"),
}  # fmt: skip


class Opened:
    """An object whose unpickling leaves a trace."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("opened"),)


def _damaged() -> bytes:
    """A compressed file of weights with bytes in its middle overwritten."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, np.random.default_rng(3).normal(size=400))
    whole = bytearray(buffer.getvalue())
    middle = len(whole) // 2
    whole[middle : middle + 200] = b"\xff" * 200
    return bytes(whole)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, target in TARGETS.items():
        lines = [f"{a:.3f},{b:.3f},{y}" for (a, b), y in zip(PLANE, target, strict=True)]
        Path(f"{name}.csv").write_text("\n".join(["a,b,y", *lines, ""]))
    rows = [
        f"{a:.3f},{'red' if a > 0 else 'blue'},{y}" for (a, _), y in zip(PLANE, TARGETS["ok"], strict=True)
    ]
    rows[0] = "1,red,1"
    Path("text.csv").write_text("\n".join(["a,b,y", *rows, ""]))
    rows = Path("ok.csv").read_text().splitlines()
    rows[4] = "1,nan,1"
    Path("nan.csv").write_text("\n".join([*rows, ""]))
    np.savez("shapes.npz", np.zeros((3, 3)), np.zeros(3))
    np.savez("objects.npz", np.array([Opened()], dtype=object))
    np.savez("complex.npz", np.zeros((2, 2), dtype=complex))
    Path("text.npz").write_text("hello\n")
    Path("pickle.npz").write_bytes(pickle.dumps(Opened()))
    with Path("bare.npz").open("wb") as file:
        np.save(file, np.zeros(3))
    whole = Path("shapes.npz").read_bytes()
    Path("damaged.npz").write_bytes(_damaged())
    with zipfile.ZipFile("vast.npz", "w") as archive, archive.open("arr_0.npy", "w") as member:
        np.lib.format.write_array_header_1_0(
            member, {"descr": "<f8", "fortran_order": False, "shape": (10**15,)}
        )
    Path("half.npz").write_bytes(whole[: len(whole) // 2])


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_network_is_one_clear_sentence_at_its_place(name: str) -> None:
    document, sentence = WRONG[name]
    Path("net.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    began = time.process_time()
    done = CliRunner().invoke(main, ["run", "net.yaml"])
    assert time.process_time() - began < 5, "it is refused beforehand"
    assert done.exit_code == 2, done.output
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert "pickle" not in done.stderr.replace("pickle.npz", "")
    assert done.stdout == ""
    told = [line for line in done.stderr.splitlines() if line.startswith("net.yaml:")]
    assert len(told) == 1, done.stderr
    assert not Path("opened").exists(), "nothing is unpickled"
