"""The plain recipe: what most examples do to prepare posts and vectors, in our own words.

It is here to be measured, not to be used. Each function holds one habit.
"""

import os

import numpy as np


def read_posts(folder, n_lines=10):
    """Open every file, and drop the first ten lines for a header."""
    texts, labels = [], []
    for label, group in enumerate(sorted(os.listdir(folder))):
        for name in sorted(os.listdir(os.path.join(folder, group))):
            # newline="": a carriage return stays one, as in the course
            with open(os.path.join(folder, group, name), encoding="latin-1", newline="") as file:
                texts.append("\n".join(file.read().split("\n")[n_lines:]))
            labels.append(label)
    return texts, np.array(labels)


def shuffle_and_split(texts, labels, seed, validation_split):
    """Shuffle both lists by the same seed; the last part is for validation."""
    for items in (texts, labels):
        np.random.RandomState(seed).shuffle(items)
    n_train = len(texts) - int(validation_split * len(texts))
    return texts[:n_train], labels[:n_train], texts[n_train:], labels[n_train:]


def adapt(texts, max_tokens, sequence_length):
    """Learn the vocabulary in batches of 128."""
    import tensorflow as tf
    from keras.layers import TextVectorization

    vectorizer = TextVectorization(max_tokens=max_tokens, output_sequence_length=sequence_length)
    vectorizer.adapt(tf.data.Dataset.from_tensor_slices(texts).batch(128))
    return vectorizer


def vectorize(vectorizer, texts):
    """Number all texts at once, from one array that is as wide as the longest."""
    return vectorizer(np.array([[text] for text in texts])).numpy()


def read_vectors(path):
    """Parse every line into a dict."""
    vectors = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            word, numbers = line.split(maxsplit=1)
            vectors[word] = np.fromstring(numbers, "f", sep=" ")
    return vectors


def fill_matrix(vectors, vocabulary, embedding_dim):
    """Look each word up."""
    matrix = np.zeros((len(vocabulary), embedding_dim), dtype=np.float32)
    for row, word in enumerate(vocabulary):
        vector = vectors.get(word)
        if vector is not None:
            matrix[row] = vector
    return matrix
