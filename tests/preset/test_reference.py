from __future__ import annotations

from pathlib import Path

from sgdtui.preset.reference import reference
from sgdtui.preset.schema import ExperimentSection, json_schema

DOCS = Path(__file__).parents[2] / "docs" / "presets.md"


def test_the_page_in_docs_is_the_one_that_is_made() -> None:
    assert DOCS.read_text(encoding="utf-8") == reference(), "run: sgdtui schema --markdown > docs/presets.md"


def test_the_schema_names_every_key_and_every_range() -> None:
    schema = json_schema()
    assert set(schema["properties"]) == set(ExperimentSection.model_fields)
    assert schema["additionalProperties"] is False
    dynamics = schema["$defs"]["DynamicsSection"]["properties"]
    assert dynamics["eta"]["exclusiveMinimum"] == 0
    assert dynamics["momentum"]["exclusiveMaximum"] == 1
    assert dynamics["kind"]["enum"] == ["sgd", "sde"]
    assert "is" in schema["$defs"]["ExpectSection"]["properties"]
    assert {"loss"} <= set(json_schema("loss")["required"])
    assert {"covariance"} <= set(json_schema("noise")["required"])
