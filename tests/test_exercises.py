"""The exercises of each notebook: the stubs as committed, and the solutions that stand folded in the text.

A solution is kept in the notebook only. It is taken from there, put in its stub's place, and the whole
notebook is executed: each check must then say `correct`.
"""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "notebooks").glob("*.ipynb"))
FEWEST, MOST = 3, 5  # exercises in a lesson
SECONDS = 600  # for one cell
SOLUTION = re.compile(
    r"<details><summary>Solution</summary>\n\n```python\n(.*?)\n```\n\n(.+?)\n\n</details>", re.DOTALL)  # code, why

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def exercises(notebook):
    """Return the three cells of each exercise: task with solution, stub, check."""
    cells = notebook.cells
    numbers = [number for number, cell in enumerate(cells) if "exercise" in cell.metadata.get("tags", [])]
    return [cells[number - 1:number + 2] for number in numbers]


def printed(check):
    """Return what a check cell has printed: one line and nothing else."""
    (output,) = check.outputs
    assert output.name == "stdout" and output.text.count("\n") == 1
    return output.text


@each_notebook
def test_form_and_stubs(path):
    found = exercises(nbformat.read(path, as_version=4))
    assert FEWEST <= len(found) <= MOST
    for number, (task, stub, check) in enumerate(found, start=1):
        assert re.search(rf"^### Exercise {number} \(\d+ minutes\)$", task.source, re.MULTILINE)
        assert len(SOLUTION.findall(task.source)) == 1
        assert "..." in stub.source and len(stub.source.splitlines()) <= 6
        assert re.fullmatch(r"checks\.\w+\(.+\)", check.source)
        assert printed(check).startswith("not done yet: ")


@each_notebook
def test_solutions_are_correct(path):
    notebook = nbformat.read(path, as_version=4)
    found = exercises(notebook)
    for task, stub, _ in found:
        ((stub.source, _why),) = SOLUTION.findall(task.source)
    where = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", resources=where).execute()
    assert [printed(check).partition(":")[0] for _, _, check in found] == ["correct"] * len(found)
