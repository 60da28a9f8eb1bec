"""The notebooks from outside: their hygiene, and that each runs from anywhere."""

import ast
import copy
import os
import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
import pytest
import refresh_notebooks
from IPython.core.inputtransformer2 import TransformerManager

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FEW_EPOCHS = ["-p", "epochs", "4"]
IGNORED = "nbval-ignore-output"

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell):
    return cell.metadata.get("tags", [])


def tagged(notebook, tag):
    return [cell for cell in notebook.cells if tag in tags(cell)]


def all_text(notebook):
    for cell in notebook.cells:
        yield cell.source
        for output in cell.get("outputs", []):
            yield output.get("text", "")
            yield from (value for kind, value in output.get("data", {}).items() if kind.startswith("text/"))


def test_there_are_six():
    assert [path.stem[:3] for path in NOTEBOOKS] == ["01_", "02_", "03_", "04_", "05_", "06_"]


@each_notebook
def test_format_is_valid_and_clean(path):
    notebook = read(path)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
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
    cells = read(path).cells
    code = [cell.source.splitlines() for cell in cells if cell.cell_type == "code"]
    sizes = sorted(sum(bool(line.strip()) for line in lines) for lines in code)
    assert 20 <= len(cells) <= 40
    assert statistics.median(sizes) <= 5
    assert sizes[int(0.9 * (len(sizes) - 1))] <= 12
    assert sizes[-1] <= 20
    assert path.stat().st_size <= 150_000


@each_notebook
def test_headings_do_not_skip(path):
    heads = [line for cell in read(path).cells if cell.cell_type == "markdown"
             for line in re.sub(r"(?s)```.*?```", "", cell.source).splitlines() if re.match(r"#+ ", line)]
    levels = [len(line.split()[0]) for line in heads]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


@each_notebook
def test_one_parameters_cell_of_typed_literals_with_help(path):
    (cell,) = tagged(read(path), "parameters")
    for line in cell.source.splitlines():
        assert re.fullmatch(r"\w+: (str|int|float) = .+  # .+", line), line
        ast.literal_eval(ast.parse(line).body[0].value)
    known = papermill.inspect_notebook(path)
    assert {"dataset", "data_dir", "seed"} <= set(known)
    assert all(entry["help"] and entry["inferred_type_name"] != "None" for entry in known.values())


def test_bootstrap_is_the_same_bytes():
    sources = {cell.source for path in NOTEBOOKS for cell in tagged(read(path), "bootstrap")}
    assert len(sources) == 1
    assert f"git+{refresh_notebooks.repository()}\"" in sources.pop()


@each_notebook
def test_badges_follow_the_one_address(path):
    first = read(path).cells[0].source
    assert refresh_notebooks.badges(path.stem, refresh_notebooks.repository()) in first


@each_notebook
def test_links_between_lessons_resolve(path):
    for cell in read(path).cells:
        for target in re.findall(r"\]\(([^)#]+)", cell.source) if cell.cell_type == "markdown" else ():
            if not target.startswith("http"):
                assert (path.parent / target).exists(), target


@each_notebook
def test_most_outputs_are_compared(path):
    shown = [cell for cell in code_cells(read(path)) if cell.outputs]
    ignored = [cell for cell in shown if IGNORED in tags(cell)]
    assert len(ignored) <= 0.25 * len(shown), f"{len(ignored)} of {len(shown)}"


@each_notebook
def test_what_is_not_compared_is_asserted(path):
    cells = code_cells(read(path))
    for number, cell in enumerate(cells):
        if IGNORED in tags(cell):
            near = cells[max(0, number - 1):number + 3]
            assert any("assert" in other.source for other in near), cell.source[:80]


def test_nbval_notices_a_planted_wrong_output():
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider", "-n", "0",
               "-q", str(ROOT / "tests/planted/wrong_output.ipynb")]
    planted = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert planted.returncode == 1, planted.stdout
    assert "1 failed, 1 passed" in planted.stdout


def test_refreshing_twice_changes_nothing(tmp_path):
    path = Path(shutil.copy(NOTEBOOKS[0], tmp_path))
    before = path.read_bytes()
    assert not refresh_notebooks.refresh(path)
    assert path.read_bytes() == before


def test_refreshing_mends_a_wrong_output(tmp_path):
    path = Path(shutil.copy(NOTEBOOKS[0], tmp_path))
    notebook = read(path)
    wrong = copy.deepcopy(notebook)
    next(cell for cell in code_cells(wrong) if cell.outputs and cell.outputs[0].get("text")).outputs[0].text = "wrong\n"
    nbformat.write(wrong, path)
    assert refresh_notebooks.refresh(path)
    assert refresh_notebooks.compared(read(path)) == refresh_notebooks.compared(notebook)


def run(arguments, cwd):
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=cwd, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr[-2000:]


def epochs_of(path):
    return FEW_EPOCHS if "epochs" in papermill.inspect_notebook(path) else []


@each_notebook
def test_runs_by_papermill_from_the_notebooks_folder(path, tmp_path):
    run(["papermill", "--no-progress-bar", path.name, str(tmp_path / "out.ipynb"), *epochs_of(path)], path.parent)


@each_notebook
def test_runs_by_papermill_from_a_copy_elsewhere(path, tmp_path):
    shutil.copy(path, tmp_path)
    run(["papermill", "--no-progress-bar", path.name, "out.ipynb", "-p", "seed", "7", *epochs_of(path)], tmp_path)


@each_notebook
def test_runs_by_nbconvert(path, tmp_path):
    run(["nbconvert", "--to", "notebook", "--execute", "--output-dir", str(tmp_path), str(path)], ROOT)


class FakeShell:
    """Stands in for IPython, and remembers which magics were called."""

    def __init__(self):
        self.calls = []

    def run_line_magic(self, name, line):
        self.calls.append((name, line))


@pytest.mark.parametrize("in_colab", [True, False])
def test_bootstrap_installs_in_colab_only_and_without_dependencies(in_colab, monkeypatch, tmp_path):
    (cell,) = tagged(read(NOTEBOOKS[0]), "bootstrap")
    shell = FakeShell()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(os, "environ", dict(os.environ))
    if in_colab:
        monkeypatch.setitem(sys.modules, "google.colab", object())
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    exec(TransformerManager().transform_cell(cell.source), {"get_ipython": lambda: shell})
    if in_colab:
        ((magic, line),) = shell.calls
        assert magic == "pip" and "--no-deps" in line and refresh_notebooks.repository() in line
    else:
        assert shell.calls == []
    assert os.environ["KERAS_BACKEND"] == "tensorflow"


def test_bootstrap_finds_a_checkout_above_a_copy(monkeypatch):
    (cell,) = tagged(read(NOTEBOOKS[0]), "bootstrap")
    monkeypatch.chdir(ROOT / "notebooks")
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr(os, "environ", dict(os.environ))
    exec(TransformerManager().transform_cell(cell.source), {"get_ipython": FakeShell})
    assert sys.path == [str(ROOT)]
