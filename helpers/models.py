"""Lessons 05 and 07: a baseline, three networks, and how they are trained."""

import hashlib
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import make_pipeline

from helpers._cache import cached_arrays
from helpers.data import find_vectors
from helpers.glove import embedding_matrix
from helpers.headers import clean_text
from helpers.splits import split_corpus, take
from helpers.vectorization import learn_vocabulary, texts_to_sequences

LEARNING_RATE = 2e-3  # of Adam
set_seed = keras.utils.set_random_seed  # of Python, NumPy and TensorFlow


def naive_bayes():
    """Return TF-IDF and complement naive Bayes as one model from texts to labels.

    A word that is rare in the posts of all other classes counts for this class. The counts are
    TF-IDF weights (Rennie et al., "Tackling the Poor Assumptions of Naive Bayes Text
    Classifiers", ICML 2003).

    Returns
    -------
    sklearn.pipeline.Pipeline
        Not fitted; takes lists of str.
    """
    return make_pipeline(TfidfVectorizer(sublinear_tf=True, min_df=2), ComplementNB())


def build_example_network(matrix, n_classes, *, trainable=False):
    """Build the network of the Keras example.

    The layers are those of the example "Using pre-trained word embeddings"
    (https://keras.io/examples/nlp/pretrained_word_embeddings/).

    Parameters
    ----------
    matrix : numpy.ndarray of float32, shape (n_words, embedding_dim)
        The embedding matrix.
    n_classes : int
        Number of classes.
    trainable : bool
        Whether training changes the embedding matrix.

    Returns
    -------
    keras.Model
        Takes integers of shape (batch, sequence_length) with a sequence length of at least 149;
        gives probabilities of shape (batch, n_classes). Compiled.
    """
    words, hidden = _words_and_vectors(matrix, trainable)
    hidden = layers.Conv1D(128, 5, activation="relu", name="conv_1")(hidden)
    hidden = layers.MaxPooling1D(5, name="pool_1")(hidden)
    hidden = layers.Conv1D(128, 5, activation="relu", name="conv_2")(hidden)
    hidden = layers.MaxPooling1D(5, name="pool_2")(hidden)
    hidden = layers.Conv1D(128, 5, activation="relu", name="conv_3")(hidden)
    hidden = layers.GlobalMaxPooling1D(name="pool_3")(hidden)
    hidden = layers.Dense(128, activation="relu", name="dense")(hidden)
    return _network("example", words, hidden, n_classes, "rmsprop")


def build_one_token_network(matrix, n_classes, *, trainable=False):
    """Build the network of lesson 05: a convolution over one token at a time.

    Each filter scores every token; the global maximum keeps its highest score in the post.

    Parameters
    ----------
    matrix, n_classes, trainable
        As for `build_example_network`.

    Returns
    -------
    keras.Model
        As from `build_example_network`, but takes posts of any length.
    """
    words, hidden = _words_and_vectors(matrix, trainable)
    hidden = layers.Conv1D(256, 1, activation="relu", name="conv")(hidden)
    hidden = layers.GlobalMaxPooling1D(name="pool")(hidden)
    return _network("one_token", words, hidden, n_classes, keras.optimizers.Adam(LEARNING_RATE))


def build_attention_network(matrix, n_classes, *, trainable=False):
    """Build the network of lesson 07: attention pooling with several queries.

    A token is its row of the embedding matrix and a few numbers of a trainable embedding. Each
    query scores every token, a softmax over the post turns the scores into attention weights,
    and the weighted mean of the tokens goes on to the last layer. Padding gets no weight.

    Parameters
    ----------
    matrix, n_classes, trainable
        As for `build_example_network`; the matrix usually as `standardized_matrix` returns it.

    Returns
    -------
    keras.Model
        As from `build_example_network`, but takes posts of any length.
    """
    words, tokens = _words_and_vectors(matrix, trainable)
    embedding = layers.Embedding(len(matrix), 16, name="trainable_embedding")
    tokens = layers.Concatenate(name="tokens")([tokens, embedding(words)])
    is_word = ops.expand_dims(ops.not_equal(words, 0), axis=-1)
    scores = layers.Dense(32, use_bias=False, name="queries")(tokens)
    attention_weights = layers.Softmax(axis=1, name="attention_weights")(scores, mask=is_word)
    means = layers.Dot(axes=1, name="weighted_means")([attention_weights, tokens])
    hidden = layers.Flatten(name="flatten")(means)
    hidden = layers.BatchNormalization(name="batch_normalization")(hidden)
    return _network("attention", words, hidden, n_classes, keras.optimizers.Adam(LEARNING_RATE))


