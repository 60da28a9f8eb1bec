"""Write a copy of the course for learners: notebooks without solutions, helpers, requirements.

    python tools/make_student.py [--output build/student] [--zip]
"""

import argparse
import re
import shutil
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("helpers", "requirements.txt", "requirements.lock", "pyproject.toml", "CITATION.cff",
          "LICENSE", "LICENSE-TEXT.md")
SOLUTION = re.compile(r"<details><summary>Solution of exercise \d</summary>.*?</details>\n*", re.DOTALL)
MARK = ".student-copy"  # marks a folder that this command wrote, and may therefore write anew
README = """# Pre-trained word embeddings: your copy

The lessons are in `notebooks/`, in their order. The exercises are without solutions; the check under each one answers.

You need Python 3.11, 3.12 or 3.13. In this folder (on Windows write `.venv\\Scripts\\` for `.venv/bin/`):

```
python -m venv .venv
.venv/bin/python -m pip install --require-hashes -r requirements.lock
.venv/bin/python -m helpers.check_env
.venv/bin/python -m jupyterlab --preferred-dir notebooks
```
"""


def without_solutions(notebook):
    """Remove the folded solutions of a lesson's exercises, in place.

    Parameters
    ----------
    notebook : nbformat.NotebookNode

    Returns
    -------
    int
        How many were removed.

    Raises
    ------
    ValueError
        If there is not one solution per exercise, so that none slips through unseen.
    """
    n_removed = 0
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            source, n = SOLUTION.subn("", cell.source)
            cell.source, n_removed = source.strip(), n_removed + n
    n_exercises = sum("exercise" in cell.metadata.get("tags", []) for cell in notebook.cells)
    if n_removed != n_exercises:
        raise ValueError(f"there are {n_exercises} exercises, but {n_removed} solutions")
    return n_removed


def without_answers(notebook):
    """Clear the output below each question to guess, in place: the learner runs that cell."""
    question = False
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        if question:
            cell.outputs, cell.execution_count = [], None
        question = "guess" in cell.metadata.get("tags", [])


def write_student(folder):
    """Write the learners' copy.

    Parameters
    ----------
    folder : pathlib.Path
        Where to write: new, empty, or written by this command before; then it is written anew.

    Returns
    -------
    int
        How many solutions were left out.

    Raises
    ------
    FileExistsError
        If the folder holds something else.
    ValueError
        If a notebook does not have one solution per exercise.
    """
    clear(folder)
    n_removed = 0
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy(source, folder / name)
    (folder / "README.md").write_text(README, encoding="utf-8")
    (folder / "notebooks").mkdir()
    (folder / "teaching").mkdir()
    shutil.copy(ROOT / "teaching" / "glossary.md", folder / "teaching")  # the lessons link to it
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        try:
            n_removed += without_solutions(notebook)
        except ValueError as error:
            raise ValueError(f"{path.name}: {error}.") from None
        without_answers(notebook)
        nbformat.write(notebook, folder / "notebooks" / path.name)
    return n_removed


def clear(folder):
    """Make a folder new and empty, but delete nothing that a command of the course did not write."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise FileExistsError(f"{folder} holds something else; name a new or empty folder.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("Written by a command; it may be deleted.\n", encoding="utf-8")


def main(arguments=None):
    """Write the copy; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "student")
    parser.add_argument("--zip", action="store_true", help="write a zip file beside the folder, too")
    options = parser.parse_args(arguments)
    folder = options.output.resolve()
    try:
        n_removed = write_student(folder)
    except (FileExistsError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{folder}: {n_removed} solutions left out")
    if options.zip:
        print(shutil.make_archive(str(folder), "zip", folder.parent, folder.name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
