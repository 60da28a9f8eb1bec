"""Lesson 02: plain functions from a corpus to the parts for training, validation and test."""

from dataclasses import dataclass

import numpy as np


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

    The validation part is the one that the reference example would cut with the same seed
    from the same sorted files; the test part is taken from what is left.

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
    order = np.arange(n_posts)
    np.random.RandomState(seed).shuffle(order)
    n_validation, n_test = int(validation_split * n_posts), int(test_split * n_posts)
    rest, validation = order[:n_posts - n_validation], order[n_posts - n_validation:]
    return Split(rest[:len(rest) - n_test], validation, rest[len(rest) - n_test:])


def take(items, indices):
    """Return the chosen items of a list, in the order of `indices`."""
    return [items[i] for i in indices]
