"""Lesson 03: from text to integer sequences.

The rules are those of `keras.layers.TextVectorization` with its default settings, written
out in plain Python: the same tokens, the same vocabulary in the same order, the same
integers, in a fraction of the time, and without TensorFlow.
"""

import string
from collections import Counter

import numpy as np

PADDING, UNKNOWN = "", "[UNK]"

# lower case for ASCII only, like tf.strings.lower; other bytes pass
_LOWER = bytes.maketrans(string.ascii_uppercase.encode(), string.ascii_lowercase.encode())
_PUNCTUATION = string.punctuation.encode()


def tokenize(text):
    """Cut a text into tokens: lower case, without ASCII punctuation, split at white space.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of str
    """
    return [token.decode("utf-8") for token in _lower(text).split()]


def learn_vocabulary(texts, max_tokens=20_000):
    """Return the most frequent tokens, as `TextVectorization.adapt` would learn them.

    Parameters
    ----------
    texts : iterable of str
        Training texts only.
    max_tokens : int
        The size of the vocabulary, padding and out-of-vocabulary entries included.

    Returns
    -------
    list of str
        ``""`` (padding, index 0), ``"[UNK]"`` (index 1), then tokens by falling count; equal
        counts stand in reverse alphabetical order, as in Keras.

    Raises
    ------
    ValueError
        If `max_tokens` is less than 2.
    """
    if max_tokens < 2:
        raise ValueError(f"max_tokens must be 2 or more, for padding and unknown tokens, but is {max_tokens!r}.")
    counts = count_tokens(texts)
    ranked = sorted(counts, key=lambda token: (counts[token], token), reverse=True)
    return [PADDING, UNKNOWN, *ranked[:max_tokens - 2]]


def count_tokens(texts):
    """Count each token of some texts.

    Parameters
    ----------
    texts : iterable of str
        Any texts.

    Returns
    -------
    collections.Counter
        From token (str) to number of occurrences.
    """
    counts = Counter()
    for text in texts:
        counts.update(_lower(text).split())
    return Counter({token.decode("utf-8"): count for token, count in counts.items()})


def texts_to_sequences(texts, vocabulary, sequence_length=200):
    """Turn texts into integers, cut or padded with zeros to one length.

    Parameters
    ----------
    texts : sequence of str, length n
    vocabulary : list of str
        As `learn_vocabulary` returns it.
    sequence_length : int

    Returns
    -------
    numpy.ndarray of int32, shape (n, sequence_length)
        Index 0 is padding, 1 is a token that is not in the vocabulary.
    """
    index = {word.encode("utf-8"): i for i, word in enumerate(vocabulary) if i > 1}
    sequences = np.zeros((len(texts), sequence_length), dtype=np.int32)
    for row, text in zip(sequences, texts, strict=True):
        tokens = _lower(text).split(None, sequence_length)[:sequence_length]  # what is cut off is not even split
        row[:len(tokens)] = [index.get(token, 1) for token in tokens]
    return sequences


def _lower(text):
    # one pass over bytes is several times faster than a regular expression over characters
    return text.encode("utf-8").translate(_LOWER, _PUNCTUATION)


def build_vectorizer(vocabulary, sequence_length=200):
    """Return the Keras layer that does the same inside a model.

    Parameters
    ----------
    vocabulary : list of str
    sequence_length : int

    Returns
    -------
    keras.layers.TextVectorization
    """
    from keras import layers  # lessons 01 to 03 start in a second without TensorFlow

    return layers.TextVectorization(
        max_tokens=len(vocabulary), output_sequence_length=sequence_length, vocabulary=vocabulary[2:])
