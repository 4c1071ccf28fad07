"""Set up cjsim once, then run it. Needs nothing but Python 3.11 or newer.

python3 kit.py demo             compare three strategies on the same people
python3 kit.py test             run every check; --thorough at length; further words go to pytest
python3 kit.py lecture 01       open a fresh copy of a lecture in JupyterLab; --lang ru in Russian
python3 kit.py exercises 01     open its exercises, to work in; what you write stays
python3 kit.py lab              turn dials and see what happens: the what-if lab
python3 kit.py site             build the course and the documentation as a folder, site/
python3 kit.py compare phone    these two and any other word are cjsim commands
"""

import hashlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - an older Python gets a sentence, not a traceback
    sys.exit(f"cjsim needs Python 3.11 or newer; this is {sys.version.split()[0]}.")

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "cjsim-setup.txt"  # what .venv was made from, or "unfinished"
BIN, EXE = (VENV / "Scripts", ".exe") if os.name == "nt" else (VENV / "bin", "")
PYTHON = str(BIN / f"python{EXE}")
CJSIM = str(BIN / f"cjsim{EXE}")
LOCK = ROOT / "requirements.lock.txt"
DEMO = "compare phone --strategies pull,guide,animator --people 2000 --runs 10 --out results/demo"
TESTS = "pytest -n 2 -rs"  # who is skipped is named
LESS = "not soak"  # without what repeats at length what other tests check
CHECKS = ["ruff check .", "ruff format --check .", "mypy", TESTS]
NBVAL = "pytest --nbval-current-env --nbval-sanitize-with tests/nbval.cfg -n 2 --dist loadscope"
CHECKS += [f"{NBVAL} --nbval notebooks/en", f"{NBVAL} --nbval-lax notebooks/ru"]  # all; the claims


def set_up():
    """Make .venv and fill it from the lock; do nothing where that is already done."""
    place = f"{sys.version}\n{ROOT}\n"
    inputs = LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    complete = place + hashlib.sha256(inputs).hexdigest()
    stamp = STAMP.read_text(encoding="utf-8") if STAMP.is_file() else place
    if stamp == complete:
        return
    print("Setting up (once, about a minute) ...", flush=True)
    if not stamp.startswith(place):  # interrupted last time, or made by another Python
        shutil.rmtree(VENV)
    VENV.mkdir(exist_ok=True)
    STAMP.write_text("unfinished", encoding="utf-8")
    if not os.path.exists(PYTHON):
        run(sys.executable, "-m", "venv", str(VENV))
    pip = [PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    uv = [PYTHON, "-m", "uv", "pip", "install", "-q", "--python", PYTHON]
    if subprocess.call([*pip, "uv"]) or not install(uv):
        print("uv does not work here; going on with pip, which takes longer ...", flush=True)
        if not install(pip):
            sys.exit("Setting up failed, see above. Check the connection, then try again.")
    run(PYTHON, "-m", "cjsim.engine.fast.engine")  # compiles the engine, so that no lecture waits
    STAMP.write_text(complete, encoding="utf-8")


def install(tool):
    """Install the locked packages, then cjsim itself; say whether all went well."""
    jobs = ["--require-hashes", "-r", str(LOCK)], ["--no-build-isolation", "-e", str(ROOT)]
    return not any(subprocess.call([*tool, "--no-deps", *job]) for job in jobs)


def run(*command, cwd=ROOT):
    """Run a command; if it fails, stop with its exit code. Who tells us to end tells the job."""
    with subprocess.Popen(command, cwd=cwd) as job:
        for name in ("SIGTERM", "SIGHUP"):
            if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) != signal.SIG_IGN:
                signal.signal(getattr(signal, name), lambda number, _: job.send_signal(number))
        if code := job.wait():
            sys.exit(code)


def test(words):
    """Run every check; with --thorough the tests marked soak too, on more random examples."""
    more = [one for one in words if one != "--thorough"]
    if len(more) < len(words):
        os.environ["CJSIM_THOROUGH"] = "1"
    else:
        more = ["-m", LESS, *more]
    for check in CHECKS:
        command = [*check.split(), *(more if check == TESTS else ())]
        print(f"\n== {shlex.join(command)}", flush=True)
        run(PYTHON, "-m", *command)


def main(word, *words):
    """Set up if need be, then do what the first word says."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # it makes every start 3-4 times longer
    os.environ["PYTHONUTF8"] = "1"  # Russian text on any code page
    set_up()
    signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is for the job; we wait for its answer
    if word == "test":
        test(words)
    elif word == "site":
        run(PYTHON, "-m", "tools.site", *words)
    elif word == "demo":
        run(CJSIM, *DEMO.split(), *words)
    else:
        run(CJSIM, word, *words, cwd=None)


if __name__ == "__main__":
    main(*sys.argv[1:]) if sys.argv[1:] and sys.argv[1] not in ("-h", "--help") else print(__doc__)
