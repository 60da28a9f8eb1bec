"""Execute the notebooks on the sample and normalize them for commit.

    python tools/refresh_notebooks.py [NAME ...]

A committed notebook whose compared outputs are what they were is left as it is, so that running
this twice changes nothing: losses and times differ between runs, and no diff shows them.
"""

import copy
import re
import subprocess
import sys

import nbformat
from nbclient import NotebookClient
from run_lessons import EXECUTION, LESSONS, ROOT

METADATA = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"}, "rise": {"scroll": True}}
SET_UP = (ROOT / "tools" / "set_up_cell.txt").read_text(encoding="utf-8")
# the set-up cell is folded in JupyterLab, in Colab and on the site
FOLDED = {"jupyter": {"source_hidden": True}, "cellView": "form"}
# cells that a talk leaves out
NO_SLIDE = {"bootstrap", "parameters", "imports", "exercise", "check", "metrics"}


def slide_type(cell, after_guess):
    """Return where a cell stands in a talk: a new slide, one below, on the same one, or nowhere.

    The outcome is never on the slide of its question. A code cell that somebody has marked as a
    subslide stays one: with it, the slide before would be higher than the screen.
    """
    if NO_SLIDE & set(cell.metadata.get("tags", [])) or cell.source.startswith("checks."):
        return "skip"
    if cell.cell_type == "code":
        marked = cell.metadata.get("slideshow", {}).get("slide_type") == "subslide"
        return "subslide" if after_guess or marked else "-"
    if "<details>" in cell.source or re.match(r"## Exercises|### Exercise", cell.source):
        return "skip"
    return "slide" if re.match(r"##? ", cell.source) else "subslide"


def normalize(notebook, stem):
    """Keep what a reader needs: sources, outputs, tags; no times, no paths, no editor's state."""
    notebook.metadata = copy.deepcopy(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    after_guess = False
    for number, cell in enumerate(notebook.cells):
        cell.id = f"{stem[:2]}-{number:02d}"
        cell.source = cell.source.strip()
        tags = sorted(set(cell.metadata.get("tags", [])))
        slide = slide_type(cell, after_guess)
        cell.metadata = {"tags": tags} if tags else {}
        cell.metadata["slideshow"] = {"slide_type": slide}
        after_guess = "guess" in tags
        if "bootstrap" in tags:
            cell.source = SET_UP.strip()
            cell.metadata["tags"] = sorted({*tags, "hide-input"})
            cell.metadata |= FOLDED
    return notebook


def compared(notebook):
    """Return what nbval compares of a notebook: all but ignored outputs and pictures."""
    kept = copy.deepcopy(notebook)
    for cell in kept.cells:
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            cell.outputs = []
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("image/png", None)
    return kept


def edited(path):
    """Tell whether a notebook differs from the last commit: its ignored outputs may then be old."""
    command = ["git", "diff", "--quiet", "HEAD", "--", path]
    return subprocess.run(command, cwd=ROOT).returncode != 0


def refresh(path, always=False):
    """Execute and normalize one notebook; write it where outputs changed, or always; tell whether."""
    before = nbformat.read(path, as_version=4)
    notebook = normalize(copy.deepcopy(before), path.stem)
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", record_timing=False,
                            resources={"metadata": {"path": str(path.parent)}}, **EXECUTION)
    client.execute()
    notebook = normalize(notebook, path.stem)
    if not always and compared(notebook) == compared(before):
        return False
    nbformat.validate(notebook)
    nbformat.write(notebook, path)
    return True


def main(names):
    """Refresh the named notebooks, or all."""
    unknown = set(names) - {path.stem for path in LESSONS}
    if unknown:
        sys.exit(f"There is no notebook {', '.join(sorted(unknown))}; there are: "
                 f"{', '.join(path.stem for path in LESSONS)}.")
    for path in LESSONS:
        if not names or path.stem in names:
            written = refresh(path, edited(path))
            print(f"{path.stem}: {'written' if written else 'unchanged'}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
