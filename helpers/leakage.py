"""Lesson 02: measure how much of an accuracy is data leakage.

`ablation` removes, step by step, what gives a post's group away, and measures a linear model each
time. `metadata_predictors` predict the group from a header, a subject or an author alone. `audit`
lists what two sets of posts share. All return lists of records; `as_frame` makes a table of one.
"""

import re
from dataclasses import dataclass, replace

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import make_pipeline

from helpers import headers, splits
from helpers.headers import clean_text
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

MIN_POSTS = 2  # a word in fewer training posts has no weight
N_EXAMPLES = 3
RUN = 5  # near-duplicates share runs of five words
MIN_RUNS = 20  # shorter posts are alike by chance
COMMON = 100  # a run in more posts is a phrase, a signature or a license: it proves no duplicate


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
    return make_pipeline(TfidfVectorizer(sublinear_tf=True, min_df=MIN_POSTS), _classifier(seed))


def _classifier(seed):
    return SGDClassifier(loss="log_loss", alpha=1e-5, random_state=seed)


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
    return _top_words(model[1], model[0].get_feature_names_out(), class_names, k)


def _top_words(classifier, words, class_names, k=10):
    weights = classifier.coef_
    if len(weights) == 1:  # of two classes, scikit-learn keeps the weights of the second only
        weights = np.vstack([-weights, weights])
    return {class_names[label]: words[np.argsort(-own)[:k]].tolist()
            for label, own in zip(classifier.classes_, weights)}


# --- the ablation

@dataclass(frozen=True)
class Step:
    """What one step of the ablation measured.

    Attributes
    ----------
    name, text, split : str
        `text` is a key of `helpers.headers.TEXT_RULES`.
    n_train, n_held_out : int
        Number of posts in the first seed's split.
    accuracies : tuple of float
        One accuracy per seed.
    words : dict of str to list of str
        The first seed's `top_words`.
    """

    name: str
    text: str
    split: str
    n_train: int
    n_held_out: int
    accuracies: tuple
    words: dict

    @property
    def mean(self):
        """The mean accuracy."""
        return float(np.mean(self.accuracies))

    @property
    def low(self):
        """The lowest accuracy."""
        return min(self.accuracies)

    @property
    def high(self):
        """The highest accuracy."""
        return max(self.accuracies)

    @property
    def n_splits(self):
        """The number of different splits: a chronological split is one, whatever the seed."""
        return 1 if "date" in self.split else len(self.accuracies)


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
    list of Step
        One record per step.
    """
    measured, used = [], None
    for name, text, without_duplicates, how in steps:
        if used != (text, without_duplicates):  # neighbors often read the same texts
            used = text, without_duplicates
            source = _without_duplicates(corpus) if without_duplicates else corpus
            counter = CountVectorizer()
            counts = counter.fit_transform(clean_text(post, text) for post in source.texts)
            words = counter.get_feature_names_out()
        cuts = _splits(source, how, seeds, validation_split)
        fitted = [_fit_and_score(counts, source.labels, cut, seed)
                  for seed, cut in zip(seeds, cuts)]
        accuracies = tuple(accuracy for _, _, accuracy in fitted)
        classifier, columns, _ = fitted[0]
        top = _top_words(classifier, words[columns], corpus.class_names)
        n_train, n_held_out = len(cuts[0].train), len(cuts[0].validation)
        measured.append(Step(name, text, how, n_train, n_held_out, accuracies, top))
    return measured


def _fit_and_score(counts, labels, cut, seed):
    """Do what `linear_model` does, on words that are counted already."""
    train, held_out = counts[cut.train], counts[cut.validation]
    columns = np.flatnonzero(train.getnnz(axis=0) >= MIN_POSTS)
    weigh = TfidfTransformer(sublinear_tf=True).fit(train[:, columns])
    classifier = _classifier(seed).fit(weigh.transform(train[:, columns]), labels[cut.train])
    accuracy = classifier.score(weigh.transform(held_out[:, columns]), labels[cut.validation])
    return classifier, columns, float(accuracy)


def _accuracy(model, texts, labels, held_out):
    return float(model.score(take(texts, held_out), labels[held_out]))


def _without_duplicates(corpus):
    kept = splits.distinct_posts(corpus.texts)
    return replace(corpus, texts=take(corpus.texts, kept), labels=corpus.labels[kept],
                   names=tuple(take(corpus.names, kept)))


def _splits(corpus, how, seeds, validation_split):
    how, *unseen = how.split("+")
    unseen = [splits.GROUPS[name](corpus.texts) for name in unseen]
    groups = splits.GROUPS[how](corpus.texts) if how in splits.GROUPS else None
    cuts = []
    for seed in seeds:
        shares = {"validation_split": validation_split, "seed": seed}
        if groups is None:
            cut = splits.split_corpus(corpus, how, **shares)
        else:  # the same groups for all seeds
            cut = splits.group_split(groups, **shares)
        cuts.append(splits.only_unseen(cut, *unseen))
    return cuts


# --- predictors from metadata

@dataclass(frozen=True)
class Predictor:
    """How well metadata alone gives the group away.

    Attributes
    ----------
    what : str
        What the predictor reads.
    coverage : float
        Share of the held-out posts for which it has an answer.
    accuracy : float
        Share of these answers that are right; ``nan`` without an answer.
    """

    what: str
    coverage: float
    accuracy: float


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
    list of Predictor
        First the linear model on the header: whole; without subject, summary and keywords; without
        the fields that name groups; without both. Then look-ups of what was seen in training:
        subject, author, organization, lines of the signature, lines of 30 characters or more.
    """
    parsed = [headers.parse_header(headers.split_post(text)[0]) for text in corpus.texts]
    predictors = []
    for what, left_out in (
        ("whole header", ()),
        ("header without its subject", SUBJECT_FIELDS),
        ("header without group names", GROUP_FIELDS),
        ("header without both", SUBJECT_FIELDS + GROUP_FIELDS),
    ):
        texts = ["\n".join(f"{name}: {value}" for name, value in fields
                           if name.lower() not in left_out) for fields in parsed]
        model = linear_model(seed).fit(take(texts, split.train), corpus.labels[split.train])
        accuracy = _accuracy(model, texts, corpus.labels, split.validation)
        predictors.append(Predictor(what, 1.0, accuracy))
    for what, keys_of in (
        ("subject", lambda text: {headers.thread_subject(text)}),
        ("author", lambda text: {headers.author(text)}),
        ("organization", lambda text: {headers.header_field(text, "organization").lower()}),
        ("signature", _signature_lines),
        ("verbatim lines", _body_lines),
    ):
        keys = [keys_of(text) - {""} for text in corpus.texts]
        predictors.append(_look_up(what, keys, corpus.labels, split))
    return predictors


