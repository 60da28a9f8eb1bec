"""Lessons 01 to 04 in one call: from the files to arrays, kept on disk."""

import io
from contextlib import redirect_stdout
from dataclasses import dataclass

import numpy as np

from helpers._cache import cached_arrays
from helpers._parameters import check_parameters
from helpers.data import find_posts, find_vectors, load_corpus
from helpers.glove import embedding_matrix
from helpers.headers import clean_text
from helpers.splits import split_corpus, take
from helpers.vectorization import learn_vocabulary, texts_to_sequences


@dataclass(frozen=True)
class Prepared:
    """Posts and vectors as arrays, ready for training.

    Attributes
    ----------
    x_train, x_validation, x_test : numpy.ndarray of int32, shape (n_posts, sequence_length)
        Posts as integers.
    y_train, y_validation, y_test : numpy.ndarray of int64, shape (n_posts,)
        Labels of the posts.
    train, validation, test : numpy.ndarray of int64, shape (n_posts,)
        Positions of the posts in the corpus.
    matrix : numpy.ndarray of float32, shape (len(vocabulary), embedding_dim)
        The embedding matrix.
    vocabulary : list of str
        The words of the matrix's rows. All arrays but the matrix are memory-mapped and read-only.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    train: np.ndarray
    x_validation: np.ndarray
    y_validation: np.ndarray
    validation: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    test: np.ndarray
    matrix: np.ndarray
    vocabulary: list


def prepare(dataset="sample", data_dir="", *, text="body", split_by="thread", seed=1337,
            validation_split=0.2, test_split=0.0, max_tokens=20_000, sequence_length=200,
            embedding_dim=100):
    """Return posts and vectors as arrays, from the cache or computed now.

    Parameters
    ----------
    dataset, data_dir, text, split_by, seed, validation_split, test_split, max_tokens, \
sequence_length, embedding_dim
        As in the lessons' parameters cells. Without a test set its arrays are empty.

    Returns
    -------
    Prepared
        Integers, labels, the embedding matrix and its vocabulary.

    Raises
    ------
    ValueError
        If a parameter or a file is not what it should be.
    FileNotFoundError, NotADirectoryError, RuntimeError
        As `helpers.data.find_posts`.
    """
    settings = {"text": text, "split_by": split_by, "seed": seed,
                "validation_split": validation_split, "max_tokens": max_tokens,
                "sequence_length": sequence_length}
    if test_split:
        settings["test_split"] = test_split
    check_parameters(dataset=dataset, data_dir=data_dir, embedding_dim=embedding_dim, **settings)
    find_posts(dataset, data_dir)  # a download shows how far it is
    with redirect_stdout(io.StringIO()):  # the caller prints a table, and no line about each file
        corpus = load_corpus(dataset, data_dir)

    def build():
        split = split_corpus(corpus, split_by, validation_split=validation_split,
                             test_split=test_split, seed=seed)
        texts = [clean_text(post, text) for post in corpus.texts]
        vocabulary = learn_vocabulary(take(texts, split.train), max_tokens)
        # bytes: an array of str would be as wide as its longest word; no token holds a line end
        arrays = {"vocabulary": np.frombuffer("\n".join(vocabulary).encode("utf-8"), np.uint8)}
        for name, posts in vars(split).items():
            arrays[f"x_{name}"] = texts_to_sequences(take(texts, posts), vocabulary,
                                                     sequence_length)
            arrays[f"y_{name}"] = corpus.labels[posts]
            arrays[name] = posts
        return arrays

    arrays = dict(cached_arrays("sequences", {**settings, "posts": corpus.fingerprint}, build))
    vocabulary = arrays.pop("vocabulary").tobytes().decode("utf-8").split("\n")
    path = find_vectors(dataset, data_dir, embedding_dim)
    with redirect_stdout(io.StringIO()):
        matrix = embedding_matrix(path, vocabulary, embedding_dim)
    return Prepared(**arrays, matrix=matrix, vocabulary=vocabulary)
