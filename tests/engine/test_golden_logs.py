"""A run is the same bits on every processor, with and without compiled code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine import golden

ROOT = Path(__file__).parents[2]
STORED = golden.stored()
SOME = ["manicure guide", "phone animator", "yogurt pull"]


def digests_elsewhere(cases: list[str], before: str = "", **environment: str) -> list[str]:
    """The hashes of some cases, computed by a Python of its own."""
    code = f"import sys; sys.argv[1:] = {cases!r}; {before}\nimport runpy\n"
    code += "runpy.run_module('tests.engine.golden', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_every_case_is_stored() -> None:
    assert list(STORED) == golden.cases()


@pytest.mark.parametrize("case", STORED)
def test_a_log_is_what_it_was_to_the_last_bit(case: str) -> None:
    assert golden.digest(case) == STORED[case]


def test_a_processor_without_fused_multiply_add_gives_the_same_bits() -> None:
    """The system's own exp and log gave others in two logs of three."""
    cases = list(STORED)
    without = "glibc.cpu.hwcaps=-FMA,-FMA4,-AVX2,-AVX2_Usable,-FMA_Usable"
    assert digests_elsewhere(cases, GLIBC_TUNABLES=without) == [STORED[case] for case in cases]


@pytest.mark.slow
@pytest.mark.soak
def test_code_compiled_for_any_processor_gives_the_same_bits(tmp_path: Path) -> None:
    """Each time the same with every index checked: `test_compiled_with_care.py`."""
    cases = list(STORED)
    plain = {
        "NUMBA_CPU_NAME": "generic",
        "NUMBA_CPU_FEATURES": "",
        "NUMBA_CACHE_DIR": str(tmp_path),
    }
    assert digests_elsewhere(cases, **plain) == [STORED[case] for case in cases]


def test_plain_python_gives_the_same_bits() -> None:
    hidden = "sys.modules['numba'] = None"
    assert digests_elsewhere(SOME, before=hidden) == [STORED[case] for case in SOME]
