"""A terminal laboratory for one question: where does stochastic gradient descent settle?"""

__version__ = "0.1.0"
