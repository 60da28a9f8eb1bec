"""Service room: all that lessons 01 to 04 do, from the archives to arrays, in one call.

No step is done here: the rooms of the lessons do them. This one joins them, holds no text
twice, and keeps the result.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helpers.cache import cached_arrays, file_digest
from helpers.data import find_posts, find_vectors, read_posts
from helpers.glove import embedding_matrix
from helpers.headers import clean_text
from helpers.parameters import check_parameters
from helpers.splits import random_split, take
from helpers.vectorization import learn_vocabulary, texts_to_sequences

# the rooms that the integers depend on: a changed rule is a changed input
_ROOMS = ("archives.py", "data.py", "headers.py", "splits.py", "vectorization.py")


@dataclass(frozen=True)
class Prepared:
    """What a model of lesson 05 is trained with.

    Attributes
    ----------
    x_train, x_validation : numpy.ndarray of int32, shape (n_posts, sequence_length)
    y_train, y_validation : numpy.ndarray of int64, shape (n_posts,)
    matrix : numpy.ndarray of float32, shape (len(vocabulary), embedding_dim)
        The arrays are memory-mapped and read-only.
    vocabulary : list of str
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_validation: np.ndarray
    y_validation: np.ndarray
    matrix: np.ndarray
    vocabulary: list


def prepare(dataset="sample", data_dir="", *, text="body", seed=1337, validation_split=0.2, max_tokens=20_000,
            sequence_length=200, embedding_dim=100):
    """Return posts and vectors as arrays, from the cache or computed now.

    Parameters
    ----------
    dataset, data_dir, text, seed, validation_split, max_tokens, sequence_length, embedding_dim
        As in the lessons' parameters cells.

    Returns
    -------
    Prepared

    Raises
    ------
    ValueError
        If a parameter or a file is not what it should be.
    FileNotFoundError, NotADirectoryError, RuntimeError
        As `helpers.data.find_posts`.
    """
    rules = {"text": text, "seed": seed, "validation_split": validation_split, "max_tokens": max_tokens,
             "sequence_length": sequence_length}
    check_parameters(dataset=dataset, data_dir=data_dir, embedding_dim=embedding_dim, **rules)
    path = find_posts(dataset, data_dir)
    corpus = read_posts(path) if path.is_dir() else None  # a folder is known by its content alone

    def build():
        posts = corpus or read_posts(path)
        texts = posts.texts
        for number, post in enumerate(texts):  # in place: the whole posts and the cleaned ones are never held both
            texts[number] = clean_text(post, text)
        split = random_split(len(texts), validation_split=validation_split, seed=seed)
        train, validation = take(texts, split.train), take(texts, split.validation)
        vocabulary = learn_vocabulary(train, max_tokens)
        return {"x_train": texts_to_sequences(train, vocabulary, sequence_length),
                "y_train": posts.labels[split.train],
                "x_validation": texts_to_sequences(validation, vocabulary, sequence_length),
                "y_validation": posts.labels[split.validation],
                # bytes: an array of strings would be as wide as the longest; no token holds a line end
                "vocabulary": np.frombuffer("\n".join(vocabulary).encode("utf-8"), dtype=np.uint8)}

    content = corpus.fingerprint if corpus else file_digest(path)
    arrays = dict(cached_arrays("sequences", {"posts": content, "code": _code(), **rules}, build))
    vocabulary = arrays.pop("vocabulary").tobytes().decode("utf-8").split("\n")
    matrix, _ = embedding_matrix(find_vectors(dataset, data_dir, embedding_dim), vocabulary, embedding_dim)
    return Prepared(**arrays, matrix=matrix, vocabulary=vocabulary)


def _code():
    folder = Path(__file__).resolve().parent
    return hashlib.sha256(b"".join((folder / room).read_bytes() for room in _ROOMS)).hexdigest()
