"""Whether a quotation stands in the sources, which are not ours to hand on.

Of the sources' texts the project keeps a number for every one, two and three words that follow each
other. From them the text cannot be read again, but a quotation that nobody wrote is told.

    python -m tools.quotations SOURCE.txt ...
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from cjsim.files import write_bytes
from tools.pages import ROOT

STORE: Final = ROOT / "tests" / "course" / "quotations.bin"
"""The numbers, three bytes each, in rising order."""
LONGEST: Final = 3
"""So many words in a row tell an invented sentence; more would make the file larger only."""
BYTES: Final = 3
"""One of a thousand invented rows of words passes by chance; a sentence has several."""


def words_of(text: str) -> list[str]:
    """The words of a text as they are compared: small letters, ё as е, nothing between them.

    >>> words_of("Проводников хороших – не меняют.")
    ['проводников', 'хороших', 'не', 'меняют']
    """
    return re.findall(r"\w+", text.lower().replace("ё", "е").replace("\u0301", ""))


def rows_of(words: list[str], length: int) -> Iterator[bytes]:
    """The number of each row of so many words."""
    for start in range(len(words) - length + 1):
        row = " ".join(words[start : start + length])
        yield hashlib.sha256(row.encode()).digest()[:BYTES]


@cache
def known() -> frozenset[bytes]:
    """The numbers of all rows of words of the sources."""
    kept = STORE.read_bytes()
    return frozenset(kept[at : at + BYTES] for at in range(0, len(kept), BYTES))


def is_quoted(quotation: str) -> bool:
    """Whether the sources have these words in a row; what is left out is told by an ellipsis.

    >>> is_quoted("Проводников хороших не меняют"), is_quoted("Проводников плохих не меняют")
    (True, False)
    """
    parts = [words_of(part) for part in re.split(r"…|\.\.\.|\[[^\]]*\]", quotation)]
    return all(
        row in known() for part in parts if part for row in rows_of(part, min(LONGEST, len(part)))
    )


def main(sources: list[str]) -> None:
    """Write the numbers of these texts."""
    texts = [words_of(Path(source).read_text(encoding="utf-8")) for source in sources]
    rows = {
        row for text in texts for length in range(1, LONGEST + 1) for row in rows_of(text, length)
    }
    write_bytes(STORE, b"".join(sorted(rows)))


if __name__ == "__main__":
    main(sys.argv[1:])
