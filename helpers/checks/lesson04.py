"""Checks of lesson 04."""

import numpy as np
from numpy.linalg import norm

from helpers.checks._guard import check_function, guarded, number, table, text


def _cosine(a, b, zeros=0.0):
    return float(a @ b / (norm(a) * norm(b))) if a.any() and b.any() else zeros


@guarded
def cosine(answer):
    """Check the cosine of two vectors of any length; 0.0 if either is all zeros."""
    rng = np.random.default_rng(18)
    pairs = [([3, 4], [4, 3]), ([3, 4], [-8, -6]), ([1, 0], [0, 2]), ([2], [5]),
             ([1, -1], [2, 0]), ([0, 2], [3, 4]), ([0.01, 0.02], [0.02, 0.01]),
             ([3, 4], [0, 0]), ([0, 0], [3, 4]), ([0, 0], [0, 0])]
    pairs += [rng.normal(0, 3, (2, dim)).round(1) for dim in (2, 2, 2, 5, 5, 5, 50)]
    check_function(answer, _cosine, [tuple(np.array(pair, dtype=float)) for pair in pairs], [
        ("this is the dot product; divide it by both lengths.", lambda a, b: a @ b),
        ("this multiplies by a length: put brackets around the product of both lengths.",
         lambda a, b: a @ b / norm(a) * norm(b)),
        ("for opposite directions the cosine is negative; here it is cut off at 0.",
         lambda a, b: max(0, _cosine(a, b))),
        ("only `a` is tested for zeros; the other may be all zeros too.",
         lambda a, b: _cosine(a, b, np.nan if a.any() else 0.0)),
        ("only `b` is tested for zeros; the other may be all zeros too.",
         lambda a, b: _cosine(a, b, np.nan if b.any() else 0.0)),
        ("all zeros give NaN; return 0.0 then.", lambda a, b: _cosine(a, b, zeros=np.nan)),
    ], read=number)
    return "without your rule for zeros one unknown word would fill a list of neighbors with NaN."


@guarded
def build_matrix(answer):
    """Check a function from vocabulary, vectors and their length to a matrix, one row per entry.

    Row 0 is zero, a word has its own vector, ``"[UNK]"`` and words without a vector the mean of
    the vectors that the vocabulary's words have.
    """
    def build(mean=lambda known, words, vectors: known.mean(axis=0), n_zero=1):
        def function(words, vectors, dim):
            known = np.array([vectors[word] for word in words if word in vectors])
            default = mean(known, words, vectors)
            matrix = np.array([vectors.get(word, default) for word in words])
            matrix[:n_zero] = 0
            return matrix
        return function

    rng, cases = np.random.default_rng(18), []
    for dim in (1, 2, 3, 4):
        for n_known in (1, 2, 4):
            known = rng.permutation(["moon", "tide", "puck", "oil", "ice"]).tolist()
            vectors = {word: rng.normal(0, 2, dim).round(1) + 0.05 for word in known[:n_known + 1]}
            words = rng.permutation([*known[:n_known], "xyzzy"]).tolist()
            cases.append((["", "[UNK]", *words], vectors, dim))
    cases.append((["", "[UNK]", "Oil", "ice"], {"ice": np.array([2.0, 4.0]), "oil": np.zeros(2) + 3,
                                                "sea": np.array([9.0, 1.0])}, 2))
    cases.append((["", "[UNK]", "ice", "oil", "xyz"],  # a zero in a vector, and a sum of zero
                  {"ice": np.array([0.0, 5.0]), "oil": np.array([1.0, -1.0])}, 2))
    mean = "words without a vector get the mean of the vectors of the vocabulary's words; here "
    check_function(answer, build(), cases, [
        ("the matrix is transposed: one row per entry.", lambda *given: build()(*given).T),
        ("two rows too many: padding and [UNK] are in the vocabulary already.",
         lambda *given: np.vstack([build()(*given), np.zeros((2, given[2]))])),
        ("row 0 is not zero: padding is no word, not even an average one.", build(n_zero=0)),
        (mean + "they are still zero.",
         build(lambda known, words, vectors: np.zeros(known.shape[1]))),
        (mean + '"[UNK]" is still zero.', build(n_zero=2)),
        (mean + "zero rows came in.",
         build(lambda known, words, vectors: known.sum(axis=0) / len(words))),
        (mean + "zero rows came in.",
         build(lambda known, words, vectors: known.sum(axis=0) / (len(words) - 1))),
        (mean + "words came in that are not in the vocabulary.",
         build(lambda known, words, vectors: np.mean([*vectors.values()], axis=0))),
        (mean + "the sum is divided by the number of all vectors.",
         build(lambda known, words, vectors: known.sum(axis=0) / len(vectors))),
        ("the numbers are cut to whole ones: no `dtype=int`.",
         lambda *given: build()(*given).astype(int)),
    ], read=table)
    return "an unknown word is an average word now, and padding is still nothing."


@guarded
def analogy(answer, known):
    """Check a function for 'a is to b as c is to which word?'.

    The answer's row has the highest cosine with row[b] - row[a] + row[c]. The three words are left
    out, and a row of zeros is never the answer.
    """
    def solve(step=lambda a, b, c: b - a + c, left_out=3, score=_cosine, zeros=-np.inf):
        def function(a, b, c, words, matrix):
            row, out = dict(zip(words, matrix)), [c, a, b][:left_out]
            target = step(row[a], row[b], row[c])
            scores = {word: score(target, row[word]) if row[word].any() else zeros
                      for word in words if word not in out}
            return max(scores, key=scores.get)
        return function

    rng, cases = np.random.default_rng(18), []
    for size in [5, 6, 7] * 12:
        words = ["king", "man", "woman", "ice", "duke", "oil", "xyzzy"][:size]
        matrix = rng.normal(0, 1, (size, 2)) * rng.integers(1, 5, (size, 1))
        if len(cases) % 2:  # one word of the question is near the target
            matrix[:3] = matrix[0] + 0.4 * matrix[:3]
        matrix[rng.integers(3, size)] = 0
        order, asked = rng.permutation(size), rng.permutation(words[:3]).tolist()
        cases.append((*asked, [words[n] for n in order], matrix[order].round(2)))
    zero = "a row of zeros is a word without a vector and never the answer; here its cosine is "
    check_function(answer, solve(), cases, [
        ("leave out a, b and c; here none of them is.", solve(left_out=0)),
        ("leave out a, b and c; here only c is.", solve(left_out=1)),
        ("the step goes the wrong way: it leads from a to b.", solve(lambda a, b, c: a - b + c)),
        ("a was not taken away: the step from a to b is a difference.",
         solve(lambda a, b, c: b + c)),
        ("a long vector won: divide by the lengths, as the cosine does.", solve(score=np.dot)),
        ("the smallest distance is not the highest cosine.",
         solve(score=lambda target, row: -norm(target - row))),
        (zero + "0.", solve(zeros=0.0)),
        (zero + "NaN.",
         lambda *given: next((x for x, row in zip(*given[3:]) if not row.any()), "")),
    ], read=text)
    alone = solve(left_out=0)("man", "king", "woman", [*known], np.array([*known.values()]))
    return f"with nothing left out, GloVe's own answer would have been {alone!r}."
