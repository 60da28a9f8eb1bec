"""Measure the preparation of posts and vectors: the plain recipe beside the course's way, in one run.

    python benchmarks/run.py --data-dir PATH
    python benchmarks/run.py --quick

Each step runs in a process of its own (`step.py`), so that its time and memory are its own.
Writes results.json, preparation.png, and the tables in README.md.
"""

import argparse
import gzip
import io
import json
import os
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np

from helpers import _archives, data, glove
from helpers.headers import clean_text
from helpers.splits import random_split, take
from helpers.vectorization import learn_vocabulary

HERE = Path(__file__).resolve().parent
START, END = "<!-- measured: written by run.py -->", "<!-- end of measured -->"
# the reference example's settings
RULES = {"text": "reference", "split_by": "random", "seed": 1337, "validation_split": 0.2, "max_tokens": 20_000,
         "sequence_length": 200, "embedding_dim": 100}
REPEATS, ENOUGH_SECONDS = 3, 60  # a plain step that takes longer is run once
GROWTH, QUICK_GROWTH = (2_500, 5_000, 10_000, None, 50_000, 200_000), (500, 1_000, None, 4_000)  # None: all posts
GROWTH_PEAK_MB = 2_500
# plain vectorizing holds an array of fixed-width strings, four bytes a character, and as much again; plus TensorFlow
PLAIN_BYTES, PLAIN_BASE = 2 * 4, 0.8e9

# what is done, how, the step of step.py, what is to be reached; a cached step finds what the one before it left
PARTS = (
    ("texts to integers", "plain", "plain_sequences", {}),
    ("texts to integers", "course", "course_sequences", {"time": 40, "memory": 20}),
    ("GloVe to matrix", "plain", "plain_matrix", {}),
    ("GloVe to matrix", "course, from the zip", "course_matrix_zip", {"time": 6, "above_mb": 40}),
    ("GloVe to matrix", "course, from the zip, cached", "course_matrix_zip", {"step_s": 0.05}),
    ("GloVe to matrix", "course, from the text", "course_matrix_txt", {"time": 10, "above_mb": 40}),
    ("GloVe to matrix", "course, from the text, cached", "course_matrix_txt", {"step_s": 0.05}),
    ("archives to arrays", "plain", "plain_all", {}),
    ("archives to arrays", "course", "course_all", {"time": 12, "peak_mb": 1_200}),
    ("archives to arrays", "course, cached", "course_all", {"step_s": 1}),
)


