"""Calibration, paired differences, intervals and the measured runs: values worked out by hand, answers that are known."""

import base64
import json
import sys
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from helpers import evaluation

RNG = np.random.RandomState(5)
TRUE = RNG.dirichlet(np.full(4, 0.5), 20_000)  # what a well calibrated classifier says
LABELS = (RNG.random_sample((len(TRUE), 1)) > TRUE.cumsum(axis=1)).sum(axis=1)


def two_classes(confidences):
    return np.array([[confidence, 1 - confidence] for confidence in confidences])


# --- calibration

def test_bins_and_their_weighted_error_by_hand():
    """Three posts at .7, one of them right; one at .9, right; one at .5, wrong."""
    probabilities = two_classes([0.7, 0.7, 0.7, 0.9, 0.5])
    labels = np.array([0, 1, 1, 0, 1])
    bins = evaluation.calibration_bins(probabilities, labels, n_bins=5)
    assert list(bins["posts"]) == [0, 0, 1, 3, 1] and list(bins["low"]) == [0, 0.2, 0.4, 0.6, 0.8]
    assert np.allclose(bins["high"] - bins["low"], 0.2)
    assert np.allclose(bins["confidence"][2:], [0.5, 0.7, 0.9]) and np.allclose(bins["accuracy"][2:], [0, 1 / 3, 1])
    assert bins[["confidence", "accuracy"]][:2].isna().all(axis=None)
    error = evaluation.expected_calibration_error(probabilities, labels, n_bins=5)
    assert error == pytest.approx((1 * 0.5 + 3 * (0.7 - 1 / 3) + 1 * 0.1) / 5)


def test_always_sure_and_right_in_one_of_two():
    bins = evaluation.calibration_bins(np.eye(2), np.array([0, 0]))
    assert bins["posts"].iloc[-1] == 2 and bins["accuracy"].iloc[-1] == 0.5
    assert evaluation.expected_calibration_error(np.eye(2), np.array([0, 0])) == 0.5


def test_the_error_is_small_for_who_tells_the_truth_and_does_not_depend_on_how_many_posts_there_are():
    error = evaluation.expected_calibration_error(TRUE, LABELS)
    sharper = evaluation.apply_temperature(TRUE, 0.5)
    assert error < 0.02 < evaluation.expected_calibration_error(sharper, LABELS)
    twice = np.concatenate([sharper, sharper]), np.concatenate([LABELS, LABELS])
    assert evaluation.expected_calibration_error(*twice) == pytest.approx(
        evaluation.expected_calibration_error(sharper, LABELS))


def test_a_temperature_divides_the_logits_and_changes_no_answer():
    logits = np.array([[1.0, 2.0, 4.0]])
    softmax = np.exp(logits) / np.exp(logits).sum()
    cooled = evaluation.apply_temperature(softmax, 2)
    assert np.allclose(cooled, np.exp(logits / 2) / np.exp(logits / 2).sum())
    cooled = evaluation.apply_temperature(TRUE, 2.0)
    assert np.allclose(cooled.sum(axis=1), 1) and cooled.max(axis=1).mean() < TRUE.max(axis=1).mean()
    assert np.array_equal(cooled.argmax(axis=1), TRUE.argmax(axis=1))
    assert np.allclose(evaluation.apply_temperature(TRUE, 1), TRUE, atol=1e-6)
    assert np.isfinite(evaluation.apply_temperature(np.array([[1.0, 0.0]]), 0.05)).all()


@pytest.mark.parametrize("temperature", [0.3, 0.8, 2.0, 8.0])
def test_the_temperature_is_found(temperature):
    said = evaluation.apply_temperature(TRUE, 1 / temperature)  # too sure where it is above 1
    assert evaluation.best_temperature(said, LABELS) == pytest.approx(temperature, rel=0.05)


def test_a_temperature_that_is_not_there_is_told():
    sure = np.array([[0.9, 0.1], [0.2, 0.8]])
    for labels in ([0, 1], [1, 0]):  # all right: the lower the better; all wrong: the higher
        with pytest.raises(ValueError, match="No temperature between 0.05 and 20 is the best"):
            evaluation.best_temperature(sure, np.array(labels))
    with pytest.raises(ValueError, match="NaN"):
        evaluation.best_temperature(np.array([[np.nan, np.nan]]), np.array([0]))


# --- differences and intervals

