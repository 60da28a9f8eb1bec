"""Write tables, charts and the results page of the comparison from its runs.

    python tools/experiments/report.py
    python tools/experiments/report.py --data-dir PATH    # also the threads of the first test sets

Reads helpers/results/runs.jsonl; writes summary.csv, differences.csv, comparison.png and
learning_curve.png beside it, and the results in docs/comparison.md. With the real posts it also
writes test_threads.npz, which the intervals of a single split need.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

sys.path.append(str(Path(__file__).resolve().parents[1]))

from experiments import comparison, costs
from experiments.results_page import draw_bars, table

from helpers import evaluation, plots, splits
from helpers._cache import file_digest
from helpers.data import load_corpus

RESULTS = evaluation.RUNS.parent
ON_JAX = RESULTS / "jax.csv"
PAGE = comparison.ROOT / "docs" / "comparison.md"
START = "<!-- results: written by tools/experiments/report.py -->\n"
BASE = "naive Bayes"
SEED = comparison.SEEDS[0]  # of the split whose threads are resampled
# further pairs of models that a sentence may speak of
PAIRS = (
    ("naive Bayes and sentence encoder", "sentence encoder"),
    ("attention network, GloVe frozen", "sentence encoder"),
    ("attention network, GloVe frozen", "one-token network, GloVe frozen"),
    ("attention network, GloVe frozen", "attention network, random vectors"),
    ("attention network, GloVe fine-tuned", "attention network, GloVe frozen"),
    ("attention network, GloVe fine-tuned", "attention network, random vectors"),
    ("one-token network, GloVe frozen", "Keras example, GloVe frozen"),
    ("one-token network, GloVe fine-tuned", "one-token network, GloVe frozen"),
    ("Keras example, GloVe fine-tuned", "Keras example, GloVe frozen"),
    ("Keras example, GloVe fine-tuned", "Keras example, random vectors"),
)
DESCRIBED = {"reference": "ten lines dropped, random split",
             "body": "header removed, thread-wise split",
             "strict": "header, quotes and signature removed, thread-wise split"}


def main(arguments=None):
    """Write tables, charts and page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", default="", help="folder with the real posts")
    options = parser.parse_args(arguments)
    if options.data_dir:
        np.savez_compressed(RESULTS / "test_threads.npz", **find_threads(options.data_dir))
    runs = evaluation.results()
    evaluation.summary(runs).round(4).to_csv(RESULTS / "summary.csv", index=False)
    differences(runs).round(4).to_csv(RESULTS / "differences.csv", index=False)
    for name, figure in (("comparison", draw_table(runs)), ("learning_curve", draw_curve(runs))):
        metadata = {"Software": None, "source": file_digest(evaluation.RUNS)}  # a test compares it
        figure.savefig(RESULTS / f"{name}.png", dpi=110, metadata=metadata)
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(text.partition(START)[0] + START + page(runs), encoding="utf-8")


def find_threads(data_dir):
    """Return the threads of the test sets of one seed, by condition."""
    corpus = load_corpus("full", data_dir)
    threads = splits.thread_groups(corpus.texts)
    found = {}
    for condition, rules in evaluation.CONDITIONS.items():
        split = splits.split_corpus(corpus, rules["split_by"], seed=SEED, **comparison.SHARES)
        _, numbers = np.unique(threads[split.test], return_inverse=True)
        found[f"{condition}-{SEED}"] = numbers.astype(np.int16)
    return found


def differences(runs):
    """Return the paired differences of all models from naive Bayes, and those of `PAIRS`.

    Only pairs that share two splits or more.
    """
    pairs = [(model, BASE) for model in comparison.MODELS if model != BASE] + list(PAIRS)
    rows = []
    for condition in evaluation.CONDITIONS:
        for n_labels in sorted(runs["n_labels"].unique()):
            there = (runs["condition"] == condition) & (runs["n_labels"] == n_labels)
            measured = set(runs[there]["model"])
            for model, other in pairs:
                if measured.issuperset((model, other)):
                    row = {"condition": condition, "n_labels": n_labels, "model": model,
                           "other": other}
                    rows.append(row | evaluation.difference(runs, **row))
    rows = pd.DataFrame(rows)
    return rows[rows["splits"] > 1].reset_index(drop=True)


