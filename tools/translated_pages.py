"""A page in two languages: the same headings, code, links, numbers and tables; prose that keeps up.

A Russian page ends with a comment, `<!-- says: ... -->`: a digest of each section of the English
page that it was made from. `python -m tools.translations` names the sections that have changed.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import unquote

from tools.markdown import github_anchors, lines_of
from tools.pages import ROOT
from tools.site.tree import name_of, pages_of, twin_of

ENGLISH_ALONE: Final = {
    "CHANGELOG": "a diary of the code, for whoever changes it",
    "CONTRIBUTING": "for whoever changes the code, whose words are English",
    "docs/design": "for whoever changes the code",
    "docs/face-validity": "written by a tool, for whoever tunes the presets",
    "docs/how-to/assumption": "for whoever changes the code",
    "docs/how-to/chart": "for whoever changes the code",
    "docs/how-to/extend": "for whoever changes the code",
    "docs/how-to/language": "for whoever changes the code",
    "docs/how-to/rule": "for whoever changes the code",
    "docs/how-to/stage-label": "for whoever changes the code",
    "docs/how-to/tests": "for whoever changes the code",
}
"""Pages that stay in English, and why."""
SAYS: Final = re.compile(r"\n*<!-- says:([0-9a-f\s]*)-->\n*\Z")
LINK: Final = re.compile(r"(?<=\]\()([^)\s]+)(?=\))")
SPAN: Final = re.compile(r"`[^`\n]+`")
FORMULA: Final = re.compile(r"\$\$.+?\$\$|\$[^$\n]+\$", re.DOTALL)
SMALL: Final = 20
"""Whole numbers up to here may be words in one language and digits in the other."""


class Parts(NamedTuple):
    """What of a page is prose, and its blocks of code, the language of a fence first."""

    prose: str
    code: list[list[str]]


def twins() -> dict[Path, Path]:
    """Each translated page of the documentation -> its original."""
    english = pages_of("en")
    return {
        path: english[twin_of(name) or ""]
        for name, path in pages_of("ru").items()
        if name == "README.ru" or name.startswith("docs/ru/")
    }


def differences(path: Path, original: Path) -> list[str]:
    """What is wrong with a translated page, one line per fault; the first words say where."""
    texts = [page.read_text(encoding="utf-8") for page in (original, path)]
    return [*faults(texts[0], texts[1]), *_astray(texts[0], texts[1], original, path)]


def faults(english: str, translated: str) -> list[str]:
    """Where a translation does not mirror its original; links are another matter."""
    one, other = parts(english), parts(translated)
    lines = [*_code_faults(one.code, other.code)]
    for what, told in (("headings", levels), ("tables", tables)):
        if told(one.prose) != told(other.prose):
            lines.append(f"{what}: {told(one.prose)} in the original, {told(other.prose)} here")
    lines += _uneven("numbers", numbers(one.prose), numbers(other.prose, thousands="\u202f\u00a0"))
    lines += _uneven("formulas", formulas(one.prose), formulas(other.prose))
    marked = {span for span in spans(other.prose) if _bare_in(span, one.prose)}
    lines += _uneven(
        "words of code", Counter(spans(one.prose)), Counter(spans(other.prose) - marked)
    )
    return lines + stale(english, translated)


def confirm(path: Path, original: Path) -> str:
    """The text of a translated page: links to translated pages, outputs and digests as of now."""
    texts = [page.read_text(encoding="utf-8") for page in (original, path)]
    blocks = iter(parts(texts[0]).code)
    made: list[str] = []
    for is_code, lines in groupby(lines_of(SAYS.sub("\n", texts[1]).rstrip("\n")), itemgetter(1)):
        text = "".join(line for line, _ in lines)
        if is_code:
            shown = _printing(text.rstrip("\n").split("\n"), next(blocks, []))
            made.append("".join(f"{line}\n" for line in shown))
        else:
            made.append(LINK.sub(lambda link: _led(link[0], path, original), text))
    says = "\n".join(digest for _, digest in digests(texts[0]))
    return "".join(made).rstrip("\n") + f"\n\n<!-- says:\n{says}\n-->\n"


def _printing(block: list[str], original: list[str]) -> list[str]:
    """A block of examples with what the original prints now, but for what is asked in Russian."""
    here, there = list(_examples(block)), list(_examples(original))
    if len(here) != len(there):
        return block
    taken = [*here[0][1]]
    for (source, told), (_, printed) in zip(here[1:], there[1:], strict=True):
        code = "".join(re.sub(r"(?:^|\s+)# .*$", "", line) for line in source)
        taken += source + (told if re.search('"ru"|[А-Яа-яЁё]', code) else printed)
    return taken


def _examples(block: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """(what is typed, what is printed) of each example; first what stands above them."""
    source: list[str] = []
    shown: list[str] = []
    for line in block:
        if line.lstrip().startswith(">>> "):
            yield source, shown
            source, shown = [line], []
        elif not shown and source and line.lstrip().startswith("... "):
            source.append(line)
        else:
            shown.append(line)
    yield source, shown


# --- What is compared -----------------------------------------------------------------------------


def parts(text: str) -> Parts:
    """A page taken apart."""
    prose: list[str] = []
    code: list[list[str]] = []
    before = False
    for line, is_code in lines_of(SAYS.sub("\n", text)):
        if not is_code:
            prose.append(line)
        elif before:
            code[-1].append(line.rstrip("\n"))
        else:
            code.append([line.rstrip("\n")])
        before = is_code
    return Parts("".join(prose), code)


def headings(text: str) -> list[str]:
    """The headings of a page, with their marks."""
    return re.findall(r"^#{1,6} .+$", parts(text).prose, re.MULTILINE)


def levels(prose: str) -> list[int]:
    """How deep each heading is."""
    return [len(marks) for marks in re.findall(r"^(#{1,6}) ", prose, re.MULTILINE)]


def tables(prose: str) -> list[str]:
    """Each table as rows x columns."""
    blocks: list[list[str]] = [[]]
    for line in prose.splitlines():
        if line.startswith("|"):
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    plain = [[re.sub(r"`[^`]*`|\\\|", "", row) for row in table] for table in blocks if table]
    return [f"{len(rows)} x {max(row.count('|') for row in rows) - 1}" for rows in plain]


def numbers(prose: str, *, thousands: str = ",") -> Counter[str]:
    """The numbers of a text as both languages agree on them; small whole ones may be words."""
    bare = FORMULA.sub(" ", SPAN.sub(" ", LINK.sub("", prose)))
    bare = re.sub(rf"(?<=\d)[{thousands}](?=\d{{3}}(?!\d))", "", bare)
    told = re.findall(r"(?<![\w.,])(\d*)(?:[.,](\d+))?(?![\w])", bare)
    kept = [f"{whole.lstrip('0') or '0'}.{part}" if part else whole for whole, part in told]
    return Counter(n for n in kept if "." in n or (n and int(n) > SMALL))


def formulas(prose: str) -> Counter[str]:
    """The formulas of a text, the words in them left out."""
    bare = SPAN.sub(" ", prose)
    return Counter(re.sub(r"\\(?:text|mathrm)\{[^}]*\}|\s", "", f) for f in FORMULA.findall(bare))


def spans(prose: str) -> set[str]:
    """What stands in backticks."""
    return {_bare(span) for span in SPAN.findall(prose)}


def _bare_in(span: str, original: str) -> bool:
    """Whether a word of code stands in the original without its marks, where English reads on.

    A span that the original marks too counts as one of its spans.
    """
    word = re.escape(span.strip("`"))
    return span not in spans(original) and bool(re.search(rf"(?<!\w){word}(?!\w)", original))


def _uneven(what: str, one: Counter[str], other: Counter[str]) -> list[str]:
    """What one language says and the other does not."""
    less, more = one - other, other - one
    return [f"{what}: {word} is missing" for word in less] + [
        f"{what}: {word} is not in the original" for word in more
    ]


# --- Code -----------------------------------------------------------------------------------------


def _code_faults(one: list[list[str]], other: list[list[str]]) -> Iterator[str]:
    if len(one) != len(other):
        yield f"code: {len(one)} blocks in the original, {len(other)} here"
        return
    for number, (block, twin) in enumerate(zip(one, other, strict=True), 1):
        spoken = any("--lang" in line for line in (*block, *twin) if line.startswith("$ "))
        lines, others = (list(_compared(b, spoken=spoken)) for b in (block, twin))
        if len(lines) != len(others) or not all(map(_same, lines, others)):
            first = next((b for a, b in zip(lines, others, strict=False) if not _same(a, b)), "")
            yield f"code: block {number} differs: {first or 'its number of lines'}"


def _compared(block: list[str], *, spoken: bool) -> Iterator[str]:
    """The lines of a block without comments, and without what a run prints in a language.

    Parameters
    ----------
    block : a fence first, if there is one.
    spoken : whether its command is asked in a language.
    """
    typed = any(line.lstrip().startswith(">>> ") for line in block)
    for line in block:
        output = typed and not re.match(r" *(>>>|\.\.\.|```)", line)
        if not output and (not spoken or re.match(r"\$ |```", line)) and (bare := _bare(line)):
            yield bare


def _bare(line: str) -> str:
    """A line of code in no language: no comment, no choice of a language, no title."""
    line = re.sub(r"(?:^|\s+)# .*$", "", line).rstrip()
    line = re.sub(r" --lang (?:en|ru)\b", "", line.replace('"ru"', '"en"'))
    return re.sub(r'^((?:\w+\.)*title = )".*"$', r"\1", line)


def _same(line: str, other: str) -> bool:
    """Whether lines of code are the same; a text in Cyrillic may stand for any other.

    So may words in Cyrillic in a formula, which is indented; its signs, numbers and names may not.
    """
    words = re.split(r'"[^"]*[А-Яа-яЁё][^"]*"', other)
    if re.fullmatch('"[^"]*"'.join(re.escape(word) for word in words), line):
        return True
    formula = line.startswith("    ") and re.search("[А-Яа-яЁё]", other)
    return bool(formula) and _signs(line) == _signs(other) and _names(other) <= _names(line)


def _signs(line: str) -> str:
    """A formula without its words: signs, numbers and single letters."""
    return re.sub(r"(?i)[а-яё]+|\ba (?=[a-z])|'s\b|[a-z]{2,}\w*|[\s,;:«»]", "", line)


def _names(line: str) -> set[str]:
    """The words of a formula in Latin letters."""
    return set(re.findall(r"(?i)[a-z]{2,}\w*", line))


# --- Links ----------------------------------------------------------------------------------------


def anchors(path: Path) -> list[str]:
    """The anchors of a page's headings as GitHub gives them, in their order."""
    return github_anchors(heading.lstrip("# ") for heading in headings(path.read_text("utf-8")))


