"""Service room: all that lessons 01 to 04 do, from the archives to arrays, in one call.

No step is done here: the rooms of the lessons do them. This one joins them, holds no text
twice, and keeps the result.
"""

import hashlib
import io
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helpers._cache import cached_arrays, file_digest
from helpers.data import find_posts, find_vectors, read_posts
from helpers.glove import embedding_matrix
from helpers.headers import clean_text
from helpers._parameters import check_parameters
from helpers.splits import split_corpus, take
from helpers.vectorization import learn_vocabulary, texts_to_sequences

# the rooms that the integers depend on: a changed rule is a changed input
_ROOMS = ("archives.py", "data.py", "headers.py", "splits.py", "vectorization.py")


@dataclass(frozen=True)
class Prepared:
    """What a model of lesson 05 is trained with.

    Attributes
    ----------
    x_train, x_validation, x_test : numpy.ndarray of int32, shape (n_posts, sequence_length)
    y_train, y_validation, y_test : numpy.ndarray of int64, shape (n_posts,)
    train, validation, test : numpy.ndarray of int64, shape (n_posts,)
        The posts' numbers in the corpus.
    matrix : numpy.ndarray of float32, shape (len(vocabulary), embedding_dim)
        The arrays are memory-mapped and read-only.
    vocabulary : list of str
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


def prepare(dataset="sample", data_dir="", *, text="body", split_by="thread", seed=1337, validation_split=0.2,
            test_split=0.0, max_tokens=20_000, sequence_length=200, embedding_dim=100):
    """Return posts and vectors as arrays, from the cache or computed now.

    Parameters
    ----------
    dataset, data_dir, text, split_by, seed, validation_split, test_split, max_tokens, sequence_length, embedding_dim
        As in the lessons' parameters cells; without a test part its arrays are empty.

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
    rules = {"text": text, "split_by": split_by, "seed": seed, "validation_split": validation_split,
             "max_tokens": max_tokens, "sequence_length": sequence_length}
    if test_split:
        rules["test_split"] = test_split
    check_parameters(dataset=dataset, data_dir=data_dir, embedding_dim=embedding_dim, **rules)
    path = find_posts(dataset, data_dir)
    corpus = read_posts(path) if path.is_dir() else None  # a folder is known by its content alone

    def build():
        posts = corpus or read_posts(path)
        split = split_corpus(posts, split_by, validation_split=validation_split, test_split=test_split, seed=seed)
        texts = posts.texts
        for number, post in enumerate(texts):  # in place: the whole posts and the cleaned ones are never held both
            texts[number] = clean_text(post, text)
        vocabulary = learn_vocabulary(take(texts, split.train), max_tokens)
        arrays = {}
        for name, numbers in vars(split).items():
            arrays |= {f"x_{name}": texts_to_sequences(take(texts, numbers), vocabulary, sequence_length),
                       f"y_{name}": posts.labels[numbers], name: numbers}
        # bytes: an array of strings would be as wide as the longest; no token holds a line end
        return arrays | {"vocabulary": np.frombuffer("\n".join(vocabulary).encode("utf-8"), dtype=np.uint8)}

    content = corpus.fingerprint if corpus else file_digest(path)
    arrays = dict(cached_arrays("sequences", {"posts": content, "code": _code(), **rules}, build))
    vocabulary = arrays.pop("vocabulary").tobytes().decode("utf-8").split("\n")
    vectors = find_vectors(dataset, data_dir, embedding_dim)
    with redirect_stdout(io.StringIO()):  # else the line on the vectors stands once a call above what the caller shows
        matrix, _ = embedding_matrix(vectors, vocabulary, embedding_dim)
    return Prepared(**arrays, matrix=matrix, vocabulary=vocabulary)


def _code():
    folder = Path(__file__).resolve().parent
    return hashlib.sha256(b"".join((folder / room).read_bytes() for room in _ROOMS)).hexdigest()
