"""Elementary functions of vectors (`sgdtui.simulate.machine.vectors`), in the precision of their lanes.

    exp    everywhere; 0 and infinity beyond what the precision holds
    log    positive normal numbers; minus infinity at 0
    tanh   everywhere
    erf    everywhere
    normal a standard normal deviate from a 32-bit word: the inverse of the distribution function (M. Giles 2010,
           Approximating the erfinv function), good to 1e-6 in either precision

In float32 tanh and erf are the rational approximations of the Eigen library (Benoit Steiner, 2015), within a few units
in the last place; in float64 they are good to 1e-10, through exp and by the polynomials of the expressions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from llvmlite import ir
from numba.extending import intrinsic

from sgdtui.expression.polynomial import ERF, LOG
from sgdtui.simulate.machine.vectors import constant

_intrinsic: Any = intrinsic
_Make = Callable[[Any, Any], Any]

_TANH_OVER = (
    4.89352455891786e-03, 6.37261928875436e-04, 1.48572235717979e-05, 5.12229709037114e-08,
    -8.60467152213735e-11, 2.00018790482477e-13, -2.76076847742355e-16,
)  # fmt: skip
_TANH_UNDER = (4.89352518554385e-03, 2.26843463243900e-03, 1.18534705686654e-04, 1.19825839466702e-06)
_TANH_ENDS = 7.90531110763549805
_ERF_OVER = (
    -1.60960333262415e-02, -2.95459980854025e-03, -7.34990630326855e-04, -5.69250639462346e-05,
    -2.10102402082508e-06, 2.77068142495902e-08, -2.72614225801306e-10,
)  # fmt: skip
_ERF_UNDER = (
    -1.42647390514189e-02, -7.37332916720468e-03, -1.68282697438203e-03, -2.13374055278905e-04,
    -1.45660718464996e-05,
)  # fmt: skip
_ERF_ENDS = 4.0
_NORMAL_MIDDLE = (
    1.50140941, 0.246640727, -0.00417768164, -0.00125372503, 0.000218580870, -4.39150654e-06, -3.5233877e-06,
    3.43273939e-07, 2.81022636e-08,
)  # fmt: skip
_NORMAL_TAIL = (
    2.83297682, 1.00167406, 0.00943887047, -0.0076224613, 0.00573950773, -0.00367342844, 0.00134934322,
    0.000100950558, -0.000200214257,
)  # fmt: skip
_LN2 = (0.693145751953125, 1.4286068203094172e-06)
_EXP_TERMS = {"float32": 8, "float64": 14}
_EXP_ENDS = {"float32": (-87.0, 88.0), "float64": (-708.0, 709.0)}
_BITS = {"float32": (32, 23, 127, 0x3F3504F3), "float64": (64, 52, 1023, 0x3FE6A09E667F3BCD)}
"""Bits, those of the fraction, the bias of the exponent, and √½ as bits."""


def _polynomial(builder: Any, coefficients: Sequence[float], x: Any) -> Any:
    """Lowest coefficient first."""
    total = constant(x.type, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        total = builder.fadd(builder.fmul(total, x), constant(x.type, coefficient))
    return total


def _clipped(builder: Any, x: Any, low: float, high: float) -> Any:
    """NaN stays NaN."""
    lowest, highest = constant(x.type, low), constant(x.type, high)
    x = builder.select(builder.fcmp_ordered("<", x, lowest), lowest, x)
    return builder.select(builder.fcmp_ordered(">", x, highest), highest, x)


def _call(builder: Any, name: str, x: Any) -> Any:
    """One of LLVM's own functions of one argument."""
    letter = "f32" if isinstance(x.type.element, ir.FloatType) else "f64"
    kind = ir.FunctionType(x.type, [x.type])
    full = f"llvm.{name}.v{x.type.count}{letter}"
    module = builder.module
    function = module.globals.get(full) or ir.Function(module, kind, full)
    return builder.call(function, [x])


def _kind(x: Any) -> str:
    return "float32" if isinstance(x.type.element, ir.FloatType) else "float64"


def _exp_parts(builder: Any, x: Any) -> tuple[Any, Any]:
    """2**n and exp(r) - 1, of x = n·ln 2 + r."""
    kind = _kind(x)
    bits, fraction, bias, _ = _BITS[kind]
    x = _clipped(builder, x, *_EXP_ENDS[kind])
    half = constant(x.type, 0.5)
    n = _call(builder, "floor", builder.fadd(builder.fmul(x, constant(x.type, math.log2(math.e))), half))
    r = builder.fsub(x, builder.fmul(n, constant(x.type, _LN2[0])))
    r = builder.fsub(r, builder.fmul(n, constant(x.type, _LN2[1])))
    terms = [1.0 / math.factorial(k) for k in range(1, _EXP_TERMS[kind])]
    p = builder.fmul(r, _polynomial(builder, terms, r))
    whole = builder.fptosi(n, ir.VectorType(ir.IntType(32), x.type.count))
    words = ir.VectorType(ir.IntType(bits), x.type.count)
    whole = whole if bits == 32 else builder.sext(whole, words)
    raised = builder.shl(builder.add(whole, constant(words, bias)), constant(words, fraction))
    # What is no number has no whole part either: it comes back through r.
    return builder.bitcast(raised, x.type), p


