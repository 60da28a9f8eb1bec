"""Show what the ablation measured: the chart, docs/results.md, and README's sentences on it.

    python tools/experiments/results_page.py

Reads helpers/results/leakage.json, and draws leakage.png beside it.
"""

import json
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from helpers._cache import file_digest
from helpers.plots import BLUE, GREEN, VERMILLION

ROOT = Path(__file__).resolve().parent.parent.parent
RESULTS = ROOT / "helpers" / "results" / "leakage.json"
PAGE, README = ROOT / "docs" / "results.md", ROOT / "README.md"
STAGES = {"random split, header lines in the text": VERMILLION,
          "random split, header removed": BLUE, "other splits, header removed": GREEN}


def table(heads, rows):
    """Return a Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def ablation_table(results):
    """Return the ablation: each step with its mean and range."""
    rows = []
    for step in results["ablation"]:
        spread = f"{step['low']:.3f} to {step['high']:.3f}" + " (one split)" * (step["splits"] == 1)
        rows.append([step["name"], f"{step['mean']:.3f}", spread, f"{step['train']:,}",
                     f"{step['held_out']:,}"])
    return table(["step", "accuracy", "range", "training posts", "held-out posts"], rows)


def text_by_split_table(results):
    """Return the mean accuracy of each text under both splits, and what the split costs."""
    means = {}
    for step in results["text_by_split"]:
        means.setdefault(step["text"], {})[step["split"]] = step["mean"]
    rows = [[f"`{text}`", f"{of['random']:.3f}", f"{of['thread']:.3f}",
             f"{of['random'] - of['thread']:.3f}"] for text, of in means.items()]
    return table(["text", "random split", "thread-wise split", "difference"], rows)


def predictors_table(results, split):
    """Return how often parts of a post other than its text name the group."""
    rows = []
    for row in results["predictors"][split]:
        accuracy = "" if row["accuracy"] is None else f"{row['accuracy']:.3f}"
        rows.append([row["what"], f"{row['coverage']:.3f}", accuracy])
    return table(["what is known", "coverage", "accuracy"], rows)


def blocks(results):
    """Return what the page says of the results: the name of each block, and its content."""
    versions, seeds = results["versions"], ", ".join(map(str, results["seeds"]))
    lines = [[kind, f"{share:.1%}"] for kind, share in results["share_of_lines"].items()]
    return {
        "measured": f"Measured on {results['date']} on {results['posts']:,} posts with scikit-learn "
                    f"{versions['scikit-learn']}, seeds {seeds}.",
        "ablation": ablation_table(results),
        "text by split": text_by_split_table(results),
        "random split": predictors_table(results, "random"),
        "thread-wise split": predictors_table(results, "thread"),
        "lines": table(["kind of line", "share of the lines"], lines),
    }


def filled(text, contents):
    """Return a text with new contents between its marks, <!-- NAME --> and <!-- end of NAME -->."""
    for name, content in contents.items():
        before, start, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"\n<!-- end of {name} -->")
        text = before + start + content + end + after
    return text


def sentences(results):
    """Return README's three sentences."""
    steps = {step["name"]: step for step in results["ablation"]}
    first, last = results["ablation"][0], steps["thread-wise split"]
    body = steps["header parsed"]
    return (f"The whole post: {first['mean']:.1%} right. Without the header: {body['mean']:.1%}. "
            f"Without quotes, signatures and duplicates, and with each thread on one side of the split: "
            f"{last['mean']:.1%} (means of {len(results['seeds'])} splits).")


def draw_bars(axes, names, means, lows, highs, color=BLUE):
    """Draw a bar per mean, the first on top; its line ends at the lowest and the highest value."""
    bars = axes.barh(names, means, xerr=[means - lows, highs - means], color=color, capsize=3)
    axes.bar_label(bars, fmt="%.3f", padding=6)
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)


def draw(results):
    """Draw the ablation as bars; return the matplotlib figure."""
    steps = results["ablation"]
    names = [row["name"] + " (one split)" * (row["splits"] == 1) for row in steps]
    means = np.array([row["mean"] for row in steps])
    lows, highs = np.array([(row["low"], row["high"]) for row in steps]).T
    figure = Figure(figsize=(9, 0.8 + 0.42 * len(steps)), layout="constrained")
    axes = figure.subplots()
    draw_bars(axes, names, means, lows, highs, [STAGES[_stage(row)] for row in steps])
    axes.margins(x=0.1)
    axes.set(title="The ablation: what is the accuracy made of?",
             xlabel=f"accuracy on held-out posts, mean and range of {len(results['seeds'])} seeds")
    handles = [Patch(color=color, label=name) for name, color in STAGES.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)
    return figure


def _stage(row):
    if row["text"] in ("full", "reference"):
        return "random split, header lines in the text"
    return f"{'random split' if row['split'] == 'random' else 'other splits'}, header removed"


def main():
    """Draw the chart, and write the page and the sentences."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    metadata = {"Software": None, "source": file_digest(RESULTS)}  # a test compares it
    draw(results).savefig(RESULTS.with_suffix(".png"), dpi=110, metadata=metadata)
    for path, contents in ((PAGE, blocks(results)), (README, {"ablation": sentences(results)})):
        text = path.read_text(encoding="utf-8")
        path.write_text(filled(text, contents), encoding="utf-8")


if __name__ == "__main__":
    main()
