"""Steps of many walkers at once: the loop over blocks, the streams, what a step leaves behind."""
