"""Compiled code is kept on disk: where, what to do when one may not write there, who is told."""

import io
import os
import shutil
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from cjsim.model import compile

SMALL = (compile.Source("cjsim.model.streams"), compile.Source("cjsim.model.draws"))

pytestmark = pytest.mark.skipif(not compile.has_numba(), reason="nothing is compiled without numba")


class Terminal(io.StringIO):
    """An error stream that a person looks at."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which cjsim is installed in a folder of its own, and nothing was compiled."""
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(compile.tempfile, "gettempdir", lambda: str(tmp_path / "temporary"))
    monkeypatch.setattr(compile, "HOME", tmp_path / "install")
    (tmp_path / "install").mkdir()
    return tmp_path


def forbid(folder: Path) -> None:
    """Nobody, not even root, can make a folder where a file stands."""
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("")


def test_compiled_code_lies_beside_its_source(machine: Path) -> None:
    folder = Path(compile.cache_folder("abc"))
    assert folder == machine / "install" / "__pycache__" / "numba-abc"
    assert folder.is_dir()


def test_a_read_only_install_uses_the_users_cache(machine: Path) -> None:
    forbid(machine / "install" / "__pycache__")
    assert Path(compile.cache_folder("abc")) == machine / "home" / "cjsim-cache" / "numba-abc"


def temporary(machine: Path) -> Path:
    return machine / "temporary" / f"cjsim-cache-{os.getuid()}"


def test_without_a_home_the_cache_is_temporary(machine: Path) -> None:
    forbid(machine / "install" / "__pycache__")
    forbid(machine / "home")
    assert Path(compile.cache_folder("abc")) == temporary(machine) / "numba-abc"


