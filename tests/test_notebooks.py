"""The lectures keep their form. That their outputs are still true is checked by running them:

pytest --nbval --nbval-current-env --nbval-sanitize-with tests/nbval.cfg notebooks/en

nbval lets much pass that we do not want: a notebook without outputs, a warning, a widget that shows
another picture each time. Each check here is a function that names the cells it does not like.
"""

import ast
import copy
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest

from cjsim.labels import LANGUAGES, text
from tests.course import russian
from tools.coverage import LAST_CLAIM, claims
from tools.refresh import KEPT, LIVE, METADATA
from tools.translations import differences

ROOT = Path(__file__).parent.parent
LECTURES = sorted((ROOT / "notebooks").glob("*/*.ipynb"))
TAUGHT = [path for path in LECTURES if path.stem != "lab"]
SECTIONS = ["what-is-it", "how-it-works", "try", "notice", "check", "extend", "key-points"]
LONGEST_CELL = 8  # lines
LONG_CELLS = 0.1  # share of the code cells that may be longer
FEWEST_CLAIMS = 5
MOST_CLAIMS = 12
MOST_WORDS = 1800
MINUTES = 45
HEADLINE_WORLDS = 100
LONGEST_SENTENCE = 20  # words, in Russian
NUMBER = re.compile(r"\d+(?:\.\d+)?")

NAMES = sorted({path.stem for path in TAUGHT})

Check = Callable[[Any], list[str]]


# --- What the checks look at --------------------------------------------------------------------


def code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def outputs(notebook: Any, kind: str | None = None) -> Iterator[tuple[str, Any]]:
    """(cell id, output), of one type if it is named."""
    for cell in code(notebook):
        for output in cell.outputs:
            if kind is None or output.output_type == kind:
                yield cell.id, output


def shown(output: Any) -> str:
    """What a reader sees of an output, without the drawings."""
    if output.output_type == "stream":
        return str(output.text)
    if output.output_type == "error":
        return "\n".join(output.traceback)
    text = "\n".join(str(value) for value in output.data.values())
    return re.sub(r"data:image/[^\"]+", "", text)


# --- The checks: each returns the cells that are wrong --------------------------------------------


def not_run_in_order(notebook: Any) -> list[str]:
    cells = code(notebook)
    return [c.id for n, c in enumerate(cells, start=1) if c.execution_count != n] or (
        [] if cells else ["no code at all"]
    )


def writes_to_stderr(notebook: Any) -> list[str]:
    return [cell for cell, out in outputs(notebook, "stream") if out.name != "stdout"]


def not_as_refreshed(notebook: Any) -> list[str]:
    """Metadata, states of widgets and pieces of a stream that the refresh tool would take away."""
    wrong = [] if dict(notebook.metadata) == METADATA else ["the metadata of the notebook"]
    wrong += [cell.id for cell in notebook.cells if set(cell.metadata) - set(KEPT)]
    for cell, output in outputs(notebook):
        wrong += [cell] if output.get("metadata") or LIVE in output.get("data", {}) else []
    for cell in code(notebook):
        names = [output.get("name") for output in cell.outputs]
        wrong += [cell.id for one, two in pairwise(names) if one is not None and one == two]
    return wrong


def shows_what_nbval_cannot_compare(notebook: Any) -> list[str]:
    """`interact` and its kind, magics, and a `;` that hides the value of a cell."""
    banned = {"interact", "interactive", "interactive_output", "Output", "clear_output"}
    wrong = []
    for cell in code(notebook):
        try:
            nodes = list(ast.walk(ast.parse(cell.source)))
        except SyntaxError:  # a magic, or no Python
            wrong.append(cell.id)
            continue
        names = {node.id for node in nodes if isinstance(node, ast.Name)}
        names |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        names |= {node.name for node in nodes if isinstance(node, ast.alias)}
        hidden = any(line.rstrip().endswith(";") for line in cell.source.splitlines())
        wrong += [cell.id] if names & banned or hidden else []
    return wrong


