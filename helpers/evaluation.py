"""Lessons 08 and 09: calibration, paired differences, intervals, and the measured runs.

Expected calibration error and temperature scaling follow Guo, Pleiss, Sun and Weinberger, "On
Calibration of Modern Neural Networks", 2017 (https://arxiv.org/abs/1706.04599).
"""

import base64
import json
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import optimize, special, stats

RUNS = Path(__file__).resolve().parent / "results" / "runs.jsonl"
# what a model reads, and how the posts are split
CONDITIONS = {
    "reference": {"text": "reference", "split_by": "random"},
    "body": {"text": "body", "split_by": "thread"},
    "strict": {"text": "strict", "split_by": "thread"},
}
LEVEL = 0.95  # of every interval
LOW, HIGH = 0.05, 20.0  # temperatures between which the best one is looked for


def _check_probabilities(probabilities):
    """Return them as an array; refuse what is not a row of probabilities per post."""
    probabilities = np.asarray(probabilities)
    if probabilities.ndim != 2 or not probabilities.size:
        raise ValueError("Probabilities are a table with a row per post, of one post or more; here "
                         f"the shape is {probabilities.shape}.")
    sums = probabilities.sum(axis=1)
    if not (probabilities.min() >= 0 and np.allclose(sums, 1, atol=0.02)):
        raise ValueError("Some rows are no probabilities: they hold NaN or a negative number, or "
                         "do not sum to 1. Check the classifier's answers.")
    return probabilities


def _check_answers(probabilities, labels):
    """Return both as arrays; refuse what is not a row of probabilities and a class per post."""
    probabilities, labels = _check_probabilities(probabilities), np.asarray(labels)
    if labels.shape != probabilities.shape[:1]:
        raise ValueError("Labels are a list with a number per row of the probabilities; here the "
                         f"shapes are {labels.shape} and {probabilities.shape}.")
    n_classes = probabilities.shape[1]
    if not np.isin(labels, np.arange(n_classes)).all():
        raise ValueError(f"Some labels are no class: give numbers from 0 to {n_classes - 1}, the "
                         "columns of the probabilities.")
    return probabilities, labels.astype(int)


def calibration_bins(probabilities, labels, n_bins=5):
    """Compare confidence with accuracy in bins of equal width.

    The confidence of an answer is its probability, the largest of its row.

    Parameters
    ----------
    probabilities : numpy.ndarray of float, shape (n_posts, n_classes)
        Answers of a classifier.
    labels : numpy.ndarray of int, shape (n_posts,)
        The right classes.
    n_bins : int
        Number of bins between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        One row per bin: "low", "high" (its limits), "posts" (their number), "confidence" and
        "accuracy" (means over these posts; NaN for a bin without posts).

    Raises
    ------
    ValueError
        If there is no post or no bin, a row is no probabilities, or a label no class.
    """
    probabilities, labels = _check_answers(probabilities, labels)
    if n_bins < 1:
        raise ValueError(f"n_bins must be 1 or more, not {n_bins}.")
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == labels
    bins = np.minimum((confidence * n_bins).astype(int), n_bins - 1)
    rows = []
    for number in range(n_bins):
        inside = bins == number
        posts = int(inside.sum())
        rows.append({"low": number / n_bins, "high": (number + 1) / n_bins, "posts": posts,
                     "confidence": confidence[inside].mean() if posts else np.nan,
                     "accuracy": correct[inside].mean() if posts else np.nan})
    return pd.DataFrame(rows)


def expected_calibration_error(probabilities, labels, n_bins=5):
    """Return the mean distance between confidence and accuracy.

    Each bin counts as much as it has posts.

    Parameters
    ----------
    probabilities, labels, n_bins
        As for `calibration_bins`.

    Returns
    -------
    float
        0 for a perfectly calibrated classifier.

    Raises
    ------
    ValueError
        As `calibration_bins` does.
    """
    bins = calibration_bins(probabilities, labels, n_bins)
    distances = (bins["confidence"] - bins["accuracy"]).abs() * bins["posts"]
    return float(distances.sum() / bins["posts"].sum())


def apply_temperature(probabilities, temperature):
    """Divide the logits behind probabilities by a temperature.

    A temperature above 1 lowers the confidence, one below 1 raises it. No answer changes.

    Parameters
    ----------
    probabilities : numpy.ndarray of float, shape (n_posts, n_classes)
        Answers of a classifier.
    temperature : float
        A number above 0.

    Returns
    -------
    numpy.ndarray of float64, shape (n_posts, n_classes)
        Each row sums to one.

    Raises
    ------
    ValueError
        If the temperature is not above 0, there is no post, or a row is no probabilities.
    """
    if not 0 < temperature < np.inf:
        raise ValueError(f"A temperature is a number above 0, not {temperature}.")
    probabilities = _check_probabilities(probabilities)
    tiny = np.finfo(np.float32).tiny  # the logarithm of 0 is not a number
    logits = np.log(np.maximum(probabilities.astype(np.float64), tiny))
    return special.softmax(logits / temperature, axis=1)