@cache
def _there(page: Path) -> Path | None:
    """The page in the other language."""
    for lang, other in (("en", "ru"), ("ru", "en")):
        if pages_of(lang).get(name_of(page)) == page:
            return pages_of(other).get(twin_of(name_of(page)) or "")
    return None


def _target(link: str, page: Path) -> tuple[Path, str] | None:
    """The file and the anchor that a link of a page leads to; None if out of the project."""
    if re.match(r"\w+:|//", link):
        return None
    name, _, anchor = unquote(link).partition("#")
    target = Path(os.path.normpath(page.parent / name)) if name else page
    return (target, anchor) if target.is_relative_to(ROOT) else None


def _over(target: Path, anchor: str) -> tuple[Path, str]:
    """Where a link leads in the other language."""
    twin = _there(target)
    if twin is None:
        return target, anchor
    if anchor and target.suffix == ".md" and anchor in (here := anchors(target)):
        there = anchors(twin)
        at = here.index(anchor)
        anchor = there[at] if at < len(there) else anchor
    return twin, anchor


def _leads(text: str, page: Path) -> Counter[str]:
    """Where the links of a page lead, from the root of the project."""
    targets = []
    for link in LINK.findall(SPAN.sub("``", parts(text).prose)):
        if to := _target(link, page):
            targets.append(_said(*to))
        else:
            targets.append(link)
    return Counter(targets)


