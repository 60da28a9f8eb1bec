"""Lesson 02: plain functions from a corpus to the parts for training, validation and test."""

import warnings
from dataclasses import dataclass

import numpy as np

from helpers import headers


@dataclass(frozen=True)
class Split:
    """The numbers of the posts in each part; the parts are disjoint and complete.

    Attributes
    ----------
    train, validation, test : numpy.ndarray of int64
        `validation` steers the training (early stopping), `test` is measured once, at the end.
    """

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def random_split(n_posts, *, validation_split=0.2, test_split=0.0, seed):
    """Cut shuffled posts into three parts.

    The held-out posts are the last ones, those for the test behind those for validation: the last
    part is the one that the reference example would cut with the same seed from the same sorted files.

    Parameters
    ----------
    n_posts : int
    validation_split, test_split : float
        Shares of all posts.
    seed : int

    Returns
    -------
    Split
    """
    n_validation, n_test = _sizes(n_posts, validation_split, test_split)
    order = np.arange(n_posts)
    np.random.RandomState(seed).shuffle(order)
    return Split(*np.split(order, [n_posts - n_test - n_validation, n_posts - n_test]))


def stratified_split(labels, *, validation_split=0.2, test_split=0.0, seed):
    """Cut shuffled posts into three parts with the same share of each class.

    Parameters
    ----------
    labels : array-like of int, shape (n_posts,)
    validation_split, test_split : float
        Shares of all posts.
    seed : int

    Returns
    -------
    Split

    Raises
    ------
    ValueError
        If the shares leave nothing to train on, or a class has too few posts to be in each part.
    """
    from sklearn.model_selection import train_test_split  # here: lessons that only shuffle start without it

    labels = np.asarray(labels)
    n_validation, n_test = _sizes(len(labels), validation_split, test_split)
    train, parts = np.arange(len(labels)), []
    for size in (n_validation, n_test):
        part = train[:0]
        if size:
            train, part = train_test_split(train, test_size=size, stratify=labels[train], random_state=seed)
        parts.append(part)
    return Split(train, *parts)


def thread_groups(texts):
    """Number the threads: posts that hang together have the same number.

    Two posts hang together if they have the same subject (without ``Re:``), if one names the
    other's Message-ID or both name a third one's, or if their bodies are the same; and so on
    from post to post. An empty subject or body joins nothing.

    Parameters
    ----------
    texts : sequence of str
        Whole posts.

    Returns
    -------
    numpy.ndarray of int64, shape (n_posts,)
        Numbers from 0.
    """
    return joined_groups(
        [("subject", headers.thread_subject(text)), ("body", headers.folded_body(text)),
         *(("id", name) for name in headers.message_ids(text))] for text in texts)


def author_groups(texts):
    """Number the authors: posts from the same address have the same number."""
    return joined_groups([("author", headers.author(text))] for text in texts)


GROUPS = {"thread": thread_groups, "author": author_groups}


