"""Many runs, a table."""
