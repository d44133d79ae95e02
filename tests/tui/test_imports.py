"""What the first picture does not need is not waited for."""

from __future__ import annotations

import subprocess
import sys

LATER = ("numba", "scipy", "sympy", "plotext", "matplotlib", "pandas", "pyarrow", "xarray")
"""What compiles, predicts, draws elsewhere or reads tables: imported by who uses it, when it is used."""


def test_the_laboratory_is_there_before_what_compiles_and_predicts() -> None:
    code = (
        "import sys\n"
        "import sgdtui.tui.controller.controller, sgdtui.tui.screens.laboratory\n"
        f"print([name for name in {LATER!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
