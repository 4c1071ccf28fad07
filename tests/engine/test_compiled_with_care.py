"""The engine compiled as nobody uses it: for any processor, every index checked."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import cjsim
from cjsim.engine.fast.engine import CompiledEngine
from tests.builders import random_scenario
from tests.engine import golden
from tests.engine.test_room import CASES, rows

ROOT = Path(__file__).parents[2]


def digests() -> Iterator[str]:
    """Hashes of the golden logs, of random firms, and of markets where counters are large."""
    yield from map(golden.digest, golden.stored())
    for number in range(8):
        log = cjsim.simulate(random_scenario(number), people=30, seed=5).events.rows
        yield hashlib.sha256(log.tobytes()).hexdigest()
    for case in CASES:
        yield hashlib.sha256(rows(CompiledEngine, *CASES[case]).tobytes()).hexdigest()


@pytest.mark.slow
def test_no_index_leaves_its_array_and_any_processor_gives_the_same_bits(tmp_path: Path) -> None:
    """An index that does is an error there; numba compiles anew for it, once for both questions."""
    careful = {
        "NUMBA_BOUNDSCHECK": "1", "NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "",
        "NUMBA_CACHE_DIR": str(tmp_path),
    }  # fmt: skip
    code = "from tests.engine.test_compiled_with_care import digests; print(*digests())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, env=os.environ | careful, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert any(tmp_path.rglob("*.nbc"))  # it did compile
    assert done.stdout.split() == list(digests())
