"""The sandbox: tried before it is relied on, and what it holds where it is there."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cjsim.course.grading import sandbox as boxes
from cjsim.course.grading.sandbox import PROGRAM, Sandbox, sandbox, seen
from cjsim.labels import LANGUAGES
from tests.course.grading.ways import kept

linux = pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")
HELD = {"pid": 2, "sees": False, "writes": False}
FAKES = {
    "one that holds": (f"print({json.dumps(HELD)!r})", ""),
    "one that runs the program and holds nothing": (
        "words = sys.argv[sys.argv.index('--') + 1:]; os.execv(words[0], words)",
        "holds nothing",
    ),
    "one whose files are seen": (f"print({json.dumps({**HELD, 'sees': True})!r})", "holds nothing"),
    "one that lets write": (f"print({json.dumps({**HELD, 'writes': True})!r})", "holds nothing"),
    "one that shows all processes": (
        f"print({json.dumps({**HELD, 'pid': 4711})!r})",
        "holds nothing",
    ),
    "no rights": (
        "sys.exit('bwrap: No permissions to create new namespace')",
        "bwrap: No permissions to create new namespace",
    ),
    "an unknown option": (
        "sys.exit('more\\nbwrap: Unknown option --x')",
        "bwrap: Unknown option --x",
    ),
    "words that steer a screen": ("sys.exit('\\x1b[2Jbad')", r"\x1b[2Jbad"),
    "silence": ("pass", "exit status 0"),
    "a silent failure": ("sys.exit(7)", "exit status 7"),
    "a list": ("print([1])", "exit status 0"),
    "half an answer": ("print('{\"pid\": 2}')", "exit status 0"),
    "no text": ("sys.stderr.buffer.write(b'\\xff\\n'); sys.exit(1)", r"\xff"),
    "one that never ends": ("sys.stdin.close(); import signal; signal.pause()", "TimeoutExpired"),
}
"""A program named bwrap on the PATH, and what is found wrong with it."""


@pytest.fixture
def fake(tmp_path, monkeypatch):
    def put(code):
        path = tmp_path / PROGRAM
        path.write_text(f"#!{sys.executable} -I\nimport os, sys\n{code}\n", encoding="utf-8")
        path.chmod(0o755)
        return str(path)

    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    return put


@linux
@pytest.mark.parametrize("name", FAKES)
def test_a_program_is_tried_before_it_is_relied_on(name, fake, tmp_path, monkeypatch):
    code, problem = FAKES[name]
    monkeypatch.setattr(boxes, "TRIAL_SECONDS", 1.0 if "never" in name else 60.0)
    program = fake(code)
    monkeypatch.chdir(tmp_path)
    found = sandbox()
    assert [path.name for path in tmp_path.iterdir()] == [PROGRAM]  # one that holds nothing, too
    assert found == (Sandbox(reason="broken", what=problem) if problem else Sandbox(program))


@linux
def test_without_bubblewrap_it_is_a_plain_process(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert sandbox() == Sandbox(reason="missing")
    (tmp_path / PROGRAM).write_text("not to be run", encoding="utf-8")
    assert sandbox() == Sandbox(reason="missing")
    (tmp_path / PROGRAM).chmod(0o755)
    assert sandbox() == Sandbox(reason="broken", what="OSError")


def test_on_another_system_nothing_is_tried(monkeypatch):
    monkeypatch.setattr(boxes.sys, "platform", "darwin")
    monkeypatch.setattr(boxes.shutil, "which", lambda name: pytest.fail("was looked for"))
    assert sandbox() == Sandbox(reason="system", what="darwin")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_says_what_it_holds_and_why_there_is_none(lang):
    assert "bubblewrap" in Sandbox("/usr/bin/bwrap").says(lang)
    for reason in ("system", "missing", "broken", "asked"):
        said = Sandbox(reason=reason, what="darwin").says(lang)
        assert ("darwin" in said) == (reason in ("system", "broken"))
        assert "{" not in said


def test_the_command_of_a_plain_process_is_python_alone(tmp_path):
    assert Sandbox().command(tmp_path, ["-m", "x"]) == [sys.executable, "-m", "x"]
    assert Sandbox().inside(tmp_path) == tmp_path


def test_the_view_is_the_kit_and_python_and_nothing_beside(tmp_path, monkeypatch):
    root, extra = Path(__file__).parents[3], tmp_path.parent / "packages"
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(root), "", "here", str(extra)]))
    seen.cache_clear()
    command = Sandbox("bwrap").command(tmp_path, ["-m", "x"])
    shown = [Path(path) for path in seen()]
    seen.cache_clear()
    assert root / "cjsim" in shown
    assert extra in shown
    for hidden in (root, root / "exercises", root / "tests", Path.home(), Path("/"), tmp_path):
        assert not any(hidden.is_relative_to(path) for path in shown), hidden
    writable = [command[n + 1] for n, word in enumerate(command) if word == "--bind"]
    assert writable == [str(tmp_path)]
    assert command[command.index("--") :] == ["--", sys.executable, "-m", "x"]


# --- the real one ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real():
    return kept("sandboxed")


HARMS = {
    "writes a file": "open(os.path.join(there, 'new'), 'w')",
    "overwrites a file": "open(os.path.join(there, 'dear'), 'w')",
    "reads a file": "open(os.path.join(there, 'dear'))",
    "removes a file": "os.remove(os.path.join(there, 'dear'))",
    "makes a database": "import sqlite3\n"
    "sqlite3.connect(os.path.join(there, 'db')).execute('create table t (a)')",
    "makes a pipe": "os.mkfifo(os.path.join(there, 'pipe'))",
    "makes a folder in the root": "os.mkdir('/made')",
    "writes beside the kit": "open(os.path.join(kit, 'made'), 'w')",
    "changes the kit": "open(os.path.join(kit, '__init__.py'), 'a')",
    "writes where Python lies": "open(os.path.join(sys.prefix, 'made'), 'w')",
    "fills the shared memory": "open('/dev/shm/made', 'w')",
    "reads the exercises": "os.listdir(os.path.join(os.path.dirname(kit), 'exercises'))",
    "reads the passwords": "open('/etc/shadow')",
    "connects": "socket.create_connection(('127.0.0.1', port), 5)",
    "sends": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 9))",
    "signals its parent": "os.kill(parent, 0)",
    "looks at its parent": "open(f'/proc/{parent}/cmdline')",
    "mounts": "import ctypes\n"
    "if ctypes.CDLL(None).mount(b'x', b'/tmp', b'tmpfs', 0, None): raise OSError",
    "by another program": "subprocess.run(['sh', '-c', f'echo > {there}/new'], check=True)",
}
"""What a notebook must not reach, without any hook: every line must end in an error."""
HARM = """
import json, os, socket, subprocess, sys
lines, there, kit, port, parent = json.loads(sys.argv[1])
ends = {}
for name, line in lines.items():
    try:
        exec(line)
        ends[name] = "went through"
    except (OSError, subprocess.CalledProcessError):
        ends[name] = "held"
    except Exception as error:
        ends[name] = "held" if type(error).__name__ == "OperationalError" else repr(error)
