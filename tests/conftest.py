"""What every test shares: examples from hypothesis, and which process runs which file."""

from itertools import groupby

import pytest
from hypothesis import HealthCheck, settings

from tests.often import THOROUGH, often

settings.register_profile(
    "ci",  # the same each time
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile(
    "thorough",  # others each time; a failure prints how to have it again
    settings.get_profile("ci"),
    max_examples=often(100),
    derandomize=False,
    print_blob=True,
)
settings.load_profile("thorough" if THOROUGH else "ci")


def path_of(item):
    return item.nodeid.split("::")[0]


def pytest_collection_modifyitems(config, items):
    """Where processes share the tests, files with slow ones begin: none is left at the end."""
    if hasattr(config, "workerinput"):
        files = [list(file) for _, file in groupby(items, path_of)]
        files.sort(key=lambda file: all(item.get_closest_marker("slow") is None for item in file))
        items[:] = [item for file in files for item in file]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """A file stays in one process, which makes what it needs once; so does all of the site."""
    if config.getvalue("dist") != "load":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Files(LoadFileScheduling):
        def _split_scope(self, nodeid):
            return "site" if nodeid.startswith("tests/site/") else super()._split_scope(nodeid)

    config.option.loadscopereorder = False  # the order is that of the items
    return Files(config, log)
