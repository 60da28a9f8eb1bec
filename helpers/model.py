"""Lesson 05: build, train and measure the classifier."""

from dataclasses import dataclass

import keras
import numpy as np
from keras import layers

from helpers.cache import cached_arrays
from helpers.data import find_vectors
from helpers.glove import embedding_matrix, file_key
from helpers.headers import clean_text
from helpers.splits import random_split, take
from helpers.vectorization import learn_vocabulary, texts_to_sequences


def set_seed(seed):
    """Seed Python, NumPy and TensorFlow, the one place where the course does so.

    Parameters
    ----------
    seed : int
    """
    keras.utils.set_random_seed(seed)


def build_reference_network(matrix, n_classes):
    """Build the reference network on a frozen embedding.

    The layers are those of the example "Using pre-trained word embeddings"
    (https://keras.io/examples/nlp/pretrained_word_embeddings/).

    Parameters
    ----------
    matrix : numpy.ndarray of float32, shape (n_words, embedding_dim)
    n_classes : int

    Returns
    -------
    keras.Model
        Takes integers of shape (batch, sequence_length), 149 or longer; gives probabilities
        of shape (batch, n_classes). Compiled.
    """
    return _compiled("rmsprop", [
        _frozen_embedding(matrix),
        layers.Conv1D(128, 5, activation="relu"),
        layers.MaxPooling1D(5),
        layers.Conv1D(128, 5, activation="relu"),
        layers.MaxPooling1D(5),
        layers.Conv1D(128, 5, activation="relu"),
        layers.GlobalMaxPooling1D(),
        layers.Dense(128, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(n_classes, activation="softmax"),
    ])


def build_pooled_network(matrix, n_classes):
    """Build the course's own network on a frozen embedding: detect words, keep the strongest.

    Parameters
    ----------
    matrix : numpy.ndarray of float32, shape (n_words, embedding_dim)
    n_classes : int

    Returns
    -------
    keras.Model
        Takes integers of shape (batch, sequence_length) of any length; gives probabilities of
        shape (batch, n_classes). Compiled.
    """
    return _compiled("adam", [
        _frozen_embedding(matrix),
        layers.Dense(512, activation="relu"),
        layers.GlobalMaxPooling1D(),
        layers.Dropout(0.5),
        layers.Dense(n_classes, activation="softmax"),
    ])


def _frozen_embedding(matrix):
    return layers.Embedding(*matrix.shape, weights=[np.asarray(matrix)], trainable=False, name="embedding")


def _compiled(optimizer, stack):
    model = keras.Sequential([keras.Input((None,), dtype="int32"), *stack])
    model.compile(loss="sparse_categorical_crossentropy", optimizer=optimizer, metrics=["accuracy"])
    return model


def train(model, x_train, y_train, x_validation, y_validation, *, epochs, batch_size, patience=4, verbose=2):
    """Train until the validation loss has not fallen for `patience` epochs, and keep the best weights.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    x_train, x_validation : numpy.ndarray of int, shape (n_posts, sequence_length)
    y_train, y_validation : numpy.ndarray of int, shape (n_posts,)
    epochs : int
        At most so many.
    batch_size : int
    patience : int
    verbose : {0, 2}
        2 writes one line an epoch, which reads well in a log too.

    Returns
    -------
    dict of str to list of float
        Loss and accuracy of each epoch, for training and validation.
    """
    stopping = keras.callbacks.EarlyStopping("val_loss", patience=patience, restore_best_weights=True)
    history = model.fit(x_train, y_train, validation_data=(x_validation, y_validation), epochs=epochs,
                        batch_size=batch_size, callbacks=[stopping], verbose=verbose)
    return history.history


@dataclass(frozen=True)
class Trained:
    """What lesson 05 leaves behind for lesson 06.

    Attributes
    ----------
    model : keras.Model
        From integers to probabilities.
    vocabulary : list of str
    class_names : tuple of str
    test_accuracy : float
        On posts that neither the training nor the early stopping has seen.
    test_texts : list of str
        Those posts, cleaned.
    test_labels : numpy.ndarray of int64
    """

    model: keras.Model
    vocabulary: list
    class_names: tuple
    test_accuracy: float
    test_texts: list
    test_labels: np.ndarray


def trained_classifier(corpus, *, dataset, data_dir, text, seed, validation_split, test_split, max_tokens,
                       sequence_length, embedding_dim, epochs, batch_size):
    """Return the classifier of lesson 05, from the cache or trained now.

    Parameters
    ----------
    corpus : helpers.data.Corpus
    dataset, data_dir, text, seed, validation_split, test_split, max_tokens, sequence_length, \
embedding_dim, epochs, batch_size
        As in the lesson's parameters cell.

    Returns
    -------
    Trained
    """
    split = random_split(len(corpus), validation_split=validation_split, test_split=test_split, seed=seed)
    texts = [clean_text(post, text) for post in corpus.texts]
    vocabulary = learn_vocabulary(take(texts, split.train), max_tokens)
    path = find_vectors(dataset, data_dir, embedding_dim)
    matrix, _ = embedding_matrix(path, vocabulary, embedding_dim)
    set_seed(seed)
    model = build_pooled_network(matrix, len(corpus.class_names))
    names = [f"w{number:02d}" for number in range(len(model.trainable_weights))]

    def build():
        x_train, x_validation, x_test = (
            texts_to_sequences(take(texts, part), vocabulary, sequence_length)
            for part in (split.train, split.validation, split.test))
        train(model, x_train, corpus.labels[split.train], x_validation, corpus.labels[split.validation],
              epochs=epochs, batch_size=batch_size)
        _, accuracy = model.evaluate(x_test, corpus.labels[split.test], verbose=0)
        weights = dict(zip(names, map(np.asarray, model.trainable_weights), strict=True))
        return {**weights, "test_accuracy": np.float64(accuracy)}

    settings = {"posts": corpus.fingerprint, "vectors": file_key(path, embedding_dim), "text": text, "seed": seed,
                "validation_split": validation_split, "test_split": test_split, "max_tokens": max_tokens,
                "sequence_length": sequence_length, "epochs": epochs, "batch_size": batch_size,
                "keras": keras.__version__,
                # not the layers' names: Keras numbers them anew for each model of a kernel
                "layers": [[type(layer).__name__, *(list(w.shape) for w in layer.weights)] for layer in model.layers]}
    arrays = cached_arrays("classifier", settings, build)
    for weight, name in zip(model.trainable_weights, names, strict=True):
        weight.assign(arrays[name])
    return Trained(model, vocabulary, corpus.class_names, float(arrays["test_accuracy"]),
                   take(texts, split.test), corpus.labels[split.test])
