"""Claims of presets, checked against a result."""
