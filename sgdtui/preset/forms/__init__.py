"""The forms of a system, one file each."""
