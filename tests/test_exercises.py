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
PLACE = re.compile(r"(?m)^(guess_\w+) = \.\.\.")
COMPARED = re.compile(r"(?m)^checks\.compare_guess\((guess_\w+), .+\)$")

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
def test_each_guess_has_a_place_and_meets_its_outcome(path):
    code = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    places = [(name, number) for number, cell in enumerate(code) for name in PLACE.findall(cell.source)]
    compared = {name: number for number, cell in enumerate(code) for name in COMPARED.findall(cell.source)}
    assert 2 <= len(places) == len(compared) <= 4
    for name, number in places:
        assert re.search(rf"(?m)^{name} = \.\.\.  # \w", code[number].source), "what to write stands behind it"
        assert 0 <= compared[name] - number <= 2
        assert ("guess" in code[number].metadata.get("tags", [])) == (len(code[number].source.splitlines()) == 1)
        text = "".join(output.get("text", "") for output in code[compared[name]].outputs)
        assert text and "you said" not in text


@each_notebook
def test_solutions_are_correct(path):
    """And a guess stands beside what came out."""
    notebook = nbformat.read(path, as_version=4)
    found = exercises(notebook)
    for task, stub, _ in found:
        ((stub.source, _why),) = SOLUTION.findall(task.source)
    results = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = PLACE.sub(r"\1 = 0.75", cell.source)
            results += [cell] if COMPARED.search(cell.source) else []
    where = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", resources=where).execute()
    assert [printed(check).partition(":")[0] for _, _, check in found] == ["correct"] * len(found)
    for cell in results:
        assert "you said 0.75; it is " in "".join(output.get("text", "") for output in cell.outputs)
