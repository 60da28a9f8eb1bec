"""Measure the leaks of the full data: writes results/leakage.json and draws results/leakage.png from it.

    python tools/measure_leakage.py --data-dir PATH
    python tools/measure_leakage.py --draw          # the chart alone, from the JSON that is there

Takes some ten minutes on two cores. The file holds counts, shares and accuracies: no post's
text, and no word of one.
"""

import argparse
import json
import platform
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np

from helpers import audit, data, headers, leakage, splits
from helpers.splits import take

RESULTS = Path(__file__).resolve().parent.parent / "results"
README = RESULTS.parent / "README.md"
START, END = "<!-- leakage: written by measure_leakage.py -->", "<!-- end of leakage -->"
SEEDS = (1337, 1338, 1339)
LIBRARIES = ("numpy", "scipy", "scikit-learn")
# the same texts on each split, with the copies in: a learner who comes from the reference finds its conditions
SIDE_BY_SIDE = tuple((f"{text}, {how}", text, False, how) for text in ("reference", "body", "strict")
                     for how in ("random", "thread", "author", "date", "one date")) + (
    ("reference, stratified", "reference", False, "stratified"),
    ("strict, one date+thread+author", "strict", False, "one date+thread+author"),
)


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dataset", choices=("sample", "full"), default="full")
    parser.add_argument("--data-dir", default="", help="folder with news20.tar.gz or 20_newsgroup/")
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder to write to")
    parser.add_argument("--draw", action="store_true", help="only draw the chart, from the JSON that is there")
    options = parser.parse_args(arguments)
    options.output.mkdir(parents=True, exist_ok=True)
    target = options.output / "leakage.json"
    if not options.draw:
        results = measure(data.load_corpus(options.dataset, options.data_dir), options.dataset)
        target.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    results = json.loads(target.read_text(encoding="utf-8"))
    draw(results, options.output / "leakage.png")
    if options.output == RESULTS:
        text = README.read_text(encoding="utf-8")
        before, after = text.split(START)[0], text.split(END)[1]
        README.write_text(f"{before}{START}\n{section(results)}{END}{after}", encoding="utf-8")
    print(describe(results))


def measure(corpus, dataset, seeds=SEEDS):
    """Return everything that the file holds, as plain numbers and names."""
    texts, labels, seed = corpus.texts, corpus.labels, seeds[0]
    cuts = {how: splits.split_corpus(corpus, how, seed=seed) for how in splits.SPLITS}
    threads, authors = splits.thread_groups(texts), splits.author_groups(texts)
    ladder = leakage.ladder(corpus, seeds)
    print(leakage.table(ladder))
    return {
        "date": date.today().isoformat(),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        "dataset": dataset,
        "posts": len(corpus),
        "seeds": list(seeds),
        "undated_share": float(np.isnan([headers.posting_time(text) for text in texts]).mean()),
        "ladder": _rows(ladder, leakage.word_sorts(ladder, corpus)),
        "side_by_side": _rows(leakage.ladder(corpus, seeds, rungs=SIDE_BY_SIDE)),
        "predictors": {how: [_rounded(vars(guess)) for guess in leakage.predictors(corpus, cuts[how], seed=seed)]
                       for how in ("random", "thread")},
        "shared": {how: [{"what": row.what, "count": row.count, "share": round(row.share, 4)} for row in audit.audit(
            take(texts, cut.train), take(texts, cut.validation),
            labels_a=labels[cut.train], labels_b=labels[cut.validation])] for how, cut in cuts.items()},
        "splits": {how: {"sizes": [len(part) for part in vars(cut).values()],
                         "validation_class_share": _range(splits.class_shares(cut, labels)["validation"])}
                   for how, cut in cuts.items()},
        "groups": {"threads": _sizes(threads), "authors": _sizes(authors),
                   "threads and authors joined": _sizes(splits.joined_groups(
                       [("thread", str(thread)), ("author", str(author))]
                       for thread, author in zip(threads, authors)))},
        "distinct_posts": len(splits.distinct_posts(texts)),
        "share_of_lines": _rounded(headers.removed_shares(texts)),
        "group_names_left": {text: leakage.group_names_left(corpus, text) for text in leakage.TEXTS},
    }


