"""Lesson 06: one model from raw string to group name, that leaves the notebook."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from helpers.vectorization import build_vectorizer


def end_to_end(classifier, vocabulary, class_names, sequence_length):
    """Put the vectorizer before a trained classifier and the group names behind it.

    Parameters
    ----------
    classifier : keras.Model
        From integers to probabilities.
    vocabulary : list of str
    class_names : sequence of str
    sequence_length : int

    Returns
    -------
    keras.Model
        Takes strings of shape (batch,); gives a dict of ``"group"`` (strings, shape (batch,))
        and ``"probabilities"`` (shape (batch, n_classes)).
    """
    text = keras.Input((), dtype="string", name="text")
    probabilities = classifier(build_vectorizer(vocabulary, sequence_length)(text))
    best = keras.ops.argmax(probabilities, axis=-1)
    names = layers.StringLookup(vocabulary=list(class_names), invert=True, num_oov_indices=0, name="group")
    return keras.Model(text, {"group": names(best), "probabilities": probabilities}, name="end_to_end")


def predict(model, texts):
    """Ask an end-to-end model for the groups of some texts.

    Parameters
    ----------
    model : keras.Model
        As `end_to_end` returns it.
    texts : list of str

    Returns
    -------
    groups : list of str
    probabilities : numpy.ndarray of float32, shape (len(texts), n_classes)
    """
    # Keras takes no list of str and no NumPy array of them, but a tensor of strings
    answer = model.predict(tf.constant(texts), verbose=0)
    return [name.decode("utf-8") for name in np.asarray(answer["group"]).tolist()], answer["probabilities"]
