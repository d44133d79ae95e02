from __future__ import annotations

from pathlib import Path

import sgdtui
from sgdtui.export.preset import text, write
from sgdtui.preset.change import changed
from sgdtui.preset.load import load, load_text


def test_the_exported_preset_reproduces_the_run_and_says_where_it_is_from(tmp_path: Path) -> None:
    e = changed(load("experiment/double-well-tanh"), {"seed": 7, "eta": 0.25, "s": 2})
    first = text(e).split("\n")[:5]
    assert first[:3] == [f"# sgdtui: {sgdtui.__version__}", "# preset: double-well-tanh", "# seed: 7"]
    assert write(tmp_path / "out.yaml", e) == (tmp_path / "out.yaml",)
    for back in (load(tmp_path / "out.yaml"), load_text(text(e), name=e.name)):
        assert (back.system, back.parameters, back.dynamics, back.run) == (
            e.system,
            e.parameters,
            e.dynamics,
            e.run,
        )


def test_a_name_cannot_break_out_of_the_comment() -> None:
    e = load_text("loss: x**2", name="a\nloss: exp(x)")
    assert load_text(text(e)).system == e.system
