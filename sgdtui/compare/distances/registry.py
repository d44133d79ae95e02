"""The distances, in the order in which they are shown. One more is one more file and one more line here."""

from __future__ import annotations

from sgdtui.compare.distances.hellinger import HELLINGER
from sgdtui.compare.distances.kind import DistanceKind
from sgdtui.compare.distances.kolmogorov_smirnov import KOLMOGOROV_SMIRNOV
from sgdtui.compare.distances.kullback_leibler import KULLBACK_LEIBLER
from sgdtui.compare.distances.total_variation import TOTAL_VARIATION
from sgdtui.compare.distances.wasserstein import WASSERSTEIN
from sgdtui.registry import Registry

DISTANCES: Registry[DistanceKind] = Registry(
    "distance", (TOTAL_VARIATION, KULLBACK_LEIBLER, WASSERSTEIN, KOLMOGOROV_SMIRNOV, HELLINGER)
)
