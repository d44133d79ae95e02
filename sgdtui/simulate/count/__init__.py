"""Accumulators: what is measured of the walkers."""