def page(runs):
    """Return the results as Markdown: tables and charts."""
    rows, compared = evaluation.summary(runs), differences(runs)
    compared["text"] = [f"{row.difference:+.3f} ({row.low:+.3f} to {row.high:+.3f})"
                        for row in compared.itertuples()]
    whole = compared[compared["n_labels"] == 0]
    from_base = whole[whole["other"] == BASE].set_index(["condition", "model"])["text"]
    parts = ["## All labels", "![The mean test accuracies as a bar chart; the tables below have the same numbers]"
                              "(../helpers/results/comparison.png)"]
    for condition in rows["condition"].unique():
        own = rows[rows["condition"] == condition]
        lines = [[row.model, f"{row.mean:.3f}", f"{row.low:.3f} to {row.high:.3f}", row.splits,
                  from_base.get((condition, row.model), "–")] for row in own.itertuples()]
        parts += [f"### {condition}: {DESCRIBED[condition]}",
                  table(["model", "mean accuracy", "lowest to highest split", "splits",
                         f"difference from {BASE} (95% interval)"], lines)]
    others = whole[whole["other"] != BASE]
    parts += ["### Further differences", table(
        ["condition", "model", "compared with", "difference (95% interval)", "splits"],
        others[["condition", "model", "other", "text", "splits"]].values.tolist())]
    parts += [f"### One split (seed {SEED}), whole threads resampled",
              table(["condition", "model", "accuracy", "95% interval"], _one_split(runs))]
    curve = evaluation.learning_curve(runs)
    splits = "; ".join(f"{count} for {model}" for model, count in
                       curve.groupby("model")["splits"].first().items())
    few = compared[(compared["n_labels"] > 0) & (compared["other"] == BASE)].copy()
    few["n_labels"] = few["n_labels"].map("{:,}".format)
    parts += ["## Learning curve, condition `body`",
              "![The learning curve as a line chart; the table below has the same numbers]"
              "(../helpers/results/learning_curve.png)",
              f"Mean accuracy over the splits ({splits}), with the lowest and the highest in brackets.",
              _curve_table(curve), f"Differences from {BASE}:",
              table(["labeled posts", "model", "difference (95% interval)", "splits"],
                    few[["n_labels", "model", "text", "splits"]].values.tolist())]
    parts += _cost()
    parts += ["## Measured with", _measured_with(runs)]
    return "\n\n".join(parts) + "\n"


def _measured_with(runs):
    """Return versions, which runs ran on JAX instead of TensorFlow, and how far that matters."""
    on_jax = runs["versions"].map(lambda versions: "jax" in versions)
    own = runs[~on_jax]
    versions = ", ".join(f"{name} {number}" for name, number in own["versions"].iloc[-1].items())
    text = f"Measured with {versions}; Keras on TensorFlow; one core per run."
    if on_jax.any():
        names = runs[on_jax].groupby("model").size()
        others = ", ".join(f"{count} of *{model}*" for model, count in names.items())
        twice = pd.read_csv(ON_JAX).merge(own[own["n_labels"] == 0], suffixes=("_jax", ""),
                                          on=["model", "condition", "seed"])
        mean, low, high = evaluation.paired_difference(twice["accuracy_jax"], twice["accuracy"])
        text += (f" Runs on a GPU instead, with Keras on JAX: {others}. To see whether that matters, "
                 f"{len(twice)} runs were made in both ways: the accuracy on JAX minus that on TensorFlow "
                 f"is {mean:+.3f} ({low:+.3f} to {high:+.3f}) on average "
                 "([accuracies on JAX](../helpers/results/jax.csv)).")
    return text


