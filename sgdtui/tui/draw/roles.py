"""What a colour is for. Drawing names roles; only a palette knows colours."""

from __future__ import annotations

from enum import IntEnum

BOLD, DIM, REVERSE, UNDERLINE = 1, 2, 4, 8
"""Weights of a cell, which may be added."""


class Role(IntEnum):
    """Roles of ink and ground. `SHADE` and `DIVERGE` start ramps of `SHADES` and `DIVERGES` steps."""

    DEFAULT = 0
    TEXT = 1
    MUTED = 2
    FAINT = 3
    RULE = 4
    ACCENT = 5
    SGD = 6
    GIBBS = 7
    FOKKER_PLANCK = 8
    TRANSFER = 9
    GAUSSIAN = 10
    GRADIENT = 11
    NOISE_INDUCED = 12
    DIFFUSIVE = 13
    VELOCITY = 14
    GOOD = 15
    BAD = 16
    WARN = 17
    BAND = 18
    SELECTED = 19
    ON_ACCENT = 20
    LOSS = 21
    FORK = 22
    SHADE = 32
    DIVERGE = 64


SHADES = 16
DIVERGES = 15

PREDICTION_ROLE = {
    "gibbs": Role.GIBBS,
    "fokker-planck": Role.FOKKER_PLANCK,
    "transfer": Role.TRANSFER,
    "gaussian": Role.GAUSSIAN,
}
PREDICTION_TITLE = {
    "gibbs": "Gibbs",
    "fokker-planck": "Fokker–Planck",
    "transfer": "transfer",
    "gaussian": "Gaussian",
}
PREDICTION_SHORT = {"gibbs": "Gibbs", "fokker-planck": "F–P", "transfer": "transfer", "gaussian": "Gaussian"}
PREDICTION_LETTER = {"gibbs": "G", "fokker-planck": "FP", "transfer": "T", "gaussian": "N"}
"""Where there is hardly any room for a legend."""
