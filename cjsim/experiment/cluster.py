"""A dask cluster as an executor that says when nobody is left to work."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from typing import Any

PATIENCE = 8.0
"""Seconds without a scheduler or a worker until they count as gone: a nanny needs some for a new
worker, a client for a new connection."""
GONE = (
    "the dask scheduler or all its workers have gone; what is finished stands. Start them again, "
    "then ask once more"
)


class Cluster(Executor):
    """An executor on a dask client.

    Parameters
    ----------
    client : a `distributed.Client`.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._executor: Executor = client.get_executor(pure=False)
        self._well = time.monotonic()

    def submit(self, job: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a job done by a worker. Raises RuntimeError where the scheduler is gone."""
        try:
            return self._executor.submit(job, *args, **kwargs)
        except Exception as error:  # dask has many names for it
            raise RuntimeError(GONE) from error

    def must_be_there(self) -> None:
        """Raise RuntimeError once there has been no scheduler or no worker for `PATIENCE`."""
        if self._client.status == "running" and self._workers():
            self._well = time.monotonic()
        elif time.monotonic() > self._well + PATIENCE:
            raise RuntimeError(GONE)

    def _workers(self) -> int:
        with suppress(Exception):  # dask has many names for a scheduler that does not answer
            facts = self._client.sync(self._client.scheduler.identity, callback_timeout=GLANCE)
            return len(facts["workers"])
        return 0


GLANCE = 2.0
"""Seconds that a scheduler has to say who works for it."""


@contextmanager
def cluster(address: str, workers: int) -> Iterator[Cluster]:
    """An executor on a dask cluster: the one at an address, or one made on this machine.

    Raises ValueError where dask is not installed, OSError where nobody listens at the address.
    """
    try:
        import distributed
    except ImportError as error:
        raise ValueError('the executor "dask" needs: pip install "cjsim[cluster]"') from error
    dask: Any = distributed
    with _quiet("distributed"), _quiet("distributed.client"):
        if address:
            with dask.Client(address, timeout="10s") as client:
                yield Cluster(client)
            return
        with (
            dask.LocalCluster(
                n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
            ) as local,
            dask.Client(local) as client,
        ):
            yield Cluster(client)


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    """What a library tells of lost connections is said by us, in a sentence.

    Once they are lost it stays quiet: it goes on telling until the interpreter ends.
    """
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    yield
    logger.setLevel(before)
