"""Measure the data leakage of the real posts: write helpers/results/leakage.json.

    python tools/experiments/ablation.py --data-dir PATH

Takes some fifteen minutes on two cores. The file holds names of ours, counts, shares and
accuracies: no text of a post. `results_page.py` draws and writes what it says.
"""

import argparse
import json
import platform
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


def main(arguments=None):
    """Measure the real posts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", default="", help="folder with the real posts")
    options = parser.parse_args(arguments)
    results = measure(data.load_corpus("full", options.data_dir))
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
