"""The documents say what is so: every example of bring-your-own.md runs, and the tables are those of the program."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sgdtui.claims.check import check
from sgdtui.lab.result import Result
from sgdtui.lab.run import run
from sgdtui.preset.load import check_file, load
from tests.acceptance import predictions_table

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```(?:yaml|csv)\n# (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXAMPLES = dict(BLOCK.findall((DOCS / "bring-your-own.md").read_text(encoding="utf-8")))
PRESETS = [name for name in EXAMPLES if name.endswith(".yaml")]
LONG = {"my-classes.yaml", "my-stream.yaml", "my-plane.yaml", "my-claim.yaml", "my-noise.yaml"}


def marked(name: str, text: str = "") -> object:
    """Left out of the default run where it takes long: matrices of the chain on the plane, long runs."""
    long = name in LONG or "two weights" in name or "stable" in name
    return pytest.param(*(part for part in (name, text) if part), marks=[pytest.mark.slow] if long else [])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All files of the page, as a reader would have them."""
    monkeypatch.setenv("SGDTUI_CONFIG_DIR", str(tmp_path / "config"))
    for name, text in EXAMPLES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def near(value: float, se: float, expected: float, relative: float = 0.0) -> None:
    """Within 4.5 standard errors, which are at most 3 % of the value, and what the method itself may be off."""
    assert se <= 0.03 * max(abs(expected), 0.1)
    assert abs(value - expected) <= 4.5 * se + relative * abs(expected)


def variance(result: Result, axis: int = 0) -> tuple[float, float]:
    return float(result.covariance[axis, axis]), float(result.snapshot.covariance_se[axis, axis])


def observed(result: Result, name: str) -> tuple[float, float]:
    found = result.snapshot.observables[name]
    return found.value, found.se


def a_loss(result: Result) -> None:
    x = np.linspace(-4, 4, 20001)
    p = np.exp(-((x**2 - 1) ** 2 / 4 + 0.1 * x) / 0.25)
    near(*observed(result, "left"), p[x < 0].sum() / p.sum(), relative=0.01)


def a_noise(result: Result) -> None:
    near(*variance(result), 0.2 / (2 * 0.8))  # v = (1-η)²v + η²(1+v), whatever the law


def a_plane(result: Result) -> None:
    quiet, loud = 0.05 / 1.9, 0.05 / 1.7  # along the eigenvectors of H, with Σ = H/2
    near(*variance(result), (quiet + loud) / 2)
    assert result.snapshot.verdict is not None
    assert result.snapshot.verdict.text != "gibbs"


def a_drift(result: Result) -> None:
    near(*variance(result), 0.1, relative=0.02)
    assert "gibbs" not in result.snapshot.predictions
    assert result.snapshot.verdict is not None
    assert result.snapshot.verdict.text == "nonequilibrium"


def rows(result: Result) -> None:
    near(float(result.mean[0]), float(result.snapshot.mean_se[0]), 28.5 / 14)


def a_table(result: Result) -> None:
    lines = EXAMPLES["people.csv"].split("\n")[1:-1]
    height, age, weight, _ = np.array([[float(cell) for cell in line.split(",")] for line in lines]).T
    features = np.stack([(height - height.mean()) / height.std(), (age - age.mean()) / age.std()], axis=1)
    best = np.linalg.lstsq(features, weight - weight.mean(), rcond=None)[0]
    names = result.experiment.variables
    means = dict(zip(names, result.mean, strict=True))
    errors = dict(zip(names, result.snapshot.mean_se, strict=True))
    near(means["w_height"], errors["w_height"], best[0])
    near(means["w_age"], errors["w_age"], best[1])
    near(means["w_intercept"], errors["w_intercept"], weight.mean())


def classes(result: Result) -> None:
    age, weight = result.mean[:2]
    assert weight > 1 > abs(age), "tall people weigh more; their age says less"


def a_stream(result: Result) -> None:
    near(float(result.mean[0]), float(result.snapshot.mean_se[0]), 2.0)
    near(*variance(result), 0.25 * 0.1 / (2 - 0.3))  # v = E(1-ηx²)²v + η²/4


def hops(result: Result) -> None:
    near(*observed(result, "first"), 1 / np.sum(1 / np.arange(1, 7)))


def swimmers(result: Result) -> None:
    x = (np.arange(10000) + 0.5) / 10000
    p = 1 / (1 - 0.6 * np.sin(np.pi * x))
    near(*observed(result, "middle"), p[(x > 0.25) & (x < 0.75)].sum() / p.sum(), relative=0.01)


def a_claim(result: Result) -> None:
    assert [claim.holds for claim in check(result.experiment, result.document())] == [True, True]


SANE: dict[str, Callable[[Result], None]] = {
    "my-loss.yaml": a_loss,
    "my-noise.yaml": a_noise,
    "my-plane.yaml": a_plane,
    "my-drift.yaml": a_drift,
    "my-rows.yaml": rows,
    "my-table.yaml": a_table,
    "my-classes.yaml": classes,
    "my-stream.yaml": a_stream,
    "my-hops.yaml": hops,
    "my-swimmers.yaml": swimmers,
    "my-claim.yaml": a_claim,
}


def test_there_is_an_example_of_each_form() -> None:
    assert set(PRESETS) == set(SANE)


@pytest.mark.parametrize("name", PRESETS)
def test_an_example_checks_without_a_warning(folder: Path, name: str) -> None:
    problems, _ = check_file(folder / name)
    assert problems == ()
    assert load(folder / name).title


@pytest.mark.parametrize("name", [marked(name) for name in PRESETS])
def test_an_example_runs_and_gives_what_it_should(folder: Path, name: str) -> None:
    bins = {} if name == "my-hops.yaml" else {"bins": 48}
    result = run(folder / name, walkers=8192, seed=3, **bins)
    assert result.snapshot.lost == 0
    SANE[name](result)


@pytest.mark.parametrize(("system", "preset"), [marked(*system) for system in predictions_table.SYSTEMS])
def test_the_table_of_predictions_is_what_the_program_says(system: str, preset: str) -> None:
    assert predictions_table.row(system, preset) in predictions_table.stored()


def test_the_table_of_predictions_has_no_other_rows() -> None:
    assert predictions_table.stored().count("\n") == len(predictions_table.SYSTEMS) + 2
