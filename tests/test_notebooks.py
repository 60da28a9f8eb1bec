"""The notebooks from outside: their hygiene, their bounds, and that they run from anywhere.

test_lessons.py executes each of them where only the notebook and the installed course are.
"""

import ast
import copy
import json
import os
import re
import shutil
import statistics
import subprocess
import sys

import nbformat
import papermill
import pytest
import refresh_notebooks
from IPython.core.inputtransformer2 import TransformerManager
from lessons import (
    ADDRESS,
    IGNORED,
    NOTEBOOKS,
    ROOT,
    all_text,
    badges,
    code_cells,
    headings,
    read,
    tagged,
    tags,
)

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_they_are_numbered():
    assert [path.stem[:3] for path in NOTEBOOKS] == [f"0{n}_" for n in range(1, len(NOTEBOOKS) + 1)]


@each_notebook
def test_format_is_valid_and_clean(path):
    notebook = read(path)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata == refresh_notebooks.METADATA
    for cell in code_cells(notebook):
        assert cell.execution_count is not None, f"not executed: {cell.source[:60]}"
        for output in cell.outputs:
            assert output.get("name") != "stderr", output.text
            assert output.output_type != "error"


@each_notebook
def test_no_path_of_a_machine(path):
    for text in all_text(read(path)):
        assert not re.search(r"(?<![\w.])/(?:home|Users|root|tmp|work|var)/|[A-Z]:\\\\", text), text[:200]


@each_notebook
def test_bounds_of_a_lesson(path):
    notebook = read(path)
    sizes = []
    for cell in code_cells(notebook):
        if not {"bootstrap", "parameters", "metrics"} & set(tags(cell)):
            sizes.append(sum(bool(line.strip()) for line in cell.source.splitlines()))
        assert all(len(line) <= 88 or "pip install" in line for line in cell.source.splitlines())
    assert len(notebook.cells) <= 70
    assert statistics.median(sizes) <= 7
    assert max(sizes) <= 22
    assert path.stat().st_size <= 400_000


