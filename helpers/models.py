"""Lesson 05: build, train and measure the classifier."""

import time
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from helpers._cache import cached_arrays
from helpers.data import find_vectors
from helpers.glove import embedding_matrix, file_key
from helpers.headers import clean_text
from helpers.splits import split_corpus, take
from helpers.vectorization import learn_vocabulary, texts_to_sequences

QUESTIONS, OWN_NUMBERS = 32, 16
LEARNING_RATE = 2e-3
# how each network is trained, by its name
RECIPES = {"reference": {"epochs": 20}, "attention": {"epochs": 20, "hidden_share": 0.4, "decay": True}}


def set_seed(seed):
    """Seed Python, NumPy and TensorFlow, the one place where the course does so.

    Parameters
    ----------
    seed : int
    """
    keras.utils.set_random_seed(seed)


def build_reference_network(matrix, n_classes, *, trainable=False):
    """Build the reference network.

    The layers are those of the example "Using pre-trained word embeddings"
    (https://keras.io/examples/nlp/pretrained_word_embeddings/).

    Parameters
    ----------
    matrix : numpy.ndarray of float32, shape (n_words, embedding_dim)
    n_classes : int
    trainable : bool
        Whether training moves the vectors.

    Returns
    -------
    keras.Model
        Takes integers of shape (batch, sequence_length), 149 or longer; gives probabilities
        of shape (batch, n_classes). Compiled.
    """
    words = keras.Input((None,), dtype="int32", name="words")
    hidden = _embedding(matrix, trainable)(words)
    for number in (1, 2):
        hidden = layers.Conv1D(128, 5, activation="relu", name=f"conv_{number}")(hidden)
        hidden = layers.MaxPooling1D(5, name=f"pool_{number}")(hidden)
    hidden = layers.Conv1D(128, 5, activation="relu", name="conv_3")(hidden)
    hidden = layers.GlobalMaxPooling1D(name="pool_3")(hidden)
    hidden = layers.Dense(128, activation="relu", name="dense")(hidden)
    hidden = layers.Dropout(0.5, name="dropout")(hidden)
    probabilities = layers.Dense(n_classes, activation="softmax", name="probabilities")(hidden)
    return _compiled(keras.Model(words, probabilities, name="reference"), "rmsprop")


def build_attention_network(matrix, n_classes, *, trainable=False):
    """Build the course's own network: questions to all words of a post at once.

    A word is its vector and a few numbers of its own, which training finds. Each question scores every
    word of the post; a softmax over the post turns the scores into weights that sum to one, and the
    weighted mean of the words is the answer. One dense layer reads all answers.

    Parameters
    ----------
    matrix : numpy.ndarray of float32, shape (n_words, embedding_dim)
    n_classes : int
    trainable : bool
        Whether training moves the vectors.

    Returns
    -------
    keras.Model
        Takes integers of shape (batch, sequence_length) of any length; gives probabilities of
        shape (batch, n_classes). Compiled.
    """
    words = keras.Input((None,), dtype="int32", name="words")
    vectors = _embedding(matrix, trainable)(words)
    own = layers.Embedding(len(matrix), OWN_NUMBERS, name="own_numbers")(words)
    known = layers.Concatenate(name="known")([vectors, own])
    scores = layers.Dense(QUESTIONS, use_bias=False, name="questions")(known)
    weights = layers.Softmax(axis=1, name="attention")(scores)
    answers = layers.Flatten(name="answers")(layers.Dot(axes=1, name="weighted_means")([weights, known]))
    answers = layers.Dropout(0.5, name="dropout")(layers.BatchNormalization(name="scaled")(answers))
    probabilities = layers.Dense(n_classes, activation="softmax", name="probabilities")(answers)
    return _compiled(keras.Model(words, probabilities, name="attention"), keras.optimizers.Adam(LEARNING_RATE))


def with_score_table(network):
    """Return a trained attention network that looks its questions' scores up.

    A question's score of a word is the same in every post. Worked out once for all words, it need not be worked out
    for each word of each post again: the same answers but for rounding, in three quarters of the time.

    Parameters
    ----------
    network : keras.Model
        As `build_attention_network` returns it, trained.

    Returns
    -------
    keras.Model
        With the same inputs and outputs; not compiled, and not meant for training.
    """
    known = np.hstack([network.get_layer(name).get_weights()[0] for name in ("embedding", "own_numbers")])
    scores = known @ network.get_layer("questions").get_weights()[0]
    words = keras.Input((None,), dtype="int32", name="words")
    scores, known = (layers.Embedding(*table.shape, weights=[table], name=name)(words)
                     for name, table in (("scores", scores), ("known", known)))
    weights = layers.Softmax(axis=1, name="attention")(scores)
    answers = layers.Flatten(name="answers")(layers.Dot(axes=1, name="weighted_means")([weights, known]))
    for name in ("scaled", "probabilities"):
        answers = network.get_layer(name)(answers)
    return keras.Model(words, answers, name=network.name)


def _embedding(matrix, trainable):
    return layers.Embedding(*matrix.shape, weights=[np.array(matrix)], trainable=trainable, name="embedding")


def _compiled(model, optimizer):
    model.compile(loss="sparse_categorical_crossentropy", optimizer=optimizer, metrics=["accuracy"])
    return model


