"""Lesson 05's and 07's networks, their training, and what is kept of it."""

import dataclasses
import inspect

import keras
import numpy as np
import pytest

from helpers import models
from helpers.data import Corpus

WORDS, DIM, LENGTH = 12, 6, 149
BUILDERS = {"example": models.build_example_network, "one token": models.build_one_token_network,
            "attention": models.build_attention_network}
every_network = pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)


@pytest.fixture
def matrix():
    values = np.random.RandomState(0).randn(WORDS, DIM).astype(np.float32)
    values[:2] = 0
    return values


def toy_posts(count=40, classes=4, length=LENGTH, seed=1):
    """Posts whose class can be read off each of their words."""
    rng = np.random.RandomState(seed)
    labels = np.arange(count) % classes
    return (2 + labels[:, None] + classes * rng.randint(0, 2, (count, length))).astype(np.int32), labels


# --- the networks

def test_the_example_has_the_layers_and_parameters_of_the_keras_example():
    """The numbers of its summary, with an embedding that really is frozen (keras issue 19398)."""
    network = models.build_example_network(np.zeros((50, 100), np.float32), 20)
    assert [type(layer).__name__ for layer in network.layers] == [
        "InputLayer", "Embedding", "Conv1D", "MaxPooling1D", "Conv1D", "MaxPooling1D", "Conv1D", "GlobalMaxPooling1D",
        "Dense", "Dropout", "Dense"]
    counts = [layer.count_params() for layer in network.layers if layer.count_params()]
    assert counts == [50 * 100, 64_128, 82_048, 82_048, 16_512, 2_580]
    assert sum(weight.numpy().size for weight in network.trainable_weights) == 247_316
    assert network.layers[-2].rate == 0.5 and isinstance(network.optimizer, keras.optimizers.RMSprop)


def test_the_one_token_network_sees_a_post_as_a_set_of_words(matrix):
    network = models.build_one_token_network(matrix, 4)
    counts = [layer.count_params() for layer in network.layers if layer.count_params()]
    assert counts == [WORDS * DIM, DIM * 256 + 256, 256 * 4 + 4]
    post = np.array([[3, 7, 5, 3]])
    answer = network.predict(post, verbose=0)
    for same in ([[5, 3, 3, 7]], [[3, 7, 5]], [[7, 5, 3, 7, 5, 3]]):
        assert np.allclose(network.predict(np.array(same), verbose=0), answer, atol=1e-6)
    assert not np.allclose(network.predict(np.array([[3, 7, 6, 3]]), verbose=0), answer)
    assert np.isclose(float(network.optimizer.learning_rate), 2e-3)


@every_network
def test_probabilities(build, matrix):
    answer = build(matrix, 4).predict(toy_posts()[0], verbose=0)
    assert answer.shape == (40, 4) and np.allclose(answer.sum(axis=1), 1, atol=1e-5)


@every_network
@pytest.mark.parametrize("trainable", [False, True])
def test_training_moves_the_embedding_only_if_it_is_trainable(build, trainable, matrix):
    network = build(matrix, 4, trainable=trainable)
    before = [weight.numpy().copy() for weight in network.trainable_weights]
    network.fit(*toy_posts(), epochs=1, batch_size=8, verbose=0)
    assert np.array_equal(network.get_layer("embedding").get_weights()[0], matrix) is not trainable
    moved = [not np.array_equal(old, new.numpy()) for old, new in zip(before, network.trainable_weights, strict=True)]
    assert all(moved), "everything else learns"


def test_attention_weights_are_shared_among_words_and_never_given_to_padding(matrix):
    network = models.build_attention_network(matrix, 4)
    x = np.array([[3, 7, 5, 0, 0], [2, 2, 9, 4, 3]])
    names = ("tokens", "attention_weights", "weighted_means")
    inside = keras.Model(network.input, [network.get_layer(name).output for name in names])
    tokens, weights, means = inside.predict(x, verbose=0)
    assert np.array_equal(tokens[..., :DIM], matrix[x]) and tokens.shape == (2, 5, DIM + 16)
    assert weights.shape == (2, 5, 32) and np.allclose(weights.sum(axis=1), 1, atol=1e-5)
    assert not weights[0, 3:].any() and weights[1].all()
    assert np.allclose(means, np.einsum("ptq,ptd->pqd", weights, tokens), atol=1e-5)