def best_temperature(probabilities, labels):
    """Return the temperature with the lowest cross-entropy.

    Parameters
    ----------
    probabilities, labels
        As for `calibration_bins`, on posts that the classifier was neither trained nor measured on.

    Returns
    -------
    float
        The temperature.

    Raises
    ------
    ValueError
        As `calibration_bins` does, and if no temperature between 0.05 and 20 is the best.
    """
    probabilities, labels = _check_answers(probabilities, labels)
    right = np.arange(len(labels)), labels

    def cross_entropy(log_temperature):
        cooled = apply_temperature(probabilities, np.exp(log_temperature))
        return -np.log(np.maximum(cooled[right], np.finfo(np.float64).tiny)).mean()

    found = optimize.minimize_scalar(cross_entropy, bounds=(np.log(LOW), np.log(HIGH)),
                                     method="bounded", options={"xatol": 1e-4})
    low, high = cross_entropy(np.log(LOW)), cross_entropy(np.log(HIGH))
    if min(low, high) <= found.fun:
        n_right = np.sum(probabilities.argmax(axis=1) == labels)
        if n_right == len(labels):
            raise ValueError(f"All {n_right} answers are right, so no temperature is the best: the "
                             "lower, the better. Use more posts, with some wrong answers.")
        raise ValueError(
            f"No temperature between {LOW} and {HIGH:.0f} is the best: the cross-entropy is "
            f"{low:.3f} and {high:.3f} at these ends, and nowhere lower. {n_right} of the "
            f"{len(labels)} answers are right, with a mean confidence of "
            f"{probabilities.max(axis=1).mean():.2f}. Use more posts, or a better classifier.")
    return float(np.exp(found.x))


def paired_difference(a, b):
    """Return the mean difference of two models over the same splits, with its 95% t interval.

    Both models were measured on the same splits, so the split's difficulty cancels.

    Parameters
    ----------
    a, b : sequence of float, length n_splits
        Accuracies of two models, split by split, in the same order.

    Returns
    -------
    (float, float, float)
        Mean of a - b, and the lower and upper end of its interval.

    Raises
    ------
    ValueError
        If the splits differ or stand in another order, or there are fewer than two.
    """
    if isinstance(a, pd.Series) and isinstance(b, pd.Series) and not a.index.equals(b.index) \
            and a.index.isin(b.index).any():  # else they are rows of a table, not splits
        raise ValueError("The two series have other splits, or the same in another order. "
                         "Take the splits of both, and bring both into one order: "
                         "`a, b = a.align(b, join=\"inner\")`.")
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.shape != b.shape or a.ndim != 1 or len(a) < 2:
        raise ValueError("A paired difference needs the same two or more splits for both models, "
                         f"but there are accuracies of the shapes {a.shape} and {b.shape}.")
    differences = a - b
    if np.isnan(differences).any():
        raise ValueError("Some accuracies are NaN. Take the splits that both models have.")
    mean = float(differences.mean())
    error = float(differences.std(ddof=1)) / np.sqrt(len(differences))
    half = float(stats.t.ppf((1 + LEVEL) / 2, len(differences) - 1) * error)
    return mean, mean - half, mean + half


def thread_interval(correct, threads, seed):
    """Return a 95% interval for an accuracy, by resampling whole threads.

    Posts of a thread are alike, so they are not independent observations: threads are drawn
    with replacement, each with all of its posts (a cluster bootstrap), 2,000 times.

    Parameters
    ----------
    correct : array-like of bool, shape (n_posts,)
        Which posts of the test set were answered correctly. Differences of two models, 1, 0
        and -1, give the interval of their difference.
    threads : array-like of int, shape (n_posts,)
        Number of each post's thread.
    seed : int
        Seed of the resampling.

    Returns
    -------
    (float, float)
        Lower and upper end.

    Raises
    ------
    ValueError
        If there are fewer than two threads, or not one per post.
    """
    if len(correct) != len(threads):
        raise ValueError(f"There are {len(correct)} answers and {len(threads)} threads: give the "
                         "thread of each answer.")
    _, thread_of = np.unique(np.asarray(threads), return_inverse=True)
    sizes = np.bincount(thread_of)
    if len(sizes) < 2:
        raise ValueError("An interval needs posts of two threads or more: drawing from one thread "
                         "gives the same posts each time.")
    right = np.bincount(thread_of, weights=np.asarray(correct, dtype=float))
    random = np.random.RandomState(seed)
    accuracies = np.empty(2_000)
    for sample in range(len(accuracies)):
        drawn = random.randint(0, len(sizes), len(sizes))
        accuracies[sample] = right[drawn].sum() / sizes[drawn].sum()
    outside = 50 * (1 - LEVEL)
    low, high = np.percentile(accuracies, [outside, 100 - outside])
    return float(low), float(high)


def correct_posts(run):
    """Return which posts of the test set a run answered correctly.

    Parameters
    ----------
    run : dict
        A line of the results, with "correct" and "n_test".

    Returns
    -------
    numpy.ndarray of bool, shape (n_test,)
        In the order of the split's test set.
    """
    packed = np.frombuffer(base64.b64decode(run["correct"]), dtype=np.uint8)
    return np.unpackbits(packed)[:run["n_test"]].astype(bool)


