"""What a colour is for. Drawing names roles; only a palette knows colours."""

from __future__ import annotations

from enum import IntEnum

BOLD, DIM, REVERSE, UNDERLINE = 1, 2, 4, 8
"""Weights of a cell, which may be added."""


class Role(IntEnum):
    """Roles of ink and ground. `SHADE`, `DIVERGE` and `NOISE` start ramps of `SHADES`, `DIVERGES`, `NOISES` steps;
    `REGION` starts the tints of `REGIONS`. `FURTHER_…` are for predictions beside the first four.
    """

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
    WALKER = 23
    SGD_TEXT = 24
    FURTHER_1 = 25
    FURTHER_2 = 26
    FURTHER_3 = 27
    FURTHER_4 = 28
    SHADE = 32
    DIVERGE = 64
    NOISE = 80
    REGION = 96


SHADES = 16
DIVERGES = 15
REGIONS = (Role.GOOD, Role.WARN, Role.NOISE_INDUCED, Role.BAD, Role.MUTED, Role.FAINT)
"""The inks whose tints are the grounds `REGION`, `REGION` + 1, …"""
NOISES = 8
"""From quiet to loud."""
