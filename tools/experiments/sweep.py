"""Run a table of notebook runs with papermill, on this machine's cores or on a Dask cluster.

    python tools/sweep.py --dataset sample
    python tools/sweep.py --dataset full --data-dir PATH --only condition=honest
    python tools/sweep.py --dataset full --data-dir PATH --scheduler tcp://host:8786

One run is one task. The notebook travels with it and comes back executed: no disk is shared. A run that
finished with the same parameters and inputs is not run again. What failed is named at the end, with exit status 1.
"""

import argparse
import csv
import hashlib
import json
import logging
import os
import re
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import nbformat
import papermill
from papermill.exceptions import PapermillExecutionError
from run_lessons import EXECUTION, ROOT, in_words, metrics_of

import helpers
from helpers import _cache, check_env, data, glove

try:
    import cloudpickle
    import psutil
    from dask.system import cpu_count
    from distributed import Client, LocalCluster, get_worker, wait
    from distributed.comm import get_address_host
    from distributed.scheduler import KilledWorker
    from distributed.system import MEMORY_LIMIT
except ModuleNotFoundError as missing:
    sys.exit(f'{missing.name} is missing; install it with: python -m pip install "dask[distributed]"')

NOTEBOOK = ROOT / "tools" / "sweep_run.ipynb"
RUN_GB = 2  # what a run on the full data takes, TensorFlow included
RETRIES = 2  # after the death of a kernel; after that of a worker Dask's scheduler tries three times more
CONNECT_SECONDS, LOOK_SECONDS = 5, 5
LIBRARIES = {"TensorFlow": ("tensorflow-cpu", "tensorflow"), "Keras": ("keras",), "NumPy": ("numpy",),
             "SciPy": ("scipy",), "scikit-learn": ("scikit-learn",)}
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS",
           "TF_NUM_INTEROP_THREADS")
# a worker has no copy of this file: what it runs of it travels to it
cloudpickle.register_pickle_by_value(sys.modules[__name__])


def main(arguments=None, notebook=NOTEBOOK, table=None):
    """Run the table; return the exit status.

    Parameters
    ----------
    arguments : list of str, optional
        The command line.
    notebook : pathlib.Path, optional
        Has the parameters ``dataset`` and ``data_dir``, those of `table`, and a cell tagged ``metrics``.
    table : list of dict, optional
        The parameters of each run, the most important first; by default the published table's.
    """
    options = _parser().parse_args(arguments)
    folder = Path(options.output or ROOT / "runs" / "sweep" / options.dataset)
    data_dir = options.data_dir and str(Path(options.data_dir).expanduser().resolve())
    text = notebook.read_text(encoding="utf-8")
    failed, status = {}, 0
    with ExitStack() as stack:
        try:
            table = [{"dataset": options.dataset, **parameters} for parameters in table or _grid(options.dataset)]
            chosen = _chosen(table, options.only)
            inputs = find_inputs(text, options.dataset, data_dir)
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(_cache.locked(folder / "sweep"))  # two sweeps would run the same
            runs = {_target(folder, parameters, inputs): parameters for parameters in table}
            waiting = [target for target in runs if runs[target] in chosen and not _finished(target)]
            print(f"{len(chosen)} runs, {len(chosen) - len(waiting)} of them finished before", flush=True)
            client = stack.enter_context(_connected(options.scheduler, options.workers)) if waiting else None
        except (ValueError, OSError, RuntimeError) as error:
            print(error, file=sys.stderr)
            return 2
        try:
            came = execute(client, text, {target: {**runs[target], "data_dir": data_dir} for target in waiting}, inputs)
            for number, (target, result) in enumerate(came, start=1):
                said = failed[target] = keep(target, runs[target], inputs, result, text)
                print(f"[{number}/{len(waiting)}] {_label(runs[target])}: {said or _measured(target)}", flush=True)
        except KeyboardInterrupt:
            print("Stopped. Finished runs are kept: the same command goes on from here.", file=sys.stderr)
            status = 130
        except (CancelledError, OSError) as error:
            print(f"The scheduler was lost ({error}). Finished runs are kept: run again to go on.", file=sys.stderr)
            status = 1
        except RuntimeError as error:  # no room for a result, nor then for the table
            print(f"{error} Finished runs are kept: run again to go on.", file=sys.stderr)
            return 1
        failed = {target: error for target, error in failed.items() if error}
        collect(folder, runs, failed)
    for target, error in failed.items():
        print(f"{_label(runs[target])}: {error}\n  to read: {_failed(target)}", file=sys.stderr)
    return status or int(bool(failed))


