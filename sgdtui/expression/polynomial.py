"""Elementary functions as straight-line arithmetic, so that a loop over lanes stays a vector loop.

A call to libm in the loop costs five sixths of the speed. Each function here is written out as a few assignments: a
reduction of the argument, a polynomial (Chebyshev interpolation, coefficients found with 60 digits), and a way back.
All are good to 1e-10 relative over these ranges, and give NaN for NaN:

    exp            everywhere; 0 below -745, infinite above 709
    log            every normal positive number; -inf at 0, NaN below
    sin, cos, tan  |a| ≤ 1e5, beyond which they lose a digit for each one that the argument gains (as all do)
    sinh, cosh     |a| ≤ 709
    tanh, atan     everywhere
    erf            everywhere (1.5e-8 beyond |a| = 4, where it is taken constant)
    a**b           a > 0 with |b·log a| ≤ 700; whole b for negative a; as numpy otherwise
"""

from __future__ import annotations

from collections.abc import Sequence

FUNCTIONS = frozenset({"exp", "log", "sin", "cos", "tan", "tanh", "sinh", "cosh", "atan", "erf"})

# (exp(r) - 1)/r for |r| ≤ ½ln 2
_EXPM1 = (
    1.0,
    0.49999999999796313,
    0.16666666666648156,
    0.041666666892307004,
    0.008333333353839834,
    0.0013888821408139453,
    0.0001984120851210209,
    2.487631345479937e-05,
    2.7625237795740734e-06,
)
# atanh(s)/s in s², for a mantissa in [√½, √2], where s = (m - 1)/(m + 1)
LOG = (
    0.9999999999999736,
    0.3333333333980384,
    0.19999997441404713,
    0.14286083563821822,
    0.11087103500342053,
    0.09804371906526099,
)
# sin(r)/r and cos(r) in r², for |r| ≤ π/4
_SIN = (
    0.9999999999999957,
    -0.16666666666616184,
    0.008333333323802407,
    -0.00019841263259141957,
    2.755526372174464e-06,
    -2.4755970636461245e-08,
)
_COS = (
    1.0,
    -0.4999999999999924,
    0.041666666666470356,
    -0.0013888888869827173,
    2.4801578485996046e-05,
    -2.7555225561306114e-07,
    2.0629964221812804e-09,
)
# atan(r)/r in r², for |r| ≤ 1
_ATAN = (
    0.9999999999887381,
    -0.3333333295165722,
    0.19999978336217084,
    -0.1428522560816021,
    0.11105306732424464,
    -0.09049179093720577,
    0.07495262378099696,
    -0.06022196387937433,
    0.04364658944281667,
    -0.02600599597760862,
    0.011427633277375594,
    -0.0031954252407363944,
    0.00041922786011272897,
)
# erf(r)/r in r², for |r| ≤ 4
ERF = (
    1.128379167089406,
    -0.3761263886948642,
    0.11283791360442665,
    -0.026866159229078174,
    0.005223955296329964,
    -0.0008548058328800301,
    0.00012053162801076408,
    -1.4913191114608039e-05,
    1.640918988753646e-06,
    -1.619458456181406e-07,
    1.437569111733788e-08,
    -1.1429669693586951e-09,
    8.04433931281272e-11,
    -4.919735282090062e-12,
    2.552341661528124e-13,
    -1.091240049336075e-14,
    3.7123740416804196e-16,
    -9.599170120875488e-18,
    1.7630554233755146e-19,
    -2.0411776464753827e-21,
    1.1166462458009535e-23,
)

_LOG2_E = "1.4426950408889634"
_LN2 = ("0.6931471803691238", "1.9082149292705877e-10")
_TWO_OVER_PI = "0.6366197723675814"
_HALF_PI = ("1.5707963267948966", "6.123233995736766e-17")
_ROOT_HALF_BITS = 0x3FE6A09E667F3BCD


