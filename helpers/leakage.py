"""Lesson 02: how much of an accuracy is recognition: predictors of almost nothing, and the ladder."""

import re
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer

from helpers import headers, splits
from helpers.baseline import linear_model
from helpers.splits import take

# the fields in which groups stand by name
GROUP_FIELDS = ("newsgroups", "newsgroup", "xref", "followup-to")
# the fields that say who wrote, and from where
WRITER_FIELDS = ("from", "sender", "reply-to", "organization", "nntp-posting-host", "message-id")

# what is left of a post, each text a part of the one before it, but for the ten lines
TEXTS = {
    "full": lambda text: text,
    "reference": headers.drop_lines,
    "body": lambda text: headers.split_post(text)[1],
    "unquoted": lambda text: headers.drop_by(headers.split_post(text)[1], "forwarded header", "attribution", "quote"),
    "strict": headers.strict_body,
}

# name, text, whether copies are out, split
RUNGS = (
    ("full post", "full", False, "random"),
    ("ten lines dropped", "reference", False, "random"),
    ("header parsed", "body", False, "random"),
    ("quotes out", "unquoted", False, "random"),
    ("signatures out", "strict", False, "random"),
    ("copies out", "strict", True, "random"),
    ("by author", "strict", True, "author"),
    ("by thread", "strict", True, "thread"),
    ("by thread, unseen authors", "strict", True, "thread+author"),
    ("by date, one for all groups", "strict", True, "one date"),
)


@dataclass(frozen=True)
class Guess:
    """How well something that is next to nothing gives the group away.

    Attributes
    ----------
    what : str
    coverage : float
        Share of the held-out posts that it answers at all.
    accuracy : float
        Share of those answers that are right; ``nan`` if there are none.
    """

    what: str
    coverage: float
    accuracy: float


