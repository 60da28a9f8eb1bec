"""Calibration, paired differences, intervals and the measured runs: values worked out by hand, answers that are known."""

import base64
import json

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
    with pytest.raises(ValueError, match="No temperature between 0.05 and 20 is the best"):
        evaluation.best_temperature(sure, np.array([1, 0]))
    with pytest.raises(ValueError, match="All 2 answers are right, so no temperature is the best"):
        evaluation.best_temperature(sure, np.array([0, 1]))


@pytest.mark.parametrize(("probabilities", "labels", "right"), [
    (np.eye(3), [0, 1, 2], 3), (np.eye(3), [1, 2, 0], 0), (np.full((4, 20), 0.05), [0, 1, 2, 3], 1), (two_classes([0.999] * 9), [0] * 9, 9),
    (np.full((2, 2), 0.5, np.float32), [0, 1], 1), (two_classes([0.9] * 4), [0, 0, 1, 1], 2)],
    ids=["saturated, right", "saturated, wrong", "uniform", "sure, right", "uniform float32", "no better than chance"])
def test_the_message_says_what_happened(probabilities, labels, right):
    """Where the loss is flat the search ends somewhere inside, and there is no best temperature all the same."""
    said = f"and nowhere lower. {right} of the {len(labels)} answers are right, with a mean confidence of {probabilities.max(axis=1).mean():.2f}."
    said = f"All {right} answers are right" if right == len(labels) else said
    with pytest.raises(ValueError, match=said):
        evaluation.best_temperature(probabilities, labels)


SOME = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.3, 0.4, 0.3], [0.1, 0.1, 0.8]]


@pytest.mark.parametrize("change", [list, tuple, pd.Series, lambda values: np.array(values, dtype=float)])
def test_answers_may_be_of_any_type(change):
    labels, numbers = [0, 1, 0, 2], (np.array(SOME), np.array([0, 1, 0, 2]))
    table = pd.DataFrame(SOME) if change is pd.Series else SOME
    assert evaluation.calibration_bins(table, change(labels)).equals(evaluation.calibration_bins(*numbers))
    assert evaluation.best_temperature(table, change(labels)) == evaluation.best_temperature(*numbers)
    assert np.array_equal(evaluation.apply_temperature(table, 2), evaluation.apply_temperature(numbers[0], 2))


def test_labels_of_two_classes_may_be_true_and_false():
    probabilities = two_classes([0.8, 0.3, 0.6, 0.9])
    for function in (evaluation.expected_calibration_error, evaluation.best_temperature):
        assert function(probabilities, [False, True, True, False]) == function(probabilities, [0, 1, 1, 0])


BAD_LABELS = {"a column": [[0], [1], [0], [2]], "a row": [[0, 1, 0, 2]], "too few": [0, 1], "one": 0, "names": ["a", "b", "a", "c"],
              "digits": ["0", "1", "0", "2"], "one-hot": np.eye(4, 3), "negative": [0, 1, 0, -1], "too high": [1, 2, 1, 3],
              "NaN": [0, 1, 0, np.nan], "None": [0, 1, 0, None], "halves": [0, 0.5, 1, 2]}
BAD_ROWS = {"one row": SOME[0], "logits": [[2.0, -1.0, 0.5]] * 4, "per cent": (100 * np.array(SOME)).tolist(), "a NaN row": [*SOME[:3], [np.nan] * 3],
            "infinite": [*SOME[:3], [np.inf, 0, 0]], "one column": [[0.7]] * 4, "negative": [*SOME[:3], [1.5, -0.5, 0]]}
JUDGES = [evaluation.calibration_bins, evaluation.expected_calibration_error, evaluation.best_temperature]


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("labels", BAD_LABELS.values(), ids=BAD_LABELS)
def test_labels_that_are_none_are_refused(judge, labels):
    with pytest.raises(ValueError, match="Labels are a list with a number per row|Some labels are no class: give numbers from 0 to 2"):
        judge(SOME, labels)