def results():
    """Return the measured runs on the real posts.

    Returns
    -------
    pandas.DataFrame
        One row per run, among others "model", "condition", "seed", "n_labels" (0 for all) and
        "accuracy" on the test set.
    """
    lines = RUNS.read_text(encoding="utf-8").splitlines()
    return pd.DataFrame([json.loads(line) for line in lines])


def summary(runs):
    """Return the accuracies of each model under each condition, with all labels.

    Parameters
    ----------
    runs : pandas.DataFrame
        As `results` returns them.

    Returns
    -------
    pandas.DataFrame
        One row per condition and model, the highest mean first within a condition:
        "condition", "model", "mean", "low", "high" (over the splits), "splits".
    """
    whole = runs[runs["n_labels"] == 0].groupby(["condition", "model"], as_index=False)
    rows = whole["accuracy"].agg(mean="mean", low="min", high="max", splits="count")
    rows["order"] = rows["condition"].map(list(CONDITIONS).index)
    rows = rows.sort_values(["order", "mean"], ascending=[True, False], ignore_index=True)
    return rows.drop(columns="order")


def difference(runs, model, other, condition, n_labels=0):
    """Compare two models over the splits on which both were measured.

    Parameters
    ----------
    runs : pandas.DataFrame
        As `results` returns them.
    model, other : str
        Names of the two models.
    condition : str
        One of `CONDITIONS`.
    n_labels : int
        Number of labeled posts; 0 for all.

    Returns
    -------
    dict
        "difference" (mean of the accuracies of `model` minus those of `other`), "low", "high"
        (its interval, see `paired_difference`; NaN for one split), "splits".

    Raises
    ------
    ValueError
        If there is no such model, condition or number of labels, or no split that has both.
    """
    if model == other:
        raise ValueError(f"{model!r} was given twice: a difference is between two models.")
    models, sizes = runs["model"].unique().tolist(), runs["n_labels"].unique().tolist()
    for value, known in ((model, models), (other, models), (condition, list(CONDITIONS)),
                         (n_labels, sizes)):
        if value not in known:
            raise ValueError(f"There are no runs of {value!r}. Choose one of: "
                             f"{', '.join(map(repr, known))}.")
    rows = runs[(runs["condition"] == condition) & (runs["n_labels"] == n_labels)]
    both = rows.pivot(index="seed", columns="model", values="accuracy")
    both = both.reindex(columns=[model, other]).dropna()
    if not len(both):
        raise ValueError(f"No split of {condition!r} with n_labels={n_labels} has both models.")
    mean, low, high = (both[model] - both[other]).mean(), np.nan, np.nan
    if len(both) > 1:
        mean, low, high = paired_difference(both[model], both[other])
    return {"difference": mean, "low": low, "high": high, "splits": len(both)}


def threads_of_test_set(condition, seed):
    """Return the thread of each post of a measured test set.

    Parameters
    ----------
    condition : str
        One of `CONDITIONS`.
    seed : int
        Seed of the split; threads are kept for seed 11.

    Returns
    -------
    numpy.ndarray of int, shape (n_test,)
        In the order of `correct_posts`, for `thread_interval`.

    Raises
    ------
    ValueError
        If the threads of this test set are not kept.
    """
    with np.load(RUNS.parent / "test_threads.npz") as threads:
        if f"{condition}-{seed}" not in threads:
            raise ValueError(f"The threads of {condition}-{seed} are not kept. There are those of: "
                             f"{', '.join(threads)}.")
        return threads[f"{condition}-{seed}"]


def learning_curve(runs=None):
    """Return the accuracies at each number of labeled posts, under the condition "body".

    A model's points are means over the same splits: those measured at each of its sizes, of which
    there must be two or more.

    Parameters
    ----------
    runs : pandas.DataFrame, optional
        As `results` returns them; by default all of them.

    Returns
    -------
    pandas.DataFrame
        One row per model and number of labels: "model", "n_labels" (0 for all), "labels" (the
        median number of labeled posts), "mean", "low", "high" (over the splits), "splits".
    """
    runs = results() if runs is None else runs
    runs = runs[runs["condition"] == "body"]
    runs = runs.assign(labels=runs["n_train"] + runs["n_validation"])
    n_sizes = runs.groupby("model")["n_labels"].transform("nunique")
    n_measured = runs.groupby(["model", "seed"])["n_labels"].transform("nunique")
    runs = runs[(n_measured == n_sizes) & (n_sizes > 1)]
    rows = runs.groupby(["model", "n_labels"], as_index=False).agg(
        labels=("labels", "median"), mean=("accuracy", "mean"), low=("accuracy", "min"),
        high=("accuracy", "max"), splits=("accuracy", "count"))
    rows["labels"] = rows["labels"].astype(int)
    return rows.sort_values(["model", "labels"], ignore_index=True)
