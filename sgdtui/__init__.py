"""A terminal laboratory for one question: where does stochastic gradient descent settle?

`sgdtui.run("double-well", eta=0.1)` runs a preset to its end, `sgdtui.predict` foretells without a walker,
`sgdtui.sweep` runs many; `sgdtui.load` reads one and `sgdtui.check` says what is wrong with it. Each is imported when
it is first asked for, so that `import sgdtui` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sgdtui.export.figure import figure as figure
    from sgdtui.lab.live import Lab as Lab
    from sgdtui.lab.result import Result as Result
    from sgdtui.model.experiment import Experiment as Experiment
    from sgdtui.preset.text.problem import PresetError as PresetError
    from sgdtui.script.check import check as check
    from sgdtui.script.load import load as load
    from sgdtui.script.predict import predict as predict
    from sgdtui.script.run import run as run
    from sgdtui.script.sweep import sweep as sweep

__version__ = "0.2.0.dev0"
__all__ = [
    "Experiment",
    "Lab",
    "PresetError",
    "Result",
    "__version__",
    "check",
    "figure",
    "load",
    "predict",
    "run",
    "sweep",
]

_HOMES = {
    "Experiment": "sgdtui.model.experiment",
    "Lab": "sgdtui.lab.live",
    "PresetError": "sgdtui.preset.text.problem",
    "Result": "sgdtui.lab.result",
    "check": "sgdtui.script.check",
    "figure": "sgdtui.export.figure",
    "load": "sgdtui.script.load",
    "run": "sgdtui.script.run",
    "sweep": "sgdtui.script.sweep",
}
_WITHIN = {
    "changed": "sgdtui.preset.change",
    "to_pandas": "sgdtui.export.frame",
    "to_xarray": "sgdtui.export.frame",
    "vignette": "sgdtui.export.vignette",
}
"""What methods of an Experiment or a Result ask of rooms above their own."""


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name == "predict":  # the room, which may be called: see there
        return import_module("sgdtui.predict")
    if name not in _HOMES and name not in _WITHIN:
        raise AttributeError(f"module 'sgdtui' has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name) or _WITHIN[name]), name)


def __dir__() -> list[str]:
    return __all__
