"""What a large sweep keeps in the memory of the process that runs it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sgdtui.sweeps.table import read_table

ALLOWED = 300.0
"""MB for ten thousand points."""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_ten_thousand_points(tmp_path, kind):
    if kind == "parquet":
        pytest.importorskip("pyarrow")
    path = tmp_path / f"table.{kind}"
    program = (
        "import sys; from pathlib import Path; from tests.sweeps.quick_points import many; "
        "print(many(Path(sys.argv[1])))"
    )
    root = Path(__file__).parents[2]
    told = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        check=True,
    )
    megabytes = float(told.stdout)
    print(f"\n10 000 points, {kind}: {megabytes:.0f} MB")
    assert megabytes < ALLOWED
    assert len(read_table(path)) == 10_000
