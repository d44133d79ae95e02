"""How many steps' draws are made at once."""

from __future__ import annotations

import math


def steps_in_round(per_step: int, multiple: int) -> int:
    """Steps in a round: about eight rows of draws, and a whole number of what the law makes at a time."""
    if per_step == 0:
        return 8
    least = multiple // math.gcd(multiple, per_step)
    return max(least, least * (8 // (least * per_step)))
