"""Property tests draw the same examples on every machine, so that a run can be repeated."""

import os

from hypothesis import settings
from threadpoolctl import threadpool_limits

# Workers beside each other, each with a thread of linear algebra a core, would mostly wait for one another. The limit
# is for libraries that are loaded already, the variables for the others and for the processes that tests start.
threadpool_limits(1)
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

settings.register_profile("seeded", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("seeded")
