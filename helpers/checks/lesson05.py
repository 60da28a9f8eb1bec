"""Checks of lesson 05."""

import numpy as np

from helpers.checks._guard import check_function, check_value, guarded, hint_if, number, show


@guarded
def stopped_epoch(answer):
    """Check a function from validation losses and patience to the number of epochs that are run.

    Training ends after `patience` epochs in a row without a new lowest loss (an equal one is not
    lower), at the latest with the last loss.
    """
    def run(losses, patience, lower=lambda loss, best, before: loss < best, in_a_row=True):
        best, before, waited = np.inf, np.inf, 0
        for epoch, loss in enumerate(losses, start=1):
            if not lower(loss, best, before):
                waited += 1
            elif in_a_row:
                waited = 0
            best, before = min(best, loss), loss
            if waited >= patience:
                return epoch
        return len(losses)

    def lowest(losses, patience):
        return losses.index(min(losses)) + 1

    rng = np.random.default_rng(18)
    cases = [([1.0], 1), ([2.0, 1.0], 1), ([1.0, 2.0], 1), ([1.0, 1.0, 1.0], 2), ([3.0, 1.0], 5),
             ([3000.0, 2000.0, 2500.0], 1), ([1.004, 1.003, 1.002], 1),
             ([2.0, 1.5, 1.6, 1.7, 1.4], 2), ([2.0, 1.0, 1.5, 1.4, 1.3, 1.2], 3)]
    cases += [((2 + rng.normal(0, 0.3, size).cumsum()).round(1).tolist(), n)
              for size in range(2, 14) for n in (1, 2, 3)]
    check_function(answer, run, cases, [
        ("this is the epoch with the lowest loss of all, wherever training ends.", lowest),
        ("this is the best epoch; training goes on for `patience` epochs more.",
         lambda losses, patience: lowest(losses[:run(losses, patience)], patience)),
        ("patience never ends the training here.", lambda losses, patience: len(losses)),
        ("an equal loss is not lower.",
         lambda *given: run(*given, lambda loss, best, before: loss <= best)),
        ("compare with the lowest loss so far, not with the epoch before.",
         lambda *given: run(*given, lambda loss, best, before: loss < before)),
        ("a new lowest loss starts the count of epochs again.",
         lambda *given: run(*given, in_a_row=False)),
    ], read=number)
    return "a short patience may miss the best epoch, a long one only costs time."


@guarded
def conv_parameters(answer, n_filters, width, embedding_dim, sequence_length):
    """Check the number of parameters of a convolution, biases included."""
    weights, n_windows = width * embedding_dim * n_filters, sequence_length - width + 1
    truth = weights + n_filters
    one_bias = "the weights are right; each filter has exactly one bias."
    vectors = "a filter sees whole vectors; how many numbers has one?"
    one_filter = "this is one filter; the layer has more."
    product = "the biases come in the product here; add them once, at the end."
    slide = "the same filters slide along the post: its length does not count."
    check_value(answer, truth, [
        ("each filter has a bias as well.", weights),
        ("one bias in all is too few: each filter has its own.", weights + 1),
        (one_bias, weights + width), (one_bias, weights + embedding_dim),
        (vectors, width * n_filters + n_filters),
        (vectors, width * sequence_length * n_filters + n_filters),
        ("a filter sees several words at a time.", embedding_dim * n_filters + n_filters),
        *((one_filter, width * embedding_dim + n) for n in (0, 1, n_filters)),
        ("a filter has one bias, not one per word.", (embedding_dim + 1) * width * n_filters),
        (product, weights * n_filters), (product, (embedding_dim + n_filters) * width * n_filters),
        (slide, truth * sequence_length), (slide, truth * n_windows),
        ("these are the numbers that the layer gives for a post.", n_windows * n_filters),
        ("a filter has a weight for each number of each word: multiply, do not add.",
         (width + embedding_dim) * n_filters + n_filters),
        ("the window counts only once.", weights * width + n_filters),
        (f"this is another layer: this one has {n_filters} filters, and windows of {width}.",
         (5 * embedding_dim + 1) * 128),  # the lesson's own
        ("write the number without a point or comma.", truth / 1000),
    ], "count one filter (words in its window, numbers per word, one bias), then take all filters.")
    return "a post twice as long needs no parameter more, because the filters slide along it."


@guarded
def choose(answer):
    """Check a function to the name of highest mean validation accuracy, and its test accuracy."""
    rng, cases = np.random.default_rng(18), []
    while len(cases) < 25:
        names = ["small", "wide", "deep", "both"][:2 + len(cases) % 3]
        validation = {name: rng.uniform(0.5, 0.9, rng.integers(1, 5)).round(2).tolist()
                      for name in names}
        means = sorted(map(np.mean, validation.values()))
        if means[-1] - means[-2] > 0.005:
            cases.append((validation, dict(zip(names, rng.uniform(0.5, 0.9, 4).round(3).tolist()))))
    cases.append(({"small": [0.04, 0.042], "wide": [0.042, 0.044]},  # equal if rounded, and low
                  {"small": 0.046, "wide": 0.039}))

    def call(function, validation, tests):
        called = []

        def test(name):
            hint_if(called, "`test` was called twice; call it once.")
            called.append(name)
            return tests[name]

        return function(validation, test)

    def read(got):
        pair = isinstance(got, (tuple, list)) and len(got) == 2 and isinstance(got[0], str)
        hint_if(not pair, f"expected a name and an accuracy, not {show(got)}.")
        return str(got[0]), round(number(got[1]), 3)

    def by(score=np.mean, report=lambda name, validation, test: test(name)):
        def function(validation, test):
            name = max(validation, key=lambda name: score(validation[name]))
            return name, report(name, validation, test)
        return function

    check_function(answer, by(), cases, [
        *((f"{said} decides; compare the means over the seeds.", by(score)) for said, score in [
            ("the first seed", lambda x: x[0]), ("the last seed", lambda x: x[-1]),
            ("the number of seeds", len), ("the best seed", max), ("the median", np.median),
            ("the sum (more seeds, more sum)", sum)]),
        ("this is its validation accuracy; it was chosen by that, so it looks too good.",
         by(report=lambda name, validation, test: np.mean(validation[name]))),
        ("this is per cent.", by(report=lambda name, validation, test: 100 * test(name))),
    ], read=read, call=call)
    return "another setting may do better on the test set; who chooses that one has no test left."