def main(arguments=None):
    """Measure, print and write everything; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", default="", help="the folder with news20.tar.gz and glove.6B.zip")
    parser.add_argument("--quick", action="store_true", help="one short run on the bundled sample")
    parser.add_argument("--output", help="the folder to write to; default: this one, or runs/bench with --quick")
    options = parser.parse_args(arguments)
    output = Path(options.output or (HERE.parent / "runs" / "bench" if options.quick else HERE))
    output.mkdir(parents=True, exist_ok=True)
    dataset = "sample" if options.quick else "full"
    try:
        with tempfile.TemporaryDirectory() as work:
            results = measure(Path(work), data.find_posts(dataset, options.data_dir),
                              data.find_vectors(dataset, options.data_dir), quick=options.quick)
    except (OSError, RuntimeError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    (output / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    draw(results, output / "preparation.png")
    before, _, rest = (HERE / "README.md").read_text(encoding="utf-8").partition(START)
    section = report(results)
    (output / "README.md").write_text(f"{before}{START}\n{section}{END}{rest.partition(END)[2]}", encoding="utf-8")
    print(section)
    return 0 if all(row["identical"] for row in results["parts"]) else 1


def measure(work, posts_path, vectors_path, *, quick):
    """Measure every part and the growth.

    Parameters
    ----------
    work : pathlib.Path
        An empty folder for what the steps read and write.
    posts_path, vectors_path : pathlib.Path
        What `helpers.data` found.
    quick : bool
        One run of each, and smaller sizes.

    Returns
    -------
    dict
        JSON values only.
    """
    given = RULES | {"data_dir": str(work / "data"), "archive": str(work / "data" / data.ARCHIVE),
                     "folder": str(work / data.FOLDER), "texts": str(work / "texts.json"),
                     "vocabulary": str(work / "vocabulary.json")}
    (work / "data").mkdir()
    given |= _lay_out_vectors(work, vectors_path)
    posts = _read(posts_path)
    chosen = _as_many_as_fit(posts)
    _write_archive(given["archive"], [(name, posts[name]) for name in chosen])
    for name in chosen:
        file = work / data.FOLDER / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(posts[name])
    texts = [clean_text(posts[name].decode("latin-1"), RULES["text"]) for name in chosen]
    split = random_split(len(texts), validation_split=RULES["validation_split"], seed=RULES["seed"])
    parts = [take(texts, split.train), take(texts, split.validation)]
    vocabulary = learn_vocabulary(parts[0], RULES["max_tokens"])
    Path(given["texts"]).write_text(json.dumps(parts), encoding="utf-8")
    Path(given["vocabulary"]).write_text(json.dumps(vocabulary), encoding="utf-8")
    with open(given["vectors_txt"], "rb") as file:
        n_vectors = sum(1 for _ in file)
    results = {
        "date": date.today().isoformat(), "cores": _cores(), "system": sys.platform,
        "versions": {"python": sys.version.split()[0]}
        | {name: version(name) for name in ("numpy", "keras", _tensorflow())},
        "settings": RULES, "repeats": 1 if quick else REPEATS, "posts": len(posts), "posts_measured": len(chosen),
        "characters": {"all": sum(map(len, texts)), "longest": max(map(len, texts))},
        "vectors": n_vectors, "words": len(vocabulary)}
    results["parts"] = _measure_parts(work, given, results["repeats"], judged=not quick)
    results["inflate_s"] = statistics.median(_inflate_seconds(given["vectors_zip"]) for _ in range(results["repeats"]))
    results["growth"] = _measure_growth(work, given, posts, QUICK_GROWTH if quick else GROWTH, results["repeats"])
    return results


def _measure_parts(work, given, repeats, judged):
    runs = [[] for _ in PARTS]
    for _ in range(repeats):  # round by round, so that a busy moment of the machine hits all ways alike
        shutil.rmtree(work / "cache", ignore_errors=True)
        for (what, way, step, _), results in zip(PARTS, runs):
            if way != "plain" or not results or results[0]["process_s"] < ENOUGH_SECONDS:
                results.append(_run(step, given, work / "cache" / step))
                print(f"{what}, {way}: {results[-1]['process_s']:.2f} s", file=sys.stderr, flush=True)
    rows = []
    for (what, way, _, target), results in zip(PARTS, runs):
        target = target if judged else {}  # the targets are for the whole collection
        row = {"what": what, "way": way, "runs": len(results), **_median(results), "target": target}
        plain = row if way == "plain" else next(r for r in rows if (r["what"], r["way"]) == (what, "plain"))
        row["times_faster"] = plain["process_s"] / row["process_s"]
        row["times_faster_step"] = plain["step_s"] / row["step_s"]
        row["times_smaller"] = plain["peak_mb"] / row["peak_mb"]
        row["identical"] = row["digest"] == plain["digest"]
        row["reached"] = {name: _reached(name, goal, row) for name, goal in target.items()}
        rows.append(row)
    return rows


def _measure_growth(work, given, posts, sizes, repeats):
    names, rng = sorted(posts), np.random.default_rng(RULES["seed"])
    rows = []
    for size in (size or len(posts) for size in sizes):
        if size <= len(names):
            chosen = [(names[i], posts[names[i]]) for i in np.linspace(0, len(names) - 1, size).astype(int)]
        else:
            drawn = [*range(len(names)), *rng.integers(len(names), size=size - len(names))]
            chosen = [(f"{names[i].split('/')[0]}/{number:06d}", posts[names[i]]) for number, i in enumerate(drawn)]
        _write_archive(given["archive"], chosen)
        results = []
        for _ in range(repeats):
            shutil.rmtree(work / "cache", ignore_errors=True)
            results.append(_run("course_all", given, work / "cache" / "growth"))
        rows.append({"posts": size, "resampled": size > len(names), **_median(results)})
        print(f"{size:,} posts: {rows[-1]['process_s']:.2f} s", file=sys.stderr, flush=True)
    return rows


def _run(step, given, cache):
    """Run one step in a fresh process."""
    environment = os.environ | {
        "WORD_EMBEDDINGS_CACHE": str(cache), "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "2",
        "TF_ENABLE_ONEDNN_OPTS": "0", "PYTHONPATH": str(HERE.parent)}
    start = time.perf_counter()
    done = subprocess.run([sys.executable, HERE / "step.py", step, json.dumps(given)], env=environment,
                          capture_output=True, text=True, encoding="utf-8", errors="replace", check=False)
    seconds = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(f"The step {step} ended with status {done.returncode} (-9: killed, most likely for lack of "
                           f"memory).\n{done.stderr[-2000:]}")
    return {"process_s": seconds, **json.loads(done.stdout.splitlines()[-1])}


def _median(results):
    """Merge some runs of one step into one row."""
    row = {name: statistics.median(result[name] for result in results)
           for name in ("process_s", "step_s", "peak_mb", "above_start_mb", "result_mb")}
    row["tensorflow"] = results[0]["tensorflow"]
    digests = sorted({result["digest"] for result in results})
    return row | {"digest": " ".join(digests)}  # more than one equals nobody's


def _reached(name, goal, row):
    return bool({"time": row["times_faster"] >= goal, "memory": row["times_smaller"] >= goal,
                 "peak_mb": row["peak_mb"] <= goal, "step_s": row["step_s"] <= goal,
                 "above_mb": row["above_start_mb"] - row["result_mb"] <= goal}[name])


def _read(path):
    """Read the posts as they lie: names to bytes."""
    if path.is_dir():
        return {f"{file.parent.name}/{file.name}": file.read_bytes() for file in path.glob("*/*") if file.is_file()}
    return _archives.read_tar(path)


def _as_many_as_fit(posts):
    """Return the names of all posts, or of as many as the plain recipe has memory for, the longest among them."""
    import psutil

    names = sorted(posts)
    longest = max(names, key=lambda name: len(posts[name]))
    a_post = PLAIN_BYTES * len(posts[longest]) * (1 - RULES["validation_split"])  # the training part is the larger one
    fit = max(100, int((psutil.virtual_memory().available - PLAIN_BASE) / a_post))
    if fit >= len(names):
        return names
    print(f"Free memory holds the plain array of {fit:,} posts, not of {len(names):,}: fewer are measured.",
          file=sys.stderr)
    return sorted({longest, *(names[i] for i in np.linspace(0, len(names) - 1, fit - 1).astype(int))})


def _write_archive(path, posts):
    with gzip.open(path, "wb", compresslevel=6) as packed, tarfile.open(fileobj=packed, mode="w") as tar:
        for name, content in posts:
            member = tarfile.TarInfo(f"{data.FOLDER}/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def _lay_out_vectors(work, path):
    """Put the vectors into the work folder both ways: zip archive and text."""
    member = f"glove.6B.{RULES['embedding_dim']}d.txt"
    packed, text = work / "data" / "glove.6B.zip", work / member
    with glove.open_vectors(path, RULES["embedding_dim"]) as source, open(text, "wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
    if path.suffix == ".zip":
        shutil.copy(path, packed)
    else:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(text, member)
    return {"vectors_zip": str(packed), "vectors_txt": str(text)}


def _inflate_seconds(path):
    """Measure what no way from the zip archive can do without."""
    start = time.perf_counter()
    with glove.open_vectors(Path(path), RULES["embedding_dim"]) as file:
        while file.read(1 << 20):
            pass
    return time.perf_counter() - start


def _cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _tensorflow():
    """Return the name under which TensorFlow is installed here."""
    from importlib.metadata import packages_distributions

    return sorted(packages_distributions()["tensorflow"])[-1].replace("_", "-")


def report(results):
    """Write the results as Markdown."""
    versions = ", ".join(f"{name} {number}" for name, number in results["versions"].items())
    parts, growth = results["parts"], results["growth"]
    lines = [
        f"Measured on {results['date']} with {results['cores']} cores: {versions}. "
        f"{results['posts_measured']:,} posts, {results['vectors']:,} vectors of "
        f"{results['settings']['embedding_dim']} numbers, a vocabulary of {results['words']:,}. "
        "Medians of the runs.", ""]
    if results["posts_measured"] < results["posts"]:
        lines += [f"**Only {results['posts_measured']:,} of {results['posts']:,} posts**, in both ways: the free "
                  "memory had no room for the plain array of all of them.", ""]
    different = [f"{row['what']}, {row['way']}" for row in parts if not row["identical"]]
    lines += [f"**Not identical:** {'; '.join(different)}." if different else
              "Integers, labels and rows are identical in all ways.", ""]
    lines += _table(
        ("what", "way", "runs", "whole process, s", "the step alone, s", "peak memory, MB",
         "above start and result, MB", "times faster (step alone)", "times less memory", "to reach"),
        [(row["what"], row["way"], row["runs"], f"{row['process_s']:.2f}", f"{row['step_s']:.3f}",
          f"{row['peak_mb']:,.0f}", f"{max(row['above_start_mb'] - row['result_mb'], 0):,.0f}",
          f"{row['times_faster']:.1f} ({row['times_faster_step']:.1f})", f"{row['times_smaller']:.1f}", _targets(row))
         for row in parts])
    plain = next(row for row in parts if row["what"] == "GloVe to matrix")
    inflate = results["inflate_s"]
    lines += [
        "", f"Inflating the vectors' zip archive, and nothing else, takes {inflate:.2f} s of one core: no way from the "
        f"zip can be more than {plain['step_s'] / inflate:.1f} times faster than the plain step, which reads text.",
        "", "How the course's way from archives to arrays grows, nothing cached; beyond the collection's own posts, "
        "they are drawn from it again:", ""]
    lines += _table(
        ("posts", "drawn again", "whole process, s", "s per 1,000 posts", "peak memory, MB"),
        [(f"{row['posts']:,}", "yes" if row["resampled"] else "no", f"{row['process_s']:.2f}",
          f"{1000 * row['process_s'] / row['posts']:.3f}", f"{row['peak_mb']:,.0f}") for row in growth])
    (slope, offset), farthest = _line(growth)
    largest = growth[-1]
    lines += ["", f"The straight line {offset:.2f} s + {1000 * slope:.3f} s per 1,000 posts is nowhere more than "
              f"{farthest:.0%} off. {largest['posts']:,} posts: {largest['peak_mb']:,.0f} MB; "
              f"to reach: {GROWTH_PEAK_MB:,} MB, {_said(largest['peak_mb'] <= GROWTH_PEAK_MB)}.", "",
              "![Bar charts of time and memory, described below](preparation.png)", "", describe(results), ""]
    return "\n".join(lines)


def _table(header, rows):
    return [f"| {' | '.join(map(str, cells))} |" for cells in (header, ["---"] * len(header), *rows)]


def _targets(row):
    words = {"time": "1/{} of the time", "memory": "1/{} of the memory", "peak_mb": "{:,} MB",
             "step_s": "{} s for the step", "above_mb": "{} MB above"}
    return "; ".join(
        f"{words[name].format(goal)}: {_said(row['reached'][name])}" for name, goal in row["target"].items())


def _said(reached):
    return "reached" if reached else "**missed**"


def _line(growth):
    """Fit a straight line to the times, each deviation taken relative to its time."""
    posts, seconds = (np.array([row[name] for row in growth], dtype=float) for name in ("posts", "process_s"))
    line = np.polyfit(posts, seconds, 1, w=1 / seconds)
    return line, float(np.max(np.abs(np.polyval(line, posts) / seconds - 1)))


def draw(results, path):
    """Draw time and memory of each way as bars."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    from helpers.plots import BLUE, SKY, VERMILLION

    rows = results["parts"]
    labels = [f"{row['what']}: {row['way']}" for row in rows]
    colors = [VERMILLION if row["way"] == "plain" else SKY if "cached" in row["way"] else BLUE for row in rows]
    figure, panels = plt.subplots(1, 2, figsize=(12, 4.5), sharey=True, layout="constrained")
    for axes, name, title, unit in ((panels[0], "process_s", "Time of the whole process", "seconds"),
                                    (panels[1], "peak_mb", "Peak memory", "MB")):
        bars = axes.barh(labels, [row[name] for row in rows], color=colors)
        axes.bar_label(bars, [f"{row[name]:,.2f}" if unit == "seconds" else f"{row[name]:,.0f}" for row in rows],
                       padding=3)
        axes.set(title=title, xlabel=f"{unit}, logarithmic axis", xscale="log")
        axes.margins(x=0.15)
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].invert_yaxis()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def describe(results):
    """Describe the bar chart in words, from its own data."""
    told = "; ".join(f"{row['what']}, {row['way']}: {row['process_s']:,.2f} s and {row['peak_mb']:,.0f} MB"
                     for row in results["parts"])
    return (f"Two bar charts with logarithmic axes, {len(results['parts'])} bars each: time of the whole process in "
            f"seconds, and peak memory in MB. {told}.")


if __name__ == "__main__":
    sys.exit(main())
