"""Measure the data leakage of the real posts: write leakage.json, and draw leakage.png from it.

    python tools/experiments/ablation.py --data-dir PATH
    python tools/experiments/ablation.py --draw     # only the chart, from the file that is there

Takes some fifteen minutes on two cores. The file holds names of ours, counts, shares and
accuracies: no text of a post.
"""

import argparse
import json
import platform
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from helpers import data, headers, leakage, splits
from helpers.plots import BLUE, GREEN, VERMILLION
from helpers.splits import take

RESULTS = Path(data.__file__).parent / "results"
SEEDS = (1337, 1338, 1339)
LIBRARIES = ("numpy", "scipy", "scikit-learn")
# four texts on two splits, duplicates included
TEXT_BY_SPLIT = tuple(
    (f"{text}, {how}", text, False, how) for text in ("reference", "body", "unquoted", "strict")
    for how in ("random", "thread"))


def main(arguments=None):
    """Run the command line.

    Parameters
    ----------
    arguments : list of str, optional
        Instead of the command line's own.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dataset", choices=("sample", "full"), default="full")
    parser.add_argument("--data-dir", default="", help="folder with the real posts")
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder to write to")
    parser.add_argument("--draw", action="store_true", help="only draw the chart")
    options = parser.parse_args(arguments)
    file = options.output / "leakage.json"
    if not options.draw:
        results = measure(data.load_corpus(options.dataset, options.data_dir), options.dataset)
        options.output.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    results = json.loads(file.read_text(encoding="utf-8"))
    draw(results).savefig(options.output / "leakage.png", dpi=110,
                          metadata={"Description": describe(results), "Software": None})
    print(describe(results))


def measure(corpus, dataset, seeds=SEEDS):
    """Return everything that the file holds, as plain numbers and names."""
    texts, seed = corpus.texts, seeds[0]
    cuts = {how: splits.split_corpus(corpus, how, seed=seed) for how in splits.SPLITS}
    predictors = {how: leakage.metadata_predictors(corpus, cuts[how], seed=seed)
                  for how in ("random", "thread")}
    shared = {how: leakage.audit(take(texts, cuts[how].train), take(texts, cuts[how].validation))
              for how in ("random", "thread", "author")}
    return {
        "date": date.today().isoformat(),
        "versions": {"python": platform.python_version(),
                     **{name: version(name) for name in LIBRARIES}},
        "dataset": dataset,
        "posts": len(corpus),
        "distinct_posts": len(splits.distinct_posts(texts)),
        "undated_share": rounded(np.isnan([headers.posting_time(text) for text in texts]).mean()),
        "seeds": list(seeds),
        "ablation": rows(leakage.ablation(corpus, seeds)),
        "text_by_split": rows(leakage.ablation(corpus, seeds, steps=TEXT_BY_SPLIT)),
        "predictors": {how: [{name: rounded(value) for name, value in vars(row).items()}
                             for row in found] for how, found in predictors.items()},
        "shared": {how: [{"what": row.what, "count": row.count, "share": rounded(row.share)}
                         for row in found] for how, found in shared.items()},
        "splits": {how: [len(part) for part in vars(cut).values()] for how, cut in cuts.items()},
        "groups": {name: len(np.unique(find(texts))) for name, find in splits.GROUPS.items()},
        "share_of_lines": {kind: rounded(share)
                           for kind, share in headers.removed_shares(texts).items()},
        "group_names_left": {text: leakage.group_names_left(corpus, text)
                             for text in headers.TEXT_RULES},
    }


def rows(steps):
    """Return steps for the file: a split that the seeds do not change counts as one."""
    return [{"name": step.name, "text": step.text, "split": step.split, "train": step.n_train,
             "held_out": step.n_held_out, "splits": step.n_splits, "mean": rounded(step.mean),
             "low": rounded(step.low), "high": rounded(step.high),
             "accuracies": [rounded(value) for value in step.accuracies]} for step in steps]


def rounded(value):
    """Round a number to four digits; nan becomes null, anything else stays."""
    if not isinstance(value, float):
        return value
    return None if np.isnan(value) else round(float(value), 4)


def describe(results):
    """Say in words what the chart shows."""
    steps = [f"{row['name']} {row['mean']:.3f} "
             f"({row['low']:.3f} to {row['high']:.3f}{', one split' * (row['splits'] == 1)})"
             for row in results["ablation"]]
    return (f"Bar chart: the ablation on {results['posts']:,} posts. {len(steps)} bars, the mean "
            f"accuracy and the range of {len(results['seeds'])} seeds: {'; '.join(steps)}.")


def draw(results):
    """Draw the ablation as bars.

    Parameters
    ----------
    results : dict
        The content of leakage.json.

    Returns
    -------
    matplotlib.figure.Figure
    """
    steps = results["ablation"]
    names = [row["name"] + " (one split)" * (row["splits"] == 1) for row in steps]
    means = np.array([row["mean"] for row in steps])
    lows, highs = np.array([(row["low"], row["high"]) for row in steps]).T
    stages = {"random split, header lines in the text": VERMILLION,
              "random split, header removed": BLUE, "other splits, header removed": GREEN}
    figure = Figure(figsize=(9, 0.8 + 0.42 * len(steps)), layout="constrained")
    axes = figure.subplots()
    axes.barh(names, means, xerr=[means - lows, highs - means], capsize=3,
              color=[stages[_stage(row)] for row in steps])
    for place, (mean, high) in enumerate(zip(means, highs)):
        axes.annotate(f"{mean:.3f}", (high, place), xytext=(5, 0), textcoords="offset points",
                      va="center")
    axes.invert_yaxis()
    axes.margins(x=0.1)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set(title="The ablation: what is the accuracy made of?",
             xlabel=f"accuracy on held-out posts, mean and range of {len(results['seeds'])} seeds")
    handles = [Patch(color=color, label=name) for name, color in stages.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)
    return figure


def _stage(row):
    if row["text"] in ("full", "reference"):
        return "random split, header lines in the text"
    return f"{'random split' if row['split'] == 'random' else 'other splits'}, header removed"


if __name__ == "__main__":
    main()
