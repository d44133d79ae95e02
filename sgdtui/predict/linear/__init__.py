"""Linear theory at a minimum: Lyapunov and moment equations."""
