"""Laws on the way: evolution, relaxation, first passage."""
