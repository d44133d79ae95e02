"""A result as JSON text: the document itself, with where it came from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sgdtui.export.provenance import provenance
from sgdtui.settings.file import write_atomically


def text(document: dict[str, Any]) -> str:
    """The document on indented lines, lists of numbers on one line each, ending in a newline.

    Raises ValueError for a number that JSON cannot hold: a document has null in its place.
    """
    return _laid_out({**document, "provenance": provenance(document)}, "") + "\n"


def write(path: Path, document: dict[str, Any]) -> None:
    """Write `text` to a file, atomically."""
    write_atomically(path, text(document).encode())


def _laid_out(value: Any, indent: str) -> str:
    if isinstance(value, dict) and value:
        inner = indent + "  "
        items = (
            f"{inner}{json.dumps(key, ensure_ascii=False)}: {_laid_out(item, inner)}"
            for key, item in value.items()
        )
        return "{\n" + ",\n".join(items) + f"\n{indent}}}"
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        inner = indent + "  "
        return "[\n" + ",\n".join(inner + _laid_out(item, inner) for item in value) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
