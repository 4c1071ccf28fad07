"""Which claims of the three sources are taught, which simulated, and which left out, and why.

    python -m tools.coverage      # writes notebooks/COVERAGE.md

A claim is *taught* where a lecture cites its id in the text (its list of sources does not count),
*simulated* where a rule, a key or a preset cites it, and *left out* where `tools/left_out.toml`
gives the reason. Citing is not proving: the page tells where to look. Whoever cites a claim, or
stops to, runs the command again; a test compares, and lets no claim be none of the three.
"""

from __future__ import annotations

import io
import json
import re
import sys
import tokenize
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from cjsim.scenario.keys import TABLES, docs
from tools.pages import NOTEBOOKS, ROOT, store

PAGE: Final = "COVERAGE.md"
LAST_CLAIM: Final = {"A": 43, "B": 39, "C": 180, "T": 12}
SOURCES: Final = {
    "A": "A: the article on the outdated sales funnel",
    "B": "B: the blog post on where the client walks",
    "C": "C: the podcast on the customer journey",
    "T": "T: tensions between the claims",
}
TOPICS: Final = {
    "A1–A2": "journey instead of funnel",
    "A3–A13": "ten steps, kinds of contacts",
    "A14–A26": "twelve rows of touches",
    "A27–A29": "plan contacts for every stage",
    "A30–A32": "three laws",
    "A33–A37": "content, stability, what is critical",
    "A38–A39": "information systems",
    "A40–A43": "social networks, trust, two counts of stages",
    "B1–B5": "what a journey is, both sides",
    "B6–B14": "seven steps",
    "B15–B19": "touchpoints, satisfaction, slips",
    "B20–B33": "touchpoints online and offline",
    "B34–B39": "more touchpoints, weak points, asking",
    "C1–C18": "temperature, AIDA, twelve stages",
    "C19–C25": "pain and dream",
    "C26–C40": "from interest to comparison",
    "C41–C48": "action and the first deal",
    "C49–C59": "satisfaction, repeat deals",
    "C60–C73": "curiosity",
    "C74–C85": "loyalty, recommendation, with whom",
    "C86–C98": "guide and animator",
    "C99–C111": "the tent, pull and push, planned loss",
    "C112–C125": "experts and data",
    "C126–C140": "tools by stage",
    "C141–C150": "trust",
    "C151–C162": "signs of the stage, offline",
    "C163–C180": "signs online, many trails, fine shares",
    "T1–T12": "tensions",
}
NO_MODEL: Final = ("charts", "course", "lab", "labels", "scenario")
"""Folders that show and teach: what they cite is not thereby simulated."""
DENIED: Final = {"experiment/assumptions.py": {"C161"}}
"""Claims that a file names to say that it leaves them out."""
LEFT_OUT: Final = Path(__file__).parent / "left_out.toml"
MOST: Final = 4  # places named in a row of the page; the rest is counted

Places = Mapping[str, list[str]]
"""Claim ids, and where each of them is cited."""
Reasons = Mapping[str, str]
"""Claim ids, and why each of them is left out, in a sentence."""


def claims(text: str) -> set[str]:
    """The claim ids in a text; C90–C93 names four."""
    ids = set()
    cited = r"(?<![\w#])([ABCT])(\d{1,3})\b(?:[–-]\1(\d{1,3})\b)?"
    for letter, first, last in re.findall(cited, text):
        ids |= {f"{letter}{n}" for n in range(int(first), int(last or first) + 1)}
    return ids


def ledger() -> list[str]:
    """The ids of all claims, in their order."""
    return [f"{letter}{n}" for letter, last in LAST_CLAIM.items() for n in range(1, last + 1)]


# --- Where claims are cited -----------------------------------------------------------------------


def taught(folder: Path = NOTEBOOKS / "en") -> Places:
    """The lectures of a folder whose text cites a claim, as links from the page."""
    cited = []
    for path in sorted(folder.glob("*_*.ipynb")):  # the lab has no number
        number = path.stem.split("_")[0]
        link = f"[{number}]({folder.name}/{path.name})"
        cited += [(link, text) for text in _prose(path)]
    return _places(cited)


