"""Lesson 03: from text to integer sequences.

The rules are those of `keras.layers.TextVectorization` with its default settings, written out in
plain Python: the same tokens, the same vocabulary in the same order, the same integers, in a
fraction of the time and without TensorFlow.
"""

import string
from collections import Counter

import numpy as np

from helpers.headers import refuse_no_text, refuse_one_text

PADDING, UNKNOWN = "", "[UNK]"
_PUNCTUATION = string.punctuation.encode()


def tokenize(text):
    """Split a text at ASCII white space into tokens: ASCII letters lowercase, no ASCII punctuation.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    list of str
        The tokens in their order.

    Raises
    ------
    TypeError
        If `text` is not a str.
    """
    return [token.decode("utf-8") for token in _clean(text).split()]


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

    Raises
    ------
    TypeError
        If `texts` is one text, or one of them is not a str.
    """
    refuse_one_text(texts)
    counts = Counter()
    for text in texts:
        counts.update(_clean(text).split())
    return Counter({token.decode("utf-8"): count for token, count in counts.items()})


def learn_vocabulary(texts, max_tokens=20_000):
    """Return the most frequent tokens, as `TextVectorization.adapt` would learn them.

    Parameters
    ----------
    texts : iterable of str
        Training texts only.
    max_tokens : int
        Maximum size of the vocabulary, with the entries for padding and unknown tokens.

    Returns
    -------
    list of str
        ``""`` (padding, index 0), ``"[UNK]"`` (index 1), then tokens by falling count; tokens of
        the same count are in reverse alphabetical order, as in Keras.

    Raises
    ------
    ValueError
        If `max_tokens` is less than 2.
    TypeError
        If `texts` is one text, or one of them is not a str.
    """
    if max_tokens < 2:
        raise ValueError("max_tokens must be 2 or more, because padding and unknown tokens have "
                         f"an entry each, but is {max_tokens!r}.")
    counts = count_tokens(texts)
    ranked = sorted(counts, key=lambda token: (counts[token], token), reverse=True)
    return [PADDING, UNKNOWN, *ranked[:max_tokens - 2]]


def texts_to_sequences(texts, vocabulary, sequence_length=200):
    """Turn texts into integers, truncated or padded with zeros to one length.

    Parameters
    ----------
    texts : sequence of str, length n
        The texts.
    vocabulary : list of str
        As `learn_vocabulary` returns it.
    sequence_length : int
        Number of integers per text.

    Returns
    -------
    numpy.ndarray of int32, shape (n, sequence_length)
        Index 0 is padding, 1 is a token that is not in the vocabulary.

    Raises
    ------
    TypeError
        If `texts` is one text, or one of them is not a str.
    """
    refuse_one_text(texts)
    index = {word.encode("utf-8"): i for i, word in enumerate(vocabulary) if i > 1}
    sequences = np.zeros((len(texts), sequence_length), dtype=np.int32)
    for row, text in zip(sequences, texts, strict=True):
        # what is truncated is not even split
        tokens = _clean(text).split(None, sequence_length)[:sequence_length]
        row[:len(tokens)] = [index.get(token, 1) for token in tokens]
    return sequences


def build_vectorizer(vocabulary, sequence_length=200):
    """Return the Keras layer that does the same as `texts_to_sequences` inside a model."""
    from keras import layers  # lessons 01 to 03 start in a second without TensorFlow

    return layers.TextVectorization(max_tokens=len(vocabulary), vocabulary=vocabulary[2:],
                                    output_sequence_length=sequence_length)


def _clean(text):
    refuse_no_text(text)
    # of bytes, `lower` changes ASCII only, like tf.strings.lower; a regular expression is slower
    return text.encode("utf-8").lower().translate(None, _PUNCTUATION)
