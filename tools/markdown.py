"""What of a Markdown page is code, and where a link into it may point."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator


def lines_of(text: str) -> Iterator[tuple[str, bool]]:
    """The lines of a page, each with whether it is code: fenced, or indented outside of lists."""
    fence = ""
    above = listed = False
    for line in text.splitlines(keepends=True):
        if fence:
            yield line, True
            fence = "" if line.strip() == fence else fence
            continue
        if opened := re.match(r" *(```|~~~)", line):
            fence, above = opened[1], False
            yield line, True
            continue
        indented = line.startswith(("    ", "\t"))
        if line.strip() and not indented:
            item = bool(re.match(r" *([-*+]|\d+[.)]) ", line))
            listed = item or (listed and line.startswith(" "))
        is_code = indented and bool(line.strip()) and not listed and not above
        above = bool(line.strip()) and not is_code
        yield line, is_code


def github_anchors(headings: Iterable[str]) -> list[str]:
    """The anchors that GitHub gives to headings, in their order.

    >>> github_anchors(["What a [key](keys.md) does", "`price`", "Price"])
    ['what-a-key-does', 'price', 'price-1']
    """
    times: dict[str, int] = {}
    anchors = []
    for heading in headings:
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        again = times.get(slug, 0)
        times[slug] = again + 1
        anchors.append(f"{slug}-{again}" if again else slug)
    return anchors
