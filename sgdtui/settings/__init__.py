"""Paths, settings and state of this user."""
