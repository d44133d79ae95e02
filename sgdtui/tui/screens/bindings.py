"""The keys of the laboratory. Each has a name, by which `keys:` in the settings file gives it another key.

A key means the same on every screen: see `tests/tui/test_keys.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.binding import Binding

LABORATORY: tuple[Binding, ...] = (
    Binding("space", "pause", "Pause", show=False, id="pause"),
    Binding("full_stop", "step", "One step", show=False, id="step"),
    Binding("less_than_sign", "slower", "Slower", show=False, id="slower"),
    Binding("greater_than_sign", "faster", "Faster", show=False, id="faster"),
    Binding("r", "restart", "Reset", show=False, id="reset"),
    Binding("plus,equals_sign,right_square_bracket", "turn_eta(1)", "η up", show=False, id="eta_up"),
    Binding("minus,left_square_bracket", "turn_eta(-1)", "η down", show=False, id="eta_down"),
    Binding("u", "undo", "Undo", show=False, id="undo"),
    Binding("U", "redo", "Redo", show=False, id="redo"),
    Binding("p", "cycle", "Prediction", show=False, id="prediction"),
    Binding("a", "arrows", "Arrows", show=False, id="arrows"),
    Binding("f", "full", "Full", show=False, id="full"),
    Binding("d", "decide", "Decide", show=False, id="decide"),
    Binding("s", "smooth", "Smoothing", show=False, id="smooth"),
    Binding("c", "compare", "Compare", show=False, id="compare"),
    Binding("e", "export", "Export", show=False, id="export"),
    Binding("o", "presets", "Open", show=False, id="open"),
    Binding("t", "tour", "Tour", show=False, id="tour"),
    Binding("w", "map", "Map of the sweep", show=False, id="map"),
    Binding("m", "maximise", "Maximise", show=False, id="maximise"),
    Binding("ctrl+o", "jump", "Jump", show=False, id="jump"),
    Binding("l", "edit('loss')", "Loss", show=False, id="loss"),
    Binding("n", "edit('noise')", "Noise", show=False, id="noise"),
    Binding("tab", "next_panel(1)", "Next panel", show=False, priority=True, id="next_panel"),
    Binding("shift+tab", "next_panel(-1)", "Panel before", show=False, priority=True, id="panel_before"),
    Binding("question_mark", "help", "Help", show=False, id="help"),
    Binding("left", "cursor(-1, 0)", "Φ left", show=False),
    Binding("right", "cursor(1, 0)", "Φ right", show=False),
    Binding("up", "cursor(0, 1)", "Φ up", show=False),
    Binding("down", "cursor(0, -1)", "Φ down", show=False),
    Binding("escape", "leave", "Leave", show=False),
    Binding("ctrl+l", "app.redraw", "Redraw", show=False, id="redraw"),
    Binding("q", "app.quit", "Quit", show=False, id="quit"),
)

NAMES: tuple[str, ...] = tuple(binding.id for binding in LABORATORY if binding.id is not None)
"""What may be given another key."""


def keys_of(wanted: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """The wanted keys by name, and one line on the names that there are not ("" where there are none)."""
    known = {name: key for name, key in wanted.items() if name in NAMES}
    unknown = [name for name in wanted if name not in NAMES]
    if not unknown:
        return known, ""
    return known, f"settings: keys: there is no {', '.join(unknown)}; there are {', '.join(NAMES)}"


def action_name(action: str) -> str | None:
    """The name of the key that does an action, as it is written in a footer."""
    return next((binding.id for binding in LABORATORY if binding.action == action), None)
