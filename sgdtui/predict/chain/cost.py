"""How much a chain's law may cost, known before it is paid."""

from __future__ import annotations

MOST_ENTRIES = 60_000_000
"""Shares of one cell's mass in another that are worked out for one matrix, a few at a time: some seconds."""
ENTRIES_AT_ONCE = 2_000_000
"""So many are held at once: some 100 MB with what they are made from."""
MOST_FACTORS = 12_000_000
"""Numbers in the factors of a sparse matrix: 200 MB."""


class TooCostly(Exception):
    """The law would need more memory or time than it may; the message names what, as a sentence without a stop."""
