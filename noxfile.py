"""What a contributor runs, one name each: `nox -l` lists them, `nox -s lint` runs one. `.ci/run` calls the same.

Each session makes an environment of its own and keeps it; `nox --no-venv -s NAME` uses the one that is active.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import nox

nox.options.default_venv_backend = "venv"
nox.options.reuse_existing_virtualenvs = True
nox.options.stop_on_first_error = True
nox.options.sessions = ["lint", "types", "contracts", "tests"]

PACKAGE = ("-e", ".[test,dev]")


def _install(session: nox.Session) -> None:
    if session.virtualenv.is_sandboxed:
        session.install("-q", *PACKAGE)


@nox.session
def tests(session: nox.Session) -> None:
    """The default tests, as the README has them; arguments after -- go to pytest."""
    _install(session)
    session.run("pytest", "-q", "-n", "2", *session.posargs)


@nox.session
def slow(session: nox.Session) -> None:
    """The tests that take longer."""
    _install(session)
    session.run("pytest", "-q", "-n", "2", "-m", "slow and not ssh", *session.posargs)


@nox.session
def ssh(session: nox.Session) -> None:
    """The tests against a real sshd (needs sshd and tmux): those that measure waiting alone, then the rest."""
    _install(session)
    with TemporaryDirectory() as kernels:  # compiled once for both
        env = {"SGDTUI_TEST_KERNELS": kernels}
        session.run("pytest", "-q", "-m", "ssh and alone", "tests/ssh", env=env)
        session.run("pytest", "-q", "-n", "4", "-m", "ssh and not alone", "tests/ssh", env=env)


@nox.session
def lint(session: nox.Session) -> None:
    """Style and format."""
    _install(session)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """mypy, strict."""
    _install(session)
    session.run("mypy")


@nox.session
def contracts(session: nox.Session) -> None:
    """The floors of the house."""
    _install(session)
    session.run("lint-imports")


@nox.session
def presets(session: nox.Session) -> None:
    """Every preset that ships is checked, then every claim measured."""
    _install(session)
    session.run("sgdtui", "check", *map(str, sorted(Path("presets").rglob("*.yaml"))), silent=True)
    session.run("sgdtui", "verify", "--strict", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """The documents as a site in build/site, without a network; warnings are errors, and the notebook is executed."""
    _install(session)
    session.run("mkdocs", "build", "--strict", "-q", env={"NO_MKDOCS_2_WARNING": "1"})


@nox.session
def screenshots(session: nox.Session) -> None:
    """Draw every picture of the README and the gallery anew."""
    _install(session)
    session.run("python", "-m", "sgdtui.tui.capture.gallery", *session.posargs)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Measure what docs/benchmarks.md quotes."""
    _install(session)
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session
def fuzz(session: nox.Session) -> None:
    """Two thousand random presets, or as many as the first argument after -- says: each must end in good order."""
    _install(session)
    session.run("python", "-m", "tests.fuzz", *(session.posargs or ["2000"]))
