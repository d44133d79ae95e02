"""How the rows of a network lie in memory: whole pieces of 16 bytes, in the kernel's precision, seen as float64."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sgdtui.model.network import NetworkSystem

PIECE = 16
"""Bytes that are loaded together."""


@dataclass(frozen=True, slots=True)
class Packed:
    """`rows` as the kernel is handed them; `width` numbers of the kernel's precision a row, `piece` of them a piece."""

    rows: NDArray[np.float64]
    width: int
    piece: int


@lru_cache(maxsize=4)
def packed(system: NetworkSystem, single: bool) -> Packed:
    """The rows to learn from, the target last."""
    piece = PIECE // (4 if single else 8)
    n, columns = system.rows.shape
    width = -(-columns // piece) * piece
    rows = np.zeros((n, width), dtype=np.float32 if single else np.float64)
    rows[:, :columns] = system.rows
    return Packed(rows.view(np.float64), width, piece)