def too_long(notebook: Any) -> list[str]:
    """Code cells of more than eight lines (blank ones do not count), where more than a tenth is."""
    lines = {c.id: sum(1 for line in c.source.splitlines() if line.strip()) for c in code(notebook)}
    long = [cell for cell, n in lines.items() if n > LONGEST_CELL]
    return long if len(long) > LONG_CELLS * len(lines) else []


def badly_named(notebook: Any) -> list[str]:
    ids = [cell.id for cell in notebook.cells]
    word = re.compile(
        r"(?![0-9a-f]{8}$)[a-z][a-z0-9]*(-[a-z0-9]+)*"
    )  # 8 hex digits: made by Jupyter
    return [i for i in ids if not word.fullmatch(i) or len(i) > 24 or ids.count(i) > 1]


def figures_without_words(notebook: Any) -> list[str]:
    """Every stored figure is an <img> whose alt text states what it shows, in a sentence."""
    wrong = []
    for cell, output in outputs(notebook):
        data = output.get("data", {})
        images = re.findall(r"<img\b[^>]*>", str(data.get("text/html", "")))
        mute = [image for image in images if not re.search(r'\balt="[^"]{40,}"', image)]
        wrong += [cell] if mute or any(kind.startswith("image/") for kind in data) else []
    return wrong


def errors_not_on_purpose(notebook: Any) -> list[str]:
    """A tagged cell raises and no other does; stored is the last line, which names no file."""
    wrong = []
    for cell in code(notebook):
        raised = [output for output in cell.outputs if output.output_type == "error"]
        meant = "raises-exception" in cell.metadata.get("tags", [])
        short = all(len(error.traceback) == 1 for error in raised)
        wrong += [cell.id] if bool(raised) != meant or not short else []
    return wrong


def shows_the_machine(notebook: Any) -> list[str]:
    """Paths, addresses of objects, bare numpy scalars."""
    odd = re.compile(
        r"(?<![\w.:/<)])/[A-Za-z]+/|[A-Z]:\\|site-packages|ipykernel"
        r"|0x[0-9a-f]{6,}|np\.(float|int|bool|str)\w*\("
    )
    wrong = [cell for cell, output in outputs(notebook) if odd.search(shown(output))]
    return wrong + [cell.id for cell in notebook.cells if odd.search(cell.source)]


def results_told_in_prose(notebook: Any) -> list[str]:
    """A number in prose would stay when the model changes: cells print results.

    Allowed are claim ids, numbers of stages, the year of a source, minutes, code, formulas; and
    above a claim the numbers that the claim is tried with.
    """
    allowed = re.compile(
        r"`[^`]*`|\$[^$]*\$|\]\([^)]*\)|\b[ABCT]\d{1,3}\b|\b(19|20)\d\d\b"
        r"|\b\d+ (minutes|минут)|\b(stage|stages|этап\w*) \d+"
    )
    tried = {above.id: set(NUMBER.findall(cell.source)) for above, cell in claimed(notebook)}
    told = {cell.id: NUMBER.findall(allowed.sub("", cell.source)) for cell in prose(notebook)}
    return [cell for cell, numbers in told.items() if set(numbers) - tried.get(cell, set())]


def sections_out_of_order(notebook: Any) -> list[str]:
    """Question (the title), then the sections of the form, then the sources."""
    form = ["title", *SECTIONS, "sources"]
    here = [cell.id for cell in prose(notebook) if cell.id in form]
    return [] if here == form else here or ["no sections at all"]


def promises_too_much(notebook: Any) -> list[str]:
    """The title tells the minutes; what is learned are one to four verbs in bold."""
    of = {cell.id: cell.source for cell in prose(notebook)}
    timed = re.search(r"\d+ (minutes|минут)", of.get("title", ""))
    verbs = re.findall(r"\*\*\w[^*]*\*\*", of.get("what-is-it", ""))
    told = [] if timed and 45 <= int(timed[0].split()[0]) <= 60 else ["title"]
    return told + ([] if 1 <= len(verbs) <= 4 else ["what-is-it"])


def claimed(notebook: Any) -> Iterator[tuple[Any, Any]]:
    """(the cell above, the cell) of every claim."""
    for above, cell in pairwise(notebook.cells):
        if cell.cell_type == "code" and re.search(r"\bclaim\(", cell.source):
            yield above, cell


