"""`python -m sgdtui` is the same as `sgdtui`."""

from sgdtui.cli.interruption import end_at_once


def program() -> None:
    """The program: signals are answered from the first moment on."""
    end_at_once()
    from sgdtui.cli.group import main

    main(prog_name="sgdtui")


if __name__ == "__main__":
    program()
