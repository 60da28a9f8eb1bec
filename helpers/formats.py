"""Lesson 06: what each format of a model weighs, how fast it answers, and whether it answers the same.

Each model runs in a process of its own, which imports only what the format needs.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

import numpy as np
from packaging.requirements import Requirement

from helpers import predict

SINGLE = 30  # posts that are asked one by one
RUNS_ON = {"keras": ("keras", "tensorflow"), "savedmodel": ("tensorflow",), "onnx": ("onnxruntime",),
           "litert": ("ai-edge-litert",)}


def ask(path, posts, *, first_on_path=()):
    """Ask a model in a new process.

    Parameters
    ----------
    path : str or pathlib.Path
        What `helpers.predict.load` takes.
    posts : list of str
        Whole posts, 1 or more.
    first_on_path : sequence of pathlib.Path
        Folders in which the process looks for packages first, another version of Keras for instance.

    Returns
    -------
    dict
        ``groups`` (list of str), ``probabilities`` (array of shape (n_posts, n_classes)), ``first_s``
        (seconds from loading to the first answer, the libraries' import included), ``one_ms`` (median
        for one post), ``posts_per_s`` (best of three, in batches of `helpers.predict.BATCH`) and ``imported`` (which
        of TensorFlow and Keras the process has imported).

    Raises
    ------
    RuntimeError
        If the process ends without an answer; the message is its last line.
    """
    room = Path(__file__).resolve().parent.parent
    paths = [*map(str, first_on_path), str(room), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    done = subprocess.run([sys.executable, "-m", "helpers.formats", str(path)], input=json.dumps(posts), text=True,
                          encoding="utf-8", capture_output=True, env=environment)
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["The process ended without a word."])[-1])
    answer = json.loads(done.stdout.splitlines()[-1])
    return {**answer, "probabilities": np.array(answer["probabilities"], dtype=np.float32)}


def answer(path):
    """Measure a model in this process, with the posts of standard input; what `ask` starts."""
    posts = json.load(sys.stdin)
    start = time.perf_counter()
    predictor = predict.load(path)
    predictor(posts[:1])
    first = time.perf_counter() - start
    groups, probabilities = predictor(posts)
    imported = [name for name in ("tensorflow", "keras") if name in sys.modules]
    singles = [_seconds(predictor, [post]) for post in posts[:SINGLE]]
    in_batches = min(_seconds(predictor, posts) for _ in range(3))
    print(json.dumps({
        "groups": groups, "probabilities": probabilities.tolist(), "first_s": first, "imported": imported,
        "one_ms": 1000 * statistics.median(singles), "posts_per_s": len(posts) / in_batches}))


def _seconds(predictor, posts):
    start = time.perf_counter()
    predictor(posts)
    return time.perf_counter() - start


def compare(paths, posts, probabilities):
    """Ask a model in each of its formats, and compare the answers with those of the model in memory.

    Parameters
    ----------
    paths : dict of str to pathlib.Path
        As `helpers.export.save` returns it.
    posts : list of str
        Whole posts.
    probabilities : numpy.ndarray of float32, shape (n_posts, n_classes)
        Of the model in memory.

    Returns
    -------
    dict of str to dict
        For each format what `ask` returns, and ``size_mb``, ``installed_mb``, ``difference`` (the largest
        of any probability) and ``other_groups`` (posts whose likeliest group is another one). A format
        whose library is not installed is left out, with a line that says so.
    """
    rows = {}
    for name, path in paths.items():
        try:
            row = ask(path, posts)
        except RuntimeError as error:
            if "not installed" not in str(error):
                raise
            print(f"{name}: left out. {error}")
            continue
        there = row["probabilities"]
        rows[name] = {**row, "size_mb": size_mb(path), "installed_mb": installed_mb(*RUNS_ON[name.partition(",")[0]]),
                      "difference": float(np.abs(there - probabilities).max()),
                      "other_groups": int((there.argmax(axis=1) != probabilities.argmax(axis=1)).sum())}
    return rows


def size_mb(path):
    """Return the size of a file, or of all files of a folder, in MB."""
    path = Path(path)
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6


def installed_mb(*packages):
    """Return the size in MB of installed packages with all that they require."""
    total, seen, names = 0, set(), list(packages)
    while names:
        name = names.pop().lower().replace("_", "-")
        if name in seen:
            continue
        seen.add(name)
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            names += ["tensorflow-cpu"] if name == "tensorflow" else []  # the same library under another name
            continue
        total += sum(file.locate().stat().st_size for file in package.files or () if file.locate().is_file())
        wanted = map(Requirement, package.requires or ())
        names += [other.name for other in wanted if not other.marker or other.marker.evaluate({"extra": ""})]
    return total / 1e6


def table(rows):
    """Return what `compare` found as text, one row a format."""
    columns = {"size_mb": ("file, MB", ".1f"), "installed_mb": ("installed, MB", ",.0f"),
               "first_s": ("first answer, s", ".1f"), "one_ms": ("one post, ms", ".1f"),
               "posts_per_s": ("posts per s", ",.0f"), "difference": ("difference", ".0e"),
               "other_groups": ("other group", "d")}
    lines = ["".join([f"{'':16}", *(f"{head:>{len(head) + 2}}" for head, _ in columns.values())])]
    for name, row in rows.items():
        cells = (f"{row[key]:>{len(head) + 2}{form}}" for key, (head, form) in columns.items())
        lines.append("".join([f"{name:16}", *cells]))
    return "\n".join(lines)


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    try:
        answer(sys.argv[1])
    except (OSError, ValueError, ModuleNotFoundError) as error:
        sys.exit(str(error))
