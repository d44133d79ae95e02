"""The map of a sweep: one measure over two of its settings, filling while the sweep writes."""
