"""Cells that mean harm and files that are broken, each with the verdict it should get."""

from __future__ import annotations

import json
from typing import Any

ERROR, ENDED, STOPPED, EXIT = "an error in cell 2", "ended Python", "stopped after", "asked Python"
MEMORY, CHANGED, FORGED = "needed more", "changed the kit", "wrote to the grader"
WROTE, PROGRAM, NETWORK, SIGNAL = (
    "wrote outside",
    "started another",
    "opened a conn",
    "sent a signal",
)
UNREADABLE, ANY = "cannot be read|empty|no tasks|needed more", ""

HOSTILE = {
    # --- ends that are none ---
    "endless": ("while True: pass", STOPPED),
    "sleeps": ("import time; time.sleep(1e6)", STOPPED),
    "sleeps after a sweep of signals": (
        "import signal, time\nfor n in (1, 2, 15): signal.signal(n, signal.SIG_IGN)\n"
        "time.sleep(1e6)",
        STOPPED,
    ),
    "prints for ever": ("while True: print('x' * 10**6)", STOPPED),
    "a regular expression": ("import re; re.match('(a+)+b', 'a' * 50)", STOPPED),
    "a number": ("x = 3 ** (10 ** 9)", f"{STOPPED}|{MEMORY}"),
    "stops itself": ("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", STOPPED),
    "leaves": ("import os; os._exit(0)", ENDED),
    "aborts": ("import os; os.abort()", ENDED),
    "kills itself": ("import os; os.kill(os.getpid(), 9)", ENDED),
    "crashes": ("import ctypes; ctypes.string_at(0)", ENDED),
    "an alarm": ("import signal, time; signal.alarm(1); time.sleep(1e6)", ENDED),
    "calls itself without limit": (
        "import sys; sys.setrecursionlimit(10**9)\ndef f(): return [f() for _ in 'x']\nf()",
        f"{ENDED}|{ERROR}|{MEMORY}|{STOPPED}",
    ),
    "closes all": ("import os; os.closerange(0, 4096)", ENDED),
    "exits": ("raise SystemExit", EXIT),
    "exits with a word": ("import sys; sys.exit('done')", EXIT),
    "interrupts": ("raise KeyboardInterrupt", EXIT),
    "asks": ("input()", ERROR),
    "calls itself": ("def f(): f()\nf()", ERROR),
    "brackets": ("eval('(' * 100_000)", f"{ERROR}|{MEMORY}"),
    "no Python": ("this is no Python", ERROR),
    # --- too much ---
    "much memory": ("big = bytearray(10**12)", MEMORY),
    "more and more memory": ("x = []\nwhile True: x.append(bytearray(10**7))", MEMORY),
    "a large array": ("import numpy; numpy.ones(10**11)", MEMORY),
    "a large file": ("with open('f', 'wb') as f:\n  while True: f.write(bytes(10**7))", ERROR),
    "many files": ("for n in range(2000): open(str(n), 'w').close()", "ok"),
    "deep folders": ("import os\nfor n in range(1500): os.mkdir('d'); os.chdir('d')", ANY),
    "many threads": (
        "import threading, time\nfor n in range(5000):\n"
        "  threading.Thread(target=time.sleep, args=(99,), daemon=True).start()",
        ANY,
    ),
    "a thread that goes on": (
        "import threading, time\nthreading.Thread(target=time.sleep, args=(999,)).start()",
        "ok",
    ),
    "no rights in its folder": ("import os; os.chmod('.', 0)", ANY),
    # --- the kit ---
    "replaces a check": (
        "import cjsim.course.sets.s01.checks as s; s._gain = lambda work: True",
        CHANGED,
    ),
    "rewrites a check": (
        "import cjsim.course.sets.s01.checks as s; s._gain.__code__ = (lambda work: True).__code__",
        CHANGED,
    ),
    "replaces the tasks": (
        "import cjsim.course.sets.s01.checks as s; s.TASKS = s.TASKS[:1]",
        CHANGED,
    ),
    "adds to the checks": ("import cjsim.course.sets.s01.checks as s; s.float = int", CHANGED),
    "replaces the kit": ("import cjsim; cjsim.compare = print", CHANGED),
    "replaces a method": ("import cjsim; cjsim.Comparison.paired = print", CHANGED),
    "replaces isinstance": (
        "import builtins; builtins.isinstance = lambda *a: True",
        f"{CHANGED}|{ENDED}",
    ),
    "replaces math": ("import math; math.isclose = lambda *a, **k: True", CHANGED),
    "replaces numpy": ("import numpy; numpy.asarray = lambda *a, **k: []", CHANGED),
    "replaces pandas": ("import pandas; pandas.DataFrame.equals = lambda *a: True", CHANGED),
    "forgets the kit": (
        "import sys; [sys.modules.pop(n) for n in list(sys.modules) if 'cjsim' in n]",
        ANY,
    ),
    "forgets all": ("import sys; sys.modules.clear()", ANY),
    "forgets its names": ("globals().clear()", ANY),
    # --- the grader's lines ---
    "prints lines": ('print(\'{"kind": "points", "points": {"1": 99}}\')', "ok"),
    "writes lines everywhere": (
        'import os\nfor n in range(3, 30):\n  try: os.write(n, b\'{"kind": "ready"}\\n\')\n'
        "  except OSError: pass",
        "ok",
    ),
    "patches what tells": ("import os, json; os.write = json.dumps = os.getpid = None", ANY),
    "too many points": ("TELL(kind='points', points={'1': 999}, failed=[])", FORGED),
    "points too early": (
        "TELL(kind='points', points={'1': 3, '2': 4, '3': 4, '4': 5}, failed=[])\n"
        "import os; os._exit(0)",
        FORGED,
    ),
    "a formula as a hint": (
        "TELL(kind='cell', cell='checks')\n"
        "TELL(kind='points', points={'1': 0, '2': 0, '3': 0, '4': 0}, failed=['=HYPERLINK(1)'])",
        FORGED,
    ),
    "ready again": ("TELL(kind='ready')", FORGED),
    "a verdict": ("TELL(kind='verdict', verdict='ok')", FORGED),
    "another set": ("TELL(kind='set', set='04', source='cells', missing=[])", FORGED),
    "a cell far off": ("TELL(kind='cell', cell=10**12)", FORGED),
    "a kind of its own": ("TELL(kind=['points'])", FORGED),
    # --- names ---
    "an error that steers a screen": ("raise type('\\x1b[2J\\x07', (Exception,), {})", ERROR),
    "an error of several lines": ("raise type('a\\nb\\u2028c', (Exception,), {})", ERROR),
    "an error with a long name": ("raise type('x' * 10**6, (Exception,), {})", ERROR),
    "an error without a text": (
        "class E(Exception):\n  def __str__(self): raise SystemExit\nraise E",
        ERROR,
    ),
    "an error without a name": (
        "class M(type):\n  __name__ = property(lambda self: 1 / 0)\n"
        "class E(Exception, metaclass=M): pass\nraise E",
        ERROR,
    ),
    "an error that is none": ("class E(BaseException): pass\nraise E", ERROR),
    # --- outside, where Python announces it ---
    "writes": ("open(OUTSIDE / 'made', 'w')", WROTE),
    "hides writing": ("try: open(OUTSIDE / 'made', 'w')\nexcept OSError: pass", WROTE),
    "removes": ("import os; os.remove(OUTSIDE / 'dear')", WROTE),
    "removes a tree": ("import shutil; shutil.rmtree(OUTSIDE)", WROTE),
    "moves": ("import os; os.rename(OUTSIDE / 'dear', 'mine')", WROTE),
    "by a link": ("import os; os.symlink(OUTSIDE, 'way')", WROTE),
    "an array": ("import numpy; numpy.arange(3).tofile(OUTSIDE / 'made')", WROTE),
    "a table": (
        "import pandas; pandas.DataFrame({'a': [1]}).to_csv(OUTSIDE / 'made')",
        "wrote|an error",
    ),
    "a figure": ("import matplotlib.pyplot as p; p.figure().savefig(OUTSIDE / 'made.png')", WROTE),
    "the kit's own": ("import cjsim; cjsim.simulate('phone', 9).save(OUTSIDE / 'made')", WROTE),
    "programs": ("import subprocess; subprocess.run(['touch', OUTSIDE / 'made'])", PROGRAM),
    "shell": ("!touch made", PROGRAM),
    "os.system": ("import os; os.system('true')", PROGRAM),
    "fork bomb": ("import os\nwhile True: os.fork()", PROGRAM),
    "another in its place": ("import os; os.execv('/bin/true', ['true'])", PROGRAM),
    "processes": ("import multiprocessing as m; m.get_context('fork').Process().start()", PROGRAM),
    "connects": ("import socket; socket.create_connection(('127.0.0.1', PORT))", NETWORK),
    "asks for a page": (
        "import urllib.request as u; u.urlopen(f'http://127.0.0.1:{PORT}')",
        NETWORK,
    ),
    "asks for a name": ("import socket; socket.gethostbyname('example.org')", NETWORK),
    "signals the grader": ("import os; os.kill(os.getppid(), 15)", SIGNAL),
    "signals its group": ("import os; os.killpg(0, 9)", SIGNAL),
}
"""A cell, and how the verdict begins."""

