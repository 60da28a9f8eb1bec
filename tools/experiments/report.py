"""Gather the runs of the comparison: writes results/models.json, results/models.png and README's table.

    python tools/report_models.py runs/sweep/full/table.jsonl
    python tools/report_models.py          # the chart and the table alone, from the JSON that is there
"""

import argparse
import json
from datetime import date
from pathlib import Path

import measure_leakage

from experiments import comparison

RESULTS = comparison.RESULTS
README = measure_leakage.README
START, END = "<!-- models: written by report_models.py -->", "<!-- end of models -->"


def main(arguments=None):
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="?", type=Path, help="the sweep's table.jsonl")
    options = parser.parse_args(arguments)
    if options.runs:
        results = gather(json.loads(line) for line in options.runs.read_text(encoding="utf-8").splitlines())
        RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    draw(results, RESULTS.with_suffix(".png"))
    text = README.read_text(encoding="utf-8")
    before, after = text.split(START)[0], text.split(END)[1]
    README.write_text(f"{before}{START}\n{section(results)}{END}{after}", encoding="utf-8")
    print(describe(results))


def gather(runs):
    """Return what the file holds, from the rows of the sweep's table: a row a model and condition, what is missing."""
    finished = [run for run in runs if run["status"] == "finished"]
    whole = [run for run in finished if run["n_train"] == 0]  # 0 stands for all posts
    rows = comparison.summary(whole)
    return {"date": date.today().isoformat(), "versions": whole[0]["versions"], "dataset": "full", "rows": rows,
            "missing": comparison.missing(rows), "learning_curve": comparison.learning_curve(finished),
            "bands": comparison.bands(whole)}


def describe(results):
    """Say in words what the chart shows."""
    bars = "; ".join(f"{row['condition']}, {row['model']} {row['mean']:.3f}" for row in results["rows"])
    return (f"Bar chart. Models side by side on the real posts: accuracy on a test part that had no say in training, "
            f"mean and range over the seeds. {len(results['rows'])} bars: {bars}.")


def section(results):
    """Write README's section: the chart with its description, the table, and what is missing."""
    rows = "\n".join(
        f"| {row['condition']} | {row['model']} | {row['mean']:.3f} | {row['low']:.3f} to {row['high']:.3f} | "
        f"{row['n_seeds']} | {row['parameters']:,} | {row['seconds']:,.0f} | "
        + (f"{row['posts_per_second']:,} |" if row["parameters"] else "– |")  # a constant needs no time
        for row in results["rows"])
    heads = ("condition", "model", "accuracy", "range", "seeds", "learned parameters", "seconds of learning",
             "posts per second")
    n_rows = len(comparison.MODELS) * len(comparison.CONDITIONS)
    lacking = (f"Of the {n_rows} rows that the comparison has, {len(results['missing'])} are not measured yet with all "
               "their seeds; the file names them.\n\n" if results["missing"] else "")
    curve = results["learning_curve"]
    fewer = ("When do pre-trained vectors pay? The same under the honest condition with fewer labelled posts, the mean "
             f"accuracy of {curve['n_seeds']} seeds:\n\n{learning_curve(curve)}\n\n" if curve else "")
    return (f"![{describe(results)}](results/models.png)\n\n| {' | '.join(heads)} |\n{'|---' * len(heads)}|\n{rows}\n\n"
            f"{lacking}Each run had one core, and others ran beside it: seconds and posts per second (from integers to "
            "groups) tell the order of magnitude.\n\n"
            f"{fewer}"
            f"Measured on {results['date']} with Keras {results['versions']['keras']}; all figures: "
            "[results/models.json](results/models.json).\n")


def learning_curve(curve):
    """Write the learning curve as a table: a row a number of posts, a column a model."""
    lines = [("training posts", *curve["mean"]), ("---",) * (1 + len(curve["mean"])),
             *((f"{n_posts:,}", *(f"{mean:.3f}" for mean in means))
               for n_posts, *means in zip(curve["n_posts"], *curve["mean"].values()))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def draw(results, path):
    """Draw the rows as bars, one colour a condition; the picture carries its description."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    from helpers.plots import BLUE, GREEN, VERMILLION

    rows = results["rows"]
    colors = dict(zip(comparison.CONDITIONS, (VERMILLION, BLUE, GREEN)))
    means = [row["mean"] for row in rows]
    errors = [[row["mean"] - row["low"] for row in rows], [row["high"] - row["mean"] for row in rows]]
    figure, axes = plt.subplots(figsize=(9, 0.8 + 0.36 * len(rows)), layout="constrained")
    axes.barh(range(len(rows)), means, color=[colors[row["condition"]] for row in rows], xerr=errors, capsize=3)
    axes.set_yticks(range(len(rows)), [row["model"] for row in rows])
    for y, row in enumerate(rows):
        axes.annotate(f"{row['mean']:.3f}", (row["high"], y), xytext=(5, 0), textcoords="offset points", va="center")
    figure.legend([plt.Rectangle((0, 0), 1, 1, color=color) for color in colors.values()], colors,
                  loc="outside lower center", ncols=3, frameon=False)
    axes.margins(x=0.1)
    axes.invert_yaxis()
    axes.set(title="Models side by side", xlabel="accuracy on the test part, mean and range over the seeds")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110, metadata={"Description": describe(results), "Software": None})
    plt.close(figure)


if __name__ == "__main__":
    main()
