"""Opening what lies in folders: presets, tables of data, tables of sweeps."""
