"""Checks of lesson 06."""

import numpy as np

from helpers.checks._guard import check_function, guarded, hint_if, names, show


@guarded
def top_three(answer):
    """Check a function to the three likeliest names, the most likely first, ties in any order."""
    def pick(numbers):
        return lambda p, names: [names[n] for n in numbers(p)]

    def judge(case, got, truth):
        p = dict(zip(case[1], case[0]))
        right = len(set(got)) == 3 and [p.get(x) for x in got] == [p[x] for x in truth]
        ties = " (or other ties)" if len(set(case[0])) < len(case[0]) else ""
        return None if right else show(truth) + ties

    rng, pool = np.random.default_rng(18), ["space", "autos", "med", "crypt", "guns", "mac", "pc"]
    rows = [[0.2, 0.5, 0.3], [0.2, 0.4, 0.4], [0.1, 0.3, 0.3, 0.1, 0.2], [0.0, 1.0, 0.0, 0.0]]
    rows += [rng.dirichlet([1] * n).round(3) for n in [3, 4, 5, 7] * 6]
    same = "two groups may have the same probability; here one "
    cases = [(np.array(p), pool[:len(p)]) for p in rows]
    check_function(answer, pick(lambda p: np.argsort(-p)[:3]), cases, [
        ("the right three, but the most likely one comes first.",
         pick(lambda p: np.argsort(p)[-3:])),
        ("these are the three least likely ones.", pick(lambda p: np.argsort(p)[:3])),
        (same + "is lost.",
         lambda p, names: [dict(zip(p, names))[x] for x in sorted(set(p))[:-4:-1]]),
        (same + "comes twice.",
         lambda p, names: [names[p.tolist().index(x)] for x in sorted(p)[:-4:-1]]),
    ], read=names, judge=judge)
    return "for two groups about computers often both answers are right; a list of three shows it."


@guarded
def same_answers(answer):
    """Check a function that says if no probability is NaN or differs by more than 0.00001."""
    def read(got):
        got = got[()] if isinstance(got, np.ndarray) and got.shape == () else got
        hint_if(not isinstance(got, (bool, np.bool_)), f"expected True or False, not {show(got)}.")
        return bool(got)

    def by(test):
        return lambda a, b: a.shape == b.shape and bool(test(a - b))

    def close(**how):
        return lambda a, b: a.shape == b.shape and np.allclose(a, b, **how)

    p, step = np.array([[0.7, 0.2], [0.6, 0.4]]), np.array([1, -1])
    nan, many = np.array([[np.nan, 0.2], [0.6, 0.4]]), np.tile(p, (600, 1))
    one = many + 0.001 * step * (np.arange(1200) == 777)[:, None]
    cases = [(p, p), (p, p[:, ::-1]), (p, p[::-1]), (many, one), (many, many + 1e-6 * step),
             (p + 4.9e-6 * step, p + 5.1e-6 * step), (many[:3], p[:1]), (p[:1], p), (p, many[:3]),
             (p[:, [0, 0]], p[:, :1]), (p, p.reshape(1, 4)), (p, p + [0, 0.1]), (p, nan), (nan, p),
             (p, p + [[0], [0.1]]), (p, p + [[0, 0], [0, 5e-6]]), (p, p + [[0, 0], [0, np.nan]]),
             (nan, nan), (p[:, :1], p[:, :1] + 0.1), (p[:, :1] + 0.1, p[:, :1]),
             *((p, p + size * step) for size in (1e-7, 9e-6, -9e-6, 2e-5, 1.1e-5, 1e-4, 0.01))]
    add_up = "many small differences add up; compare the largest one."
    relative = "a relative tolerance grows with the values; `allclose` and `isclose` need `rtol=0`."
    largest = "the largest difference allowed is 0.00001, or 1e-5."
    check_function(answer, close(rtol=0, atol=1e-5), cases, [
        ("equal to the last bit is too strict: machines add in other orders.", np.array_equal),
        ("the likeliest groups agree, but the probabilities may not.", lambda a, b: (
            a.shape == b.shape and np.array_equal(a.argmax(axis=1), b.argmax(axis=1)))),
        ("a sum hides differences: two columns may be swapped.",
         by(lambda x: abs(x.sum()) <= 1e-5)),
        ("a mean hides one post in a thousand.", by(lambda x: abs(x).mean() <= 1e-5)),
        (add_up, by(lambda x: abs(x).sum() <= 1e-5)),
        (add_up, by(lambda x: (np.linalg.norm(x, axis=1) <= 1e-5).all())),
        ("a negative difference is a difference too: `abs` is missing.",
         by(lambda x: x.max() <= 1e-5)),
        (relative, close()), (relative, close(atol=1e-5)),
        ("NaN is never the same, not even as NaN.", close(rtol=0, atol=1e-5, equal_nan=True)),
        ("a comparison with NaN is always False: ask if all are near, not if one is far.",
         by(lambda x: not (abs(x) > 1e-5).any())),
        ("a single row is stretched; compare the shapes first.",
         lambda a, b: bool((abs(a - b) <= 1e-5).all())),
        (largest, close(rtol=0, atol=1e-4)), (largest, close(rtol=0, atol=1e-6)),
    ], read=read)
    return "a model that passes can take the other one's place, and nobody will notice."


