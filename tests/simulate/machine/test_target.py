"""What machine code is made for: whole vectors where they are free, unless the user chose otherwise."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from sgdtui.simulate.machine.target import WHOLE_VECTORS, WITHOUT_PENALTY, compiled_for

ASK = "from sgdtui.simulate.machine.target import compiled_for; print('\\n'.join(compiled_for()))"


def asked(**environment: str) -> list[str]:
    answer = subprocess.run(
        [sys.executable, "-c", ASK], env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return answer.stdout.splitlines()


def test_whole_vectors_are_used_exactly_where_they_cost_no_clock():
    features = compiled_for()[2].split(",")
    assert (WHOLE_VECTORS in features) == (WITHOUT_PENALTY in features)


@pytest.mark.parametrize("chosen", ["", "+avx512vbmi2"])
def test_features_that_the_user_chose_stand(chosen):
    assert asked(NUMBA_CPU_FEATURES=chosen)[2] == chosen


def test_a_processor_that_the_user_chose_stands():
    _platform, name, features = asked(NUMBA_CPU_NAME="generic")
    assert name == "generic"
    assert WHOLE_VECTORS not in features
