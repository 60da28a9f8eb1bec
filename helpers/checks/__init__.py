"""One check per exercise, and a learner's guess beside the outcome.

Each check takes the learner's answer first and prints ``not done yet: ...``, ``hint: ...`` or
``correct: ...``; the lesson states the task. `_guard` runs and judges an answer.
"""

from contextlib import suppress

import numpy as np

from helpers.checks._guard import show
from helpers.checks.lesson01 import best_possible, cross_posts, read_bytes
from helpers.checks.lesson02 import cut_header, header_share, own_words
from helpers.checks.lesson03 import coverage, integers, learn_words
from helpers.checks.lesson04 import analogy, build_matrix, cosine
from helpers.checks.lesson05 import choose, conv_parameters, stopped_epoch
from helpers.checks.lesson06 import answer_or_abstain, same_answers, top_three
from helpers.checks.lesson07 import attention_parameters, masked_softmax, weighted_mean
from helpers.checks.lesson08 import confusion, paired_mean, resample_threads
from helpers.checks.lesson09 import apply_temperature, bin_counts, coverage_accuracy

__all__ = [
    "analogy", "answer_or_abstain", "apply_temperature", "attention_parameters", "best_possible",
    "bin_counts", "build_matrix", "choose", "compare_guess", "confusion", "conv_parameters",
    "cosine", "coverage", "coverage_accuracy", "cross_posts", "cut_header", "header_share",
    "integers", "learn_words", "masked_softmax", "own_words", "paired_mean", "read_bytes",
    "resample_threads", "same_answers", "stopped_epoch", "top_three", "weighted_mean"]


def _said(value):
    """Write a guess or an outcome in a few words, whatever it is."""
    with suppress(Exception):  # a guess may be anything, and its own methods may raise anything
        if isinstance(value, (list, tuple)) and 0 < len(value) <= 10:
            return ", ".join(map(_said, value))
        if isinstance(value, str) and len(value) <= 100:
            return " ".join(value.split())
        if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
            return f"{value:,}" if abs(value) < 1e12 else f"{value:.2g}"
        if isinstance(value, (float, np.floating)):
            if 0.01 <= abs(value) < 1e12:
                return f"{value:,.3f}".rstrip("0").rstrip(".")
            return f"{value:.2g}"
    return show(value)


def compare_guess(guess, outcome):
    """Print a learner's guess beside the outcome, and the outcome alone while there is no guess.

    Parameters
    ----------
    guess : object
        What the learner wrote: a number, a word, a list; nothing is refused. ``...`` is no guess.
    outcome : int, float, str or list of str
        What came out.
    """
    if guess is ...:
        print("outcome:", _said(outcome))
    else:
        print(f"you said {_said(guess)}; it is {_said(outcome)}")
