"""The laws of the noise: compiled functions that fill a block of draws, many lanes at once.

Every function is made from text (it is the same arithmetic many times over, unrolled) and has the signature
`sgdtui.simulate.address.DRAW_SIGNATURE`: it fills `rows` rows of `lanes` float32 draws, each the mean of `batch`
independent draws of the law, from the generators in `a_words`, `b_words`, and leaves these advanced.

gaussian    Box–Muller from two 32-bit uniforms in float32: the resolution of a draw is that of a float32 (6e-8 of its
            size), its reach ±6.66, its moments exact to 1e-6. The batch is left to the caller: it only scales.
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
from sgdtui.simulate import rng

SCALED_BY_CALLER = frozenset({"gaussian", "stable"})
"""The laws whose mean over a batch is one draw, scaled."""

MULTIPLE = {"gaussian": 8}
"""How many rows a law makes at a time (one where it is not named)."""

_float32 = np.float32

# log(1 + z)/z³ - 1/z² + 1/(2z) for a mantissa 1 + z in [√½, √2], in single precision (Cephes logf).
_LOG = (
    3.3333331174e-1,
    -2.4999993993e-1,
    2.0000714765e-1,
    -1.6668057665e-1,
    1.4249322787e-1,
    -1.2420140846e-1,
    1.1676998740e-1,
    -1.1514610310e-1,
    7.0376836292e-2,
)

NAMES: dict[str, object] = {
    **rng.NAMES,
    "np": np,
    "math": math,
    "float32": _float32,
    "int32": np.int32,
    "HALF": _float32(0.5),
    "ONE": _float32(1.0),
    "ROOT_HALF": np.int32(0x3F3504F3),
    "MANTISSA": np.int32(23),
    "WORD": _float32(32.0),
    "LN2": _float32(math.log(2.0)),
    "EIGHTH": _float32(math.pi / 4 * 2.0**-31),
    "SIGN": np.uint32(0x80000000),
    "BIT": np.uint32(1),
    "BITS": np.uint32(2),
    **{f"LOG_{i}": _float32(c) for i, c in enumerate(_LOG)},
    "SIN_1": _float32(-1.6666654611e-1),
    "SIN_2": _float32(8.3321608736e-3),
    "SIN_3": _float32(-1.9515295891e-4),
    "COS_1": _float32(4.166664568298827e-2),
    "COS_2": _float32(-1.388731625493765e-3),
    "COS_3": _float32(2.443315711809948e-5),
    "ROOT_3": _float32(math.sqrt(3.0) * 2.0**-31),
    "ROOT_HALF_LENGTH": _float32(math.sqrt(0.5)),
}

# The exponential variate -log(u/2³²) of a word, half a unit added so that no logarithm of 0 is taken.
EXPONENTIAL = [
    "word_bits = float32(float32(word) + HALF).view(np.int32)",
    "word_octave = int32(int32(word_bits - ROOT_HALF) >> MANTISSA)",
    "word_rest = int32(word_bits - int32(word_octave << MANTISSA)).view(np.float32) - ONE",
    "word_series = LOG_8",
    *(f"word_series = word_series*word_rest + LOG_{i}" for i in range(7, -1, -1)),
    "word_square = word_rest*word_rest",
    "word_length = HALF*word_square - word_rest - word_series*word_rest*word_square"
    " - (float32(word_octave) - WORD)*LN2",
]

# A point of the circle: the angle within ±π/4 from 30 bits of a second word, turned by π/4, its signs from the highest
# two. (cos, sin) = (c - s, c + s)/√2, and 2/√2² drops out against the 2 of sqrt(-2 log u).
BOX_MULLER = [
    "word_radius = math.sqrt(word_length)",
    "turn = float32(int32(second_word << BITS))*EIGHTH",
    "turn_square = turn*turn",
    "turn_sine = turn + turn*turn_square*(SIN_1 + turn_square*(SIN_2 + turn_square*SIN_3))",
    "turn_cosine = ONE - HALF*turn_square + turn_square*turn_square*(COS_1 + turn_square*(COS_2 + turn_square*COS_3))",
    "normal_one = int32(float32(word_radius*(turn_cosine - turn_sine)).view(np.int32)"
    " ^ int32(second_word & SIGN)).view(np.float32)",
    "normal_two = int32(float32(word_radius*(turn_cosine + turn_sine)).view(np.int32)"
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

_HEAD = '''def draw(out_pointer, a_pointer, b_pointer, rows, capacity, lanes, batch, shape):
    """{about}"""
    out = carray(out_pointer, (rows, capacity))
    a_words = carray(a_pointer, (capacity,))
    b_words = carray(b_pointer, (capacity,))
'''


def source(kind: str) -> str:
    """The text of the function that draws one law. Raises KeyError for a law that is not built."""
    if kind == "gaussian":
        body: list[str] = []
        for pair in range(4):
            body += [*rng.next_word("word"), *rng.next_word("second_word"), *EXPONENTIAL, *BOX_MULLER]
            body += [f"out[row + {2 * pair}, j] = normal_one", f"out[row + {2 * pair + 1}, j] = normal_two"]
        text = _HEAD.format(about="Standard normal draws, four Box–Muller pairs at a time.")
        loops = "    for row in range(0, rows, 8):\n        for j in range(lanes):\n"
        indent = " " * 12
        lines = ["a = a_words[j]", "b = b_words[j]", *body, "a_words[j] = a", "b_words[j] = b"]
        return text + loops + "".join(f"{indent}{line}\n" for line in lines)
    text = _HEAD.format(about=f"Means of a batch of {kind} draws.")
    if kind in SCALED_BY_CALLER:
        loops = "    for row in range(rows):\n        for j in range(lanes):\n"
        lines = ["a = a_words[j]", "b = b_words[j]", *_ONE_DRAW[kind], "out[row, j] = draw"]
        lines += ["a_words[j] = a", "b_words[j] = b"]
        return text + loops + "".join(f"{' ' * 12}{line}\n" for line in lines)
    lines = ["a = a_words[j]", "b = b_words[j]", *_ONE_DRAW[kind], "out[row, j] += draw*share"]
    lines += ["a_words[j] = a", "b_words[j] = b"]
    return (
        text
        + "    share = float32(1.0/batch)\n    for row in range(rows):\n        out[row, :lanes] = ZERO\n"
        + "        for _ in range(batch):\n            for j in range(lanes):\n"
        + "".join(f"{' ' * 16}{line}\n" for line in lines)
    )


NAMES["ZERO"] = _float32(0.0)
