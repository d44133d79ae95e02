"""What the screens may ask of the laboratory, and what it tells them."""
