"""Compare begins and ends when it is asked to, whatever frames come late."""

from __future__ import annotations

from sgdtui.tui.controller.events import Shown
from sgdtui.tui.tour.screen import Tour
from tests.tui import synthetic
from tests.tui.stage import staged


async def test_it_ends_and_a_late_frame_does_not_bring_it_back() -> None:
    async with staged(synthetic.double_well()) as stage:
        await stage.press("c")
        assert stage.view.fork is not None
        (fork,) = stage.lab.forks
        await stage.press("c")
        assert stage.view.fork is None
        assert fork.stopped
        fork.show(step=fork.stored.step + 1)
        stage.app._tell(Shown(fork.stored, fork=True))
        await stage.settle()
        assert stage.view.fork is None
        assert " before " not in stage.text
        await stage.press("c")
        assert stage.view.fork is not None, "the next press begins anew"
        assert len(stage.lab.forks) == 2


async def test_a_frame_of_an_earlier_comparison_is_nobodys() -> None:
    async with staged(synthetic.double_well()) as stage:
        await stage.press("c", "c", "c")
        first, second = stage.lab.forks
        first.show(step=-1)
        second.show(step=7)
        await stage.settle()
        assert stage.view.fork.step == 7


async def test_another_preset_is_not_compared_with_this_one() -> None:
    async with staged(synthetic.double_well()) as stage:
        await stage.press("c")
        stage.bench._do(lambda: stage.bench._begin_with(stage.bench.staged.experiment))
        await stage.settle()
        assert stage.view.fork is None
        assert stage.lab.forks[0].stopped


async def test_the_tour_does_not_take_a_comparison_along() -> None:
    async with staged(synthetic.double_well()) as stage:
        await stage.press("c")
        assert " before " in stage.text
        await stage.press("t")
        await stage.settle()
        assert isinstance(stage.app.screen, Tour)
        assert stage.app.screen.view.fork is None
        assert " before " not in stage.text
        (fork,) = stage.lab.forks
        assert fork.stopped, "nobody looks at it"
        stage.app._tell(Shown(fork.stored, fork=True))
        await stage.settle()
        assert stage.app.screen.view.fork is None
