"""The mathematics of an experiment, one file an idea. Pure and immutable; nothing here simulates, predicts or draws."""
