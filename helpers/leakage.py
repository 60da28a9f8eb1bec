"""Lesson 02: how much of an accuracy is data leakage?

`ablation` takes away, step by step, what gives a post's group away, and measures a linear model each time.
`metadata_predictors` guess the group from a header, a subject or an author alone. `audit` lists what two sets of
posts share. All of them return lists of small records; `as_frame` makes a table of such a list.
"""

import re
from dataclasses import dataclass, replace

import numpy as np

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

N_EXAMPLES = 3
RUN = 5  # near-duplicates share runs of five words
MIN_RUNS = 20  # shorter posts are alike by chance
COMMON = 100  # a run in more posts than this is a phrase, a signature or a license: it proves no duplicate


def linear_model(seed=0):
    """Return TF-IDF and logistic regression as one model from texts to labels.

    The regression is fitted by stochastic gradient descent: on these posts it is as accurate as the
    default solver and many times faster.

    Parameters
    ----------
    seed : int
        Seed of the order in which the model sees the posts.

    Returns
    -------
    sklearn.pipeline.Pipeline
        Not fitted yet. It takes lists of str.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import SGDClassifier
    from sklearn.pipeline import make_pipeline

    return make_pipeline(TfidfVectorizer(sublinear_tf=True, min_df=2),
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
    words, weights = model[0].get_feature_names_out(), model[1].coef_
    if len(weights) == 1:  # of two classes, scikit-learn keeps the weights of the second only
        weights = np.vstack([-weights, weights])
    return {class_names[label]: words[np.argsort(-own)[:k]].tolist() for label, own in zip(model.classes_, weights)}


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

    Each seed makes its own split and its own model. There is only one chronological split: its seeds differ in the
    model alone, so its range says nothing about other splits.

    Parameters
    ----------
    corpus : helpers.data.Corpus
        The posts.
    seeds : sequence of int
        Seeds of the splits and models.
    validation_split : float
        Share of the posts that is held out.
    steps : sequence of (str, str, bool, str)
        Name, text rule, whether duplicates are removed before the split, and split. A split such as
        "thread+author" is the first one without the held-out posts whose author is in the training set.

    Returns
    -------
    list of Step
        One record per step, in the order of `steps`.
    """
    measured, cleaned, used = [], None, None
    for name, text, without_duplicates, how in steps:
        if used != (text, without_duplicates):  # neighbors often read the same texts
            used = text, without_duplicates
            source = _without_duplicates(corpus) if without_duplicates else corpus
            cleaned = [clean_text(post, text) for post in source.texts]
        models, accuracies = [], []
        cuts = _splits(source, how, seeds, validation_split)
        for seed, split in zip(seeds, cuts):
            model = linear_model(seed).fit(take(cleaned, split.train), source.labels[split.train])
            accuracy = model.score(take(cleaned, split.validation), source.labels[split.validation])
            models.append(model)
            accuracies.append(float(accuracy))
        measured.append(Step(name, text, how, len(cuts[0].train), len(cuts[0].validation), tuple(accuracies),
                             top_words(models[0], corpus.class_names)))
    return measured


def text_by_split(corpus, seeds, *, validation_split=0.2):
    """Measure the linear model on three texts and two splits, duplicates included.

    Parameters
    ----------
    corpus : helpers.data.Corpus
        The posts.
    seeds : sequence of int
        Seeds of the splits and models.
    validation_split : float
        Share of the posts that is held out.

    Returns
    -------
    pandas.DataFrame
        Mean accuracies; a row per text ("body", "unquoted", "strict"), a column per split ("random", "thread").
    """
    import pandas as pd

    texts, ways = ("body", "unquoted", "strict"), ("random", "thread")
    steps = [(f"{text}, {how}", text, False, how) for text in texts for how in ways]
    means = [step.mean for step in ablation(corpus, seeds, validation_split=validation_split, steps=steps)]
    return pd.DataFrame(np.reshape(means, (len(texts), len(ways))), index=texts, columns=ways)


def _without_duplicates(corpus):
    kept = splits.distinct_posts(corpus.texts)
    return replace(corpus, texts=take(corpus.texts, kept), labels=corpus.labels[kept],
                   names=tuple(take(corpus.names, kept)))


