"""Lesson 06: a model card, written by the run that it is about.

The format is that of Hugging Face: a Markdown file named README.md, with metadata in YAML at its top
(https://huggingface.co/docs/hub/model-cards; the metadata's fields: https://github.com/huggingface/hub-docs,
modelcard.md). No figure in it is typed: all come from what the model file says of itself and from `results/`.
"""

import math
import shlex
from pathlib import Path

import yaml

NEEDED = ("dataset", "fingerprint", "text", "split_by", "seed", "validation_split", "test_split", "class_names",
          "test_accuracy", "test_posts", "versions")
COLUMNS = ("model", "condition", "mean", "low", "high", "n_seeds")
# what lesson 06 takes as parameters
PARAMETERS = ("dataset", "text", "split_by", "seed", "validation_split", "test_split", "max_tokens", "sequence_length",
              "embedding_dim", "epochs", "batch_size")
DATA = {
    # name, identifier, sentence; the collection's loader on the Hub has a configuration of the same 19,997 posts
    "full": ("20 Newsgroups, 19,997 posts", "google-research-datasets/newsgroup",
             "Posts to twenty newsgroups of 1993, in the version of 19,997 posts with their headers, collected by Ken "
             "Lang. [Where it is kept](http://qwone.com/~jason/20Newsgroups/)."),
    "sample": ("the invented sample of the word embeddings course", "word-embeddings-course/sample",
               "Posts invented for the course, in the layout and with the habits of the 20 Newsgroups collection. "
               "**Figures on invented posts say nothing about real ones.**"),
}
TEXT = {
    "full": "The model reads the whole post, header included. **The header names the group: the accuracy is leaked.**",
    "reference": "The model reads the post without its first ten lines. **Header lines that name the group, its "
                 "readers or their hosts are left in many posts: the accuracy is partly leaked.**",
    "body": "The model reads what stands below the header, quotes and signatures included.",
    "strict": "The model reads what the writer added: no header, no quotes, no signature.",
}
SPLIT = {
    "random": "at random: replies to a training post may be in the test part, which makes the task easier",
    "stratified": "at random, with equal shares of each group: replies to a training post may be in the test part, "
                  "which makes the task easier",
    "thread": "by thread: no thread lies in two parts",
    "author": "by author: nobody's posts lie in two parts",
    "date": "by date, each group for itself: the oldest posts to train on, the newest to test with",
    "one date": "by one date for all groups: the oldest posts to train on, the newest to test with",
}
_CARD = """# Which newsgroup? A text classifier on GloVe vectors

From the text of a post to one of {n_classes} newsgroups of 1993. Made with the word embeddings course, to learn how
pre-trained word vectors are used, and how a classifier is measured honestly.

## The model

Words become pre-trained GloVe vectors and a few learned numbers each; a small network gives each group a probability.
{text}

* Groups: {groups}
* Written with: {versions}

One post, from the shell: `python -m helpers.predict MODEL < post.txt`. Every answer sums to one: an empty text, or a
text that belongs to none of the groups, gets a group too.

## Data and split

{data}

The posts are split {split}. Share for early stopping: {validation_split:.0%}; share for the last measurement:
{test_split:.0%}, which took no part in training or choosing. Fingerprint of the posts: `{fingerprint}`.

## How good it is

**Accuracy {accuracy:.3f}** on the {posts:,} posts of the test part, one run with seed {seed}. From the number of test
posts alone, the true figure lies between {low:.3f} and {high:.3f} (95 % Wilson interval).

{figures}

## What it is for, and what not

For lessons on text classification, and to be compared with other models on the same split. It must not be used

* to judge a person: their faith, their politics, their health, or whether they may do something;
* to filter or moderate what people write;
* for texts of today, other languages, or anything that a decision hangs on.

## Known faults

* **Cross-posts.** The same text may stand in two groups, and only one of them counts as right. Some mistakes are none,
  and no text model can be right on all posts.
* **The vocabulary of 1993.** Names, products and events are those of that year; what came later is out of vocabulary.
* **Bias of the vectors.** GloVe learned from newspapers and Wikipedia, and with the meanings of words it learned what
  such texts associate with genders, peoples and faiths
  ([Caliskan and others, 2017](https://doi.org/10.1126/science.aal4230)). Nothing was done against it here.
* **Writers' habits.** Regular writers of a group are part of what the model knows; their names may be in its
  vocabulary.
* **Confidence.** The probabilities are not calibrated.

## Licences

Code: MIT. GloVe vectors: public domain ([PDDL 1.0](https://opendatacommons.org/licenses/pddl/1-0/)).
{rights}

## How to make it again

From a clone of the course, with its `requirements.lock` installed:

```
{command}
```

| parameter | value |
|---|---|
{parameters}
"""


