"""A YAML file as text: places, problems and how they are told."""
