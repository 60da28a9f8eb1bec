"""`make sweep`: a real scheduler and two real workers, deaths, failures, and runs that are not run again."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import nbformat
import papermill
import pytest
from nbformat.v4 import new_code_cell, new_notebook

dask = pytest.importorskip("dask", reason="the sweep's extra is not installed")
pytest.importorskip("distributed", reason="the sweep's extra is not installed")
import sweep  # noqa: E402

from helpers import data  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120  # seconds until a test that hangs is given up
WORKER_DEATHS = 2  # the scheduler below allows one retry

PARAMETERS = """\
dataset: str = "sample"  # the data
data_dir: str = ""  # its folder
log: str = ""  # the file that tells which runs began
model: str = "good"  # what the run does
seed: int = 1  # one more number
"""
# appends a line and does as it is told; `wait` waits until the test lets it go on
RUN = """\
import json, os, signal, time
from pathlib import Path

with open(log, "a", encoding="utf-8") as file:
    file.write(json.dumps([model, seed, os.getppid()]) + "\\n")
end = time.monotonic() + 300  # should the test have failed
while model == "wait" and not Path(log + ".go").exists() and time.monotonic() < end:
    time.sleep(0.05)
if model == "kill worker":
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(60)
if model == "kill kernel":
    os.kill(os.getpid(), signal.SIGKILL)
if model == "large":
    held = b"x" * 800_000_000
    time.sleep(60)
if model == "fail":
    raise ValueError("no such luck")
"""
METRICS = """\
{"accuracy": seed / 10, "threads": os.environ["TF_NUM_INTRAOP_THREADS"], "seed": -seed, "history": [1, 2],
 "trim": os.environ.get("MALLOC_TRIM_THRESHOLD_", "")}