def claims_not_checked(notebook: Any) -> list[str]:
    """A claim is one sentence, and under it a cell that nbval compares in every language."""
    wrong = [] if len(list(claimed(notebook))) >= FEWEST_CLAIMS else ["too few claims"]
    for above, cell in claimed(notebook):
        last = ast.parse(cell.source).body[-1]
        shown = isinstance(last, ast.Expr) and isinstance(last.value, ast.Call)
        one = cell.source.count("claim(") == 1 and shown
        compared = "nbval-check-output" in cell.metadata.get("tags", [])
        wrong += [] if above.cell_type == "markdown" and one and compared else [cell.id]
    return wrong


def claims_not_in_bold(notebook: Any) -> list[str]:
    """What is tried stands out, so that it can be read aloud before the cell below is run."""
    bold = re.compile(r"\*\*[^*]{20,}\*\*")
    return [above.id for above, _ in claimed(notebook) if not bold.search(above.source)]


def names_nobody_sees(notebook: Any) -> list[str]:
    """Prose that sends people to a cell by its id, which JupyterLab shows nowhere."""
    ids = "|".join(re.escape(cell.id) for cell in notebook.cells)
    sent = re.compile(rf"(\bcells?|[Яя]чейк\w+) `({ids})`")
    return [cell.id for cell in prose(notebook) if sent.search(cell.source)]


def sentences_that_are_printed(notebook: Any) -> list[str]:
    """What is printed breaks inside of words where the window ends; a paragraph does not."""
    printed = re.compile(r"print\([^()]*(\.words|\.says\(\))")
    return [cell.id for cell in code(notebook) if printed.search(cell.source)]


def too_little_to_do(notebook: Any) -> list[str]:
    """Predictions that are scored, live panels that are moved, a flip point."""
    source = "\n".join(cell.source for cell in code(notebook))
    least = {r"\.answer\(": 3, r"\bscore\(": 1, r"lab\.panel\(": 2, r"\.sliders\[": 2}
    least |= {r"\bflip_point\(": 1, r"cjsim\.speak\(": 1}
    return [what for what, n in least.items() if len(re.findall(what, source)) < n]


def claims_without_a_source(notebook: Any) -> list[str]:
    """Every claim id cited stands in the list of sources, and the ledger has it."""
    of = {cell.id: claims(cell.source) for cell in prose(notebook)}
    listed = of.pop("sources", set())
    known = {f"{letter}{n}" for letter, last in LAST_CLAIM.items() for n in range(1, last + 1)}
    return sorted({claim for cited in of.values() for claim in cited - listed} | (listed - known))


CHECKS: list[Check] = [
    not_run_in_order,
    writes_to_stderr,
    not_as_refreshed,
    shows_what_nbval_cannot_compare,
    too_long,
    badly_named,
    figures_without_words,
    errors_not_on_purpose,
    shows_the_machine,
    results_told_in_prose,
    sections_out_of_order,
    promises_too_much,
    claims_without_a_source,
    claims_not_checked,
    claims_not_in_bold,
    names_nobody_sees,
    sentences_that_are_printed,
    too_little_to_do,
]


# --- What a room needs ----------------------------------------------------------------------------


def spoken(notebook: Any) -> str:
    """The language of a lecture."""
    said = re.search(r'cjsim\.speak\("(\w\w)"\)', "\n".join(c.source for c in code(notebook)))
    return said[1] if said else "en"


def unfolded(source: str) -> str:
    """A cell's prose without what is folded away, and without code, formulas, addresses."""
    folded = r"<details>.*?</details>|```.*?```|`[^`]*`|\$[^$]*\$|\]\([^)]*\)"
    return re.sub(folded, " ", source, flags=re.DOTALL)


def main_line(notebook: Any) -> dict[str, str]:
    """What is read in the room, by cell: no folded parts, no list of sources."""
    return {c.id: unfolded(c.source) for c in prose(notebook) if c.id != "sources"}


def too_many_words(notebook: Any) -> list[str]:
    words = {i: len(re.findall(r"[^\W\d_][\w'’-]*", t)) for i, t in main_line(notebook).items()}
    return sorted(words, key=lambda i: -words[i])[:5] if sum(words.values()) > MOST_WORDS else []


