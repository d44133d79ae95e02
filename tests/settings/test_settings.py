from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sgdtui.settings.settings import Settings, load_settings, read_settings, save_settings


def test_a_file_that_is_not_there_gives_the_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "nowhere.yaml") == (Settings(), ())


def test_everything_can_be_set_and_is_saved(tmp_path: Path) -> None:
    settings = Settings(
        theme="nord",
        fps=5,
        ascii=True,
        color="256",
        bandwidth=16,
        threads=2,
        mouse=False,
        keys={"pause": "p"},
    )
    file = tmp_path / "settings.yaml"
    save_settings(settings, file)
    assert load_settings(file) == (settings, ())
    assert file.stat().st_mode & 0o777 == 0o600
    save_settings(Settings(), file)
    assert load_settings(file) == (Settings(), ())


def test_color_256_may_be_a_number() -> None:
    assert read_settings("color: 256", "f")[0].color == "256"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("\ntheem: dark", "f:2: unknown setting 'theem'; did you mean 'theme'?"),
        ("fps: 1000", "f:1: fps: a number is wanted; allowed: 1 <= fps <= 60"),
        ("fps: true", "fps: a number is wanted"),
        ("fps: .nan", "fps: a number is wanted"),
        ("theme: 3", "theme: a theme's name"),
        ("color: 265", "did you mean '256'?"),
        ("color: [1]", "a list is not known"),
        ("mouse: 1", "mouse: true or false"),
        ("threads: 1.5", "threads: a whole number"),
        ("bandwidth: 0", "allowed: 0.5 <= bandwidth"),
        ("keys: p", "keys: a mapping"),
        ("keys: {pause: 'ctrl p'}", "'ctrl p' cannot be a key for 'pause'"),
        ("keys: {pause: p, reset: p}", "'p' is given to two actions"),
        ("[1, 2]", "a mapping is wanted"),
        ("a: b: c", "f:1: this is not YAML"),
        ("theme: !!python/name:os.system x", "not YAML"),
        ("? [a]\n: 1", "not YAML"),
        ("\x1b[31m: 1", "not YAML"),
    ],
)
def test_mistakes_are_told_by_line_and_the_rest_is_kept(text: str, word: str) -> None:
    settings, problems = read_settings(text, "f")
    assert settings == Settings()
    assert len(problems) == 1
    assert word in problems[0]
    assert problems[0].isprintable()


def test_the_right_settings_beside_a_wrong_one_count() -> None:
    settings, problems = read_settings("fps: 0\ntheme: nord\nmouse: false", "f")
    assert (settings.theme, settings.mouse, settings.fps, len(problems)) == ("nord", False, None, 1)


def test_aliases_do_not_explode() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    _, problems = read_settings("\n".join([*lines, "color: *a59", "keys: {p: *a59}"]), "f")
    assert len(problems) == 62


def test_a_huge_or_unreadable_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_bytes(b"#" * 200_000)
    assert "too big" in load_settings(file)[1][0]
    file.write_bytes(b"theme: \xff")
    assert "cannot be read" in load_settings(file)[1][0]
    file.unlink()
    file.mkdir()
    assert "cannot be read" in load_settings(file)[1][0]


@given(st.text(max_size=200))
def test_any_text_gives_settings(text: str) -> None:
    settings, problems = read_settings(text, "f")
    assert isinstance(settings, Settings)
    assert all(problem.isprintable() for problem in problems)