def train(model, x_train, y_train, x_validation, y_validation, *, epochs, batch_size, hidden_share=0.0, decay=False,
          patience=5, verbose=2):
    """Train until the validation accuracy has not risen for `patience` epochs, and keep the best weights.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    x_train, x_validation : numpy.ndarray of int, shape (n_posts, sequence_length)
    y_train, y_validation : numpy.ndarray of int, shape (n_posts,)
    epochs : int
        At most so many.
    batch_size : int
    hidden_share : float
        Each time a post is shown, so many of its words, chosen anew, are turned into padding.
    decay : bool
        Whether the learning rate falls in a straight line, from the optimizer's to zero. Then no epoch is
        left out: the last ones are the best.
    patience : int
        Without `decay`.
    verbose : {0, 2}
        2 writes one line an epoch, which reads well in a log too.

    Returns
    -------
    dict of str to list of float
        Loss and accuracy of each epoch, for training and validation, and ``"seconds"`` since the start.
    """
    posts = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(len(x_train)).batch(batch_size)
    if hidden_share:
        posts = posts.map(lambda x, y: (hide_words(x, hidden_share), y))
    seconds, start = [], time.perf_counter()
    stopping = keras.callbacks.EarlyStopping("val_accuracy", patience=epochs if decay else patience,
                                             restore_best_weights=True)
    callbacks = [stopping,
                 keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: seconds.append(time.perf_counter() - start))]
    if decay:
        fastest = float(model.optimizer.learning_rate)
        callbacks.append(keras.callbacks.LearningRateScheduler(lambda epoch: fastest * (1 - epoch / epochs)))
    history = model.fit(posts, validation_data=(x_validation, y_validation), epochs=epochs, callbacks=callbacks,
                        shuffle=False, verbose=verbose).history
    history.pop("learning_rate", None)
    return {**history, "seconds": seconds}


def hide_words(x, share):
    """Turn a random share of the words into padding.

    Parameters
    ----------
    x : tensor of int, shape (batch, sequence_length)
    share : float

    Returns
    -------
    tensor of int, shape (batch, sequence_length)
    """
    return tf.where(tf.random.uniform(tf.shape(x)) < share, tf.zeros_like(x), x)


def starting_vectors(matrix, seed):
    """Return an embedding matrix with columns of one size, and no word without a vector.

    GloVe's columns differ in size, and some words have no vector. So each column is brought to mean 0
    and standard deviation 1 over the words that have one, and the other words get random vectors of
    that size: no two words look alike.

    Parameters
    ----------
    matrix : numpy.ndarray of float32, shape (n_words, embedding_dim)
        Rows of words without a vector are zero.
    seed : int
        Of the random vectors.

    Returns
    -------
    numpy.ndarray of float32, shape (n_words, embedding_dim)
        The row of padding is zero.
    """
    found = matrix.any(axis=1)
    vectors = np.random.RandomState(seed).standard_normal(matrix.shape)
    vectors[found] = (matrix[found] - matrix[found].mean(axis=0)) / matrix[found].std(axis=0)
    vectors[0] = 0
    return vectors.astype(np.float32)


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
    test_posts : list of str
        Those posts, whole.
    test_texts : list of str
        Those posts, cleaned.
    test_labels : numpy.ndarray of int64
    """

    model: keras.Model
    vocabulary: list
    class_names: tuple
    test_accuracy: float
    test_posts: list
    test_texts: list
    test_labels: np.ndarray


def trained_classifier(corpus, *, dataset, data_dir, text, split_by, seed, validation_split, test_split,
                       max_tokens, sequence_length, embedding_dim, epochs, batch_size):
    """Return the classifier of lesson 05, from the cache or trained now.

    Parameters
    ----------
    corpus : helpers.data.Corpus
    dataset, data_dir, text, split_by, seed, validation_split, test_split, max_tokens, sequence_length, \
embedding_dim, epochs, batch_size
        As in the lesson's parameters cell.

    Returns
    -------
    Trained
    """
    split = split_corpus(corpus, split_by, validation_split=validation_split, test_split=test_split, seed=seed)
    texts = [clean_text(post, text) for post in corpus.texts]
    vocabulary = learn_vocabulary(take(texts, split.train), max_tokens)
    path = find_vectors(dataset, data_dir, embedding_dim)
    matrix, _ = embedding_matrix(path, vocabulary, embedding_dim)
    set_seed(seed)
    model = build_attention_network(starting_vectors(matrix, seed), len(corpus.class_names))
    frozen = model.get_layer("embedding").weights[0]  # known without being kept
    kept = [weight for weight in model.weights if weight is not frozen]
    names = [f"w{number:02d}" for number in range(len(kept))]

    def build():
        x_train, x_validation, x_test = (
            texts_to_sequences(take(texts, part), vocabulary, sequence_length)
            for part in (split.train, split.validation, split.test))
        train(model, x_train, corpus.labels[split.train], x_validation, corpus.labels[split.validation],
              batch_size=batch_size, verbose=0, **RECIPES["attention"] | {"epochs": epochs})
        _, accuracy = model.evaluate(x_test, corpus.labels[split.test], verbose=0)
        weights = dict(zip(names, map(np.asarray, kept), strict=True))
        return {**weights, "test_accuracy": np.float64(accuracy)}

    settings = {"posts": corpus.fingerprint, "vectors": file_key(path, embedding_dim), "text": text,
                "split_by": split_by, "recipe": RECIPES["attention"],
                "seed": seed, "validation_split": validation_split, "test_split": test_split, "max_tokens": max_tokens,
                "sequence_length": sequence_length, "epochs": epochs, "batch_size": batch_size,
                "keras": keras.__version__,
                # not the layers' names: Keras numbers them anew for each model of a kernel
                "layers": [[type(layer).__name__, *(list(w.shape) for w in layer.weights)] for layer in model.layers]}
    arrays = cached_arrays("classifier", settings, build)
    for weight, name in zip(kept, names, strict=True):
        weight.assign(arrays[name])
    return Trained(model, vocabulary, corpus.class_names, float(arrays["test_accuracy"]),
                   take(corpus.texts, split.test), take(texts, split.test), corpus.labels[split.test])
