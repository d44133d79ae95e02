"""The option `--budget`, and the setting of that name."""

from __future__ import annotations

BUDGET_HELP = (
    "Seconds of one core that each prediction may take; what would take more is absent, too costly. [20]"
)


def prediction_seconds(given: float | None) -> float:
    """As given on the command line, else as set, else 20 s."""
    from sgdtui.lab.allowance import HEADLESS
    from sgdtui.settings.settings import load_settings

    if given is not None:
        return given
    settings, _ = load_settings()
    return settings.budget if settings.budget is not None else HEADLESS
