"""Write tables, charts and the results page of the comparison from its runs.

    python tools/experiments/report.py
    python tools/experiments/report.py --data-dir PATH    # also the threads of the first test sets

Reads helpers/results/runs.jsonl; writes summary.csv, differences.csv, comparison.png and
learning_curve.png beside it, and docs/comparison.md. With the real posts it also writes
test_threads.npz, which the intervals of a single split need.
"""

import argparse
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd

sys.path.append(str(Path(__file__).resolve().parents[1]))

from experiments import comparison
from helpers import evaluation, plots, splits
from helpers.data import load_corpus

RESULTS = evaluation.RUNS.parent
PAGE = comparison.ROOT / "docs" / "comparison.md"
BASE = "naive Bayes"
SEED = comparison.SEEDS[0]  # of the split whose threads are resampled
# what a model that no other row differs from by one thing is compared with
PAIRS = (
    ("naive Bayes and sentence encoder", "sentence encoder"),
    ("attention network, GloVe frozen", "one-token network, GloVe frozen"),
    ("one-token network, GloVe frozen", "Keras example, GloVe frozen"),
    ("one-token network, GloVe fine-tuned", "one-token network, GloVe frozen"),
    ("attention network, GloVe fine-tuned", "attention network, GloVe frozen"),
    ("attention network, GloVe frozen", "attention network, random vectors"),
    ("attention network, GloVe fine-tuned", "attention network, random vectors"),
    ("Keras example, GloVe fine-tuned", "Keras example, random vectors"),
    ("attention network, GloVe frozen", "sentence encoder"),
)
DESCRIBED = {"reference": "ten lines dropped, random split", "body": "header removed, thread-wise split",
             "strict": "header, quotes and signature removed, thread-wise split"}
PROTOCOL = """\
# Comparison of models on the real posts

This page is written by `python tools/experiments/report.py` from
[the runs](../helpers/results/runs.jsonl), one line per run. `python tools/experiments/comparison.py
--dataset full --data-dir PATH` measures the runs that the file does not hold yet.

## Protocol

* **Conditions.** `reference`: the first ten lines of each post are dropped, random split, as in the
  Keras example. `body`: the header is removed, thread-wise split. `strict`: header, quotes and
  signature are removed, thread-wise split.
* **Splits.** 75% training, 5% validation, 20% test; seeds 11 to 15, and 16 to 20 too for models that
  train in seconds. All models get the same splits. The seed is also that of everything random.
* **Tokens.** The vocabulary has the 20,000 most frequent words of the training posts. Every model reads
  the first 200 tokens of a post, and ignores or masks words outside the vocabulary. The sentence encoder
  has word pieces of its own: it reads the first 200 words, at most 256 pieces.
* **Labels.** With *n* labels a model may use *n* labelled posts and no more. Networks, and the weight in
  "naive Bayes and sentence encoder", are chosen on validation posts, which are among the *n*: one in
  five, and never more than the 5% of the validation set. Models with nothing to choose train on all *n*.
  So does "naive Bayes and sentence encoder" once its weight is chosen. "All" means the training and
  validation sets.
* **Selection.** One rule for networks: the weights of the epoch with the highest validation accuracy
  are restored and measured. Training stops after 5 epochs without a higher one, and after 20 epochs at
  the latest. Attention networks have a learning-rate schedule over 20 epochs and run all of them.
* **Test.** The test set is measured once per run, with the selected weights.
* **Text without labels.** The vocabulary comes from all training posts, labelled or not. GloVe was
  trained on Wikipedia and news, the encoder on more than a billion pairs of sentences from the web.
* **Differences** are paired: both models on the same splits, mean difference, and its 95% t interval over the
  splits. The splits share posts, so these intervals are approximate. "Ahead" needs an interval without 0.
* **One split.** Posts of a thread are alike. The interval for a single split resamples whole threads.

What the models are:

* *naive Bayes*: complement naive Bayes on TF-IDF; *linear model*: logistic regression on TF-IDF, fitted by
  stochastic gradient descent; *words and pairs*: pairs of neighboring words too, what occurs twice or more.
* *mean of GloVe vectors*: standardized means, logistic regression.
* *sentence encoder*: all-MiniLM-L6-v2, not trained further, logistic regression (C = 10) on its 384 numbers.
* *naive Bayes and sentence encoder*: the scores of naive Bayes, standardized for each post, times a weight
  (0, 0.5, 1, 2, 3, 4, 6 or 8), plus the encoder's log probabilities.
* *one-token network*: lesson 05; *attention network*: lesson 07; *Keras example*: its three convolutions.
  *Random vectors*: the same network without GloVe; its embedding is trained.
"""


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
    runs = evaluation.results()
    if options.data_dir:
        np.savez_compressed(RESULTS / "test_threads.npz", **find_threads(options.data_dir))
    evaluation.summary(runs).round(4).to_csv(RESULTS / "summary.csv", index=False)
    differences(runs).round(4).to_csv(RESULTS / "differences.csv", index=False)
    for name, figure, text in (("comparison", draw_table(runs), describe_table(runs)),
                               ("learning_curve", draw_curve(runs), describe_curve(runs))):
        figure.savefig(RESULTS / f"{name}.png", dpi=110, metadata={"Description": text, "Software": None})
    PAGE.write_text(page(runs), encoding="utf-8")


