"""Generated source to machine code, kept on disk."""