def _exp(builder: Any, x: Any) -> Any:
    scale, p = _exp_parts(builder, x)
    found = builder.fadd(scale, builder.fmul(scale, p))
    low, high = _EXP_ENDS[_kind(x)]
    found = builder.select(builder.fcmp_ordered("<", x, constant(x.type, low)), constant(x.type, 0.0), found)
    beyond = builder.fcmp_ordered(">", x, constant(x.type, high))
    return builder.select(beyond, constant(x.type, math.inf), found)


def _log(builder: Any, x: Any) -> Any:
    bits, fraction, _, root_half = _BITS[_kind(x)]
    words = ir.VectorType(ir.IntType(bits), x.type.count)
    raw = builder.bitcast(x, words)
    shift = constant(words, fraction)
    n = builder.ashr(builder.sub(raw, constant(words, root_half)), shift)
    mantissa = builder.bitcast(builder.sub(raw, builder.shl(n, shift)), x.type)
    one = constant(x.type, 1.0)
    s = builder.fdiv(builder.fsub(mantissa, one), builder.fadd(mantissa, one))
    p = builder.fmul(builder.fadd(s, s), _polynomial(builder, LOG, builder.fmul(s, s)))
    count = builder.sitofp(
        builder.trunc(n, ir.VectorType(ir.IntType(32), x.type.count)) if bits == 64 else n, x.type
    )
    found = builder.fadd(builder.fmul(count, constant(x.type, math.log(2.0))), p)
    zero = builder.fcmp_ordered("==", x, constant(x.type, 0.0))
    return builder.select(zero, constant(x.type, -math.inf), found)


def _rational(builder: Any, x: Any, ends: float, over: Sequence[float], under: Sequence[float]) -> Any:
    x = _clipped(builder, x, -ends, ends)
    y = builder.fmul(x, x)
    return builder.fdiv(builder.fmul(x, _polynomial(builder, over, y)), _polynomial(builder, under, y))


def _tanh(builder: Any, x: Any) -> Any:
    if _kind(x) == "float32":
        return _rational(builder, x, _TANH_ENDS, _TANH_OVER, _TANH_UNDER)
    doubled = _clipped(builder, builder.fadd(x, x), -40.0, 40.0)
    scale, p = _exp_parts(builder, doubled)
    grown = builder.fadd(builder.fmul(scale, p), builder.fsub(scale, constant(x.type, 1.0)))
    return builder.fdiv(grown, builder.fadd(grown, constant(x.type, 2.0)))


def _erf(builder: Any, x: Any) -> Any:
    if _kind(x) == "float32":
        return _rational(builder, x, _ERF_ENDS, _ERF_OVER, _ERF_UNDER)
    x = _clipped(builder, x, -_ERF_ENDS, _ERF_ENDS)
    return builder.fmul(x, _polynomial(builder, ERF, builder.fmul(x, x)))


def _sqrt(builder: Any, x: Any) -> Any:
    return _call(builder, "sqrt", x)


def _one_argument(make: _Make) -> Any:
    def function(typing_context: Any, x: Any) -> Any:  # noqa: ARG001
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ARG001
            return make(builder, values[0])

        return x(x), generate

    return _intrinsic(function)


def _normal(typing_context: Any, word: Any, like: Any) -> Any:  # noqa: ARG001
    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:  # noqa: ARG001
        kind = ir.VectorType(ir.FloatType() if like.kind == "float32" else ir.DoubleType(), like.count)
        # u in (-1, 1), never an end: the lowest eight bits are let go, and float32 holds the rest.
        high = builder.lshr(values[0], constant(values[0].type, 8))
        u = builder.fadd(
            builder.fmul(builder.uitofp(high, kind), constant(kind, 2.0**-23)), constant(kind, 2.0**-24 - 1.0)
        )
        one = constant(kind, 1.0)
        w = builder.fneg(_log(builder, builder.fmul(builder.fsub(one, u), builder.fadd(one, u))))
        middle = _polynomial(builder, _NORMAL_MIDDLE, builder.fsub(w, constant(kind, 2.5)))
        tail = _polynomial(builder, _NORMAL_TAIL, builder.fsub(_sqrt(builder, w), constant(kind, 3.0)))
        inner = builder.fcmp_ordered("<", w, constant(kind, 5.0))
        slope = builder.fmul(builder.select(inner, middle, tail), constant(kind, math.sqrt(2.0)))
        return builder.fmul(slope, u)

    return like(word, like), generate


exp: Any = _one_argument(_exp)
log: Any = _one_argument(_log)
tanh: Any = _one_argument(_tanh)
erf: Any = _one_argument(_erf)
normal: Any = _intrinsic(_normal)

NAMES = ("exp", "log", "tanh", "erf", "normal")
"""What a generated step may name."""
