"""Variables of the environment that would mislead Textual, put right before it is imported."""

from __future__ import annotations

import os
from collections.abc import MutableMapping

_COLOUR_SYSTEMS = ("auto", "standard", "256", "truecolor")


def settle(
    environ: MutableMapping[str, str] | None = None, *, on_tty: bool = True, kiosk: bool = False
) -> None:
    """Drop what overrides a real terminal.

    COLUMNS and LINES would win over the real size; a bad TEXTUAL_COLOR_SYSTEM is a KeyError; FORCE_COLOR and
    TTY_COMPATIBLE change rich's mind about what we have detected. On a kiosk nothing of Textual's own may be set from
    outside: TEXTUAL_DRIVER, for one, names a module to import.
    """
    environ = os.environ if environ is None else environ
    if on_tty:
        environ.pop("COLUMNS", None)
        environ.pop("LINES", None)
    if environ.get("TEXTUAL_COLOR_SYSTEM", "auto") not in _COLOUR_SYSTEMS:
        del environ["TEXTUAL_COLOR_SYSTEM"]
    environ.pop("FORCE_COLOR", None)
    environ.pop("TTY_COMPATIBLE", None)
    if kiosk:
        for name in [name for name in environ if name.startswith(("TEXTUAL", "PYTHON", "SGDTUI_"))]:
            if name not in ("SGDTUI_CACHE_DIR", "SGDTUI_STATE_DIR", "SGDTUI_CONFIG_DIR"):
                del environ[name]
