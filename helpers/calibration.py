"""Lesson 05: how sure a classifier is, and how often it is right.

Expected calibration error and temperature scaling as in Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern
Neural Networks", 2017 (https://arxiv.org/abs/1706.04599).
"""

import numpy as np
from sklearn.metrics import log_loss

TEMPERATURES = np.linspace(0.5, 5, 91)


def reliability(probabilities, labels, n_bins=5):
    """Set the confidence of a classifier against its accuracy.

    Parameters
    ----------
    probabilities : numpy.ndarray of float, shape (n_posts, n_classes)
    labels : numpy.ndarray of int, shape (n_posts,)
    n_bins : int
        Of equal width, from 0 to 1; a post's bin is that of its largest probability, the confidence.

    Returns
    -------
    list of float
        The accuracy of each bin's posts; NaN for a bin without posts.
    float
        The expected calibration error: the distance of a bin's accuracy from its mean confidence, weighted by posts.
    """
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bins = np.minimum((sure * n_bins).astype(int), n_bins - 1)
    accuracies, error = [np.nan] * n_bins, 0.0
    for found in np.unique(bins):
        own = bins == found
        accuracies[found] = float(right[own].mean())
        error += abs(float(sure[own].mean()) - accuracies[found]) * float(own.mean())
    return accuracies, error


def cool(probabilities, temperature):
    """Divide the scores behind probabilities by a temperature; above 1 makes less sure, and no answer changes.

    Parameters
    ----------
    probabilities : numpy.ndarray of float, shape (n_posts, n_classes)
    temperature : float

    Returns
    -------
    numpy.ndarray of float64, shape (n_posts, n_classes)
        Each row sums to one.
    """
    powers = probabilities.astype(np.float64) ** (1 / temperature)  # of the exponential of a score divided by it
    return powers / powers.sum(axis=1, keepdims=True)


def best_temperature(probabilities, labels):
    """Return the one of `TEMPERATURES` with the lowest cross-entropy.

    Parameters
    ----------
    probabilities : numpy.ndarray of float, shape (n_posts, n_classes)
        Of posts that the model was not trained on, and on which it is not measured.
    labels : numpy.ndarray of int, shape (n_posts,)

    Returns
    -------
    float
    """
    classes = range(probabilities.shape[1])
    return float(min(TEMPERATURES, key=lambda t: log_loss(labels, cool(probabilities, t), labels=classes)))
