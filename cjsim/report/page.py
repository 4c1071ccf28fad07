"""Pieces of a page that stands alone: one file, no request, light or dark, A4 when it is printed.

Every piece takes words as they are and gives HTML: what a name holds is text, never a tag.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from cjsim.charts.picture import Picture
from cjsim.labels import text
from cjsim.labels.numbers import GAP, number
from cjsim.labels.visible import visible

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""What the page may do: show itself."""
SHEET: Final = """
:root { color-scheme: light dark; --ground: #fff; --words: #1b1b1f; --quiet: #55555e;
  --line: #d9d9de; --box: #f4f4f7; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #17181c; --words: #e8e8ec; --quiet: #b0b3bb; --line: #3c3e46; --box: #22242a; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 54rem; padding: 1.5rem 1rem 4rem; background: var(--ground);
  color: var(--words); font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .6rem; text-wrap: balance; }
h2 { font-size: 1.15rem; margin: 1.8rem 0 .4rem; }
h3 { font-size: 1rem; margin: 1rem 0 .3rem; }
p, ul { margin: .4rem 0; }
ul { padding-left: 1.2rem; }
.verdict { font-size: 1.2rem; font-weight: 650; border-left: .3rem solid var(--words);
  padding-left: .8rem; }
dl { display: flex; flex-wrap: wrap; gap: .1rem 1.4rem; margin: 0; color: var(--quiet); }
dl div { display: flex; gap: .4rem; }
dd { margin: 0; color: var(--words); }
figure { margin: .8rem 0; overflow-x: auto; }
img { display: block; width: 100%; min-width: 38rem; height: auto; background: #fff;
  border-radius: .3rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; line-height: 1.35;
  overflow-wrap: normal; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .6rem .25rem 0; text-align: right; vertical-align: top; }
th { font-weight: 600; }
tbody th { font-weight: 400; }
th:last-child, td:last-child { padding-right: 0; }
thead th { border-bottom: 1px solid var(--words); vertical-align: bottom; }
tbody tr + tr > * { border-top: 1px solid var(--line); }
.words { text-align: left; overflow-wrap: anywhere; min-width: 7em; }
caption { text-align: left; color: var(--quiet); padding-bottom: .3rem; }
pre { background: var(--box); padding: .7rem .9rem; border-radius: .3rem; overflow-x: auto;
  font-size: .82rem; line-height: 1.4; white-space: pre-wrap; }
code, pre { font-family: ui-monospace, "Cascadia Mono", Consolas, "DejaVu Sans Mono", monospace; }
.quiet, footer { color: var(--quiet); }
footer { margin-top: 2rem; font-size: .85rem; }
details { margin: .5rem 0; border: 1px solid var(--line); border-radius: .3rem;
  padding: .4rem .8rem; }
summary { cursor: pointer; }
:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
@page { size: A4; margin: 12mm 15mm; }
@media print {
  :root { color-scheme: light; --ground: #fff; --words: #000; --quiet: #44444c; --line: #ccc;
    --box: #f4f4f7; }
  body { max-width: none; padding: 0; font-size: 8.6pt; line-height: 1.3; }
  h1 { font-size: 15pt; }
  h2 { font-size: 10.5pt; margin: 2.6mm 0 .8mm; }
  .verdict { font-size: 10pt; }
  h1, h2, h3, caption { break-after: avoid; }
  p, li, figure, tr, pre, dl { break-inside: avoid; }
  table { font-size: 7.6pt; line-height: 1.2; break-inside: avoid; }
  th, td { padding-top: .4mm; padding-bottom: .4mm; }
  thead { display: table-header-group; }
  figure { margin: 2mm 0; }
  img { width: auto; min-width: 0; max-width: 100%; max-height: 70mm; margin: 0 auto; }
  pre { font-size: 7.5pt; padding: 1.5mm 2.5mm; }
  p, ul { margin: 1mm 0; }
  footer { margin-top: 3mm; font-size: 7.5pt; }
  .scroll, figure { overflow: visible; }
  .screen, details { display: none; }
}
"""


def words(plain: str) -> str:
    """Text as HTML: no tag in it is one, nothing turns the writing, no interval is torn apart.

    >>> words("<b>")
    '&lt;b&gt;'
    """
    return escape(visible(plain).replace(" .. ", f"{GAP}..{GAP}"))


def paragraph(sentence: str, kind: str = "") -> str:
    """A paragraph; `kind` is one of the sheet's: "verdict", "quiet", "screen"."""
    return f"<p{_kind(kind)}>{words(sentence)}</p>"


def bullets(items: Iterable[str]) -> str:
    """A list of sentences."""
    return f"<ul>{''.join(f'<li>{words(item)}</li>' for item in items)}</ul>"


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Names and values in a line that wraps."""
    rows = (f"<div><dt>{words(name)}:</dt><dd>{words(value)}</dd></div>" for name, value in pairs)
    return f"<dl>{''.join(rows)}</dl>"


def code(typed: str) -> str:
    """Text as it is typed."""
    return f"<pre><code>{words(typed)}</code></pre>"


def table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], caption: str, in_words: Iterable[int] = ()
) -> str:
    """A table that scrolls by itself where it is too wide.

    Parameters
    ----------
    heads : one word per column, with its unit.
    rows : cells as they are to be read; the first of each heads its row.
    caption : what it is.
    in_words : further columns that hold words, not numbers.
    """
    left = {0, *in_words}

    def row(tag: str, cells: Sequence[str], scope: str) -> str:
        marked = []
        for at, cell in enumerate(cells):
            kind = ' class="words"' if at in left else ""
            name, reach = (tag, scope) if tag == "th" or at else ("th", "row")
            of = f' scope="{reach}"' if name == "th" else ""
            marked.append(f"<{name}{of}{kind}>{words(cell)}</{name}>")
        return f"<tr>{''.join(marked)}</tr>"

    head = row("th", heads, "col")
    body = "".join(row("td", cells, "") for cells in rows)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{words(caption)}"><table>'
        f"<caption>{words(caption)}</caption><thead>{head}</thead><tbody>{body}</tbody></table></div>"
    )


def figure(picture: Picture) -> str:
    """A picture with the sentence that says what it shows."""
    data = base64.b64encode(picture.svg().encode()).decode()
    return (
        f'<figure tabindex="0"><img alt="{words(picture.alt)}" '
        f'src="data:image/svg+xml;base64,{data}"></figure>'
    )


def left_over(rows: Sequence[object], most: int, lang: str) -> str:
    """That a table goes on in the appendix; nothing where it does not."""
    if (left := len(rows) - most) <= 0:
        return ""
    return paragraph(text("answer.more_rows", lang).format(rows=number(left, lang)), "quiet")


def section(title: str, *blocks: str) -> str:
    """A part with its heading; nothing where it is empty."""
    inside = "\n".join(filter(None, blocks))
    return f"<section>\n<h2>{words(title)}</h2>\n{inside}\n</section>" if inside else ""


def fold(title: str, *blocks: str) -> str:
    """What is there for those who open it, and is not printed."""
    inside = "\n".join(filter(None, blocks))
    return f"<details>\n<summary>{words(title)}</summary>\n{inside}\n</details>" if inside else ""


def whole(lang: str, title: str, blocks: Iterable[str], more: str = "") -> str:
    """The page; `more` is CSS of its own behind the sheet."""
    body = "\n".join(filter(None, blocks))
    return f"""<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{words(title)}</title>
<style>{SHEET}{more}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def _kind(kind: str) -> str:
    return f' class="{kind}"' if kind else ""
