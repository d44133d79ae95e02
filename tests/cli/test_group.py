from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import sgdtui
from sgdtui.cli import main
from sgdtui.cli.group import VERBS


def test_help_lists_every_verb_without_importing_one() -> None:
    code = (
        "import sys\nfrom sgdtui.cli import main\n"
        "try: main(['--help'], prog_name='sgdtui')\nexcept SystemExit as stop: assert not stop.code\n"
        "heavy = {'numpy', 'numba', 'scipy', 'sympy', 'textual', 'plotext', 'pydantic', 'yaml', 'rich'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "light = {'sgdtui.settings', 'sgdtui.settings.linear_algebra'}\n"
        "ours = {m for m in sys.modules if m.startswith('sgdtui.') and not m.startswith('sgdtui.cli')}\n"
        "assert ours == light, ours\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for verb in VERBS:
        assert f"\n  {verb}" in done.stdout


def test_import_sgdtui_imports_nothing_heavy_and_its_names_are_there() -> None:
    code = (
        "import sys\nbefore = set(sys.modules)\nimport sgdtui\n"
        "new = {m.split('.')[0] for m in set(sys.modules) - before}\n"
        "assert new - set(sys.stdlib_module_names) == {'sgdtui'}, new\n"
        "assert {'run', 'load', 'Lab'} <= set(dir(sgdtui))\n"
        "assert sgdtui.load('quadratic').dimension == 1\n"
        "try: sgdtui.nothing\nexcept AttributeError as error: assert 'nothing' in str(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_python_m_sgdtui_is_the_same() -> None:
    done = subprocess.run([sys.executable, "-m", "sgdtui", "-V"], capture_output=True, text=True, check=True)
    assert done.stdout == f"sgdtui {sgdtui.__version__}\n"


def test_an_unknown_verb_is_answered_with_a_near_one() -> None:
    done = CliRunner().invoke(main, ["runn"])
    assert done.exit_code == 2
    assert "Did you mean 'run'?" in done.stderr
    assert "\x1b" not in CliRunner().invoke(main, ["\x1b[31m"]).stderr


def test_an_interrupt_is_130() -> None:
    from sgdtui.cli.presets import list_presets

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    original, list_presets.callback = list_presets.callback, interrupted
    try:
        done = CliRunner().invoke(main, ["presets"])
    finally:
        list_presets.callback = original
    assert done.exit_code == 130
    assert "Traceback" not in done.output


def test_a_closed_pipe_is_quiet() -> None:
    done = subprocess.run(
        f"{sys.executable} -m sgdtui schema | head -c 1 >/dev/null",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""


def test_a_wrong_preset_ends_in_2_with_its_line_and_no_traceback(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("loss: x**2 + q\n")
    done = CliRunner().invoke(main, ["presets", "show", "nothing-like-it"])
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "there is no preset 'nothing-like-it'" in done.stderr
    done = CliRunner().invoke(main, ["run", str(file)])
    assert done.exit_code == 2
    assert "bad.yaml:1:14" in done.stderr
    assert "^" in done.stderr
    assert "Traceback" not in done.output


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str) -> None:
    done = CliRunner().invoke(main, ["completion", shell])
    assert done.exit_code == 0
    assert "_SGDTUI_COMPLETE" in done.stdout


def test_doctor_is_safe_in_a_pipe() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sgdtui", "doctor"], capture_output=True, text=True, check=True
    )
    assert "\x1b" not in done.stdout
    for word in ("numba", "no terminal", "kernels", "shipped presets"):
        assert word in done.stdout
