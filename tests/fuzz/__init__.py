"""Random presets of every form: they end in good order, and nothing is claimed for certain that is not so."""