def execute(client, text, waiting, inputs):
    """Hand the runs out, as many at a time as the workers have threads.

    None waits on a worker: a worker's death is held against every run that it was given.

    Parameters
    ----------
    client : distributed.Client
    text : str
        The notebook.
    waiting : dict of pathlib.Path to dict
        The parameters of each run, by the place of its result.
    inputs : dict
        As `find_inputs` returns.

    Yields
    ------
    (pathlib.Path, dict)
        What `run` returned, or ``error`` alone if the run did not come to its end.
    """
    waiting, running, told = list(waiting.items()), {}, False
    while waiting or running:
        at_once = Counter()
        # not scheduler_info(): now and then it comes without the workers
        for address, threads in client.nthreads().items():
            at_once[get_address_host(address)] += threads
        if not at_once and not told:
            print("No worker is connected: waiting for one. Ctrl-C stops.", flush=True)
        told = not at_once
        while waiting and len(running) < at_once.total():
            target, parameters = waiting.pop(0)
            future = client.submit(run, text, parameters, inputs, dict(at_once), key=target.stem, retries=RETRIES)
            running[future] = target
        if not running:
            time.sleep(LOOK_SECONDS)
            continue
        try:
            finished = wait(list(running), LOOK_SECONDS, "FIRST_COMPLETED").done
        except TimeoutError:
            continue
        for future in finished:
            try:
                result = future.result()
            except KilledWorker as error:
                result = {"error": f"its worker died {error.allowed_failures + 1} times"}
            except Exception as error:  # whatever it is, the other runs go on
                if future.cancelled():  # by nobody here: the scheduler is gone, and no run failed
                    raise
                result = {"error": f"did not end: {type(error).__name__}: {error}"}
            future.release()  # else the death of the worker that holds the result would run it again
            yield running.pop(future), result


