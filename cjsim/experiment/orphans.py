"""Workers that end with whoever started them: none is left behind by a process that was killed."""

from __future__ import annotations

import multiprocessing
import os
import select
import threading
import time

GLANCE = 0.5
"""Seconds between two looks at the parent, where the system does not say that it has ended."""


def end_with(parent: int) -> None:
    """End this process once its parent has ended, whatever it is doing; called in a worker.

    Nothing is lost by it: nobody is there to take what it computes.
    """
    threading.Thread(target=_wait_and_end, args=(parent,), daemon=True).start()


def _wait_and_end(parent: int) -> None:
    if os.name == "nt":
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
