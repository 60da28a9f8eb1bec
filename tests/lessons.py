"""What the tests of the notebooks share: reading them, and running one as a learner would."""

import re
import tomllib
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
with open(ROOT / "pyproject.toml", "rb") as file:
    ADDRESS = tomllib.load(file)["project"]["urls"]["Repository"]
IGNORED = "nbval-ignore-output"
COLAB_BADGE = "https://colab.research.google.com/assets/colab-badge.svg"
BINDER_BADGE = "https://mybinder.org/badge_logo.svg"
BINDER = "https://mybinder.org/v2/gh"
COLAB = "https://colab.research.google.com/github"
KAGGLE_BADGE = "https://kaggle.com/static/images/open-in-kaggle.svg"
KAGGLE = "https://kaggle.com/kernels/welcome?src=https://github.com"


def badges(stem):
    """Return the line of badges that opens a lesson elsewhere."""
    slug = ADDRESS.removeprefix("https://github.com/")
    path = f"notebooks/{stem}.ipynb"
    colab = f"[![Open in Colab]({COLAB_BADGE})]({COLAB}/{slug}/blob/main/{path})"
    binder = f"[![Open in Binder]({BINDER_BADGE})]({BINDER}/{slug}/main?urlpath=lab/tree/{path})"
    kaggle = f"[![Open in Kaggle]({KAGGLE_BADGE})]({KAGGLE}/{slug}/blob/main/{path})"
    return f"{colab} {binder} {kaggle}"


def read(path):
    return nbformat.read(path, as_version=4)


def tags(cell):
    return cell.metadata.get("tags", [])


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def markdown(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def tagged(notebook, tag):
    return [cell for cell in notebook.cells if tag in tags(cell)]


def headings(path):
    found = []
    for source in markdown(read(path)):
        plain = re.sub(r"(?s)```.*?```", "", source)
        found += re.findall(r"(?m)^(#+) (.+)$", plain)
    return found


def exercises(notebook):
    """Return the cells of each exercise: task, stub, check, and the one that the solution opens."""
    cells = notebook.cells
    numbers = [number for number, cell in enumerate(cells) if "exercise" in tags(cell)]
    return [cells[number - 1:number + 3] for number in numbers]


def all_text(notebook):
    for cell in notebook.cells:
        yield cell.source
        for output in cell.get("outputs", []):
            yield output.get("text", "")
            for kind, value in output.get("data", {}).items():
                if kind.startswith("text/"):
                    yield value
