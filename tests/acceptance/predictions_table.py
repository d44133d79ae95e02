"""The table of docs/predictions.md: which predictions exist for each form of system, worked out by making them.

`python tests/acceptance/predictions_table.py` writes the table again; a test holds it to what the program says.
"""

from __future__ import annotations

from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "predictions.md"
NAMES = ("gibbs", "fokker-planck", "transfer", "gaussian")
BEGIN, END = "<!-- table: begin -->\n", "<!-- table: end -->\n"

# What it is, and a small preset of that kind.
SYSTEMS: tuple[tuple[str, str], ...] = (
    ("`loss` + `noise`, one variable, `sgd`", 'loss: "x**2/2 + x**4/20"\nnoise: "1 + x**2/4"'),
    (
        "… `sde`, any convention",
        'loss: "x**2/2 + x**4/20"\nnoise: "1 + x**2/4"\ndynamics: {kind: sde, convention: 0.3}',
    ),
    (
        "… with a noise `law` that has no variance (`stable`)",
        'loss: "x**2/2"\nnoise: {covariance: "1", law: stable(1.5)}\nspace: {domain: [[-6, 6]]}',
    ),
    ("… with `momentum`", 'loss: "x**2/2"\ndynamics: {momentum: 0.8}'),
    (
        "… with a `schedule`, or `k` or `t` in an expression",
        'loss: "x**2/2"\ndynamics: {schedule: "eta/(1 + k/100)"}\nspace: {domain: [[-3, 3]]}\n'
        "start: {at: [0]}\nrun: {burn_in: 100, steps: 100}",
    ),
    (
        "… as a `swarm`",
        'loss: "x**2/2"\ndynamics: {kind: sde, swarm: {size: 4, coupling: 3}}',
    ),
    (
        "`loss` + `noise`, two variables, `sgd`",
        'variables: [x, y]\nloss: "x**2 + y**2/4"\nnoise: {covariance: [["1", "0.5"], ["0.5", "1"]]}',
    ),
    (
        "… `sde`",
        'variables: [x, y]\nloss: "x**2 + y**2/4"\nnoise: {covariance: [["1", "0.5"], ["0.5", "1"]]}\n'
        "dynamics: {kind: sde}",
    ),
    (
        "`loss` + `noise`, three variables and more",
        'variables: [x, y, z]\nloss: "x**2 + y**2/4 + z**2/2"\nspace: {axes: [x, y], domain: [[-1, 1], [-2, 2]]}',
    ),
    ("`drift` + `noise`, one variable", 'variables: [x]\ndrift: ["-x"]\ndynamics: {kind: sde}'),
    (
        "`drift` + `noise`, two variables",
        'variables: [x, y]\ndrift: ["-x + y", "-x - y"]\ndynamics: {kind: sde}',
    ),
    (
        "`sample`, one weight, rows, with replacement or `distinct`",
        'sample: {loss: "(w*a - b)**2/2", variables: [w], columns: [a, b], data: [[1, 2], [2, 3], [1, -1]]}',
    ),
    (
        "… `reshuffle`",
        'sample: {loss: "(w*a - b)**2/2", variables: [w], columns: [a, b], data: [[1, 2], [2, 3], [1, -1]], '
        "draw: reshuffle}\nspace: {domain: [[-1, 3]]}",
    ),
    (
        "… its `sde`",
        'sample: {loss: "(w*a - b)**2/2", variables: [w], columns: [a, b], data: [[1, 2], [2, 3], [1, -1]]}\n'
        "dynamics: {kind: sde}",
    ),
    (
        "`sample`, one weight, columns drawn afresh",
        'sample: {loss: "(w - a)**2/2", variables: [w], data: {a: "normal(0, 1)"}}',
    ),
    (
        "`sample`, two weights, rows",
        "sample: {model: linear-regression, columns: [a, b], target: b, intercept: true, "
        "data: [[1, 2], [2, 3], [1, -1], [-2, 0]]}",
    ),
    (
        "`sample`, three weights and more",
        "sample: {model: linear-regression, columns: [a, b, c, d], target: d, "
        "data: [[1, 2, 0, 1], [2, 3, 1, -1], [1, -1, 2, 0], [-2, 0, 1, 2], [0, 1, -1, 1]]}\n"
        "space: {axes: [w_a, w_b], domain: [[-4, 4], [-4, 4]]}",
    ),
    ("`hops`", 'hops: {states: 6, rate: "1 + x"}'),
    (
        "`tumble`",
        'tumble: {speed: "1 + x"}\nspace: {domain: [[0, 1]], boundary: reflect}\nstart: {at: [0.5]}',
    ),
)


def row(system: str, preset: str) -> str:
    """One row of the table."""
    from sgdtui.lab.plan import with_domain
    from sgdtui.lab.predictions import bin_edges, foresee
    from sgdtui.preset.change import changed
    from sgdtui.preset.load import load_text

    experiment = load_text(preset, name="table")
    bins = {} if experiment.system.form == "hops" else {"run.bins": 32}
    experiment = with_domain(changed(experiment, {**bins, "run.walkers": 1024}))
    *_, foresight = foresee(experiment, bin_edges(experiment))
    cells = []
    for name in NAMES:
        if name in foresight.predictions:
            cells.append("singular: distribution only" if foresight.predictions[name].singular else "yes")
        else:
            cells.append(f"*{foresight.absences[name].reason}*")
    return f"| {system} | {' | '.join(cells)} |\n"


def table() -> str:
    """All rows, with their heading."""
    head = "| system | Gibbs | Fokker–Planck | transfer | Gaussian |\n|---|---|---|---|---|\n"
    return head + "".join(row(*system) for system in SYSTEMS)


def stored() -> str:
    """The table as the document has it."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return text.partition(BEGIN)[2].partition(END)[0]


if __name__ == "__main__":
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    DOCUMENT.write_text(before + BEGIN + table() + END + rest.partition(END)[2], encoding="utf-8")
