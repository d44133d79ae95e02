"""The way out: how much the terminal has not taken, and a terminal that has gone."""

from __future__ import annotations

import os

from sgdtui.tui.terminal.output import Outlet


def test_what_is_on_its_way_is_backlog_until_it_is_taken() -> None:
    reads, writes = os.pipe()
    outlet = Outlet(writes)
    outlet.expect(len("grün".encode()))
    assert outlet.backlog() == 5
    outlet.write("grün")
    assert outlet.backlog() == 0
    assert os.read(reads, 10) == "grün".encode()
    os.close(reads)
    os.close(writes)


def test_a_terminal_that_has_gone_takes_everything_in_silence() -> None:
    reads, writes = os.pipe()
    os.close(reads)
    outlet = Outlet(writes)
    outlet.expect(3)
    outlet.write("abc")
    assert outlet.gone
    outlet.expect(3)
    outlet.write("abc")
    assert outlet.backlog() == 0
    os.close(writes)