def describe(results):
    """Say in words what the chart shows."""
    rows = results["ladder"]
    steps = "; ".join(f"{row['name']} {row['mean']:.3f} ({row['low']:.3f} to {row['high']:.3f})" for row in rows)
    return (f"Bar chart. What the accuracy was made of: the same linear model on {results['posts']:,} posts, "
            f"with less and less that gives the group away. {len(rows)} bars, the mean and range of "
            f"{len(results['seeds'])} seeds: {steps}.")


def section(results):
    """Write README's section: the chart with its description, and the ladder as a table."""
    rows = "\n".join(f"| {row['name']} | {row['mean']:.3f} | {row['low']:.3f} to {row['high']:.3f} |"
                     for row in results["ladder"])
    return (f"![{describe(results)}](results/leakage.png)\n\n"
            f"| what the model reads, and how posts are split | accuracy | range of {len(results['seeds'])} seeds |\n"
            f"|---|---|---|\n{rows}\n\nMeasured on {results['date']} with scikit-learn "
            f"{results['versions']['scikit-learn']}; all figures: [results/leakage.json](results/leakage.json).\n")


def draw(results, path):
    """Draw the ladder as bars; the picture carries its description."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    from helpers.plots import BLUE, GREEN, VERMILLION

    rows = results["ladder"]
    means = np.array([row["mean"] for row in rows])
    errors = [means - [row["low"] for row in rows], [row["high"] for row in rows] - means]
    stages = {"text with header lines": VERMILLION, "text cut by the rules": BLUE, "strict text, other splits": GREEN}
    stage = [0 if row["text"] in ("full", "reference") else 1 if row["split"] == "random" else 2 for row in rows]
    figure, axes = plt.subplots(figsize=(9, 0.8 + 0.42 * len(rows)), layout="constrained")
    axes.barh([row["name"] for row in rows], means, color=[list(stages.values())[n] for n in stage], xerr=errors,
              capsize=3)
    handles = [plt.Rectangle((0, 0), 1, 1, color=color) for color in stages.values()]
    figure.legend(handles, stages, loc="outside lower center", ncols=3, frameon=False)
    for y, row in enumerate(rows):
        axes.annotate(f"{row['mean']:.3f}", (row["high"], y), xytext=(5, 0), textcoords="offset points", va="center")
    axes.margins(x=0.1)
    axes.invert_yaxis()
    axes.set(title="What the accuracy was made of",
             xlabel=f"accuracy on held-out posts, mean and range of {len(results['seeds'])} seeds")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110, metadata={"Description": describe(results), "Software": None})
    plt.close(figure)


def _rows(rungs, sorts=None):
    return [{"name": rung.name, "text": rung.text, "split": rung.split, "train": rung.n_train,
             "held_out": rung.n_held_out, "mean": round(rung.mean, 4), "low": round(rung.low, 4),
             "high": round(rung.high, 4), "accuracies": [round(value, 4) for value in rung.accuracies],
             **({"leans_on": sorts[rung.name]} if sorts else {})} for rung in rungs]


def _sizes(groups):
    sizes = np.sort(np.bincount(groups))[::-1]
    return {"count": int(np.count_nonzero(sizes)), "largest": sizes[:3].tolist()}


def _range(shares):
    return [round(float(shares.min()), 4), round(float(shares.max()), 4)]


def _rounded(values):
    """Round for JSON; what no number stands for becomes null."""
    return {name: (None if np.isnan(value) else round(value, 4)) if isinstance(value, float) else value
            for name, value in values.items()}


if __name__ == "__main__":
    main()
