"""Walkers: generated kernels, random streams, threads, and what is counted."""
