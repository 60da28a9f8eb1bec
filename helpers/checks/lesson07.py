"""Checks of lesson 07."""

import numpy as np

from helpers.checks._guard import array, check_function, check_value, guarded


def _softmax(scores):
    powers = np.exp(scores - np.max(scores))
    return powers / powers.sum()


@guarded
def weighted_mean(answer):
    """Check a function to the mean of tokens' vectors, weighted by the softmax of their scores."""
    def mean(weights=_softmax):
        return lambda vectors, scores: weights(scores) @ vectors

    rng = np.random.default_rng(18)
    cases = [(np.array([[2.0, 4.0]]), np.array([3.0])), (np.eye(2), np.array([0.0, 1.0])),
             (np.array([[0.0, 0.0], [2.0, 4.0]]), np.array([0.0, 1.0]))]
    cases += [(rng.normal(0, 2, (size, dim)).round(1), rng.normal(0, 1, size).round(1) + 0.05)
              for size, dim in [(2, 2), (3, 2), (2, 3), (4, 4), (5, 1), (6, 3)] * 2]
    raw = "the scores are no weights yet: softmax takes exponentials and divides by their sum."
    check_function(answer, mean(), cases, [
        ("this is the plain mean; the scores are not used.",
         lambda vectors, scores: vectors.mean(axis=0)),
        (raw, mean(lambda scores: scores)), (raw, mean(lambda scores: scores / scores.sum())),
        ("the weights do not sum to 1: divide by the sum of the exponentials.", mean(np.exp)),
        ("the weights sum to 1 already; sum the weighted vectors, do not take their mean.",
         mean(lambda scores: _softmax(scores) / len(scores))),
        ("sum over the tokens (axis 0).",
         lambda vectors, scores: _softmax(scores) * vectors.sum(axis=1)),
        ("only the highest score counts here.", lambda vectors, scores: vectors[scores.argmax()]),
    ], read=array)
    return "equal scores give the plain mean, one very high score a single token."


@guarded
def masked_softmax(answer):
    """Check a function to the softmax of the tokens' scores, up to 1,000; padding gets 0."""
    def right(scores, mask):
        return _softmax(np.where(mask, scores, -np.inf))

    def share(values):
        return values / values.sum()

    rng = np.random.default_rng(18)
    cases = [([2], [1]), ([1, 5], [1, 0]), ([0, 0, 1], [1, 0, 1]), ([1000, 999, 0], [1, 1, 0]),
             ([-1000, -999, 0], [1, 1, 0]), ([1000, -1000, 0], [1, 1, 0]),
             ([-720, -720, 0], [1, 1, 0])]  # exp(-720) is a number, exp(720) is infinite
    cases += [(rng.normal(0, 2, size).round(1), np.roll(np.arange(size) < n, n))
              for size, n in [(3, 1), (4, 2), (4, 4), (5, 3), (7, 2)]]
    cases = [(np.array(scores, dtype=float), np.array(mask, dtype=bool)) for scores, mask in cases]
    check_function(answer, right, cases, [
        ("padding gets a weight; the mask is not used.", lambda scores, mask: _softmax(scores)),
        ("padding is set to 0 after the softmax, so the weights no longer sum to 1.",
         lambda scores, mask: _softmax(scores) * mask),
        ("a score of 0 is no score of padding (exp(0) is 1): use a very low number.",
         lambda scores, mask: _softmax(scores * mask)),
        ("True is a token, not padding.", lambda scores, mask: right(scores, ~mask)),
        ("True is a token, not padding.",
         lambda scores, mask: _softmax(np.where(mask, -1e9, scores))),
        ("large scores overflow: subtract the maximum first.",
         lambda scores, mask: share(np.exp(scores) * mask)),
        ("subtract the maximum of the tokens, not of padding: else all may vanish.",
         lambda scores, mask: share(np.exp(scores - scores.max()) * mask)),
        ("padding's exponential may be infinite, and infinite * 0 is NaN: mask it before `exp`.",
         lambda scores, mask: share(np.exp(scores - scores[mask].max()) * mask)),
        ("as many weights as positions: padding keeps its place.",
         lambda scores, mask: _softmax(scores[mask])),
    ], read=array)
    return "padding has no weight now, however short a post is."


@guarded
def attention_parameters(answer, n_words, embedding_dim, word_dimensions, n_queries):
    """Check the number of parameters in the trainable embedding and the queries together.

    A token is its frozen row and its trainable numbers, one behind the other; a query has one
    number for each of these and no bias.
    """
    dims, own = embedding_dim + word_dimensions, n_words * word_dimensions
    check_value(answer, own + dims * n_queries, [
        ("the frozen rows are not trained.", n_words * dims + dims * n_queries),
        ("a query also has a number per trainable dimension.", own + embedding_dim * n_queries),
        ("a query also has a number per frozen dimension.", own + word_dimensions * n_queries),
        ("the queries have no bias.", own + (dims + 1) * n_queries),
        ("the queries are missing.", own),
        ("the trainable embedding is missing.", dims * n_queries),
        ("this is one query; there are more.", own + dims),
        (f"here are {n_queries} queries, not 8 as in the lesson.", own + dims * 8),
        ("the numbers of queries and of trainable dimensions are exchanged.",
         n_words * n_queries + (embedding_dim + n_queries) * word_dimensions),
        ("multiply all the numbers of a query by the number of queries: brackets are missing.",
         own + embedding_dim + word_dimensions * n_queries),
        ("all queries share one embedding; multiply the queries alone.", (own + dims) * n_queries),
        *(("the embedding has `len(vocabulary)` rows, those of padding and [UNK] included.",
           rows * word_dimensions + dims * n_queries) for rows in (n_words - 2, 20000)),
    ], "count the trainable embedding and the queries (each as long as a token).")
    return f"{own / (own + dims * n_queries):.0%} of them are the words' own; queries are cheap."
