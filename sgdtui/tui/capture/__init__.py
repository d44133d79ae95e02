"""Pictures of the app, for files and the gallery."""
