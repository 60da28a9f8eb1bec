"""Lesson 04: GloVe vectors, and the embedding matrix made of them."""

import io
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from helpers.headers import refuse_one_text

GLOVE_6B_WORDS = 400_000
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
GET_AGAIN = "Delete it and get it again."


@contextmanager
def open_vectors(path, embedding_dim=100):
    """Open the lines of a GloVe file, in its zip archive or unpacked.

    Parameters
    ----------
    path : path-like
        ``glove.6B.zip`` or a text file such as ``glove.6B.100d.txt``.
    embedding_dim : int
        Numbers per vector: it selects the member of the archive.

    Yields
    ------
    binary file
        One line per word: the word, then `embedding_dim` numbers, separated by blanks.

    Raises
    ------
    ValueError
        If the archive is damaged or has no such member.
    """
    path = Path(path)
    if path.suffix != ".zip":
        with open(path, "rb") as file:
            yield file
        return
    member = f"glove.6B.{embedding_dim}d.txt"
    try:
        with zipfile.ZipFile(path) as archive:
            if member not in archive.namelist():
                raise ValueError(
                    f"{path} holds no {member} for embedding_dim={embedding_dim}; it holds: "
                    + ", ".join(sorted(archive.namelist())))
            with archive.open(member) as file:
                # zipfile finds the line ends in Python, a buffer in C: half the time
                yield io.BufferedReader(file, 1 << 20)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ValueError(
            f"{path} is not a complete zip archive ({error}). {GET_AGAIN}") from error


def read_vectors(path, words, embedding_dim=100):
    """Read the vectors of some words; the lines of all others are passed by.

    Parameters
    ----------
    path : path-like
        What `helpers.data.find_vectors` returned.
    words : iterable of str
        Words to look for.
    embedding_dim : int
        Numbers per vector.

    Returns
    -------
    vectors : dict of str to numpy.ndarray of float32, shape (embedding_dim,)
        The words that were found.
    n_words : int
        Number of words in the file.

    Raises
    ------
    ValueError
        If the file is empty, cut, or of another width, or if the line of a word is damaged.
    TypeError
        If `words` is one word.
    """
    refuse_one_text(words)
    wanted = {word.encode("utf-8") for word in words}
    vectors, n_words, last = {}, 0, b"\n"
    with open_vectors(path, embedding_dim) as file:
        announced = _skip_header(file)
        for line in file:
            if line.isspace():  # an editor may leave blank lines
                continue
            n_words, last = n_words + 1, line
            if n_words == 1 or line.partition(b" ")[0] in wanted:
                word, vector = _parse(path, n_words, line, embedding_dim)
                if word in wanted:  # no: the word of this line has a blank in it
                    vectors[word.decode("utf-8")] = vector
    if n_words == 0:
        raise ValueError(f"{path} is empty: expected a word and {embedding_dim} numbers per line.")
    _parse(path, n_words, last, embedding_dim)
    if not last.endswith(b"\n"):
        raise ValueError(f"{path} does not end in a line end: it may be cut. {GET_AGAIN} "
                         "If you know that it is complete, add the line end.")
    if announced not in (None, n_words):
        raise ValueError(
            f"{path} announces {announced:,} words and holds {n_words:,}. {GET_AGAIN}")
    return vectors, n_words


def _skip_header(file):
    """Skip a byte-order mark and word2vec's first line; return the number of words it announces."""
    if file.peek(3)[:3] == BYTE_ORDER_MARK:
        file.read(3)
    first = file.peek(80).partition(b"\n")[0].split()
    if len(first) == 2 and first[0].isdigit() and first[1].isdigit():
        return int(file.readline().split()[0])
    return None


def _parse(path, number, line, embedding_dim):
    """Split the line of word `number` into the word, perhaps with blanks in it, and its vector."""
    parts = line.split()
    n_numbers = len(parts) - 1
    try:
        if n_numbers < embedding_dim or (number == 1 and n_numbers > embedding_dim):
            raise ValueError(f"{n_numbers} numbers")
        if b"\t" in line:
            raise ValueError("tabs, not blanks, between them")
        vector = np.array(parts[-embedding_dim:], dtype=np.float32)
        if not np.isfinite(vector).all():
            raise ValueError("NaN or an infinite number")
    except ValueError as error:
        raise ValueError(
            f"{path}, word {number:,}: expected a word and {embedding_dim} numbers, found {error}. "
            "The file is damaged, cut, or of another width.") from error
    return b" ".join(parts[:-embedding_dim]), vector


def embedding_matrix(path, vocabulary, embedding_dim=100):
    """Return the embedding matrix of a vocabulary, and say in one line what was found.

    Parameters
    ----------
    path : path-like
        What `helpers.data.find_vectors` returned.
    vocabulary : list of str
        What `helpers.vectorization.learn_vocabulary` returned.
    embedding_dim : int
        Numbers per vector.

    Returns
    -------
    numpy.ndarray of float32, shape (len(vocabulary), embedding_dim)
        One row per entry, in the order of the vocabulary. The rows of padding, of ``[UNK]`` and of
        words without a vector are zero.

    Raises
    ------
    ValueError, TypeError
        As `read_vectors` does.
    """
    vectors, n_words = read_vectors(path, vocabulary[2:], embedding_dim)
    matrix = np.zeros((len(vocabulary), embedding_dim), dtype=np.float32)
    for row, word in enumerate(vocabulary[2:], start=2):
        if word in vectors:
            matrix[row] = vectors[word]
    partly = Path(path).name.startswith("glove.6B.") and n_words < GLOVE_6B_WORDS
    of_all = f" (the complete file has {GLOVE_6B_WORDS:,})" if partly else ""
    print(f"{n_words:,} vectors of {embedding_dim} numbers{of_all}; "
          f"{len(vectors):,} of {len(vocabulary):,} vocabulary entries have one")
    return matrix


def nearest_words(matrix, vocabulary, vector, k=5, without=()):
    """Return the words whose vectors point most nearly in the direction of a vector.

    Parameters
    ----------
    matrix : numpy.ndarray, shape (len(vocabulary), embedding_dim)
        One row per word; words whose row is zero are left out.
    vocabulary : list of str
        The words of the rows.
    vector : numpy.ndarray, shape (embedding_dim,)
        The vector to compare with.
    k : int
        Maximum number of words.
    without : str or iterable of str
        Words to leave out, such as those that the vector was made of.

    Returns
    -------
    list of (str, float)
        Words and their cosine similarity, the most similar first.

    Raises
    ------
    ValueError
        If the vector is zero, as that of a word which GloVe does not know.
    """
    length = np.linalg.norm(vector)
    if not length > 0:
        raise ValueError("A word without a vector has no neighbors: the vector is zero or NaN.")
    left_out = {without} if isinstance(without, str) else set(without)
    lengths = np.linalg.norm(matrix, axis=1)
    known = [row for row, word in enumerate(vocabulary)
             if lengths[row] > 0 and word not in left_out]
    similarity = matrix[known] @ vector / (lengths[known] * length)
    order = np.argsort(-similarity, kind="stable")[:k]
    return [(vocabulary[known[place]], float(similarity[place])) for place in order]