def _look_up(what, keys, labels, split):
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
    return Predictor(what, coverage, float(np.mean(right)) if right else np.nan)


def _signature_lines(text):
    kinds = headers.line_kinds(text)
    lines = [line for line, kind in zip(text.split("\n"), kinds) if "signature" in kind]
    return headers.own_lines(lines, min_chars=5)


def _body_lines(text):
    return headers.own_lines(headers.split_post(text)[1].split("\n"))


def group_names_left(corpus, text):
    """Count the posts that still contain the full name of a group.

    Parameters
    ----------
    corpus : helpers.data.Corpus
        The posts.
    text : str
        The text rule, a key of `helpers.headers.TEXT_RULES`.

    Returns
    -------
    dict of str to int
        "any": number of posts with the name of any group; "own": with the name of their own
        group; "times": number of such names in all posts.
    """
    label_of = {name: label for label, name in enumerate(corpus.class_names)}
    names = "|".join(map(re.escape, label_of))
    pattern = re.compile(rf"(?<![\w.-])(?:{names})(?![\w-]|\.\w)", re.IGNORECASE)
    counts = {"any": 0, "own": 0, "times": 0}
    for post, label in zip(corpus.texts, corpus.labels):
        found = [label_of[name.lower()] for name in pattern.findall(clean_text(post, text))]
        counts["any"] += bool(found)
        counts["own"] += label in found
        counts["times"] += len(found)
    return counts


# --- the audit of a split

@dataclass(frozen=True)
class Finding:
    """One kind of thing that held-out posts share with training posts.

    Attributes
    ----------
    what : str
        What is shared.
    count : int
        Number of held-out posts that share it with at least one training post.
    share : float
        The same as a share of the held-out posts.
    examples : tuple of (int, int, str)
        Up to three: a post's number in the first list, one in the second, and what they share.
    """

    what: str
    count: int
    share: float
    examples: tuple


