"""Run the six lessons with papermill, turn them into pages, and say what they measured.

    python tools/run_lessons.py --dataset sample
    python tools/run_lessons.py --dataset full --data-dir PATH -p epochs 5
"""

import argparse
import ast
import json
import sys
import time
from pathlib import Path

import nbformat
import papermill
from make_site import title, write_site
from papermill.exceptions import PapermillExecutionError

ROOT = Path(__file__).resolve().parent.parent
METRICS_TAG = "metrics"
QUIET_SECONDS = 15
# how a notebook is executed. Each kernel would warn that it talks to this machine without encryption, and one that is
# slow to become idle would call the interrupt that ends it an error; a line may come in two messages, its text and its
# end; a busy machine has a minute to deliver an output
EXECUTION = {"extra_arguments": ["--IPKernelApp.log_level=50"], "coalesce_streams": True, "iopub_timeout": 60}


def main(arguments=None):
    """Run the lessons; return the exit status."""
    options = _parser().parse_args(arguments)
    lessons = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
    wanted = {"dataset": options.dataset, "data_dir": options.data_dir and str(Path(options.data_dir).resolve())}
    wanted |= {name: _literal(value) for name, value in options.parameter}
    known = {lesson: set(papermill.inspect_notebook(lesson)) for lesson in lessons}
    unknown = sorted(set(wanted) - set().union(*known.values()))
    if unknown:
        print(f"No lesson has a parameter {', '.join(unknown)}. "
              f"The lessons have: {', '.join(sorted(set().union(*known.values())))}.", file=sys.stderr)
        return 2
    folder = Path(options.output or ROOT / "runs" / options.dataset)
    folder.mkdir(parents=True, exist_ok=True)
    rows, metrics, notebooks = [], {}, {}
    for number, lesson in enumerate(lessons, start=1):
        print(f"[{number}/{len(lessons)}] {lesson.stem}", flush=True)
        start = time.perf_counter()
        parameters = {name: value for name, value in wanted.items() if name in known[lesson]}
        try:
            notebook = papermill.execute_notebook(
                lesson, folder / lesson.name, parameters, cwd=ROOT, kernel_name="python3", language="python",
                progress_bar=False, on_cell_start=_progress(lesson), **EXECUTION)
        except PapermillExecutionError as error:
            print(f"{lesson.stem} failed in its cell [{error.exec_count}]: {error.ename}: {error.evalue}\n"
                  f"The executed notebook, with the traceback, is {folder / lesson.name}.", file=sys.stderr)
            return 1
        seconds = time.perf_counter() - start
        notebooks[lesson.stem] = notebook
        metrics[lesson.stem] = metrics_of(notebook)
        rows.append((lesson.stem, seconds, in_words(metrics[lesson.stem])))
        print(f"      {seconds:.0f} s", flush=True)
    (folder / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    write_site(folder, notebooks, _index(options.dataset, notebooks, rows))
    width = max(len(stem) for stem, _, _ in rows)
    print(f"\n{'lesson':{width}}  seconds  measured")
    for stem, seconds, shown in rows:
        print(f"{stem:{width}}  {seconds:7.0f}  {shown}")
    print(f"{'all':{width}}  {sum(row[1] for row in rows):7.0f}  open {folder / 'index.html'}")
    return 0


def metrics_of(notebook):
    """Return the dict that the cell tagged `metrics` of an executed notebook shows; empty without such a cell."""
    for cell in notebook.cells:
        if METRICS_TAG in cell.metadata.get("tags", []):
            shown = next(out for out in cell.outputs if out.output_type == "execute_result")
            return ast.literal_eval(shown.data["text/plain"])
    return {}


def in_words(metrics, most=3):
    """Return the first few of a notebook's metrics as one line."""
    return ", ".join(f"{name.replace('_', ' ')} {value if isinstance(value, str) else format(value, ',')}"
                     for name, value in list(metrics.items())[:most])


def _parser():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dataset", default="sample", choices=("sample", "full"))
    parser.add_argument("--data-dir", default="", help="the folder with the real posts and GloVe vectors")
    parser.add_argument("--output", help="where to write; default runs/<dataset>")
    parser.add_argument("-p", "--parameter", nargs=2, action="append", default=[], metavar=("NAME", "VALUE"),
                        help="any other parameter of the lessons; may be given several times")
    return parser


def _literal(text):
    """Read a value as Python would, and as text otherwise: 5, 0.1, True, strict."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _progress(lesson):
    """Give a callback that says which cell runs: always in a terminal, now and then in a log."""
    last = time.perf_counter()
    n_cells = len(nbformat.read(lesson, as_version=4).cells)

    def started(cell, cell_index):
        nonlocal last
        if sys.stdout.isatty():
            print(f"      cell {cell_index + 1} of {n_cells}", end="\r", flush=True)
        elif time.perf_counter() - last > QUIET_SECONDS:
            last = time.perf_counter()
            print(f"      cell {cell_index + 1} of {n_cells}", flush=True)

    return started


def _index(dataset, notebooks, rows):
    lines = [f"| [{title(notebooks[stem])}]({stem}.ipynb) | {seconds:.0f} | {shown} |" for stem, seconds, shown in rows]
    return (f"Six lessons, executed on the data set *{dataset}*. Also here: [metrics.json](metrics.json).\n\n"
            "| lesson | seconds | measured |\n|---|---|---|\n" + "\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
