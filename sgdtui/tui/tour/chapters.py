"""The order of the lecture: seven chapters, and the experiments of each. Plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chapter:
    """A question, what it is about in a sentence or two, and the names of the experiments that answer it."""

    title: str
    about: str
    pages: tuple[str, ...]


CHAPTERS: tuple[Chapter, ...] = (
    Chapter(
        "Is it Gibbs?",
        "A course on deep learning turns SGD into a stochastic differential equation and asks for its stationary law. "
        "We build that law up from nothing but noise, and see when it is Gibbs'.",
        (
            "brownian",
            "time-is-eta",
            "law-of-large-numbers",
            "no-law-of-large-numbers",
            "langevin",
            "stationary-law",
            "not-identity",
            "solvable",
        ),
    ),
    Chapter(
        "What is drift?",
        "Where noise varies from place to place, walkers gather although nothing pushes them. Several different "
        "things are called drift here; keep them apart.",
        (
            "pollen",
            "uniform-start",
            "noise-drift",
            "birth-death",
            "shady-fish",
            "zero-mean-skewed",
            "bettor",
            "least-rattling",
        ),
    ),
    Chapter(
        "Whose convention?",
        "Itô, Stratonovich or anti-Itô? It is no matter of taste: each belongs to another mechanism.",
        ("rock-pile", "hot-and-cold", "source-or-destination", "diode-resistor"),
    ),
    Chapter(
        "Flat or quiet?",
        "SGD is said to like flat minima. Is it flatness that it likes, or volume, or silence?",
        (
            "flat-or-quiet",
            "sharp-and-flat",
            "basin-volume",
            "escape",
            "label-noise",
            "collapse",
            "swarm",
        ),
    ),
    Chapter(
        "Where the SDE lies",
        "Real SGD takes finite steps over finite data. Here its stochastic differential equation says one thing and "
        "the chain does another.",
        (
            "ill-conditioned",
            "noisy-curvature",
            "implicit-regularisation",
            "reshuffling",
            "cantor",
            "heavy-tail",
            "stable-noise",
            "washboard",
            "interpolation",
        ),
    ),
    Chapter(
        "What it means for learning",
        "Schedules, goals that change, networks that flatten late or choose their own noise; and at last real data.",
        (
            "learning-rate-decay",
            "changing-goals",
            "useful-sometimes",
            "gradient-hacking",
            "late-drift",
            "real-data",
            "real-data-logistic",
        ),
    ),
    Chapter(
        "In a real network",
        "Both texts are about training neural networks. Questions put to a real one that weighs penguins.",
        (
            "network-law",
            "network-doubled",
            "network-valley",
            "network-flat",
            "network-uneven",
        ),
    ),
)

PAGES: tuple[tuple[int, int], ...] = tuple(
    (c, p) for c, chapter in enumerate(CHAPTERS) for p in range(len(chapter.pages))
)
"""Every page as (chapter, page within it), from the first to the last."""
