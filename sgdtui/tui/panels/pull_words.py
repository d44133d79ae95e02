"""What the four drift vectors are called, what they do, and their inks."""

from __future__ import annotations

from sgdtui.tui.draw.roles import Role

SIGN = {"gradient": "−g", "diffusive": "−D∇ln p", "noise_induced": "−∇·D", "velocity": "J/p"}
SIGN_ASCII = {"gradient": "-g", "diffusive": "-D dlnp", "noise_induced": "-div D", "velocity": "J/p"}
MEANING = {"gradient": "downhill", "diffusive": "spread", "noise_induced": "noise", "velocity": "left over"}
"""In a word: the mean step, diffusion down the gradient of ln p, the noise-induced drift of p, and their sum."""

INK = {
    "gradient": Role.GRADIENT,
    "diffusive": Role.DIFFUSIVE,
    "noise_induced": Role.NOISE_INDUCED,
    "velocity": Role.VELOCITY,
}
PATTERN = {"gradient": "solid", "diffusive": "dashed", "noise_induced": "dotted", "velocity": "dash-dot"}
"""How the curves differ where there is no colour."""

ORDER = ("gradient", "diffusive", "noise_induced", "velocity")
"""The parts, then their sum."""


def sign_of(kind: str, ascii: bool) -> str:
    """How a kind of drift vector is written."""
    return (SIGN_ASCII if ascii else SIGN)[kind]