def _splits(corpus, how, seeds, validation_split):
    how, *unseen = how.split("+")
    unseen = [splits.GROUPS[name](corpus.texts) for name in unseen]
    if how in splits.GROUPS:  # the groups are the same for all seeds
        groups = splits.GROUPS[how](corpus.texts)
        cuts = [splits.group_split(groups, validation_split=validation_split, seed=seed) for seed in seeds]
    else:
        cuts = [splits.split_corpus(corpus, how, validation_split=validation_split, seed=seed) for seed in seeds]
    return [splits.only_unseen(split, *unseen) for split in cuts]


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
        First the linear model on the header: whole; without subject, summary and keywords; without the fields
        that name groups; without both. Then look-ups of what was seen in training: subject, author, organization,
        lines of the signature, lines of 30 characters or more.
    """
    parsed = [headers.parse_header(headers.split_post(text)[0]) for text in corpus.texts]
    predictors = []
    for what, left_out in (
        ("whole header", ()),
        ("header without its subject", SUBJECT_FIELDS),
        ("header without group names", GROUP_FIELDS),
        ("header without both", SUBJECT_FIELDS + GROUP_FIELDS),
    ):
        texts = ["\n".join(f"{name}: {value}" for name, value in fields if name.lower() not in left_out)
                 for fields in parsed]
        model = linear_model(seed).fit(take(texts, split.train), corpus.labels[split.train])
        accuracy = model.score(take(texts, split.validation), corpus.labels[split.validation])
        predictors.append(Predictor(what, 1.0, float(accuracy)))
    for what, keys_of in (
        ("subject", lambda text: [headers.thread_subject(text)]),
        ("author", lambda text: [headers.author(text)]),
        ("organization", lambda text: [headers.header_field(text, "organization").lower()]),
        ("signature", _signature),
        ("verbatim lines", _body_lines),
    ):
        keys = [set(keys_of(text)) - {""} for text in corpus.texts]
        predictors.append(look_up(what, keys, corpus.labels, split))
    return predictors


def look_up(what, keys, labels, split):
    """Predict the class of held-out posts from keys that were seen in training.

    Each key votes with the shares of the classes in which it was seen. The class with most votes wins.

    Parameters
    ----------
    what : str
        The name of the result.
    keys : sequence of set of str
        The keys of each post; a post may have none.
    labels : numpy.ndarray of int, shape (n_posts,)
        The class of each post.
    split : helpers.splits.Split
        Which posts are for training, which for validation.

    Returns
    -------
    Predictor
    """
    n_classes = max(labels, default=0) + 1
    seen = {}  # for each key, how often it was seen in each class
    for post in split.train:
        for key in keys[post]:
            seen.setdefault(key, np.zeros(n_classes))[labels[post]] += 1
    right = []
    for post in split.validation:
        votes = [seen[key] / seen[key].sum() for key in sorted(keys[post]) if key in seen]
        if votes:
            right.append(np.argmax(np.sum(votes, axis=0)) == labels[post])
    coverage = len(right) / len(split.validation) if len(split.validation) else 0.0
    return Predictor(what, coverage, float(np.mean(right)) if right else np.nan)


def _signature(text):
    kinds = headers.line_kinds(text)
    lines = [line for line, kind in zip(text.split("\n"), kinds) if kind in ("signature", "old signature")]
    return headers.own_lines(lines, min_chars=5)


def _body_lines(text, min_chars=30):
    return headers.own_lines(headers.split_post(text)[1].split("\n"), min_chars)


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
        "any": number of posts with the name of any group; "own": with the name of their own group;
        "times": number of such names in all posts.
    """
    label_of = {name: label for label, name in enumerate(corpus.class_names)}
    pattern = re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, label_of))})(?![\w-]|\.\w)", re.IGNORECASE)
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


