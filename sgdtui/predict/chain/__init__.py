"""The discrete chain itself: its one-step kernel and what comes of it."""
