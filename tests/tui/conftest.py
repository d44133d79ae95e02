"""Makes the synthetic snapshots and the stage importable by every test of the screen."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