def write(path, *, about, figures):
    """Write a model card.

    Parameters
    ----------
    path : str or pathlib.Path
        The file, ``README.md`` beside the model.
    about : dict
        What the model file says of itself, with all of `NEEDED`: the attribute of `helpers.predict.Predictor`.
    figures : list of dict
        Rows with all of `COLUMNS`, as `helpers.comparison.summary` returns them; may be empty.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    ValueError
        If something needed is missing, or is not known here.
    """
    missing = [name for name in NEEDED if name not in about]
    if missing:
        raise ValueError(f"A card cannot be written: the model does not say its {', '.join(missing)}.")
    for name, known in (("dataset", DATA), ("text", TEXT), ("split_by", SPLIT)):
        if about[name] not in known:
            raise ValueError(f"A card cannot be written: {name} is {about[name]!r}, and not one of {', '.join(known)}.")
    for row in figures:
        if lacking := [name for name in COLUMNS if name not in row]:
            raise ValueError(f"A card cannot be written: a row of the figures lacks {', '.join(lacking)}.")
    low, high = wilson_interval(about["test_accuracy"], about["test_posts"])
    parameters = {name: about[name] for name in PARAMETERS if name in about}
    options = " ".join(f"-p {name} {shlex.quote(str(value))}" for name, value in parameters.items())
    place = " -p data_dir /path/to/data" if about["dataset"] == "full" else ""
    body = _CARD.format(
        n_classes=len(about["class_names"]), groups=", ".join(about["class_names"]), text=TEXT[about["text"]],
        versions=", ".join(f"{name} {version}" for name, version in sorted(about["versions"].items())),
        data=DATA[about["dataset"]][2], split=SPLIT[about["split_by"]], validation_split=about["validation_split"],
        test_split=about["test_split"], fingerprint=about["fingerprint"], accuracy=about["test_accuracy"],
        posts=about["test_posts"], seed=about["seed"], low=low, high=high, figures=_figures(figures),
        rights="Posts: invented for the course, CC BY 4.0." if about["dataset"] == "sample" else
        "Posts: the copyright is their writers'; the model's file holds single words of them, and no sentence.",
        command=f"python -m papermill notebooks/06_export.ipynb my_run.ipynb {options}{place}",
        parameters="\n".join(f"| {name} | {value} |" for name, value in parameters.items()))
    path = Path(path)
    path.write_text(f"---\n{yaml.safe_dump(metadata(about), sort_keys=False, allow_unicode=True)}---\n\n{body}",
                    encoding="utf-8")
    return path


def metadata(about):
    """Return a card's metadata, by the names of the Hugging Face format.

    Parameters
    ----------
    about : dict
        As for `write`.

    Returns
    -------
    dict
    """
    name, identifier, _ = DATA[about["dataset"]]
    result = {
        "task": {"type": "text-classification", "name": "Text classification"},
        "dataset": {"type": identifier, "name": name, "config": about["text"], "split": "test",
                    "revision": about["fingerprint"],
                    "args": {key: about[key] for key in ("split_by", "seed", "validation_split", "test_split")}},
        "metrics": [{"type": "accuracy", "name": "Accuracy", "value": round(float(about["test_accuracy"]), 4)}],
    }
    return {
        "language": ["en"], "license": "mit", "library_name": "keras", "pipeline_tag": "text-classification",
        "tags": ["text-classification", "word-embeddings", "glove", "20-newsgroups", "education"],
        # only the real collection is on the Hub
        **({"datasets": [identifier]} if about["dataset"] == "full" else {}),
        "metrics": ["accuracy"],
        "model-index": [{"name": "which-newsgroup", "results": [result]}],
    }


def wilson_interval(share, n, z=1.96):
    """Return the bounds between which a true share lies, if `share` was found in `n` independent cases.

    Parameters
    ----------
    share : float
    n : int
    z : float
        1.96 for a confidence of 95 %.

    Returns
    -------
    low, high : float
        Wilson (1927), https://doi.org/10.2307/2276774.
    """
    centre, spread = share + z**2 / (2 * n), z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return tuple((centre + sign * spread) / (1 + z**2 / n) for sign in (-1, 1))


def _figures(rows):
    if not rows:
        return ("This is the run's own figure. How far it moves with the seed was not measured here: "
                "`results/models.json`, which says so for the full data, is not there.")
    table = "\n".join(f"| {row['model']} | {row['condition']} | {row['mean']:.3f} "
                      f"| {row['low']:.3f} to {row['high']:.3f} | {row['n_seeds']} |" for row in rows)
    return ("The course's models on the 19,997 real posts, each with the number of seeds beside it:\n\n"
            f"| model | condition | accuracy, mean | range | seeds |\n|---|---|---|---|---|\n{table}")
