"""A picture of an experiment or of a table, drawn by the app itself."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from sgdtui.tui.svg import svg_of_screen

if TYPE_CHECKING:
    from pathlib import Path

    from sgdtui.lab.result import Result
    from sgdtui.lab.snapshot import Snapshot


def svg_of(
    shown: Result | Snapshot,
    size: tuple[int, int] = (120, 36),
    keys: tuple[str, ...] = (),
    tour: bool = False,
    **options: Any,
) -> str:
    """The main screen for a result or a snapshot, drawn by the app itself without a terminal.

    With `tour` the page of the tour that shows the experiment, its claims held against the result and its variants.
    `keys` are pressed before; `options` are those of `sgdtui.tui.app.Options`.
    """
    from sgdtui.lab.result import Result

    snapshot = shown.snapshot if isinstance(shown, Result) else shown
    document = shown.document() if isinstance(shown, Result) else None
    page = snapshot.experiment.name if tour else ""
    return asyncio.run(_draw(snapshot, document, size, keys, page, options))


async def _draw(
    snapshot: Snapshot,
    document: dict[str, Any] | None,
    size: tuple[int, int],
    keys: tuple[str, ...],
    page: str,
    options: dict[str, Any],
) -> str:
    from sgdtui.tui.app import Options, SgdApp
    from sgdtui.tui.capture.frozen import StillBench

    app = SgdApp(
        Options(**{"colour": "true", **options}), make_bench=lambda tell: StillBench(tell, snapshot, document)
    )
    async with app.run_test(size=size) as pilot:
        while app.laboratory is None or not app.laboratory.settled_down:
            await pilot.pause(0.01)
        assert isinstance(app.bench, StillBench)
        while not app.bench.told:
            await pilot.pause(0.01)
        await pilot.pause()
        if page:
            from sgdtui.tui.capture.tour_page import open_page

            await open_page(app, page, document or {}, pilot.pause)
        for key in keys:
            await pilot.press(key)
        await pilot.pause()
        await pilot.pause()
        return svg_of_screen(app, title=app.laboratory.view.title)


def svg_of_table(
    table: Path, size: tuple[int, int] = (120, 36), keys: tuple[str, ...] = (), **options: Any
) -> str:
    """The map of a sweep's table, after `keys` were pressed; `options` as for `svg_of`."""
    return asyncio.run(_draw_map(table, size, keys, options))


async def _draw_map(
    table: Path, size: tuple[int, int], keys: tuple[str, ...], options: dict[str, Any]
) -> str:
    from sgdtui.tui.app import Options, SgdApp
    from sgdtui.tui.map.screen import MapScreen

    app = SgdApp(Options(**{"colour": "true", "preset": str(table), "table": str(table), **options}))
    async with app.run_test(size=size) as pilot:
        while not isinstance(app.screen, MapScreen):
            await pilot.pause(0.01)
        for key in keys:
            await pilot.press(key)
        await pilot.pause()
        await pilot.pause()
        return svg_of_screen(app, title=table.stem)