def _prose(path: Path) -> Iterator[str]:
    """The text of a lecture, without its list of sources."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "markdown" and cell["id"] != "sources":
            yield "".join(cell["source"])


def simulated(package: Path = ROOT / "cjsim") -> Places:
    """The modules, keys, touchpoints and presets that cite a claim."""
    cited = []
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package).as_posix()
        if name.split("/")[0] not in NO_MODEL:
            left_out = DENIED.get(name, set())
            cited_ids = " ".join(sorted(claims(_comments_and_strings(path)) - left_out))
            cited.append((f"`{name}`", cited_ids))
    cited += list(_keys())
    for path in sorted((package / "scenario" / "presets").glob("*.toml")):
        cited += list(_preset(path))
    return _places(cited)


def _comments_and_strings(path: Path) -> str:
    """The comments and strings of a module: a variable named C1 is no claim."""
    source = io.StringIO(path.read_text(encoding="utf-8"))
    kinds = (tokenize.COMMENT, tokenize.STRING)
    return "\n".join(t.string for t in tokenize.generate_tokens(source.readline) if t.type in kinds)


def _keys() -> Iterator[tuple[str, str]]:
    """The keys of a scenario, each with the note on its source."""
    for table in TABLES:
        for key in docs(table, "en"):
            name = key.key if table == "scenario" else f"{table}.{key.key}"
            yield f"`{name}`", f"{key.source} {key.text}"


def _preset(path: Path) -> Iterator[tuple[str, str]]:
    """The lines of a preset; in the library of touchpoints by the touchpoint they belong to."""
    name = path.name
    for line in path.read_text(encoding="utf-8").splitlines():
        header = re.match(r"\[(touchpoints\.\w+)", line)
        if header and path.stem == "touchpoints":
            name = header[1]
        yield f"`{path.name if line.startswith('#') else name}`", line


def left_out(path: Path = LEFT_OUT) -> Reasons:
    """The claims that are left out, each with the reason."""
    reasons: dict[str, str] = tomllib.loads(path.read_text(encoding="utf-8"))
    return reasons


def _places(cited: Iterable[tuple[str, str]]) -> Places:
    """Places by claim, each once, in the order they came."""
    places: dict[str, dict[str, None]] = defaultdict(dict)
    for place, text in cited:
        for claim in claims(text):
            places[claim][place] = None
    return {claim: list(cited_at) for claim, cited_at in places.items()}


# --- The page -------------------------------------------------------------------------------------


class Group(NamedTuple):
    """Claims that belong together."""

    ids: str
    topic: str
    claims: list[str]


def groups() -> list[Group]:
    """All claims by topic; every claim stands in one group."""
    order = ledger()
    return [
        Group(ids, topic, sorted(claims(ids), key=order.index)) for ids, topic in TOPICS.items()
    ]


def page(
    lectures: Places | None = None, model: Places | None = None, reasons: Reasons | None = None
) -> str:
    """The page as Markdown: counts per group, what is left out and why, then claim by claim."""
    lectures = taught() if lectures is None else lectures
    model = simulated() if model is None else model
    reasons = left_out() if reasons is None else reasons
    missing = [
        claim for claim in ledger() if not any(claim in x for x in (lectures, model, reasons))
    ]
    blocks = [
        "# Coverage of the claims",
        "Which claims of the sources are taught, which are simulated, and which are left out.\n"
        "**Taught**: the text of an English lecture cites the id. **Simulated**: a rule, a key, a\n"
        "touchpoint or a preset of the kit cites it. **Left out**: neither, for the reason given\n"
        "below. Citing is not proving; it tells where to look. This page is written by\n"
        "`python -m tools.coverage`: run that after a change.",
        _table(
            "Claims | Topic | Ids | Taught | Simulated | Left out | Not yet",
            _counts(lectures, model, reasons, missing),
        ),
        "## Left out",
        _table(
            "Claim | Why", [f"{claim} | {reasons[claim]}" for claim in ledger() if claim in reasons]
        ),
        "## Not yet",
        ", ".join(missing) + "."
        if missing
        else "Every claim is taught, simulated, or left out with a reason.",
    ]
    for letter, title in SOURCES.items():
        blocks.append(f"## {title}")
        for group in groups():
            if group.ids.startswith(letter):
                lines = [_row(claim, lectures, model, reasons) for claim in group.claims]
                table = _table("Claim | Taught in | Simulated in", lines)
                blocks += [f"### {group.ids} {group.topic}", table]
    return "\n\n".join(blocks) + "\n"


def _counts(
    lectures: Places, model: Places, reasons: Reasons, missing: Iterable[str]
) -> Iterator[str]:
    """A row of counts for each group, and one for all."""
    columns = [set(ids) for ids in (lectures, model, reasons, missing)]
    for ids, topic, members in [*groups(), Group("All", "", ledger())]:
        counts = [str(len(column.intersection(members))) for column in columns]
        yield " | ".join([ids, topic, str(len(members)), *counts])


def _row(claim: str, lectures: Places, model: Places, reasons: Reasons) -> str:
    taught_in, simulated_in = (_first_places(places.get(claim, [])) for places in (lectures, model))
    if claim in reasons:
        taught_in = "*left out*"
    return f"{claim} | {taught_in} | {simulated_in}"


def _first_places(places: list[str]) -> str:
    """The first places, and how many more there are."""
    more = f", and {len(places) - MOST} more" if len(places) > MOST else ""
    return ", ".join(places[:MOST]) + more


def _table(head: str, rows: Iterable[str]) -> str:
    rule = " | ".join("---" for _ in head.split(" | "))
    return "\n".join(re.sub(" +", " ", f"| {line} |") for line in [head, rule, *rows])


def main() -> int:
    """Write notebooks/COVERAGE.md."""
    return store(PAGE, page())


if __name__ == "__main__":
    sys.exit(main())