def audit(texts_a, texts_b, *, labels_a=None, labels_b=None, min_chars=30, similarity=0.5):
    """List what a model trained on the first posts could recognize in the second ones.

    The audit needs no newsgroups: it takes any texts, with headers or without.

    Parameters
    ----------
    texts_a, texts_b : sequence of str
        Whole posts: the training set and the held-out posts.
    labels_a, labels_b : sequence of int, optional
        With both, a further row counts posts of the same subject and the same label.
    min_chars : int
        Lines count from this length on, without quote marks and repeated blanks.
    similarity : float
        Two bodies with this Jaccard similarity are near-duplicates.

    Returns
    -------
    list of Finding
        Same Message-ID, body, subject (without ``Re:``), subject and label, author, line; near-duplicate (of posts
        that have no duplicate).

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
        shared[what] = _same_keys([key_of(text) for text in texts_a], [key_of(text) for text in texts_b])
    if labels_a is not None and labels_b is not None:
        keys_a = [_subject_and_label(text, label) for text, label in zip(texts_a, labels_a)]
        keys_b = [_subject_and_label(text, label) for text, label in zip(texts_b, labels_b)]
        shared["same subject and label"] = [(a, b, subject) for a, b, (subject, _) in _same_keys(keys_a, keys_b)]
    shared[f"same line of {min_chars}+ characters"] = _same_lines(texts_a, texts_b, min_chars)
    bodies_a, bodies_b = ([headers.folded_body(text) for text in texts] for texts in (texts_a, texts_b))
    duplicates = {b for _, b, _ in shared["same body"]}
    shared[f"near-duplicate ({similarity:.0%} alike)"] = [
        match for match in near_duplicates(bodies_a, bodies_b, similarity) if match[1] not in duplicates]
    n_held_out = max(len(texts_b), 1)
    return [Finding(what, len(matches), len(matches) / n_held_out, tuple(matches[:N_EXAMPLES]))
            for what, matches in shared.items()]


def near_duplicates(bodies_a, bodies_b, similarity=0.5):
    """Find, for each body of the second list, the most similar one of the first.

    A body is taken as its set of runs of five words. The Jaccard similarity of two bodies is the number of runs that
    both have, divided by the number of runs that at least one has.

    Parameters
    ----------
    bodies_a, bodies_b : sequence of str
        The two lists.
    similarity : float
        The least similarity, above 0 and at most 1.

    Returns
    -------
    list of (int, int, str)
        Number in the first list, number in the second, and their similarity in percent. Bodies of the second
        list without a near-duplicate are left out.

    Raises
    ------
    ValueError
        If `similarity` lies outside its bounds.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    if not 0 < similarity <= 1:
        raise ValueError(f"similarity must lie above 0 and not above 1, but is {similarity!r}.")
    counter = CountVectorizer(token_pattern=r"\w+", ngram_range=(RUN, RUN), binary=True, dtype=np.int32)
    try:
        has_run = counter.fit_transform([*bodies_a, *bodies_b])
    except ValueError:  # no body has five words
        return []
    in_posts = np.bincount(has_run.indices, minlength=has_run.shape[1])
    has_run = has_run[:, in_posts <= COMMON]
    first, second = has_run[:len(bodies_a)], has_run[len(bodies_a):]
    runs_a, runs_b = np.diff(first.indptr), np.diff(second.indptr)  # number of runs per body
    by_run, found = first.T.tocsr(), []
    for b in np.flatnonzero(runs_b >= MIN_RUNS).tolist():
        shared = second[b] @ by_run  # the number of runs shared with each body of the first list
        a, n_shared = shared.indices, shared.data
        jaccard = np.where(runs_a[a] >= MIN_RUNS, n_shared / (runs_a[a] + runs_b[b] - n_shared), 0)
        best = jaccard.max(initial=0)
        if best >= similarity:
            found.append((int(a[jaccard == best].min()), b, f"{best:.0%} alike"))
    return found


def _same_keys(keys_a, keys_b):
    """Return (a, b, key) for each post b whose key a post of the first list has; a is the first such post."""
    first = {}
    for a, key in enumerate(keys_a):
        first.setdefault(key, a)
    return [(first[key], b, key) for b, key in enumerate(keys_b) if key and key in first]


def _subject_and_label(text, label):
    subject = headers.thread_subject(text)
    return (subject, int(label)) if subject else None


def _same_lines(texts_a, texts_b, min_chars):
    first, found = {}, []
    for a, text in enumerate(texts_a):
        for line in _body_lines(text, min_chars):
            first.setdefault(line, a)
    for b, text in enumerate(texts_b):
        shared = [line for line in _body_lines(text, min_chars) if line in first]
        if shared:
            found.append((first[min(shared)], b, min(shared)))
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
        A row per record, labeled by its name, and a column per number.
    """
    import pandas as pd

    columns = _COLUMNS[type(rows[0])]
    table = pd.DataFrame([[getattr(row, column) for column in columns] for row in rows], columns=columns)
    return table.set_index(columns[0])
