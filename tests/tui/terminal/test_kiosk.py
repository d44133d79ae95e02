"""What a kiosk refuses and hides."""

from __future__ import annotations

import pytest

from sgdtui.preset.load import load
from sgdtui.tui.terminal.kiosk import Kiosk


@pytest.mark.parametrize("preset", [None, "double-well-tanh", "loss/quadratic", "experiment/real-data"])
def test_presets_of_the_library_open(preset: str | None) -> None:
    assert Kiosk.refuses(preset) is None


@pytest.mark.parametrize(
    "preset",
    ["/etc/passwd", "./mine.yaml", "mine.yaml", "../x", "loss/../../x", "~/x", "table.parquet", "a b", "-x"],
)
def test_nothing_with_a_path_opens(preset: str) -> None:
    assert Kiosk.refuses(preset) is not None


def test_there_are_no_more_walkers_than_there_may_be() -> None:
    experiment = load("double-well-tanh")
    assert Kiosk().fitted(experiment) is experiment
    fitted = Kiosk(walkers=1000).fitted(experiment)
    assert fitted.run.walkers == 1000
    assert fitted.system == experiment.system


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("/home/sgd/.config/sgdtui/presets/a.yaml:3: no", "a.yaml:3: no"),
        ("cannot read ~/secret/data.csv", "cannot read data.csv"),
        ("x/2 + y/3 is not 1/2", "x/2 + y/3 is not 1/2"),
        ("steps/s 3/4", "steps/s 3/4"),
    ],
)
def test_paths_are_not_shown(said: str, shown: str) -> None:
    assert Kiosk.without_paths(said) == shown
