"""Random streams: one small generator a walker, seeded by a hash of the seed and the walker's number.

The generator is xoroshiro64* (Blackman and Vigna, 2018): two 32-bit words a walker, period 2⁶⁴ - 1, its lowest bits
weak, so that no sign is ever taken from them. Walkers start at places of that one cycle which a counter-based hash
(splitmix64) scatters; two of a million walkers share a stretch of a million draws with probability about 1e-1, and then
only those two walkers are dependent.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MULTIPLIER = 0x9E3779BB
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def streams(seed: int, walkers: int, first: int = 0) -> NDArray[np.uint32]:
    """The generators' states (2, walkers) of the walkers `first`, `first` + 1, …; never both words zero."""
    key = np.random.SeedSequence(seed).generate_state(1, np.uint64)[0]
    with np.errstate(over="ignore"):
        z = key + (np.arange(first + 1, first + walkers + 1, dtype=np.uint64)) * _GOLDEN
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    z[z == 0] = _GOLDEN
    words = np.empty((2, walkers), dtype=np.uint32)
    words[0] = (z & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    words[1] = (z >> np.uint64(32)).astype(np.uint32)
    return words


def next_word(word: str, a: str = "a", b: str = "b") -> list[str]:
    """Source: draw the 32-bit `word` from the generator held in the variables `a` and `b`."""
    return [
        f"{word} = uint32({a}*MULTIPLIER)",
        f"{b} = uint32({b} ^ {a})",
        f"{a} = uint32(uint32(uint32({a} << TURN_A) | uint32({a} >> BACK_A)) ^ {b} ^ uint32({b} << SHIFT_B))",
        f"{b} = uint32(uint32({b} << TURN_B) | uint32({b} >> BACK_B))",
    ]


NAMES: dict[str, object] = {
    "uint32": np.uint32,
    "MULTIPLIER": np.uint32(MULTIPLIER),
    "TURN_A": np.uint32(26),
    "BACK_A": np.uint32(6),
    "SHIFT_B": np.uint32(9),
    "TURN_B": np.uint32(13),
    "BACK_B": np.uint32(19),
}
"""The names that the source of `next_word` uses."""
