"""Checks of lesson 01."""

from collections import Counter, defaultdict

import numpy as np

from helpers.checks._guard import check_function, guarded, number, of_share, show, text
from helpers.headers import header_field


@guarded
def read_bytes(answer):
    """Check a function that decodes any bytes, no two to the same text, and ASCII to ASCII."""
    raws = [b"", b"Subject: hi", rb"\x80", b" \r\n", b"\r\n", *(bytes([n]) for n in range(256)),
            b"\xc3\xa9", b"\xef\xbb\xbf", bytes(range(256))]
    first = {}

    def judge(case, got, truth):
        if case[0].isascii() and got != truth:
            return show(truth)
        other = first.setdefault(got, case[0])
        return None if other == case[0] else f"a text that {show(other)} does not give too"

    def decode(*how):
        return lambda raw: raw.decode(*how)

    fails = "this fails at some bytes; which encoding has a character for each of the 256 bytes?"
    vanish = "bytes that do not fit vanish; nothing may be left out."
    check_function(answer, decode("latin-1"), [(raw,) for raw in raws], [
        (fails, decode("utf-8")), (fails, decode("ascii")), (fails, decode("cp1252")),
        ("all unknown bytes become the same sign; nobody can tell which they were.",
         decode("utf-8", "replace")),
        (vanish, decode("utf-8", "ignore")), (vanish, decode("ascii", "ignore")),
        ("these are the bytes as Python writes them; decode them.", str),
    ], read=text, judge=judge)
    return "all 256 bytes stay apart, so encoding the text again gives back the file."


def _labels_of(keys, labels):
    """Return the labels of each key."""
    found = defaultdict(list)
    for key, label in zip(keys, labels):
        found[key].append(label)
    return found


@guarded
def cross_posts(answer, ids, labels):
    """Check a function to the share of posts with a Message-ID, not ``""``, of two labels."""
    def share(counts=lambda mid, own: mid and len(set(own)) > 1, size=len, whole=len):
        def function(ids, labels):
            found = _labels_of(ids, labels)
            return sum(size(own) for mid, own in found.items() if counts(mid, own)) / whole(ids)
        return function

    rng, pool = np.random.default_rng(18), ["", "<1>", "<2>", "<3>", "<4>"]
    cases = [(["<1>"], [2]), (["", ""], [0, 1]), (["<1>", "<1>"], [1, 1]), (["<1>", "<1>"], [0, 1]),
             (["<a>", "<A>"], [0, 1]), (list(ids), labels)]
    cases += [(rng.choice(pool, size).tolist(), rng.integers(0, 3, size)) for size in range(2, 16)]
    another = "asked for is *another* label; here duplicates within one label count too."
    check_function(answer, share(), [(mids, np.array(own)) for mids, own in cases], [
        *of_share(share()),
        ("you counted Message-IDs; each of them belongs to two posts or more.", share(size=bool)),
        (another, share(lambda mid, own: mid and len(own) > 1)),
        (another, share(lambda mid, own: len(own) > 1)),
        ('a post without a Message-ID ("") shares it with nobody.',
         share(lambda mid, own: len(set(own)) > 1)),
        ("a post without a Message-ID is a post too: divide by the number of all posts.",
         share(whole=lambda ids: len(ids) - ids.count(""))),
    ], read=number)
    return f"{share()(ids, labels):.1%} of the posts; of such a set a model gets one label right."


@guarded
def best_possible(answer, corpus):
    """Check a function to the accuracy of answering each text with its most frequent label."""
    def most(own):
        return max(Counter(own).values())

    def best(count=most, key=str, skip=False):
        def function(texts, labels):
            found = _labels_of(map(key, texts), labels)
            return sum(count(own) for text, own in found.items() if text or not skip) / len(texts)
        return function

    rng, pool = np.random.default_rng(18), ["", "b", "c", "Tide", "tide", " tide", "d"]
    subjects = [header_field(post, "subject") for post in corpus.texts]
    cases = [(["a"], [3]), (["a"] * 3, [3, 3, 7]), (["", "", "b"], [0, 1, 0]), (["b"], [25])]
    cases += [(rng.choice(pool, size).tolist(), rng.integers(0, 4, size)) for size in range(2, 20)]
    cases.append((subjects, corpus.labels))
    lost = "all posts but those of a text's most frequent label are lost, not one per "
    check_function(answer, best(), [(texts, np.array(own)) for texts, own in cases], [
        *of_share(best()),
        ("a text under two labels is not lost whole: its most frequent label can be answered.",
         best(lambda own: len(own) if len(set(own)) == 1 else 0)),
        ("answer with a text's most frequent label, not its first.",
         best(lambda own: own.count(own[0]))),
        (lost + "text.", best(lambda own: len(own) - (len(set(own)) > 1))),
        (lost + "further label.", best(lambda own: len(own) - len(set(own)) + 1)),
        ("each text counts once here; a text that three posts have counts three times.",
         lambda *given: np.mean([most(own) / len(own) for own in _labels_of(*given).values()])),
        ("leave the texts as they are; here upper and lower case become the same.",
         best(key=str.lower)),
        ("leave the texts as they are; here blanks at the edges are lost.", best(key=str.strip)),
        ('"" is a text like any other; here it is skipped.', best(skip=True)),
    ], read=number)
    highest = best()(subjects, corpus.labels)
    return f"no model that reads only the subject line passes {highest:.1%}."
