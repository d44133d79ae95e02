"""Property tests draw the same examples on every machine, so that a run can be repeated."""

from hypothesis import settings
from threadpoolctl import threadpool_limits

from sgdtui.settings.linear_algebra import one_thread

# Workers beside each other, each with a thread of linear algebra a core, would mostly wait for one another. The limit
# is for libraries that are loaded already, the variables for the others and for the processes that tests start.
threadpool_limits(1)
one_thread(unless_asked=True)

settings.register_profile("seeded", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("seeded")
