"""`make run`: six lessons from the repository root, pages, metrics, and clear failures."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def run_lessons(*arguments):
    return subprocess.run([sys.executable, str(ROOT / "tools/run_lessons.py"), *arguments], cwd=ROOT,
                          capture_output=True, text=True, encoding="utf-8")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    return folder, run_lessons("--output", str(folder), "-p", "epochs", "4")


def test_all_lessons_run_and_are_tabled(finished):
    folder, done = finished
    assert done.returncode == 0, done.stderr
    for number, line in enumerate(("inspect", "leakage", "vectorization", "glove", "model", "export"), start=1):
        assert f"[{number}/6] 0{number}_" in done.stdout and line in done.stdout
    assert "posts 1,997" in done.stdout.split("measured")[-1]


def test_metrics_collect_what_the_lessons_measured(finished):
    metrics = json.loads((finished[0] / "metrics.json").read_text(encoding="utf-8"))
    assert len(metrics) == 6
    assert metrics["01_inspect_the_data"]["posts"] == 1997
    leak = metrics["02_header_leakage"]
    assert leak["accuracy_full_post"] > leak["accuracy_header_parsed"] > leak["accuracy_signatures_out"]
    assert metrics["04_glove_embedding_matrix"]["frozen"] is True
    assert metrics["05_model_and_training_curves"]["trainable_parameters"] == 247_316


def test_pages_have_titles_and_described_pictures(finished):
    pages = sorted(finished[0].glob("0*.html"))
    assert len(pages) == 6
    text = pages[0].read_text(encoding="utf-8")
    assert "<title>1. Inspect the data</title>" in text
    assert 'alt="Bar chart. Posts in each group.' in text
    assert "No description has been provided" not in text
    index = (finished[0] / "index.html").read_text(encoding="utf-8")
    assert all(f'href="{page.name}"' in index for page in pages)


def test_an_unknown_parameter_is_refused():
    done = run_lessons("-p", "epoch", "4")
    assert done.returncode == 2
    assert "No lesson has a parameter epoch." in done.stderr and "epochs" in done.stderr


@pytest.mark.parametrize(("name", "value", "sentence"), [
    ("seed", "-1", "The parameter seed must be a whole number from 0 to 4,294,967,295, not -1."),
    ("data_dir", "5", "The parameter data_dir must be the path of a folder as text"),
])
def test_a_failing_cell_stops_the_run(tmp_path, name, value, sentence):
    done = run_lessons("--output", str(tmp_path), "-p", name, value)
    assert done.returncode == 1
    assert "01_inspect_the_data failed in its cell [" in done.stderr and sentence in done.stderr
    assert not (tmp_path / "metrics.json").exists()


def test_a_missing_data_folder_is_said(tmp_path):
    done = run_lessons("--output", str(tmp_path), "--dataset", "full", "--data-dir", str(tmp_path / "nowhere"))
    assert done.returncode == 1
    assert "does not exist" in done.stderr
