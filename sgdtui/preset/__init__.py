"""YAML in, an experiment out."""
