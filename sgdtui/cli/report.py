"""A result as text to read: what was run, what was measured, what was predicted, and the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sgdtui.compare.distances.registry import DISTANCES
from sgdtui.lab.summary import number, plus_minus, printable
from sgdtui.predict.asymptotic.registry import NUMBERS
from sgdtui.predict.registry import PREDICTIONS

_AGREES = {True: "yes", False: "NO", None: "cannot tell"}


def report(document: dict[str, Any]) -> str:
    """The report of a result's document, lines of at most about a hundred characters, ending in a newline."""
    lines = list(_head(document))
    lines += _measured(document)
    lines += _predictions(document)
    lines += _verdict(document)
    lines += _claims(document["claims"])
    for name, variant in document["variants"].items():
        lines += ["", f"variant {printable(name)}", *(_indented(_measured(variant)))]
        lines += _indented([*_predictions(variant), *_verdict(variant)])
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _rule(settings: dict[str, Any]) -> str:
    """The rule of the step and its numbers, where it is not plain SGD."""
    rule, told = settings["optimizer"], ""
    if isinstance(rule, dict):
        ((name, numbers),) = rule.items()
        told = f", {name} " + ", ".join(f"{key} {number(value)}" for key, value in numbers.items())
    elif rule != "sgd":
        told = f", {rule}"
    return told + "".join(
        f", {key} {number(settings[key])}" for key in ("dampening", "decay") if settings[key]
    )


def _head(document: dict[str, Any]) -> Iterator[str]:
    settings = document["settings"]
    yield printable(document["title"] or document["preset"])
    kind = f"{settings['kind']}, eta {number(settings['eta'])}, B {settings['batch']}"
    if settings["kind"] == "sde":
        kind += f", dt {number(settings['dt'])}, convention {number(settings['convention'])}"
    if settings["momentum"]:
        kind += f", momentum {number(settings['momentum'])}"
    kind += _rule(settings)
    dials = "".join(f", {printable(name)} {number(value)}" for name, value in settings["parameters"].items())
    yield f"{kind}{dials}, seed {settings['seed']}"
    rate = document["walker_steps_per_second"]
    speed = f", {number((rate or 0) / 1e6)} M walker-steps/s" if rate else ""
    yield (
        f"{settings['walkers']} walkers, {settings['burn_in']} steps of burn-in and {settings['steps']} recorded; "
        f"t = {number(document['time'])}{speed}"
    )
    if not document["complete"]:
        yield "INTERRUPTED: what follows is of the part that was done"
    if not settings["settled"]:
        yield "not settled: the verdict says why"
    if document["lost"]:
        yield f"{document['lost']} walkers lost (they left every bound)"


def _measured(document: dict[str, Any]) -> list[str]:
    variables = document["settings"]["variables"]
    rows = []
    for i, name in enumerate(variables[:8]):
        rows.append((f"mean {name}", document["mean"][i], document["mean_se"][i]))
    for i, name in enumerate(variables[:4]):
        for j in range(i, min(len(variables), 4)):
            label = f"var {name}" if i == j else f"cov {name},{variables[j]}"
            rows.append((label, document["covariance"][i][j], document["covariance_se"][i][j]))
    rows += [(printable(n), o["value"], o["se"]) for n, o in document["observables"].items()]
    width = max(len(label) for label, _, _ in rows)
    lines = [
        "",
        "measured" if document["first_passage"] is None else "measured, of walkers still on their way",
    ]
    lines += [f"  {label:<{width}}  {plus_minus(value, se)}" for label, value, se in rows]
    lines.append(
        f"  {'samples':<{width}}  {document['samples']} (worth {number(document['effective_samples'])})"
    )
    lines += _flow(document["flow"], width) + _passage(document["first_passage"], width)
    return lines


def _flow(flow: dict[str, Any] | None, width: int) -> list[str]:
    if flow is None:
        return []
    lines = []
    if flow["entropy_production"] is not None:
        predicted = flow["predicted_entropy_production"]
        beside = "" if predicted is None else f"   (SDE: {number(predicted)})"
        told = plus_minus(flow["entropy_production"], flow["entropy_production_se"])
        lines.append(f"  {'entropy/t':<{width}}  {told}{beside}")
    if flow["area_rate"]:
        lines.append(f"  {'area/t':<{width}}  {plus_minus(flow['area_rate'], flow['area_rate_se'])}")
    return lines


