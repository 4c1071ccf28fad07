"""What is printed, and what the terminal says to us: on any code page, to the end, as plain text.

A redirected output may have no word for a minus or for Cyrillic; nobody may read on; the disk
behind it may be full; the terminal may be closed. None of it may cost what was computed, so files
are written before words.
"""

from __future__ import annotations

import codecs
import json
import math
import os
import sys
from argparse import ArgumentParser
from contextlib import suppress
from typing import IO, Any

from cjsim.labels.visible import visible

PLAIN = {
    "−": "-", "–": "-", "—": "-", "±": "+-", "×": "x", "·": "*", "…": "...", "“": '"', "”": '"',
    "„": '"', "«": '"', "»": '"', "’": "'", "‘": "'", "≤": "<=", "≥": ">=", "≈": "~", "→": "->",
    "\u00a0": " ", "\u202f": " ", "\u2009": " ", "²": "^2", "α": "alpha", "β": "beta", "κ": "kappa",
}  # fmt: skip
"""What stands for a letter that a code page lacks; for all others a question mark."""
HANDLER = "cjsim.plain"


def _in_plain_letters(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(PLAIN.get(letter, "?") for letter in letters), error.end


def get_ready() -> None:
    """Make the streams take every letter; a stream that was closed swallows what it is given."""
    codecs.register_error(HANDLER, _in_plain_letters)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - for good
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=HANDLER)


def say(text: str = "", stream: IO[str] | None = None, end: str = "\n") -> None:
    """Print a text in which nothing acts; to the error stream where it is given.

    Raises OSError where standard output does not take it; an error stream may be gone.
    """
    if stream is None:
        print(visible(text), end=end)
    else:
        with suppress(OSError):
            print(visible(text), end=end, file=stream, flush=True)


def shown(word: str) -> str:
    """A wrong word, in quotes and cut short."""
    return repr(word if len(word) < 60 else f"{word[:57]}...")


def say_json(data: Any) -> None:
    """Print data as JSON in ASCII, which every code page holds; what is no number there is null."""
    print(json.dumps(_finite(data), indent=2, allow_nan=False))


def _finite(data: Any) -> Any:
    """The data; JSON has no nan, and infinite numbers are words there."""
    if isinstance(data, dict):
        return {key: _finite(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_finite(value) for value in data]
    if not isinstance(data, float) or math.isfinite(data):
        return data
    return None if math.isnan(data) else str(data)


def finish() -> int:
    """Send off what is printed; the exit status, 0 where all of it went out.

    141 where nobody reads on, as `head` does not; 2 where the output has no room.
    """
    status = 0
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            status = 141
            _swallow(stream)
        except OSError as error:
            status = status or 2
            _swallow(stream)
            if stream is sys.stdout:
                say(f"cjsim: the output cannot be written: {error.strerror}", sys.stderr)
    return status


def _swallow(stream: IO[str]) -> None:
    """What is still to be printed goes nowhere: Python would complain of it on its way out."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


class Parser(ArgumentParser):
    """A parser whose messages show a word of the user's, and obey none.

    Python's own says nothing of an output that takes no help.
    """

    def _print_message(self, message: str, file: Any = None) -> None:
        if message:
            say(message, None if file is sys.stdout else sys.stderr, end="")