def test_padding_changes_no_answer_of_the_attention_network(matrix):
    network = models.build_attention_network(matrix, 4)
    short, long = np.array([[3, 7, 5]]), np.array([[3, 7, 5, 0, 0, 0, 0]])
    assert np.allclose(network.predict(short, verbose=0), network.predict(long, verbose=0), atol=1e-6)
    assert np.isfinite(network.predict(np.zeros((1, 7), int), verbose=0)).all(), "a post without a word"
    network.fit(np.zeros((4, 7), int), np.arange(4), epochs=1, verbose=0)
    assert all(np.isfinite(weight).all() for weight in network.get_weights())


def test_a_standardized_matrix_has_columns_of_one_size_and_no_empty_word(matrix):
    matrix[5] = 0  # a word without a vector
    vectors = models.standardized_matrix(matrix * 3 + (matrix != 0), seed=1)
    known = [2, 3, 4, *range(6, WORDS)]
    assert np.allclose(vectors[known].mean(axis=0), 0, atol=1e-5)
    assert np.allclose(vectors[known].std(axis=0), 1, atol=1e-5)
    assert not vectors[0].any() and vectors[1].any() and vectors[5].any()
    assert np.array_equal(vectors, models.standardized_matrix(matrix * 3 + (matrix != 0), seed=1))
    assert not np.array_equal(vectors[5], models.standardized_matrix(matrix, seed=2)[5])
    nothing = models.standardized_matrix(np.zeros_like(matrix), seed=1)
    assert nothing[1:].any(axis=1).all() and np.isfinite(nothing).all()


@pytest.mark.parametrize("rows", [[2], [2, 3], range(2, WORDS)], ids=["one word", "two words", "all words"])
@pytest.mark.parametrize("columns", [[0], [1, 4], range(DIM)], ids=["one column", "two columns", "all columns"])
@pytest.mark.filterwarnings("error")
def test_a_column_without_any_difference_becomes_zero(matrix, rows, columns):
    own = np.zeros_like(matrix)
    own[rows] = matrix[rows]
    own[np.ix_(rows, columns)] = 0.1  # its mean in float32 is another number
    vectors = models.standardized_matrix(own, seed=1)
    assert np.isfinite(vectors).all() and not vectors[np.ix_(rows, columns)].any()
    others = sorted(set(range(DIM)) - set(columns))
    assert len(rows) == 1 or np.allclose(vectors[np.ix_(rows, others)].std(axis=0), 1, atol=1e-5)


@every_network
def test_the_same_seed_gives_the_same_weights(build, matrix):
    def built_and_trained(seed):
        models.set_seed(seed)
        network = build(matrix, 4)
        built = network.get_weights()
        network.fit(*toy_posts(), epochs=1, batch_size=20, verbose=0)
        return built, network.get_weights()

    (built, first), (_, again) = built_and_trained(1), built_and_trained(1)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    models.set_seed(2)
    assert not np.array_equal(built[-2], build(matrix, 4).get_weights()[-2])


def test_naive_bayes_by_hand():
    """Words of one class only decide; a word in one text alone is left out."""
    model = models.naive_bayes().fit(["cat cat purrs", "cat sleeps", "dog barks", "dog sleeps"], [0, 0, 1, 1])
    assert list(model[0].get_feature_names_out()) == ["cat", "dog", "sleeps"]
    assert list(model.predict(["cat", "dog", "a dog sleeps"])) == [0, 1, 1]


# --- training

@pytest.mark.parametrize("monitor", ["val_loss", "val_accuracy"])
def test_training_stops_early_and_brings_the_best_weights_back(monitor, matrix):
    """It first learned the validation labels, which are wrong: the longer it trains, the fewer of them come out."""
    models.set_seed(3)
    network = models.build_one_token_network(matrix, 4)
    x, y = toy_posts()
    wrong = (y + 1) % 4
    network.fit(x, wrong, epochs=8, batch_size=8, verbose=0)
    history = models.train(network, x, y, x, wrong, epochs=60, batch_size=8, patience=6, monitor=monitor)
    values = np.array(history[monitor]) * (1 if monitor == "val_loss" else -1)
    best = int(np.argmin(values))
    assert len(values) == best + 1 + 6 < 60, "it stops six epochs after the best one"
    assert values[best] < values[-1] - 0.01, "the last epoch is worse, else this test tells nothing"
    loss, accuracy = network.evaluate(x, wrong, verbose=0)
    assert np.isclose(loss, history["val_loss"][best], atol=1e-4)
    assert np.isclose(accuracy, history["val_accuracy"][best], atol=1e-6)
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}


def test_training_stops_three_epochs_after_the_lowest_validation_loss_if_nothing_else_is_said(matrix):
    network = models.build_one_token_network(matrix, 4)
    x, y = toy_posts()
    history = models.train(network, x, y, x, (y + 1) % 4, epochs=60, batch_size=8)
    assert len(history["val_loss"]) == int(np.argmin(history["val_loss"])) + 4 < 60


