"""Run lectures anew and store what they show.

    python -m tools.refresh notebooks/en/*.ipynb

What is stored is what the next run will show again: no times, no state of widgets, no name of a
machine, the same metadata in every file. Running it twice changes nothing. A notebook that fails,
or that writes to stderr, is left as it was.
"""

from __future__ import annotations

import argparse
import glob
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools.pages import keep, text_of
from tools.translations import SAYS

METADATA: dict[str, Any] = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
"""The metadata of every lecture."""
KEPT = ("tags", SAYS)
"""The metadata of a cell that stay: what it is for, and what it translates."""
LIVE = "application/vnd.jupyter.widget-view+json"  # points into a kernel that is gone
LONGEST_CELL = 600  # seconds


class RefreshError(Exception):
    """A notebook that cannot be stored: which cell, and why."""


def main(words: Sequence[str] | None = None) -> int:
    """Refresh the notebooks named; 0 if all went well, 1 if one stopped."""
    parser = argparse.ArgumentParser(prog="python -m tools.refresh", description=__doc__)
    parser.add_argument("notebooks", nargs="+", help="files or patterns")
    patterns = parser.parse_args(words).notebooks
    _warm_up()
    status = 0
    for pattern in patterns:
        for name in sorted(glob.glob(pattern)) or [pattern]:  # Windows leaves patterns to us
            try:
                print(f"{name}: {'written' if refresh(Path(name)) else 'nothing new'}", flush=True)
            except (RefreshError, OSError) as problem:
                print(f"{name}: {problem}", file=sys.stderr)
                status = 1
    return status


def _warm_up() -> None:
    """Compile the engine here if need be, so that no lecture stores the message about it."""
    from cjsim import Scenario, simulate

    simulate(Scenario.load("phone"), people=1)


def refresh(path: Path) -> bool:
    """Run one notebook in a fresh kernel and store its outputs; says whether the file changed."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    kernel = METADATA["kernelspec"]["name"]
    client = NotebookClient(
        notebook, timeout=LONGEST_CELL, kernel_name=kernel, record_timing=False,
        store_widget_state=False, resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--IPKernelApp.log_level=CRITICAL"],  # it warns of TCP each time
    )  # fmt: skip
    try:
        client.execute()
    except CellExecutionError as error:
        raise RefreshError(f"{error.ename}: {error.evalue}") from None
    tidy(notebook)
    return keep(path, text_of(notebook))


def tidy(notebook: Any) -> None:
    """Leave only what the next run will show again."""
    notebook.metadata.clear()
    notebook.metadata.update(METADATA)
    for cell in notebook.cells:
        metadata = {name: cell.metadata[name] for name in KEPT if cell.metadata.get(name)}
        cell.metadata.clear()
        cell.metadata.update(metadata)
        if cell.cell_type == "code":
            cell.outputs = [_tidied(output, cell.id) for output in _joined(cell.outputs)]


def _joined(outputs: Sequence[Any]) -> list[Any]:
    """Pieces of one stream that follow each other as one: where they break is chance."""
    joined: list[Any] = []
    for output in outputs:
        last = joined[-1] if joined else None
        if output.output_type == "stream" and last is not None and last.get("name") == output.name:
            last.text += output.text
        else:
            joined.append(output)
    return joined


def _tidied(output: Any, cell: str) -> Any:
    """One output without what changes from run to run."""
    if output.output_type == "stream" and output.name == "stderr":
        raise RefreshError(f"cell {cell!r} wrote to stderr: {output.text.strip()}")
    if output.output_type == "error":
        output.traceback = [f"{output.ename}: {output.evalue}"]  # the way there names files
    elif "data" in output:
        output.data.pop(LIVE, None)
        output.metadata.clear()
    return output


if __name__ == "__main__":
    sys.exit(main())
