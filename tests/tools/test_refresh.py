"""The refresh tool: what it stores is what the next run shows again."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tools import refresh
from tools.refresh import LIVE, METADATA, RefreshError, tidy


def notebook(*sources, tags=()):
    cells = [new_code_cell(source, id=f"cell-{n}") for n, source in enumerate(sources)]
    for cell in cells:
        cell.metadata["tags"] = list(tags)
    return new_notebook(cells=cells)


def stored(path, *sources, **options):
    nbformat.write(notebook(*sources, **options), path)
    return path


def tidied(*outputs):
    book = notebook("1")
    book.cells[0].outputs = list(outputs)
    tidy(book)
    return book.cells[0].outputs


def test_metadata_becomes_the_same_in_every_file():
    book = notebook("1", tags=["raises-exception"])
    book.metadata["widgets"] = {"a state": 1}
    book.cells[0].metadata["execution"] = {"iopub.status.busy": "12:00"}
    tidy(book)
    assert book.metadata == METADATA
    assert book.cells[0].metadata == {"tags": ["raises-exception"]}


def test_a_live_widget_leaves_what_can_be_read_without_a_kernel():
    data = {LIVE: {"model_id": "1"}, "text/plain": "a slider"}
    (output,) = tidied(new_output("display_data", data=data, metadata={"isolated": True}))
    assert output.data == {"text/plain": "a slider"}
    assert output.metadata == {}


def test_pieces_of_a_stream_are_joined():
    pieces = [new_output("stream", name="stdout", text=text) for text in ("one ", "line")]
    (output,) = tidied(*pieces)
    assert output.text == "one line"


def test_of_an_error_the_last_line_is_kept():
    (output,) = tidied(new_output("error", ename="E", evalue="oh", traceback=["/a/file", "E: oh"]))
    assert output.traceback == ["E: oh"]


def test_what_goes_to_stderr_is_not_stored():
    with pytest.raises(RefreshError, match=r"'cell-0' wrote to stderr: careful"):
        tidied(new_output("stream", name="stderr", text="careful"))


@pytest.mark.slow
def test_running_it_twice_changes_nothing(tmp_path, capsys):
    path = stored(tmp_path / "a.ipynb", "import ipywidgets", "ipywidgets.IntSlider(3)", "print(1)")
    assert refresh.main([str(tmp_path / "*.ipynb")]) == 0
    first = path.read_bytes()
    assert refresh.main([str(path)]) == 0
    assert path.read_bytes() == first
    assert capsys.readouterr().out.splitlines() == [f"{path}: written", f"{path}: nothing new"]
    cells = nbformat.read(path, as_version=4).cells
    assert [cell.execution_count for cell in cells] == [1, 2, 3]
    assert cells[1].outputs[0].data == {"text/plain": "IntSlider(value=3)"}


@pytest.mark.slow
def test_a_cell_that_fails_leaves_the_file_as_it_was(tmp_path, capsys):
    path = stored(tmp_path / "a.ipynb", "print(1)", "1 / 0")
    before = path.read_bytes()
    assert refresh.main([str(path)]) == 1
    assert path.read_bytes() == before
    assert "ZeroDivisionError: division by zero" in capsys.readouterr().err


@pytest.mark.slow
def test_an_error_on_purpose_is_stored(tmp_path):
    path = stored(tmp_path / "a.ipynb", "1 / 0", tags=["raises-exception"])
    assert refresh.main([str(path)]) == 0
    (output,) = nbformat.read(path, as_version=4).cells[0].outputs
    assert output.traceback == ["ZeroDivisionError: division by zero"]


def test_a_file_that_is_not_there_is_told(tmp_path, capsys):
    assert refresh.main([str(tmp_path / "none.ipynb")]) == 1
    assert "none.ipynb" in capsys.readouterr().err
