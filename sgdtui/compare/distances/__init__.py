"""Distances between two laws: one file each, and their registry."""
