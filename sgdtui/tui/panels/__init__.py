"""One file a panel: each paints a view of a snapshot on a canvas and says what it shows."""
