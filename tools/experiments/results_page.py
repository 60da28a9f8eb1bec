"""Write docs/results.md, and README's sentences on the ablation, from helpers/results/leakage.json.

    python tools/experiments/results_page.py
"""

import json
import re
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parent.parent.parent
RESULTS = ROOT / "helpers" / "results" / "leakage.json"
PAGE, README = ROOT / "docs" / "results.md", ROOT / "README.md"
BLOCK = re.compile(r"(<!-- ablation -->\n).*?(\n<!-- end of ablation -->)", re.DOTALL)
SPLITS = {"random": "random split", "thread": "thread-wise split"}


def table(frame):
    """Return a DataFrame as a Markdown table, numbers as they are."""
    lines = ["| " + " | ".join(map(str, frame.columns)) + " |", "|" + "---|" * len(frame.columns)]
    for row in frame.itertuples(index=False):
        lines.append("| " + " | ".join(map(str, row)) + " |")
    return "\n".join(lines)


def ablation_table(results):
    """Return the ablation: each step with its mean and range."""
    rows = []
    for step in results["ablation"]:
        spread = f"{step['low']:.3f} to {step['high']:.3f}"
        if step["splits"] == 1:
            spread += " (one split)"
        rows.append({"step": step["name"], "accuracy": f"{step['mean']:.3f}", "range": spread,
                     "training posts": f"{step['train']:,}",
                     "held-out posts": f"{step['held_out']:,}"})
    return pd.DataFrame(rows)


def text_by_split_table(results):
    """Return the mean accuracy of each text under both splits, and what the split costs."""
    means = {}
    for step in results["text_by_split"]:
        means.setdefault(step["text"], {})[step["split"]] = step["mean"]
    rows = []
    for text, of_split in means.items():
        rows.append({"text": f"`{text}`"} | {
            SPLITS[split]: f"{of_split[split]:.3f}" for split in SPLITS} | {
            "difference": f"{of_split['random'] - of_split['thread']:.3f}"})
    return pd.DataFrame(rows)


def predictors_table(results, split):
    """Return how often parts of a post other than its text name the group."""
    rows = []
    for row in results["predictors"][split]:
        accuracy = "" if row["accuracy"] is None else f"{row['accuracy']:.3f}"
        rows.append({"what is known": row["what"], "coverage": f"{row['coverage']:.3f}",
                     "accuracy": accuracy})
    return pd.DataFrame(rows)


def page(results):
    """Return the page as Markdown."""
    lines = pd.DataFrame({
        "kind of line": list(results["share_of_lines"]),
        "share of the lines": [f"{share:.1%}" for share in results["share_of_lines"].values()]})
    versions = results["versions"]
    seeds = ", ".join(map(str, results["seeds"]))
    return f"""# Results on the real posts

Measured on {results['date']} on {results['posts']:,} posts with scikit-learn {versions['scikit-learn']}, seeds {seeds}.
The model is lesson 2's: TF-IDF and logistic regression on whole texts. `tools/experiments/ablation.py` measures,
`tools/experiments/results_page.py` writes this page; all figures are in
[leakage.json](../helpers/results/leakage.json). [Networks and other models](comparison.md) are on a separate page.

## The ablation

![The ablation as a bar chart; the table below has the same numbers](../helpers/results/leakage.png)

{table(ablation_table(results))}

The range is over the seeds. A range says how far three splits differ, not how sure the mean is. In the chronological
split the seed changes only the model, so there is one split.

Version 0.1.0 of the course left encoded files and quote marks such as `#` in the text. Under the same seeds it had
0.771 (0.769 to 0.774) with quotes removed and 0.743 (0.740 to 0.747) with signatures removed.

## Text and split

{table(text_by_split_table(results))}

Mean of {len(results['seeds'])} seeds; duplicates are kept. The difference is what a random split adds.

## Parts of a post that name the group

Look-ups of what was seen in training, and linear models on the header, with a random split:

{table(predictors_table(results, "random"))}

The same with a thread-wise split:

{table(predictors_table(results, "thread"))}

## What the lines of a post are

{table(lines)}
"""


def sentences(results):
    """Return README's three sentences."""
    steps = {step["name"]: step for step in results["ablation"]}
    first, last = results["ablation"][0], steps["thread-wise split"]
    body = steps["header parsed"]
    return (f"The whole post: {first['mean']:.1%} right. Without the header: {body['mean']:.1%}. "
            f"Without quotes, signatures and duplicates, and with each thread on one side of the split: "
            f"{last['mean']:.1%} (means of {len(results['seeds'])} splits).")


def main():
    """Write both."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    PAGE.write_text(page(results), encoding="utf-8")
    text = README.read_text(encoding="utf-8")
    new = BLOCK.sub(lambda match: match[1] + sentences(results) + match[2], text)
    README.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
