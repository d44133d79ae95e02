"""One run: the only thing that both faces drive."""
