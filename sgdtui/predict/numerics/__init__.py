"""Densities, quadrature and minima that predictions share."""
