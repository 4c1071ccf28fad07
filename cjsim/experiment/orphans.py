"""Nobody is left behind: a process that is told to end ends its own, one that is killed too."""

from __future__ import annotations

import _thread
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

ENDINGS = ("SIGTERM", "SIGHUP")
"""Signals that end what is ours as Ctrl-C does: the second comes when a terminal is closed."""
MOMENT = 0.02
"""Seconds after which a signal that was lost comes again."""
GLANCE = 0.5
"""Seconds between two looks at the parent, where the system does not say that it has ended."""


def end_with(parent: int) -> None:
    """End this process once its parent has ended, whatever it is doing; called in a worker.

    Nothing is lost by it: nobody is there to take what it computes.
    """
    threading.Thread(target=_wait_and_end, args=(parent,), daemon=True).start()


def _wait_and_end(parent: int) -> None:
    if os.name == "nt":
        import multiprocessing  # a command need not wait for it

        if starter := multiprocessing.parent_process():
            starter.join()
            os._exit(1)
        return
    try:
        waited_for = os.pidfd_open(parent)
        if os.getppid() == parent:
            poll = select.poll()
            poll.register(waited_for, select.POLLIN)
            poll.poll()
    except (AttributeError, OSError):  # another system, an old kernel, or it has ended already
        while os.getppid() == parent:
            time.sleep(GLANCE)
    os._exit(1)  # no word: an interpreter that ends in good order would tell of broken pipes


def signal_ourselves(number: signal.Signals) -> None:
    """Have the main thread's handler of a signal run, whatever it waits for."""
    if os.name == "posix":
        os.kill(os.getpid(), number)
    else:
        _thread.interrupt_main(number)


@contextmanager
def ended_as_by_ctrl_c() -> Iterator[None]:
    """Being told to end, and the terminal being closed, do what Ctrl-C does: all of ours ends.

    Where such a signal is ignored, as under `nohup`, it stays so. One that comes while Python
    clears up, where what is raised is only told and forgotten, comes again right after.
    """

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    before = {}
    if threading.current_thread() is threading.main_thread():
        for name in ENDINGS:
            number = getattr(signal, name, None)  # Windows has no terminals that hang up
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                before[number] = signal.signal(number, stop)
    told = sys.unraisablehook

    def again(unraisable: sys.UnraisableHookArgs) -> None:
        if isinstance(unraisable.exc_value, KeyboardInterrupt):
            number = next(iter(before), signal.SIGINT)
            threading.Timer(MOMENT, signal_ourselves, [number]).start()  # not into this very hook
        else:
            told(unraisable)

    sys.unraisablehook = again
    try:
        yield
    finally:
        sys.unraisablehook = told
        for number, handler in before.items():
            signal.signal(number, handler)
