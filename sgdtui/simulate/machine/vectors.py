"""Many walkers' numbers as one value: sixteen of float32, eight of float64, or as many 32-bit words.

A kernel that takes many steps of a few walkers at a time keeps their coordinates in registers or in the first-level
cache, which LLVM does not arrange by itself for a loop over lanes. LLVM cuts these vectors to what the processor has
(AVX-512: one register; AVX2: two; NEON: four). Nothing is checked: rows are longer than the lanes in use by at least
fifteen.

    singles(row, lane)      sixteen numbers of a row of float64, rounded to float32; `doubles`: eight as they are
    words(row, lane, like)  as many 32-bit words of a row of uint32 as `like` has numbers
    keep(row, lane, value)  write either, to a row of float64 or uint32
    at(flat, place)         the vector that begins at `place` of a flat array; `set_at(flat, place, value)` writes it
    spread(like, number)    a number in every lane
    drawn(words, n, width)  in every lane where a row of a table begins: width times one of 0, …, n - 1
    next_words(a, b)        the next word of every lane's generator, and the generator's new state
    columns(flat, places, offset)  one piece (16 bytes) of the rows that begin at `places`, turned into columns
    chosen(x, bound, above, else_)  `above` where x > bound; `matched(x, y, one, other)`  `one` where x == y
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numba
from llvmlite import ir
from numba.core import datamodel, imputils
from numba.core.typing import templates
from numba.extending import intrinsic
from numba.np import arrayobj

from sgdtui.simulate.driver.rng import MULTIPLIER
from sgdtui.simulate.machine.shuffles import columns_of_pairs, joined, picked

types: Any = numba.types
_intrinsic: Any = intrinsic
_models: Any = datamodel
_templates: Any = templates
_lowering: Any = imputils
_arrays: Any = arrayobj

SINGLES, DOUBLES = 16, 8
"""Numbers in a vector of float32 and of float64."""

_WORD = ir.IntType(32)
_WIDE = ir.IntType(64)


class Vector(types.Type):  # type: ignore[misc]
    """The type of `count` numbers of one `kind` (float32, float64, uint32)."""

    def __init__(self, kind: str, count: int) -> None:
        self.kind = kind
        self.count = count
        super().__init__(name=f"{count} of {kind}")


_ELEMENT = {"float32": ir.FloatType(), "float64": ir.DoubleType(), "uint32": _WORD}

SIXTEEN = Vector("float32", SINGLES)
EIGHT = Vector("float64", DOUBLES)
WORDS = {SINGLES: Vector("uint32", SINGLES), DOUBLES: Vector("uint32", DOUBLES)}
FLOATS = {"float32": SIXTEEN, "float64": EIGHT}


@_models.register_default(Vector)
class _Model(_models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, llvm(kind))


def llvm(kind: Vector) -> Any:
    """The LLVM type of a vector type."""
    return ir.VectorType(_ELEMENT[kind.kind], kind.count)


def constant(kind: Any, number: float | int) -> Any:
    """The same number in every lane of an LLVM vector type."""
    return ir.Constant(kind, [kind.element(number)] * kind.count)


def splat(builder: Any, number: Any, count: int) -> Any:
    """An LLVM number in `count` lanes."""
    kind = ir.VectorType(number.type, count)
    single = builder.insert_element(ir.Constant(kind, ir.Undefined), number, _WORD(0))
    return builder.shuffle_vector(single, single, ir.Constant(ir.VectorType(_WORD, count), [0] * count))


def _spread_to(builder: Any, kind: Vector, given: Any, number: Any) -> Any:
    """A number of numba's type `given` in every lane of `kind`."""
    element = _ELEMENT[kind.kind]
    if given == types.float64 and kind.kind == "float32":
        number = builder.fptrunc(number, element)
    elif given == types.float32 and kind.kind == "float64":
        number = builder.fpext(number, element)
    return splat(builder, number, kind.count)


