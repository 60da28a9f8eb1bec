"""Write a copy of the course for learners: notebooks without solutions, helpers, requirements.

    python tools/make_student.py

It lies in build/student/, and in build/student.zip.
"""

import re
import shutil
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("helpers", "requirements.txt", "requirements.lock", "pyproject.toml", "CITATION.cff",
          "LICENSE", "LICENSE-TEXT.md",
          "teaching/glossary.md", "docs/results.md", "docs/comparison.md")  # the lessons link to these
SOLUTION = re.compile(  # number, code, and why
    r"<details><summary>Solution of exercise (\d)</summary>\n\n```python\n(.*?)\n```\n\n(.+?)\n\n</details>\n*", re.DOTALL)
README = """# Pre-trained word embeddings: your copy

The lessons are in `notebooks/`, in their order. The exercises are without solutions; the check under each one answers.

You need Python 3.11, 3.12 or 3.13. In this folder (on Windows write `.venv\\Scripts\\` for `.venv/bin/`):

```
python -m venv .venv
.venv/bin/python -m pip install --require-hashes -r requirements.lock
.venv/bin/python -m helpers.check_env
.venv/bin/python -m jupyterlab --FileContentsManager.preferred_dir=notebooks
```
"""


def without_solutions(notebook, name):
    """Remove the folded solutions, in place; return how many: one per exercise, or a ValueError."""
    n_removed = 0
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            source, n = SOLUTION.subn("", cell.source)
            cell.source, n_removed = source.strip(), n_removed + n
    n_exercises = sum("exercise" in cell.metadata.get("tags", []) for cell in notebook.cells)
    if n_removed != n_exercises:
        raise ValueError(f"{name}: there are {n_exercises} exercises, but {n_removed} solutions.")
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
    """Write the learners' copy into a new folder; return how many solutions were left out."""
    folder.mkdir(parents=True)
    n_removed = 0
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
        else:
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    (folder / "README.md").write_text(README, encoding="utf-8")
    (folder / "notebooks").mkdir()
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        n_removed += without_solutions(notebook, path.name)
        without_answers(notebook)
        nbformat.write(notebook, folder / "notebooks" / path.name)
    return n_removed


def main():
    """Write the copy and its zip file anew."""
    folder = ROOT / "build" / "student"
    shutil.rmtree(folder, ignore_errors=True)
    n_removed = write_student(folder)
    archive = shutil.make_archive(str(folder), "zip", folder.parent, folder.name)
    print(f"{folder} and {archive}: {n_removed} solutions left out")


if __name__ == "__main__":
    main()