def joined_groups(keys):
    """Number the connected components of posts that share a key.

    Parameters
    ----------
    keys : iterable of list of (str, str)
        For each post the kinds and values of its keys; an empty value joins nothing.

    Returns
    -------
    numpy.ndarray of int64, shape (n_posts,)
        Numbers from 0, in the order in which the groups appear.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    numbers, posts, columns, n_posts = {}, [], [], 0
    for n_posts, own in enumerate(keys, start=1):
        for key in own:
            if key[1]:
                posts.append(n_posts - 1)
                columns.append(numbers.setdefault(key, len(numbers)))
    # a graph whose nodes are the posts and the keys, with an edge from each post to each of its keys
    size = n_posts + len(numbers)
    edges = coo_matrix((np.ones(len(posts), bool), (posts, np.array(columns, dtype=np.int64) + n_posts)), (size, size))
    return connected_components(edges, directed=False)[1][:n_posts].astype(np.int64) if size else np.zeros(0, np.int64)


def group_split(groups, *, validation_split=0.2, test_split=0.0, seed):
    """Cut posts into three parts so that each group lies in one part only.

    The groups are shuffled; each goes to the first part that still has room for all of it, in
    the order validation, test, training.

    Parameters
    ----------
    groups : array-like of int, shape (n_posts,)
        The number of each post's group, from 0.
    validation_split, test_split : float
        Shares of all posts; groups too large for the room that is left make the parts a little smaller.
    seed : int

    Returns
    -------
    Split

    Raises
    ------
    ValueError
        If the shares leave nothing to train on, or the groups are too large for the shares.
    """
    groups = np.asarray(groups, dtype=np.int64)
    wanted = _sizes(len(groups), validation_split, test_split)
    sizes, room = np.bincount(groups), list(wanted)
    part_of = np.full(len(sizes), 2)  # 0: validation, 1: test, 2: training
    random = np.random.RandomState(seed)
    for group in random.permutation(len(sizes)):
        for part in (0, 1):
            if 0 < sizes[group] <= room[part]:
                part_of[group], room[part] = part, room[part] - sizes[group]
                break
    if any(2 * left > size for left, size in zip(room, wanted)):
        raise ValueError(f"The largest of {np.count_nonzero(sizes)} groups holds {sizes.max()} of {len(groups)} posts: "
                         f"parts of {wanted[0]} and {wanted[1]} posts cannot be filled with whole groups.")
    order = random.permutation(len(groups))
    parts = part_of[groups[order]] if len(groups) else order
    return Split(order[parts == 2], order[parts == 0], order[parts == 1])


def thread_split(texts, *, validation_split=0.2, test_split=0.0, seed):
    """Cut posts so that no thread lies in two parts: `group_split` of `thread_groups`."""
    return group_split(thread_groups(texts), validation_split=validation_split, test_split=test_split, seed=seed)


def author_split(texts, *, validation_split=0.2, test_split=0.0, seed):
    """Cut posts so that no author lies in two parts: `group_split` of `author_groups`."""
    return group_split(author_groups(texts), validation_split=validation_split, test_split=test_split, seed=seed)


def date_split(texts, labels=None, *, validation_split=0.2, test_split=0.0, seed=None):
    """Cut posts by date: the oldest to train on, then the validation part, then the test part.

    With labels each class is cut by itself, as in the well-known by-date version of the collection:
    the parts have equal shares of each class, but a class's oldest held-out post may be
    older than another's newest training post. Without labels there is one date for all: nothing
    of the future is trained on, but a class may be missing in a part.

    Posts whose date cannot be read count as the oldest, and a warning tells their share.

    Parameters
    ----------
    texts : sequence of str
        Whole posts.
    labels : array-like of int, shape (n_posts,), optional
    validation_split, test_split : float
        Shares of all posts, or of each class's.
    seed : int, optional
        Not used: there is only one such split.

    Returns
    -------
    Split
        Each part from the oldest post to the newest.

    Raises
    ------
    ValueError
        If the shares leave nothing to train on.
    """
    times = np.array([headers.posting_time(text) for text in texts], dtype=float)
    undated = np.isnan(times)
    if undated.any():
        warnings.warn(f"{undated.sum()} of {len(texts)} posts ({undated.mean():.1%}) have no date that can be read; "
                      "they count as the oldest.", stacklevel=2)
    order = np.argsort(np.where(undated, -np.inf, times), kind="stable")
    classes = np.zeros(len(order), dtype=np.int64) if labels is None else np.asarray(labels)
    part_of = np.zeros(len(order), dtype=np.int64)  # 0: training, 1: validation, 2: test
    for label in np.unique(classes):
        own = order[classes[order] == label]
        n_validation, n_test = _sizes(len(own), validation_split, test_split)
        part_of[own[len(own) - n_test - n_validation:]] = 1
        part_of[own[len(own) - n_test:]] = 2
    return Split(*(order[part_of[order] == part] for part in range(3)))


SPLITS = {
    "random": lambda corpus, **shares: random_split(len(corpus), **shares),
    "stratified": lambda corpus, **shares: stratified_split(corpus.labels, **shares),
    "thread": lambda corpus, **shares: thread_split(corpus.texts, **shares),
    "author": lambda corpus, **shares: author_split(corpus.texts, **shares),
    "date": lambda corpus, **shares: date_split(corpus.texts, corpus.labels, **shares),
    "one date": lambda corpus, **shares: date_split(corpus.texts, **shares),
}


def split_corpus(corpus, how, *, validation_split=0.2, test_split=0.0, seed):
    """Cut a corpus into three parts in one of the course's ways.

    Parameters
    ----------
    corpus : helpers.data.Corpus
    how : {"random", "stratified", "thread", "author", "date", "one date"}
        "date" cuts each class at a date of its own, "one date" all at the same.
    validation_split, test_split : float
        Shares of all posts.
    seed : int
        Plays no part for "date" and "one date".

    Returns
    -------
    Split

    Raises
    ------
    ValueError
        If there is no such way, or the shares cannot be had.
    """
    if how not in SPLITS:
        raise ValueError(f"There is no split {how!r}; the splits are {', '.join(SPLITS)}.")
    return SPLITS[how](corpus, validation_split=validation_split, test_split=test_split, seed=seed)


def distinct_posts(texts):
    """Return the numbers of the posts without their copies: the first of each Message-ID and of each body.

    Parameters
    ----------
    texts : sequence of str
        Whole posts.

    Returns
    -------
    numpy.ndarray of int64
        In rising order. Posts without a body or Message-ID are no copies for that.
    """
    copies = joined_groups([("body", headers.folded_body(text)), ("id", headers.header_field(text, "message-id"))]
                           for text in texts)
    return np.sort(np.unique(copies, return_index=True)[1])


def only_unseen(split, *groups):
    """Leave out of validation and test the posts that share a group with a post of the training part.

    For keys that cannot be kept apart by a cut: threads joined by their authors, and authors by
    their threads, make nearly the whole collection one group. The posts left out lie in no part.

    Parameters
    ----------
    split : Split
    *groups : array-like of int, shape (n_posts,)
        Such as `thread_groups` and `author_groups` return.

    Returns
    -------
    Split
    """
    parts = [split.validation, split.test]
    for numbers in map(np.asarray, groups):
        parts = [part[~np.isin(numbers[part], numbers[split.train])] for part in parts]
    return Split(split.train, *parts)


def class_shares(split, labels):
    """Return each class's share of each part.

    Parameters
    ----------
    split : Split
    labels : array-like of int, shape (n_posts,)

    Returns
    -------
    dict of str to numpy.ndarray of float, shape (n_classes,)
        For "train", "validation" and "test"; an empty part has shares of 0.
    """
    labels = np.asarray(labels)
    n_classes = labels.max(initial=-1) + 1
    return {name: np.bincount(labels[part], minlength=n_classes) / max(len(part), 1)
            for name, part in vars(split).items()}


def take(items, indices):
    """Return the chosen items of a list, in the order of `indices`."""
    return [items[i] for i in indices]


def _sizes(n_posts, validation_split, test_split):
    for name, share in (("validation_split", validation_split), ("test_split", test_split)):
        if not 0 <= share < 1:
            raise ValueError(f"{name} must be a share from 0 to below 1, but is {share!r}.")
    if validation_split + test_split >= 1:
        raise ValueError(f"validation_split {validation_split} and test_split {test_split} leave nothing to train on.")
    return int(validation_split * n_posts), int(test_split * n_posts)