@each_notebook
def test_headings_do_not_skip(path):
    levels = [len(marks) for marks, _ in headings(path)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


@each_notebook
def test_one_parameters_cell_of_typed_literals_with_help(path):
    (cell,) = tagged(read(path), "parameters")
    for line in cell.source.splitlines():
        if not line.startswith("#"):
            assert re.fullmatch(r"\w+: (str|int|float|bool) = .+  # .+", line), line
            ast.literal_eval(ast.parse(line).body[0].value)
    known = papermill.inspect_notebook(path)
    assert {"dataset", "data_dir", "seed"} <= set(known)
    assert all(entry["help"] and entry["inferred_type_name"] != "None" for entry in known.values())


@each_notebook
def test_each_picture_has_a_description_and_nothing_repeats_it(path):
    for cell in code_cells(read(path)):
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                assert len(output.metadata["image/png"]["alt"]) > 20, cell.source
                assert not cell.outputs[cell.outputs.index(output) + 1:], "a second output"


@each_notebook
def test_a_lesson_shows_a_diagram_and_asserts_nothing(path):
    sources = [cell.source for cell in code_cells(read(path))]
    assert any("plots.diagram(" in source for source in sources)
    assert not any(re.search(r"(?m)^\s*assert\b", source) for source in sources)


def test_the_set_up_cell_is_the_same_and_folded():
    cells = [cell for path in NOTEBOOKS for cell in tagged(read(path), "bootstrap")]
    assert len(cells) == len(NOTEBOOKS)
    sources = {cell.source for cell in cells}
    assert len(sources) == 1
    assert f"git+{ADDRESS}\"" in sources.pop()
    for cell in cells:
        assert cell.metadata.jupyter.source_hidden and cell.metadata.cellView == "form"
        assert "hide-input" in tags(cell)


@each_notebook
def test_badges_follow_the_one_address(path):
    first = read(path).cells[0].source
    assert badges(path.stem) in first


@each_notebook
def test_links_between_lessons_resolve(path):
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\(([^)#]+)", cell.source):
                if not target.startswith("http"):
                    assert (path.parent / target).exists(), target


@each_notebook
def test_most_outputs_are_compared(path):
    shown = [cell for cell in code_cells(read(path)) if cell.outputs]
    ignored = [cell for cell in shown if IGNORED in tags(cell)]
    assert len(ignored) <= 0.35 * len(shown), f"{len(ignored)} of {len(shown)}"


def test_nbval_notices_a_planted_wrong_output():
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q", "-n", "0",
               "-p", "no:cacheprovider", str(ROOT / "tests/planted/wrong_output.ipynb")]
    planted = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert planted.returncode == 1, planted.stdout
    assert "1 failed, 1 passed" in planted.stdout


def test_refreshing_mends_a_wrong_output_and_then_changes_nothing(tmp_path):
    path = tmp_path / NOTEBOOKS[0].name
    notebook = read(NOTEBOOKS[0])
    wrong = copy.deepcopy(notebook)
    for cell in code_cells(wrong):
        if cell.outputs and cell.outputs[0].get("text"):
            cell.outputs[0].text = "wrong\n"
            break
    nbformat.write(wrong, path)
    assert refresh_notebooks.refresh(path)
    assert refresh_notebooks.compared(read(path)) == refresh_notebooks.compared(notebook)
    before = path.read_bytes()
    assert not refresh_notebooks.refresh(path)
    assert path.read_bytes() == before


def test_a_notebook_that_does_not_exist_is_told():
    with pytest.raises(SystemExit, match="There is no notebook 05, 5; there are: 01_inspect_the_data, "):
        refresh_notebooks.main(["5", "05", "06_export"])


def run(arguments, cwd):
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=cwd, capture_output=True,
                          text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.slow
def test_runs_by_papermill_from_another_folder(tmp_path):
    path = NOTEBOOKS[6]
    run(["papermill", "--no-progress-bar", str(path), str(tmp_path / "out.ipynb"), "-p", "seed", "7", "-p", "epochs", "1",
         "--cwd", str(path.parent)], tmp_path)


@pytest.mark.slow
def test_lesson_4_runs_when_its_example_words_are_not_in_the_vocabulary(tmp_path):
    papermill.execute_notebook(NOTEBOOKS[3], tmp_path / "out.ipynb", {"max_tokens": 10}, cwd=tmp_path,
                               progress_bar=False)


def test_runs_by_nbconvert(tmp_path):
    path = NOTEBOOKS[0]
    run(["nbconvert", "--to", "notebook", "--execute", "--output-dir", str(tmp_path), str(path)], ROOT)


def test_is_a_talk(tmp_path):
    """nbconvert and JupyterLab's slide view read the same marks."""
    notebook = read(NOTEBOOKS[0])
    kinds = [cell.metadata.slideshow.slide_type for cell in notebook.cells]
    assert kinds.count("slide") >= 5 and "skip" in kinds
    run(["nbconvert", "--to", "slides", "--output-dir", str(tmp_path), str(NOTEBOOKS[0])], ROOT)
    (deck,) = tmp_path.glob("*.slides.html")
    text = deck.read_text(encoding="utf-8")
    assert text.count("<section") > kinds.count("slide") and "<summary>Solution" not in text


@each_notebook
def test_a_slide_with_a_question_does_not_show_the_outcome(path):
    cells = read(path).cells
    questions = [number for number, cell in enumerate(cells) if "guess" in tags(cell)]
    assert questions
    for number in questions:
        outcome = cells[number + 1]
        assert outcome.cell_type == "code", outcome.source
        assert outcome.metadata.slideshow.slide_type in ("slide", "subslide"), outcome.source


@each_notebook
def test_the_marks_of_slides_are_those_that_refreshing_sets(path):
    notebook = read(path)
    assert refresh_notebooks.normalize(copy.deepcopy(notebook), path.stem) == notebook


class FakeShell:
    """Stands in for IPython, and remembers which magics were called."""

    def __init__(self):
        self.calls = []

    def run_line_magic(self, name, line):
        self.calls.append((name, line))


def run_set_up(monkeypatch, folder, shell=None):
    """Run the set-up cell of lesson 1 in a folder, without what is installed here."""
    (cell,) = tagged(read(NOTEBOOKS[0]), "bootstrap")
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(os, "environ", dict(os.environ))
    exec(TransformerManager().transform_cell(cell.source), {"get_ipython": lambda: shell or FakeShell()})


def test_the_set_up_installs_where_only_the_notebook_is(monkeypatch, tmp_path):
    """Colab, Kaggle, a plain server: without dependencies, whose versions are the platform's."""
    shell = FakeShell()
    with monkeypatch.context() as patch:
        patch.setattr("importlib.util.find_spec", lambda name: None)
        run_set_up(patch, tmp_path, shell)
    ((magic, line),) = shell.calls
    assert magic == "pip" and "--no-deps" in line and ADDRESS in line


def test_the_set_up_finds_a_clone_above_a_copy(monkeypatch):
    shell = FakeShell()
    run_set_up(monkeypatch, ROOT / "notebooks", shell)
    assert sys.path[0] == str(ROOT) and not shell.calls
    assert os.environ["KERAS_BACKEND"] == "tensorflow"


@pytest.mark.parametrize("name", ["helpers/__init__.py", "helpers/tools.py", "helpers.py"])
def test_the_set_up_names_a_strangers_helpers(name, monkeypatch, tmp_path):
    (tmp_path / "helpers").mkdir(exist_ok=True)
    (tmp_path / name).write_text("VERSION = 1\n", encoding="utf-8")
    if name == "helpers.py":
        (tmp_path / "helpers").rmdir()
    monkeypatch.delitem(sys.modules, "helpers")
    # a plain folder is found only where no package of the name is on the path
    monkeypatch.setattr(sys, "path", [place for place in sys.path if not os.path.exists(os.path.join(place, "helpers"))])
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ImportError, match="is not this course") as told:
        run_set_up(monkeypatch, tmp_path)
    assert str(tmp_path / "helpers") in str(told.value)


def test_a_failing_process_of_lesson_06_shows_what_it_said(tmp_path):
    (source,) = [cell.source for cell in code_cells(read(NOTEBOOKS[5])) if "def run_script" in cell.source]
    (tmp_path / "ask_classifier.py").write_text("raise ValueError('no model here')", encoding="utf-8")
    names = {"folder": tmp_path, "json": json, "subprocess": subprocess, "sys": sys}
    exec(source, names)
    with pytest.raises(RuntimeError, match="ValueError: no model here"):
        names["run_script"](["a text"])


def test_a_clone_comes_before_a_strangers_helpers(monkeypatch, tmp_path):
    shutil.copytree(ROOT / "helpers", tmp_path / "clone" / "helpers",
                    ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "other" / "helpers").mkdir(parents=True)
    (tmp_path / "other" / "helpers" / "__init__.py").write_text("", encoding="utf-8")
    monkeypatch.delitem(sys.modules, "helpers")
    monkeypatch.syspath_prepend(tmp_path / "other")
    run_set_up(monkeypatch, tmp_path / "clone")
    assert sys.modules["helpers"].__file__.startswith(str(tmp_path / "clone"))
