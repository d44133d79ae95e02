"""What can be said of a point of a sweep: a letter, words and an ink for each verdict."""

from __future__ import annotations

from sgdtui.tui.draw.roles import Role

VERDICTS: dict[str, tuple[str, str, int]] = {
    "gibbs": ("G", "Gibbs", Role.GOOD),
    "equilibrium, not gibbs": ("e", "equilibrium, not Gibbs", Role.WARN),
    "nonequilibrium": ("n", "nonequilibrium", Role.NOISE_INDUCED),
    "no stationary law": ("x", "no stationary law", Role.BAD),
    "undecided": ("?", "undecided", Role.MUTED),
    "failed": ("!", "failed", Role.BAD),
}
"""Letter, words and ink of what can be said of a point."""

OTHER = ("·", "something else", Role.TEXT)


def glyph_of(verdict: str) -> tuple[str, str, int]:
    """Letter, words and ink of a verdict."""
    return VERDICTS.get(verdict, OTHER)
