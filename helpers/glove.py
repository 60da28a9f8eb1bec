"""Lesson 04: GloVe vectors, and the embedding matrix made of them."""

import hashlib
import io
import json
import zipfile
import zlib
from contextlib import contextmanager

import numpy as np

from helpers._cache import cached_arrays, file_digest

BUFFER = 1 << 20  # bytes


@contextmanager
def open_vectors(path, embedding_dim=100):
    """Open the lines of a GloVe file, whether it lies in the zip archive or unpacked.

    Parameters
    ----------
    path : pathlib.Path
        ``glove.6B.zip`` or a text file such as ``glove.6B.100d.txt``.
    embedding_dim : int

    Yields
    ------
    binary file
        One word a line: the word, a blank, `embedding_dim` numbers divided by blanks.

    Raises
    ------
    ValueError
        If the archive is damaged or has no such member.
    """
    if path.suffix != ".zip":
        with open(path, "rb") as file:
            yield file
        return
    with _open_zip(path, embedding_dim) as (archive, info), archive.open(info) as file:
        yield io.BufferedReader(file, BUFFER)  # zipfile cuts lines in Python, the buffer in C: half the time


@contextmanager
def _open_zip(path, embedding_dim):
    """Open a zip archive, and find the member with vectors of that width."""
    member = f"glove.6B.{embedding_dim}d.txt"
    try:
        with zipfile.ZipFile(path) as archive:
            if member not in archive.namelist():
                raise ValueError(
                    f"{path} holds no {member} for embedding_dim={embedding_dim}; it holds: "
                    + ", ".join(sorted(archive.namelist())))
            yield archive, archive.getinfo(member)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ValueError(f"{path} is not a whole zip archive ({error}). Delete it and get it again.") from error


def read_vectors(path, words, embedding_dim=100):
    """Read the vectors of some words and let all others pass by.

    Only the lines of wanted words are parsed, and only their numbers are kept: reading
    400,000 words for 20,000 takes a second and a few MB.

    Parameters
    ----------
    path : pathlib.Path
    words : iterable of str
    embedding_dim : int

    Returns
    -------
    vectors : dict of str to numpy.ndarray of float32, shape (embedding_dim,)
    n_lines : int
        How many words the file holds.

    Raises
    ------
    ValueError
        If a line is not a word and `embedding_dim` numbers.
    """
    wanted = {word.encode("utf-8") for word in words}
    vectors, number = {}, 0
    with open_vectors(path, embedding_dim) as lines:
        for number, line in enumerate(lines, start=1):
            word, _, numbers = line.partition(b" ")
            if number == 1 or word in wanted:
                parts = numbers.split()
                if len(parts) > embedding_dim and (number > 1 or not _is_number(parts[0])):
                    continue  # a word with a blank in it, which no token has
                try:
                    if len(parts) != embedding_dim:
                        raise ValueError(f"{len(parts)} numbers")
                    vector = np.array(parts, dtype=np.float32)
                except ValueError as error:
                    raise ValueError(
                        f"{path}, line {number}: expected a word and {embedding_dim} numbers, found {error}. "
                        "The file is damaged or of another width."
                    ) from error
                if word in wanted:
                    vectors[word.decode("utf-8")] = vector
    if number == 0:
        raise ValueError(f"{path} is empty: expected a word and {embedding_dim} numbers a line.")
    return vectors, number


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def embedding_matrix(path, vocabulary, embedding_dim=100):
    """Return the embedding matrix of a vocabulary: one row a word, in the same order.

    Parameters
    ----------
    path : pathlib.Path
        What `helpers.data.find_vectors` returned.
    vocabulary : list of str
        As `helpers.vectorization.learn_vocabulary` returns it.
    embedding_dim : int

    Returns
    -------
    matrix : numpy.ndarray of float32, shape (len(vocabulary), embedding_dim)
        Rows of words without a vector, of padding and of ``[UNK]`` are zero.
    found : numpy.ndarray of bool, shape (len(vocabulary),)
        Which words have a vector.
    """
    def build():
        vectors, n_lines = read_vectors(path, vocabulary[2:], embedding_dim)
        matrix = np.zeros((len(vocabulary), embedding_dim), dtype=np.float32)
        found = np.zeros(len(vocabulary), dtype=bool)
        for row, word in enumerate(vocabulary[2:], start=2):
            if word in vectors:
                matrix[row], found[row] = vectors[word], True
        return {"matrix": matrix, "found": found, "n_lines": n_lines}

    settings = {"file": file_key(path, embedding_dim), "dim": embedding_dim,
                "vocabulary": hashlib.sha256(json.dumps(vocabulary).encode("utf-8")).hexdigest()}
    arrays = cached_arrays("matrix", settings, build)
    found = arrays["found"]
    print(f"{int(arrays['n_lines']):,} vectors of {embedding_dim} numbers read; "
          f"{found.sum():,} of {len(vocabulary):,} vocabulary entries have one")
    return arrays["matrix"], found


def file_key(path, embedding_dim):
    """Return what identifies a file's content: for a zip its member's own checksum."""
    if path.suffix == ".zip":
        with _open_zip(path, embedding_dim) as (_, info):
            return [info.CRC, info.file_size]
    return file_digest(path)


def nearest_words(matrix, vocabulary, vector, k=5, without=()):
    """Return the words whose vectors point the same way.

    Parameters
    ----------
    matrix : numpy.ndarray, shape (len(vocabulary), embedding_dim)
    vocabulary : list of str
    vector : numpy.ndarray, shape (embedding_dim,)
    k : int
    without : iterable of str
        Words to leave out, such as the ones that the vector was made of.

    Returns
    -------
    list of (str, float)
        Words and their cosine similarity, the most similar first.
    """
    norms = np.linalg.norm(matrix, axis=1)
    similarity = matrix @ vector / (np.linalg.norm(vector) * np.where(norms == 0, np.inf, norms))
    order = np.argsort(-similarity, kind="stable")
    chosen = [i for i in order[:k + len(without) + 1] if vocabulary[i] not in without]
    return [(vocabulary[i], float(similarity[i])) for i in chosen[:k]]