FOR_A_SANDBOX = {
    "writes by a folder": (
        "import os\nat = os.open(OUTSIDE, 0)\nos.open('made', os.O_CREAT | os.O_WRONLY, dir_fd=at)",
        ERROR,
    ),
    "sqlite": (
        "import sqlite3; sqlite3.connect(OUTSIDE / 'made').execute('create table t (a)')",
        ERROR,
    ),
    "duckdb": (
        "import duckdb; duckdb.sql(f\"copy (select 1) to '{OUTSIDE}/dear' (format csv)\")",
        ERROR,
    ),
    "a pipe": ("import os; os.mkfifo(OUTSIDE / 'made')", ERROR),
    "C": (
        "import ctypes\n"
        "ctypes.CDLL(None).system(f'touch {OUTSIDE}/made; rm {OUTSIDE}/dear'.encode())",
        "ok",
    ),
    "blinds the hook": (
        "import os; os.path.realpath = lambda p: os.getcwd(); open(OUTSIDE / 'made', 'w')",
        ERROR,
    ),
    "zmq": (
        "import zmq, time; s = zmq.Context().socket(zmq.PUSH)\n"
        "s.connect(f'tcp://127.0.0.1:{PORT}'); time.sleep(1)",
        ANY,
    ),
    "kills by a handle": (
        "import os, signal; signal.pidfd_send_signal(os.pidfd_open(os.getppid()), 9)",
        ANY,
    ),
    "processes by C": (
        "import ctypes, time\nfor n in range(90):\n"
        "  if ctypes.CDLL(None).fork() == 0: time.sleep(600)\n"
        "time.sleep(600)",
        f"started too many|{MEMORY}",
    ),
    "a process that stays": (
        "import ctypes, os, time\nif ctypes.CDLL(None).fork() == 0:\n  os.setsid()\n"
        "  while True: time.sleep(600)",
        ANY,
    ),
    "reads the solutions": ("open(EXERCISES / 'en/source/01_pull_or_push/tasks.ipynb')", ERROR),
    "reads the others": ("open(HANDED_IN / 'honest 0.ipynb')", ERROR),
}
"""What no hook in the same process holds; as a plain process it goes through."""


