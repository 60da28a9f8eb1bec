"""Measure the runs of the comparison on this machine's cores or on a Dask cluster.

    python tools/experiments/sweep.py --dataset full --data-dir PATH
    python tools/experiments/sweep.py --dataset full --data-dir PATH --scheduler tcp://host:8786

Each run is one task, and one line in the file that `comparison.py` writes too: what is there is
not run again. Workers need this package (`helpers`) in the same version. A run that failed stands
with its traceback in a file beside the runs, and the exit status is 1.
"""

import os
import sys
import traceback
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import cloudpickle
from distributed import Client, as_completed, get_worker
from distributed.client import FutureCancelledError

from helpers import _cache

LIBRARIES = ("keras", "numpy", "scikit-learn")
CONNECT_SECONDS = 5
# workers have no copy of this file: its functions travel to them
cloudpickle.register_pickle_by_value(sys.modules[__name__])


def installed():
    """Return what a run's result depends on: a hash of `helpers`, and the libraries' versions."""
    return {"helpers": _cache.CODE[:12], **{name: version(name) for name in LIBRARIES}}


def run_on_worker(parameters, script, expected):
    """Do one run on a worker, with the function `run` of a module that was uploaded."""
    for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ[name] = "1"  # a worker has one core; before TensorFlow is imported
    refuse({get_worker().address: installed()}, expected)  # it may have come later
    return import_module(script).run(**parameters)


def refuse(workers, expected):
    """Raise a ValueError if a worker has another version than this machine."""
    for address, found in workers.items():
        other = [f"{name} {found.get(name)} instead of {expected[name]}"
                 for name in expected if found.get(name) != expected[name]]
        if other:
            raise ValueError(f"The worker {address} has {', '.join(other)}. Install the same "
                             "version of the course and of its libraries there, and start it "
                             "again.")


def connect(options):
    """Return a client of the named scheduler, or of new workers on this machine."""
    if not options.scheduler:
        return Client(n_workers=options.workers, threads_per_worker=1, dashboard_address=None)
    try:
        return Client(options.scheduler, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"No Dask scheduler answers at {options.scheduler}. Start one there with `dask "
            "scheduler`, or leave --scheduler out to use this machine.") from error


def main(arguments=None, script=None):
    """Run the command line; another file than the comparison may hold the function `run`.

    The exit status is 0, 1 if a run failed or the command was stopped, 2 if nothing could be started.
    """
    sys.path.append(str(Path(__file__).resolve().parents[1]))
    from experiments import comparison  # imports TensorFlow

    options = comparison.parser(__doc__)
    options.add_argument("--scheduler", metavar="URL", help="of a running Dask scheduler")
    options.add_argument("--workers", type=int, metavar="N", help="runs at a time on this machine")
    options = comparison.parse(options, arguments)
    script = Path(script or comparison.__file__)
    failures = options.runs.with_suffix(".failed.jsonl")
    n_failed = 0
    try:
        with comparison.alone(options.runs), connect(options) as client:
            runs = comparison.to_do(options)
            client.upload_file(str(script))
            refuse(client.run(installed), installed())
            futures = client.map(run_on_worker, runs, script=script.stem, expected=installed(),
                                 pure=False)
            parameters_of = dict(zip(futures, runs))
            for future in as_completed(futures):
                error = future.exception()  # of the run, or of a worker that died again and again
                if error:
                    n_failed += 1
                    parameters = parameters_of[future]
                    told = "".join(traceback.format_exception(error))
                    comparison.append_run(failures, {**parameters, "failed": told})
                    print(f"failed: {comparison.describe(parameters)}; see {failures}",
                          file=sys.stderr)
                else:
                    row = future.result()
                    comparison.append_run(options.runs, row)
                    print(f"{row['accuracy']:.4f}  {comparison.describe(row)}", flush=True)
    except (KeyboardInterrupt, FutureCancelledError):
        print("Stopped, or the scheduler was lost. The same command goes on from here.", file=sys.stderr)
        return 1
    except (OSError, ValueError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 2
    return int(n_failed > 0)


if __name__ == "__main__":
    sys.exit(main())
