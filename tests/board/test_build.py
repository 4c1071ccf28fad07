"""The shipped engine is what its sources give, and `finish` does what a linker would."""

import shutil

import pytest

from cjsim.board.wasm import build
from cjsim.board.wasm.finish import HEAD, Reader, constants_end, finish, number
from cjsim.files import python_files


def test_the_shipped_engine_is_of_these_sources():
    assert build.built() == build.MODULE.read_bytes()


@pytest.mark.slow
@pytest.mark.soak
def test_the_engine_built_anew_is_the_shipped_one_byte_for_byte():
    """Each time the digest of the sources above, and in `test_wasm.py` what the engine does."""
    assert build.build() == build.MODULE.read_bytes()


def test_a_byte_of_any_source_moves_the_digest(tmp_path):
    home = tmp_path / "cjsim"
    shutil.copytree(build.HOME, home, ignore=shutil.ignore_patterns("__pycache__", "*.toml"))
    for path in python_files(home, build.DECIDES):
        before, text = build.digest(home), path.read_bytes()
        path.write_bytes(text + b"#")
        assert build.digest(home) != before, path
        path.write_bytes(text)


def test_an_engine_of_other_sources_is_not_given_out(monkeypatch):
    monkeypatch.setattr(build, "digest", lambda: "0" * 16)
    with pytest.raises(ValueError, match=r"python -m cjsim\.board\.wasm\.build"):
        build.built()


@pytest.mark.parametrize("value", [0, 1, 127, 128, 300, 65536, 2**31, 2**32 - 1])
def test_numbers_are_read_as_they_are_written(value):
    reader = Reader(number(value) + b"\1")
    assert reader.number() == value
    assert reader.byte() == 1
    assert reader.over


def test_what_is_no_object_of_ours_is_refused():
    with pytest.raises(ValueError, match="no WebAssembly"):
        finish(b"\x7fELF and more", ["advance"])
    with pytest.raises(ValueError, match="does not define advance"):
        finish(HEAD, ["advance"])


def test_constants_end_behind_the_last():
    segment = number(0) + b"\x41" + number(16) + b"\x0b" + number(3) + b"abc"
    assert constants_end(number(2) + segment + segment) == 19
    with pytest.raises(ValueError, match="needs a linker"):
        constants_end(number(1) + number(1) + b"\x41\0\x0b\0")
