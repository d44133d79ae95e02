"""A result as a numpy archive: every array of the document under its path, the rest as JSON text. No pickle."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from sgdtui.export.provenance import provenance
from sgdtui.settings.file import write_atomically


def arrays(document: dict[str, Any]) -> dict[str, np.ndarray[Any, np.dtype[Any]]]:
    """Every number and list of numbers by its path ("histogram/density", "observables/left/value"), null as NaN.

    "document" holds the whole document as JSON text and "provenance" where it came from.
    """
    found = dict(_numbers(document, ""))
    found["document"] = np.array(json.dumps(document, allow_nan=False))
    found["provenance"] = np.array(json.dumps(provenance(document)))
    return found


def write(path: Path, document: dict[str, Any]) -> None:
    """Write the archive (compressed), atomically."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays(document))
    write_atomically(path, buffer.getvalue())


def _numbers(value: Any, path: str) -> Iterator[tuple[str, np.ndarray[Any, np.dtype[Any]]]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _numbers(item, f"{path}/{key}" if path else str(key))
    elif isinstance(value, bool) or value is None or isinstance(value, str):
        return
    elif isinstance(value, int | float):
        yield path, np.array(value, dtype=np.float64)
    elif isinstance(value, list) and value and _numeric(value):
        try:
            yield path, np.array(value, dtype=np.float64)
        except ValueError:
            # Axes of different numbers of bins: one array an axis.
            for i, item in enumerate(value):
                yield from _numbers(item, f"{path}/{i}")


def _numeric(value: Any) -> bool:
    if isinstance(value, list):
        return all(_numeric(item) for item in value)
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
