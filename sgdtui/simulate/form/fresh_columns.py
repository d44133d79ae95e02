"""Columns drawn afresh: each distribution as a few lines for one lane, from the lane's own stream."""

from __future__ import annotations

from itertools import accumulate

from sgdtui.model.data import Distribution
from sgdtui.simulate.driver import rng
from sgdtui.simulate.driver.draws import BOX_MULLER, EXPONENTIAL

_UNIT = "(np.float64(word) + 0.5)*2.3283064365386963e-10"


def column_lines(columns: list[tuple[str, Distribution]]) -> list[str]:
    """Lines that give every column (an identifier) a draw of its distribution.

    Normal and exponential draws have the resolution of a float32; two normal columns share one Box–Muller pair. The
    stream is in `seed_a`, `seed_b`.
    """
    lines: list[str] = []
    spare: str | None = None
    for name, distribution in columns:
        if distribution.kind == "normal":
            mean, deviation = distribution.arguments
            if spare is None:
                lines += _normal_pair()
                source, spare = "normal_one", "normal_two"
            else:
                source, spare = spare, None
            lines.append(f"{name} = {mean!r} + {deviation!r}*np.float64({source})")
        else:
            lines += [*rng.next_word("word", "seed_a", "seed_b"), *_from_word(name, distribution)]
    return lines


def _normal_pair() -> list[str]:
    words = [*rng.next_word("word", "seed_a", "seed_b"), *rng.next_word("second_word", "seed_a", "seed_b")]
    return [*words, *EXPONENTIAL, *BOX_MULLER]


def _from_word(name: str, distribution: Distribution) -> list[str]:
    a = distribution.arguments
    match distribution.kind:
        case "uniform":
            return [f"{name} = {a[0]!r} + {a[1] - a[0]!r}*{_UNIT}"]
        case "exponential":
            return [*EXPONENTIAL, f"{name} = {a[0]!r}*np.float64(word_length)"]
        case "bernoulli":
            return [f"{name} = 1.0 if {_UNIT} < {a[0]!r} else 0.0"]
        case _:
            half = len(a) // 2
            total = sum(a[half:])
            bounds = [part / total for part in accumulate(a[half:])]
            lines = [f"word_unit = {_UNIT}", f"{name} = {a[half - 1]!r}"]
            for value, bound in reversed(list(zip(a[: half - 1], bounds[:-1], strict=True))):
                lines.append(f"{name} = {value!r} if word_unit < {bound!r} else {name}")
            return lines
