"""Columns out of rows, in vector registers: shuffles that the widths of numbers share."""

from __future__ import annotations

from typing import Any

from llvmlite import ir

_WORD = ir.IntType(32)


def picked(builder: Any, one: Any, other: Any, places: list[int]) -> Any:
    """The entries at these places of two vectors laid end to end."""
    mask = ir.Constant(ir.VectorType(_WORD, len(places)), places)
    return builder.shuffle_vector(one, other, mask)


def joined(builder: Any, parts: list[Any]) -> Any:
    """Vectors laid end to end; their number is a power of two."""
    while len(parts) > 1:
        places = list(range(2 * parts[0].type.count))
        parts = [picked(builder, parts[i], parts[i + 1], places) for i in range(0, len(parts), 2)]
    return parts[0]


def columns_of_pairs(builder: Any, rows: list[Any]) -> list[Any]:
    """Two columns of eight from eight rows of two."""
    even, odd = joined(builder, rows[0::2]), joined(builder, rows[1::2])
    return [
        picked(builder, even, odd, [place for i in range(0, 8, 2) for place in (i + c, 8 + i + c)])
        for c in range(2)
    ]
