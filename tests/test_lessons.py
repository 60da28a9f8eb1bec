"""Each lesson, executed once as a learner would who has only the notebook file and the installed course.

`helpers` is built as a wheel and unpacked into a separate folder; each notebook is copied into an
empty folder, and nbval executes it there and compares its outputs. The copy has cells more: each
check also runs on a mistake and on the solution that is folded in the text, and each guess meets
its outcome.
"""

import os
import re
import subprocess
import sys
import zipfile

import nbformat
import pytest
from answers import MISTAKES
from lessons import NOTEBOOKS, ROOT, exercises, read, tagged
from make_student import SOLUTION
from nbformat.v4 import new_code_cell

COMPARED = re.compile(r"(?m)^checks\.compare_guess\((guess_\w+), .+\)$")
# lies beside the copy: whether a check prints a sentence in one or two lines
SAYS = """from contextlib import redirect_stdout
from io import StringIO


def says(sentence, check):
    with redirect_stdout(StringIO()) as printed:
        check()
    said = printed.getvalue()
    assert sentence in said and 1 <= said.count("\\n") <= 2, f"expected {sentence!r}, not {said!r}"
"""

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
    for number, (task, stub, check, after) in enumerate(found, start=1):
        assert re.search(rf"^### Exercise {number} \(\d+ minutes\)$", task.source, re.MULTILINE)
        solution = SOLUTION.match(after.source)
        assert solution and solution[1] == str(number), "the solution stands below the check"
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


def tried(name, answer, check, solution):
    """Return the cells that try a mistake and the solution; in the text they come after the check."""
    mistake, hint = MISTAKES[name]
    return [new_code_cell(f"{answer} = {mistake}\nsays({hint!r}, lambda: {check})"),
            new_code_cell(f"{solution}\nsays('correct: ', lambda: {check})")]


def with_trials(notebook, installed):
    """Add the cells that try the exercises and the guesses to a copy of a lesson, in place."""
    for _, _, check, after in exercises(notebook):
        name, answer = re.match(r"checks\.(\w+)\((\w+)", check.source).groups()
        place = notebook.cells.index(after)
        notebook.cells[place:place] = tried(name, answer, check.source, SOLUTION.match(after.source)[2])
    for cell in [cell for cell in notebook.cells if COMPARED.search(cell.source)]:
        found = COMPARED.search(cell.source)
        trial = new_code_cell(f"{found[1]} = 0.75\nsays('you said 0.75; it is ', lambda: {found[0]})")
        notebook.cells.insert(notebook.cells.index(cell) + 1, trial)
    first = f"import helpers\nfrom says import says\nassert helpers.__file__.startswith({str(installed)!r})"
    notebook.cells.insert(0, new_code_cell(first))


@each_notebook
def test_each_output_is_what_the_lesson_shows_and_each_exercise_answers(path, installed, tmp_path):
    notebook = read(path)
    with_trials(notebook, installed)
    nbformat.write(notebook, tmp_path / path.name)
    (tmp_path / "says.py").write_text(SAYS, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q", "-p", "no:cacheprovider",
               "-p", "no:xdist", "--rootdir", str(tmp_path), path.name]
    environment = {**os.environ, "PYTHONPATH": f"{installed}{os.pathsep}{tmp_path}"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
