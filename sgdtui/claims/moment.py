"""A result at one time of its series, in the shape of a result, so that the same paths lead into it."""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from typing import Any

from sgdtui.claims.grammar import ClaimError

_TABLES = ("mean", "mean_se", "covariance", "covariance_se")


def at_time(document: Mapping[str, Any], time: float) -> dict[str, Any]:
    """The ensemble averages at `time`: the record within half a step of it, else between its neighbours.

    Holds `mean`, `covariance`, `observables` and each prediction's `distance.tv` at that time, with standard errors
    where the series has them, and the `settings`.

    Raises:
        ClaimError: there is no series, or the time is outside it.
    """
    series = document.get("series") or {}
    times = [float(t) for t in series.get("time") or []]
    if not times:
        raise ClaimError(f"there is no series to look up t = {time:g} in")
    step = _time_step(document.get("settings") or {})
    if time < times[0] - step / 2 or time > times[-1] + step / 2:
        raise ClaimError(f"t = {time:g} is outside the series, which goes from {times[0]:g} to {times[-1]:g}")
    low, high, share = _place(times, time, step)

    def there(values: Any) -> Any:
        return _between(values[low], values[high], share)

    moment: dict[str, Any] = {"time": time, "settings": document.get("settings") or {}}
    moment |= {key: there(series[key]) for key in _TABLES if series.get(key)}
    errors = series.get("observables_se") or {}
    moment["observables"] = {
        name: {"value": there(values), "se": there(errors[name]) if errors.get(name) else None}
        for name, values in (series.get("observables") or {}).items()
    }
    moment["predictions"] = {
        name: {"distance": {"tv": there(values)}} for name, values in (series.get("distance") or {}).items()
    }
    return moment


def _time_step(settings: Mapping[str, Any]) -> float:
    step = settings.get("time_step")
    return float(step) if isinstance(step, int | float) else 0.0


def _place(times: list[float], time: float, step: float) -> tuple[int, int, float]:
    after = min(bisect.bisect_left(times, time), len(times) - 1)
    before = max(after - 1, 0)
    nearest = before if abs(times[before] - time) <= abs(times[after] - time) else after
    slack = step / 2 + 1e-9 * max(abs(time), 1.0)
    if abs(times[nearest] - time) <= slack or after == before:
        return nearest, nearest, 0.0
    return before, after, (time - times[before]) / (times[after] - times[before])


def _between(low: Any, high: Any, share: float) -> Any:
    if isinstance(low, list | tuple):
        return [_between(a, b, share) for a, b in zip(low, high, strict=True)]
    if low is None or high is None:
        return None
    return low + share * (high - low) if share else low
