"""The laws of the noise: compiled functions that fill a block of draws, many lanes at once.

Every function is made from text (it is the same arithmetic many times over, unrolled) and has the signature
`sgdtui.simulate.machine.function_pointer.DRAW_SIGNATURE`: it fills `rows` rows of `lanes` float32 draws, each the
mean of `batch` independent draws of the law, from the generators in `a_words`, `b_words`, and leaves these advanced.

gaussian    Box–Muller from two 32-bit uniforms in float32: a draw is off by at most a few 1e-7 (of itself, or of one
            near the origin), its reach is ±6.66, its moments are exact to 1e-6. The batch is left to the caller: it
            only scales.
rademacher  ±1 by the highest bit of a word, the mean of `batch` of them.
uniform     on ±√3.
laplace     density exp(-√2|z|)/√2.
student-t   ν degrees of freedom by Bailey's polar method, scaled to variance one; reach (2³²)^{1/ν}.
stable      symmetric, characteristic function exp(-|t|^α), by Chambers, Mallows and Stuck. The batch only scales.
"""

from __future__ import annotations

import math

import numpy as np

from sgdtui.expression import polynomial
from sgdtui.simulate.driver import rng

SCALED_BY_CALLER = frozenset({"gaussian", "stable"})
"""The laws whose mean over a batch is one draw, scaled."""

MULTIPLE = {"gaussian": 2}
"""How many rows a law makes at a time (one where it is not named)."""

_float32 = np.float32

# -log(1.5 + z) for |z| ≤ ½, to 4e-8; cos t and sin(t)/t in t² for |t| ≤ π/4, to 3e-8 (Chebyshev interpolation).
_LOG = (
    -4.0546510811e-01,
    -6.6666617554e-01,
    2.2222192639e-01,
    -9.8791445449e-02,
    4.9398383629e-02,
    -2.5969792103e-02,
    1.4410552896e-02,
    -1.0238179753e-02,
    6.0066050431e-03,
)
_COS = (9.9999997233e-01, -4.9999856419e-01, 4.1655014925e-02, -1.3585779265e-03)
_SIN = (9.9999999692e-01, -1.6666650674e-01, 8.3320357856e-03, -1.9503904251e-04)

NAMES: dict[str, object] = {
    **rng.NAMES,
    "np": np,
    "math": math,
    "float32": _float32,
    "int32": np.int32,
    "ONE": _float32(1.0),
    "LOWEST": np.uint32(1),
    "MANTISSA": np.int32(23),
    "FRACTION": np.int32(0x7FFFFF),
    "UNIT": np.int32(0x3F800000),
    "MIDDLE": _float32(1.5),
    "OCTAVE": _float32(127.0 + 32.0),
    "LN2": _float32(math.log(2.0)),
    "EIGHTH": _float32(math.pi / 4 * 2.0**-31),
    "SIGN": np.uint32(0x80000000),
    "BIT": np.uint32(1),
    "BITS": np.uint32(2),
    **{f"LOG_{i}": _float32(c) for i, c in enumerate(_LOG)},
    **{f"COS_{i}": _float32(c) for i, c in enumerate(_COS)},
    **{f"SIN_{i}": _float32(c) for i, c in enumerate(_SIN)},
    "ROOT_3": _float32(math.sqrt(3.0) * 2.0**-31),
    "ROOT_HALF_LENGTH": _float32(math.sqrt(0.5)),
}

# The exponential variate -log(u) of u = word/2³², its lowest bit set so that no logarithm of 0 is taken. As a float u
# is 2^-octave (1.5 + rest); even and odd powers of the rest are summed apart, so that half as many products wait for
# one another. Rounding near u = 1 may give a length of -1e-7: hence its size.
EXPONENTIAL = [
    "word_bits = float32(uint32(word | LOWEST)).view(np.int32)",
    "word_octave = OCTAVE - float32(int32(word_bits >> MANTISSA))",
    "word_rest = int32(int32(word_bits & FRACTION) | UNIT).view(np.float32) - MIDDLE",
    "word_square = word_rest*word_rest",
    "word_even = ((LOG_8*word_square + LOG_6)*word_square + LOG_4)*word_square + LOG_2",
    "word_odd = ((LOG_7*word_square + LOG_5)*word_square + LOG_3)*word_square + LOG_1",
    "word_length = abs(((word_octave*LN2 + LOG_0) + word_even*word_square) + word_odd*word_rest)",
]

# A point of the circle: the angle within ±π/4 from 30 bits of a second word, turned by π/4, its signs from the highest
# two. (cos, sin) = (c - s, c + s)/√2, and 2/√2² drops out against the 2 of sqrt(-2 log u).
BOX_MULLER = [
    "word_radius = math.sqrt(word_length)",
    "turn = float32(int32(second_word << BITS))*EIGHTH",
    "turn_square = turn*turn",
    "turn_cosine = ((COS_3*turn_square + COS_2)*turn_square + COS_1)*turn_square + COS_0",
    "turn_slope = ((SIN_3*turn_square + SIN_2)*turn_square + SIN_1)*turn_square + SIN_0",
    "turn_along = word_radius*turn_cosine",
    "turn_across = word_radius*turn",
    "normal_one = int32(float32(turn_along - turn_across*turn_slope).view(np.int32)"
    " ^ int32(second_word & SIGN)).view(np.float32)",
    "normal_two = int32(float32(turn_along + turn_across*turn_slope).view(np.int32)"
    " ^ int32(uint32(second_word << BIT) & SIGN)).view(np.float32)",
]