def too_many_claims(notebook: Any) -> list[str]:
    cells = [cell.id for _, cell in claimed(notebook)]
    return cells[MOST_CLAIMS:]


def takes_too_long(notebook: Any) -> list[str]:
    title = next((c.source for c in prose(notebook) if c.id == "title"), "")
    return [] if re.search(rf"\b{MINUTES} (minutes|минут)", title) else ["title"]


def answered_too_soon(notebook: Any) -> list[str]:
    """A stored answer, or anything shown between a question and the cell that answers it."""
    lang, wrong, asked = spoken(notebook), [], {}
    no_guess = text("course.no_guess", lang)
    for place, cell in enumerate(code(notebook)):
        if made := re.match(r"(\w+) = (choose|estimate)\(", cell.source):
            asked[made[1]] = place
        for name in re.findall(r"(\w+)\.answer\(", cell.source):
            between = code(notebook)[asked.get(name, place) + 1 : place]
            told = [shown(out) for out in cell.outputs]
            wrong += [cell.id] if any(no_guess not in line for line in told) else []
            wrong += [early.id for early in between if early.outputs]
        if "score(" in cell.source:
            none = text("course.none_made", lang).format(questions=len(asked))
            wrong += [cell.id] if any(none not in shown(out) for out in cell.outputs) else []
    return wrong


def claims_without_a_size(notebook: Any) -> list[str]:
    """A verdict on numbers tells their mean and interval; one on yes or no (`==`) has none."""
    interval = {"en": "luck interval", "ru": "интервал случая"}[spoken(notebook)]
    cells = [cell for _, cell in claimed(notebook) if "==" not in cell.source]
    return [c.id for c in cells if not any(interval in shown(out) for out in c.outputs)]


def headline_in_few_worlds(notebook: Any) -> list[str]:
    """The claim of the cell `headline` is tried in a hundred worlds, and it holds."""
    cells = [cell for _, cell in claimed(notebook) if cell.id == "headline"]
    told = [shown(output) for cell in cells for output in cell.outputs]
    holds = text("course.holds", spoken(notebook))
    sure = [line for line in told if str(HEADLINE_WORLDS) in line and holds in line]
    return [] if sure else ["headline"]


def nothing_for_the_hands(notebook: Any) -> list[str]:
    """A task of five minutes whose solution is folded away."""
    timed = re.compile(r"[Ff]ive minutes|[Пп]ять минут")
    tasks = [cell for cell in prose(notebook) if cell.id == "task"]
    solved = [cell for cell in tasks if "<details>" in cell.source and "```python" in cell.source]
    return [] if solved and any(timed.search(c.source) for c in prose(notebook)) else ["task"]


def no_ledger(notebook: Any) -> list[str]:
    """Assumed, taken out, what goes: a table of four assumptions or more."""
    source = next((c.source for c in prose(notebook) if c.id == "what-goes"), "")
    rows = [line for line in source.splitlines() if line.startswith("|")][2:]
    return [] if len(rows) >= 4 and all(row.count("|") == 4 for row in rows) else ["what-goes"]


def folded_by_halves(notebook: Any) -> list[str]:
    """Each folded part has a title and an end, and blank lines, or its Markdown is not read."""
    part = re.compile(r"<details><summary>[^\n]+</summary>\n\n.*?\n\n</details>", re.DOTALL)
    return [c.id for c in prose(notebook) if re.search(r"</?details>", part.sub("", c.source))]


ENGLISH_MISPRINTS = {"a dash": r"—| –|– ", "a hyphen for a dash": r"(?m)(?<=\S) - "}


def misprints(notebook: Any) -> list[str]:
    """Dashes, decimals, quotation marks and words that the sheet of the language does not have."""
    patterns = russian.MISPRINTS if spoken(notebook) == "ru" else ENGLISH_MISPRINTS
    wrong = [
        f"{c.id}: {what}" for c in prose(notebook) for what in russian.found(patterns, c.source)
    ]
    journeys = russian.journeys("\n".join(c.source for c in prose(notebook)))
    return wrong + (["путешествие: more than once"] if journeys > 1 else [])


