"""Which characters can be drawn: blocks and braille in UTF-8, or ASCII alone; and why."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

_NO_BLOCKS = ("linux", "vt", "ansi", "cons25", "sun", "wsvt25", "cygwin", "adm", "wyse")
"""Terminals whose font has no braille and no eighth blocks."""


@dataclass(frozen=True, slots=True)
class Characters:
    """Whether only ASCII is drawn, and the reason."""

    ascii: bool
    why: str


def characters(environ: Mapping[str, str], asked_for_ascii: bool = False) -> Characters:
    """What can be drawn in the terminal that `environ` describes.

    The locale tells the terminal's encoding, the stream's own encoding does not: it may come from PYTHONIOENCODING,
    and Python turns the C locale into UTF-8 as the terminals of today do.
    """
    if asked_for_ascii:
        return Characters(True, "--ascii")
    term = environ.get("TERM", "").lower()
    for name in _NO_BLOCKS:
        if term.startswith(name):
            return Characters(True, f"the font of TERM={term} has no braille")
    variable = next((v for v in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(v)), None)
    locale = environ[variable] if variable else ""
    charset = locale.partition(".")[2].partition("@")[0]
    if locale in ("", "C", "POSIX"):
        return Characters(
            False, f"{variable}={locale}, taken as UTF-8" if variable else "no locale is set: UTF-8"
        )
    if charset:
        return Characters(not _is_utf8(charset), f"{variable}={locale}")
    return Characters(False, f"{variable}={locale} names no encoding: UTF-8")


def use_utf8(*streams: TextIO | None) -> None:
    """Let the streams write UTF-8 whatever the locale or PYTHONIOENCODING made of them."""
    for stream in streams or (sys.__stdin__, sys.__stdout__, sys.__stderr__):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")


def _is_utf8(charset: str) -> bool:
    try:
        return codecs.lookup(charset).name == "utf-8"
    except LookupError:
        return charset.lower().replace("-", "") == "utf8"