@dataclass(frozen=True)
class Rung:
    """One step of the ladder.

    Attributes
    ----------
    name, text, split : str
        `text` is a key of `TEXTS`.
    n_train, n_held_out : int
        Posts of the first seed's split.
    accuracies : tuple of float
        One a seed.
    words : dict of str to list of str
        For each class the ten words that speak most for it in the first seed's model.
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
        """The mean of the accuracies."""
        return float(np.mean(self.accuracies))

    @property
    def low(self):
        """The lowest of the accuracies."""
        return min(self.accuracies)

    @property
    def high(self):
        """The highest of the accuracies."""
        return max(self.accuracies)


def ladder(corpus, seeds, *, validation_split=0.2, rungs=RUNGS):
    """Measure the linear model on less and less of what gives the group away.

    Each seed makes its own split and its own model. Of splits by date there is only one: there the
    seed changes nothing but the model.

    Parameters
    ----------
    corpus : helpers.data.Corpus
    seeds : sequence of int
    validation_split : float
        Share of the posts that are held out.
    rungs : sequence of (str, str, bool, str)
        Name, text, whether copies are left out before the split, and split; see `RUNGS`. A split
        with "+" drops the held-out posts whose thread or author the training part has.

    Returns
    -------
    list of Rung
    """
    sources = {False: corpus}
    if any(distinct for _, _, distinct, _ in rungs):
        kept = splits.distinct_posts(corpus.texts)
        sources[True] = replace(corpus, texts=take(corpus.texts, kept), labels=corpus.labels[kept],
                                names=tuple(take(corpus.names, kept)))
    makers = {distinct: _split_maker(source, validation_split) for distinct, source in sources.items()}
    done, cleaned = [], {}
    for name, text, distinct, how in rungs:
        source = sources[distinct]
        if (text, distinct) not in cleaned:
            cleaned = {(text, distinct): [TEXTS[text](post) for post in source.texts]}  # one at a time, for memory
        texts, accuracies = cleaned[text, distinct], []
        for seed in seeds:
            split = makers[distinct](how, seed)
            model = linear_model(seed).fit(take(texts, split.train), source.labels[split.train])
            accuracies.append(float(model.score(take(texts, split.validation), source.labels[split.validation])))
            if seed == seeds[0]:
                first, words = split, top_words(model, corpus.class_names)
        done.append(Rung(name, text, how, len(first.train), len(first.validation), tuple(accuracies), words))
    return done


def top_words(model, class_names, k=10):
    """Return the words that speak most for each class.

    Parameters
    ----------
    model : sklearn.pipeline.Pipeline
        A fitted `helpers.baseline.linear_model`.
    class_names : sequence of str
    k : int

    Returns
    -------
    dict of str to list of str
    """
    words = model[0].get_feature_names_out()
    return {name: words[np.argsort(-weights)[:k]].tolist() for name, weights in zip(class_names, model[1].coef_)}


def word_sorts(rungs, corpus):
    """Count what sort of word each rung's model leans on.

    Parameters
    ----------
    rungs : list of Rung
    corpus : helpers.data.Corpus

    Returns
    -------
    dict of str to dict of str to int
        For each rung's name: "group name", words that are a piece of a group's name; "writer",
        words that stand, in a third of the posts that have them or more, in a field that says
        who wrote or from where; "other", the rest.
    """
    chosen = {rung.name: [word for own in rung.words.values() for word in own] for rung in rungs}
    distinct = sorted(set().union(*chosen.values()))
    counter = CountVectorizer(vocabulary=distinct, binary=True)
    fields = [" ".join(value for name, value in headers.parse_header(headers.split_post(text)[0])
                       if name.lower() in WRITER_FIELDS) for text in corpus.texts]
    in_posts, in_fields = (np.asarray(counter.transform(texts).sum(axis=0)).ravel() for texts in (corpus.texts, fields))
    sort = {word: "writer" if 3 * m >= n > 0 else "other" for word, n, m in zip(distinct, in_posts, in_fields)}
    sort.update(dict.fromkeys(re.findall(r"\w\w+", " ".join(corpus.class_names)), "group name"))
    return {name: {kind: sum(sort[word] == kind for word in words) for kind in ("group name", "writer", "other")}
            for name, words in chosen.items()}


def group_names_left(corpus, text):
    """Count the posts in whose text a group is still called by its full name.

    Parameters
    ----------
    corpus : helpers.data.Corpus
    text : str
        A key of `TEXTS`.

    Returns
    -------
    dict of str to int
        "any": posts with the name of one of the corpus's groups; "own": of their own group;
        "times": how often such names stand in all posts together.
    """
    number = {name: label for label, name in enumerate(corpus.class_names)}
    pattern = re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, number))})(?![\w-]|\.\w)", re.IGNORECASE)
    found = [[number[name.lower()] for name in pattern.findall(TEXTS[text](post))] for post in corpus.texts]
    own = sum(label in names for label, names in zip(corpus.labels.tolist(), found))
    return {"any": sum(map(bool, found)), "own": own, "times": sum(map(len, found))}


def predictors(corpus, split, *, seed=0):
    """Guess the group from next to nothing, learnt on the training part and tried on the validation part.

    Parameters
    ----------
    corpus : helpers.data.Corpus
    split : helpers.splits.Split
    seed : int
        Of the linear model.

    Returns
    -------
    list of Guess
        The linear model on the header alone, and on the header without the fields that name
        groups; then plain look-ups of what was seen in training: subject, author,
        organization, the signature's lines, verbatim lines of 30 characters or more.
    """
    parts = [headers.split_post(text)[0] for text in corpus.texts]
    unnamed = ["\n".join(f"{name}: {value}" for name, value in headers.parse_header(part)
                         if name.lower() not in GROUP_FIELDS) for part in parts]
    guesses = []
    for what, texts in (("header only", parts), ("header without the groups' names", unnamed)):
        model = linear_model(seed).fit(take(texts, split.train), corpus.labels[split.train])
        score = model.score(take(texts, split.validation), corpus.labels[split.validation])
        guesses.append(Guess(what, 1.0, float(score)))
    for what, key in {
        "subject": lambda text: {headers.thread_subject(text)},
        "author": lambda text: {headers.author(text)},
        "organization": lambda text: {" ".join(headers.header_field(text, "organization").lower().split())},
        "signature": _signature,
        "verbatim lines": lambda text: headers.own_lines(headers.split_post(text)[1].split("\n")),
    }.items():
        guesses.append(look_up(what, [key(text) - {""} for text in corpus.texts], corpus.labels, split))
    return guesses


def look_up(what, keys, labels, split):
    """Guess the class of held-out posts from keys that were seen in training.

    Each key votes with the shares of the classes that it was seen with; the most votes win.

    Parameters
    ----------
    what : str
    keys : sequence of set of str
        Each post's keys, maybe none.
    labels : numpy.ndarray of int, shape (n_posts,)
    split : helpers.splits.Split

    Returns
    -------
    Guess
    """
    numbers = {}
    rows, columns = [], []
    for post, own in enumerate(keys):
        for key in sorted(own):
            rows.append(post)
            columns.append(numbers.setdefault(key, len(numbers)))
    has = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(keys), len(numbers)))
    labels = np.asarray(labels)
    one_hot = np.eye(labels.max(initial=0) + 1)[labels[split.train]]
    seen = has[split.train].T @ one_hot  # how often each key was seen with each class
    votes = has[split.validation] @ (seen / np.maximum(seen.sum(axis=1, keepdims=True), 1))
    answered = votes.sum(axis=1) > 0
    right = votes.argmax(axis=1)[answered] == labels[split.validation][answered]
    return Guess(what, float(answered.mean()) if len(answered) else 0.0, float(right.mean()) if len(right) else np.nan)


def table(rows):
    """Write guesses or rungs as lines of text.

    Parameters
    ----------
    rows : list of Guess or list of Rung

    Returns
    -------
    str
    """
    if isinstance(rows[0], Guess):
        width = max(len(row.what) for row in rows)
        return "\n".join([f"{'':{width}}  answers  right", *(
            f"{row.what:{width}}  {row.coverage:7.1%} {row.accuracy:6.1%}" for row in rows)])
    width = max(len(row.name) for row in rows)
    return "\n".join([f"{'':{width}}  accuracy  lowest  highest", *(
        f"{row.name:{width}}  {row.mean:8.3f}  {row.low:6.3f}  {row.high:7.3f}" for row in rows)])


def _signature(text):
    lines = text.split("\n")
    kinds = headers.line_kinds(text)
    return headers.own_lines((line for line, kind in zip(lines, kinds) if kind in ("signature", "old signature")), 5)


def _split_maker(corpus, validation_split):
    groups = {"thread": splits.thread_groups(corpus.texts), "author": splits.author_groups(corpus.texts)}

    def make(how, seed):
        cut, *unseen = how.split("+")
        if cut in groups:
            split = splits.group_split(groups[cut], validation_split=validation_split, seed=seed)
        else:
            split = splits.split_corpus(corpus, cut, validation_split=validation_split, seed=seed)
        return splits.only_unseen(split, *(groups[name] for name in unseen))

    return make