@pytest.mark.parametrize(("monitor", "kept"), [("val_loss", 2), ("val_accuracy", 3)])
def test_the_chosen_measure_decides_which_epoch_is_kept(monitor, kept, matrix):
    """The second epoch has the lowest loss, the third the highest accuracy; each has its number as its weights."""
    network, epochs = models.build_one_token_network(matrix, 4), zip([3, 1, 2, 4, 5], [0.1, 0.2, 0.4, 0.3, 0.2])

    def fit(posts, *, callbacks, **_):
        told = keras.callbacks.CallbackList(callbacks, add_history=True, model=network)
        told.on_train_begin()
        for number, (loss, accuracy) in enumerate(epochs):
            network.layers[-1].bias.assign([number + 1] * 4)
            told.on_epoch_end(number, {"val_loss": loss, "val_accuracy": accuracy})
        told.on_train_end()
        return network.history

    network.fit = fit
    x, y = toy_posts()
    network.evaluate(x, y, verbose=0)  # now Keras knows which measure is to rise
    models.train(network, x, y, x, y, epochs=5, batch_size=8, patience=5, monitor=monitor)
    assert network.layers[-1].bias.numpy().tolist() == [kept] * 4


@pytest.fixture
def batches(matrix, monkeypatch):
    """Return a function that gives the batches of two epochs, as `fit` gets them."""
    def recorded(**options):
        network, seen = models.build_one_token_network(matrix, 4), []

        def fit(posts, **_):
            for _ in range(2):
                seen.append([np.concatenate(part) for part in zip(*((x.numpy(), y.numpy()) for x, y in posts))])
            return keras.callbacks.History()

        network.fit = fit
        monkeypatch.setattr(keras.callbacks.History, "history", {}, raising=False)
        x = np.repeat(np.arange(2, 42, dtype=np.int32)[:, None], 50, axis=1)
        models.train(network, x, np.arange(40), x, np.arange(40), epochs=1, batch_size=16, **options)
        return seen
    return recorded


def test_each_epoch_shows_all_posts_in_another_order_with_their_own_labels(batches):
    models.set_seed(1)
    (x, y), (x_again, y_again) = batches()
    for posts, labels in ((x, y), (x_again, y_again)):
        assert sorted(labels) == list(range(40)) and np.array_equal(posts, np.repeat(labels[:, None] + 2, 50, axis=1))
    assert list(y) != list(range(40)) and list(y) != list(y_again)


def test_word_dropout_turns_other_words_into_padding_each_time(batches):
    models.set_seed(1)
    (x, y), (x_again, y_again) = batches(dropped_share=0.4)
    for posts, labels in ((x, y), (x_again, y_again)):
        kept = np.repeat(labels[:, None] + 2, 50, axis=1)
        assert ((posts == kept) | (posts == 0)).all() and abs((posts == 0).mean() - 0.4) < 0.05
    assert not np.array_equal(x[np.argsort(y)] == 0, x_again[np.argsort(y_again)] == 0)


def test_a_falling_learning_rate_ends_near_zero_and_no_epoch_is_left_out(matrix):
    network = models.build_one_token_network(matrix, 4)
    x, y = toy_posts()
    history = models.train(network, x, y, x, (y + 1) % 4, epochs=6, batch_size=8, decay=True, patience=1)
    assert np.isclose(float(network.optimizer.learning_rate), 2e-3 / 6) and len(history["loss"]) == 6


def test_one_telling_word_is_learned_and_permuted_labels_are_not(matrix):
    rng = np.random.RandomState(0)
    x = rng.randint(6, WORDS, (240, 20)).astype(np.int32)
    y = np.arange(240) % 4
    x[np.arange(240), rng.randint(0, 20, 240)] = 2 + y
    for labels, low, high in ((y, 0.95, 1), (rng.permutation(y), 0.05, 0.45)):
        models.set_seed(0)
        network = models.build_one_token_network(matrix, 4)
        models.train(network, x[:160], labels[:160], x[160:200], labels[160:200], epochs=20, batch_size=16, patience=5)
        accuracy = network.evaluate(x[200:], labels[200:], verbose=0)[1]
        assert low <= accuracy <= high


# --- what lessons 06 and 09 start from

SETTINGS = {"dataset": "sample", "data_dir": "", "text": "body", "split_by": "random", "seed": 7, "validation_split": 0.2,
            "test_split": 0.1, "max_tokens": 300, "sequence_length": 149, "embedding_dim": 100, "epochs": 2, "batch_size": 32}
