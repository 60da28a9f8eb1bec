"""Lesson 05's networks, their training, and what is kept of it."""

import dataclasses

import keras
import numpy as np
import pytest

from helpers import models
from helpers.data import Corpus

WORDS, DIM, LENGTH = 12, 6, 149


@pytest.fixture
def matrix():
    values = np.random.RandomState(0).randn(WORDS, DIM).astype(np.float32)
    values[:2] = 0
    return values


def toy_posts(count=40, classes=4, length=LENGTH):
    """Posts whose class can be read off their words."""
    rng = np.random.RandomState(1)
    labels = np.arange(count) % classes
    return (2 + labels[:, None] + classes * rng.randint(0, 2, (count, length))).astype(np.int32), labels


BUILDERS = {"reference": models.build_reference_network, "attention": models.build_attention_network}


# --- the networks

def test_the_parameters_of_the_reference_network():
    """The numbers of the reference example's summary, with an embedding that really is frozen (keras issue 19398)."""
    network = models.build_reference_network(np.zeros((50, 100), np.float32), 20)
    counts = [layer.count_params() for layer in network.layers if layer.count_params()]
    assert counts == [50 * 100, 64_128, 82_048, 82_048, 16_512, 2_580]
    assert sum(weight.numpy().size for weight in network.trainable_weights) == 247_316
    assert sum(weight.numpy().size for weight in network.non_trainable_weights) == 50 * 100


def test_the_layers_of_the_reference_network():
    network = models.build_reference_network(np.zeros((5, 3), np.float32), 20)
    assert [type(layer).__name__ for layer in network.layers] == [
        "InputLayer", "Embedding", "Conv1D", "MaxPooling1D", "Conv1D", "MaxPooling1D", "Conv1D", "GlobalMaxPooling1D", "Dense", "Dropout",
        "Dense"]
    dropout, dense = network.layers[-2], network.layers[-1]
    assert dropout.rate == 0.5 and dense.activation is keras.activations.softmax
    assert network.loss == "sparse_categorical_crossentropy" and isinstance(network.optimizer, keras.optimizers.RMSprop)


@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
def test_probabilities(build, matrix):
    network = build(matrix, 4)
    answer = network.predict(toy_posts()[0], verbose=0)
    assert answer.shape == (40, 4) and answer.dtype == np.float32
    assert np.allclose(answer.sum(axis=1), 1, atol=1e-5)


def test_the_attention_network_takes_any_length(matrix):
    network = models.build_attention_network(matrix, 3)
    for length in (1, 7, 500):
        assert network.predict(np.ones((2, length), np.int32), verbose=0).shape == (2, 3)


@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
def test_the_embedding_stays_as_it_was_bit_by_bit(build, matrix):
    network = build(matrix, 4)
    x, y = toy_posts()
    before = [weight.numpy().copy() for weight in network.trainable_weights]
    network.fit(x, y, epochs=1, batch_size=8, verbose=0)
    assert np.array_equal(network.get_layer("embedding").get_weights()[0], matrix)
    changed = [not np.array_equal(old, new.numpy()) for old, new in zip(before, network.trainable_weights, strict=True)]
    assert all(changed), "but everything else learns"


@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
def test_a_trainable_embedding_moves(build, matrix):
    network = build(matrix, 4, trainable=True)
    network.fit(*toy_posts(), epochs=1, batch_size=8, verbose=0)
    assert not np.array_equal(network.get_layer("embedding").get_weights()[0], matrix)


def test_each_questions_weights_sum_to_one_and_its_answer_is_their_mean(matrix):
    network = models.build_attention_network(matrix, 4)
    x = toy_posts()[0][:3, :7]
    inside = keras.Model(network.input, [network.get_layer(name).output for name in ("attention", "weighted_means", "known")])
    weights, means, known = inside.predict(x, verbose=0)
    assert np.array_equal(known[..., :DIM], matrix[x]) and known.shape[-1] == DIM + models.OWN_NUMBERS
    assert weights.shape == (3, 7, models.QUESTIONS) and np.allclose(weights.sum(axis=1), 1, atol=1e-5)
    assert np.allclose(means, np.einsum("ptq,ptd->pqd", weights, known), atol=1e-5)


