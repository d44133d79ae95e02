"""What is exact far out or at small steps: a few numbers instead of a law on bins."""