def run(text, parameters, inputs, at_once):
    """Execute the notebook, on a worker.

    Parameters
    ----------
    text : str
        The notebook.
    parameters, inputs : dict
        `find_inputs` must give the same `inputs` here.
    at_once : dict of str to int
        How many runs share each host: their kernels share its cores.

    Returns
    -------
    dict
        ``error``, "" if all went well; ``notebook``, the executed text; ``seconds``; ``threads``.
    """
    start, worker = time.perf_counter(), get_worker()
    here = find_inputs(text, parameters["dataset"], parameters["data_dir"])
    if here != inputs:
        other = ", ".join(name for name in inputs if here.get(name) != inputs[name])
        return {"error": f"the worker {worker.address} has other inputs than this machine: {other}"}
    threads = max(1, cpu_count() // at_once.get(worker.ip, 1))
    os.environ.update(dict.fromkeys(THREADS, str(threads)))  # the kernel inherits them
    os.environ.pop("MALLOC_TRIM_THRESHOLD_", None)  # Dask's, for its own process: half a training's time would go to it
    bound, too_large, over, error = worker.memory_manager.memory_limit, [], threading.Event(), ""

    def watch():  # Dask bounds its own process, and does not see the kernel
        while bound and not over.wait(1):
            with suppress(psutil.Error):
                for kernel in psutil.Process().children(recursive=True):
                    if kernel.memory_info().rss > bound:
                        too_large.append(kernel.pid)
                        kernel.kill()

    with tempfile.TemporaryDirectory() as folder:
        executed = Path(folder, "executed.ipynb")
        threading.Thread(target=watch, daemon=True).start()
        try:
            papermill.execute_notebook(
                nbformat.reads(text, as_version=4), executed, parameters, cwd=ROOT if ROOT.is_dir() else None,
                kernel_name="python3", language="python", progress_bar=False, **EXECUTION)
        except PapermillExecutionError as raised:
            error = f"failed in its cell [{raised.exec_count}]: {raised.ename}: {raised.evalue}"
        except Exception:  # the kernel died: Dask tries again, if that may end better
            if not too_large:
                raise
            error = f"took more than the {bound / 1e9:.1f} GB of memory that a worker has for a run"
        finally:
            over.set()
        return {"error": error, "notebook": executed.read_text(encoding="utf-8"), "threads": threads,
                "seconds": round(time.perf_counter() - start, 1)}


run.__module__ = "__main__"  # else Dask would send the name of this file's module, and not the function


def find_inputs(text, dataset, data_dir):
    """Return what a run's result depends on besides its parameters.

    Parameters
    ----------
    text : str
        The notebook.
    dataset, data_dir : str
        As in the lessons' parameters cells.

    Returns
    -------
    dict
        JSON values: a hash of the code cells and of the rooms of `helpers` that they import, directly or through
        others; what identifies posts and vectors; the libraries' versions.

    Raises
    ------
    ValueError, FileNotFoundError, NotADirectoryError, RuntimeError
        As `helpers.data.find_posts`.
    """
    rooms = {path.stem: path.read_text(encoding="utf-8") for path in Path(helpers.__path__[0]).glob("*.py")}
    code = [cell.source for cell in nbformat.reads(text, as_version=4).cells if cell.cell_type == "code"]
    for source in code:  # grows as rooms are found
        imports = " ".join(re.findall(r"(?m)^\s*(?:from|import) helpers\b[^(\n]*(?:\([^)]*\))?", source))
        code += [rooms.pop(name) for name in sorted(rooms) if re.search(rf"\b{name}\b", imports)]
    return {"code": hashlib.sha256("\0".join(code).encode("utf-8")).hexdigest(),
            # not the archive's bytes: they differ between machines that hold the same posts
            "posts": data.read_posts(data.find_posts(dataset, data_dir)).fingerprint,
            "vectors": glove.file_key(data.find_vectors(dataset, data_dir), embedding_dim=100),
            "versions": [check_env.check_package(name, wheels)[1] for name, wheels in LIBRARIES.items()]}


def keep(target, parameters, inputs, result, text):
    """Write what came back of a run: its result and notebook, or the notebook of one that failed.

    Returns
    -------
    str
        Why the run failed, or "".
    """
    error, notebook = result["error"], result.get("notebook", "")
    if not error:
        try:
            metrics = metrics_of(nbformat.reads(notebook, as_version=4))
            entry = {"parameters": parameters, "inputs": inputs, "metrics": dict(metrics),
                     "threads": result["threads"], "run_seconds": result["seconds"]}
            _write(target.with_suffix(".ipynb"), notebook)
            _write(target, json.dumps(entry, indent=1, allow_nan=False) + "\n")  # last: it says that the run finished
            _failed(target).unlink(missing_ok=True)
            return ""
        except (ValueError, TypeError, StopIteration, SyntaxError):
            error = "its cell tagged metrics shows no dict of plain values"
    # without an executed notebook, the one with the run's parameters, to be run by hand
    _write(_failed(target), notebook or nbformat.writes(papermill.execute_notebook(
        nbformat.reads(text, as_version=4), None, parameters, prepare_only=True, language="python")))
    return error


def collect(folder, runs, failed=()):
    """Write the table, one row a run: ``table.jsonl`` with all values, ``table.csv`` with the plain ones.

    A measure with the name of another column, such as the epochs run, stands under ``measured_<name>``.
    """
    rows = []
    for target, parameters in runs.items():
        entry, row = _finished(target), {**parameters}
        row["status"] = "finished" if entry else "failed" if target in failed else "missing"
        if entry:
            row |= {name: entry[name] for name in ("threads", "run_seconds")}
            row |= {f"measured_{name}" if name in row else name: value for name, value in entry["metrics"].items()}
        rows.append(row)
    plain = dict.fromkeys(name for row in rows for name, value in row.items() if not isinstance(value, (dict, list)))
    _write(folder / "table.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    with _cache.partial(folder / "table.csv") as path, open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(plain), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


@contextmanager
def _connected(scheduler, workers):
    """Give a client of a running scheduler, or of as many workers here as cores and memory allow."""
    if scheduler:
        try:
            client = Client(scheduler, timeout=CONNECT_SECONDS)
        except (OSError, ValueError) as error:
            raise ValueError(f"No Dask scheduler answers at {scheduler}. Start one there with `dask scheduler`, "
                             "or leave --scheduler out to use this machine.") from error
        with client:
            yield client
        return
    free = min(psutil.virtual_memory().available, MEMORY_LIMIT) / 1e9
    workers = workers or max(1, min(cpu_count(), int(free // RUN_GB)))
    if free < workers * RUN_GB:
        raise ValueError(f"{workers} runs at a time need {workers * RUN_GB} GB of memory, and {free:.1f} GB are free. "
                         "Close other programs, or name fewer --workers.")
    with LocalCluster(n_workers=workers, threads_per_worker=1, memory_limit=int(free * 1e9 / workers),
                      dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL) as cluster, \
            Client(cluster) as client:
        client.run(_ignore_interrupts)
        yield client


def _ignore_interrupts():
    """Leave Ctrl-C, which reaches the workers too, to the process that started them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _grid(dataset):
    from experiments import comparison  # imports TensorFlow

    return comparison.grid(dataset)


def _parser():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dataset", default="sample", choices=("sample", "full"))
    parser.add_argument("--data-dir", default="", help="the folder with the real posts and GloVe vectors")
    parser.add_argument("--output", help="where to write; default runs/sweep/<dataset>")
    parser.add_argument("--only", action="append", default=[], metavar="NAME=VALUE",
                        help="only the runs with this value; given again with the same name: or with that one")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--scheduler", metavar="URL", help="of a running Dask scheduler, such as tcp://host:8786")
    where.add_argument("--workers", type=int, choices=range(1, 1001), metavar="N",
                       help="runs at a time; default what cores and memory allow")
    return parser


def _chosen(table, only):
    wishes = {}
    for wish in only:
        name, _, value = wish.partition("=")
        known = dict.fromkeys(str(parameters.get(name)) for parameters in table)
        if name not in table[0] or value not in known:
            raise ValueError(f"--only {wish}: no such run. The names are {', '.join(table[0])}"
                             + (f"; the values of {name} are: {'; '.join(known)}." if name in table[0] else "."))
        wishes.setdefault(name, set()).add(value)
    return [run for run in table if all(str(run.get(name)) in values for name, values in wishes.items())]


def _target(folder, parameters, inputs):
    """Return the place of a run's result, named by all that it depends on."""
    key = hashlib.sha256(json.dumps([parameters, inputs], sort_keys=True).encode("utf-8")).hexdigest()[:20]
    shown = re.sub(r"\W+", "_", _label(parameters))
    return folder / f"{shown}-{key}.json"


def _failed(target):
    return target.with_suffix(".failed.ipynb")


def _finished(target):
    """Return a run's result, or None: a file that was not written to its end is none."""
    try:
        return json.loads(target.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _write(path, text):
    with _cache.partial(path) as file:
        file.write_text(text, encoding="utf-8")


def _label(parameters):
    return ", ".join(f"{name} {value}" for name, value in parameters.items() if name != "dataset")


def _measured(target):
    entry = _finished(target)
    plain = {name: value for name, value in entry["metrics"].items()
             if isinstance(value, (int, float, str)) and name not in entry["parameters"]}
    return f"{in_words(plain)}, in {entry['run_seconds']:.0f} s"


if __name__ == "__main__":
    sys.exit(main())
