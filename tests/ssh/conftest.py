"""A server for the session; for each test a place of its own and everything ended afterwards."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ssh.place import Place
from tests.ssh.sshd import Sshd, tools


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here is about real terminals."""
    for item in items:
        if Path(__file__).parent in Path(item.fspath).parents:
            item.add_marker(pytest.mark.ssh)


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """The server. Where the tools are missing these tests fail: the full check installs them."""
    missing = tools()
    assert missing is None, f"not installed: {missing}"
    server = Sshd(tmp_path_factory.mktemp("sshd"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all of pytest's workers share."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "ssh"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def kernels(shared: Path) -> Path:
    """A cache that all tests share, so that only the first one compiles; with SGDTUI_TEST_KERNELS further runs too."""
    folder = Path(os.environ.get("SGDTUI_TEST_KERNELS") or shared / "cache")
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@pytest.fixture
def turn(request: pytest.FixtureRequest, shared: Path) -> Iterator[None]:
    """Tests run beside each other, but beside one that measures waiting (`alone`) no other of this folder runs.

    The door is held while one waits for the room: whoever waits to be alone is not overtaken for ever.
    """
    mode = fcntl.LOCK_EX if request.node.get_closest_marker("alone") else fcntl.LOCK_SH
    with (
        (shared / "door").open("w") as door,
        (shared / "room").open("w") as room,
    ):
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(room, mode)
        fcntl.flock(door, fcntl.LOCK_UN)
        yield


@pytest.fixture
def place(sshd: Sshd, tmp_path: Path, kernels: Path, turn: None) -> Iterator[Place]:  # noqa: ARG001
    """One test's own place."""
    found = Place(sshd, tmp_path, kernels)
    yield found
    found.close()