def _words_and_vectors(matrix, trainable):
    """Return the first layers of every network: integers, and their rows of the matrix."""
    words = keras.Input((None,), dtype="int32", name="words")
    embedding = layers.Embedding(*matrix.shape, weights=[np.array(matrix)], trainable=trainable,
                                 name="embedding")
    return words, embedding(words)


def _network(name, words, hidden, n_classes, optimizer):
    """Return a compiled network with the last layers of every network."""
    hidden = layers.Dropout(0.5, name="dropout")(hidden)
    probabilities = layers.Dense(n_classes, activation="softmax", name="probabilities")(hidden)
    network = keras.Model(words, probabilities, name=name)
    network.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return network


def standardized_matrix(matrix, seed):
    """Return an embedding matrix with standardized columns and no word without a vector.

    The columns of GloVe differ in size, and some words have no vector. Each column is brought to
    mean 0 and standard deviation 1 over the words that have a vector; one in which they are all
    the same becomes 0. The other words get random vectors of that size.

    Parameters
    ----------
    matrix : numpy.ndarray of float32, shape (n_words, embedding_dim)
        Rows of words without a vector are zero.
    seed : int
        Seed of the random vectors.

    Returns
    -------
    numpy.ndarray of float32, shape (n_words, embedding_dim)
        The row of padding is zero.
    """
    found = matrix.any(axis=1)
    vectors = np.random.RandomState(seed).standard_normal(matrix.shape)
    if found.any():
        known = matrix[found]
        size = np.where(np.ptp(known, axis=0) > 0, known.std(axis=0), np.inf)
        vectors[found] = (known - known.mean(axis=0)) / size
    vectors[0] = 0
    return vectors.astype(np.float32)


def _word_dropout(x, share):
    """Turn a random share of the tokens into padding."""
    return tf.where(tf.random.uniform(tf.shape(x)) < share, tf.zeros_like(x), x)


def train(model, x_train, y_train, x_validation, y_validation, *, epochs, batch_size, patience=3,
          monitor="val_loss", dropped_share=0.0, decay=False):
    """Train a network, stop early, and restore the weights of its best epoch.

    Parameters
    ----------
    model : keras.Model
        A compiled network.
    x_train, x_validation : numpy.ndarray of int, shape (n_posts, sequence_length)
        Posts as integers.
    y_train, y_validation : numpy.ndarray of int, shape (n_posts,)
        Labels of the posts.
    epochs : int
        Maximum number of epochs.
    batch_size : int
        Number of posts per step.
    patience : int
        Number of epochs without improvement after which training stops.
    monitor : {"val_loss", "val_accuracy"}
        The measure that decides which epoch is the best.
    dropped_share : float
        Share of the tokens of each training batch that word dropout turns into padding.
    decay : bool
        Whether the learning rate falls in a straight line to zero. Training then runs through
        all epochs: stopping early would leave out those with a small learning rate.

    Returns
    -------
    dict of str to list of float
        Loss and accuracy of each epoch on the training and validation sets.
    """
    posts = tf.data.Dataset.from_tensor_slices((x_train, y_train))
    posts = posts.shuffle(len(x_train)).batch(batch_size)
    if dropped_share:
        posts = posts.map(lambda x, y: (_word_dropout(x, dropped_share), y))
    stopping = keras.callbacks.EarlyStopping(monitor, patience=epochs if decay else patience,
                                             restore_best_weights=True)
    callbacks = [stopping]
    if decay:
        first_rate = float(model.optimizer.learning_rate)
        callbacks.append(keras.callbacks.LearningRateScheduler(
            lambda epoch: first_rate * (1 - epoch / epochs)))
    # `shuffle` is for arrays: the data set shuffles itself
    history = model.fit(posts, validation_data=(x_validation, y_validation), epochs=epochs,
                        callbacks=callbacks, shuffle=False, verbose=0).history
    history.pop("learning_rate", None)
    return history