CHANGES = {"text": "strict", "split_by": "thread", "seed": 8, "validation_split": 0.3, "test_split": 0.2, "max_tokens": 200,
           "sequence_length": 160, "embedding_dim": 50, "epochs": 1, "batch_size": 16}


@pytest.fixture
def small_corpus(sample_corpus):
    """Every twentieth post of the sample."""
    kept = list(range(0, len(sample_corpus), 20))
    return Corpus([sample_corpus.texts[i] for i in kept], sample_corpus.labels[kept], sample_corpus.class_names,
                  tuple(sample_corpus.names[i] for i in kept), "every twentieth")


def test_trained_once_then_found_with_the_posts_that_it_is_measured_on(own_cache, small_corpus, monkeypatch):
    counted, train = [], models.train
    monkeypatch.setattr(models, "train", lambda *args, **options: counted.append(options) or train(*args, **options))
    first = models.trained_classifier(small_corpus, **SETTINGS)
    models.set_seed(99)
    again = models.trained_classifier(small_corpus, **SETTINGS)
    assert counted == [{"epochs": 2, "batch_size": 32}]
    assert all(np.array_equal(*pair) for pair in zip(first.model.get_weights(), again.model.get_weights(), strict=True))
    assert first.test_accuracy == again.test_accuracy and first.vocabulary == again.vocabulary

    from helpers.headers import clean_text
    from helpers.splits import random_split
    from helpers.vectorization import learn_vocabulary, texts_to_sequences

    split = random_split(len(small_corpus), validation_split=0.2, test_split=0.1, seed=7)
    bodies = [clean_text(text, "body") for text in small_corpus.texts]
    assert again.test_texts == [bodies[i] for i in split.test]
    assert again.test_posts == [small_corpus.texts[i] for i in split.test]
    assert again.validation_texts == [bodies[i] for i in split.validation]
    assert np.array_equal(again.test_labels, small_corpus.labels[split.test])
    assert np.array_equal(again.validation_labels, small_corpus.labels[split.validation])
    assert again.vocabulary == learn_vocabulary([bodies[i] for i in split.train], 300), "from training posts only"
    x = texts_to_sequences(again.test_texts, again.vocabulary, 149)
    accuracy = np.mean(again.model.predict(x, verbose=0).argmax(axis=1) == again.test_labels)
    assert np.isclose(again.test_accuracy, accuracy)


def test_the_test_accuracy_is_that_of_the_test_posts(own_cache, small_corpus, monkeypatch):
    """A network that always gives one answer is right as often as that class is in the test set."""
    from helpers.splits import random_split

    split = random_split(len(small_corpus), validation_split=0.2, test_split=0.1, seed=7)
    shares, others = (np.bincount(small_corpus.labels[part], minlength=20) / len(part) for part in (split.test, split.validation))
    answer = int(np.argmax(shares - others))
    monkeypatch.setattr(models, "train", lambda model, *_, **__: model.layers[-1].bias.assign(1e3 * np.eye(20)[answer]))
    found = models.trained_classifier(small_corpus, **SETTINGS)
    assert np.isclose(found.test_accuracy, shares[answer]) and shares[answer] > others[answer]


class Asked(Exception):
    """Carries the key that the cache was asked for."""


def use_vectors(monkeypatch, value):
    """Give every word a vector of this number."""
    matrix = np.full((500, 100), value, np.float32)
    monkeypatch.setattr(models, "embedding_matrix", lambda path, vocabulary, dim: matrix[:len(vocabulary)])


@pytest.fixture
def key(own_cache, small_corpus, monkeypatch):
    """Return a function that gives the key of a trained classifier, without training it."""
    use_vectors(monkeypatch, 1)

    def stop(name, settings, build):
        raise Asked(settings)

    monkeypatch.setattr(models, "cached_arrays", stop)
    def asked(corpus=small_corpus, **change):
        with pytest.raises(Asked) as found:
            models.trained_classifier(corpus, **{**SETTINGS, **change})
        return found.value.args[0]
    return asked


def test_whatever_may_change_the_trained_network_changes_its_key(key, small_corpus, monkeypatch):
    parameters = set(inspect.signature(models.trained_classifier).parameters) - {"corpus", "dataset", "data_dir"}
    assert parameters == set(CHANGES), "a new parameter needs a line here"
    usual = key()
    assert key() == usual
    for name, value in CHANGES.items():
        assert key(**{name: value}) != usual, name
    assert key(dataclasses.replace(small_corpus, fingerprint="other posts")) != usual
    with monkeypatch.context() as patch:
        use_vectors(patch, 2)
        assert key() != usual
    with monkeypatch.context() as patch:
        patch.setattr(models, "learn_vocabulary", lambda texts, size: usual["vocabulary"][::-1])
        assert key() != usual
