"""`python -m sgdtui` is the same as `sgdtui`."""

from sgdtui.cli import main

if __name__ == "__main__":
    main(prog_name="sgdtui")
