"""A run on disk: enough to go on with the same walkers, the same random streams and the same view. No pickle.

One `.npz` file, private to its owner, replaced atomically: at every moment of a kill either the old checkpoint or the
new one is whole.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sgdtui.settings.file import write_privately

VERSION = 4
_ARRAY = "array:"
_HEADER = "header"


class CheckpointError(ValueError):
    """The file is no checkpoint that this version can read; the message says which and why."""


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """What was saved: the preset `document` (as the preset room writes it), the ensemble's `state`, and the face's
    `view` (plain JSON).
    """

    document: dict[str, Any]
    state: dict[str, Any]
    view: dict[str, Any]


def save(path: Path, document: Mapping[str, Any], state: Mapping[str, Any], view: Mapping[str, Any]) -> None:
    """Write a checkpoint, mode 0600, in place of the one that may be there.

    `document` and `view` are plain JSON; `state` is a mapping (nested, if need be) of arrays, numbers, texts, lists
    and None. Raises OSError where the disk says no; the old file then still stands.
    """
    arrays: dict[str, NDArray[Any]] = {}
    header = {
        "checkpoint": VERSION,
        "document": _plain(dict(document), "document", {}),
        "state": _plain(dict(state), "state", arrays),
        "view": _plain(dict(view), "view", {}),
    }
    arrays[_HEADER] = np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    write_privately(path, buffer.getvalue())


def load(path: Path) -> Checkpoint:
    """Read a checkpoint. Raises `CheckpointError` for anything but one, FileNotFoundError where there is none."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        header = json.loads(arrays.pop(_HEADER).tobytes())
        version = header["checkpoint"]
        if version != VERSION:
            raise CheckpointError(
                f"{path}: a checkpoint of version {version}; this sgdtui reads version {VERSION}"
            )
        return Checkpoint(
            document=header["document"], state=_with_arrays(header["state"], arrays), view=header["view"]
        )
    except CheckpointError:
        raise
    except FileNotFoundError:
        raise
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise CheckpointError(f"{path}: not a checkpoint ({error})") from None


def _plain(value: Any, where: str, arrays: dict[str, NDArray[Any]]) -> Any:
    """The value as JSON can hold it, its arrays put aside under a name."""
    if isinstance(value, np.ndarray):
        if where.startswith("state"):
            name = f"{_ARRAY}{len(arrays)}"
            arrays[name] = value
            return {_ARRAY: name}
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return {str(key): _plain(item, f"{where}.{key}", arrays) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, f"{where}[{i}]", arrays) for i, item in enumerate(value)]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{where}: a checkpoint cannot hold a {type(value).__name__}")


def _with_arrays(value: Any, arrays: dict[str, NDArray[Any]]) -> Any:
    if isinstance(value, dict):
        if set(value) == {_ARRAY}:
            return arrays[value[_ARRAY]]
        return {key: _with_arrays(item, arrays) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_arrays(item, arrays) for item in value]
    return value
