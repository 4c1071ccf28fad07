"""Words for the keys of a scenario in another language than English: `keys.<lang>.toml`.

English is said once, by the models of `cjsim.scenario` and the files in `presets`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any


@lru_cache
def key_words(lang: str) -> Mapping[str, Any]:
    """The words of one language, read once: table -> key -> sentence; none for English."""
    source = files("cjsim.labels").joinpath(f"keys.{lang}.toml")
    return tomllib.loads(source.read_text(encoding="utf-8")) if source.is_file() else {}
