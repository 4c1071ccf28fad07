"""What a notebook tries outside of its folder is refused, and told, where Python announces it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the calls are those of posix")
ROOT = Path(__file__).parents[3]

OTHERS = {
    "another program": ("subprocess.run(['true'])", "program"),
    "a shell": ("os.system('true')", "program"),
    "a copy of itself": ("os.fork()", "program"),
    "another in its place": ("os.execv('/bin/true', ['true'])", "program"),
    "posix_spawn": ("os.posix_spawn('/bin/true', ['true'], {})", "program"),
    "popen": ("os.popen('true')", "program"),
    "a connection": ("socket.create_connection(('192.0.2.1', 9))", "network"),
    "a server": ("socket.socket().bind(('127.0.0.1', 0))", "network"),
    "a name": ("socket.gethostbyname('example.org')", "network"),
    "a datagram": (
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 9))",
        "network",
    ),
    "a page": ("import urllib.request; urllib.request.urlopen('http://192.0.2.1/')", "network"),
    "a signal": ("os.kill(os.getppid(), 0)", "signal"),
    "a signal to a group": ("os.killpg(os.getpgid(0), 0)", "signal"),
}
"""What is refused beside writing, in a line, and the kind."""
WAYS = {
    "open": "open(there / 'new', 'w')",
    "append": "open(there / 'dear', 'a')",
    "os.open": "os.open(there / 'new', os.O_CREAT | os.O_WRONLY)",
    "truncate": "os.truncate(there / 'dear', 0)",
    "ftruncate": "os.ftruncate(os.open(there / 'dear', os.O_RDWR), 0)",
    "remove": "os.remove(there / 'dear')",
    "unlink": "os.unlink(there / 'dear')",
    "rename out": "os.rename('mine', there / 'new')",
    "rename in": "os.rename(there / 'dear', 'taken')",
    "replace": "os.replace('mine', there / 'dear')",
    "mkdir": "os.mkdir(there / 'new')",
    "makedirs": "os.makedirs(there / 'new' / 'deeper')",
    "rmdir": "os.rmdir(there / 'empty')",
    "link": "os.link('mine', there / 'new')",
    "link in": "os.link(there / 'dear', 'door')",
    "symlink": "os.symlink('mine', there / 'new')",
    "symlink in": "os.symlink(there / 'dear', 'door')",
    "chmod": "os.chmod(there / 'dear', 0o777)",
    "chown": "os.chown(there / 'dear', os.getuid(), os.getgid())",
    "lchown": "os.lchown(there / 'dear', os.getuid(), os.getgid())",
    "utime": "os.utime(there / 'dear', (0, 0))",
    "by way of a link": "open('way/new', 'w')",
    "by way of the folder above": "open('../there/new', 'w')",
    "shutil.move": "shutil.move('mine', there / 'new')",
    "shutil.rmtree": "shutil.rmtree(there / 'empty')",
    "shutil.copy": "shutil.copy('mine', there / 'new')",
    "pathlib": "(there / 'dear').write_text('mine')",
}
"""What writes outside, in a line."""
HONEST = {
    "a file": "open('new', 'w').write('x')",
    "its size": "os.truncate('mine', 1)",
    "its size by number": "os.ftruncate(os.open('mine', os.O_RDWR), 0)",
    "a folder": "os.makedirs('a/b')",
    "a name": "os.rename('mine', 'yours')",
    "a link": "os.link('mine', 'again')",
    "a queue": "os.mkfifo('queue')",
    "rights": "os.chmod('mine', 0o600)",
    "rights by number": "os.fchmod(os.open('mine', os.O_RDONLY), 0o600)",
    "itself": "os.kill(os.getpid(), 0)",
    "a pair of sockets": "socket.socketpair()",
    "native code": "import ctypes; ctypes.CDLL(None).getpid()",
    "the rubbish": "import gc; gc.get_objects()",
    "threads": "import threading; threading.Thread(target=print).start()",
    "imports": "import _posixsubprocess, multiprocessing, asyncio",
    "times": "os.utime('mine', (0, 0))",
    "to read elsewhere": "open(there / 'dear').read()",
    "nowhere": "open(os.devnull, 'w').write('x')",
    "a file without a name": "import tempfile; tempfile.TemporaryFile(dir='.').write(b'x')",
    "away": "os.remove('mine')",
}
"""What an exercise may do in its folder."""

PROGRAM = """
import json, os, shutil, socket, subprocess, sys, urllib.request
from pathlib import Path
from cjsim.course.grading import guard
home, lines = Path(sys.argv[1]), json.loads(sys.argv[2])
there = home.parent / "there"
os.chdir(home)
told, ends = [], {}
guard.close(str(home), lambda kind, what: told.append(kind))
for name, line in lines.items():
    open("mine", "w").write("mine")
    told.clear()
    try:
        exec(line)
        ends[name] = "went through"
    except PermissionError as error:
        ends[name] = "refused" if "not allowed while grading" in str(error) else str(error)
    except Exception as error:  # urllib wraps it
        ends[name] = "refused" if "not allowed while grading" in repr(error) else repr(error)
    ends[name] = [ends[name], *told]
print(json.dumps(ends))
"""


def ends_of(lines, place):
    """What becomes of each line in a process with its seat belt on: how it ends, what is told."""
    (place / "home").mkdir()
    there = place / "there"
    (there / "empty").mkdir(parents=True)
    (there / "dear").write_text("dear", encoding="utf-8")
    (place / "home" / "way").symlink_to(there)
    before = state(there)
    words = [sys.executable, "-c", PROGRAM, str(place / "home"), json.dumps(lines)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert state(there) == before
    return json.loads(done.stdout)


def state(folder):
    """Names, contents, rights and times of all that is there."""
    return {
        path.name: (path.stat().st_mode, path.stat().st_mtime_ns, path.stat().st_nlink,
                    path.read_text(encoding="utf-8") if path.is_file() else "")
        for path in folder.iterdir()
    }  # fmt: skip


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    lines = {**WAYS, **{name: line for name, (line, _) in OTHERS.items()}}
    return ends_of(lines, tmp_path_factory.mktemp("refused"))


@pytest.mark.parametrize("way", [*WAYS, *OTHERS])
def test_what_no_exercise_needs_is_refused_and_told(way, refused):
    kind = OTHERS[way][1] if way in OTHERS else "wrote"
    assert refused[way] == ["refused", kind]


def test_honest_work_in_the_folder_goes_through(tmp_path):
    assert ends_of(HONEST, tmp_path) == {name: ["went through"] for name in HONEST}