def test_scores_from_a_table_give_the_same_answers(matrix):
    network = models.build_attention_network(matrix, 4)
    x, y = toy_posts()
    network.fit(x, y, epochs=3, batch_size=8, verbose=0)
    table = models.with_score_table(network)
    assert np.allclose(table.predict(x, verbose=0), network.predict(x, verbose=0), atol=1e-6)
    assert "questions" not in {layer.name for layer in table.layers}


def test_starting_vectors_have_columns_of_one_size_and_no_empty_word(matrix):
    matrix[5] = 0  # a word without a vector
    vectors = models.starting_vectors(matrix * 3 + (matrix != 0), seed=1)
    known = [2, 3, 4, *range(6, WORDS)]
    assert np.allclose(vectors[known].mean(axis=0), 0, atol=1e-5) and np.allclose(vectors[known].std(axis=0), 1, atol=1e-5)
    assert not vectors[0].any() and vectors[1].any() and vectors[5].any() and vectors.dtype == np.float32
    assert np.array_equal(vectors, models.starting_vectors(matrix * 3 + (matrix != 0), seed=1))
    assert not np.array_equal(vectors[5], models.starting_vectors(matrix, seed=2)[5])


def test_hidden_words_become_padding_anew_each_time():
    x = np.full((50, 200), 7, np.int32)
    models.set_seed(3)
    first, second = (models.hide_words(x, 0.4).numpy() for _ in range(2))
    assert set(np.unique(first)) == {0, 7} and not np.array_equal(first, second)
    assert abs((first == 0).mean() - 0.4) < 0.02
    assert np.array_equal(models.hide_words(x, 0.0), x)


@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
def test_the_same_seed_gives_the_same_weights(build, matrix):
    def trained(seed):
        models.set_seed(seed)
        network = build(matrix, 4)
        network.fit(*toy_posts(), epochs=1, batch_size=8, verbose=0)
        return network.get_weights()

    first, again, other = trained(1), trained(1), trained(2)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[-2], other[-2])


# --- training

def test_training_stops_early_and_brings_the_best_weights_back(matrix, capsys):
    """The validation labels are wrong on purpose: the more is learned, the fewer of them come out."""
    models.set_seed(0)
    network = models.build_attention_network(matrix, 4)
    x, y = toy_posts()
    history = models.train(network, x, y, x, (y + 1) % 4, epochs=30, batch_size=8, patience=2)
    best = int(np.argmax(history["val_accuracy"]))
    assert len(history["loss"]) == best + 1 + 2 < 30
    _, accuracy = network.evaluate(x, (y + 1) % 4, verbose=0)
    assert np.isclose(accuracy, history["val_accuracy"][best], atol=1e-6)
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy", "seconds"}
    assert history["seconds"] == sorted(history["seconds"]) and len(history["seconds"]) == best + 3
    assert f"Epoch {best + 3}/30" in capsys.readouterr().out, "progress is seen, line by line"


def test_a_falling_learning_rate_ends_near_zero(matrix):
    network = models.build_attention_network(matrix, 4)
    x, y = toy_posts()
    # the validation labels are wrong on purpose: with patience it would end early
    history = models.train(network, x, y, x, (y + 1) % 4, epochs=6, batch_size=8, decay=True, patience=1, verbose=0)
    assert np.isclose(float(network.optimizer.learning_rate), models.LEARNING_RATE / 6)
    assert len(history["loss"]) == 6, "and no epoch is left out"


def test_training_learns(matrix):
    models.set_seed(0)
    network = models.build_attention_network(matrix, 4)
    x, y = toy_posts()
    history = models.train(network, x, y, x, y, epochs=12, batch_size=8, verbose=0)
    assert history["val_accuracy"][-1] > 0.9 and history["val_loss"][-1] < history["val_loss"][0]