def sentences_without_breath(notebook: Any) -> list[str]:
    """A Russian sentence of the main line that nobody reads aloud in one breath."""
    if spoken(notebook) != "ru":
        return []
    return [
        f"{cell}: {sentence}"
        for cell, source in main_line(notebook).items()
        for sentence in russian.longer_than(LONGEST_SENTENCE, source)
    ]


CHECKS_FOR_A_ROOM: list[Check] = [
    too_many_words,
    too_many_claims,
    takes_too_long,
    answered_too_soon,
    claims_without_a_size,
    headline_in_few_worlds,
    nothing_for_the_hands,
    no_ledger,
    folded_by_halves,
    misprints,
    sentences_without_breath,
]


FORM_OF_A_LECTURE = (
    sections_out_of_order,
    promises_too_much,
    claims_not_checked,
    too_little_to_do,
)


# --- The lectures pass them -----------------------------------------------------------------------


@pytest.fixture(scope="module", params=LECTURES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def lecture(request: pytest.FixtureRequest) -> Any:
    return nbformat.read(request.param, as_version=4)


def test_there_is_a_lecture_for_the_launcher_to_open() -> None:
    assert ROOT / "notebooks" / "en" / "01_pull_or_push.ipynb" in LECTURES


def test_a_lecture_is_a_valid_notebook(lecture: Any) -> None:
    nbformat.validate(lecture)
    assert (lecture.nbformat, lecture.nbformat_minor) == (4, 5)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_lecture_keeps_its_form(lecture: Any, check: Check) -> None:
    if is_lab(lecture) and check in FORM_OF_A_LECTURE:
        return
    assert check(lecture) == []


@pytest.mark.parametrize("check", CHECKS_FOR_A_ROOM, ids=lambda check: check.__name__)
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_lecture_fits_a_room(name: str, lang: str, check: Check) -> None:
    path = ROOT / "notebooks" / lang / f"{name}.ipynb"
    assert check(nbformat.read(path, as_version=4)) == []


@pytest.mark.parametrize("notes", ["INSTRUCTOR.md", "INSTRUCTOR.ru.md"])
@pytest.mark.parametrize("name", NAMES)
def test_the_trainers_minutes_add_up(name: str, notes: str) -> None:
    """To those that the title of the lecture tells."""
    sheet = (ROOT / "notebooks" / notes).read_text(encoding="utf-8")
    number = name.partition("_")[0]
    part = re.split(r"^## ", sheet.split(f"\n## {number} ", 1)[1], flags=re.MULTILINE)[0]
    minutes = [int(row) for row in re.findall(r"^\| (\d+) \|", part, re.MULTILINE)]
    assert sum(minutes) == MINUTES
    assert max(minutes) <= 10, "something for the hands every ten minutes"


@pytest.mark.parametrize("notes", ["INSTRUCTOR.md", "INSTRUCTOR.ru.md"])
def test_the_trainers_notes_name_headings_and_no_cell_ids(notes: str) -> None:
    """And each heading in quotation marks in the column of headings is one of the lectures'."""
    text = (ROOT / "notebooks" / notes).read_text(encoding="utf-8")
    lang = "ru" if ".ru." in notes else "en"
    taught = [nbformat.read(path, as_version=4) for path in TAUGHT if path.parent.name == lang]
    ids = {cell.id for notebook in taught for cell in notebook.cells}
    assert set(re.findall(r"`([^`]+)`", text)) & ids == set()
    headings = {
        heading.replace("«", "„").replace("»", "“")
        for notebook in taught
        for cell in prose(notebook)
        for heading in re.findall(r"^#+ (.*)$", cell.source, re.MULTILINE)
    }
    rows = [line for line in text.splitlines() if re.match(r"\| \d+ \|", line)]
    quoted = {name for row in rows for name in re.findall(r"[“«]([^a-zа-я][^”»]+)[”»]", row)}
    assert len(quoted) > 20
    assert quoted - headings == set()


def is_lab(notebook: Any) -> bool:
    """The what-if lab is a tool, not a lecture: one cell that opens it."""
    return any(cell.id == "lab" for cell in notebook.cells)


def test_every_lecture_is_there_in_both_languages() -> None:
    names = {lang: {p.name for p in TAUGHT if p.parent.name == lang} for lang in LANGUAGES}
    assert names["en"] == names["ru"]
    assert len(names["en"]) >= 4


@pytest.mark.parametrize(
    "path", [p for p in TAUGHT if p.parent.name != "en"], ids=lambda path: path.stem
)
def test_a_lecture_is_the_same_in_both_languages(path: Path) -> None:
    """After a change of the English text: read the Russian one, then
    `python -m tools.translations --confirm notebooks/ru/*.ipynb`.
    """
    original = path.parent.parent / "en" / path.name
    both = (nbformat.read(p, as_version=4) for p in (original, path))
    assert differences(*both, path.parent.name) == []


# --- And they catch what they are for -------------------------------------------------------------


def spoilt(notebook: Any, cell: str, **changes: Any) -> Any:
    """A copy with one cell changed."""
    copied = copy.deepcopy(notebook)
    next(c for c in copied.cells if c.id == cell).update(changes)
    return copied


@pytest.fixture(scope="module")
def good() -> Any:
    """The first lecture, to be spoilt."""
    path = ROOT / "notebooks" / "en" / "01_pull_or_push.ipynb"
    return nbformat.read(path, as_version=4)


def _output(kind: str, **what: Any) -> list[Any]:
    return [nbformat.v4.new_output(kind, **what)]


def _html(html: str) -> list[Any]:
    return _output("execute_result", data={"text/html": html})


@pytest.mark.parametrize(
    ("check", "changes"),
    [
        (not_run_in_order, {"execution_count": None}),
        (writes_to_stderr, {"outputs": _output("stream", name="stderr", text="a warning")}),
        (not_as_refreshed, {"outputs": _output("display_data", data={LIVE: {"model_id": "1"}})}),
        (not_as_refreshed, {"metadata": {"execution": {"iopub.status.busy": "12:00"}}}),
        (not_as_refreshed, {"outputs": 2 * _output("stream", name="stdout", text="a piece")}),
        (shows_what_nbval_cannot_compare, {"source": "widgets.interact(f, x=1)"}),
        (shows_what_nbval_cannot_compare, {"source": "from ipywidgets import Output"}),
        (shows_what_nbval_cannot_compare, {"source": "charts.funnel(market);"}),
        (shows_what_nbval_cannot_compare, {"source": "%time charts.funnel(market)"}),
        (badly_named, {"id": "answer"}),
        (badly_named, {"id": "3f9a01bc"}),
        (figures_without_words, {"outputs": _html('<img src="data:image/svg+xml;base64,AA">')}),
        (figures_without_words, {"outputs": _html('<img alt="a figure" src="x">')}),
        (figures_without_words, {"outputs": _output("display_data", data={"image/png": "AA"})}),
        (errors_not_on_purpose, {"outputs": _output("error", ename="E", traceback=["E: oh"])}),
        (errors_not_on_purpose, {"metadata": {"tags": ["raises-exception"]}}),
        (shows_the_machine, {"outputs": _output("stream", text="saved in /home/me/x.png")}),
        (shows_the_machine, {"outputs": _output("stream", text="<object at 0x7f3a5c>")}),
        (shows_the_machine, {"outputs": _output("stream", text="np.float64(0.5)")}),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_check_sees_a_spoilt_cell(good: Any, check: Check, changes: dict[str, Any]) -> None:
    cell = "first-figure"
    assert check(good) == []
    assert check(spoilt(good, cell, **changes)) != []


@pytest.mark.parametrize(
    ("check", "cell", "source"),
    [
        (results_told_in_prose, "heads-and-deals", "The guide makes 20 deals more."),
        (sections_out_of_order, "notice", None),
        (promises_too_much, "what-is-it", "**Read**, **do**, **see**, **tell** and **sing**."),
        (promises_too_much, "title", "# Pull or push?"),
        (claims_without_a_source, "switch", "The guide is right (C86)."),
        (claims_without_a_source, "sources", "C181: there is no such claim."),
        (sentences_that_are_printed, "move-slider", "print(live.words)"),
        (sentences_that_are_printed, "flip-says", "print(flip.says())"),
        (claims_not_in_bold, "claim-money", "The guide **earns** more than pull."),
        (names_nobody_sees, "switch", "In the cell `panel` change the key."),
        (names_nobody_sees, "switch", "В ячейке `pace-panel` поменяйте ключ."),
        (claims_not_checked, "headline", "claim(more)\nclaim(less)"),
        (claims_not_checked, "headline", "shown = claim(more)"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_check_sees_spoilt_prose(good: Any, check: Check, cell: str, source: str | None) -> None:
    changes = {"source": source} if source else {"id": "elsewhere"}
    assert check(spoilt(good, cell, **changes)) != []


@pytest.fixture(scope="module")
def engine_room() -> Any:
    """A lecture that fits, by language, to be spoilt."""
    folder = ROOT / "notebooks"
    return {
        lang: nbformat.read(folder / lang / "L_engine_room.ipynb", as_version=4)
        for lang in LANGUAGES
    }


GUESSED = [nbformat.v4.new_output("execute_result", data={"text/plain": "You said Fewer: missed"})]
TOLD = [nbformat.v4.new_output("execute_result", data={"text/plain": "Holds: in 20 of 20 worlds"})]


@pytest.mark.parametrize(
    ("check", "lang", "cell", "changes"),
    [
        (too_many_words, "en", "title", {"source": "word " * MOST_WORDS}),
        (too_many_claims, "en", "try", {}),
        (takes_too_long, "en", "title", {"source": "# A title\n\n*50 minutes.*"}),
        (answered_too_soon, "en", "tender", {"outputs": GUESSED}),
        (answered_too_soon, "ru", "score", {"outputs": GUESSED}),
        (claims_without_a_size, "en", "little", {"outputs": TOLD}),
        (headline_in_few_worlds, "en", "headline", {"outputs": TOLD}),
        (headline_in_few_worlds, "ru", "headline", {"id": "elsewhere"}),
        (nothing_for_the_hands, "en", "task", {"source": "Repair it."}),
        (no_ledger, "en", "what-goes", {"source": "| a | b | c |\n|---|---|---|\n| d | e | f |"}),
        (folded_by_halves, "en", "task", {"source": "<details><summary>A</summary>\n\ntext"}),
        (misprints, "en", "notice", {"source": "A dash — here."}),
        (misprints, "en", "notice", {"source": "A dash - here."}),
        *[(misprints, "ru", "notice", {"source": source}) for source in (
            "Слово – слово.", "Слово — слово.", "Так...", "Всего 0.77 от них.", "Это 42%.",
            "«Слово «ещё» слово».", 'Он сказал "да".', "Пpоцесс.", "Вопрос удачи.", "Открыто: всё.",
            "Путешествие и путешествие.",
        )],
        (sentences_without_breath, "ru", "notice", {"source": "слово " * (LONGEST_SENTENCE + 1)}),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)  # fmt: skip
def test_a_check_for_a_room_sees_a_spoilt_cell(
    engine_room: Any, check: Check, lang: str, cell: str, changes: dict[str, Any]
) -> None:
    copied = spoilt(engine_room[lang], cell, **changes)
    if check is too_many_claims:
        copied.cells += list(next(claimed(copied))) * MOST_CLAIMS
    assert check(engine_room[lang]) == []
    assert check(copied) != []


def test_a_picture_before_the_answer_is_seen(engine_room: Any) -> None:
    copied = copy.deepcopy(engine_room["en"])
    at = [cell.id for cell in copied.cells].index("contract")
    copied.cells[at : at + 2] = reversed(copied.cells[at : at + 2])
    assert answered_too_soon(copied) == ["contract-seen"]


def test_one_long_cell_in_ten_may_stay(good: Any) -> None:
    long = "\n".join(["x = 1"] * (LONGEST_CELL + 1))
    cells = [cell.id for cell in code(good)]
    assert too_long(spoilt(good, cells[0], source=long)) == []
    for cell in cells:
        good = spoilt(good, cell, source=long)
    assert too_long(good) == cells


def test_a_range_of_claims_names_each_of_them() -> None:
    assert claims("(C90–C92, T1; not C14x)") == {"C90", "C91", "C92", "T1"}
