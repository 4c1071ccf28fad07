"""Build the site into a folder, whole or not at all."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from cjsim.course.copies import fresh
from cjsim.files import expanded, write_text
from cjsim.labels import LANGUAGES
from tools.pages import ROOT, text_of
from tools.site import boards, gallery, reference, tasks, theme
from tools.site.figures import Figures
from tools.site.panels import Panels
from tools.site.tree import Tree, numbered, pages_of, plant

HERE: Final = Path(__file__).parent
MARK: Final = ".cjsim-site"
"""A file in every site: a folder without it is not ours to replace."""


def main(words: Sequence[str] | None = None) -> int:
    """Build the site; 0 if all is there."""
    parser = argparse.ArgumentParser(prog="python -m tools.site", description=__doc__)
    parser.add_argument("--out", type=expanded, default=ROOT / "site", help="default: site/")
    folder: Path = parser.parse_args(words).out
    try:
        with replaced(folder) as draft:
            build(draft)
    except (ValueError, RuntimeError, OSError) as error:
        print(f"site: {error}", file=sys.stderr)
        return 1
    print(f"{folder}: open index.html, or put the folder on any static host")
    return 0


@contextmanager
def replaced(folder: Path) -> Iterator[Path]:
    """A draft beside the folder, which takes its place once all of it is there."""
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise ValueError(f"{folder}: there is something else in it; choose an empty folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".site-") as scratch:
        draft = Path(scratch) / "draft"
        draft.mkdir()
        (draft / MARK).touch()
        yield draft
        if folder.exists():
            shutil.rmtree(folder)
        draft.rename(folder)


def build(folder: Path) -> None:
    """Fill a folder with the site: both languages at once, each in a process of its own."""
    panels, figures = Panels(), Figures()

    def shown(output: str, lang: str, up: str) -> str:
        return figures.apart(panels.alive(output, lang), up)

    with tempfile.TemporaryDirectory() as scratch:
        jobs = []
        for lang in LANGUAGES:
            source = Path(scratch) / lang
            source.mkdir()
            _write_pages(plant(lang, source, shown))
            tasks.place(source, lang)
            jobs.append(_making_html(lang, source, folder / lang, Path(scratch) / f"{lang}-trees"))
        panels.save(folder / "board")
        tasks.save(folder / "board")
        figures.save(folder / "figures")
        for lang, job in zip(LANGUAGES, jobs, strict=True):
            if job.wait():
                raise RuntimeError(f"the pages in {lang} were not made, see above")
            theme.translate(folder / lang, lang)
    shutil.rmtree(folder / "jupyter_execute")  # what notebooks would have written
    _copy_notebooks(folder / "files")
    shutil.copyfile(HERE / "index.html", folder / "index.html")


def _write_pages(tree: Tree) -> None:
    """The pages that the code writes, and the first one, which leads to all others."""
    written: dict[str, Callable[[], str]] = {}
    written["boards"] = partial(boards.page, tree.lang)
    written["gallery/index"] = partial(gallery.draw, tree.lang, tree.folder / "gallery")
    written["reference/keys"] = partial(reference.keys, tree.lang)
    if tree.lang == "en":
        written["reference/commands"] = reference.commands
        for name in reference.PACKAGES:
            written[f"reference/{name}"] = partial(reference.page_of_package, name)
    for name, page in written.items():
        path = tree.folder / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(), encoding="utf-8")
    first = (HERE / f"index.{tree.lang}.md").read_text(encoding="utf-8")
    listed = "\n".join(numbered(tree.lang))
    (tree.folder / "index.md").write_text(first.replace("{lectures}", listed), encoding="utf-8")


def _making_html(lang: str, source: Path, folder: Path, trees: Path) -> subprocess.Popen[bytes]:
    """Sphinx at work; any warning of it, such as a link that leads nowhere, is a failure."""
    words = ["-b", "html", "-q", "-W", "--keep-going", "-c", HERE, "-D", f"language={lang}"]
    command = [sys.executable, "-m", "sphinx", *words, "-d", trees, source, folder]
    return subprocess.Popen([str(word) for word in command], cwd=ROOT)


def _copy_notebooks(folder: Path) -> None:
    """The notebooks to take along, as a class should meet them: nothing is answered yet."""
    import nbformat

    folder.mkdir()
    for lang in LANGUAGES:
        for name, path in pages_of(lang).items():
            if path.suffix == ".ipynb":
                notebook = fresh(nbformat.read(path, as_version=4))  # type: ignore[no-untyped-call]
                write_text(folder / f"{name.replace('/', '_')}.ipynb", text_of(notebook))
