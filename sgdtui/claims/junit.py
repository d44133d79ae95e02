"""Checked claims as JUnit XML: a suite a preset, a case a claim."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from sgdtui.claims.check import Claim
from sgdtui.claims.verify import Verified


def junit(verified: Sequence[Verified]) -> bytes:
    """The XML document, UTF-8. A preset that could not be run is a case with an error."""
    suites = ElementTree.Element("testsuites", name="sgdtui verify")
    for preset in verified:
        failures = sum(not claim.holds for claim in preset.claims)
        suite = ElementTree.SubElement(
            suites,
            "testsuite",
            name=_clean(preset.name),
            tests=str(len(preset.claims) or 1),
            failures=str(failures),
            errors=str(int(bool(preset.problem))),
            time=f"{preset.seconds:.3f}",
        )
        for claim in preset.claims:
            case = ElementTree.SubElement(
                suite, "testcase", classname=_clean(preset.name), name=_clean(_case_name(claim))
            )
            if not claim.holds:
                failure = ElementTree.SubElement(case, "failure", message=_clean(_message(claim)))
                failure.text = _clean(claim.problem)
        if preset.problem or not preset.claims:
            case = ElementTree.SubElement(suite, "testcase", classname=_clean(preset.name), name="runs")
            if preset.problem:
                error = ElementTree.SubElement(case, "error", message="could not be run")
                error.text = _clean(preset.problem)
    ElementTree.indent(suites)
    return bytes(ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True)) + b"\n"


def _case_name(claim: Claim) -> str:
    where = f" [{claim.variant}]" if claim.variant is not None else ""
    when = f" at t = {claim.at:g}" if claim.at is not None else ""
    return f"{claim.that}{where}{when}"


def _message(claim: Claim) -> str:
    if claim.measured is None and claim.problem:
        return claim.problem
    within = f" within {claim.within:g}" if claim.within is not None else ""
    error = f" ± {claim.se:.2g}" if claim.se else ""
    return f"measured {claim.measured}{error}, expected {claim.expected}{within}"


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return "".join(c if c.isprintable() or c in "\n\t" else "�" for c in text)
