"""The SDE: Fokker-Planck on the line and on the plane."""
