"""Measured against predicted: distances, their noise floors, and the verdict."""
