"""Systems that went wrong: each file a small preset, each test named after its file, with the right values."""
