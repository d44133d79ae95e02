"""A terminal laboratory for one question: where does stochastic gradient descent settle?

`sgdtui.run("double-well", eta=0.1)` runs a preset to its end; `sgdtui.load` reads one; `sgdtui.Lab` runs one in
threads. Each is imported when it is first asked for, so that `import sgdtui` costs next to nothing.
"""

from __future__ import annotations

from typing import Any

__version__ = "0.2.0.dev0"
__all__ = ["Experiment", "Lab", "PresetError", "__version__", "load", "run"]

_HOMES = {
    "Experiment": "sgdtui.model.experiment",
    "Lab": "sgdtui.lab.live",
    "PresetError": "sgdtui.preset.text.problem",
    "load": "sgdtui.preset.load",
    "run": "sgdtui.lab.run",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'sgdtui' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
