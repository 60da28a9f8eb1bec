"""Execute the notebooks on the sample and normalise them for commit.

    python tools/refresh_notebooks.py [NAME ...]

A committed notebook whose compared outputs are what they were is left as it is, so that running
this twice changes nothing: losses and times differ between runs, and no diff shows them.
"""

import copy
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from run_lessons import EXECUTION

ROOT = Path(__file__).resolve().parent.parent
IGNORED = "nbval-ignore-output"
COLAB_BADGE = "https://colab.research.google.com/assets/colab-badge.svg"
BINDER_BADGE = "https://mybinder.org/badge_logo.svg"
BINDER = "https://mybinder.org/v2/gh"
COLAB = "https://colab.research.google.com/github"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def repository():
    """Return the repository's address, which is set in pyproject.toml and nowhere else."""
    with open(ROOT / "pyproject.toml", "rb") as file:
        return tomllib.load(file)["project"]["urls"]["Repository"]


def badges(stem, address):
    """Return the line of badges that opens a lesson elsewhere."""
    slug = address.removeprefix("https://github.com/")
    path = f"notebooks/{stem}.ipynb"
    colab = f"[![Open in Colab]({COLAB_BADGE})]({COLAB}/{slug}/blob/main/{path})"
    return f"{colab} [![Open in Binder]({BINDER_BADGE})]({BINDER}/{slug}/main?urlpath=lab/tree/{path})"


def set_address(text, address):
    """Write the repository's address into the badges of a text and into the bootstrap cell."""
    pair = r"\[!\[Open in Colab\][^|\n]*/(\w+)\.ipynb\)"
    text = re.sub(pair, lambda match: badges(match[1], address), text)
    return re.sub(r"git\+https://[^\"\s]+", lambda _: f"git+{address}", text)


def normalise(notebook, stem, address):
    """Keep what a reader needs: sources, outputs, tags; no times, no paths, no editor's state."""
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for number, cell in enumerate(notebook.cells):
        cell.id = f"{stem[:2]}-{number:02d}"
        cell.source = set_address(cell.source, address).strip()
        tags = sorted(cell.metadata.get("tags", []))
        cell.metadata = {"tags": tags} if tags else {}
    return notebook


def compared(notebook):
    """Return what nbval compares of a notebook: all but ignored outputs and pictures."""
    kept = copy.deepcopy(notebook)
    for cell in kept.cells:
        if IGNORED in cell.metadata.get("tags", []):
            cell.outputs = []
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("image/png", None)
    return kept


def edited(path):
    """Tell whether a notebook differs from the last commit: ignored outputs may then be of older sources."""
    return subprocess.run(["git", "diff", "--quiet", "HEAD", "--", path], cwd=ROOT).returncode != 0


def refresh(path, always=False):
    """Execute and normalise one notebook; return whether it was written: where outputs changed, or always."""
    before = nbformat.read(path, as_version=4)
    notebook = normalise(copy.deepcopy(before), path.stem, repository())
    NotebookClient(notebook, timeout=600, kernel_name="python3", record_timing=False,
                   resources={"metadata": {"path": str(path.parent)}}, **EXECUTION).execute()
    notebook = normalise(notebook, path.stem, repository())
    if not always and compared(notebook) == compared(before):
        return False
    nbformat.validate(notebook)
    nbformat.write(notebook, path)
    return True


def main(names):
    """Refresh the named notebooks, or all, and the badges in README."""
    readme = ROOT / "README.md"
    readme.write_text(set_address(readme.read_text(encoding="utf-8"), repository()), encoding="utf-8")
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        if not names or path.stem in names or path.name in names:
            print(f"{path.stem}: {'written' if refresh(path, edited(path)) else 'unchanged'}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