@pytest.mark.parametrize("rows", BAD_ROWS.values(), ids=BAD_ROWS)
def test_rows_that_are_no_probabilities_are_refused(rows):
    for judge in (*JUDGES, lambda rows, _: evaluation.apply_temperature(rows, 2)):
        with pytest.raises(ValueError, match="a table with a row per post|Some rows are no probabilities"):
            judge(rows, [0, 0, 0, 0])


@pytest.mark.parametrize("judge", JUDGES)
def test_no_post_is_refused(judge):
    for nothing in (np.empty((0, 3)), []):
        with pytest.raises(ValueError, match="a table with a row per post"):
            judge(nothing, [])


@pytest.mark.parametrize("temperature", [0, -1, 0.0, -np.inf, np.inf, np.nan])
def test_a_temperature_is_above_zero(temperature):
    with pytest.raises(ValueError, match="A temperature is a number above 0"):
        evaluation.apply_temperature(SOME, temperature)


def test_a_row_alone_is_refused_without_a_word_of_labels():
    with pytest.raises(ValueError, match=r"a table with a row per post, of one post or more; here the shape is \(3,\)\.$"):
        evaluation.apply_temperature(SOME[0], 2)


@pytest.mark.parametrize("n_bins", [0, -1])
def test_there_is_a_bin(n_bins):
    for judge in (evaluation.calibration_bins, evaluation.expected_calibration_error):
        with pytest.raises(ValueError, match=f"n_bins must be 1 or more, not {n_bins}"):
            judge(SOME, [0, 1, 0, 2], n_bins)


# --- differences and intervals

def test_a_paired_difference_by_hand():
    """Differences .1, .2, .3: mean .2, standard error .1 / sqrt(3), t of two degrees of freedom 4.3027."""
    mean, low, high = evaluation.paired_difference([0.6, 0.8, 0.4], [0.5, 0.6, 0.1])
    assert mean == pytest.approx(0.2)
    assert high - mean == pytest.approx(4.3027 * 0.1 / np.sqrt(3), rel=1e-4) and mean - low == pytest.approx(high - mean)
    assert evaluation.paired_difference([0.5, 0.6, 0.1], [0.6, 0.8, 0.4]) == pytest.approx((-mean, -high, -low))


def test_the_difficulty_of_a_split_cancels():
    a, b, hard = np.array([0.8, 0.81, 0.79]), np.array([0.7, 0.72, 0.7]), np.array([0.3, 0.0, 0.1])
    assert evaluation.paired_difference(a - hard, b - hard) == pytest.approx(evaluation.paired_difference(a, b))


@pytest.mark.parametrize(("a", "b"), [
    ([0.5], [0.4]), ([0.5, 0.6], [0.5, 0.6, 0.7]), ([], []), (np.ones((3, 1)), np.ones(3)), (np.ones((3, 1)), np.ones((3, 1))),
    (0.5, 0.4), ([0.5, 0.6], [0.5]), (pd.DataFrame({"a": [0.5, 0.6]}), pd.Series([0.5, 0.6]))])
def test_a_difference_needs_the_same_two_splits_or_more(a, b):
    with pytest.raises(ValueError, match="same two or more splits"):
        evaluation.paired_difference(a, b)


@pytest.mark.parametrize("seeds", [[13, 12, 11], [12, 11, 13], [12, 13, 14], [13, 14, 15], [11, 12]])
def test_series_of_other_splits_or_in_another_order_are_refused(seeds):
    a, b = pd.Series([0.6, 0.8, 0.4], [11, 12, 13]), pd.Series(np.arange(len(seeds)) / 10, seeds)
    with pytest.raises(ValueError, match="other splits, or the same in another order"):
        evaluation.paired_difference(a, b)
    one, other = a.align(b, join="inner")  # what the message says
    assert len(one) < 2 or len(evaluation.paired_difference(one, other)) == 3


