"""Write how long each lesson takes a machine into the teacher's guide and the lesson's head, from `make run`.

    python tools/make_timings.py [--runs runs/sample]
"""

import argparse
import os
import re
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
BETWEEN = re.compile(r"(<!-- timings(?:: written by [^>]*)? -->\n).*?(<!-- /timings -->)", re.DOTALL)
HEAD = re.compile(r"It runs in (?:a few seconds|under a minute|about a minute|about \d+ minutes)")
WAIT_SECONDS = 3  # a cell that takes longer is named: the class waits for it


def lesson_times(path):
    """Read the times of an executed lesson.

    Parameters
    ----------
    path : pathlib.Path
        A notebook that papermill executed.

    Returns
    -------
    float, list of (str, float), str
        Seconds in all; place and seconds of each cell that takes long; the day.

    Raises
    ------
    ValueError
        If the notebook was not executed to its end.
    """
    notebook = nbformat.read(path, as_version=4)
    times = notebook.metadata.get("papermill", {})
    if times.get("duration") is None or times.get("exception"):
        raise ValueError(f"{path} was not executed to its end; run `make run` first.")
    place, waits = "Above the first heading", []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            heads = re.findall(r"(?m)^(#{1,3}) (.+)$", cell.source)
            if heads:
                place = "Above the first heading" if heads[-1][0] == "#" else f'Under "{heads[-1][1]}"'
        elif (cell.metadata.get("papermill", {}).get("duration") or 0) >= WAIT_SECONDS:
            waits.append((place, cell.metadata.papermill.duration))
    return times["duration"], waits, times["end_time"][:10]


def in_words(seconds):
    """Say roughly how long a lesson runs, as its head does: another machine needs another time."""
    roughly = ((12, "a few seconds"), (45, "under a minute"), (90, "about a minute"))
    return next((words for limit, words in roughly if seconds < limit), f"about {seconds / 60:.0f} minutes")


def put(text, lines):
    """Put lines between the marks of a page."""
    new, n = BETWEEN.subn(lambda match: match[1] + "\n".join(lines) + "\n" + match[2], text)
    if n != 1:
        raise ValueError(f"expected one pair of timings marks, found {n}")
    return new


def main(arguments=None):
    """Write the times; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=Path, default=ROOT / "runs" / "sample")
    options = parser.parse_args(arguments)
    guides = sorted((ROOT / "teaching").glob("0*.md"))
    rows, total, pages = [], 0.0, {}
    try:
        for guide in guides:
            seconds, waits, day = lesson_times(options.runs / f"{guide.stem}.ipynb")
            said = [f"* Machine, all cells: {seconds:.0f} s ({os.cpu_count()} cores, {day}, the sample)."]
            said += [f"* {place} a cell takes {wait:.0f} s." for place, wait in waits]
            pages[guide] = put(guide.read_text(encoding="utf-8"), said)
            lesson = ROOT / "notebooks" / f"{guide.stem}.ipynb"
            pages[lesson] = HEAD.sub(f"It runs in {in_words(seconds)}", lesson.read_text(encoding="utf-8"))
            rows.append(f"| [{guide.stem}]({guide.name}) | {seconds:.0f} |")
            total += seconds
    except (ValueError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1
    index = ROOT / "teaching" / "README.md"
    table = ["| lesson | seconds |", "|---|---|", *rows, f"| all | {total:.0f} |"]
    pages[index] = put(index.read_text(encoding="utf-8"), [
        f"Measured {day} on {os.cpu_count()} cores, on the sample.", "", *table])
    for path, text in pages.items():
        path.write_text(text, encoding="utf-8")
    print(f"{len(guides)} lessons, {total:.0f} s in all, written into teaching/ and the lessons' heads")
    return 0


if __name__ == "__main__":
    sys.exit(main())