def test_a_paired_difference_by_hand():
    """Differences .1, .2, .3: mean .2, standard error .1 / sqrt(3), t of two degrees of freedom 4.3027."""
    mean, low, high = evaluation.paired_difference([0.6, 0.8, 0.4], [0.5, 0.6, 0.1])
    assert mean == pytest.approx(0.2)
    assert high - mean == pytest.approx(4.3027 * 0.1 / np.sqrt(3), rel=1e-4) and mean - low == pytest.approx(high - mean)
    assert evaluation.paired_difference([0.5, 0.6, 0.1], [0.6, 0.8, 0.4]) == pytest.approx((-mean, -high, -low))
    narrower = evaluation.paired_difference([0.6, 0.8, 0.4], [0.5, 0.6, 0.1], level=0.9)
    assert low < narrower[1] < narrower[2] < high


def test_the_difficulty_of_a_split_cancels():
    a, b, hard = np.array([0.8, 0.81, 0.79]), np.array([0.7, 0.72, 0.7]), np.array([0.3, 0.0, 0.1])
    assert evaluation.paired_difference(a - hard, b - hard) == pytest.approx(evaluation.paired_difference(a, b))


@pytest.mark.parametrize(("a", "b"), [([0.5], [0.4]), ([0.5, 0.6], [0.5, 0.6, 0.7])])
def test_a_difference_needs_the_same_two_splits_or_more(a, b):
    with pytest.raises(ValueError, match="same two or more splits"):
        evaluation.paired_difference(a, b)


def test_an_interval_by_threads_is_that_of_independent_posts_where_each_is_a_thread():
    correct = np.arange(1_000) % 4 > 0
    low, high = evaluation.thread_interval(correct, np.arange(1_000), seed=1)
    half = 1.96 * np.sqrt(0.75 * 0.25 / 1_000)
    assert (low, high) == pytest.approx((0.75 - half, 0.75 + half), abs=0.004)
    assert evaluation.thread_interval(correct, np.arange(1_000), seed=1) == (low, high)
    narrower = evaluation.thread_interval(correct, np.arange(1_000), seed=1, level=0.5)
    assert low < narrower[0] < narrower[1] < high


def test_posts_that_are_alike_count_once():
    """Nine copies of each post: the same interval by threads, a third of its width by posts."""
    correct, threads = np.arange(300) % 4 > 0, np.arange(300)
    low, high = evaluation.thread_interval(correct, threads, seed=1)
    many, many_threads = np.repeat(correct, 9), np.repeat(threads, 9) * 7 + 3
    assert evaluation.thread_interval(many, many_threads, seed=1) == pytest.approx((low, high))
    low_posts, high_posts = evaluation.thread_interval(many, np.arange(len(many)), seed=1)
    assert (high_posts - low_posts) == pytest.approx((high - low) / 3, rel=0.1)
    assert evaluation.thread_interval(np.ones(5), [0, 0, 1, 2, 2], seed=0) == (1, 1)


def test_a_long_thread_counts_with_all_its_posts():
    """A thread of nine right posts and one of a wrong post: half of the draws take each once."""
    assert evaluation.thread_interval(np.arange(10) < 9, [0] * 9 + [1], seed=0, level=0.4) == (0.9, 0.9)


# --- the measured runs

def line(model, seed, accuracy, n_labels=0, condition="body", n=(80, 20)):
    return {"model": model, "condition": condition, "seed": seed, "n_labels": n_labels, "accuracy": accuracy,
            "n_train": n[0], "n_validation": n[1]}


def test_runs_are_read_line_by_line_with_the_posts_that_were_right(tmp_path):
    correct = np.array([1, 0, 0, 1, 1, 1, 0, 1, 0, 1, 1], bool)
    packed = base64.b64encode(np.packbits(correct).tobytes()).decode()
    path = tmp_path / "runs.jsonl"
    path.write_text(json.dumps({**line("a", 1, 0.5), "correct": packed, "n_test": 11}) + "\n", encoding="utf-8")
    (run,) = evaluation.results(path).to_dict("records")
    assert run["model"] == "a" and np.array_equal(evaluation.correct_posts(run), correct)


