"""Checks of lesson 08."""

import numpy as np

from helpers.checks._guard import array, check_function, guarded, hint_if, number, table


@guarded
def paired_mean(answer):
    """Check a function to the mean of a[seed] - b[seed] over the seeds that both dicts have."""
    def mean(summary=np.mean, seeds=lambda a, b: [seed for seed in a if seed in b]):
        return lambda a, b: summary([a.get(seed, 0) - b.get(seed, 0) for seed in seeds(a, b)])

    rng = np.random.default_rng(18)
    cases = [({1: 0.75}, {1: 0.5}), ({1: 0.7, 2: 0.5}, {2: 0.6, 1: 0.6}), ({1: 1, 2: 0.4}, {1: 0}),
             ({0: 0.75, 1: 0.75, 2: 0.5}, {0: 0.5, 1: 0.5, 2: 0.5})]
    for size in (2, 3, 4, 5, 6, 6, 6):
        a, b = ({int(n): round(rng.uniform(0.4, 0.9), 2) for n in rng.permutation(9)[:size]}
                for _ in "ab")
        cases.append(({9: 0.5, **a}, {**b, 9: 0.25}))
    no_zero = "a missing seed is no accuracy of 0; leave it out."
    check_function(answer, mean(), cases, [
        ("these are two means over different splits; take differences within each common split.",
         lambda a, b: np.mean([*a.values()]) - np.mean([*b.values()])),
        ("the values are paired by their place; pair them by seed.",
         lambda a, b: np.mean([x - y for x, y in zip(a.values(), b.values())])),
        ("take the seeds that both have.", lambda a, b: np.mean([a[seed] - b[seed] for seed in a])),
        (no_zero, mean(seeds=lambda a, b: a | b)), (no_zero, mean(seeds=lambda a, b: a)),
        ("the sign is turned: asked for is a minus b.", mean(lambda x: -np.mean(x))),
        ("the sign counts; leave `abs` out.", mean(lambda x: np.mean(np.abs(x)))),
        ("this is per cent; keep accuracies between 0 and 1.", mean(lambda x: 100 * np.mean(x))),
    ], read=number)
    return "a hard split is hard for both models: within a split that cancels out."


@guarded
def resample_threads(answer):
    """Check a function to the posts of drawn threads: each as often as its thread was drawn."""
    def posts(threads, chosen):
        return [post for thread in chosen for post, own in enumerate(threads) if own == thread]

    def read(got):
        numbers = array(got)
        hint_if(np.asarray(got).dtype.kind == "b", "these are True and False, not post numbers.")
        hint_if((numbers % 1 != 0).any(), "expected whole post numbers.")
        return sorted(numbers.astype(int).tolist())

    rng = np.random.default_rng(18)
    cases = [([7], [7]), ([5, 6], [6]), ([5, 6, 5], [5, 5]), ([5, 6, 5], [])]
    for size in range(3, 13):
        threads = rng.integers(3, 9, size)
        cases.append((threads, rng.choice(threads, size // 2).tolist()))
    check_function(answer, posts, [(np.array(own), chosen) for own, chosen in cases], [
        ("a thread drawn twice brings its posts twice; `in` and `isin` bring them once.",
         lambda threads, chosen: np.flatnonzero(np.isin(threads, chosen))),
        ("a drawn thread brings all its posts, not only the first.",
         lambda threads, chosen: [threads.tolist().index(thread) for thread in chosen]),
        ("these are thread numbers; asked for are the numbers of their posts.",
         lambda threads, chosen: threads[posts(threads, chosen)]),
        ("these are the posts of threads that were not drawn.",
         lambda threads, chosen: np.flatnonzero(~np.isin(threads, chosen))),
    ], read=read)
    return "posts of a thread come and go together, as they were written together."


@guarded
def confusion(answer):
    """Check a function to a confusion matrix (n, n): a row per label, a column per prediction."""
    def counts(labels, predictions, n):
        return np.bincount(labels * n + predictions, minlength=n * n).reshape(n, n)

    def seen(labels, predictions, n):
        present = np.union1d(labels, predictions)
        return counts(labels, predictions, n)[np.ix_(present, present)]

    rng = np.random.default_rng(18)
    cases = [([0], [1], 2), ([1, 1], [1, 1], 2), ([0, 2], [0, 2], 4), ([1] * 300, [0] * 300, 2)]
    cases += [(*rng.integers(0, n - n // 4, (2, size)), n)
              for n, size in [(2, 4), (3, 6), (4, 9), (5, 20)]]
    shares = "these are shares; asked for are counts."
    check_function(answer, counts, [(np.array(x), np.array(y), n) for x, y, n in cases], [
        ("the table is transposed: a row per true class, a column per predicted class.",
         lambda *given: counts(*given).T),
        ("a pair that comes twice counts only once, as with `matrix[array_1, array_2] += 1`.",
         lambda *given: counts(*given).clip(0, 1)),
        ("classes that do not occur have a row and a column too: n of each.", seen),
        (shares, lambda *given: counts(*given) / len(given[0])),
        (shares, lambda *given: counts(*given) / counts(*given).sum(axis=1, keepdims=True)),
        (shares, lambda *given: np.nan_to_num(
            counts(*given) / counts(*given).sum(axis=1, keepdims=True))),
        ("a small type (`uint8`) counts to 255 only, then from 0 again; take `int`.",
         lambda *given: counts(*given) % 256),
        ("only right answers are counted.", lambda *given: counts(*given) * np.eye(given[2])),
    ], read=table)
    return "rows tell where a class's posts went, columns what an answer is worth."
