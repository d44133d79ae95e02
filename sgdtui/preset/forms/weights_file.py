"""The arrays of an .npz file, in their order; nothing in it is ever unpickled."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

import numpy as np

from sgdtui.arrays import Array


def arrays_of_file(path: Path) -> list[Array]:
    """The arrays that `numpy.savez` wrote, in their order.

    Raises ValueError, in one sentence, where the file is no .npz, is damaged, or holds anything but real numbers.
    """
    # numpy takes a file of any other kind for a pickle, and its message would advise to load it unsafely.
    if not zipfile.is_zipfile(path):
        raise ValueError("it is not an .npz file")
    found: list[Array] = []
    try:
        with np.load(path, allow_pickle=False) as file:
            for name in file.files:
                array = _numbers(file, name)
                if array is None:
                    raise ValueError(f"'{name}' is not an array of real numbers")
                found.append(array)
    except (OSError, EOFError, MemoryError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"it is damaged: {error}") from None
    return found


def _numbers(file: np.lib.npyio.NpzFile, name: str) -> Array | None:
    """An array in float64; None where it is of anything but real numbers."""
    try:
        array = file[name]
    except ValueError:  # Python objects: they would have to be unpickled
        return None
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
        return None
    return np.asarray(array, dtype=np.float64)