def audit(texts_a, texts_b):
    """List what a model trained on the first posts could recognize in the second ones.

    The audit knows nothing of newsgroups: it takes any texts, with headers or without.

    Parameters
    ----------
    texts_a, texts_b : sequence of str
        Whole posts: the training set and the held-out posts.

    Returns
    -------
    list of Finding
        Same Message-ID, body, subject (without ``Re:``), author, line of 30 characters or more,
        and near-duplicate (without the duplicates).

    Raises
    ------
    TypeError
        If a post is not a str.
    """
    shared = {}
    for what, key_of in (
        ("same Message-ID", lambda text: headers.header_field(text, "message-id")),
        ("same body", headers.folded_body),
        ("same subject", headers.thread_subject),
        ("same author", headers.author),
    ):
        keys_a, keys_b = map(key_of, texts_a), map(key_of, texts_b)
        shared[what] = _shared([{key} - {""} for key in keys_a], [{key} - {""} for key in keys_b])
    shared["same line"] = _shared(list(map(_body_lines, texts_a)), list(map(_body_lines, texts_b)))
    bodies_a, bodies_b = map(headers.folded_body, texts_a), map(headers.folded_body, texts_b)
    duplicates = {b for _, b, _ in shared["same body"]}
    shared["near-duplicate"] = [
        match for match in near_duplicates(bodies_a, bodies_b) if match[1] not in duplicates]
    n_held_out = max(len(texts_b), 1)
    return [Finding(what, len(matches), len(matches) / n_held_out, tuple(matches[:N_EXAMPLES]))
            for what, matches in shared.items()]


def _shared(keys_a, keys_b):
    """Return (a, b, key) for each post b that shares a key; a is the first post that has it."""
    first, found = {}, []
    for a, keys in enumerate(keys_a):
        for key in keys:
            first.setdefault(key, a)
    for b, keys in enumerate(keys_b):
        known = keys & first.keys()
        if known:
            found.append((first[min(known)], b, min(known)))
    return found


def near_duplicates(bodies_a, bodies_b, similarity=0.5):
    """Find, for each body of the second list, the most similar one of the first.

    A body is taken as its set of runs of five words. The Jaccard similarity of two bodies is the
    number of runs that both have, divided by the number of runs that at least one has.

    Parameters
    ----------
    bodies_a, bodies_b : iterable of str
        The two lists.
    similarity : float
        The least similarity, above 0 and at most 1.

    Returns
    -------
    list of (int, int, str)
        Number in the first list, number in the second, and their similarity in percent. Bodies of
        the second list without a near-duplicate are left out.

    Raises
    ------
    ValueError
        If `similarity` lies outside its bounds.
    """
    if not 0 < similarity <= 1:
        raise ValueError(f"similarity must lie above 0 and not above 1, but is {similarity!r}.")
    bodies_a, bodies_b = list(bodies_a), list(bodies_b)
    counter = CountVectorizer(token_pattern=r"\w+", ngram_range=(RUN, RUN), binary=True)
    try:
        has_run = counter.fit_transform(bodies_a + bodies_b)
    except ValueError:  # no body has five words
        return []
    n_posts = np.bincount(has_run.indices)  # per run
    has_run = has_run[:, n_posts <= COMMON]
    first, second = has_run[:len(bodies_a)], has_run[len(bodies_a):]
    runs_a, runs_b = np.diff(first.indptr), np.diff(second.indptr)  # number of runs per body
    by_run, found = first.T.tocsr(), []
    for b in np.flatnonzero(runs_b >= MIN_RUNS).tolist():
        shared = second[b] @ by_run  # number of runs shared with each body of the first list
        a, n_shared = shared.indices, shared.data
        jaccard = n_shared / (runs_a[a] + runs_b[b] - n_shared)
        jaccard[runs_a[a] < MIN_RUNS] = 0
        best = jaccard.max(initial=0)
        if best >= similarity:
            found.append((int(a[jaccard == best].min()), b, f"{best:.0%} alike"))
    return found


_COLUMNS = {
    Step: ("name", "text", "split", "n_train", "n_held_out", "n_splits", "mean", "low", "high"),
    Predictor: ("what", "coverage", "accuracy"),
    Finding: ("what", "count", "share"),
}


def as_frame(rows):
    """Return steps, predictors or findings as a table.

    Parameters
    ----------
    rows : list of Step, list of Predictor or list of Finding
        At least one record.

    Returns
    -------
    pandas.DataFrame
        A row per record, labeled by its name.
    """
    import pandas as pd

    columns = _COLUMNS[type(rows[0])]
    values = [[getattr(row, column) for column in columns] for row in rows]
    return pd.DataFrame(values, columns=columns).set_index(columns[0])