@guarded
def answer_or_abstain(answer, probabilities, labels):
    """Check a function to each text's likeliest name; ``"?"`` if it is blank or not sure enough."""
    def decide(sure=lambda row, t: row.max() >= t, filled=str.strip, no="?"):
        def function(texts, rows, names, threshold):
            return [names[row.argmax()] if filled(text) and sure(row, threshold) else no
                    for text, row in zip(texts, rows)]
        return function

    rng, pool = np.random.default_rng(18), ["the moon", " an engine ", "?", "", " ", "\n", "\t"]
    groups = ("sci.space", "rec.autos", "sci.med")
    cases = [([text], np.array([[0.9, 0.1]]), groups[:2], 0.5) for text in pool]
    cases += [(["a pill"], np.array([row]), groups, threshold)
              for row, threshold in [([0.3, 0.4, 0.3], 0.3), ([0.24, 0.56, 0.2], 0.6),
                                     ([0.596, 0.204, 0.2], 0.6)]]
    for threshold in (0.5, 0.35, 0.4, 0.75, 0.6, 0.9):
        rows = rng.dirichlet([1, 1, 1], 5)
        rows[0] = (1 - threshold) / 2, threshold, (1 - threshold) / 2
        texts = ["a pill", *rng.choice(pool, 4).tolist()]
        cases += [(texts[:n], rows[:n], groups, threshold) for n in (1, 2, 5)]
    check_function(answer, decide(), cases, [
        ("exactly at the threshold is sure enough.", decide(lambda row, t: row.max() > t)),
        ("the threshold is not used.", decide(lambda row, t: True)),
        ("the threshold is an argument, not always 0.5.", decide(lambda row, t: row.max() >= 0.5)),
        ("an empty text gets an answer; the model may be sure even there.",
         decide(filled=lambda text: True)),
        ("white space gets an answer; it is as empty as an empty text.", decide(filled=bool)),
        ("tabs or line ends get an answer; `strip()` takes all white space.",
         decide(filled=lambda text: text.strip(" "))),
        ("the answer is \"?\" where it abstains, not ''.", decide(no="")),
        ('one answer per text: where it abstains, "?" is missing.',
         lambda *given: [name for name in decide()(*given) if name != "?"]),
    ], read=names)
    hit, sure = probabilities.argmax(axis=1) == labels, probabilities.max(axis=1) >= 0.5
    accuracy = hit[sure].mean() if sure.any() else 0
    return (f"at 0.5 the lesson's model answers {sure.mean():.0%} of the test posts and is right "
            f"in {accuracy:.0%} of these; answering all, in {hit.mean():.0%}.")
