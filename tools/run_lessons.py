"""Run the lessons with papermill, turn them into pages, and say what they measured.

    python tools/run_lessons.py --dataset sample
    python tools/run_lessons.py --dataset full --data-dir PATH -p epochs 5
"""

import argparse
import ast
import json
import os
import sys
import time
from pathlib import Path

import nbformat
import papermill
from jinja2 import DictLoader
from nbconvert import HTMLExporter
from nbconvert.preprocessors import TagRemovePreprocessor
from papermill.exceptions import PapermillExecutionError

ROOT = Path(__file__).resolve().parent.parent
METRICS_TAG = "metrics"
QUIET_SECONDS = 15
# How a notebook is executed. Each kernel would warn that it talks to this machine without
# encryption, and one that is slow to become idle would call the interrupt that ends it an error;
# a line may come in two messages, its text and its end; a busy machine has a minute for an output.
EXECUTION = {"extra_arguments": ["--IPKernelApp.log_level=50"], "coalesce_streams": True,
             "iopub_timeout": 60}
# nbconvert's page, with the alternative text that a picture's output carries
PAGE = """{% extends 'lab/index.html.j2' %}
{% block data_png scoped %}
{%- set alt = (output | get_metadata('alt', 'image/png') or '') | escape_html -%}
{{ super() | replace('<img ', '<img alt="' ~ alt ~ '" ', 1) }}
{% endblock %}"""


def main(arguments=None):
    """Run the lessons; return the exit status."""
    options = _parser().parse_args(arguments)
    lessons = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
    lessons = [lesson for lesson in lessons if not options.only or lesson.stem[:2] in options.only]
    folder = Path(options.output or ROOT / "runs" / options.dataset).expanduser().resolve()
    wanted = {"dataset": options.dataset, "data_dir": "", "output_dir": str(folder)}
    data_dir = options.data_dir or os.environ.get("WORD_EMBEDDINGS_DATA", "")
    if data_dir:
        wanted["data_dir"] = str(Path(data_dir).expanduser().resolve())
    given = {name: _literal(value) for name, value in options.parameter}
    known = {lesson: set(papermill.inspect_notebook(lesson)) for lesson in lessons}
    all_known = set().union(*known.values())
    unknown = sorted(set(given) - all_known)
    if unknown:
        print(f"No lesson has a parameter {', '.join(unknown)}. "
              f"The lessons have: {', '.join(sorted(all_known))}.", file=sys.stderr)
        return 2
    wanted |= given
    folder.mkdir(parents=True, exist_ok=True)
    rows, metrics = [], {}
    for number, lesson in enumerate(lessons, start=1):
        print(f"[{number}/{len(lessons)}] {lesson.stem}", flush=True)
        start = time.perf_counter()
        parameters = {name: value for name, value in wanted.items() if name in known[lesson]}
        try:
            notebook = papermill.execute_notebook(
                lesson, folder / lesson.name, parameters, cwd=ROOT, kernel_name="python3",
                language="python", progress_bar=False, on_cell_start=_progress(lesson), **EXECUTION)
        except PapermillExecutionError as error:
            print(f"{lesson.stem} failed in its cell [{error.exec_count}]: {error.ename}: "
                  f"{error.evalue}\nThe executed notebook, with the traceback, is "
                  f"{folder / lesson.name}.", file=sys.stderr)
            return 1
        seconds = time.perf_counter() - start
        metrics[lesson.stem] = metrics_of(notebook)
        rows.append((lesson.stem, seconds, in_words(metrics[lesson.stem])))
        write_page(notebook, folder / f"{lesson.stem}.html")
        print(f"      {seconds:.0f} s", flush=True)
    text = json.dumps(metrics, indent=1) + "\n"
    (folder / "metrics.json").write_text(text, encoding="utf-8")
    width = max(len(stem) for stem, _, _ in rows)
    print(f"\n{'lesson':{width}}  seconds  measured")
    for stem, seconds, shown in rows:
        print(f"{stem:{width}}  {seconds:7.0f}  {shown}")
    total = sum(seconds for _, seconds, _ in rows)
    print(f"{'all':{width}}  {total:7.0f}  open {folder / (lessons[0].stem + '.html')}")
    return 0


def write_page(notebook, path):
    """Write an executed lesson as a page; its links to other lessons lead to their pages."""
    exporter = HTMLExporter(extra_loaders=[DictLoader({"page.html.j2": PAGE})],
                            template_file="page.html.j2", exclude_anchor_links=True,
                            require_js_url="", mathjax_url="",  # nothing is loaded at reading
                            preprocessors=[TagRemovePreprocessor(
                                enabled=True, remove_input_tags={"bootstrap"})])
    title = notebook.cells[0].source.splitlines()[0].lstrip("# ")
    page, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": title}})
    for lesson in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        page = page.replace(f'href="{lesson.name}"', f'href="{lesson.stem}.html"')
    path.write_text(page, encoding="utf-8")


def metrics_of(notebook):
    """Return the dict that the cell tagged `metrics` shows; empty without such a cell."""
    for cell in notebook.cells:
        if METRICS_TAG in cell.metadata.get("tags", []):
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    return ast.literal_eval(output.data["text/plain"])
    return {}


def in_words(metrics, most=3):
    """Return the first few of a notebook's metrics as one line."""
    said = []
    for name, value in list(metrics.items())[:most]:
        shown = format(value, ",") if isinstance(value, (int, float)) else str(value)
        said.append(f"{name.replace('_', ' ')} {shown}")
    return ", ".join(said)


def _parser():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dataset", default="sample", choices=("sample", "full"))
    parser.add_argument("--data-dir", default="", help="folder with the real posts and vectors")
    parser.add_argument("--output", help="where to write; default runs/<dataset>")
    parser.add_argument("--only", nargs="+", default=[], metavar="NN", help="lessons, such as 01 05")
    parser.add_argument("-p", "--parameter", nargs=2, action="append", default=[],
                        metavar=("NAME", "VALUE"),
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


if __name__ == "__main__":
    sys.exit(main())
