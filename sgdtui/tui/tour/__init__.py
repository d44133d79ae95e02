"""The tour: the claims as a lecture, chapter by chapter, each believed only when it has been seen to hold."""
