"""Lesson 02: measure how much of an accuracy is data leakage.

`ablation` removes, step by step, what gives a post's group away, and measures a linear model each
time. `metadata_predictors` predict the group from a header, a subject or an author alone. `audit`
lists what two sets of posts share. All return tables.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import make_pipeline

from helpers import headers, splits
from helpers.headers import clean_text, refuse_one_text
from helpers.splits import take

# fields that name groups, and fields that say in words what the post is about
GROUP_FIELDS = ("newsgroups", "newsgroup", "xref", "followup-to")
SUBJECT_FIELDS = ("subject", "summary", "keywords")

# name, text rule, whether duplicates are removed first, split
STEPS = (
    ("full post", "full", False, "random"),
    ("ten lines dropped", "reference", False, "random"),
    ("header parsed", "body", False, "random"),
    ("quotes removed", "unquoted", False, "random"),
    ("signatures and files removed", "strict", False, "random"),
    ("duplicates removed", "strict", True, "random"),
    ("author-wise split", "strict", True, "author"),
    ("thread-wise split", "strict", True, "thread"),
    ("thread-wise, unseen authors", "strict", True, "thread+author"),
    ("chronological split", "strict", True, "one date"),
)

RUN = 5  # near-duplicates share runs of five words
MIN_RUNS = 20  # shorter posts are alike by chance
COMMON = 100  # a run in more posts is a phrase, a signature or a license: it proves no duplicate
SIMILARITY = 0.5  # of near-duplicates


def linear_model(seed=0):
    """Return TF-IDF and logistic regression as one model from texts to labels.

    The regression is fitted by stochastic gradient descent: on these posts it is as accurate as
    the default solver and many times faster.

    Parameters
    ----------
    seed : int
        Seed of the order in which the model sees the posts.

    Returns
    -------
    sklearn.pipeline.Pipeline
        Not fitted yet. It takes lists of str.
    """
    return make_pipeline(
        TfidfVectorizer(sublinear_tf=True, min_df=2),
        SGDClassifier(loss="log_loss", alpha=1e-5, random_state=seed))


def top_words(model, class_names, k=10):
    """Return the words that speak most for each class.

    Parameters
    ----------
    model : sklearn.pipeline.Pipeline
        A fitted `linear_model`.
    class_names : sequence of str
        The name of each label.
    k : int
        Number of words per class.

    Returns
    -------
    dict of str to list of str
        For each class of the training set, its words with the largest weights.
    """
    words, classifier = model[0].get_feature_names_out(), model[1]
    weights = classifier.coef_
    if len(weights) == 1:  # of two classes, scikit-learn keeps the weights of the second only
        weights = np.vstack([-weights, weights])
    return {class_names[label]: words[np.argsort(-own)[:k]].tolist()
            for label, own in zip(classifier.classes_, weights)}


# --- the ablation

def ablation(corpus, seeds, *, validation_split=0.2, steps=STEPS):
    """Measure the linear model on less and less of what gives the group away.

    Each seed makes its own split and its own model. There is only one chronological split: there,
    the seeds differ in the model alone, and the range says nothing about other splits.

    Parameters
    ----------
    corpus : helpers.data.Corpus
        The posts.
    seeds : sequence of int
        Seeds of the splits and models.
    validation_split : float
        Share of the posts that is held out.
    steps : sequence of (str, str, bool, str)
        Name, text rule, whether duplicates are removed before the split, and split. The split
        "thread+author" is the one of "thread" without held-out posts of training authors.

    Returns
    -------
    pandas.DataFrame
        One row per step, labeled by its name: "text", "split" (as given), "n_train", "n_held_out"
        (numbers of posts in the first seed's split), "n_splits" (number of different splits: a
        chronological split is one, whatever the seed), "mean", "low", "high" (of the accuracies)
        and "accuracies" (a list, one per seed).
    """
    seeds = list(seeds)  # a generator would be used up by the first step
    names, measured, used = [], [], None
    for name, text, without_duplicates, how in steps:
        if used != (text, without_duplicates):  # neighbors often read the same texts
            used = text, without_duplicates
            source = _without_duplicates(corpus) if without_duplicates else corpus
            texts = [clean_text(post, text) for post in source.texts]
        cuts = _splits(source, how, seeds, validation_split)
        accuracies = [_held_out_accuracy(texts, source.labels, cut, seed)
                      for seed, cut in zip(seeds, cuts)]
        names.append(name)
        measured.append({
            "text": text, "split": how, "n_train": len(cuts[0].train),
            "n_held_out": len(cuts[0].validation), "n_splits": 1 if "date" in how else len(cuts),
            "mean": np.mean(accuracies), "low": min(accuracies), "high": max(accuracies),
            "accuracies": accuracies})
    return pd.DataFrame(measured, index=names)


def _without_duplicates(corpus):
    kept = splits.distinct_posts(corpus.texts)
    return replace(corpus, texts=take(corpus.texts, kept), labels=corpus.labels[kept],
                   names=tuple(take(corpus.names, kept)))


def _splits(corpus, how, seeds, validation_split):
    """Return a split per seed; what does not depend on the seed is computed once."""
    how, _, unseen = how.partition("+")
    if how in splits.GROUPS:
        groups = splits.GROUPS[how](corpus.texts)
        cuts = [splits.group_split(groups, validation_split=validation_split, seed=seed)
                for seed in seeds]
    else:
        cuts = [splits.split_corpus(corpus, how, validation_split=validation_split, seed=seed)
                for seed in seeds]
    if unseen:
        groups = splits.GROUPS[unseen](corpus.texts)
        cuts = [splits.only_unseen(cut, groups) for cut in cuts]
    return cuts


def _held_out_accuracy(texts, labels, split, seed):
    """Fit the linear model on the training set; measure it on the validation set."""
    model = linear_model(seed).fit(take(texts, split.train), labels[split.train])
    return float(model.score(take(texts, split.validation), labels[split.validation]))


# --- predictors from metadata

def metadata_predictors(corpus, split, *, seed=0):
    """Predict the group from metadata: learn on the training set, measure on the validation set.

    Parameters
    ----------
    corpus : helpers.data.Corpus
        The posts.
    split : helpers.splits.Split
        Which posts are for training, which for validation.
    seed : int
        Seed of the linear models.

    Returns
    -------
    pandas.DataFrame
        One row per predictor, labeled by what it reads: "coverage" (the share of the held-out posts
        for which it has an answer) and "accuracy" (of these answers; NaN without an answer). First
        the linear model on the header: whole; without subject, summary and keywords; without the
        fields that name groups; without both. Then look-ups of what was seen in training: subject,
        author, organization, lines of the signature, lines of 30 characters or more.
    """
    parsed = [headers.parse_header(headers.split_post(text)[0]) for text in corpus.texts]
    rows = {}
    for what, left_out in (
        ("whole header", ()),
        ("header without its subject", SUBJECT_FIELDS),
        ("header without group names", GROUP_FIELDS),
        ("header without both", SUBJECT_FIELDS + GROUP_FIELDS),
    ):
        texts = ["\n".join(f"{name}: {value}" for name, value in fields
                           if name.lower() not in left_out) for fields in parsed]
        accuracy = _held_out_accuracy(texts, corpus.labels, split, seed)
        rows[what] = {"coverage": 1.0, "accuracy": accuracy}
    for what, keys_of in (
        ("subject", lambda text: {headers.thread_subject(text)}),
        ("author", lambda text: {headers.author(text)}),
        ("organization", lambda text: {headers.header_field(text, "organization").lower()}),
        ("signature", _signature_lines),
        ("verbatim lines", _body_lines),
    ):
        keys = [keys_of(text) - {""} for text in corpus.texts]
        rows[what] = _look_up(keys, corpus.labels, split)
    return pd.DataFrame.from_dict(rows, orient="index")


def _look_up(keys, labels, split):
    """Predict from the classes in which a post's keys were seen: each key votes with their shares.

    `keys` holds a set of str per post, maybe an empty one.
    """
    seen = {}  # for each key, how often it was seen in each class
    for post in split.train:
        for key in keys[post]:
            seen.setdefault(key, np.zeros(labels.max() + 1))[labels[post]] += 1
    right = []
    for post in split.validation:
        votes = [seen[key] / seen[key].sum() for key in sorted(keys[post]) if key in seen]
        if votes:
            right.append(np.sum(votes, axis=0).argmax() == labels[post])
    coverage = len(right) / max(len(split.validation), 1)
    return {"coverage": coverage, "accuracy": np.mean(right) if right else np.nan}


def _signature_lines(text):
    kinds = headers.line_kinds(text)
    lines = [line for line, kind in zip(text.split("\n"), kinds) if "signature" in kind]
    return headers.own_lines(lines, min_chars=5)


def _body_lines(text):
    return headers.own_lines(headers.split_post(text)[1].split("\n"))


# --- the audit of a split

def audit(texts_a, texts_b):
    """List what a model trained on the first posts could recognize in the second ones.

    The audit knows nothing of newsgroups: it takes any texts, with headers or without.

    Parameters
    ----------
    texts_a, texts_b : sequence of str
        Whole posts: the training set and the held-out posts.

    Returns
    -------
    pandas.DataFrame
        One row per kind of thing that is shared: "posts" (number of second posts that share it with
        a first one) and "share" (of the second posts). Same Message-ID, body, subject (without
        ``Re:``), author, line of 30 characters or more, and near-duplicate (without the
        duplicates): of the runs of five words that the post or a training post has, both have half
        or more. Bodies with fewer than 20 different runs are left out, and so is a run in more than
        100 posts: of a text that more posts repeat, no near-duplicate may be found.

    Raises
    ------
    TypeError
        If a post is not a str, or a list of posts is one text.
    """
    refuse_one_text(texts_a)
    refuse_one_text(texts_b)
    texts_a, texts_b = list(texts_a), list(texts_b)  # each is read several times
    found = {}  # for each kind, the numbers of the held-out posts
    for what, keys_of in (
        ("same Message-ID", lambda text: {headers.header_field(text, "message-id")}),
        ("same body", lambda text: {headers.folded_body(text)}),
        ("same subject", lambda text: {headers.thread_subject(text)}),
        ("same author", lambda text: {headers.author(text)}),
        ("same line", _body_lines),
    ):
        known = set()
        for text in texts_a:
            known.update(keys_of(text))
        known.discard("")
        found[what] = {number for number, text in enumerate(texts_b) if keys_of(text) & known}
    found["near-duplicate"] = _near_duplicates(texts_a, texts_b) - found["same body"]
    rows = {what: {"posts": len(posts), "share": len(posts) / max(len(texts_b), 1)}
            for what, posts in found.items()}
    return pd.DataFrame.from_dict(rows, orient="index")


def _near_duplicates(texts_a, texts_b):
    """Return the numbers of the second posts whose body is much like one of a first post.

    A body is taken as its set of runs of five words. The Jaccard similarity of two bodies is the
    number of runs that both have, divided by the number of runs that at least one has.
    """
    bodies = [headers.folded_body(text) for text in [*texts_a, *texts_b]]
    counter = CountVectorizer(token_pattern=r"\w+", ngram_range=(RUN, RUN), binary=True)
    try:
        has_run = counter.fit_transform(bodies)
    except ValueError:  # no body has five words
        return set()
    n_posts = np.bincount(has_run.indices)  # per run
    has_run = has_run[:, n_posts <= COMMON]
    first, second = has_run[:len(texts_a)], has_run[len(texts_a):]
    runs_a, runs_b = np.diff(first.indptr), np.diff(second.indptr)  # number of runs per body
    shared = (second @ first.T).tocoo()  # number of runs shared by each pair of bodies
    a, b = shared.col, shared.row
    jaccard = shared.data / (runs_a[a] + runs_b[b] - shared.data)
    long_enough = (runs_a[a] >= MIN_RUNS) & (runs_b[b] >= MIN_RUNS)
    return set(b[long_enough & (jaccard >= SIMILARITY)].tolist())
