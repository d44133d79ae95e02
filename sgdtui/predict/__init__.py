"""Predictions of where the walkers settle: pure functions of an experiment."""
