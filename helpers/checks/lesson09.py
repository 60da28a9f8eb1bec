"""Checks of lesson 09."""

import numpy as np

from helpers.checks._guard import array, check_function, guarded, hint_if, number, show, table


@guarded
def bin_counts(answer):
    """Check a function to the posts per bin; a lower edge belongs to its bin, 1.0 to the last."""
    def counts(confidence, n):
        return np.histogram(confidence, n, (0, 1))[0]

    def bins(confidence, n):
        return (confidence * n).astype(int)

    rng = np.random.default_rng(18)
    cases = [([0.3], 1), ([1.0], 2), ([0.0], 2), ([0.5], 2), ([0.25], 2), ([0.25, 0.75], 4),
             ([0.5, 1.0, 0.0], 4)]
    cases += [((rng.integers(1000 * low, 1000, size) + 0.5) / 1000, n)  # never at an edge
              for n in (2, 3, 4, 5, 10) for low, size in [(0, 5), (0.5, 12), (0, 30)]]
    more = "1.0 belongs to the last bin; here there is one bin more."
    check_function(answer, counts, [(np.array(values, dtype=float), n) for values, n in cases], [
        ("1.0 belongs to the last bin; here to none.",
         lambda confidence, n: counts(confidence[confidence < 1], n)),
        (more, lambda confidence, n: np.bincount(bins(confidence, n), minlength=n)),
        (more, lambda confidence, n: np.bincount(bins(confidence, n), minlength=n + 1)),
        ("the bins go from 0 to 1, not from the lowest to the highest confidence.",
         lambda confidence, n: np.histogram(confidence, n)[0]),
        ("these are shares; asked for are counts.",
         lambda confidence, n: counts(confidence, n) / len(confidence)),
        ("`n_bins` is an argument; here it is always ten.",
         lambda confidence, n: counts(confidence, 10)),
        ("this is the bin of each post; count how many are in each.",
         lambda confidence, n: np.minimum(bins(confidence, n), n - 1)),
    ], read=array)
    return "a bin with few posts says little: its accuracy can be anything."


@guarded
def coverage_accuracy(answer):
    """Check a function from confidences, `right` and a threshold to coverage and accuracy.

    Coverage is the share of posts with confidence >= threshold, accuracy the share of these that
    are right; NaN (or None) if there are none.
    """
    def both(sure=np.greater_equal, accuracy=lambda right, own: right[own].mean(), nothing=np.nan):
        def function(confidence, right, threshold):
            own = sure(confidence, threshold)
            return np.array([own.mean(), accuracy(right, own) if own.any() else nothing])
        return function

    def read(got):
        got = np.asarray(got).tolist() if hasattr(got, "__array__") else got
        pair = isinstance(got, (tuple, list)) and len(got) == 2
        hint_if(not pair, f"expected two numbers, coverage and accuracy, not {show(got)}.")
        nan = [isinstance(x, (float, np.floating)) and np.isnan(x) for x in got]
        hint_if(nan[0], "coverage is NaN; if no post is answered it is 0, only accuracy is NaN.")
        nothing = got[1] is None or nan[1]
        return np.array([number(got[0]), np.nan if nothing else number(got[1])])

    rng = np.random.default_rng(18)
    cases = [([0.9], [1], 0.5), ([0.5], [1], 0.5), ([0.4], [1], 0.5), ([0.4, 0.9], [1, 0], 0.5)]
    cases += [(rng.uniform(0.3, 1, size).round(2), rng.random(size) < 0.6, threshold)
              for size in (3, 4, 6, 9, 20) for threshold in (0.35, 0.55, 0.8)]
    cases = [(np.array(sure), np.array(right, dtype=bool), t) for sure, right, t in cases]
    of_all = "accuracy is that of the answered posts; this is that of all."
    divide = "divide the right ones by the number of answered posts, not of all."
    check_function(answer, both(), cases, [
        ("this is per cent; shares lie between 0 and 1.", lambda *given: 100 * both()(*given)),
        ("coverage comes first, then accuracy.", lambda *given: both()(*given)[::-1]),
        ("exactly at the threshold is sure enough: `>=`.", both(np.greater)),
        (of_all, lambda confidence, right, t: ((confidence >= t).mean(), right.mean())),
        (of_all, both(accuracy=lambda right, own: right.mean())),
        (divide, both(accuracy=lambda right, own: (right & own).mean())),
        (divide, both(accuracy=lambda right, own: (right & own).mean(), nothing=0.0)),
        ("coverage is a share; divide by the number of posts.",
         lambda *given: both()(*given) * [len(given[0]), 1]),
        ("with no answer there is no accuracy: NaN, not 0.", both(nothing=0.0)),
        ("the threshold is an argument, not always 0.5.",
         lambda confidence, right, t: both()(confidence, right, 0.5)),
    ], read=read)
    return "a higher threshold answers less often; what that buys has to be measured."


@guarded
def apply_temperature(answer):
    """Check a function to each row ** (1 / temperature), divided by its sum; 0 stays 0."""
    def cooled(power=lambda p, t: p ** (1 / t), axis=1):
        return lambda p, t: power(p, t) / power(p, t).sum(axis=axis, keepdims=True)

    rng = np.random.default_rng(18)
    cases = [([[0.8, 0.2]], 2.0), ([[0.8, 0.2]], 1.0), ([[1.0, 0.0]], 2.0),
             ([[0.5, 0.5, 0.0], [0.1, 0.2, 0.7]], 0.5)]
    cases += [(rng.dirichlet([1] * dim, size), t)
              for size, dim in [(1, 2), (2, 3), (3, 4)] for t in (0.5, 1.5, 3.0)]
    divided = "raise to the power 1 / temperature; do not divide by the temperature."
    check_function(answer, cooled(), [(np.array(p), t) for p, t in cases], [
        ("no exponential is needed: raise each probability to the power 1 / temperature.",
         cooled(lambda p, t: np.exp(p / t))),
        ("the rows no longer sum to 1: divide the powers of a row by their sum.",
         lambda p, t: p ** (1 / t)),
        (divided, lambda p, t: p / t), (divided, lambda p, t: p),
        ("the power is 1 / temperature, not the temperature.", cooled(lambda p, t: p ** t)),
        ("each row sums to 1, not each column.", cooled(axis=0)),
        ("each row sums to 1, not the whole table.", cooled(axis=None)),
    ], read=table)
    return "no answer changed, only how sure the model says it is."
