"""A large table held in single precision and fetched ahead changes where the numbers lie, and no result."""

from __future__ import annotations

import numpy as np
import pytest

from sgdtui.expression import parse
from sgdtui.model.data import Table
from sgdtui.model.sample import SampleSystem
from sgdtui.simulate.form import data_layout
from sgdtui.simulate.form.data_layout import LARGE, layout
from tests.simulate.systems import experiment, one_step

ROWS = 60_000


def columns(*kinds: str, rows: int = ROWS) -> np.ndarray:
    """Columns of these kinds side by side."""
    rng = np.random.default_rng(0)
    made = {
        "normal": lambda: rng.normal(size=rows),
        "far": lambda: 1e6 + rng.normal(size=rows),
        "year": lambda: rng.integers(2007, 2010, rows).astype(float),
        "constant": lambda: np.full(rows, 3.0),
        "constant-between": lambda: np.full(rows, 0.1),
        "huge": lambda: 1e300 * rng.normal(size=rows),
    }
    return np.column_stack([made[kind]() for kind in kinds])


@pytest.mark.parametrize(
    ("kinds", "single", "width"),
    [
        (["normal", "normal", "normal"], True, 4),
        (["normal"] * 5, True, 8),
        (["normal"] * 17, True, 20),
        (["year", "constant", "normal"], True, 4),
        (["normal", "far", "normal"], False, 4),
        (["normal", "constant-between", "normal"], False, 4),
        (["normal", "huge", "normal"], False, 4),
    ],
)
def test_single_precision_where_it_changes_nothing(kinds: list[str], single: bool, width: int) -> None:
    given = columns(*kinds)
    assert given.nbytes > LARGE
    found = layout(given)
    assert (found.single, found.width) == (single, width)
    flat = found.rows.reshape(-1).view(np.float32) if single else found.rows.reshape(-1)
    kept = flat.reshape(ROWS, width)[:, : len(kinds)]
    with np.errstate(over="ignore"):
        assert np.all(np.abs(kept - given) <= 1e-5 * given.std(axis=0))


def test_a_small_table_stays_as_it_is() -> None:
    given = columns("normal", "normal", rows=100)
    found = layout(given)
    assert not found.large
    assert found.ahead == []
    assert np.array_equal(found.rows, given)


def test_rows_are_whole_pieces() -> None:
    given = columns("normal", "normal", "normal", rows=100)
    found = layout(given)
    assert (found.width, found.piece) == (4, 2)
    assert np.array_equal(found.rows[:, :3], given)
    assert not found.rows[:, 3].any()


def test_every_line_of_a_wide_row_is_asked_for() -> None:
    found = layout(columns(*["normal"] * 40))
    assert found.ahead == [0, 16, 32]
    assert layout(columns(*["normal"] * 39, "far")).ahead == [0, 8, 16, 24, 32]


@pytest.mark.parametrize("draw", ["replacement", "distinct", "reshuffle"])
@pytest.mark.parametrize("form", ["linear-regression", "logistic-regression", "expression", "wide"])
def test_the_walk_is_the_same(monkeypatch: pytest.MonkeyPatch, draw: str, form: str) -> None:
    weights = 10 if form == "wide" else 2
    given = columns(*["normal"] * weights, "normal", rows=20_000 if form == "wide" else ROWS)
    if form == "logistic-regression":
        given[:, -1] = given[:, -1] > 0
    names = [f"f{i}" for i in range(weights)]
    variables = tuple(f"w{i}" for i in range(weights))
    loss = (
        parse("(w0*f0**3 + sin(w1)*f1 - y)**2/2", [*variables, *names, "y"]) if form == "expression" else None
    )
    model = None if loss else "linear-regression" if form == "wide" else form
    system = SampleSystem(Table((*names, "y"), given), variables, loss=loss, model=model, draw=draw)
    walked = []
    for large in (LARGE, 2**60):
        monkeypatch.setattr(data_layout, "LARGE", large)
        data_layout.layout_of.cache_clear()
        built = experiment(system=system, eta=0.02, batch=3, walkers=700)
        walked.append(one_step(built, np.zeros((700, weights)), 40))
    assert np.std(walked[0]) > 0.01
    assert walked[0] == pytest.approx(walked[1], abs=1e-5)
