"""Arrays to terminal cells: pure functions on a canvas of codepoints and colour roles. No app, no simulation."""
