"""An experiment to the YAML text of a preset that builds it again, and to a file, atomically."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from sgdtui.model.data import Table
from sgdtui.model.experiment import Experiment
from sgdtui.preset.to_document import describe
from sgdtui.settings.file import write_atomically

MAX_CELLS_IN_PLACE = 20_000
"""Larger tables go into a CSV file beside the preset."""


class _Dumper(yaml.SafeDumper):
    """Safe, without aliases; short lists and mappings on one line; texts of several lines as blocks."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Nothing is written as an alias."""
        return True


def _is_leaf(value: Any) -> bool:
    if isinstance(value, Mapping):
        return False
    return not isinstance(value, list) or all(_is_leaf(inner) for inner in value)


def _mapping(dumper: yaml.SafeDumper, value: Mapping[str, Any]) -> yaml.Node:
    short = all(_is_leaf(inner) for inner in value.values()) and len(str(value)) < 90
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=short)


def _list(dumper: yaml.SafeDumper, value: list[Any]) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=_is_leaf(value))


def _string(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    style = "|" if "\n" in value else None
    if style is None and _reads_as_number(value):
        style = "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _reads_as_number(text: str) -> bool:
    """Whether our reader would take the bare text for a number (`1e-3`), which YAML 1.1 takes for text."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def _float(dumper: yaml.SafeDumper, value: float) -> yaml.Node:
    if value.is_integer() and abs(value) < 1e15:
        return dumper.represent_int(int(value))
    text = repr(float(value))
    # YAML 1.1 wants a point in a number with an exponent, or it writes a tag.
    text = text if "." in text else text.replace("e", ".0e")
    return dumper.represent_scalar("tag:yaml.org,2002:float", text)


_Dumper.add_representer(dict, _mapping)
_Dumper.add_representer(list, _list)
_Dumper.add_representer(str, _string)
_Dumper.add_representer(float, _float)


def to_yaml(experiment: Experiment, *, data_file: str | None = None) -> str:
    """The text of a preset that reproduces the experiment, its seed included; loss and noise are written out.

    A table of data stands in the text; `data_file` names a CSV file beside the preset instead.
    """
    document = describe(experiment)
    for key, section in document.items():
        if isinstance(section, Mapping) and isinstance(section.get("data"), Table):
            rows = data_file if data_file is not None else section["data"].rows.tolist()
            document[key] = {**section, "data": rows}
    text: str = yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100, default_flow_style=False
    )
    return text


def write(experiment: Experiment, path: Path, *, heading: str = "") -> tuple[Path, ...]:
    """Write the preset to a file, and a large table of data as CSV beside it. Each file is whole or not there.

    `heading` are comment lines to stand first. Returns the files written. Raises OSError where that cannot be done.
    """
    data = getattr(experiment.system, "data", None)
    if not isinstance(data, Table) or data.rows.size <= MAX_CELLS_IN_PLACE:
        write_atomically(path, (heading + to_yaml(experiment)).encode())
        return (path,)
    table = path.with_suffix(".csv")
    buffer = io.StringIO()
    lines = csv.writer(buffer, lineterminator="\n")
    lines.writerow(data.columns)
    lines.writerows(data.rows.tolist())
    write_atomically(table, buffer.getvalue().encode())
    write_atomically(path, (heading + to_yaml(experiment, data_file=table.name)).encode())
    return (table, path)