def _passage(passage: dict[str, Any] | None, width: int) -> list[str]:
    if passage is None:
        return []
    arrived = f"{100 * (passage['fraction'] or 0):.1f} % of the walkers have arrived"
    if passage["mean_steps"] is None:
        lines = [f"  {'passage':<{width}}  no mean: {passage['why_not']}; {arrived}"]
    else:
        told = plus_minus(passage["mean_steps"], passage["se_steps"])
        lines = [f"  {'passage':<{width}}  {told} steps, t = {number(passage['mean_time'])}; {arrived}"]
        if passage["censored"]:
            lines.append(f"  {'':<{width}}  {passage['estimator']}")
    predicted = (
        ("chain_time", "these steps", ""),
        ("predicted_time", "exact", " for the SDE"),
        ("kramers_time", "Kramers", ""),
    )
    for key, name, of in predicted:
        if passage[key] is not None:
            lines.append(f"  {name:<{width}}  t = {number(passage[key])}{of}")
    if passage["sde_time"] is not None:
        bias = plus_minus(passage["bias_dt"], passage["bias_dt_se"])
        told = plus_minus(passage["sde_time"], passage["sde_time_se"])
        lines.append(f"  {'SDE':<{width}}  t = {told}, the bias of dt, {bias}, taken off")
    for name, there in passage["observables"].items():
        beside = "" if there["predicted"] is None else f"   (SDE: {number(there['predicted'])})"
        told = plus_minus(there["value"], there["se"])
        lines.append(f"  {'at exit':<{width}}  {printable(name)} {told}{beside}")
    return lines


def _predictions(document: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    if any(name in PREDICTIONS for name in document["predictions"]):
        shown = [kind for kind in DISTANCES if kind.in_report]
        heads = "".join(f"{kind.plain or kind.label:>23}" for kind in shown)
        lines += ["", f"{'predicted':<18}{heads}   agrees"]
    laws = {name: p for name, p in document["predictions"].items() if name in PREDICTIONS}
    for name, prediction in laws.items():
        cells = "".join(
            f"{distance(prediction['distance'][kind.name], prediction['floor'][kind.name]):>23}"
            for kind in shown
        )
        lines.append(f"  {PREDICTIONS[name].label:<16}{cells}   {_AGREES[prediction['agrees']]}")
    gibbs = document["predictions"].get("gibbs")
    if gibbs is not None and gibbs["temperature"] is not None:
        told = f"  Gibbs at T = {number(gibbs['temperature'])} ({gibbs['rule']})"
        best = gibbs.get("best_fit")
        if best is not None:
            told += f"; at its best T = {number(best['temperature'])} KL {number(best['kl'])} is left"
        lines.append(told)
    for kind in NUMBERS:
        if kind.name in document["predictions"]:
            lines.append(f"  {kind.label:<16}  {_numbers(document['predictions'][kind.name])}")
    bias = document["settings"]["dt_bias"]
    if bias is not None:
        lines.append(f"  dt biases the walkers by TV {number(bias['tv'])}")
    for name, reason in document["why_not"].items():
        detail = document["why_not_detail"].get(name)
        label = (PREDICTIONS if name in PREDICTIONS else NUMBERS)[name].label
        lines.append(f"  no {label}: {reason}" + (f" ({printable(detail)})" if detail else ""))
    return lines


def _numbers(found: dict[str, Any]) -> str:
    """The numbers of a prediction that is no law, in one line."""
    told = []
    for name, value in found.items():
        if name == "value":
            told.append(number(value) if found["se"] is None else plus_minus(value, found["se"]))
        elif name not in ("se", "notes") and isinstance(value, int | float | list):
            told.append(f"{name} {', '.join(map(number, value if isinstance(value, list) else [value]))}")
    return "; ".join(told)


def _verdict(document: dict[str, Any]) -> list[str]:
    return [
        "",
        f"verdict: {document['verdict']}",
        f"  {printable(document['why'])}" if document["why"] else "",
    ]


def _claims(claims: list[dict[str, Any]]) -> list[str]:
    lines = ["", "claims"] if claims else []
    for claim in claims:
        mark = {True: "holds", False: "FAILS", None: "open"}[claim["holds"]]
        measured, expected = claim["measured"], claim["expected"]
        told = plus_minus(measured, claim["se"]) if _is_number(measured) else str(measured)
        said = number(expected) if _is_number(expected) else str(expected)
        within = f" within {number(claim['within'])}" if claim.get("within") is not None else ""
        where = "".join(
            f", {key} {printable(str(claim[key]))}" for key in ("at", "variant") if claim.get(key) is not None
        )
        problem = f": {printable(claim['problem'])}" if claim.get("problem") else ""
        lines.append(
            f"  {mark:<6} {printable(claim['that'])}{where} = {told} (claimed {said}{within}){problem}"
        )
    return lines


def _indented(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def distance(value: float | None, floor: float | None) -> str:
    """A distance with the floor that sampling error alone would show."""
    if value is None:
        return "-"
    return f"{value:.4f} (floor {floor:.4f})" if floor is not None else f"{value:.4f}"
