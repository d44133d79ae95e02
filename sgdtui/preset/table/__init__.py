"""A person's own table: read as it is, and made ready for a model."""
