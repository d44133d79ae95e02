from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sgdtui.cli import main
from sgdtui.preset.library import names

run = CliRunner().invoke


@pytest.fixture(autouse=True)
def config_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("config")
    monkeypatch.setenv("SGDTUI_CONFIG_DIR", str(folder))
    return folder


def test_presets_lists_all_kinds(config_folder: Path) -> None:
    (config_folder / "presets" / "loss").mkdir(parents=True)
    (config_folder / "presets" / "loss" / "mine.yaml").write_text("loss: x**2\ntitle: My own")
    done = run(main, ["presets"])
    assert done.exit_code == 0
    assert done.stdout == run(main, ["presets", "list"]).stdout
    assert "My own (yours)" in done.stdout
    for kind in ("experiment", "literature", "loss", "noise"):
        assert f"{kind}:\n" in done.stdout
        assert all(name in done.stdout for name in names(kind))


def test_presets_as_json() -> None:
    for arguments in (["presets", "list", "--json"], ["presets", "--json"]):
        rows = json.loads(run(main, arguments).stdout)
        assert {row["kind"] for row in rows} == {"experiment", "literature", "loss", "noise"}
        assert all(set(row) == {"name", "kind", "title", "about", "origin", "path"} for row in rows)
        assert all(Path(row["path"]).is_file() for row in rows)


def test_presets_show_prints_the_file_without_control_characters(config_folder: Path) -> None:
    done = run(main, ["presets", "show", "loss/quadratic"])
    assert "loss:" in done.stdout
    (config_folder / "presets" / "noise").mkdir(parents=True)
    (config_folder / "presets" / "noise" / "evil.yaml").write_text("covariance: 1 # \x1b]52;c;aGk=\x07\n")
    done = run(main, ["presets", "show", "evil"])
    assert done.exit_code == 0
    assert "\x1b" not in done.stdout
    assert "covariance: 1" in done.stdout


def test_presets_path_says_where(config_folder: Path) -> None:
    done = run(main, ["presets", "path"])
    assert f"personal: {config_folder / 'presets'}  (not there yet)" in done.stdout
    assert "shipped: " in done.stdout


def test_check_tells_every_error_in_every_file(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text("loss: x**2\n")
    (tmp_path / "bad.yaml").write_text("loss: x**\nrun: {seed: -1}\n")
    (tmp_path / "noise.yaml").write_text("covariance: 1 + z\n")
    (tmp_path / "loss.yaml").write_text("loss: x**2\nabout: a loss\ndomain: [[1, 0]]\n")
    files = [str(tmp_path / f"{name}.yaml") for name in ("good", "bad", "noise", "loss")]
    done = run(main, ["check", *files])
    assert done.exit_code == 1
    assert "good.yaml: ok" in done.stdout
    for place in ("bad.yaml:1:10", "bad.yaml:2:13", "noise.yaml:1:17", "loss.yaml:3:9"):
        assert place in done.stdout
    assert "4 files, 3 with errors" in done.stderr
    assert run(main, ["check", files[0]]).exit_code == 0


def test_check_of_a_file_that_cannot_be_read_is_2(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text("loss: x**2\n")
    done = run(main, ["check", str(tmp_path / "nowhere.yaml"), str(tmp_path / "good.yaml")])
    assert done.exit_code == 2
    assert "good.yaml: ok" in done.stdout
    assert "cannot be read" in done.stdout


def test_warnings_are_shown_but_no_failure(tmp_path: Path) -> None:
    file = tmp_path / "half.yaml"
    file.write_text("loss: x**2\nnoise: sqrt(x)\nspace: {domain: [[-1, 1]]}\n")
    done = run(main, ["check", str(file)])
    assert done.exit_code == 0
    assert "warning: noise" in done.stdout
    assert "warning" not in run(main, ["check", "-q", str(file)]).stdout


def test_schema_is_json() -> None:
    for kind in ("experiment", "loss", "noise"):
        schema = json.loads(run(main, ["schema", "--kind", kind]).stdout)
        assert schema["$schema"].endswith("2020-12/schema")
    assert run(main, ["schema"]).stdout == run(main, ["schema", "--kind", "experiment"]).stdout


def test_check_reads_the_claims_too(tmp_path):
    file = tmp_path / "claims.yaml"
    file.write_text(
        'loss: x**2/2\nobserve: {left: "x < 0"}\nexpect:\n'
        '  - {that: "left +", is: 1}\n  - {that: 2*lefft, is: 1}\n  - {that: left, is: 0.5, within: 0.1}\n'
    )
    outcome = CliRunner().invoke(main, ["check", str(file)])
    assert outcome.exit_code == 1
    assert f"{file}:4:19: expect.0.that: something is missing at the end" in outcome.output
    assert f"{file}:5:14: expect.1.that: no quantity named 'lefft'; did you mean left?" in outcome.output
    assert "             ^^^^^" in outcome.output
    assert "expect.2" not in outcome.output
