"""How a run is looked at, as plain JSON: what a checkpoint keeps of it, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sgdtui.predict.registry import PREDICTIONS
from sgdtui.tui.view import ARROWS, View


def document_of(view: View) -> dict[str, Any]:
    """What of a view is worth keeping."""
    return {
        "prediction": view.prediction,
        "arrows": view.arrows,
        "cursor": list(view.cursor) if view.cursor is not None else None,
        "smooth": view.look.smooth,
        "paused": view.snapshot is not None and view.snapshot.paused,
    }


def restored(view: View, document: Mapping[str, Any]) -> View:
    """The view as it was kept; what does not fit any more is left as it is."""
    cursor = document.get("cursor")
    return view.but(
        prediction=_one_of(document.get("prediction"), (*PREDICTIONS.names, "none"), view.prediction),
        arrows=_one_of(document.get("arrows"), (*ARROWS, ""), view.arrows),
        cursor=tuple(float(value) for value in cursor) if cursor is not None else None,
        look=replace(view.look, smooth=bool(document.get("smooth", True))),
    )


def _one_of(kept: object, known: tuple[str, ...], otherwise: str) -> str:
    return kept if isinstance(kept, str) and kept in known else otherwise
