"""A result as files."""
