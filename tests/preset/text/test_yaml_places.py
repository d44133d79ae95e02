from __future__ import annotations

import pytest

from sgdtui.preset.text.yaml_places import MAX_ALIASED, MAX_DEPTH, locate


def value(text: str) -> object:
    located = locate(text, "f")
    assert not located.problems
    return located.value


def problem(text: str) -> str:
    located = locate(text, "f")
    assert located.problems
    return str(located.problems[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1e-3", 1e-3),
        ("1E5", 1e5),
        ("+.5", 0.5),
        ("1.", 1.0),
        ("007", 7),
        ("-3", -3),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        ("1:30", "1:30"),
        ("2024-01-01", "2024-01-01"),
        ("yes", "yes"),
        ("off", "off"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("'1'", "1"),
        ("x < 0", "x < 0"),
    ],
)
def test_a_plain_scalar_is_read_as_people_mean_it(text: str, expected: object) -> None:
    found = value(f"a: {text}")
    assert found == {"a": expected}
    assert type(found["a"]) is type(expected)  # type: ignore[index]


def test_keys_are_text_whatever_they_look_like() -> None:
    assert value("{yes: 1, on: 2, 3: 4, null: 5, true: 6}") == {
        "yes": 1,
        "on": 2,
        "3": 4,
        "null": 5,
        "true": 6,
    }


def test_places_of_keys_and_values() -> None:
    located = locate("a: 1\nb:\n  - x\n  - {c: 'two words'}\n", "f")
    assert (located.keys[("b",)].line, located.keys[("b",)].column) == (2, 1)
    place = located.values[("b", 1, "c")]
    assert (place.line, place.column, place.length) == (4, 9, 11)
    assert located.place(("b", 1, "nowhere")) == located.values[("b", 1)]


@pytest.mark.parametrize(
    ("text", "offset", "column"),
    [
        ("a: x + q", 4, 8),
        ('a: "x + q"', 4, 9),
        ("a: 'it''s q'", 5, 11),
        (r'a: "\x41\u0042\n q"', 4, 18),
    ],
)
def test_a_character_of_a_text_on_one_line_is_found_exactly(text: str, offset: int, column: int) -> None:
    located = locate(text, "f")
    place = located.inside(("a",), offset, 1)
    assert place is not None
    assert (place.line, place.column) == (1, column)


@pytest.mark.parametrize("text", ["a: >\n  x +\n  q\n", "a: |\n  x + q\n", "a: x +\n  q\n", "a: &n x + q\n"])
def test_a_character_of_a_text_on_many_lines_is_where_the_text_starts(text: str) -> None:
    place = locate(text, "f").inside(("a",), 4, 1)
    assert place is not None
    assert (place.line, place.column) == (1, 4)


def test_every_duplicate_key_is_told_with_the_line_of_the_first() -> None:
    located = locate("a: 1\nb: {c: 1, c: 2}\na: 2\n", "f")
    told = [(p.line, p.column, p.message, p.hint) for p in located.problems]
    assert told == [
        (2, 11, "duplicate key 'c'", "it stands on line 2 already"),
        (3, 1, "duplicate key 'a'", "it stands on line 1 already"),
    ]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a: !!python/object/apply:os.system [ls]", "tag"),
        ("a: !!binary aGk=", "tag"),
        ("a: *nowhere", "names nothing"),
        ("a: &x [*x]", "names nothing"),
        ("? [1, 2]\n: 3", "a key is a word"),
        ("? {a: 1}\n: 3", "a key is a word"),
        ("a: 1\n---\nb: 2", "one YAML document"),
        ("a: b: c", "not YAML"),
        ("a: [1, 2", "not YAML"),
        ("\ta: 1", "not YAML"),
        ("a: \x07", "U+0007"),
        ("a: \ud800", "not YAML"),
    ],
)
def test_what_is_refused(text: str, word: str) -> None:
    assert word in problem(text)


def test_deep_nesting_is_refused_before_it_hurts() -> None:
    for text in ("[" * 100_000, "{a: " * 100_000, "- " * 100_000):
        assert f"at most {MAX_DEPTH} levels" in problem(text)


def test_a_billion_laughs_stop_early() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert f"more than {MAX_ALIASED}" in problem("\n".join(lines))


def test_a_few_aliases_are_fine() -> None:
    assert value("a: &d [[-1, 1]]\nb: *d") == {"a": [[-1, 1]], "b": [[-1, 1]]}


def test_huge_integers_do_not_hang() -> None:
    assert value("a: " + "9" * 100_000) == {"a": float("inf")}