_ONE_DRAW: dict[str, list[str]] = {
    "rademacher": [*rng.next_word("word"), "draw = -ONE if word >= SIGN else ONE"],
    "uniform": [*rng.next_word("word"), "draw = float32(int32(word))*ROOT_3"],
    "laplace": [
        *rng.next_word("second_word"),
        "word = uint32(second_word << BIT)",
        *EXPONENTIAL,
        "size = word_length*ROOT_HALF_LENGTH",
        "draw = -size if second_word >= SIGN else size",
    ],
    "student-t": [
        *rng.next_word("word"),
        *rng.next_word("second_word"),
        "v = (np.float64(word) + 0.5)*2.3283064365386963e-10",
        *polynomial.lines("log", "v", "log_v"),
        "power = -2.0/shape*log_v",
        *polynomial.lines("exp", "power", "grown"),
        "angle = np.float64(int32(second_word))*1.4629180792671596e-09",
        *polynomial.lines("cos", "angle", "cosine"),
        "draw = float32(math.sqrt((shape - 2.0)*(grown - 1.0))*cosine)",
    ],
    "stable": [
        *rng.next_word("word"),
        *rng.next_word("second_word"),
        "angle = (np.float64(int32(second_word)) + 0.5)*7.314590396335798e-10",
        "v = (np.float64(word) + 0.5)*2.3283064365386963e-10",
        "turned = shape*angle",
        *polynomial.lines("sin", "turned", "sine"),
        *polynomial.lines("cos", "angle", "cosine"),
        "other = (1.0 - shape)*angle",
        *polynomial.lines("cos", "other", "third"),
        *polynomial.lines("log", "v", "log_v"),
        "waiting = -log_v",
        *polynomial.lines("log", "cosine", "log_cosine"),
        "ratio = third/waiting",
        *polynomial.lines("log", "ratio", "log_ratio"),
        "exponent = ((1.0 - shape)*log_ratio - log_cosine)/shape",
        *polynomial.lines("exp", "exponent", "size"),
        "draw = float32(sine*size)",
    ],
}

_HEAD = '''def draw(out, streams, rows, lanes, batch, shape):
    """{about}"""
    a_words = streams[0]
    b_words = streams[1]
'''


def source(kind: str) -> str:
    """The text of the function that draws one law. Raises KeyError for a law that is not built."""
    if kind == "gaussian":
        return _gaussian()
    head = _HEAD.format(about=f"Means of a batch of {kind} draws.")
    begin, end = ["a = a_words[j]", "b = b_words[j]"], ["a_words[j] = a", "b_words[j] = b"]
    if kind in SCALED_BY_CALLER:
        lines = [*begin, *_ONE_DRAW[kind], "out[row, j] = draw", *end]
        return head + _loops(["for row in range(rows):", "for j in range(lanes):"], lines)
    lines = [*begin, *_ONE_DRAW[kind], "out[row, j] += draw*share", *end]
    return (
        f"{head}    share = float32(1.0/batch)\n"
        + _loops(["for row in range(rows):"], ["out[row, :lanes] = ZERO"])
        + _loops(["for _ in range(batch):", "for j in range(lanes):"], lines, depth=2)
    )


def _loops(heads: list[str], lines: list[str], depth: int = 1) -> str:
    """Lines within loops within one another, the outermost `depth` steps in."""
    inside = [f"{' ' * 4 * (depth + len(heads))}{line}\n" for line in lines]
    return "".join([f"{' ' * 4 * (depth + i)}{head}\n" for i, head in enumerate(heads)] + inside)


def _gaussian() -> str:
    """Words, then lengths, then points: three short loops, whose instructions wait less for each other than one's."""
    word, second_word = (f"float32(out[{row}, j]).view(np.uint32)" for row in ("row", "row + 1"))
    words = [
        "a = a_words[j]",
        "b = b_words[j]",
        *rng.next_word("word"),
        "out[row, j] = word.view(np.float32)",
        *rng.next_word("second_word"),
        "out[row + 1, j] = second_word.view(np.float32)",
        "a_words[j] = a",
        "b_words[j] = b",
    ]
    lengths = [f"word = {word}", *EXPONENTIAL, "out[row, j] = word_length"]
    points = [
        "word_length = out[row, j]",
        f"second_word = {second_word}",
        *BOX_MULLER,
        "out[row, j] = normal_one",
        "out[row + 1, j] = normal_two",
    ]
    text = _HEAD.format(about="Standard normal draws, a pair of rows at a time by Box and Muller's method.")
    text += _loops(["for row in range(0, rows, 2):"], [])
    return text + "".join(
        _loops(["for j in range(lanes):"], lines, depth=2) for lines in (words, lengths, points)
    )


NAMES["ZERO"] = _float32(0.0)