print(json.dumps(ends))
"""


@pytest.fixture(scope="module")
def harmed(real, tmp_path_factory):
    """What became of each harm."""
    import socket

    there, folder = tmp_path_factory.mktemp("there"), tmp_path_factory.mktemp("folder")
    (there / "dear").write_text("dear", encoding="utf-8")
    kit = str(Path(__file__).parents[3] / "cjsim")
    with socket.create_server(("127.0.0.1", 0)) as server:
        facts = [HARMS, str(there), kit, server.getsockname()[1], os.getpid()]
        command = real.command(folder, ["-c", HARM, json.dumps(facts)])
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {path.name: path.read_text() for path in there.iterdir()} == {"dear": "dear"}
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", HARMS)
def test_the_system_holds_a_process(name, harmed):
    assert harmed[name] == "held"


def test_a_process_may_write_in_its_folder_and_start_programs(real, tmp_path):
    code = "import subprocess; open('mine', 'w').write('x'); subprocess.run(['touch', 'yours'])"
    subprocess.run(real.command(tmp_path, ["-c", code]), check=True)
    assert {"mine", "yours"} <= {path.name for path in tmp_path.iterdir()}
    assert stat.S_ISREG((tmp_path / "mine").stat().st_mode)


def test_its_processes_end_with_it(real, tmp_path):
    """A child in a session of its own holds a pipe open: its end is heard, or this never ends."""
    code = (
        "import os, subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'],"
        " start_new_session=True)\nprint('started', flush=True)\nimport signal; signal.pause()"
    )
    process = subprocess.Popen(real.command(tmp_path, ["-c", code]), stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"started\n"
    process.kill()
    assert process.stdout.read() == b""
    process.wait()
    process.stdout.close()