def test_series_of_the_same_splits_and_rows_of_one_table_are_compared():
    table = pd.DataFrame({"model": list("aaabbb"), "accuracy": [0.6, 0.8, 0.4, 0.5, 0.6, 0.1]})
    a, b = (table["accuracy"][table["model"] == name] for name in "ab")
    expected = evaluation.paired_difference(list(a), list(b))
    assert evaluation.paired_difference(a, b) == evaluation.paired_difference(a, list(b)) == expected
    assert evaluation.paired_difference(a, b.set_axis(a.index)) == expected


def test_a_missing_accuracy_is_told():
    for a, b in (([0.5, np.nan], [0.4, 0.3]), ([0.5, 0.6], [None, 0.3])):
        with pytest.raises(ValueError, match="Some accuracies are NaN"):
            evaluation.paired_difference(a, b)


@pytest.mark.parametrize("threads", [[7, 7, 7], ["a", "a", "a"], [0], []])
def test_an_interval_needs_two_threads(threads):
    with pytest.raises(ValueError, match="posts of two threads or more"):
        evaluation.thread_interval(np.ones(len(threads)), threads, seed=0)


def test_an_interval_needs_a_thread_for_each_answer():
    with pytest.raises(ValueError, match="There are 3 answers and 2 threads"):
        evaluation.thread_interval([1, 0, 1], [1, 2], seed=0)


def test_an_interval_by_threads_is_that_of_independent_posts_where_each_is_a_thread():
    correct = np.arange(1_000) % 4 > 0
    low, high = evaluation.thread_interval(correct, np.arange(1_000), seed=1)
    half = 1.96 * np.sqrt(0.75 * 0.25 / 1_000)
    assert (low, high) == pytest.approx((0.75 - half, 0.75 + half), abs=0.004)
    assert evaluation.thread_interval(correct, np.arange(1_000), seed=1) == (low, high)


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
    """A hundred threads of nine right posts, a hundred of one wrong post: nine posts in ten are right, not one in two."""
    threads = np.append(np.repeat(np.arange(100), 9), np.arange(100, 200))
    low, high = evaluation.thread_interval(threads < 100, threads, seed=0)
    assert 0.8 < low < 0.9 < high < 0.95


# --- the measured runs

def line(model, seed, accuracy, n_labels=0, condition="body", n=(80, 20)):
    return {"model": model, "condition": condition, "seed": seed, "n_labels": n_labels, "accuracy": accuracy,
            "n_train": n[0], "n_validation": n[1]}


def test_runs_are_read_line_by_line_with_the_posts_that_were_right(tmp_path, monkeypatch):
    correct = np.array([1, 0, 0, 1, 1, 1, 0, 1, 0, 1, 1], bool)
    packed = base64.b64encode(np.packbits(correct).tobytes()).decode()
    path = tmp_path / "runs.jsonl"
    path.write_text(json.dumps({**line("a", 1, 0.5), "correct": packed, "n_test": 11}) + "\n", encoding="utf-8")
    monkeypatch.setattr(evaluation, "RUNS", path)
    (run,) = evaluation.results().to_dict("records")
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
    with pytest.raises(ValueError, match="No split of 'reference' with n_labels=0 has both models"):
        evaluation.difference(runs, "a", "b", "reference")
    with pytest.raises(ValueError, match="'a' was given twice"):
        evaluation.difference(runs, "a", "a", "body")
    for wrong in (("A", "b", "body"), ("a", "c", "body"), ("a", "", "body"), ("a", "b", "Body"), ("a", "b", "body", 300)):
        with pytest.raises(ValueError, match="There are no runs of .*Choose one of: ('a', 'b'|'reference', 'body', 'strict'|0, 200)."):
            evaluation.difference(runs, *wrong)


@pytest.mark.parametrize("wrong", [("body", 12), ("Body", 11), ("strict", "11 "), ("", 11)])
def test_threads_that_are_not_kept_are_told(wrong):
    with pytest.raises(ValueError, match="are not kept. There are those of: .*body-11"):
        evaluation.threads_of_test_set(*wrong)


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
