"""`make run`: lessons from the repository root, pages, metrics, and clear failures."""

import json
import os
import subprocess
import sys

import pytest
from lessons import ROOT


def run_lessons(*arguments):
    command = [sys.executable, str(ROOT / "tools/run_lessons.py"), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs ü")
    return folder, run_lessons("--output", str(folder), "--only", "01", "03")


def test_lessons_run_and_are_tabled(finished):
    folder, done = finished
    assert done.returncode == 0, done.stderr
    assert "[1/2] 01_inspect_the_data" in done.stdout and "[2/2] 03_vectorization" in done.stdout
    assert "posts 1,997" in done.stdout.split("measured")[-1]
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert set(metrics) == {"01_inspect_the_data", "03_vectorization"}


def test_pages_have_titles_described_pictures_and_links_to_pages(finished):
    text = (finished[0] / "01_inspect_the_data.html").read_text(encoding="utf-8")
    assert "<title>1. Inspect the data</title>" in text
    assert "No description has been provided" not in text and 'alt="' in text
    assert 'href="02_header_leakage.html"' in text


def test_an_unknown_parameter_is_refused():
    done = run_lessons("-p", "epoch", "4")
    assert done.returncode == 2
    assert "No lesson has a parameter epoch." in done.stderr and "epochs" in done.stderr


@pytest.mark.parametrize(("arguments", "sentence"), [
    (["-p", "seed", "-1"], "The parameter seed must be a whole number from 0 to 4,294,967,295, not -1."),
    (["-p", "data_dir", "5"], "The parameter data_dir must be the path of a folder as text"),
    (["--dataset", "full", "--data-dir", "no such folder"], "does not exist"),
])
def test_a_failing_cell_stops_the_run(tmp_path, arguments, sentence):
    done = run_lessons("--output", str(tmp_path), "--only", "01", *arguments)
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
