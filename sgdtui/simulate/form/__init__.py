"""The step of each system form, as text."""
