import json
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from sgdtui.claims.junit import junit
from sgdtui.claims.verify import verify
from sgdtui.cli.verify import command
from tests.claims.results import result

GOOD = """
title: Holds
loss: x**2/2
observe: {left: "x < 0"}
expect:
  - {that: left, is: 0.752, within: 0.003}
  - {that: verdict, is: "equilibrium, not gibbs"}
"""
BAD = GOOD.replace("0.752", "0.852").replace("Holds", "Fails")


@pytest.fixture
def presets(tmp_path, monkeypatch):
    """Two preset files, and a lab that finds the same result for any."""
    ran = []

    def run(experiment, *, threads=None, progress=None, **_):
        if experiment.title == "Breaks":
            raise RuntimeError("no such luck")
        ran.append((experiment.name, threads))
        if progress is not None:
            progress(0.5, "sampling")
        return SimpleNamespace(document=lambda: result(), complete=True)

    monkeypatch.setattr("sgdtui.lab.run.run", run)
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "bad.yaml").write_text(BAD)
    (tmp_path / "breaks.yaml").write_text(GOOD.replace("Holds", "Breaks"))
    return SimpleNamespace(folder=tmp_path, ran=ran, path=lambda name: str(tmp_path / f"{name}.yaml"))


def test_a_preset_whose_claims_hold_and_one_whose_do_not(presets):
    good, bad = verify([presets.path("good"), presets.path("bad")], threads=1)
    assert good.holds
    assert good.title == "Holds"
    assert not bad.holds
    assert [claim.holds for claim in bad.claims] == [False, True]


def test_one_preset_gets_every_thread_and_tells_its_progress(presets):
    told = []
    (only,) = verify([presets.path("good")], threads=7, progress=lambda *what: told.append(what))
    assert only.holds
    assert presets.ran == [("good", 7)]
    assert told == [(presets.path("good"), 0.5, "sampling")]


def test_several_run_on_an_executor_with_one_thread_each(presets):
    with ThreadPoolExecutor(2) as executor:
        found = list(verify([presets.path("good"), presets.path("bad")], executor=executor))
    assert {v.title: v.holds for v in found} == {"Holds": True, "Fails": False}
    assert {threads for _, threads in presets.ran} == {1}


def test_what_cannot_be_run_is_a_problem_not_an_exception(presets):
    missing, breaks = verify(["no-such-preset", presets.path("breaks")], threads=1)
    assert "no-such-preset" in missing.problem
    assert breaks.problem == "RuntimeError: no such luck"
    assert not breaks.holds


def test_cancelling_stops_before_the_next(presets):
    found = list(verify([presets.path("good")] * 2, threads=1, cancelled=lambda: bool(presets.ran)))
    assert len(found) == 1


def test_junit_has_a_case_a_claim(presets):
    found = list(verify([presets.path(name) for name in ("good", "bad", "breaks")], threads=1))
    suites = ET.fromstring(junit(found))
    assert [(s.get("tests"), s.get("failures"), s.get("errors")) for s in suites] == [
        ("2", "0", "0"),
        ("2", "1", "0"),
        ("1", "0", "1"),
    ]
    assert "expected 0.852 within 0.003" in suites[1].find("testcase/failure").get("message")


def invoke(*arguments):
    return CliRunner().invoke(command, list(arguments))


def test_command_prints_measured_and_expected_and_exits_by_the_outcome(presets):
    held = invoke(presets.path("good"))
    assert held.exit_code == 0
    assert "0.75 ± 0.004   expected 0.752 ± 0.003   z -0.5" in held.stdout
    assert "2 of 2 claims hold" in held.stdout
    assert held.stderr == ""
    failed = invoke(presets.path("bad"))
    assert failed.exit_code == 1
    assert "1 of 2 claims hold" in failed.stdout


def test_strict_fails_what_proves_little(presets):
    assert invoke(presets.path("good"), "--strict").exit_code == 0
    (presets.folder / "loose.yaml").write_text(GOOD.replace("within: 0.003", "within: 0.03"))
    assert invoke(presets.path("loose")).exit_code == 0
    outcome = invoke(presets.path("loose"), "--strict")
    assert outcome.exit_code == 1
    assert "0.75 ± 0.004" in outcome.stdout
    assert "may be off by 7.5 standard errors" in outcome.stdout
    document = json.loads(invoke(presets.path("loose"), "--strict", "--json").stdout)
    assert document["presets"][0]["claims"][0]["holds"] is False


def test_command_as_json_and_junit(presets):
    target = presets.folder / "out.xml"
    outcome = invoke(presets.path("good"), "--json", "--junit", str(target))
    document = json.loads(outcome.stdout)
    assert document["holds"] is True
    assert document["presets"][0]["claims"][0]["measured"] == 0.75
    assert ET.parse(target).getroot().tag == "testsuites"


def test_command_refuses_what_it_cannot_read_before_running(presets):
    (presets.folder / "silent.yaml").write_text("loss: x**2/2\n")
    (presets.folder / "garbled.yaml").write_text(GOOD.replace("that: left", 'that: "left +"'))
    outcome = invoke(
        presets.path("good"), "no-such-preset", presets.path("silent"), presets.path("garbled"),
        "--junit", str(presets.folder / "nowhere" / "out.xml"),
    )  # fmt: skip
    assert outcome.exit_code == 2
    assert presets.ran == []
    for said in ("no-such-preset", "claims nothing", "missing at the end", "there is no folder"):
        assert said in outcome.stderr


def test_command_interrupted_prints_what_it_has(presets, monkeypatch):
    from sgdtui.lab import run as lab_run

    kept = lab_run.run

    def then_interrupted(experiment, **options):
        if presets.ran:
            raise KeyboardInterrupt
        return kept(experiment, **options)

    monkeypatch.setattr("sgdtui.lab.run.run", then_interrupted)
    outcome = invoke(presets.path("good"), presets.path("bad"), "--threads", "1")
    assert outcome.exit_code == 130
    assert "in 1 of 2 presets; interrupted" in outcome.stdout


@pytest.mark.slow
def test_real_presets_in_processes_agree_with_one_run_here():
    names = ["langevin", "learning-rate-decay"]
    side_by_side = {v.name: v for v in verify(names, threads=2)}
    (here,) = verify(names[:1], threads=2)
    for there, claim in zip(side_by_side[names[0]].claims, here.claims, strict=True):
        if claim.se:
            assert there.measured == claim.measured, "walkers are the same, bit for bit"
        else:  # linear algebra rounds as it has threads
            assert there.measured == pytest.approx(claim.measured, rel=1e-12)
    assert all(v.holds for v in side_by_side.values())