# --- what lesson 06 starts from

SETTINGS = dict(dataset="sample", data_dir="", text="body", split_by="random", seed=7, validation_split=0.2, test_split=0.1, max_tokens=300,
                sequence_length=149, embedding_dim=100, epochs=2, batch_size=32)


@pytest.fixture
def small_corpus(sample_corpus):
    """Every twentieth post of the sample."""
    kept = list(range(0, len(sample_corpus), 20))
    return Corpus([sample_corpus.texts[i] for i in kept], sample_corpus.labels[kept], sample_corpus.class_names,
                  tuple(sample_corpus.names[i] for i in kept), "every twentieth")


@pytest.fixture
def runs(monkeypatch):
    """Count the trainings."""
    counted = []
    train = models.train

    def count(*args, **options):
        counted.append(options)
        return train(*args, **options)

    monkeypatch.setattr(model, "train", count)
    return counted


def test_trained_once_then_found(own_cache, small_corpus, runs):
    """A second call in the same kernel trains no more, though Keras gives its layers other names."""
    first = models.trained_classifier(small_corpus, **SETTINGS)
    models.build_attention_network(np.zeros((4, 3), np.float32), 2)  # uses up a few of Keras's names
    again = models.trained_classifier(small_corpus, **SETTINGS)
    assert len(runs) == 1 and runs[0] == {"batch_size": 32, "verbose": 0, **models.RECIPES["attention"], "epochs": 2}
    for one, other in zip(first.model.get_weights(), again.model.get_weights(), strict=True):
        assert np.array_equal(one, other)
    assert first.test_accuracy == again.test_accuracy and first.vocabulary == again.vocabulary
    assert first.test_texts == again.test_texts and np.array_equal(first.test_labels, again.test_labels)


def test_what_is_left_for_lesson_06(own_cache, small_corpus, runs):
    from helpers.headers import clean_text
    from helpers.splits import random_split
    from helpers.vectorization import learn_vocabulary, texts_to_sequences

    trained = models.trained_classifier(small_corpus, **SETTINGS)
    split = random_split(len(small_corpus), validation_split=0.2, test_split=0.1, seed=7)
    bodies = [clean_text(text, "body") for text in small_corpus.texts]
    assert trained.test_texts == [bodies[i] for i in split.test]
    assert np.array_equal(trained.test_labels, small_corpus.labels[split.test])
    assert trained.vocabulary == learn_vocabulary([bodies[i] for i in split.train], 300), "from training posts only"
    x = texts_to_sequences(trained.test_texts, trained.vocabulary, 149)
    accuracy = np.mean(trained.model.predict(x, verbose=0).argmax(axis=1) == trained.test_labels)
    assert np.isclose(trained.test_accuracy, accuracy)


@pytest.mark.parametrize("change", [dict(seed=8), dict(epochs=1), dict(batch_size=16), dict(max_tokens=200),
                                    dict(text="strict"), dict(split_by="thread"), dict(sequence_length=160), dict(validation_split=0.3),
                                    dict(test_split=0.2)], ids=str)
def test_other_settings_train_anew(own_cache, small_corpus, monkeypatch, change):
    built = []

    def build_nothing(name, settings, build):
        if name != "classifier":
            return kept(name, settings, build)
        built.append(settings)
        shapes = [shape for kind, *shapes in settings["layers"] for shape in shapes][1:]  # the first is the frozen matrix's
        return {**{f"w{n:02d}": np.zeros(shape, np.float32) for n, shape in enumerate(shapes)}, "test_accuracy": np.float64(0)}

    kept = models.cached_arrays
    monkeypatch.setattr(model, "cached_arrays", build_nothing)
    for settings in (SETTINGS, {**SETTINGS, **change}, SETTINGS):
        models.trained_classifier(small_corpus, **settings)
    models.trained_classifier(dataclasses.replace(small_corpus, fingerprint="other posts"), **SETTINGS)
    assert built[0] == built[2] and built[0] != built[1] and built[0] != built[3]
