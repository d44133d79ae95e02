"""exp(-L/T) and the temperature that it is asked at."""
