"""A view goes into a checkpoint and comes back; what no longer fits leaves no trace."""

from __future__ import annotations

import json
from dataclasses import replace

from sgdtui.tui.draw.look import Look
from sgdtui.tui.view import ARROWS, View
from sgdtui.tui.view_state import document_of, restored
from tests.tui import synthetic


def test_it_comes_back_through_json() -> None:
    snapshot = replace(synthetic.double_well(), paused=True)
    view = View(
        snapshot=snapshot, look=Look(smooth=False), prediction="transfer", arrows=ARROWS[1],
        cursor=(0.5,),
    )  # fmt: skip
    document = json.loads(json.dumps(document_of(view)))
    assert document["paused"] is True
    back = restored(View(), document)
    assert (back.prediction, back.arrows, back.cursor, back.look.smooth) == (
        "transfer", ARROWS[1], (0.5,), False,
    )  # fmt: skip


def test_what_there_is_not_any_more_is_left_out() -> None:
    back = restored(
        View(), {"arrows": ["velocity", "of an earlier version"], "prediction": "of a later version"}
    )
    assert back.arrows == View().arrows
    assert back.prediction == "gibbs"
    assert back.cursor is None
