"""The mathematics of an experiment, one file an idea. Pure and immutable: no simulation, no drawing."""
