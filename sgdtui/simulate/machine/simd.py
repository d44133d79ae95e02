"""Eight walkers' numbers as one: a vector of float64 that a kernel computes with where LLVM would not make one.

LLVM turns a loop over lanes into vectors, but not one that sums, lane by lane, over examples whose rows lie anywhere.
There a kernel takes eight lanes at a time: `eight` reads them, `turned` brings the rows of their examples from the
table and turns them into columns, `+ - * /` work as ever, and `put` writes. Nothing is checked: an array's rows are
longer than the lanes in use by at least seven.
"""

from __future__ import annotations

import operator
from typing import Any

import numba
from llvmlite import ir
from numba.core import datamodel, imputils
from numba.core.typing import templates
from numba.extending import intrinsic
from numba.np import arrayobj

from sgdtui.simulate.machine.shuffles import columns_of_pairs, joined, picked

types: Any = numba.types
_intrinsic: Any = intrinsic
_models: Any = datamodel
_templates: Any = templates
_lowering: Any = imputils
_arrays: Any = arrayobj

LANES = 8
PIECE = 16
"""Bytes of a row that `turned` loads together: rows of a table are whole pieces long."""

_NUMBER = ir.IntType(32)
_VECTOR = ir.VectorType(ir.DoubleType(), LANES)


class _Eight(types.Type):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__(name="eight")


EIGHT = _Eight()


@_models.register_default(_Eight)
class _Model(_models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _VECTOR)


def _spread(builder: Any, number: Any) -> Any:
    single = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), number, _NUMBER(0))
    return builder.shuffle_vector(single, single, ir.Constant(ir.VectorType(_NUMBER, LANES), [0] * LANES))


def _operator(key: Any, instruction: str, operands: list[tuple[Any, ...]]) -> None:
    """Make an operator known for eight numbers: what it may be applied to, and the instruction that it is."""

    def lower(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ARG001
        wide = (
            value if kind == EIGHT else _spread(builder, value)
            for kind, value in zip(signature.args, values, strict=True)
        )
        return getattr(builder, instruction)(*wide)

    cases = [_templates.signature(EIGHT, *kinds) for kinds in operands]
    _templates.infer_global(key)(type("Eight", (_templates.ConcreteTemplate,), {"key": key, "cases": cases}))
    for kinds in operands:
        _lowering.lower_builtin(key, *kinds)(lower)


_BOTH = [(EIGHT, EIGHT), (EIGHT, types.float64), (types.float64, EIGHT)]
for _name, _instruction in {"add": "fadd", "sub": "fsub", "mul": "fmul", "truediv": "fdiv"}.items():
    _operator(getattr(operator, _name), _instruction, _BOTH)
    _operator(getattr(operator, f"i{_name}"), _instruction, _BOTH)
_operator(operator.neg, "fneg", [(EIGHT,)])


def _place(context: Any, builder: Any, kind: Any, array: Any, index: Any) -> Any:
    data = _arrays.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), _VECTOR.as_pointer())


def _eight(typing_context: Any, row: Any, lane: Any) -> Any:  # noqa: ARG001
    """`eight(row, lane)`: the numbers of the eight lanes from `lane` on."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        loaded = builder.load(_place(context, builder, signature.args[0], values[0], values[1]))
        loaded.align = 8
        return loaded

    return EIGHT(row, types.int64), generate


def _put(typing_context: Any, row: Any, lane: Any, value: Any) -> Any:  # noqa: ARG001
    """`put(row, lane, value)`: write them."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        place = _place(context, builder, signature.args[0], values[0], values[1])
        builder.store(values[2], place).align = 8
        return context.get_dummy_value()

    return types.void(row, types.int64, EIGHT), generate


def _from_fours(builder: Any, rows: list[Any]) -> list[Any]:
    """Four columns from eight fours of float32."""
    halves = [joined(builder, [rows[i], rows[i + 4]]) for i in range(4)]
    columns = []
    for low in (0, 2):
        mixed = [place + low for place in (0, 8, 1, 9, 4, 12, 5, 13)]
        first, last = (picked(builder, halves[i], halves[i + 1], mixed) for i in (0, 2))
        for c in (0, 2):
            single = picked(builder, first, last, [place + c for place in (0, 1, 8, 9, 4, 5, 12, 13)])
            columns.append(builder.fpext(single, _VECTOR))
    return columns


def _turned(typing_context: Any, table: Any, place: Any, lane: Any, offset: Any) -> Any:  # noqa: ARG001
    """`turned(table, place, lane, offset)`: the rows that begin at `place[lane]` … in the flat table, from `offset` on,
    turned: a tuple of two columns (of a table in float64) or four (in float32).
    """

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        data, places = (
            _arrays.make_array(signature.args[i])(context, builder, values[i]).data for i in (0, 1)
        )
        piece = ir.VectorType(context.get_data_type(table.dtype), width)
        rows = []
        for i in range(LANES):
            begin = builder.load(builder.gep(places, [builder.add(values[2], values[2].type(i))]))
            at = builder.add(builder.zext(begin, values[3].type), values[3])
            row = builder.load(builder.bitcast(builder.gep(data, [at]), piece.as_pointer()))
            row.align = 4
            rows.append(row)
        columns = (columns_of_pairs if width == 2 else _from_fours)(builder, rows)
        return context.make_tuple(builder, signature.return_type, columns)

    width = PIECE * 8 // table.dtype.bitwidth
    return types.UniTuple(EIGHT, width)(table, place, types.int64, types.int64), generate


eight: Any = _intrinsic(_eight)
put: Any = _intrinsic(_put)
turned: Any = _intrinsic(_turned)
