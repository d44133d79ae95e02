"""What this processor has: vectors, memory, function pointers."""
