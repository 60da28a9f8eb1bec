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

import matplotlib
import numpy as np
import pandas as pd

sys.path.append(str(Path(__file__).resolve().parents[1]))

from experiments import comparison, costs

from helpers import evaluation, plots, splits
from helpers.data import load_corpus

RESULTS = evaluation.RUNS.parent
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
    """Run the command line.

    Parameters
    ----------
    arguments : list of str, optional
        Instead of the command line's own.
    """
    matplotlib.use("Agg")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", default="", help="folder with the real posts")
    options = parser.parse_args(arguments)
    if options.data_dir:
        np.savez_compressed(RESULTS / "test_threads.npz", **find_threads(options.data_dir))
    runs = evaluation.results()
    evaluation.summary(runs).round(4).to_csv(RESULTS / "summary.csv", index=False)
    differences(runs).round(4).to_csv(RESULTS / "differences.csv", index=False)
    for name, figure, text in (("comparison", draw_table(runs), describe_table(runs)),
                               ("learning_curve", draw_curve(runs), describe_curve(runs))):
        figure.savefig(RESULTS / f"{name}.png", dpi=110,
                       metadata={"Description": text, "Software": None})
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

    Parameters
    ----------
    runs : pandas.DataFrame
        As `helpers.evaluation.results` returns them.

    Returns
    -------
    pandas.DataFrame
        "condition", "n_labels", "model", "other", "difference", "low", "high", "splits"; only
        pairs that share two splits or more.
    """
    pairs = [(model, BASE) for model in comparison.MODELS if model != BASE] + list(PAIRS)
    rows = []
    for condition in evaluation.CONDITIONS:
        for n_labels in sorted(runs["n_labels"].unique()):
            for model, other in pairs:
                row = {"condition": condition, "n_labels": n_labels, "model": model,
                       "other": other}
                rows.append(row | evaluation.difference(runs, **row))
    rows = pd.DataFrame(rows)
    return rows[rows["splits"] > 1].reset_index(drop=True)


def missing(runs):
    """Return the runs of the comparison that are not measured yet, counted in words.

    Parameters
    ----------
    runs : pandas.DataFrame
        As `helpers.evaluation.results` returns them.

    Returns
    -------
    list of str
        One phrase per model, condition and number of labels.
    """
    done = {comparison.key_of(row) for row in runs.to_dict("records")}
    counts = {}
    for row in comparison.grid():
        size = f", {row['n_labels']:,} labels" if row["n_labels"] else ""
        count = counts.setdefault(f"{row['condition']}{size}: {row['model']}", [0, 0])
        count[0] += comparison.key_of({**row, "dataset": "full"}) in done
        count[1] += 1
    return [f"{name} ({found} of {wanted} splits)" for name, (found, wanted) in counts.items()
            if found < wanted]


def page(runs):
    """Return the results as Markdown.

    Parameters
    ----------
    runs : pandas.DataFrame
        As `helpers.evaluation.results` returns them.

    Returns
    -------
    str
        Tables, charts with their descriptions, and what is missing.
    """
    rows, compared = evaluation.summary(runs), differences(runs)
    compared["text"] = [f"{row.difference:+.3f} ({row.low:+.3f} to {row.high:+.3f})"
                        for row in compared.itertuples()]
    whole = compared[compared["n_labels"] == 0]
    from_base = whole[whole["other"] == BASE].set_index(["condition", "model"])["text"]
    parts = ["## All labels", _image("comparison", describe_table(runs))]
    for condition in rows["condition"].unique():
        own = rows[rows["condition"] == condition]
        lines = [[row.model, f"{row.mean:.3f}", f"{row.low:.3f} to {row.high:.3f}", row.splits,
                  from_base.get((condition, row.model), "–")] for row in own.itertuples()]
        parts += [f"### {condition}: {DESCRIBED[condition]}",
                  _table(["model", "mean accuracy", "lowest to highest split", "splits",
                          f"difference from {BASE} (95% interval)"], lines)]
    others = whole[whole["other"] != BASE]
    parts += ["### Further differences", _table(
        ["condition", "model", "compared with", "difference (95% interval)", "splits"],
        others[["condition", "model", "other", "text", "splits"]].values.tolist())]
    parts += [f"### One split (seed {SEED}), whole threads resampled",
              _table(["condition", "model", "accuracy", "95% interval"], _one_split(runs))]
    few = compared[(compared["n_labels"] > 0) & (compared["other"] == BASE)].copy()
    few["n_labels"] = few["n_labels"].map("{:,}".format)
    parts += ["## Learning curve, condition `body`",
              _image("learning_curve", describe_curve(runs)),
              "Mean accuracy over the splits, with the lowest and the highest in brackets.",
              _curve_table(evaluation.learning_curve(runs)), f"Differences from {BASE}:",
              _table(["labeled posts", "model", "difference (95% interval)", "splits"],
                     few[["n_labels", "model", "text", "splits"]].values.tolist())]
    parts += _cost()
    gaps = missing(runs)
    versions = ", ".join(f"{name} {number}" for name, number in runs["versions"].iloc[-1].items())
    parts += ["## Not measured yet", "\n".join(f"* {gap}" for gap in gaps) or "Nothing.",
              f"Measured with {versions}, one core per run."]
    return "\n\n".join(parts) + "\n"


def _cost():
    """Return what the models cost beside their accuracy, as parts of the page."""
    measured = json.loads(costs.COSTS.read_text(encoding="utf-8"))
    lines = [[name, f"{cost['posts_per_s']:,.0f}", f"{cost['megabytes']:,.1f}",
              f"{', '.join(cost['packages'])}: {cost['installed_mb']:,}"]
             for name, cost in measured.items()]
    return ["## Cost", f"Posts per second from the raw post to the answer, {costs.POSTS} posts at once, on a quiet "
            "machine with two cores, after a first run; the best of three. The size is that of the "
            "learned numbers and the words, and a network's is its `.keras` file with the GloVe vectors.",
            _table(["model", "posts per second", "size, MB", "must be installed, MB with all that it requires"],
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
    return _table(["labeled posts", *cells.columns], lines)


def _image(name, description):
    return f"![{description}](../helpers/results/{name}.png)"


def _table(heads, lines):
    rows = [heads, ["---"] * len(heads), *lines]
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in rows)


def describe_table(runs):
    """Say in words what the bar chart shows."""
    rows = evaluation.summary(runs)
    bars = "; ".join(f"{row.condition}, {row.model} {row.mean:.3f}" for row in rows.itertuples())
    return f"Bar chart of {len(rows)} mean test accuracies: {bars}."


def draw_table(runs):
    """Draw the mean accuracy of each model, one panel per condition.

    Parameters
    ----------
    runs : pandas.DataFrame
        As `helpers.evaluation.results` returns them.

    Returns
    -------
    matplotlib.figure.Figure
        Bars are means; lines end at the lowest and highest split.
    """
    import matplotlib.pyplot as plt

    rows = evaluation.summary(runs)
    conditions = list(rows["condition"].unique())
    heights = [(rows["condition"] == name).sum() for name in conditions]
    figure, panels = plt.subplots(
        len(conditions), figsize=(8, 0.5 + 0.34 * len(rows)), layout="constrained", sharex=True,
        squeeze=False, height_ratios=heights)
    for axes, condition in zip(panels[:, 0], conditions):
        own = rows[rows["condition"] == condition]
        spread = [own["mean"] - own["low"], own["high"] - own["mean"]]
        axes.barh(own["model"], own["mean"], xerr=spread, color=plots.BLUE, capsize=3)
        for place, row in enumerate(own.itertuples()):
            axes.annotate(f"{row.mean:.3f}", (row.high, place), xytext=(6, 0),
                          textcoords="offset points", va="center")
        axes.invert_yaxis()
        axes.set_title(f"{condition}: {DESCRIBED[condition]}", loc="left")
        axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel("accuracy on the test set: mean, lowest and highest split")
    axes.set_xlim(0, 1)
    plt.close(figure)
    return figure


def describe_curve(runs):
    """Say in words what the learning curve shows."""
    curve = evaluation.learning_curve(runs)
    lines = []
    for model, own in curve.groupby("model"):
        points = [f"{row.mean:.3f} at {row.labels:,}" for row in own.itertuples()]
        lines.append(f"{model}: {', '.join(points)}")
    return f"Line chart of mean test accuracy against labeled posts: {'; '.join(lines)}."


def draw_curve(runs):
    """Draw accuracy against the number of labeled posts, with the range over the splits.

    Parameters
    ----------
    runs : pandas.DataFrame
        As `helpers.evaluation.results` returns them.

    Returns
    -------
    matplotlib.figure.Figure
        One line per model.
    """
    import matplotlib.pyplot as plt

    curve = evaluation.learning_curve(runs)
    figure, axes = plt.subplots(figsize=(8, 5), layout="constrained")
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
    plt.close(figure)
    return figure


if __name__ == "__main__":
    main()
