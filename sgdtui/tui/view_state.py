"""How a run is looked at, as plain JSON: what a checkpoint keeps of it, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sgdtui.tui.view import ARROWS, View


def document_of(view: View) -> dict[str, Any]:
    """What of a view is worth keeping."""
    return {
        "predictions": view.predictions,
        "arrows": sorted(view.arrows),
        "cursor": list(view.cursor) if view.cursor is not None else None,
        "smooth": view.look.smooth,
        "paused": view.snapshot is not None and view.snapshot.paused,
    }


def restored(view: View, document: Mapping[str, Any]) -> View:
    """The view as it was kept; what does not fit any more is left as it is."""
    kept = {str(name) for name in document.get("arrows", ())}
    cursor = document.get("cursor")
    return view.but(
        predictions=str(document.get("predictions", "all")),
        arrows=frozenset(ARROWS) & kept,
        cursor=tuple(float(value) for value in cursor) if cursor is not None else None,
        look=replace(view.look, smooth=bool(document.get("smooth", True))),
    )