"""


def write_notebook(path, run=RUN, metrics=METRICS):
    cells = [new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}), new_code_cell(run),
             new_code_cell(metrics, metadata={"tags": ["metrics"]})]
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


def started(*arguments, **settings):
    return subprocess.Popen([sys.executable, "-m", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            **settings)


def wait_until(true, what):
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def cache_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def one_cache(cache_folder, monkeypatch):
    """The workers of the cluster and this process find the same sample."""
    monkeypatch.setenv("WORD_EMBEDDINGS_CACHE", str(cache_folder))
    monkeypatch.delenv("WORD_EMBEDDINGS_DATA", raising=False)


@contextmanager
def cluster(folder, cache_folder):
    """A scheduler and two workers, each a process of its own, started as on a cluster.

    Gives the scheduler's address, its process, and what starts the workers.
    """
    place = folder / "scheduler.json"
    environment = {**os.environ, "WORD_EMBEDDINGS_CACHE": str(cache_folder), "WORD_EMBEDDINGS_DATA": "",
                   "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(WORKER_DEATHS - 1)}
    settings = {"env": environment, "cwd": folder}
    processes = [started("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
                         "--scheduler-file", str(place), **settings)]
    try:
        wait_until(lambda: place.exists() and place.read_text(encoding="utf-8").endswith("}"), "the scheduler")
        yield json.loads(place.read_text(encoding="utf-8"))["address"], processes[0], lambda: processes.append(started(
            "distributed.cli.dask_worker", "--scheduler-file", str(place), "--nworkers", "2", "--nthreads", "1",
            "--memory-limit", "0.7GB", "--no-dashboard", **settings))
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait(PATIENCE)


@pytest.fixture(scope="module")
def scheduler(cache_folder, tmp_path_factory):
    with cluster(tmp_path_factory.mktemp("cluster"), cache_folder) as (address, _, start_workers):
        start_workers()
        yield address


@pytest.fixture
def a_sweep(tmp_path, scheduler, capsys):
    """Runs sweeps of one notebook into one folder."""
    with sweep.Client(scheduler) as client:  # a test before this one may have killed workers
        client.wait_for_workers(2, PATIENCE)
    log, folder = tmp_path / "log", tmp_path / "out"
    notebook = write_notebook(tmp_path / "run.ipynb")

    def go(*runs, options=("--scheduler", scheduler)):
        table = [{"model": model, "seed": seed, "log": str(log)} for model, seed in runs]
        status = sweep.main(["--output", str(folder), *options], notebook, table)
        return SimpleNamespace(status=status, **capsys.readouterr()._asdict())

    def begun():
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else ()
        return [json.loads(line) for line in lines]

    return SimpleNamespace(go=go, begun=begun, log=log, folder=folder, notebook=notebook,
                           seeds=lambda: sorted(seed for _, seed, _ in begun()))


def rows(folder):
    return [json.loads(line) for line in (folder / "table.jsonl").read_text(encoding="utf-8").splitlines()]


def test_a_killed_workers_run_is_tried_again_and_all_finish(a_sweep):
    with ThreadPoolExecutor(1) as pool:
        going = pool.submit(a_sweep.go, ("good", 1), ("wait", 2), ("wait", 3), ("good", 4))
        wait_until(lambda: going.done() or len(a_sweep.begun()) == 3, "a run that finished and two that go on")
        workers = {seed: worker for _, seed, worker in a_sweep.begun()}
        assert workers[1] == workers[3] != workers[2]
        os.kill(workers[3], signal.SIGKILL)
        wait_until(lambda: going.done() or len(a_sweep.begun()) == 4, "the killed run to begin again")
        Path(f"{a_sweep.log}.go").touch()
        done = going.result(PATIENCE)
    assert done.status == 0, done.err
    assert a_sweep.seeds() == [1, 2, 3, 3, 4], "the killed one alone, not what its worker had finished"
    assert [row["status"] for row in rows(a_sweep.folder)] == ["finished"] * 4
    lines = done.out.splitlines()
    assert [line.split("]")[0] for line in lines[1:]] == ["[1/4", "[2/4", "[3/4", "[4/4"], "one line a run"
    assert lines[0] == "4 runs, 0 of them finished before" and "model good, seed 1" in lines[1] and "accuracy 0.1" in lines[1]


def test_a_run_that_always_kills_its_worker_is_given_up(a_sweep):
    done = a_sweep.go(("kill worker", 1), ("good", 2), ("good", 3), ("good", 4))
    assert done.status == 1
    seeds = a_sweep.seeds()  # a result that its worker took into death before it was fetched is run again
    assert seeds.count(1) == WORKER_DEATHS and set(seeds) == {1, 2, 3, 4}
    assert f"its worker died {WORKER_DEATHS} times" in done.err
    (left,) = a_sweep.folder.glob("*.failed.ipynb")
    assert str(left) in done.err
    assert 'model = "kill worker"' in left.read_text(encoding="utf-8").replace('\\"', '"')
    assert [row["status"] for row in rows(a_sweep.folder)] == ["failed"] + ["finished"] * 3


def test_what_finished_is_not_run_again_unless_something_changed(a_sweep):
    runs = [("good", 1), ("good", 2)]
    assert a_sweep.go(*runs).status == 0
    again = a_sweep.go(*runs, options=("--scheduler", "tcp://127.0.0.1:1"))  # not even connected to
    assert again.status == 0 and "2 runs, 2 of them finished before" in again.out
    assert a_sweep.seeds() == [1, 2]
    a_sweep.go(*runs, ("good", 3))
    assert a_sweep.seeds() == [1, 2, 3], "a new parameter alone is run"
    (half,) = (path for path in a_sweep.folder.glob("*.json") if rows_of(path)["seed"] == 2)
    half.write_text(half.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    half.with_name(half.name + ".partial").write_text("{", encoding="utf-8")
    a_sweep.go(*runs, ("good", 3))
    assert a_sweep.seeds() == [1, 2, 2, 3], "a half-written result is none"
    write_notebook(a_sweep.notebook, run=RUN + "changed = True\n")
    a_sweep.go(*runs)
    assert a_sweep.seeds() == [1, 1, 2, 2, 2, 3], "another notebook is run again"
    assert [row["status"] for row in rows(a_sweep.folder)] == ["finished"] * 2


def rows_of(path):
    return json.loads(path.read_text(encoding="utf-8"))["parameters"]


def test_failing_runs_keep_their_notebooks_and_the_others_finish(a_sweep):
    runs = [("fail", 1), ("kill kernel", 2), ("large", 3), ("good", 4)]
    done = a_sweep.go(*runs)
    assert done.status == 1
    assert [row["status"] for row in rows(a_sweep.folder)] == ["failed"] * 3 + ["finished"]
    assert a_sweep.seeds() == [1] + [2] * (sweep.RETRIES + 1) + [3, 4], "only a dead kernel is tried again"
    for sentence in ("failed in its cell [3]: ValueError: no such luck", "did not end: DeadKernelError: Kernel died",
                     "took more than the 0.7 GB of memory"):
        assert sentence in done.err
    kept = sorted(a_sweep.folder.glob("*.failed.ipynb"))
    assert len(kept) == 3 and all(str(path) in done.err for path in kept)
    assert "no such luck" in kept[0].read_text(encoding="utf-8")
    a_sweep.go(*runs[:1])
    assert a_sweep.seeds().count(1) == 2, "what failed is run again"
    write_notebook(a_sweep.notebook, metrics="print('no dict')")
    assert "its cell tagged metrics shows no dict" in a_sweep.go(runs[-1]).err


def test_the_table_has_one_row_a_run_of_all_that_was_measured(a_sweep, monkeypatch):
    monkeypatch.setattr(sweep, "RUN_GB", 0.5)
    options = ("--workers", "2", "--only", "model=good", "--only", "seed=3", "--only", "seed=2")
    done = a_sweep.go(("good", 3), ("good", 1), ("fail", 2), ("good", 2), options=options)
    assert done.status == 0, done.err
    assert a_sweep.seeds() == [2, 3]
    table = rows(a_sweep.folder)
    assert [(row["seed"], row["status"]) for row in table] == [
        (3, "finished"), (1, "missing"), (2, "missing"), (2, "finished")]
    row, threads = table[0], max(1, sweep.cpu_count() // 2)
    assert (row["accuracy"], row["measured_seed"], row["history"]) == (0.3, -3, [1, 2])
    assert (row["threads"], row["measured_threads"]) == (threads, str(threads)), "two runs share the cores"
    assert row["trim"] == "", "Dask's setting for its own memory stays with Dask"
    assert "accuracy" not in table[1], "nothing is filled in"
    with open(a_sweep.folder / "table.csv", encoding="utf-8", newline="") as file:
        (header, *lines) = csv.reader(file)
    assert "history" not in header
    assert [dict(zip(header, line))["accuracy"] for line in lines] == ["0.3", "", "", "0.2"]


def test_an_interrupted_sweep_keeps_what_finished(a_sweep):
    table = [{"model": model, "seed": seed, "log": str(a_sweep.log)} for model, seed in (("good", 1), ("wait", 2))]
    code = ("import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "  # a job behind `&` ignores it
            f"sys.path.insert(0, {str(ROOT / 'tools')!r}); import sweep; sweep.RUN_GB = 0.5; from pathlib import Path; sys.exit("
            f"sweep.main(['--output', {str(a_sweep.folder)!r}, '--workers', '2'], Path({str(a_sweep.notebook)!r}), {table}))")
    going = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             encoding="utf-8", start_new_session=True)
    assert "2 runs" in going.stdout.readline() and "[1/2] model good" in going.stdout.readline()
    wait_until(lambda: len(a_sweep.begun()) == 2, "the second run")
    os.killpg(going.pid, signal.SIGINT)  # as Ctrl-C does: to the workers too
    _, said = going.communicate(timeout=PATIENCE)
    assert going.returncode == 130
    assert said == "Stopped. Finished runs are kept: the same command goes on from here.\n"
    assert [row["status"] for row in rows(a_sweep.folder)] == ["finished", "missing"]


def test_a_lost_scheduler_leaves_what_finished(a_sweep, tmp_path, cache_folder):
    with cluster(tmp_path, cache_folder) as (address, process, start_workers), ThreadPoolExecutor(1) as pool, \
            dask.config.set({"distributed.comm.timeouts.connect": "1s"}):
        start_workers()
        going = pool.submit(a_sweep.go, ("good", 1), ("wait", 2), options=("--scheduler", address))
        wait_until(lambda: going.done() or len(a_sweep.begun()) == 2 and list(a_sweep.folder.glob("*.json")), "a result")
        process.kill()
        done = going.result(PATIENCE)
        Path(f"{a_sweep.log}.go").touch()
    assert done.status == 1 and "The scheduler was lost" in done.err and "run again to go on" in done.err
    assert [row["status"] for row in rows(a_sweep.folder)] == ["finished", "missing"]
    assert a_sweep.go(("good", 1), ("wait", 2)).status == 0
    assert a_sweep.seeds() == [1, 2, 2], "and what finished is not run again"


def test_a_scheduler_lost_before_a_result_is_fetched_fails_no_run(a_sweep, tmp_path, cache_folder, monkeypatch):
    def late(*arguments, waited=sweep.wait):
        done = waited(*arguments)
        process.kill()
        wait_until(lambda: all(future.cancelled() for future in done.done), "the client to see it")
        return done

    monkeypatch.setattr(sweep, "wait", late)
    with cluster(tmp_path, cache_folder) as (address, process, start_workers), \
            dask.config.set({"distributed.comm.timeouts.connect": "1s"}):
        start_workers()
        done = a_sweep.go(("good", 1), options=("--scheduler", address))
    assert done.status == 1 and "The scheduler was lost" in done.err
    assert [row["status"] for row in rows(a_sweep.folder)] == ["missing"]


def test_a_full_disk_ends_it_in_a_sentence(a_sweep, mounted, scheduler):
    folder = mounted("size=64k")
    options = ("--scheduler", scheduler, "--output", str(folder))
    with ThreadPoolExecutor(1) as pool:
        going = pool.submit(a_sweep.go, ("good", 1), ("wait", 2), options=options)
        wait_until(lambda: going.done() or len(a_sweep.begun()) == 2 and list(folder.glob("*.json")), "a result")
        with pytest.raises(OSError), open(folder / "filler", "wb", buffering=0) as file:
            while file.write(bytes(1024)):
                pass
        Path(f"{a_sweep.log}.go").touch()
        done = going.result(PATIENCE)
    assert done.status == 1 and f"The disk of the folder {folder} is full" in done.err and "run again to go on" in done.err
    (folder / "filler").unlink()
    assert a_sweep.go(("good", 1), ("wait", 2), options=options).status == 0
    assert a_sweep.seeds() == [1, 2, 2] and [row["status"] for row in rows(folder)] == ["finished"] * 2


def test_without_a_worker_it_waits_and_says_so_once(a_sweep, tmp_path, cache_folder, capsys, monkeypatch):
    monkeypatch.setattr(sweep, "LOOK_SECONDS", 0.1)
    sentence = "No worker is connected: waiting for one. Ctrl-C stops."
    # Dask asks its scheduler in the background too, for less: what it hears must not be taken for "no worker"
    with cluster(tmp_path, cache_folder) as (address, _, start_workers), ThreadPoolExecutor(1) as pool, \
            dask.config.set({"distributed.client.scheduler-info-interval": "5ms"}):
        going, said = pool.submit(a_sweep.go, ("good", 1), options=("--scheduler", address)), []
        wait_until(lambda: going.done() or said.append(capsys.readouterr().out) or sentence in said[-1], "the sentence")
        start_workers()
        done = going.result(PATIENCE)
    assert done.status == 0, done.err
    assert "".join([*said, done.out]).count(sentence) == 1 and "[1/1]" in done.out


def test_a_worker_with_other_inputs_refuses(scheduler, a_sweep):
    text = a_sweep.notebook.read_text(encoding="utf-8")
    inputs = {**sweep.find_inputs(text, "sample", ""), "versions": ["Keras 2"]}
    with sweep.Client(scheduler) as client:
        ((_, result),) = sweep.execute(client, text, {Path("a"): {"dataset": "sample", "data_dir": ""}}, inputs)
    assert "has other inputs than this machine: versions" in result["error"]
    assert a_sweep.begun() == []


def test_inputs_change_with_what_a_result_depends_on(tmp_path, monkeypatch):
    rooms = tmp_path / "helpers"
    rooms.mkdir()
    for name, source in (("one", "from helpers.two import (\n    x,\n    y)"), ("two", "x = y = 1"), ("three", "")):
        (rooms / f"{name}.py").write_text(source, encoding="utf-8")
    monkeypatch.setattr(sweep, "helpers", SimpleNamespace(__path__=[str(rooms)]))
    files = tmp_path / "data"
    for number in range(data.N_GROUPS):
        (files / data.FOLDER / f"group.{number}").mkdir(parents=True)
        (files / data.FOLDER / f"group.{number}" / "1").write_text("a post", encoding="utf-8")
    (files / "glove.6B.100d.txt").write_text("a 1", encoding="utf-8")
    notebook = new_notebook(cells=[new_code_cell("import os\nfrom helpers import one"), nbformat.v4.new_markdown_cell("a")])

    def inputs():
        return sweep.find_inputs(nbformat.writes(notebook), "full", str(files))

    before = inputs()
    assert before == inputs() == json.loads(json.dumps(before))
    (rooms / "three.py").write_text("z = 1", encoding="utf-8")
    notebook.cells[1].source = "b"
    assert inputs() == before, "what is not imported, and prose, change nothing"
    for path in (rooms / "one.py", rooms / "two.py", files / data.FOLDER / "group.7" / "1",
                 files / "glove.6B.100d.txt"):
        whole = path.read_text(encoding="utf-8")
        path.write_text(whole + "\nchanged = 1", encoding="utf-8")
        assert inputs() != before, path.name
        path.write_text(whole, encoding="utf-8")
    monkeypatch.setattr(sweep.check_env, "check_package", lambda name, wheels: (True, f"{name} 99"))
    assert inputs() != before, "versions"


@pytest.mark.parametrize(("options", "sentence"), [
    (["--scheduler", "tcp://127.0.0.1:1"], "No Dask scheduler answers at tcp://127.0.0.1:1. Start one there"),
    (["--scheduler", "nonsense://"], "No Dask scheduler answers at nonsense://. Start one there"),
    (["--dataset", "full", "--data-dir", "nowhere"], "does not exist"),
    (["--workers", "1000"], "1000 runs at a time need 2000 GB of memory, and "),
    (["--only", "model=god"], "--only model=god: no such run."),
    (["--only", "colour=red"], "The names are dataset, model, seed."),
])
def test_bad_use_gets_a_sentence(options, sentence, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(sweep, "CONNECT_SECONDS", 1)
    notebook = write_notebook(tmp_path / "run.ipynb")
    assert sweep.main(["--output", str(tmp_path / "out"), *options], notebook, [{"model": "good", "seed": 1}]) == 2
    said = capsys.readouterr().err
    assert sentence in said and "Traceback" not in said


def test_without_memory_nothing_starts(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(sweep, "MEMORY_LIMIT", 1e9)
    notebook = write_notebook(tmp_path / "run.ipynb")
    assert sweep.main(["--output", str(tmp_path / "out")], notebook, [{"model": "good", "seed": 1}]) == 2
    assert "1 runs at a time need 2 GB of memory, and 1.0 GB are free." in capsys.readouterr().err


def test_the_notebook_of_a_run_is_a_lesson_in_small():
    notebook = nbformat.read(sweep.NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    lesson = nbformat.read(ROOT / "notebooks" / "01_inspect_the_data.ipynb", as_version=4)
    tagged = {tag: cell.source for cell in notebook.cells for tag in cell.metadata.get("tags", [])}
    assert tagged["bootstrap"] in [cell.source for cell in lesson.cells]
    assert "metrics" in notebook.cells[-1].metadata.tags
    known = papermill.inspect_notebook(sweep.NOTEBOOK)
    assert list(known) == ["dataset", "data_dir", "model", "condition", "seed", "n_train", "epochs"]
    assert all(entry["help"] and entry["inferred_type_name"] in ("str", "int") for entry in known.values())
