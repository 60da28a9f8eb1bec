"""The sweep: real workers, one that is killed, a run that fails, and runs that are not run again."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="the sweep's extra is not installed")
from experiments import comparison, sweep  # noqa: E402

from helpers import _cache  # noqa: E402

# another command that holds the lock until it is told to end
HOLD = f"""\
import sys
sys.path.append({str(Path(comparison.__file__).parents[1])!r})
from pathlib import Path
from experiments import comparison
with comparison.alone(Path(sys.argv[1])):
    print("locked", flush=True)
    sys.stdin.read()
"""

# what travels to the workers in the comparison's place; each run that begins leaves a file
SCRIPT = '''\
import os, signal, time
from pathlib import Path


def run(*, model, condition, seed, n_labels, data_dir, **others):
    begun = Path(data_dir, f"{model} {seed}")
    first = not begun.exists()
    begun.touch()
    if model == "fail":
        raise ValueError("no such luck")
    if model == "kill its worker once" and first:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"model": model, "condition": condition, "seed": seed, "n_labels": n_labels, "dataset": "sample",
            "accuracy": seed / 10, "threads": os.environ["TF_NUM_INTRAOP_THREADS"]}
'''


@pytest.fixture
def a_sweep(tmp_path, own_cache, monkeypatch):
    """Return a function that sweeps runs into one file, and the folder in which begun runs leave a file."""
    script, begun = tmp_path / "fake_runs.py", tmp_path / "begun"
    script.write_text(SCRIPT, encoding="utf-8")
    begun.mkdir()

    def go(*runs, options=("--workers", "2")):
        rows = [{"model": model, "condition": "body", "seed": seed, "n_labels": 0} for model, seed in runs]
        monkeypatch.setattr(comparison, "grid", lambda: rows)
        return sweep.main(["--runs", str(tmp_path / "runs.jsonl"), "--data-dir", str(begun), *options], script)
    return go


def test_runs_are_measured_once_though_a_worker_dies_and_a_run_fails(a_sweep, tmp_path, capsys):
    runs = [("good", 1), ("good", 2), ("kill its worker once", 3), ("fail", 4)]
    assert a_sweep(*runs) == 1
    rows = comparison.read_runs(tmp_path / "runs.jsonl")
    assert sorted((row["model"], row["seed"], row["accuracy"]) for row in rows) == [
        ("good", 1, 0.1), ("good", 2, 0.2), ("kill its worker once", 3, 0.3)]
    assert {row["threads"] for row in rows} == {"1"}
    (failed,) = map(json.loads, (tmp_path / "runs.failed.jsonl").read_text(encoding="utf-8").splitlines())
    assert failed["seed"] == 4 and "ValueError: no such luck" in failed["failed"]
    assert "failed: fail, body, seed 4, all labels; see" in capsys.readouterr().err
    for path in (tmp_path / "begun").iterdir():
        path.unlink()
    assert a_sweep(*runs) == 1
    assert [path.name for path in (tmp_path / "begun").iterdir()] == ["fail 4"], "what is there is not run again"
    assert comparison.read_runs(tmp_path / "runs.jsonl") == rows


def test_workers_with_another_version_are_refused(a_sweep, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(_cache, "CODE", "0123456789abcdef")  # here, and not there
    assert a_sweep(("good", 1)) == 2
    said = capsys.readouterr().err
    assert "The worker tcp://127.0.0.1:" in said and "instead of 0123456789ab. Install the same version" in said
    assert not list((tmp_path / "begun").iterdir()) and not (tmp_path / "runs.jsonl").exists()


def test_a_scheduler_that_is_not_there_gets_a_sentence(a_sweep, monkeypatch, capsys):
    monkeypatch.setattr(sweep, "CONNECT_SECONDS", 1)
    assert a_sweep(("good", 1), options=("--scheduler", "tcp://127.0.0.1:9")) == 2
    assert "No Dask scheduler answers at tcp://127.0.0.1:9. Start one there" in capsys.readouterr().err


def test_two_commands_do_not_write_one_file_at_the_same_time(own_cache, tmp_path, monkeypatch):
    monkeypatch.setattr(_cache, "SILENT_SECONDS", 0.1)
    monkeypatch.setattr(_cache, "LOCK_SECONDS", 0.2)
    monkeypatch.setattr(comparison, "grid", lambda: [])
    path = tmp_path / "runs.jsonl"
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdout.readline() == b"locked\n"
    try:
        with pytest.raises(RuntimeError, match="Another process has worked on"):
            comparison.main(["--runs", str(path)])
        assert comparison.main(["--runs", str(tmp_path / "others.jsonl")]) == 0, "another file is free"
    finally:
        other.communicate()
    assert comparison.main(["--runs", str(path)]) == 0
