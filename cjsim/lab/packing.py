"""What a panel asks, as an attribute of the picture that a saved notebook keeps.

A page without Python can so build the same panel with an engine of its own.
"""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any


def packed(asked: Any) -> str:
    """Plain values as text that may stand in an attribute.

    >>> unpacked(packed({"keys": ["guide.accuracy"]}))
    {'keys': ['guide.accuracy']}
    """
    return base64.b64encode(zlib.compress(json.dumps(asked).encode(), 9)).decode()


def unpacked(text: str) -> Any:
    """The values that `packed` has made text of."""
    return json.loads(zlib.decompress(base64.b64decode(text)))