def test_a_summary_has_the_mean_the_lowest_and_the_highest_of_whole_runs():
    runs = pd.DataFrame([
        *(line("a", seed, accuracy) for seed, accuracy in ((1, 0.5), (2, 0.6), (3, 0.91))),
        line("b", 1, 0.7), line("a", 1, 0.1, n_labels=200), line("a", 1, 0.2, condition="reference")])
    rows = evaluation.summary(runs)
    assert list(zip(rows["condition"], rows["model"])) == [("reference", "a"), ("body", "b"), ("body", "a")]
    last = rows.iloc[-1]
    assert (last["mean"], last["low"], last["high"], last["splits"]) == (pytest.approx(0.67), 0.5, 0.91, 3)


def test_a_difference_is_over_the_splits_that_both_have():
    runs = pd.DataFrame([
        line("a", 1, 0.5), line("a", 2, 0.8), line("a", 3, 0.9), line("b", 2, 0.6), line("b", 3, 0.8), line("b", 4, 0.1),
        line("a", 2, 0.0, condition="strict"), line("b", 2, 0.3, n_labels=200)])
    found = evaluation.difference(runs, "a", "b", "body")
    expected = evaluation.paired_difference([0.8, 0.9], [0.6, 0.8])
    assert (found["difference"], found["low"], found["high"], found["splits"]) == pytest.approx((*expected, 2))
    one = evaluation.difference(runs[runs["seed"] == 2], "a", "b", "body")
    assert one["difference"] == pytest.approx(0.2) and np.isnan(one["low"]) and one["splits"] == 1
    assert evaluation.difference(runs, "a", "c", "body")["splits"] == 0


def test_the_learning_curve_compares_the_same_splits_at_each_size():
    runs = pd.DataFrame([
        *(line("a", seed, accuracy, n_labels=200, n=(160, 40)) for seed, accuracy in ((1, 0.3), (2, 0.4), (3, 0.8))),
        *(line("a", seed, accuracy, n=(900 + seed, 99)) for seed, accuracy in ((1, 0.6), (2, 0.7), (3, 0.8), (4, 0.1))),
        line("a", 5, 0.0, n_labels=200), line("never with few labels", 1, 0.9),
        line("a", 1, 0.0, n_labels=200, condition="strict")])
    few, everything = evaluation.learning_curve(runs).to_dict("records")
    assert few == {"model": "a", "n_labels": 200, "labels": 200, "mean": pytest.approx(0.5), "low": 0.3, "high": 0.8,
                   "splits": 3}
    assert everything == {"model": "a", "n_labels": 0, "labels": 1001, "mean": pytest.approx(0.7), "low": 0.6,
                          "high": 0.8, "splits": 3}


# --- the sentence encoder

def test_texts_are_encoded_once_and_only_their_first_words(own_cache, monkeypatch):
    package, seen = ModuleType("sentence_transformers"), []

    class SentenceTransformer:
        def __init__(self, name):
            self.name = name

        def encode(self, texts, batch_size):
            seen.append((self.name, self.max_seq_length, list(texts)))
            return np.array([[len(text), 1] for text in texts], dtype=np.float64)

    package.SentenceTransformer = SentenceTransformer
    monkeypatch.setitem(sys.modules, "sentence_transformers", package)
    vectors = evaluation.encode_texts(["one  two\nthree", "four"], max_words=2)
    assert vectors.dtype == np.float32 and vectors.tolist() == [[7, 1], [4, 1]]
    assert seen == [("all-MiniLM-L6-v2", 256, ["one two", "four"])]
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)  # as if it were not installed
    assert np.array_equal(evaluation.encode_texts(["one two other", "four"], max_words=2), vectors)
    for change in ({"max_words": 3}, {"model": "another"}, {"max_pieces": 128}):
        with pytest.raises(RuntimeError, match="pip install sentence-transformers"):
            evaluation.encode_texts(["one two other", "four"], **{"max_words": 2, **change})


def test_the_encoder_comes_from_a_folder_if_one_is_named(own_cache, monkeypatch, tmp_path):
    package, names = ModuleType("sentence_transformers"), []

    class SentenceTransformer:
        def __init__(self, name):
            names.append(name)

        def encode(self, texts, batch_size):
            return np.zeros((len(texts), 3))

    package.SentenceTransformer = SentenceTransformer
    monkeypatch.setitem(sys.modules, "sentence_transformers", package)
    assert evaluation.encode_texts(["word"], folder=tmp_path).shape == (1, 3)
    assert names == [str(tmp_path)]