def _operator(key: Any, instruction: str, operands: list[tuple[Any, ...]]) -> None:
    """Make an operator known for vectors: what it may be applied to, and the instruction that it is."""

    def lower(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ARG001
        wide = [
            value if isinstance(kind, Vector) else _spread_to(builder, signature.return_type, kind, value)
            for kind, value in zip(signature.args, values, strict=True)
        ]
        return getattr(builder, instruction)(*wide)

    cases = [
        _templates.signature(next(kind for kind in kinds if isinstance(kind, Vector)), *kinds)
        for kinds in operands
    ]
    _templates.infer_global(key)(
        type("Vectors", (_templates.ConcreteTemplate,), {"key": key, "cases": cases})
    )
    for kinds in operands:
        _lowering.lower_builtin(key, *kinds)(lower)


_SCALARS = (types.float64, types.float32)
_BOTH = [(kind, kind) for kind in FLOATS.values()]
_BOTH += [(kind, scalar) for kind in FLOATS.values() for scalar in _SCALARS]
_BOTH += [(scalar, kind) for kind in FLOATS.values() for scalar in _SCALARS]
for _name, _instruction in {"add": "fadd", "sub": "fsub", "mul": "fmul", "truediv": "fdiv"}.items():
    _operator(getattr(operator, _name), _instruction, _BOTH)
    _operator(
        getattr(operator, f"i{_name}"), _instruction, [pair for pair in _BOTH if pair[0] in FLOATS.values()]
    )
_operator(operator.neg, "fneg", [(kind,) for kind in FLOATS.values()])


# --- from and to memory


def _data(context: Any, builder: Any, kind: Any, array: Any, index: Any, vector: Any) -> Any:
    """A pointer to a vector that begins at an index of a contiguous array."""
    data = _arrays.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), vector.as_pointer())


def _loaded(builder: Any, pointer: Any, align: int) -> Any:
    value = builder.load(pointer)
    value.align = align
    return value


def _reader(kind: Vector) -> Callable[..., Any]:
    def read(typing_context: Any, row: Any, lane: Any) -> Any:  # noqa: ARG001
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            stored = ir.VectorType(ir.DoubleType(), kind.count)
            value = _loaded(
                builder, _data(context, builder, signature.args[0], values[0], values[1], stored), 8
            )
            return value if kind.kind == "float64" else builder.fptrunc(value, llvm(kind))

        return kind(row, types.int64), generate

    made: Callable[..., Any] = _intrinsic(read)
    return made


singles: Any = _reader(SIXTEEN)
doubles: Any = _reader(EIGHT)


def _words(typing_context: Any, row: Any, lane: Any, like: Any) -> Any:  # noqa: ARG001
    kind = WORDS[like.count]

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        place = _data(context, builder, signature.args[0], values[0], values[1], llvm(kind))
        return _loaded(builder, place, 4)

    return kind(row, types.int64, like), generate


def _keep(typing_context: Any, row: Any, lane: Any, value: Any) -> Any:  # noqa: ARG001
    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        given = values[2]
        if value.kind == "float32":
            given = builder.fpext(given, ir.VectorType(ir.DoubleType(), value.count))
        place = _data(context, builder, signature.args[0], values[0], values[1], given.type)
        builder.store(given, place).align = 4 if value.kind == "uint32" else 8
        return context.get_dummy_value()

    return types.void(row, types.int64, value), generate


def _at(typing_context: Any, flat: Any, place: Any) -> Any:  # noqa: ARG001
    kind = FLOATS[str(flat.dtype)]

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        pointer = _data(context, builder, signature.args[0], values[0], values[1], llvm(kind))
        return _loaded(builder, pointer, 4)

    return kind(flat, types.int64), generate


def _put(typing_context: Any, flat: Any, place: Any, value: Any) -> Any:  # noqa: ARG001
    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        pointer = _data(context, builder, signature.args[0], values[0], values[1], llvm(value))
        builder.store(values[2], pointer).align = 4
        return context.get_dummy_value()

    return types.void(flat, types.int64, value), generate


def _spread(typing_context: Any, like: Any, number: Any) -> Any:  # noqa: ARG001
    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ARG001
        return _spread_to(builder, like, signature.args[1], values[1])

    return like(like, number), generate


words: Any = _intrinsic(_words)
keep: Any = _intrinsic(_keep)
at: Any = _intrinsic(_at)
set_at: Any = _intrinsic(_put)
spread: Any = _intrinsic(_spread)


# --- random words


def _rotated(builder: Any, value: Any, by: int) -> Any:
    up = builder.shl(value, constant(value.type, by))
    return builder.or_(up, builder.lshr(value, constant(value.type, 32 - by)))


