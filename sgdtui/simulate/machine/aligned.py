"""Memory that begins with a line of the cache: a vector that lies across two lines costs twice."""

from __future__ import annotations

from typing import Any

import numpy as np

from sgdtui.simulate.driver.layout import LINE


def aligned_zeros(kind: Any, rows: Any, columns: Any) -> Any:
    """Zeros of a numpy type, (rows, columns). Plain numpy, which numba compiles too."""
    room = np.zeros(rows * columns + LINE, kind)
    first = -room.ctypes.data % LINE // room.itemsize
    return room[first : first + rows * columns].reshape(rows, columns)
