"""What the signs of the screen mean, a line each: the help screen and docs/glossary.md are made of this table."""

from __future__ import annotations

TERMS: tuple[tuple[str, str], ...] = (
    ("Gibbs", "exp(−L/kT)/Z: what a particle in equilibrium at one temperature would do"),
    ("F–P", "Fokker–Planck: the stationary law of the SDE that SGD becomes for small steps, ∇·J = 0"),
    (
        "chain",
        "the law of the discrete chain itself, by its one-step kernel (transfer): no limit of small steps",
    ),
    ("Gauss", "the law of the chain linearised at a minimum"),
    (
        "kT, T",
        "the temperature that Gibbs is given: ησ²/2B where the noise is σ² everywhere; else chosen and shown",
    ),
    ("TV", "total variation, half the L1 distance: the share of the walkers that would have to be moved"),
    ("KL", "KL(measured‖prediction) in nats: the surprise of a walker if the prediction were believed"),
    ("W₁", "how far walkers would have to be moved on average, in units of x"),
    ("KS, H", "the largest gap between distribution functions, and the Hellinger distance"),
    ("floor", "the distance that sampling error alone would show with this many independent samples"),
    ("n_eff", "independent samples that would be worth as much as those recorded"),
    ("≈ ≠ ?", "agrees; differs (p < .001 and beyond the prediction's own error); cannot be told yet"),
    (".96(2)", "a number with the standard error of its last digit in brackets"),
    ("J/p", "the velocity of probability, −g − D∇ln p − ∇·D: zero in equilibrium"),
    (
        "curl",
        "of F = −Σ⁻¹(2g/η + ∇·Σ): where it is not zero no density stops the current, so it turns for ever",
    ),
    ("Φ", "the cursor: arrow keys or the mouse move it, numbers beside it are those at its place"),
    ("kind", "sgd is the discrete chain, x − ηĝ; sde its limit of small steps, stepped with dt"),
    ("η, B, β", "learning rate, batch size, momentum"),
    ("Σ, D", "covariance of one example's gradient; diffusion D = ηΣ/2B"),
    ("!", "on a slider: from here on steps diverge at the minimum, η = 2/λ"),
    ("t", "time, the sum of the learning rates; of an SDE the sum of dt"),
)
"""The sign and its meaning."""


def page() -> str:
    """docs/glossary.md."""
    rows = "\n".join(f"| {sign} | {meaning} |" for sign, meaning in TERMS)
    return (
        "# Glossary\n\nWhat the signs of the screen mean; `?` shows the same in the app. Made from "
        "`sgdtui/tui/glossary.py`.\n\n| sign | meaning |\n|---|---|\n" + rows + "\n"
    )