def _said(target: Path, anchor: str) -> str:
    return target.relative_to(ROOT).as_posix() + (f"#{anchor}" if anchor else "")


def _astray(english: str, translated: str, original: Path, page: Path) -> list[str]:
    """Links of the original that do not lead on to the same in the other language."""
    led = _leads(english, original)
    wanted: Counter[str] = Counter()
    for link, times in led.items():
        name, _, anchor = link.partition("#")
        twin = _over(ROOT / name, anchor) if not re.match(r"\w+:|//", link) else None
        over = _said(*twin) if twin else link
        both = over in led and name != name_of(original) + ".ru.md"
        wanted[link if both else over] += times
    return _uneven("links", wanted, _leads(translated, page))


def _led(link: str, page: Path, original: Path) -> str:
    """A link of a translated page, to a translated page where there is one by now."""
    to = _target(link, page)
    if to is None or to[0] == original or pages_of("en").get(name_of(to[0])) != to[0]:
        return link
    twin, anchor = _over(*to)
    if twin == to[0] or twin not in {*twins()}:
        return link
    name = Path(os.path.relpath(twin, page.parent)).as_posix()
    return name + (f"#{anchor}" if anchor else "")


# --- Whether it keeps up --------------------------------------------------------------------------


def digests(text: str) -> list[tuple[str, str]]:
    """(heading, twelve characters that change with the prose) of each section of a page."""
    sections = re.split(r"(?m)^(?=#{1,6} )", parts(text).prose)
    return [
        (part.partition("\n")[0].lstrip("# "), hashlib.sha256(part.encode()).hexdigest()[:12])
        for part in sections
        if part.strip()
    ]


def stale(english: str, translated: str) -> list[str]:
    """The sections that have changed since the translation was confirmed."""
    kept = SAYS.search(translated)
    if not kept:
        return ["nobody has confirmed that this says what the original says"]
    before = kept[1].split()
    now = digests(english)
    if len(before) != len(now):
        return [f"the original has {len(now)} sections now, and had {len(before)}"]
    return [
        f"{heading}: the original has changed since this was translated"
        for (heading, digest), old in zip(now, before, strict=True)
        if digest != old
    ]


def untranslated(pages: Iterable[str], listed: Container[str] = ENGLISH_ALONE) -> list[str]:
    """Those pages of the documentation that have no twin and are not listed as English alone."""
    return [
        name
        for name in pages
        if name in ("README", "CHANGELOG", "CONTRIBUTING") or name.startswith("docs/")
        if twin_of(name) is None and name not in listed
    ]
