"""Lesson 02: from a corpus to the posts of the training, validation and test set."""

import warnings
from dataclasses import dataclass

import numpy as np

from helpers import headers
from helpers.headers import refuse_one_text


@dataclass(frozen=True)
class Split:
    """The numbers of the posts in each set; no post is in two sets.

    Attributes
    ----------
    train, validation, test : numpy.ndarray of int64
        `validation` serves to choose, `test` is measured once, at the end.
    """

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def take(items, indices):
    """Return the chosen items of a list, in the order of `indices`."""
    return [items[i] for i in indices]


def random_split(n_posts, *, validation_split=0.2, test_split=0.0, seed):
    """Shuffle the posts and split them into three sets.

    The held-out posts are the last ones, and the test set comes last of all: the last set is the
    one that the Keras example would hold out with the same seed from the same sorted files.

    Parameters
    ----------
    n_posts : int
        Number of posts.
    validation_split, test_split : float
        Shares of all posts.
    seed : int
        Seed of the shuffling.

    Returns
    -------
    Split

    Raises
    ------
    ValueError
        If the shares leave nothing to train on.
    """
    n_validation, n_test = _sizes(n_posts, validation_split, test_split)
    order = np.arange(n_posts)
    np.random.RandomState(seed).shuffle(order)
    return Split(*np.split(order, [n_posts - n_test - n_validation, n_posts - n_test]))


def _stratified_split(labels, *, validation_split, test_split, seed):
    """Shuffle the posts; the sets have the same share of each class."""
    # here: lessons that only shuffle start without scikit-learn
    from sklearn.model_selection import train_test_split

    train, held_out = np.arange(len(labels)), []
    for size in _sizes(len(labels), validation_split, test_split):
        chosen = train[:0]
        if size:
            train, chosen = train_test_split(
                train, test_size=size, stratify=labels[train], random_state=seed)
        held_out.append(chosen)
    counts = np.unique(labels, return_counts=True)[1]
    for part in (train, *held_out):
        if 0 < len(np.unique(labels[part])) < len(counts):
            raise ValueError(
                f"The smallest class has {counts.min()} of {len(labels)} posts: too few for its "
                f"share of a set of {len(part)}. Choose another split or a larger share.")
    return Split(train, *held_out)


def thread_groups(texts):
    """Return the number of each post's thread.

    Two posts belong to one thread if they have the same subject (without ``Re:``), if one names
    the other's Message-ID or both name a third one's, or if their bodies are equal; and so on
    from post to post. An empty subject or body joins nothing.

    Parameters
    ----------
    texts : sequence of str
        Whole posts.

    Returns
    -------
    numpy.ndarray of int64, shape (n_posts,)
        Numbers from 0.

    Raises
    ------
    TypeError
        If `texts` is one text.
    """
    refuse_one_text(texts)
    keys = []
    for text in texts:
        ids = [("id", name) for name in headers.message_ids(text)]
        keys.append([("subject", headers.thread_subject(text)),
                     ("body", headers.folded_body(text)), *ids])
    return _joined_groups(keys)


def _author_groups(texts):
    """Return the number of each post's author: one per address."""
    refuse_one_text(texts)
    return _joined_groups([[("author", headers.author(text))] for text in texts])


GROUPS = {"thread": thread_groups, "author": _author_groups}


def _joined_groups(keys):
    """Return the number of each post's group: posts that share a key, directly or not.

    `keys` holds a list of (kind, value) per post; an empty value joins nothing. The numbers rise
    in the order in which the groups appear.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    if not len(keys):
        return np.zeros(0, np.int64)
    # a graph of posts and keys: an edge joins each post and each of its keys
    node_of, edges = {}, [(0, 0)]
    for post, own in enumerate(keys):
        for key in own:
            if key[1]:
                edges.append((post, node_of.setdefault(key, len(keys) + len(node_of))))
    size = len(keys) + len(node_of)
    graph = coo_matrix((np.ones(len(edges), bool), np.transpose(edges)), (size, size))
    return connected_components(graph, directed=False)[1][:len(keys)].astype(np.int64)


def group_split(groups, *, validation_split=0.2, test_split=0.0, seed):
    """Split posts into three sets so that each group lies in one set only.

    The groups are shuffled. Each goes to the first set that can still take all of it, in the
    order validation, test, training.

    Parameters
    ----------
    groups : array-like of int, shape (n_posts,)
        The number of each post's group, from 0.
    validation_split, test_split : float
        Shares of all posts; the sets are smaller where no group fits, at most by half.
    seed : int
        Seed of the shuffling.

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
    set_of = np.full(len(sizes), 2)  # of each group; 0: validation, 1: test, 2: training
    random = np.random.RandomState(seed)
    for group in random.permutation(len(sizes)):
        for number in (0, 1):
            if 0 < sizes[group] <= room[number]:
                set_of[group] = number
                room[number] -= sizes[group]
                break
    if any(2 * left > size for left, size in zip(room, wanted)):
        raise ValueError(
            f"The largest of {np.count_nonzero(sizes)} groups holds {sizes.max()} of {len(groups)} "
            f"posts: sets of {wanted[0]} and {wanted[1]} posts cannot be filled with whole groups.")
    order = random.permutation(len(groups))
    sets = set_of[groups[order]]
    return Split(order[sets == 2], order[sets == 0], order[sets == 1])