def horner(coefficients: Sequence[float], variable: str) -> str:
    """A polynomial, lowest coefficient first, as nested products."""
    text = repr(coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        sign, size = ("-", -coefficient) if coefficient < 0 else ("+", coefficient)
        text = f"({text})*{variable} {sign} {size!r}" if " " in text else f"{text}*{variable} {sign} {size!r}"
    return text


def lines(function: str, argument: str, target: str) -> list[str]:
    """Assignments that give `target` the function of `argument` (a name or a number).

    Intermediate names begin with the target's. `np` and `math` must be known where the text is compiled.
    """
    return [f"# {target} = {function}({argument})", *_WRITERS[function](argument, target)]


def power_lines(base: str, exponent: str, target: str) -> list[str]:
    """Assignments for base**exponent where the exponent is not a number that can be spelt out as products."""
    t = target
    return [
        f"# {target} = {base}**{exponent}",
        f"{t}_size = abs({base})",
        *_log(f"{t}_size", f"{t}_log"),
        f"{t}_product = {exponent}*{t}_log",
        f"{t}_exponent = 0.0 if {exponent} == 0.0 else {t}_product",
        *_exp(f"{t}_exponent", f"{t}_value"),
        f"{t}_half = 0.5*{exponent}",
        f"{t}_odd = {t}_half != np.floor({t}_half)",
        f"{t}_whole = {exponent} == np.floor({exponent})",
        f"{t}_minus = -{t}_value",
        f"{t}_signed = {t}_minus if {t}_odd else {t}_value",
        f"{t}_below = {t}_signed if {t}_whole else np.nan",
        f"{t} = {t}_below if {base} < 0.0 else {t}_value",
    ]


def _scaled(a: str, t: str) -> list[str]:
    """N and the remainder r of a = n·ln2 + r, r·P(r) = exp(r) - 1, and 2**n.

    Above 709 all is as at 750, where n is too large for a power of two and r is positive: a negative one would make
    infinity minus infinity of it.
    """
    return [
        f"{t}_low = -750.0 if {a} < -750.0 else {a}",
        f"{t}_clipped = 750.0 if {t}_low > 709.0 else {t}_low",
        f"{t}_n = np.floor({t}_clipped*{_LOG2_E} + 0.5)",
        f"{t}_r = ({t}_clipped - {t}_n*{_LN2[0]}) - {t}_n*{_LN2[1]}",
        f"{t}_p = {t}_r*({horner(_EXPM1, f'{t}_r')})",
        f"{t}_m = -1023.0 if {t}_n < -1023.0 else {t}_n",
        f"{t}_bits = 1024.0 if {t}_m > 1024.0 else ({t}_m if {t}_m == {t}_m else 0.0)",
        f"{t}_scale = np.int64(np.int64({t}_bits + 1023.0) << 52).view(np.float64)",
    ]


def _exp(a: str, t: str) -> list[str]:
    return [*_scaled(a, t), f"{t} = {t}_scale + {t}_scale*{t}_p"]


def _log(a: str, t: str) -> list[str]:
    return [
        f"{t}_bits = np.float64({a}).view(np.int64)",
        f"{t}_n = ({t}_bits - {_ROOT_HALF_BITS}) >> 52",
        f"{t}_m = np.int64({t}_bits - ({t}_n << 52)).view(np.float64)",
        f"{t}_s = ({t}_m - 1.0)/({t}_m + 1.0)",
        f"{t}_y = {t}_s*{t}_s",
        f"{t}_p = 2.0*{t}_s*({horner(LOG, f'{t}_y')})",
        f"{t}_finite = ({t}_n*{_LN2[1]} + {t}_p) + {t}_n*{_LN2[0]}",
        f"{t}_above = {t}_finite if {a} < np.inf else {a}",
        f"{t}_below = -np.inf if {a} == 0.0 else np.nan",
        f"{t} = {t}_above if {a} > 0.0 else {t}_below",
    ]


def _quadrant(a: str, t: str) -> list[str]:
    """Sine and cosine of the remainder of a quarter turn, and which quarter it was."""
    return [
        f"{t}_n = np.floor({a}*{_TWO_OVER_PI} + 0.5)",
        f"{t}_r = ({a} - {t}_n*{_HALF_PI[0]}) - {t}_n*{_HALF_PI[1]}",
        f"{t}_y = {t}_r*{t}_r",
        f"{t}_s = {t}_r*({horner(_SIN, f'{t}_y')})",
        f"{t}_c = {horner(_COS, f'{t}_y')}",
        f"{t}_quarter = {t}_n - 4.0*np.floor(0.25*{t}_n)",
    ]


def _sin(a: str, t: str) -> list[str]:
    return [
        *_quadrant(a, t),
        f"{t}_odd = ({t}_quarter == 1.0) | ({t}_quarter == 3.0)",
        f"{t}_size = {t}_c if {t}_odd else {t}_s",
        f"{t}_minus = -{t}_size",
        f"{t} = {t}_minus if {t}_quarter >= 2.0 else {t}_size",
    ]


def _cos(a: str, t: str) -> list[str]:
    return [
        *_quadrant(a, t),
        f"{t}_odd = ({t}_quarter == 1.0) | ({t}_quarter == 3.0)",
        f"{t}_size = {t}_s if {t}_odd else {t}_c",
        f"{t}_minus = -{t}_size",
        f"{t} = {t}_minus if ({t}_quarter == 1.0) | ({t}_quarter == 2.0) else {t}_size",
    ]


def _tan(a: str, t: str) -> list[str]:
    return [
        *_quadrant(a, t),
        f"{t}_odd = ({t}_quarter == 1.0) | ({t}_quarter == 3.0)",
        f"{t}_minus = -{t}_c",
        f"{t}_over = {t}_minus if {t}_odd else {t}_s",
        f"{t}_under = {t}_s if {t}_odd else {t}_c",
        f"{t} = {t}_over/{t}_under",
    ]


def _expm1(a: str, t: str) -> list[str]:
    return [*_scaled(a, t), f"{t} = {t}_scale*{t}_p + ({t}_scale - 1.0)"]


def _tanh(a: str, t: str) -> list[str]:
    return [
        f"{t}_top = 40.0 if {a} > 20.0 else 2.0*{a}",
        *_expm1(f"{t}_top", f"{t}_e"),
        f"{t} = {t}_e/({t}_e + 2.0)",
    ]


def _sinh(a: str, t: str) -> list[str]:
    return [
        f"{t}_size = abs({a})",
        *_expm1(f"{t}_size", f"{t}_e"),
        f"{t}_half = 0.5*({t}_e + {t}_e/({t}_e + 1.0))",
        f"{t}_up = 0.5*{t}_e if {t}_size > 40.0 else {t}_half",
        f"{t}_minus = -{t}_up",
        f"{t} = {t}_minus if {a} < 0.0 else {t}_up",
    ]


def _cosh(a: str, t: str) -> list[str]:
    return [
        f"{t}_size = abs({a})",
        *_exp(f"{t}_size", f"{t}_e"),
        f"{t} = 0.5*({t}_e + 1.0/{t}_e)",
    ]


def _atan(a: str, t: str) -> list[str]:
    return [
        f"{t}_size = abs({a})",
        f"{t}_inverse = 1.0/{t}_size",
        f"{t}_r = {t}_inverse if {t}_size > 1.0 else {t}_size",
        f"{t}_y = {t}_r*{t}_r",
        f"{t}_p = {t}_r*({horner(_ATAN, f'{t}_y')})",
        f"{t}_rest = {_HALF_PI[0]} - {t}_p",
        f"{t}_up = {t}_rest if {t}_size > 1.0 else {t}_p",
        f"{t}_minus = -{t}_up",
        f"{t} = {t}_minus if {a} < 0.0 else {t}_up",
    ]


def _erf(a: str, t: str) -> list[str]:
    return [
        f"{t}_low = -4.0 if {a} < -4.0 else {a}",
        f"{t}_r = 4.0 if {t}_low > 4.0 else {t}_low",
        f"{t}_y = {t}_r*{t}_r",
        f"{t} = {t}_r*({horner(ERF, f'{t}_y')})",
    ]


_WRITERS = {
    "exp": _exp,
    "log": _log,
    "sin": _sin,
    "cos": _cos,
    "tan": _tan,
    "tanh": _tanh,
    "sinh": _sinh,
    "cosh": _cosh,
    "atan": _atan,
    "erf": _erf,
}
