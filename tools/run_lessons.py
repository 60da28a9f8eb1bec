"""Run the lessons with papermill, turn them into pages, and say what they measured.

    python tools/run_lessons.py --dataset sample
    python tools/run_lessons.py --dataset full --data-dir PATH -p epochs 5
"""

import argparse
import ast
import json
import os
import re
import sys
import time
import tomllib
from pathlib import Path

import papermill
from jinja2 import DictLoader
from nbconvert import HTMLExporter
from nbconvert.preprocessors import TagRemovePreprocessor
from papermill.exceptions import PapermillExecutionError

ROOT = Path(__file__).resolve().parent.parent
LESSONS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
with open(ROOT / "pyproject.toml", "rb") as file:
    REPOSITORY = tomllib.load(file)["project"]["urls"]["Repository"]
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
    lessons = [lesson for lesson in LESSONS if not options.only or lesson.stem[:2] in options.only]
    folder = Path(options.output or ROOT / "runs" / options.dataset).expanduser().resolve()
    wanted = {"dataset": options.dataset, "data_dir": "", "output_dir": str(folder)}
    if options.data_dir:
        wanted["data_dir"] = str(Path(options.data_dir).expanduser().resolve())
    known = {lesson: papermill.inspect_notebook(lesson) for lesson in lessons}
    types = {}
    for parameters in known.values():
        types |= {name: entry["inferred_type_name"] for name, entry in parameters.items()}
    unknown = sorted({name for name, _ in options.parameter} - types.keys())
    if unknown:
        print(f"No lesson of this run has a parameter {', '.join(unknown)}. "
              f"There are: {', '.join(sorted(types))}.", file=sys.stderr)
        return 2
    for name, value in options.parameter:
        wanted[name] = value if types[name] == "str" else _literal(value)
    folder.mkdir(parents=True, exist_ok=True)
    progress = {"file": sys.stdout, "leave": False, "mininterval": 0.1 if sys.stdout.isatty() else 15}
    metrics = {}
    for number, lesson in enumerate(lessons, start=1):
        print(f"[{number}/{len(lessons)}] {lesson.stem}", flush=True)
        start = time.perf_counter()
        parameters = {name: value for name, value in wanted.items() if name in known[lesson]}
        try:
            notebook = papermill.execute_notebook(
                lesson, folder / lesson.name, parameters, cwd=ROOT, kernel_name="python3",
                language="python", progress_bar=progress, **EXECUTION)
        except PapermillExecutionError as error:
            print(f"{lesson.stem} failed in its cell [{error.exec_count}]: {error.ename}: "
                  f"{error.evalue}\nThe executed notebook, with the traceback, is "
                  f"{folder / lesson.name}.", file=sys.stderr)
            return 1
        seconds = time.perf_counter() - start
        metrics[lesson.stem] = metrics_of(notebook)
        write_page(notebook, folder / f"{lesson.stem}.html")
        print(f"      {seconds:.0f} s; measured: {in_words(metrics[lesson.stem])}", flush=True)
    text = json.dumps(metrics, indent=1) + "\n"
    (folder / "metrics.json").write_text(text, encoding="utf-8")
    print(f"Open {folder / (lessons[0].stem + '.html')}")
    return 0


def write_page(notebook, path):
    """Write an executed lesson as a page; links to lessons lead to their pages, others to the repository."""
    exporter = HTMLExporter(extra_loaders=[DictLoader({"page.html.j2": PAGE})],
                            template_file="page.html.j2", exclude_anchor_links=True,
                            require_js_url="", mathjax_url="",  # nothing is loaded at reading
                            preprocessors=[TagRemovePreprocessor(
                                enabled=True, remove_input_tags={"bootstrap"})])
    title = notebook.cells[0].source.splitlines()[0].lstrip("# ")
    page, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": title}})
    for lesson in LESSONS:
        page = page.replace(f'href="{lesson.name}"', f'href="{lesson.stem}.html"')
    page = page.replace('href="../', f'href="{REPOSITORY}/blob/main/')
    path.write_text(page, encoding="utf-8")


def metrics_of(notebook):
    """Return the dict that the cell tagged `metrics` shows; empty without such a cell."""
    for cell in notebook.cells:
        if "metrics" in cell.metadata.get("tags", []):
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    shown = re.sub(r"\bnan\b", "None", output.data["text/plain"])  # no literal
                    return ast.literal_eval(shown)
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
    parser.add_argument("--data-dir", default=os.environ.get("WORD_EMBEDDINGS_DATA"),
                        help="folder with the real posts and vectors")
    parser.add_argument("--output", help="where to write; default runs/<dataset>")
    parser.add_argument("--only", nargs="+", default=[], metavar="NN", help="lessons, such as 01 05",
                        choices=[lesson.stem[:2] for lesson in LESSONS])
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


if __name__ == "__main__":
    sys.exit(main())
