"""The house: no two files import each other, forms are named by their owners alone, and the steps that
ARCHITECTURE.md gives name files that exist.
"""

from __future__ import annotations

import ast
import re
from fnmatch import fnmatch
from pathlib import Path

import sgdtui

ROOM = Path(sgdtui.__file__).parent
HOME = Path(__file__).resolve().parent.parent


def modules() -> dict[str, Path]:
    found = {}
    for path in ROOM.rglob("*.py"):
        parts = path.relative_to(ROOM.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports() -> dict[str, set[str]]:
    """What each file imports of the house, at its top or inside a function."""
    known = modules()
    graph = {}
    for name, path in known.items():
        graph[name] = {
            target if (target := f"{node.module}.{alias.name}") in known else str(node.module)
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sgdtui.")
            for alias in node.names
        } & known.keys()
    return graph


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Tarjan's strongly connected components of more than one file."""
    found: list[list[str]] = []
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []

    def visit(name: str) -> None:
        order[name] = low[name] = len(order)
        stack.append(name)
        for other in graph[name]:
            if other not in order:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], order[other])
        if low[name] == order[name]:
            members = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(members) > 1:
                found.append(sorted(members))

    for name in graph:
        if name not in order:
            visit(name)
    return found


def test_no_two_files_import_each_other() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]
    assert circles(imports()) == []


def test_the_steps_of_the_architecture_name_files_that_exist() -> None:
    text = (HOME / "ARCHITECTURE.md").read_text()
    steps = text[text.index("## How to add") :]
    named = re.findall(r"`((?:sgdtui|tests|presets|docs)/[\w./-]+)`", steps)
    assert len(named) > 10
    assert [name for name in named if not (HOME / name).exists()] == []


OWNERS = {
    "GradientSystem": {"model/gradient.py", "preset/forms/gradient.py"},
    "DriftSystem": {"model/drift.py", "model/gradient.py", "preset/forms/drift.py"},
    "HopSystem": {
        "model/hops.py", "preset/forms/hops.py", "simulate/form/hops.py", "predict/chain/detailed_balance.py",
    },
    "TumbleSystem": {
        "model/tumble.py", "preset/forms/tumble.py", "simulate/form/tumble.py", "predict/diffusion/run_and_tumble.py",
    },
    "NetworkSystem": {
        "model/network*.py", "preset/forms/network.py", "simulate/form/network*.py", "model/fields.py",
        "model/quantities.py", "predict/network/report.py",
    },
    "SampleSystem": {
        "model/sample*.py", "model/drawn*.py", "model/polynomial_fields.py", "model/fields.py",
        "preset/forms/sample.py",
        "predict/chain/minibatch*.py", "simulate/form/minibatch_sgd.py", "simulate/form/batch_draws.py",
        "simulate/form/quadrature.py", "simulate/form/fresh_columns.py", "simulate/form/tabled_sde.py",
        "predict/chain/drawn_steps.py", "predict/linear/mean_square_edge.py", "lab/own_table.py",
    },
}  # fmt: skip
"""The files that may name a form's class: its mathematics, its text, its kernel and what only it can be asked."""


def names_of(path: Path) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}


def test_nobody_but_its_owners_names_a_form() -> None:
    strangers = [
        (form, file)
        for path in ROOM.rglob("*.py")
        for form in sorted(OWNERS.keys() & names_of(path))
        if not any(fnmatch(file := str(path.relative_to(ROOM)), owner) for owner in OWNERS[form])
    ]
    assert strangers == []


def test_nobody_but_registries_and_owners_asks_for_the_word_of_a_form() -> None:
    """`system.form` is compared with a word nowhere: what a form can do is asked instead."""
    asking = [
        str(path.relative_to(ROOM))
        for path in ROOM.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Compare) and ast.unparse(node.left).endswith("system.form")
    ]
    assert asking == []
