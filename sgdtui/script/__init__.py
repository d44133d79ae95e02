"""What a Python script or a notebook asks for: one function a file, each under its own name in `sgdtui`."""