def _cost():
    """Return what the models cost beside their accuracy, as parts of the page."""
    measured = json.loads(costs.COSTS.read_text(encoding="utf-8"))
    lines = [[name, f"{cost['posts_per_s']:,.0f}", f"{cost['megabytes']:,.1f}",
              f"{', '.join(cost['packages'])}: {cost['installed_mb']:,}"]
             for name, cost in measured.items()]
    return ["## Cost", f"Posts per second from the raw post to the answer, {costs.POSTS} posts at once, on a quiet "
            "machine with two cores, after a first run; the best of three. The size is that of the "
            "learned numbers and the words, and a network's is its `.keras` file with the GloVe vectors.",
            table(["model", "posts per second", "size, MB", "must be installed, MB with all that it requires"],
                  lines)]


def _one_split(runs):
    """Return a row per run of one split, with the interval of its resampled threads."""
    whole = runs[(runs["n_labels"] == 0) & (runs["seed"] == SEED)]
    lines = []
    for condition in evaluation.CONDITIONS:
        own = whole[whole["condition"] == condition].sort_values("accuracy", ascending=False)
        for run in own.to_dict("records"):
            threads = evaluation.threads_of_test_set(condition, SEED)
            correct = evaluation.correct_posts(run)
            low, high = evaluation.thread_interval(correct, threads, seed=0)
            lines.append([condition, run["model"], f"{run['accuracy']:.3f}",
                          f"{low:.3f} to {high:.3f}"])
    return lines


def _curve_table(curve):
    """Return a row per number of labels, a column per model."""
    curve["text"] = [f"{row.mean:.3f} ({row.low:.3f} to {row.high:.3f})"
                     for row in curve.itertuples()]
    cells = curve.pivot(index="n_labels", columns="model", values="text").fillna("–")
    sizes = sorted(cells.index, key=lambda n_labels: n_labels or np.inf)  # 0 is all of them
    lines = [[f"{n_labels:,}" if n_labels else "all", *cells.loc[n_labels]] for n_labels in sizes]
    return table(["labeled posts", *cells.columns], lines)


def draw_table(runs):
    """Draw the mean accuracy of each model, one panel per condition; lines end at the extreme splits."""
    rows = evaluation.summary(runs)
    conditions = list(rows["condition"].unique())
    heights = [(rows["condition"] == name).sum() for name in conditions]
    figure = Figure(figsize=(8, 0.5 + 0.34 * len(rows)), layout="constrained")
    panels = figure.subplots(len(conditions), sharex=True, squeeze=False, height_ratios=heights)
    for axes, condition in zip(panels[:, 0], conditions):
        own = rows[rows["condition"] == condition]
        draw_bars(axes, own["model"], own["mean"], own["low"], own["high"])
        axes.set_title(f"{condition}: {DESCRIBED[condition]}", loc="left")
    axes.set_xlabel("accuracy on the test set: mean, lowest and highest split")
    axes.set_xlim(0, 1)
    return figure


def draw_curve(runs):
    """Draw accuracy against the number of labeled posts, a line per model with its range."""
    curve = evaluation.learning_curve(runs)
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    for (model, own), color, marker in zip(curve.groupby("model"), plots.PALETTE, plots.MARKERS):
        axes.plot(own["labels"], own["mean"], color=color, marker=marker, label=model)
        axes.fill_between(own["labels"], own["low"], own["high"], color=color, alpha=0.15)
    axes.set_xscale("log")
    ticks = sorted(curve["labels"].unique())
    axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    axes.minorticks_off()
    axes.set(xlabel="labeled posts", ylabel="accuracy on the test set",
             title="Accuracy against labeled posts: mean, lowest and highest split")
    if len(curve):
        axes.legend()
    axes.spines[["top", "right"]].set_visible(False)
    return figure


if __name__ == "__main__":
    main()