def _next_words(typing_context: Any, a: Any, b: Any) -> Any:  # noqa: ARG001
    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        one, two = values
        word = builder.mul(one, constant(one.type, MULTIPLIER))
        two = builder.xor(two, one)
        one = builder.xor(
            builder.xor(_rotated(builder, one, 26), two), builder.shl(two, constant(two.type, 9))
        )
        return context.make_tuple(builder, signature.return_type, [word, one, _rotated(builder, two, 13)])

    return types.UniTuple(a, 3)(a, b), generate


def _drawn(typing_context: Any, word: Any, n: Any, width: Any) -> Any:  # noqa: ARG001
    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ARG001
        wide = ir.VectorType(_WIDE, word.count)
        product = builder.mul(builder.zext(values[0], wide), splat(builder, values[1], word.count))
        row = builder.lshr(product, constant(wide, 32))
        return builder.trunc(builder.mul(row, splat(builder, values[2], word.count)), llvm(word))

    return word(word, types.uint64, types.uint64), generate


next_words: Any = _intrinsic(_next_words)
drawn: Any = _intrinsic(_drawn)


# --- rows of a table


def _columns_of_fours(builder: Any, rows: list[Any]) -> list[Any]:
    """Four columns of sixteen from sixteen rows of four: a transposition within each quarter of a vector."""
    parts = [joined(builder, rows[i::4]) for i in range(4)]
    low, high = [], []
    for quarter in range(0, 16, 4):
        low += [quarter, 16 + quarter, quarter + 1, 17 + quarter]
        high += [quarter + 2, 18 + quarter, quarter + 3, 19 + quarter]
    columns = []
    for mixed in (low, high):
        one, two = (picked(builder, parts[i], parts[i + 1], mixed) for i in (0, 2))
        for c in (0, 2):
            places = [q + p for q in range(0, 16, 4) for p in (c, c + 1, 16 + c, 17 + c)]
            columns.append(picked(builder, one, two, places))
    return columns


def _columns(typing_context: Any, flat: Any, places: Any, offset: Any) -> Any:  # noqa: ARG001
    kind = FLOATS[str(flat.dtype)]
    width = 16 // (flat.dtype.bitwidth // 8)

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        data = _arrays.make_array(signature.args[0])(context, builder, values[0]).data
        piece = ir.VectorType(_ELEMENT[kind.kind], width)
        begin = builder.gep(data, [values[2]])
        rows = []
        for i in range(kind.count):
            place = builder.zext(builder.extract_element(values[1], _WORD(i)), _WIDE)
            rows.append(_loaded(builder, builder.bitcast(builder.gep(begin, [place]), piece.as_pointer()), 4))
        columns = (_columns_of_fours if width == 4 else columns_of_pairs)(builder, rows)
        return context.make_tuple(builder, signature.return_type, columns)

    return types.UniTuple(kind, width)(flat, places, types.int64), generate


columns: Any = _intrinsic(_columns)


# --- choices


def _chosen(typing_context: Any, x: Any, bound: Any, above: Any, otherwise: Any) -> Any:  # noqa: ARG001
    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ARG001
        wide = _all_wide(builder, x, signature, values)
        return builder.select(builder.fcmp_ordered(">", wide[0], wide[1]), wide[2], wide[3])

    return x(x, bound, above, otherwise), generate


def _matched(typing_context: Any, x: Any, y: Any, one: Any, other: Any) -> Any:  # noqa: ARG001
    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ARG001
        wide = _all_wide(builder, x, signature, values)
        return builder.select(builder.fcmp_ordered("==", wide[0], wide[1]), wide[2], wide[3])

    return x(x, y, one, other), generate


def _all_wide(builder: Any, kind: Vector, signature: Any, values: Any) -> list[Any]:
    return [
        value if isinstance(given, Vector) else _spread_to(builder, kind, given, value)
        for given, value in zip(signature.args, values, strict=True)
    ]


chosen: Any = _intrinsic(_chosen)
matched: Any = _intrinsic(_matched)

NAMES = (
    "singles", "doubles", "words", "keep", "at", "set_at", "spread", "drawn", "next_words", "columns", "chosen",
    "matched",
)  # fmt: skip
"""What a generated step may name."""
