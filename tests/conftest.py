"""Property tests draw the same examples on every machine, so that a run can be repeated."""

from hypothesis import settings

settings.register_profile("seeded", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("seeded")