def differences(runs):
    """Return each model's paired difference from naive Bayes, and those of `PAIRS`.

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
    asked = [(model, BASE) for model in comparison.MODELS if model != BASE] + list(PAIRS)
    rows = []
    for condition in evaluation.CONDITIONS:
        for n_labels in sorted(runs["n_labels"].unique()):
            for model, other in asked:
                found = evaluation.difference(runs, model, other, condition, n_labels)
                if found["splits"] > 1:
                    rows.append({"condition": condition, "n_labels": n_labels, "model": model, "other": other,
                                 **found})
    return pd.DataFrame(rows, columns=["condition", "n_labels", "model", "other", "difference", "low", "high",
                                       "splits"])


def missing(runs):
    """Return the runs of the comparison that are not measured yet.

    Returns
    -------
    list of str
        One phrase per model and condition, with the numbers of splits.
    """
    done = {comparison.key_of(row) for row in runs.to_dict("records")}
    rows = {}
    for row in comparison.grid():
        size = f", {row['n_labels']:,} labels" if row["n_labels"] else ""
        counts = rows.setdefault(f"{row['condition']}{size}: {row['model']}", [0, 0])
        counts[0] += comparison.key_of({**row, "dataset": "full"}) in done
        counts[1] += 1
    return [f"{name} ({found} of {wanted} splits)" for name, (found, wanted) in rows.items() if found < wanted]


def find_threads(data_dir):
    """Return the threads of the test sets of one seed, by condition."""
    corpus = load_corpus("full", data_dir)
    threads = splits.thread_groups(corpus.texts)
    found = {}
    for condition, rules in evaluation.CONDITIONS.items():
        split = splits.split_corpus(corpus, rules["split_by"], seed=SEED, **comparison.SHARES)
        found[f"{condition}-{SEED}"] = np.unique(threads[split.test], return_inverse=True)[1].astype(np.int16)
    return found


def page(runs):
    """Return the results page.

    Parameters
    ----------
    runs : pandas.DataFrame
        As `helpers.evaluation.results` returns them.

    Returns
    -------
    str
        Markdown.
    """
    rows, gaps, compared = evaluation.summary(runs), missing(runs), differences(runs)
    parts = [PROTOCOL, f"## All labels\n\n![{describe_table(runs)}](../helpers/results/comparison.png)\n"]
    for condition in evaluation.CONDITIONS:
        own = rows[rows["condition"] == condition]
        lines = [[row.model, f"{row.mean:.3f}", f"{row.low:.3f} to {row.high:.3f}", row.splits,
                  _interval(compared, condition, 0, row.model, BASE)] for row in own.itertuples()]
        parts.append(f"### {condition}: {DESCRIBED[condition]}\n\n" + _markdown(
            ("model", "accuracy, mean", "range over the splits", "splits", f"difference from {BASE} (95% interval)"),
            lines))
    lines = [[row.condition, row.model, row.other, _signed(row), row.splits] for row in compared.itertuples()
             if row.other != BASE and row.n_labels == 0]
    parts.append("### Further paired differences\n\n" + _markdown(
        ("condition", "model", "compared with", "difference (95% interval)", "splits"), lines))
    parts.append(f"## One split: whole threads resampled\n\nSeed {SEED}.\n\n" + _markdown(
        ("condition", "model", "accuracy", "95% interval"), _one_split(runs)))
    parts.append(_curve_section(runs, compared))
    parts.append("## Not measured yet\n\n" + ("\n".join(f"* {gap}" for gap in gaps) or "Nothing.") + "\n")
    versions = runs["versions"].iloc[-1]
    used = ", ".join(f"{name} {number}" for name, number in versions.items())
    parts.append(f"Measured with {used}; one core per run.\n")
    return "\n".join(parts)


def _curve_section(runs, compared):
    curve = evaluation.learning_curve(runs)
    models = list(curve["model"].unique())
    lines = []
    for labels in sorted(curve["n_labels"].unique(), key=lambda n: n or np.inf):
        own = curve[curve["n_labels"] == labels].set_index("model")
        cells = [f"{own.loc[m, 'mean']:.3f} ({own.loc[m, 'low']:.3f} to {own.loc[m, 'high']:.3f})"
                 if m in own.index else "–" for m in models]
        lines.append([f"{labels:,}" if labels else f"all ({own['labels'].iloc[0]:,})", *cells])
    tried = [[f"{row.n_labels:,}", row.model, _signed(row), row.splits] for row in compared.itertuples()
             if row.condition == "body" and row.n_labels and row.other == BASE]
    return (f"## Learning curve, condition `body`\n\n![{describe_curve(runs)}](../helpers/results/learning_curve.png)\n\n"
            "Mean accuracy, with the lowest and highest split in brackets.\n\n"
            + _markdown(("labelled posts", *models), lines) + f"\nDifferences from {BASE}:\n\n"
            + _markdown(("labelled posts", "model", "difference (95% interval)", "splits"), tried))


def _one_split(runs):
    whole = runs[(runs["n_labels"] == 0) & (runs["seed"] == SEED)]
    lines = []
    for condition in evaluation.CONDITIONS:
        threads = evaluation.threads_of_test_set(condition, SEED)
        for run in whole[whole["condition"] == condition].sort_values("accuracy", ascending=False).to_dict("records"):
            low, high = evaluation.thread_interval(evaluation.correct_posts(run), threads, seed=0)
            lines.append([condition, run["model"], f"{run['accuracy']:.3f}", f"{low:.3f} to {high:.3f}"])
    return lines


def _interval(compared, condition, n_labels, model, other):
    found = compared[(compared["condition"] == condition) & (compared["n_labels"] == n_labels)
                     & (compared["model"] == model) & (compared["other"] == other)]
    return _signed(next(found.itertuples())) if len(found) else "–"


def _signed(row):
    return f"{row.difference:+.3f} ({row.low:+.3f} to {row.high:+.3f})"


def _markdown(heads, lines):
    rows = [heads, ["---"] * len(heads), *lines]
    return "".join("| " + " | ".join(str(cell) for cell in row) + " |\n" for row in rows)


def describe_table(runs):
    """Say in words what the bar chart shows."""
    rows = evaluation.summary(runs)
    bars = "; ".join(f"{row.condition}, {row.model} {row.mean:.3f}" for row in rows.itertuples())
    return f"Bar chart of {len(rows)} mean test accuracies with their ranges over the splits: {bars}."


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
    shown = [name for name in evaluation.CONDITIONS if name in set(rows["condition"])]
    figure, panels = plt.subplots(len(shown), figsize=(8, 0.5 + 0.34 * len(rows)), layout="constrained", sharex=True,
                                  squeeze=False, height_ratios=[(rows["condition"] == name).sum() for name in shown])
    for axes, condition in zip(panels[:, 0], shown):
        own = rows[rows["condition"] == condition]
        spread = [own["mean"] - own["low"], own["high"] - own["mean"]]
        axes.barh(own["model"], own["mean"], xerr=spread, color=plots.BLUE, capsize=3)
        for place, row in enumerate(own.itertuples()):
            axes.annotate(f"{row.mean:.3f}", (row.high, place), xytext=(6, 0), textcoords="offset points", va="center")
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
    lines = "; ".join(f"{model}: " + ", ".join(f"{row.mean:.3f} at {row.labels:,}" for row in own.itertuples())
                      for model, own in curve.groupby("model", sort=False))
    return f"Line chart of test accuracy against labelled posts, condition body: {lines}."


def draw_curve(runs):
    """Draw accuracy against the number of labelled posts, with the range over the splits.

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
    styles = zip(curve.groupby("model", sort=False), plots.PALETTE, plots.MARKERS)
    for (model, own), color, marker in styles:
        axes.plot(own["labels"], own["mean"], color=color, marker=marker, label=model)
        axes.fill_between(own["labels"], own["low"], own["high"], color=color, alpha=0.15)
    axes.set_xscale("log")
    ticks = sorted(curve["labels"].unique())
    axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    axes.minorticks_off()
    axes.set(xlabel="labelled posts", ylabel="accuracy on the test set", title="Accuracy against labelled posts")
    axes.legend()
    axes.spines[["top", "right"]].set_visible(False)
    plt.close(figure)
    return figure


if __name__ == "__main__":
    main()
