"""The table of docs/claims.md: each claim of the two texts, the experiments that check it, and what they claim.

`python tests/acceptance/claims_table.py` writes the file again after a preset has changed; a test holds it to them.
"""

from __future__ import annotations

from pathlib import Path

from sgdtui.model.experiment import Expectation, Experiment
from sgdtui.preset.load import load

DOCUMENT = Path(__file__).parents[2] / "docs" / "claims.md"

SLIDES, POST, COMMENT = "slides", "post", "comment"

# Number, experiments (the first has the name of the row), where it is from, and the claim in a few words.
ROWS: tuple[tuple[int, tuple[str, ...], str, str], ...] = (
    (
        1,
        ("stationary-law",),
        SLIDES,
        "SGD settles in the Gibbs law: its SDE does, the chain itself is measurably off",
    ),
    (2, ("time-is-eta",), SLIDES, "time is the sum of the learning rates"),
    (3, ("brownian",), SLIDES, "noise alone spreads as ηt"),
    (4, ("langevin",), SLIDES, "isotropic constant noise gives Gibbs at T = η/2, for any loss"),
    (5, ("not-identity",), SLIDES, "correlated noise: not Gibbs, and a current that never stops"),
    (6, ("solvable",), SLIDES, "there is a formula where −Σ⁻¹(2g/η + ∇·Σ) has no curl"),
    (
        7,
        ("law-of-large-numbers", "no-law-of-large-numbers"),
        SLIDES,
        "sums of noises are nearly normal, if they have a variance",
    ),
    (8, ("pollen",), POST, "things gather where noise is quiet (by Itô's rule)"),
    (9, ("uniform-start",), f"{POST}, {COMMENT}", "the current of a uniform crowd is −D′ everywhere inside"),
    (10, ("noise-drift",), POST, "the noise-induced drift is in the current, not in the mean step"),
    (11, ("rock-pile",), COMMENT, "at one temperature the crowd is uniform (anti-Itô)"),
    (12, ("hot-and-cold",), COMMENT, "a temperature gradient gathers, a friction gradient does not"),
    (13, ("birth-death",), COMMENT, "unbiased hops at rate λ settle in 1/λ"),
    (14, ("source-or-destination",), COMMENT, "whose rate it is decides: p ∝ D^(2s−1)"),
    (15, ("diode-resistor",), COMMENT, "a diode at one temperature carries no current (anti-Itô)"),
    (16, ("zero-mean-skewed",), COMMENT, "mean zero, yet on the loud side only a third of the time"),
    (17, ("bettor",), COMMENT, "the mean stays, the median sinks"),
    (18, ("shady-fish",), COMMENT, "run-and-tumble settles in 1/speed"),
    (19, ("swarm",), COMMENT, "coupling weakens a worker's bias"),
    (20, ("flat-or-quiet",), COMMENT, "equal wells, unequal noise: the quiet one wins"),
    (21, ("sharp-and-flat",), COMMENT, "noise like the curvature empties the sharp basin"),
    (22, ("label-noise",), COMMENT, "Σ = 1 + x²: power-law tails, and two best temperatures"),
    (23, ("interpolation",), COMMENT, "the variance grows while almost every walker collapses"),
    (24, ("learning-rate-decay",), COMMENT, "η = 1/(k+1) averages exactly"),
    (25, ("late-drift",), COMMENT, "fast fit, slow flattening by label noise"),
    (26, ("gradient-hacking",), COMMENT, "a switch that changes the noise, and whose noise it is"),
    (27, ("implicit-regularisation",), COMMENT, "finite steps follow a corrected loss"),
    (28, ("reshuffling",), COMMENT, "how the batch is drawn"),
    (
        29,
        ("ill-conditioned", "noisy-curvature"),
        COMMENT,
        "where it diverges: the step, the mean, the variance, the typical walker",
    ),
    (30, ("basin-volume",), COMMENT, "volume decides only without noise or with constant noise"),
    (31, ("least-rattling",), COMMENT, "p ∝ exp(−2R/d) for isotropic noise, and not otherwise"),
    (32, ("changing-goals",), POST, "what changes fast is not learnt"),
    (33, ("useful-sometimes",), POST, "useful on average, lost typically"),
    (34, ("cantor",), SLIDES, "batch 1: a law without a density"),
    (35, ("washboard",), SLIDES, "the SDE escapes, SGD never does"),
    (36, ("heavy-tail", "stable-noise"), SLIDES, "power-law tails from products; stable noise"),
    (37, ("escape",), COMMENT, "how long until the other well"),
    (38, ("collapse",), COMMENT, "label noise pulls two layers to zero: a Gamma law"),
    (
        39,
        ("real-data", "real-data-logistic"),
        SLIDES,
        "real data: exact second moments, and the linearised law",
    ),
    (
        40,
        ("network-law",),
        POST,
        "in a network Σ is like the Hessian, not like I; noise moves the mean and costs η tr Σ/(4B)",
    ),
    (41, ("network-doubled",), SLIDES, "η and B doubled together change the stiff directions only"),
    (42, ("network-valley",), COMMENT, "label noise flattens along a valley of no loss; a swarm is slower"),
    (43, ("network-flat", "network-uneven"), POST, "flat is quiet where residuals do not know the gradient"),
)

HEADER = """\
# What is claimed, and where it is checked

Two texts started this project: David McAllester's slides *Stochastic Gradient Descent (SGD) and Stochastic
Differential Equations (SDEs)* (TTIC 31230, Autumn 2020), and the LessWrong post *SGD's bias, in equations* with the
comments under it. Everything that they describe, claim or ask is an experiment here. `sgdtui launch NAME` shows it,
`sgdtui verify NAME` checks it, and `sgdtui verify` checks them all. A number is exact to the digits shown (quadrature,
linear algebra or enumeration); `±` is the tolerance of the check. `variant: …` is a second run of the same experiment
with the changes that its file names.

| # | experiment | from | the claim | checked |
|---|---|---|---|---|
"""

FOOTER = """
Rows 10, 14, 15, 19 and 26: the texts were wrong or ambiguous there, and the stories say how.

This table is made from the presets by `python tests/acceptance/claims_table.py`.
"""


def table() -> str:
    """The text of docs/claims.md."""
    return HEADER + "".join(_row(*row) for row in ROWS) + FOOTER


def _row(number: int, names: tuple[str, ...], origin: str, claim: str) -> str:
    checked = "<br>".join(_checked(name, load(f"experiment/{name}"), len(names) > 1) for name in names)
    return f"| {number} | {', '.join(f'`{name}`' for name in names)} | {origin} | {claim} | {checked} |\n"


def _checked(name: str, experiment: Experiment, named: bool) -> str:
    return (f"*{name}:* " if named else "") + "; ".join(map(_one, experiment.expect))


def _one(claim: Expectation) -> str:
    value = f"{claim.value:.10g}" if isinstance(claim.value, float) else str(claim.value).lower()
    within = "" if claim.within is None else f" ±{claim.within:g}"
    place = [f"variant: {claim.variant}"] if claim.variant else []
    place += [f"t = {claim.at:g}"] if claim.at is not None else []
    return f"`{claim.that}` = {value}{within}" + (f" ({', '.join(place)})" if place else "")


if __name__ == "__main__":
    DOCUMENT.write_text(table(), encoding="utf-8")