@dataclass(frozen=True)
class Trained:
    """The classifier of lesson 05, as lessons 06 and 09 take it up.

    Attributes
    ----------
    model : keras.Model
        The one-token network: from integers to probabilities.
    vocabulary : list of str
        The words of the embedding matrix's rows.
    class_names : tuple of str
        Names of the classes, in the order of the probabilities.
    test_accuracy : float
        Share of correct answers on the test set.
    test_posts : list of str
        Posts of the test set, as they were read.
    test_texts, validation_texts : list of str
        Posts of the test and validation sets, cleaned by the text rule.
    test_labels, validation_labels : numpy.ndarray of int64
        Labels of these posts.
    """

    model: keras.Model
    vocabulary: list
    class_names: tuple
    test_accuracy: float
    test_posts: list
    test_texts: list
    test_labels: np.ndarray
    validation_texts: list
    validation_labels: np.ndarray


def trained_classifier(corpus, *, dataset, data_dir, text, split_by, seed, validation_split,
                       test_split, max_tokens, sequence_length, embedding_dim, epochs, batch_size):
    """Return the one-token network of lesson 05, from the cache or trained now.

    Parameters
    ----------
    corpus : helpers.data.Corpus
        The posts.
    dataset, data_dir, text, split_by, seed, validation_split, test_split, max_tokens, \
sequence_length, embedding_dim, epochs, batch_size
        As in the lesson's parameters cell.

    Returns
    -------
    Trained
        The network with the posts and labels that it is measured on.
    """
    split = split_corpus(corpus, split_by, validation_split=validation_split,
                         test_split=test_split, seed=seed)
    texts = [clean_text(post, text) for post in corpus.texts]
    vocabulary = learn_vocabulary(take(texts, split.train), max_tokens)
    path = find_vectors(dataset, data_dir, embedding_dim)
    matrix = embedding_matrix(path, vocabulary, embedding_dim)
    set_seed(seed)
    model = build_one_token_network(matrix, len(corpus.class_names))

    def numbers(part):
        return texts_to_sequences(take(texts, part), vocabulary, sequence_length)

    def build():
        train(model, numbers(split.train), corpus.labels[split.train],
              numbers(split.validation), corpus.labels[split.validation],
              epochs=epochs, batch_size=batch_size)
        _, accuracy = model.evaluate(numbers(split.test), corpus.labels[split.test], verbose=0)
        arrays = {f"weights_{i}": weights for i, weights in enumerate(model.get_weights())}
        return {**arrays, "test_accuracy": np.float64(accuracy)}

    key = {"text": text, "split_by": split_by, "seed": seed, "validation_split": validation_split,
           "test_split": test_split, "max_tokens": max_tokens, "sequence_length": sequence_length,
           "embedding_dim": embedding_dim, "epochs": epochs, "batch_size": batch_size,
           "posts": corpus.fingerprint, "vectors": hashlib.sha256(matrix).hexdigest(),
           "vocabulary": vocabulary, "keras": keras.__version__}
    arrays = cached_arrays("classifier", key, build)
    model.set_weights([arrays[f"weights_{i}"] for i in range(len(model.weights))])
    # the same layers without an optimizer, whose state a saved file would keep
    network = keras.Model(model.inputs, model.outputs[0], name=model.name)
    return Trained(network, vocabulary, corpus.class_names, float(arrays["test_accuracy"]),
                   test_posts=take(corpus.texts, split.test),
                   test_texts=take(texts, split.test), test_labels=corpus.labels[split.test],
                   validation_texts=take(texts, split.validation),
                   validation_labels=corpus.labels[split.validation])
