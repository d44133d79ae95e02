"""Predicted laws: where the walkers should settle.

The room may be called: `sgdtui.predict("double-well", eta=0.1)` is `sgdtui.script.predict.predict`. Python binds a
package's name in its parent when it is imported, so that a function `sgdtui.predict` beside it would be overwritten.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class _Room(ModuleType):
    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """See `sgdtui.script.predict.predict`."""
        return import_module("sgdtui.script.predict").predict(*arguments, **named)


sys.modules[__name__].__class__ = _Room