def test_nobody_without_a_home_has_to_stop(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user id without a name has none: `Path.home` raises."""

    def no_home() -> Path:
        raise RuntimeError

    forbid(machine / "install" / "__pycache__")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(compile.Path, "home", no_home)
    assert Path(compile.cache_folder("abc")) == temporary(machine) / "numba-abc"


def as_a_link(folder: Path) -> None:
    other = folder.with_name("others")
    other.mkdir()
    folder.symlink_to(other)


TRAPS = {
    "a folder others write into": lambda folder: (folder.mkdir(), folder.chmod(0o777)),
    "a folder a group writes into": lambda folder: (folder.mkdir(), folder.chmod(0o770)),
    "a link to a folder": as_a_link,
    "a file": lambda folder: folder.write_text(""),
    "a link to nothing": lambda folder: folder.symlink_to("nowhere"),
    "somebody else's": lambda folder: (folder.mkdir(), os.chown(folder, 12_345, 12_345)),
}


@pytest.mark.parametrize("inside", [False, True], ids=["our folder", "that of a state of the code"])
@pytest.mark.parametrize("trap", TRAPS)
def test_what_somebody_else_may_have_laid_is_not_executed(
    machine: Path, trap: str, inside: bool
) -> None:
    """The name is known before; numba unpickles whatever lies there."""
    if trap == "somebody else's" and os.getuid():
        return  # who is not root cannot give a folder away
    forbid(machine / "install" / "__pycache__")
    forbid(machine / "home")
    place = temporary(machine)
    laid = place / "numba-abc" if inside else place
    laid.parent.mkdir(parents=True, mode=0o700)
    TRAPS[trap](laid)
    folder = Path(compile.cache_folder("abc"))
    assert laid not in (folder, *folder.parents)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert folder.stat().st_uid == os.getuid()
    shutil.rmtree(folder)


@pytest.mark.parametrize("mode", [0o755, 0o700, 0o750, 0o711])
def test_our_own_cache_is_closed_to_others(machine: Path, mode: int) -> None:
    folder = machine / "install" / "__pycache__" / "numba-abc"
    folder.mkdir(parents=True)
    folder.chmod(mode)
    assert Path(compile.cache_folder("abc")) == folder
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("blocked", [(), ("install",), ("install", "home")], ids=str)
def test_no_script_beside_a_cache_imports_it(machine: Path, blocked: tuple[str, ...]) -> None:
    """A folder called as the package would be the package, to a script that lies beside it."""
    for name in blocked:
        forbid(machine / name / "__pycache__" if name == "install" else machine / name)
    folder = Path(compile.cache_folder("abc"))
    made = folder.relative_to(machine).parts[1:]
    assert [name for name in made if name.isidentifier()] in ([], ["__pycache__"])


def test_where_numba_is_told_to_keep_its_cache_it_is_kept(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(machine / "asked"))
    assert Path(compile.cache_folder("abc")) == machine / "asked" / "numba-abc"


def test_compiled_code_that_nobody_uses_any_more_is_deleted(machine: Path) -> None:
    place, now = machine / "install" / "__pycache__", time.time()
    for age in range(12):  # days
        folder = place / f"numba-{age}"
        folder.mkdir(parents=True)
        (folder / "code.nbc").write_text("")
        os.utime(folder, (now - age * 86_400,) * 2)
    compile.cache_folder("11")  # in use again: the oldest no more
    left = {folder.name for folder in place.iterdir()}
    assert left == {f"numba-{age}" for age in (11, *range(compile.CACHES - 1))}
    for folder in place.iterdir():
        os.utime(folder, (now, now))
    for age in range(20, 30):
        compile.cache_folder(str(age))
    assert left < {folder.name for folder in place.iterdir()}  # all are of today


@pytest.mark.parametrize("watched", [True, False])
def test_a_first_compilation_is_told_to_a_terminal_only(
    machine: Path, watched: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a notebook stores must not depend on who ran it first."""
    errors = Terminal() if watched else io.StringIO()
    monkeypatch.setattr(sys, "stderr", errors)
    for name in ("cjsim_model_streams_compiled", "cjsim_model_draws_compiled"):
        monkeypatch.setitem(sys.modules, name, sys)  # put back what was there
    compile._twin(SMALL, ("advance",))
    assert ("compiling the engine" in errors.getvalue()) == watched


def test_compiled_once_nobody_is_told_again(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    errors = Terminal()
    monkeypatch.setattr(sys, "stderr", errors)
    for name in ("cjsim_model_streams_compiled", "cjsim_model_draws_compiled"):
        monkeypatch.setitem(sys.modules, name, sys)
    compile._twin(SMALL, ("advance",))
    folder = next((machine / "install" / "__pycache__").iterdir())
    (folder / "loop.advance-1.nbi").write_text("")
    errors.truncate(0)
    compile._twin(SMALL, ("advance",))
    assert errors.getvalue() == ""


def test_threads_that_start_together_compile_once_and_in_the_cache(tmp_path: Path) -> None:
    """In a process of its own: numba's cache folder is one setting for all threads."""
    program = """
        import cjsim
        from concurrent.futures import ThreadPoolExecutor
        from cjsim.model import compile
        made, twin = [], compile._twin
        compile._twin = lambda *names: made.append(names) or twin(*names)
        nobody = cjsim.Scenario()
        with ThreadPoolExecutor(8) as pool:
            runs = list(pool.map(lambda seed: cjsim.simulate(nobody, 3, seed=seed), range(8)))
        print(len(made) == len(set(made)))
    """
    words = [sys.executable, "-c", textwrap.dedent(program)]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
    assert list(tmp_path.iterdir()) == []


# --- compiled code lets go of Python's lock ---------------------------------------------------


def wait_for_a_word(words, most, where):
    """Compiled below: say that one is here, then look for an answer, for so long at most."""
    words[0] = 1
    for i in range(most):
        words[where] = i  # so that the answer is looked for each time
        if words[1] == 1:
            return True
    return False


def test_python_goes_on_while_compiled_code_runs(tmp_path: Path, monkeypatch) -> None:
    """Two who talk to each other while both are at work, which one lock would not let them."""
    import numba

    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    kernel = compile._njit(wait_for_a_word, True, False)
    words, at_once = np.zeros(3, np.int64), np.array([0, 1, 0])
    assert kernel(at_once, 1, 2)  # compiled from here on
    with ThreadPoolExecutor(1) as pool:
        heard = pool.submit(kernel, words, 10**10, 2)  # ten seconds at most, mostly a moment
        while words[0] == 0 and not heard.done():
            time.sleep(0)
        words[1] = 1
        assert heard.result()


def test_whatever_python_calls_of_the_compiled_kit_runs_without_the_lock() -> None:
    from cjsim.engine.fast.engine import machine
    from cjsim.model import quickest

    called = [machine().advance, *(getattr(quickest, name) for name in quickest.ENTRY_POINTS)]
    assert [kernel.__name__ for kernel in called if not kernel.targetoptions["nogil"]] == []
