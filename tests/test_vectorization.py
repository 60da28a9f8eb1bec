"""Lesson 03's plain Python beside Keras's TextVectorization: the same on every text, however hostile."""

import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from helpers import vectorization as v

ROOT = Path(__file__).parents[1]

HOSTILE = [
    "", " ", "\n\n\t \r\n", "...!?;:", "nul\0inside \0a", "a\u00a0b no-break space", "thin\u2009and\u3000wide spaces",
    "zero\u200bwidth \ufeffmark", "\u201ccurly\u201d \u2018quotes\u2019 don\u2019t", "don't \"quote\" `tick`",
    "tabs\tand\vvertical\fform\rreturn", "unit\x1cseparators\x1d\x1e\x1f and\x85next line",
    "STRASSE Stra\u00dfe \u0130stanbul \u00c5ngstr\u00f6m \u00c9COLE \u00e9cole", "\u56fe\u5f62 \u0433\u0440\u0430\u0444\u0438\u043a\u0430",
    "e\u0301 combining", "\U0001f600 emoji\U0001f600 \U0001d4d0", "\x80\x9f\xa0\xff latin-1 bytes", "1,234.56 -7 1e-5 #1 a_b c/d e\\f",
    "[UNK] [PAD] <s> {x} ^ ~ |", "\uffff \ufffd", "a" * 100_000, "word " * 30_000, "ending blank ", "a b c d e f g",
]


def random_texts(n, seed):
    pick = random.Random(seed)
    alphabet = "aAbB\u00c4\u00e4\u00df'\"-.,[]\\^_`{|}~ \t\n\r\v\f\x1c\x85\xa0\u2028\u201d\u00e9"
    return ["".join(pick.choices(alphabet, k=pick.randrange(60))) for _ in range(n)]


@pytest.fixture(scope="module")
def keras_layer():
    """Return TextVectorization with its default rules, adapted as in the reference example."""
    import tensorflow as tf
    from keras.layers import TextVectorization

    def adapt(texts, max_tokens, length):
        layer = TextVectorization(max_tokens=max_tokens, output_sequence_length=length)
        layer.adapt(tf.data.Dataset.from_tensor_slices(texts).batch(16))
        return layer, lambda some: layer(tf.constant(some)).numpy()

    return adapt


@pytest.mark.parametrize("max_tokens", [10, 60, 20_000])
def test_the_same_as_keras_on_hostile_texts(keras_layer, max_tokens):
    """The vocabulary (ties included), the integers, and the layer that is built from the vocabulary."""
    import tensorflow as tf

    texts = HOSTILE + random_texts(400, seed=1)
    unseen = random_texts(200, seed=2) + HOSTILE[::-1]
    layer, integers = keras_layer(texts, max_tokens, 40)
    vocabulary = v.learn_vocabulary(texts, max_tokens)
    assert vocabulary == [str(word) for word in layer.get_vocabulary()]
    assert len(vocabulary) <= max_tokens
    for some in (texts, unseen):
        ours = v.texts_to_sequences(some, vocabulary, 40)
        assert np.array_equal(ours, integers(some))
        assert np.array_equal(ours, v.build_vectorizer(vocabulary, 40)(tf.constant(some)).numpy())


def test_nul_at_the_end_of_a_word(keras_layer):
    """The same integers; but Keras shows its words through NumPy, which strips the NUL. No real post has one."""
    texts = ["a\0 a\0 a b b b \0 \0 \0 \0 c\0\0"]
    layer, integers = keras_layer(texts, 100, 20)
    vocabulary = v.learn_vocabulary(texts, 100)
    assert np.array_equal(v.texts_to_sequences(texts, vocabulary, 20), integers(texts))
    assert [word.rstrip("\0") for word in vocabulary] == [str(word) for word in layer.get_vocabulary()]


def test_the_same_as_keras_on_the_sample(keras_layer, sample_corpus):
    layer, integers = keras_layer(sample_corpus.texts, 5_000, 200)
    vocabulary = v.learn_vocabulary(sample_corpus.texts, 5_000)
    assert vocabulary == [str(word) for word in layer.get_vocabulary()]
    assert np.array_equal(v.texts_to_sequences(sample_corpus.texts, vocabulary, 200), integers(sample_corpus.texts))


def test_tokens():
    assert v.tokenize("Don't e-mail: ME@host.example!") == ["dont", "email", "mehostexample"]
    assert v.tokenize("\u00c4B") == ["\u00c4b"]  # lowercase for ASCII only
    assert v.tokenize("a\u00a0b\0c") == ["a\u00a0b\0c"]  # neither is white space here
    assert v.tokenize(" \t\n!") == []


def test_ties_stand_in_reverse_alphabetical_order():
    assert v.learn_vocabulary(["b a c b", "d \u00e9"]) == ["", "[UNK]", "b", "\u00e9", "d", "c", "a"]
    assert v.learn_vocabulary(["b a c b d"], max_tokens=4) == ["", "[UNK]", "b", "d"]
    assert v.learn_vocabulary(["b a"], max_tokens=2) == ["", "[UNK]"]
    assert v.learn_vocabulary([]) == v.learn_vocabulary(["", "!"]) == ["", "[UNK]"]


@pytest.mark.parametrize("max_tokens", [1, 0, -5])
def test_a_vocabulary_without_room_gets_a_sentence(max_tokens):
    with pytest.raises(ValueError, match=f"max_tokens must be 2 or more.*but is {max_tokens}"):
        v.learn_vocabulary(["b a"], max_tokens)


def test_counts():
    counts = v.count_tokens(["The cat.", "the CAT the"])
    assert counts == {"the": 3, "cat": 2} and counts.total() == 5


def test_sequences_are_cut_and_padded_on_the_right():
    vocabulary = ["", "[UNK]", "the", "cat"]
    sequences = v.texts_to_sequences(["the cat", "", "a the cat the"], vocabulary, 3)
    assert sequences.tolist() == [[2, 3, 0], [0, 0, 0], [1, 2, 3]]
    assert sequences.dtype == np.int32
    assert v.texts_to_sequences([], vocabulary, 3).shape == (0, 3)
    assert v.texts_to_sequences(["[UNK]"], vocabulary, 3).tolist() == [[1, 0, 0]]


@pytest.mark.parametrize("text", ["the cat", "", "a\nb", b"bytes", np.str_("of numpy")])
@pytest.mark.parametrize("call", [v.count_tokens, v.learn_vocabulary, lambda text: v.texts_to_sequences(text, ["", "[UNK]", "c"])],
                         ids=["count", "learn", "sequences"])
def test_one_text_is_not_cut_into_characters(call, text):
    with pytest.raises(TypeError, match=r"A list of texts is needed, not one text: write \["):
        call(text)


@pytest.mark.parametrize("odd", [float("nan"), None, b"bytes", 7, ["nested"]])
@pytest.mark.parametrize("call", [v.count_tokens, v.learn_vocabulary, lambda texts: v.texts_to_sequences(texts, ["", "[UNK]", "c"]),
                                  lambda texts: v.tokenize(texts[1])], ids=["count", "learn", "sequences", "tokenize"])
def test_what_is_no_text_among_the_texts_gets_a_sentence(call, odd):
    with pytest.raises(TypeError, match=f"must be a str, but this one is a {type(odd).__name__}"):
        call(["the cat", odd])


def test_lessons_one_to_three_start_without_tensorflow():
    program = ("import sys; from helpers import data, headers, splits, vectorization; "
               "print(sorted({'tensorflow', 'keras', 'sklearn', 'matplotlib', 'requests'} & set(sys.modules)))")
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True,
                          env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    assert done.stdout.strip() == "[]"
