"""Checks of lesson 09."""

import numpy as np

from helpers.checks._guard import array, check_function, guarded, hint_if, number, show, table


@guarded
def bin_counts(answer):
    """Check a function from confidences and `n_bins` to the number of posts in each bin.

    Bins of equal width from 0 to 1; a lower edge belongs to its bin, and 1.0 to the last one.
    """
    def counts(confidence, n):
        return np.histogram(confidence, n, (0, 1))[0]

    rng = np.random.default_rng(18)
    cases = [([0.3], 1), ([1.0], 2), ([0.0], 2), ([0.5], 2), ([0.25], 2), ([0.25, 0.75], 4),
             ([0.5, 1.0, 0.0], 4)]
    cases += [((rng.integers(1000 * low, 1000, size) + 0.5) / 1000, n)  # never at an edge
              for n in (2, 3, 4, 5, 10) for low, size in [(0, 5), (0.5, 12), (0, 30)]]
    check_function(answer, counts, [(np.array(values, dtype=float), n) for values, n in cases], [
        ("1.0 belongs to the last bin; here to none.",
         lambda confidence, n: counts(confidence[confidence < 1], n)),
        *(("1.0 belongs to the last bin; here there is one bin more.",
           lambda confidence, n, m=more: np.bincount((confidence * n).astype(int), minlength=n + m))
          for more in (0, 1)),
        ("the bins go from 0 to 1, not from the lowest to the highest confidence.",
         lambda confidence, n: np.histogram(confidence, n)[0]),
        ("these are shares; asked for are counts.",
         lambda confidence, n: counts(confidence, n) / len(confidence)),
        ("`n_bins` is an argument; here it is always ten.",
         lambda confidence, n: counts(confidence, 10)),
        ("this is the bin of each post; count how many are in each.",
         lambda confidence, n: np.minimum((confidence * n).astype(int), n - 1)),
    ], read=array)
    return "a bin with few posts says little: its accuracy can be anything."


@guarded
def coverage_accuracy(answer):
    """Check a function from confidences, `right` and a threshold to coverage and accuracy.

    Coverage is the share of posts with confidence >= threshold, accuracy the share of these that
    are right; NaN (or None) if there are none.
    """
    def both(sure=np.greater_equal, nothing=np.nan, turn=lambda pair, right, own: pair):
        def function(confidence, right, threshold):
            own = sure(confidence, threshold)
            accuracy = right[own].mean() if own.any() else nothing
            return turn(np.array([own.mean(), accuracy]), right, own)
        return function

    def read(got):
        pair = isinstance(got, (tuple, list, np.ndarray)) and len(got) == 2
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
    check_function(answer, both(), cases, [
        ("this is per cent; shares lie between 0 and 1.", lambda *given: 100 * both()(*given)),
        ("this is rounded; return all digits.", lambda *given: both()(*given).round(2)),
        ("coverage comes first, then accuracy.", lambda *given: both()(*given)[::-1]),
        ("exactly at the threshold is sure enough: `>=`.", both(np.greater)),
        *((hint, both(turn=lambda pair, right, own, of=of, nan=nan: (
            pair[0], np.nan if nan and not own.any() else of(right, own).mean())))
          for hint, of in [
              ("accuracy is that of the answered posts; this is that of all.", lambda x, own: x),
              ("divide the right ones by the number of answered posts, not of all.", np.multiply)]
          for nan in (False, True)),
        ("coverage is a share; divide by the number of posts.",
         both(turn=lambda pair, _, own: (own.sum(), pair[1]))),
        ("with no answer there is no accuracy: NaN, not 0.", both(nothing=0.0)),
        ("the threshold is an argument, not always 0.5.", lambda c, r, t: both()(c, r, 0.5)),
    ], read=read)
    return "a higher threshold answers less often; what that buys has to be measured."


@guarded
def apply_temperature(answer):
    """Check a function from probabilities (posts, classes) and a temperature to probabilities.

    Each row becomes row ** (1 / temperature), divided by its sum; 0 stays 0.
    """
    def cooled(power=lambda p, t: p ** (1 / t), axis=1):
        return lambda p, t: power(p, t) / power(p, t).sum(axis=axis, keepdims=True)

    rng = np.random.default_rng(18)
    cases = [([[0.8, 0.2]], 2.0), ([[0.8, 0.2]], 1.0), ([[1.0, 0.0]], 2.0),
             ([[0.5, 0.5, 0.0], [0.1, 0.2, 0.7]], 0.5)]
    cases += [(rng.dirichlet([1] * dim, size), t)
              for size, dim in [(1, 2), (2, 3), (3, 4)] for t in (0.5, 1.5, 3.0)]
    check_function(answer, cooled(), [(np.array(p), t) for p, t in cases], [
        ("no exponential is needed: raise each probability to the power 1 / temperature.",
         cooled(lambda p, t: np.exp(p / t))),
        ("the rows no longer sum to 1: divide the powers of a row by their sum.",
         lambda p, t: p ** (1 / t)),
        *(("raise to the power 1 / temperature; do not divide by the temperature.", wrong)
          for wrong in (lambda p, t: p / t, cooled(lambda p, t: p / t))),
        ("the power is 1 / temperature, not the temperature.", cooled(lambda p, t: p ** t)),
        ("each row sums to 1, not each column.", cooled(axis=0)),
        ("each row sums to 1, not the whole table.", cooled(axis=None)),
        ("this is rounded; return all digits.", lambda *given: cooled()(*given).round(2)),
    ], read=table)
    return "no answer changed, only how sure the model says it is."
