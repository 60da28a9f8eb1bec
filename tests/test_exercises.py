"""The exercises, tried as a learner would who has only the notebook file and the installed course.

`helpers` is built as a wheel and unpacked into a folder of its own; each notebook is copied into
an empty folder and executed there by papermill, with other settings than the committed ones. Each
check runs on the stub, on a mistake, and on the solution that is folded in the text; each guess
meets its outcome.
"""

import os
import re
import subprocess
import sys
import zipfile

import nbformat
import papermill
import pytest
from answers import MISTAKES
from lessons import NOTEBOOKS, ROOT, SOLUTION, exercises, read, tagged, tags
from nbformat.v4 import new_code_cell
from run_lessons import EXECUTION

PLACE = re.compile(r"(?m)^(guess_\w+) = \.\.\.")
COMPARED = re.compile(r"(?m)^checks\.compare_guess\((guess_\w+), .+\)$")

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """Return a folder with `helpers` as it is installed from a wheel, outside the clone."""
    folder = tmp_path_factory.mktemp("installed")
    source = folder / "source"
    source.mkdir()
    for name in ("helpers", "pyproject.toml", "README.md", "LICENSE", "LICENSE-TEXT.md"):
        (source / name).symlink_to(ROOT / name)
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation",
               "-w", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def printed(check):
    """Return what a check cell has printed."""
    (output,) = check.outputs
    assert output.name == "stdout" and 1 <= output.text.count("\n") <= 2, output.text
    return output.text


@each_notebook
def test_form_and_stubs(path):
    found = exercises(read(path))
    assert len(found) == 3
    for number, (task, stub, check) in enumerate(found, start=1):
        assert re.search(rf"^### Exercise {number} \(\d+ minutes\)$", task.source, re.MULTILINE)
        assert len(SOLUTION.findall(task.source)) == 1
        assert "..." in stub.source and len(stub.source.splitlines()) <= 8
        assert re.fullmatch(r"checks\.\w+\(.+\)", check.source)
        assert printed(check).startswith("not done yet: ")


@each_notebook
def test_each_guess_stands_alone_and_meets_its_outcome_in_the_next_cell(path):
    notebook = read(path)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    guesses = tagged(notebook, "guess")
    assert 1 <= len(guesses) <= 4
    for cell in guesses:
        assert re.fullmatch(r"guess_\w+ = \.\.\.  # \w.*", cell.source)
        following = code[code.index(cell) + 1]
        (name,) = COMPARED.findall(following.source)
        assert cell.source.startswith(f"{name} = ")
        said = "".join(output.get("text", "") for output in following.outputs)
        assert said and "you said" not in said


def run(notebook, folder, parameters):
    """Execute a notebook in a folder that holds nothing else."""
    path = folder / "lesson.ipynb"
    nbformat.write(notebook, path)
    known = papermill.inspect_notebook(path)
    parameters = {name: value for name, value in parameters.items() if name in known}
    return papermill.execute_notebook(path, path, parameters, cwd=folder, kernel_name="python3",
                                      language="python", progress_bar=False, **EXECUTION)


@each_notebook
def test_each_exercise_answers_stub_mistake_and_solution(path, installed, tmp_path, monkeypatch):
    """And a guess stands beside what came out."""
    monkeypatch.setenv("PYTHONPATH", f"{installed}{os.pathsep}{tmp_path}")
    notebook = read(path)
    tried = {}
    for task, _, check in exercises(notebook):
        name, answer = re.match(r"checks\.(\w+)\((\w+)", check.source).groups()
        mistake, hint = MISTAKES[name]
        ((solution, _why),) = SOLUTION.findall(task.source)
        sources = (f"{answer} = {mistake}", check.source, solution, check.source)
        added = [new_code_cell(source) for source in sources]
        place = notebook.cells.index(check) + 1
        notebook.cells[place:place] = added
        tried[name] = (place - 1, place + 1, hint, place + 3)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = PLACE.sub(r"\1 = 0.75", cell.source)
    # the solution cells moved the places of later exercises; papermill adds one cell for parameters
    done = run(notebook, tmp_path, {"epochs": 3})
    cells = [cell for cell in done.cells if "injected-parameters" not in tags(cell)]
    for name, (stub, wrong, hint, right) in tried.items():
        assert printed(cells[stub]).startswith("not done yet: "), name
        assert hint in printed(cells[wrong]), name
        assert printed(cells[right]).startswith("correct: "), name
    for cell in cells:
        if COMPARED.search(cell.source):
            said = "".join(output.get("text", "") for output in cell.outputs)
            assert "you said 0.75; it is " in said
    where = "".join(str(output) for cell in cells for output in cell.get("outputs", []))
    assert str(ROOT) not in where