def _date_split(texts, labels, *, validation_split, test_split, seed):
    """Split posts by date: the oldest for training, the newest for the test.

    Each class is split at separate dates, as in the well-known by-date version of the collection:
    all sets have equal shares of each class, but a class's oldest held-out post may be older than
    another's newest training post. With one class for all posts there is one date: nothing from
    the future is trained on, but a set may lack a group.

    Posts whose date cannot be read count as the oldest. The seed changes nothing.
    """
    times = np.array([headers.posting_time(text) for text in texts], dtype=float)
    undated = np.isnan(times)
    if undated.any():
        warnings.warn(
            f"{undated.sum()} of {len(texts)} posts ({undated.mean():.1%}) have no date that can "
            "be read; they count as the oldest.", stacklevel=2)
    order = np.argsort(np.where(undated, -np.inf, times), kind="stable")
    set_of = np.zeros(len(order), dtype=np.int64)  # 0: training, 1: validation, 2: test
    for label in np.unique(labels):
        own = order[labels[order] == label]
        n_validation, n_test = _sizes(len(own), validation_split, test_split)
        set_of[own[len(own) - n_test - n_validation:]] = 1
        set_of[own[len(own) - n_test:]] = 2
    return Split(*(order[set_of[order] == number] for number in range(3)))


SPLITS = {
    "random": lambda corpus, **options: random_split(len(corpus), **options),
    "stratified": lambda corpus, **options: _stratified_split(corpus.labels, **options),
    "thread": lambda corpus, **options: group_split(thread_groups(corpus.texts), **options),
    "author": lambda corpus, **options: group_split(_author_groups(corpus.texts), **options),
    "date": lambda corpus, **options: _date_split(corpus.texts, corpus.labels, **options),
    "one date": lambda corpus, **options: _date_split(
        corpus.texts, np.zeros(len(corpus)), **options),
}


def split_corpus(corpus, how, *, validation_split=0.2, test_split=0.0, seed):
    """Split a corpus into three sets in one of the course's ways.

    Parameters
    ----------
    corpus : helpers.data.Corpus
        The posts.
    how : {"random", "stratified", "thread", "author", "date", "one date"}
        "date" splits each class at separate dates, "one date" all at the same.
    validation_split, test_split : float
        Shares of all posts.
    seed : int
        Seed of the shuffling; "date" and "one date" do not use it.

    Returns
    -------
    Split

    Raises
    ------
    ValueError
        If there is no such way, the shares are impossible, a class is too small for a stratified
        split, or the corpus has not one label per post.
    """
    if how not in SPLITS:
        raise ValueError(f"There is no split {how!r}; the splits are {', '.join(SPLITS)}.")
    if len(corpus.labels) != len(corpus):
        raise ValueError(f"The corpus has {len(corpus)} posts and {len(corpus.labels)} labels. "
                         "Give it one label per post.")
    return SPLITS[how](
        corpus, validation_split=validation_split, test_split=test_split, seed=seed)


def distinct_posts(texts):
    """Return the numbers of the posts without duplicates.

    Parameters
    ----------
    texts : sequence of str
        Whole posts.

    Returns
    -------
    numpy.ndarray of int64
        In rising order, the first post of each Message-ID and of each body. An empty body or a
        missing Message-ID makes no duplicates.

    Raises
    ------
    TypeError
        If `texts` is one text.
    """
    refuse_one_text(texts)
    keys = [[("body", headers.folded_body(text)), ("id", headers.header_field(text, "message-id"))]
            for text in texts]
    return np.sort(np.unique(_joined_groups(keys), return_index=True)[1])


def only_unseen(split, groups):
    """Remove the held-out posts that share a group with a training post; they are in no set.

    Threads and authors cannot both be kept apart by a split: joined from post to post, they make
    nearly the whole collection one group.
    """
    seen = groups[split.train]
    held_out = [posts[~np.isin(groups[posts], seen)] for posts in (split.validation, split.test)]
    return Split(split.train, *held_out)


def _sizes(n_posts, validation_split, test_split):
    for name, share in (("validation_split", validation_split), ("test_split", test_split)):
        if not 0 <= share < 1:
            raise ValueError(f"{name} must be a share from 0 to below 1, but is {share!r}.")
    if validation_split + test_split >= 1:
        raise ValueError(f"validation_split {validation_split} and test_split {test_split} leave "
                         "nothing to train on.")
    return int(validation_split * n_posts), int(test_split * n_posts)
