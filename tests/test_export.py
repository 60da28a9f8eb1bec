"""Lesson 06: one model from string to group name, saved in two formats, and the same after loading."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from helpers import export, model
from helpers.vectorization import learn_vocabulary, texts_to_sequences

TEXTS = ["the gull sat on the pier", "the engine of the old car", "a car, a pier, a gull!", ""]
CLASSES = ("sea", "road", "sky")
VOCABULARY = learn_vocabulary(TEXTS)
ODD = [*TEXTS, "", "...", "nothing known here", "¿qué? 图形\u00a0\0", "gull " * 5_000]
LENGTH = 149


@pytest.fixture(scope="module")
def classifier():
    model.set_seed(3)
    rng = np.random.RandomState(3)
    return model.build_pooled_network(rng.randn(len(VOCABULARY), 8).astype(np.float32), len(CLASSES))


@pytest.fixture(scope="module")
def whole(classifier):
    return export.end_to_end(classifier, VOCABULARY, CLASSES, LENGTH)


@pytest.fixture(scope="module")
def answer(whole):
    return export.predict(whole, ODD)


def test_strings_in_names_out(answer, classifier):
    names, probabilities = answer
    by_steps = classifier.predict(texts_to_sequences(ODD, VOCABULARY, LENGTH), verbose=0)
    assert probabilities.shape == (len(ODD), 3) and probabilities.dtype == np.float32
    assert np.allclose(probabilities, by_steps, atol=1e-6)
    assert names == [CLASSES[i] for i in by_steps.argmax(axis=1)] and all(type(name) is str for name in names)
    assert len(set(names)) > 1, "otherwise this shows little"


def test_one_text(whole, answer):
    names, probabilities = export.predict(whole, [TEXTS[0]])
    assert names == answer[0][:1] and probabilities.shape == (1, 3)


def test_names_beyond_ascii(classifier):
    named = export.end_to_end(classifier, VOCABULARY, ("mer", "été", "海"), LENGTH)
    assert set(export.predict(named, ODD)[0]) <= {"mer", "été", "海"}


def test_saved_by_keras_and_reloaded(whole, answer, tmp_path):
    path = tmp_path / "classifier.keras"
    whole.save(path)
    names, probabilities = export.predict(keras.saving.load_model(path), ODD)
    assert names == answer[0] and np.array_equal(probabilities, answer[1])


def test_saved_for_tensorflow_and_called_without_keras(whole, answer, tmp_path):
    path = str(tmp_path / "classifier" / "1")
    whole.export(path, verbose=False)
    loaded = tf.saved_model.load(path)
    signature = loaded.signatures["serving_default"]
    (taken,) = signature.structured_input_signature[1].items()
    assert taken[0] == "text" and taken[1].dtype == tf.string and taken[1].shape.as_list() == [None]
    given = signature.structured_outputs
    assert {name: (spec.dtype, spec.shape.as_list()) for name, spec in given.items()} == {
        "group": (tf.string, [None]), "probabilities": (tf.float32, [None, 3])}
    served = signature(text=tf.constant(ODD))
    assert [name.decode("utf-8") for name in served["group"].numpy()] == answer[0]
    assert np.allclose(served["probabilities"], answer[1], atol=1e-6)
