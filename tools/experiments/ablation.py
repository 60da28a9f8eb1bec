"""Measure the data leakage of the real posts: write helpers/results/leakage.json.

    python tools/experiments/ablation.py --data-dir PATH

Takes some fifteen minutes on two cores. The file holds names of ours, counts, shares and
accuracies: no text of a post. `results_page.py` draws and writes what it says.
"""

import argparse
import json
import platform
import re
from collections import Counter
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np

from helpers import data, headers, leakage, splits
from helpers.splits import take

RESULTS = Path(data.__file__).parent / "results" / "leakage.json"
SEEDS = (1337, 1338, 1339)
LIBRARIES = ("numpy", "scipy", "scikit-learn")
# four texts on two splits, duplicates included
TEXT_BY_SPLIT = tuple(
    (f"{text}, {how}", text, False, how) for text in ("reference", "body", "unquoted", "strict")
    for how in ("random", "thread"))


def measure(corpus):
    """Return everything that the file holds, as plain numbers and names."""
    texts, seed = corpus.texts, SEEDS[0]
    cuts = {how: splits.split_corpus(corpus, how, seed=seed) for how in splits.SPLITS}
    predictors = {how: leakage.metadata_predictors(corpus, cuts[how], seed=seed)
                  for how in ("random", "thread")}
    shared = {how: leakage.audit(take(texts, cuts[how].train), take(texts, cuts[how].validation))
              for how in ("random", "thread", "author")}
    return {
        "date": date.today().isoformat(),
        "versions": {"python": platform.python_version(),
                     **{name: version(name) for name in LIBRARIES}},
        "dataset": "full",
        "posts": len(corpus),
        "distinct_posts": len(splits.distinct_posts(texts)),
        "undated_share": rounded(np.isnan([headers.posting_time(text) for text in texts]).mean()),
        "seeds": list(SEEDS),
        "ablation": rows(leakage.ablation(corpus, SEEDS)),
        "text_by_split": rows(leakage.ablation(corpus, SEEDS, steps=TEXT_BY_SPLIT)),
        "predictors": {how: [{"what": row.Index, "coverage": rounded(row.coverage), "accuracy": rounded(row.accuracy)}
                             for row in found.itertuples()] for how, found in predictors.items()},
        "shared": {how: [{"what": row.Index, "count": row.posts, "share": rounded(row.share)}
                         for row in found.itertuples()] for how, found in shared.items()},
        "splits": {how: [len(part) for part in vars(cut).values()] for how, cut in cuts.items()},
        "groups": {name: len(np.unique(find(texts))) for name, find in splits.GROUPS.items()},
        "share_of_lines": share_of_lines(texts),
        "group_names_left": {text: group_names_left(corpus, text) for text in headers.TEXT_RULES},
    }


def rows(steps):
    """Return steps for the file: a split that the seeds do not change counts as one."""
    return [{"name": step.Index, "text": step.text, "split": step.split, "train": step.n_train,
             "held_out": step.n_held_out, "splits": step.n_splits, "mean": rounded(step.mean),
             "low": rounded(step.low), "high": rounded(step.high),
             "accuracies": [rounded(value) for value in step.accuracies]} for step in steps.itertuples()]


def share_of_lines(texts):
    """Return the share of each kind of line among all lines that are not blank; the shares sum to 1."""
    counts = Counter()
    for text in texts:
        counts.update(headers.line_kinds(text))
    del counts["blank"]
    return {kind: rounded(counts[kind] / counts.total()) for kind in ("header", *headers.BODY_RULES, "own")}


def group_names_left(corpus, text):
    """Count the posts with the full name of any group, of their own group, and these names in all posts."""
    label_of = {name.lower(): label for label, name in enumerate(corpus.class_names)}
    names = "|".join(map(re.escape, label_of))
    pattern = re.compile(rf"(?<![\w.-])(?:{names})(?![\w-]|\.\w)", re.IGNORECASE)
    counts = {"any": 0, "own": 0, "times": 0}
    for post, label in zip(corpus.texts, corpus.labels):
        found = [label_of[name.lower()] for name in pattern.findall(headers.clean_text(post, text))]
        counts["any"] += bool(found)
        counts["own"] += label in found
        counts["times"] += len(found)
    return counts


def rounded(value):
    """Round a number to four digits; nan becomes null, anything else stays."""
    if not isinstance(value, float):
        return value
    return None if np.isnan(value) else round(float(value), 4)


def main(arguments=None):
    """Measure the real posts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", default="", help="folder with the real posts")
    options = parser.parse_args(arguments)
    results = measure(data.load_corpus("full", options.data_dir))
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
