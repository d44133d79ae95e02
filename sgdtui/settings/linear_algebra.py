"""One thread for the linear algebra below numpy: the cores step walkers, and threads beside them only wait, awake."""

from __future__ import annotations

import os

VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Where the libraries look for their number of threads, once, when they are loaded."""


def one_thread(*, unless_asked: bool) -> None:
    """Set it for this process and those it starts, before numpy is imported; `unless_asked`: where nothing is set."""
    for variable in VARIABLES:
        if not (unless_asked and variable in os.environ):
            os.environ[variable] = "1"
