"""The thread between screen and run: files watched, changes refused, undo, warnings; on a lab that does nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sgdtui.predict.linear.edge_of_stability import edge_of_stability
from sgdtui.tui.controller.choices import warning_of
from sgdtui.tui.controller.controller import Workbench
from sgdtui.tui.controller.events import Claimed, Event, Request, Setup, Shown, Trouble
from tests.tui import synthetic
from tests.tui.fake_lab import FakeLab, maker

PRESET = """title: {title}
loss: "{loss}"
noise: 1
dynamics: {{eta: 0.1}}
space: {{domain: [[-2, 2]]}}
observe: {{left: "x < 0"}}
expect:
  - {{that: left, is: 0.5, within: 0.01}}
"""


class Desk:
    """A workbench and all that it has told."""

    def __init__(self) -> None:
        self.told: list[Event] = []
        self.made: list[FakeLab] = []
        self.bench = Workbench(self.told.append, make_lab=maker(synthetic.double_well(), self.made))

    def wait(self) -> None:
        done = threading.Event()
        self.bench._do(done.set)
        assert done.wait(60)

    def last(self, kind: type[Event]) -> Event:  # type: ignore[valid-type]
        return next(event for event in reversed(self.told) if isinstance(event, kind))


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.bench.stop()


def _write(path: Path, title: str, loss: str) -> Path:
    path.write_text(PRESET.format(title=title, loss=loss), encoding="utf-8")
    return path


def test_a_file_is_opened_with_its_dials_and_claims(desk: Desk, tmp_path: Path) -> None:
    desk.bench.open(Request(str(_write(tmp_path / "mine.yaml", "Mine", "x**2/2"))))
    desk.wait()
    setup = desk.last(Setup)
    assert isinstance(setup, Setup)
    assert setup.experiment.title == "Mine"
    assert setup.loss_text == "x**2/2"
    assert next(d for d in setup.dials if d.path == "eta").value == 0.1
    assert {choice.name for choice in setup.noises if choice.reason} >= {"correlated"}
    claimed = desk.last(Claimed)
    assert isinstance(claimed, Claimed)
    assert [claim.holds for claim in claimed.claims] == [None]
    assert claimed.claims[0].expected == ".500±.010"


def test_a_saved_edit_shows_and_a_broken_one_keeps_the_last_good_run(desk: Desk, tmp_path: Path) -> None:
    path = _write(tmp_path / "mine.yaml", "Mine", "x**2/2")
    desk.bench.open(Request(str(path)))
    desk.wait()
    desk.bench.look_at_file()
    desk.wait()
    assert desk.made[0].said == [], "nothing was saved"
    _write(path, "Mine, edited", "x**2 + x**4")
    desk.bench.look_at_file()
    desk.wait()
    assert desk.bench.experiment is not None
    assert desk.bench.experiment.title == "Mine, edited"
    assert desk.made[0].said == ["change"]
    _write(path, "Broken", "x**2 + foo + 1")
    desk.bench.look_at_file()
    desk.wait()
    trouble = desk.last(Trouble)
    assert isinstance(trouble, Trouble)
    assert "foo" in trouble.text
    assert "mine.yaml:2" in trouble.text
    assert not trouble.fatal
    assert desk.bench.experiment.title == "Mine, edited"
    desk.bench.undo()
    desk.wait()
    assert desk.bench.experiment.title == "Mine"


def test_a_preset_that_is_not_there_is_fatal_at_the_start_only(desk: Desk) -> None:
    desk.bench.open(Request("no-such-preset-at-all"))
    desk.wait()
    trouble = desk.last(Trouble)
    assert isinstance(trouble, Trouble)
    assert trouble.fatal
    assert "no-such-preset-at-all" in trouble.text


def test_loss_and_noise_combine_and_change(desk: Desk) -> None:
    desk.bench.open(Request(loss="quadratic", noise="1 + x**2"))
    desk.wait()
    assert any(isinstance(event, Shown) for event in desk.told)
    desk.bench.change({"noise": "constant"})
    desk.bench.change({"eta": -1})
    desk.wait()
    setup = desk.last(Setup)
    assert isinstance(setup, Setup)
    assert setup.noise == "constant"
    assert setup.undoable == 1
    assert isinstance(desk.last(Trouble), Trouble), "a learning rate below nought is refused"


def test_eta_past_stability_is_flagged_on_its_dial(desk: Desk) -> None:
    desk.bench.open(Request(loss="quadratic", noise="constant"))
    desk.bench.change({"eta": 3.0})
    desk.wait()
    setup = desk.last(Setup)
    assert isinstance(setup, Setup)
    assert "diverge" in next(d for d in setup.dials if d.path == "eta").warning
    experiment = synthetic.double_well_experiment()
    assert warning_of(experiment, edge_of_stability(experiment)) == ""


def test_walkers_are_placed_on_the_axes_shown(desk: Desk) -> None:
    desk.bench.open(Request(loss="double-well", noise="constant"))
    desk.wait()
    desk.bench.scatter((0.25,))
    desk.wait()
    assert desk.made[0].said == ["scatter At(point=(0.25,))"]


def test_a_preset_opened_later_begins_at_its_own_start(desk: Desk, tmp_path: Path) -> None:
    desk.bench.open(Request(str(_write(tmp_path / "mine.yaml", "Mine", "x**2/2"))))
    desk.bench.open(Request(str(_write(tmp_path / "other.yaml", "Other", "x**4/4"))))
    desk.wait()
    assert desk.made[0].said == ["change", "reset"]
