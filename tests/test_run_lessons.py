"""`make run`: lessons from the repository root, pages, metrics, and clear failures."""

import json
import os
import re
import subprocess
import sys
from urllib.parse import urldefrag

import nbformat
import pytest
import run_lessons
from lessons import ADDRESS, NOTEBOOKS, ROOT, read

PAGES = {f"{lesson.stem}.html" for lesson in NOTEBOOKS}


def run(*arguments):
    command = [sys.executable, str(ROOT / "tools/run_lessons.py"), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs ü")
    return folder, run("--output", str(folder), "--only", "01", "03")


def test_lessons_run_and_are_tabled(finished):
    folder, done = finished
    assert done.returncode == 0, done.stderr
    assert "[1/2] 01_inspect_the_data" in done.stdout and "[2/2] 03_vectorization" in done.stdout
    assert "s; measured: posts 1,997" in done.stdout
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert set(metrics) == {"01_inspect_the_data", "03_vectorization"}


def test_pages_have_titles_described_pictures_and_links_to_pages(finished):
    text = (finished[0] / "01_inspect_the_data.html").read_text(encoding="utf-8")
    assert "<title>1. Inspect the data</title>" in text
    assert "No description has been provided" not in text and 'alt="' in text
    assert 'href="02_header_leakage.html"' in text


@pytest.mark.parametrize("lesson", NOTEBOOKS, ids=lambda path: path.stem)
def test_all_links_of_a_page_lead_somewhere(lesson, tmp_path):
    run_lessons.write_page(read(lesson), tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    links = re.findall(r'<a\b[^>]*\bhref="([^"]+)"', page)
    assert any("/teaching/glossary.md#" in link for link in links)
    for link in links:
        target, anchor = urldefrag(link)
        if target.startswith(f"{ADDRESS}/blob/main/"):
            assert (ROOT / target.removeprefix(f"{ADDRESS}/blob/main/")).exists(), link
        elif target:
            assert "://" in target or target in PAGES, link
        else:
            assert f'id="{anchor}"' in page, link


def test_a_metric_without_a_value_is_none():
    shown = {"text/plain": "{'coverage': 0.0, 'accuracy_of_answers': nan}"}
    output = nbformat.v4.new_output("execute_result", data=shown)
    cell = nbformat.v4.new_code_cell(outputs=[output], metadata={"tags": ["metrics"]})
    metrics = run_lessons.metrics_of(nbformat.v4.new_notebook(cells=[cell]))
    assert metrics["coverage"] == 0 and metrics["accuracy_of_answers"] is None


def test_a_lesson_that_does_not_exist_is_refused():
    for name in ("5", "05_model", "10"):
        done = run("--only", name)
        assert done.returncode == 2 and "01" in done.stderr and name in done.stderr


def test_an_unknown_parameter_is_refused():
    done = run("-p", "epoch", "4")
    assert done.returncode == 2
    assert "No lesson of this run has a parameter epoch." in done.stderr and "epochs" in done.stderr


@pytest.mark.parametrize(("arguments", "sentence"), [
    (["-p", "seed", "-1"], "The parameter seed must be a whole number from 0 to 2,147,483,647, not -1."),
    (["-p", "seed", "x"], "The parameter seed must be a whole number from 0 to 2,147,483,647, not 'x'."),
    (["-p", "dataset", "2024"], "The parameter dataset must be one of 'sample', 'full', not '2024'."),
    (["--dataset", "full", "--data-dir", "no such folder"], "does not exist"),
])
def test_a_failing_cell_stops_the_run(tmp_path, arguments, sentence):
    done = run("--output", str(tmp_path), "--only", "01", *arguments)
    assert done.returncode == 1
    assert "01_inspect_the_data failed in its cell [" in done.stderr and sentence in done.stderr
    assert not (tmp_path / "metrics.json").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="make and paths of Linux")
@pytest.mark.parametrize(("given", "expected"), [
    ("/my/Data", "/my/Data"), ("/my/My Data", "/my/My Data"), ("/my/Ünï data", "/my/Ünï data"), ("/my/it's", "/my/it's"),
    ("/my/a$b", "/my/a$b"), ('/my/a"b#c', '/my/a"b#c'), ("~/My Data", "~/My Data"), ("C:\\My Data", "C:\\My Data"),
    ("My Data", f"{ROOT}/My Data"), ("../data", f"{ROOT}/../data")])
@pytest.mark.parametrize("way", ["argument", "environment"])
def test_make_hands_on_a_data_folder_of_any_name(given, expected, way):
    """Relative ones get the folder of make before them, for a kernel runs elsewhere."""
    command = ["make", "-s", "--eval", "show: ; @printenv WORD_EMBEDDINGS_DATA", "show"]
    command += [f"DATA_DIR={given}"] if way == "argument" else []
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8",
                          env={**os.environ, "DATA_DIR": given})
    assert done.stdout == f"{expected}\n", done.stderr