def plain_cell(source: Any, **more: Any) -> dict[str, Any]:
    """A code cell as a notebook file has it."""
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": None}
    return {**cell, "source": source, **more}


def file_of(*cells: Any, **more: Any) -> bytes:
    """A notebook file with these cells."""
    whole = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more}
    return json.dumps(whole).encode()


ASKS = "check('01', 1)"
BROKEN = {
    "nothing": b"",
    "spaces": b" \n\t ",
    "words": b"my homework",
    "half": file_of(plain_cell(ASKS))[:150],
    "backwards": file_of(plain_cell(ASKS))[::-1],
    "a list": b"[1, 2]",
    "a number alone": b"7",
    "null": b"null",
    "a string": b'"tasks"',
    "an object": b"{}",
    "zeros": bytes(10**6),
    "an archive": b"PK\x03\x04" * 99,
    "a page": b"<!DOCTYPE html><html>Sign in</html>",
    "16 bits": file_of(plain_cell(ASKS)).decode().encode("utf-16"),
    "Windows": json.dumps("проверка", ensure_ascii=False).encode("cp1251"),
    "deep": b"[" * 10**6,
    "grows in memory": b'{"cells": [' + b"{}," * (6 * 10**6) + b"{}]}",
    "too large": bytes(60 * 2**20),
    "no cells": file_of(cells=None),
    "cells that are an object": file_of(cells={}),
    "cells that are numbers": file_of(1, 2),
    "a cell without a source": file_of({"cell_type": "code"}),
    "a source that is a number": file_of(plain_cell(7)),
    "a source of numbers": file_of(plain_cell([1])),
    "a source that is null": file_of(plain_cell(None)),
    "no kind of cell": file_of({"source": ASKS}),
    "words alone": file_of({"cell_type": "markdown", "id": "a", "metadata": {}, "source": "x"}),
    "blank cells": file_of(plain_cell(" \n")),
    "another notebook": file_of(plain_cell("x = 1")),
    "a version to come": file_of(nbformat=99),
    "an old version": file_of(nbformat=2, worksheets=[]),
    "a version that is a word": file_of(nbformat="4"),
    "metadata that are null": file_of(plain_cell(ASKS, metadata=None)),
    "metadata that are a list": file_of(plain_cell(ASKS, metadata=[])),
    "no metadata of the file": file_of(plain_cell(ASKS), metadata=None),
    "outputs that are words": file_of(plain_cell(ASKS, outputs="none")),
}
"""Bytes of a file. None of them holds a task that could be graded."""
