"""What the checks of the exercises say: of the right answer, of stored wrong ones, and of nonsense.

Every wrong answer is one that a learner would give, and names the hint that it must get.
"""

import math
import re
import threading
import time
from collections import Counter

import numpy as np
import pytest

from helpers import checks, glove, headers, vectorization
from helpers.data import Corpus
from helpers.splits import Split, take

# ---- small made-up data ------------------------------------------------------------------------------------------

IDS = ["<1>", "<1>", "<2>", "<2>", "<3>", "<3>", "", "", "<4>", "<5>"]
LABELS = np.array([0, 1, 0, 1, 2, 2, 0, 1, 2, 0])  # <1> and <2> in two groups, <3> twice in one


def post(group, n_lines, body, xref=""):
    lines = [f"Newsgroups: {group}", f"Subject: tides {n_lines}", *(f"X-Field-{n}: {n}" for n in range(n_lines - 3))]
    return "\n".join([*lines, f"Xref: moon {xref}" if xref else "Lines: 1"]) + f"\n\n{body}"


GROUPS = ("rec.autos", "sci.space")
CORPUS = Corpus(
    [post("rec.autos", 12, "An engine.", "rec.autos:17"), post("sci.space", 5, "The moon of sci.space, eaten."),
     post("rec.autos", 4, "An engine of rec.autos, eaten too."), post("sci.space", 14, "The tide.")],
    np.array([0, 1, 0, 1]), GROUPS, ("a", "b", "c", "d"), "")

TEXTS = ["the moon and the tide", "the puck", "the engine and the engine", "a puck and a moon and a comet"]
SPLIT = Split(np.array([0, 2]), np.array([3]), np.array([1]))
SMALL = ["", "[UNK]", "the", "me", "mail", "dont"]
NOTE = "Don't MAIL the e-mail, mail me!"

KNOWN = dict(zip(("man", "king", "woman", "queen"), np.array([[1.0, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]])))
VAL_LOSS = [2.1, 1.6, 1.4, 1.45, 1.43, 1.3, 1.5]
PROBABILITIES = np.array([[0.9, 0.1], [0.45, 0.55], [0.2, 0.8], [0.5, 0.5]])

# ---- right answers ----------------------------------------------------------------------------------------------


def best_possible(texts, labels):
    most = Counter()
    for (text, _), n in Counter(zip(texts, labels)).items():
        most[text] = max(most[text], n)
    return most.total() / len(texts)


def own_words(body):
    lines = body.split("\n")
    quoted = [bool(re.match(r"\s*([>|]|[A-Za-z]{1,3}>)", line)) for line in lines]
    kept = [line for line, quote, below in zip(lines, quoted, [*quoted[1:], False])
            if not (quote or below and line.endswith("writes:"))]
    return "\n".join(kept)


def learn_words(texts, split, max_tokens):
    return vectorization.learn_vocabulary(take(texts, split.train), max_tokens)


def cosine(a, b):
    norms = np.linalg.norm(a) * np.linalg.norm(b)
    return a @ b / norms if norms else 0.0


def build_matrix(vocabulary, vectors, dim):
    matrix = np.zeros((len(vocabulary), dim))
    mean = np.mean([vectors[word] for word in vocabulary if word in vectors], axis=0)
    for row, word in enumerate(vocabulary[1:], start=1):
        matrix[row] = vectors.get(word, mean)
    return matrix


def analogy(a, b, c, words, matrix, step=lambda a, b, c: b - a + c, without=True):
    row = dict(zip(words, matrix))
    left_out = (a, b, c) if without else ()
    return glove.nearest_words(matrix, words, step(row[a], row[b], row[c]), k=1, without=left_out)[0][0]


def choose(validation, test):
    name = max(validation, key=lambda name: np.mean(validation[name]))
    return name, test(name)


def top_three(probabilities, class_names):
    return [class_names[i] for i in np.argsort(probabilities)[:-4:-1]]


def same_answers(a, b):
    return a.shape == b.shape and bool(np.abs(a - b).max() < 1e-5)


def answer_or_abstain(texts, probabilities, class_names, threshold):
    return [class_names[row.argmax()] if text.strip() and row.max() >= threshold else "?"
            for text, row in zip(texts, probabilities)]


def with_rows(*, zero=False, mean=None, keep=slice(None), order=None):
    """Return a `build_matrix` with one mistake."""
    def wrong(vocabulary, vectors, dim):
        matrix = build_matrix(vocabulary, vectors, dim)
        if zero:
            matrix[[word not in vectors for word in vocabulary]] = 0
        if mean:
            matrix[[word not in vectors for word in vocabulary]] = mean(vocabulary, vectors, matrix)
            matrix[0] = 0
        if order:
            matrix[[word in vectors for word in vocabulary]] = [vectors[w] for w in vectors if w in vocabulary]
        return matrix[keep]
    return wrong


CHECKS = {  # each check: what it is given beside the answer, and the right answer
    checks.read_bytes: ((), lambda raw: raw.decode("latin-1")),
    checks.cross_posts: ((IDS, LABELS), 0.4),
    checks.best_possible: ((CORPUS,), best_possible),
    checks.still_named: ((CORPUS,), 0.25),
    checks.cut_header: ((), lambda text: text.partition("\n\n")[2]),
    checks.own_words: ((), own_words),
    checks.integers: ((SMALL, NOTE, 10), [5, 4, 2, 1, 4, 3, 0, 0, 0, 0]),
    checks.coverage: (([*SMALL[:2], "the", "and", "comet"], take(TEXTS, [1, 3]), take(TEXTS, [0, 2])), 4 / 10),
    checks.learn_words: ((TEXTS, SPLIT), learn_words),
    checks.cosine: ((), cosine),
    checks.build_matrix: ((), build_matrix),
    checks.analogy: ((KNOWN,), analogy),
    checks.stopped_epoch: ((VAL_LOSS, 2), 3),
    checks.conv_parameters: ((64, 3, 100, 200), 19264),
    checks.choose: ((), choose),
    checks.top_three: ((), top_three),
    checks.same_answers: ((), same_answers),
    checks.answer_or_abstain: ((PROBABILITIES, np.array([0, 0, 1, 0])), answer_or_abstain),
}
NUMBERS = (checks.cross_posts, checks.still_named, checks.coverage, checks.stopped_epoch, checks.conv_parameters)
FUNCTIONS = [check for check, (_, right) in CHECKS.items() if callable(right)]

WRONG = [  # a check, a wrong answer, words of its hint
    (checks.read_bytes, lambda raw: raw.decode("utf-8"), "each of the 256 bytes"),
    (checks.read_bytes, lambda raw: raw.decode("utf-8", "replace"), "became the same sign"),
    (checks.read_bytes, lambda raw: raw.decode("ascii", "ignore"), "128 of the 256 bytes vanished"),
    (checks.read_bytes, lambda raw: raw.decode("ascii", "backslashreplace"), "came out as the same text"),
    (checks.read_bytes, lambda raw: raw.decode("latin-1").strip(), "came out as the same text"),
    (checks.read_bytes, lambda raw: raw.decode("latin-1").replace("\r\n", "\n"), "came out as the same text"),
    (checks.read_bytes, str, "`Subject: hi` became"),
    (checks.read_bytes, lambda raw: raw, "expected text"),

    (checks.cross_posts, 40, "per cent"),
    (checks.cross_posts, 4, "this is a count"),
    (checks.cross_posts, 0.2, "you counted Message-IDs"),
    (checks.cross_posts, 2 / 6, "share of all Message-IDs"),
    (checks.cross_posts, 0.6, "copies within one group"),
    (checks.cross_posts, 0.123, "say in words what is counted"),

    (checks.best_possible, lambda texts, labels: 100 * best_possible(texts, labels), "per cent"),
    (checks.best_possible, lambda texts, labels: 1 - best_possible(texts, labels), "all the others"),
    (checks.best_possible, lambda texts, labels: np.mean(
        [len({label for other, label in zip(texts, labels) if other == text}) == 1 for text in texts]),
     "not lost whole"),
    (checks.best_possible, lambda texts, labels: np.mean(
        [labels[texts.index(text)] == label for text, label in zip(texts, labels)]), "not with its first"),
    (checks.best_possible, lambda texts, labels: np.mean(
        [max(Counter(labels[np.array(texts) == text].tolist()).values()) / texts.count(text) for text in set(texts)]),
     "each text counts once"),
    (checks.best_possible, lambda texts, labels: best_possible(sorted(texts), labels), "move together"),

    (checks.still_named, 25, "per cent"),
    (checks.still_named, 1, "this is a count"),
    (checks.still_named, 1.0 + 1e-9, "this is a count"),
    (checks.still_named, 0.5, "the header cut by the rule"),
    (checks.still_named, 0.75, "all the others"),

    (checks.cut_header, lambda text: "\n".join(text.split("\n")[10:]), "eats the body's beginning"),
    (checks.cut_header, lambda text: text.split("\n\n")[0], "this is the header"),
    (checks.cut_header, lambda text: text.split("\n\n")[1], "eats the body's end (a post with three paragraphs)"),
    (checks.cut_header, lambda text: text.rpartition("\n\n")[2], "eats the body's beginning (a post with three"),
    (checks.cut_header, lambda text: text.split("\n\n", 1)[1], "IndexError"),
    (checks.cut_header, lambda text: text[text.index("\n\n"):], "edges"),
    (checks.cut_header, lambda text: text.partition("\n\n")[2].strip(), "edges"),
    (checks.cut_header, lambda text: "\n".join(
        line for line in text.split("\n") if not re.match(r"[\w-]+: ", line)).lstrip("\n"),
     "a piece of the header is left (a post with a folded line"),
    (checks.cut_header, lambda text: "\n".join(
        line for line in text.partition("\n\n")[2].split("\n") if ": " not in line), "lines within the body"),
    (checks.cut_header, lambda text: text.split("\n\n", 1), "expected text"),

    (checks.own_words, lambda body: re.sub(r"(?m)^([>|]|KM>) ?", "", body), "the quote mark is gone"),
    (checks.own_words, lambda body: "\n".join(x for x in body.split("\n") if ">" not in x), "middle of a sentence"),
    (checks.own_words, lambda body: re.sub(r"(?m)^>.*\n", "", body), "who is quoted, is still there"),
    (checks.own_words, lambda body: re.sub(r"(?m)^(>.*|.*writes:)\n", "", body), "right above a quote"),
    (checks.own_words, lambda body: re.sub(r"(?m)^.*\) writes:\n|^[>|].*\n", "", body), "initials"),
    (checks.own_words, lambda body: re.sub(r"(?m)^.*\) writes:\n|^(>|KM).*\n", "", body), "starts with `|`"),
    (checks.own_words, lambda body: " ".join(own_words(body).split("\n")), "right above a quote"),
    (checks.own_words, lambda body: body, "still there"),

    (checks.integers, [5, 4, 2, 1, 4, 3], "fill the row up"),
    (checks.integers, [0, 0, 0, 0, 5, 4, 2, 1, 4, 3], "behind the words"),
    (checks.integers, [5, 4, 2, 0, 4, 3, 0, 0, 0, 0], "0 is padding"),
    (checks.integers, [3, 2, 0, 0, 2, 1, 0, 0, 0, 0], "first word is number 2"),
    (checks.integers, [1, 4, 2, 1, 4, 1, 0, 0, 0, 0], "punctuation is deleted"),
    (checks.integers, [1, 1, 2, 1, 4, 3, 0, 0, 0, 0], "capital letters"),
    (checks.integers, [5, 4, 2, 1, 4, 4, 3, 0, 0, 0], "a hyphen"),
    (checks.integers, [5, 4, 2, 1, 4, 4, 0, 0, 0, 0], "not this row"),
    (checks.integers, "5 4 2", "expected a row of numbers"),

    (checks.coverage, 40, "per cent"),
    (checks.coverage, 3 / 6, "each different word counts once"),
    (checks.coverage, 0.6, "measured on training posts"),
    (checks.coverage, 1.0, "share of the vocabulary"),

    (checks.learn_words, lambda texts, split, n: vectorization.learn_vocabulary(texts, n), "in validation posts"),
    (checks.learn_words, lambda texts, split, n: vectorization.learn_vocabulary(
        take(texts, [*split.train, *split.test]), n), "in test posts"),
    (checks.learn_words, lambda texts, split, n: vectorization.learn_vocabulary(texts[:len(split.train)], n),
     "in validation posts"),
    (checks.learn_words, lambda texts, split, n: learn_words(texts, split, n + 2), "got 8"),
    (checks.learn_words, lambda texts, split, n: learn_words(texts, split, n)[2:], "first two entries"),
    (checks.learn_words, lambda texts, split, n: ["", "[UNK]", *sorted(learn_words(texts, split, n)[2:])], "falling"),
    (checks.learn_words, lambda texts, split, n: ["", "[UNK]"] + [
        word for word, _ in Counter(" ".join(take(texts, split.train)).split()).most_common(n - 2)], "no tokens"),
    (checks.learn_words, lambda texts, split, n: [word.encode() for word in learn_words(texts, split, n)],
     "expected a list of names"),

    (checks.cosine, lambda a, b: a @ b, "scalar product"),
    (checks.cosine, lambda a, b: a @ b / np.linalg.norm(a), "one of the two lengths"),
    (checks.cosine, lambda a, b: a @ b / (a @ a), "twice as long"),
    (checks.cosine, lambda a, b: np.arccos(cosine(a, b)), "this is the angle"),
    (checks.cosine, lambda a, b: 1 - cosine(a, b), "this is a distance"),
    (checks.cosine, lambda a, b: abs(cosine(a, b)), "opposite directions"),
    (checks.cosine, lambda a, b: a @ b / np.linalg.norm(a) / np.linalg.norm(b), "gives NaN"),
    (checks.cosine, lambda a, b: cosine(a, b) if b.any() else 1.0, "similar to nothing"),

    (checks.build_matrix, lambda *given: build_matrix(*given).T, "transposed"),
    (checks.build_matrix, lambda *given: np.vstack([build_matrix(*given), np.zeros((2, 3))]), "two rows too many"),
    (checks.build_matrix, with_rows(keep=slice(2, None)), "each of the 6 entries"),
    (checks.build_matrix, lambda *given: np.roll(build_matrix(*given), -2, axis=0), "shifted"),
    (checks.build_matrix, lambda v, vectors, dim: np.array(
        [vectors.get(w, build_matrix(v, vectors, dim)[1]) for w in v]), "row 0 is not zero"),
    (checks.build_matrix, with_rows(order=True), "order of the vocabulary"),
    (checks.build_matrix, with_rows(zero=True), "still zero"),
    (checks.build_matrix, with_rows(mean=lambda words, vectors, matrix: matrix[[2, 4, 5]].sum(axis=0) / len(words)),
     "zero rows came into the mean"),
    (checks.build_matrix, with_rows(mean=lambda words, vectors, matrix: np.mean([*vectors.values()], axis=0)),
     "not the mean of the vocabulary's"),

    (checks.analogy, lambda *given: analogy(*given, without=False), "leave the three given words out"),
    (checks.analogy, lambda *given: analogy(*given, step=lambda a, b, c: a - b + c), "the wrong way"),
    (checks.analogy, lambda *given: analogy(*given, step=lambda a, b, c: b + c), "not taken away"),
    (checks.analogy, lambda a, b, c, words, rows: words[int(np.argmax(
        rows @ (rows[words.index(b)] - rows[words.index(a)] + rows[words.index(c)])))], "a long vector won"),
    (checks.analogy, lambda a, b, c, words, rows: 4, "expected text"),
    (checks.analogy, lambda *given: "crown", "does not point"),

    (checks.stopped_epoch, 2, "off by one"),
    (checks.stopped_epoch, 5, "training ends there"),
    (checks.stopped_epoch, 6, "nobody ever saw epoch 6"),
    (checks.stopped_epoch, 7, "the last epoch"),
    (checks.stopped_epoch, 1.4, "walk through"),

    (checks.conv_parameters, 19200, "a bias as well"),
    (checks.conv_parameters, 19201, "one bias in all"),
    (checks.conv_parameters, 256, "whole vectors"),
    (checks.conv_parameters, 6464, "several words at a time"),
    (checks.conv_parameters, 301, "one filter; the layer has more"),
    (checks.conv_parameters, 19264 * 200, "its length does not count"),
    (checks.conv_parameters, 1, "count one filter"),

    (checks.choose, lambda validation, test: max((test(name), name) for name in validation)[::-1], "touched 3 times"),
    (checks.choose, lambda validation, test: (choose(validation, test)[0], test("large")), "touched 2 times"),
    (checks.choose, lambda validation, test: (lambda name: (name, np.mean(validation[name])))(
        max(validation, key=lambda name: np.mean(validation[name]))), "its validation accuracy"),
    (checks.choose, lambda validation, test: (lambda name: (name, test(name)))(
        max(validation, key=lambda name: max(validation[name]))), "one lucky seed"),
    (checks.choose, lambda validation, test: (lambda name: (name, test(name)))(
        min(validation, key=lambda name: np.mean(validation[name]))), "not the best setting"),
    (checks.choose, lambda validation, test: choose(validation, test)[::-1], "expected text"),
    (checks.choose, lambda validation, test: choose(validation, test)[0], "expected a name and an accuracy"),

    (checks.top_three, lambda p, names: top_three(p, names)[::-1], "the likeliest comes first"),
    (checks.top_three, lambda p, names: top_three(-p, names), "least likely"),
    (checks.top_three, lambda p, names: top_three(p, sorted(names)), "names were sorted"),
    (checks.top_three, lambda p, names: names[:3], "probabilities were not used"),
    (checks.top_three, lambda p, names: np.argsort(p)[:-4:-1], "expected a list of names"),
    (checks.top_three, lambda p, names: [names[p.argmax()]], "expected three names"),

    (checks.same_answers, lambda a, b: bool((a == b).all()), "0.0000001 is rounding"),
    (checks.same_answers, lambda a, b: bool(np.allclose(a.sum(axis=1), b.sum(axis=1))), "two columns were swapped"),
    (checks.same_answers, lambda a, b: bool((a.argmax(axis=1) == b.argmax(axis=1)).all()), "likeliest groups agree"),
    (checks.same_answers, lambda a, b: bool((a.argsort(axis=1) == b.argsort(axis=1)).all()), "do not sum to one"),
    (checks.same_answers, lambda a, b: bool(np.abs(a - b).mean() < 1e-5), "a mean hides it"),
    (checks.same_answers, lambda a, b: bool(np.abs(a - b).max() < 5e-4), "0.0001 is more"),
    (checks.same_answers, lambda a, b: bool(np.abs(a - b).max() < 1e-5), "compare the shapes"),
    (checks.same_answers, lambda a, b: a.shape == b.shape and not (np.abs(a - b) > 1e-5).any(), "holds NaN"),
    (checks.same_answers, lambda a, b: np.abs(a - b) < 1e-5, "expected True or False"),
    (checks.same_answers, lambda a, b: False, "the same numbers twice"),

    (checks.answer_or_abstain, lambda texts, p, names, t: [names[row.argmax()] for row in p], "0.4 is below"),
    (checks.answer_or_abstain, lambda texts, p, names, t: [
        names[row.argmax()] if row.max() >= t else "?" for row in p], "an empty text got an answer"),
    (checks.answer_or_abstain, lambda texts, p, names, t: [
        names[row.argmax()] if text and row.max() >= t else "?" for text, row in zip(texts, p)], "white space"),
    (checks.answer_or_abstain, lambda texts, p, names, t: answer_or_abstain(texts, p, names, t + 1e-9), "exactly at"),
    (checks.answer_or_abstain, lambda texts, p, names, t: ["?"] * len(texts), "held back"),
    (checks.answer_or_abstain, lambda texts, p, names, t: [names[i % 3] for i in p.argmax(axis=0)], "the other axis"),
    (checks.answer_or_abstain, lambda texts, p, names, t: sorted(answer_or_abstain(texts, p, names, t))[::-1],
     "their texts' places"),
    (checks.answer_or_abstain, lambda texts, p, names, t: "sci.space", "expected a list of names"),
]


def said(capsys, check, answer):
    """Return the one line that a check prints."""
    capsys.readouterr()
    assert check(answer, *CHECKS[check][0]) is None
    out, err = capsys.readouterr()
    assert out.count("\n") == 1 and out.endswith("\n") and len(out) < 300 and not err
    return out.strip()


def name_of(value):
    return getattr(value, "__name__", None) if value in CHECKS else None


@pytest.mark.parametrize("check", CHECKS, ids=name_of)
def test_right_answer(check, capsys):
    line = said(capsys, check, CHECKS[check][1])
    assert line.startswith("correct: ") and line.endswith(".") and "nan" not in line


@pytest.mark.parametrize(("check", "answer", "words"), WRONG, ids=lambda v: v[:30] if isinstance(v, str) else None)
def test_wrong_answer_gets_its_own_hint(check, answer, words, capsys):
    line = said(capsys, check, answer)
    assert line.startswith("hint: ") and words in line


def test_no_check_is_left_out():
    assert set(CHECKS) == {check for check in vars(checks).values() if hasattr(check, "__wrapped__")}


@pytest.mark.parametrize("check", CHECKS, ids=name_of)
def test_at_least_three_hints_each(check):
    assert len({words for other, _, words in WRONG if other is check}) >= 3


@pytest.mark.parametrize("check", CHECKS, ids=name_of)
def test_stub(check, capsys):
    def stub(*given):
        ...

    def documented(*given):
        """Do something."""
        ...

    for answer in (..., [1, ...], (..., ...), *([stub, documented] if check in FUNCTIONS else [])):
        assert said(capsys, check, answer).startswith("not done yet: ")


class Hostile:
    """Raises whatever is asked of it."""

    def __repr__(self):
        raise RuntimeError("no")

    __eq__ = __float__ = __array__ = __len__ = __iter__ = __bool__ = __repr__
    __hash__ = None


class Many(list):
    """A list whose text is long and of many lines."""

    def __repr__(self):
        return "many\nlines " * 1000


NONSENSE = [
    None, True, "", "0.4", b"0.4", [], {}, (), [[1], [1, 2]], math.nan, -math.inf, 10**400, -1, 1j, "x" * 10**6, print,
    np.zeros((1000, 1000)), np.full((3, 3), np.nan), np.array([]), np.array("x"), np.array([1, None]), [None] * 10**5,
    object(), Hostile(), Many(), range(10**9), {1: 2}, [math.nan] * 3, slice(3)]


@pytest.mark.parametrize("check", CHECKS, ids=name_of)
def test_nonsense_gets_a_sentence(check, capsys):
    for answer in NONSENSE:
        if answer is not print:
            assert said(capsys, check, answer).startswith("hint: ")
        if check in FUNCTIONS:
            line = said(capsys, check, lambda *given, answer=answer: answer)
            assert line.startswith("hint: " if answer is not None else "not done yet: ")


@pytest.mark.parametrize("check", NUMBERS, ids=name_of)
def test_a_number_of_any_kind_is_read(check, capsys):
    right = CHECKS[check][1]
    for answer in (np.float32(right), np.array(right), np.float64(right)):
        assert said(capsys, check, answer).startswith("correct: ")
    assert "expected one number" in said(capsys, check, str(right))


@pytest.mark.parametrize("check", FUNCTIONS, ids=name_of)
def test_a_function_that_fails_gets_a_sentence(check, capsys):
    def raising(*given):
        raise ValueError("no\nsuch thing" * 100)

    def recursive(*given):
        return recursive(*given)

    def leaving(*given):
        raise SystemExit

    def silent(*given):
        given = len(given)

    assert "ValueError: no such thing" in said(capsys, check, raising)
    assert "RecursionError" in said(capsys, check, recursive)
    assert "cannot be read (SystemExit)" in said(capsys, check, leaving)
    assert said(capsys, check, silent).startswith("not done yet: your function gives back nothing")
    assert "stops when it gets" in said(capsys, check, lambda: 1)


@pytest.mark.parametrize("check", FUNCTIONS, ids=name_of)
def test_a_function_that_runs_over_is_stopped(check, capsys, monkeypatch):
    monkeypatch.setattr(checks, "LIMIT_SECONDS", 0.05)
    before = threading.active_count()

    def endless(*given):
        while True:
            pass

    assert "takes more than" in said(capsys, check, endless)
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() <= before, "the loop is still running"


@pytest.mark.parametrize("check", FUNCTIONS, ids=name_of)
def test_a_function_may_change_what_it_is_given(check, capsys):
    def careless(*given):
        got = CHECKS[check][1](*given)
        for value in given:
            if isinstance(value, (list, dict)):
                value.clear()
            elif isinstance(value, np.ndarray):
                value[...] = 0
        return got

    assert check is checks.best_possible or said(capsys, check, careless).startswith("correct: ")
    assert said(capsys, check, CHECKS[check][1]).startswith("correct: ")


def test_truth_follows_the_data(capsys):
    checks.cross_posts(0.0, ["<1>", "<2>"], [0, 1])
    checks.stopped_epoch(2, [1.0, 0.5], 3)
    checks.conv_parameters(2 * 5 * 7 + 7, 7, 2, 5, 100)
    checks.integers([2, 1], ["", "[UNK]", "tide"], "Tide, moon, tide", 2)
    assert [line[:8] for line in capsys.readouterr().out.splitlines()] == ["correct:"] * 4


def test_hidden_posts_agree_with_the_course():
    for header, body in checks._POSTS.values():
        assert headers.split_post(f"{header}\n\n{body}") == (header + "\n", body)
    kept = headers.drop_quotes("\n".join(line for line, _, _ in checks._LINES)).split("\n")
    assert kept == [line for line, stays, _ in checks._LINES if stays]


# ---- guesses ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("guess", "outcome", "line"), [
    (0.6, 0.9749, "you said 0.60; it is 0.97"),
    (20, 97, "you said 20; it is 97"),
    (np.int64(5), np.float64(1234.5), "you said 5; it is 1,234.50"),
    (0, 0.0012, "you said 0; it is 0.0012"),
    (["wheel", "oil"], ("engines", "powered"), "you said wheel, oil; it is engines, powered"),
    (" all\nof them ", "none", "you said all of them; it is none"),
])
def test_a_guess_stands_beside_the_outcome(capsys, guess, outcome, line):
    checks.compare_guess(guess, outcome)
    assert capsys.readouterr().out == line + "\n"


def test_without_a_guess_nothing_is_said(capsys):
    checks.compare_guess(..., 0.97)
    assert capsys.readouterr().out == ""


class Odd:
    def __repr__(self):
        raise RuntimeError("no")

    __eq__ = __format__ = __len__ = __iter__ = __float__ = __repr__


ENDLESS = []
ENDLESS.append(ENDLESS)


@pytest.mark.parametrize("guess", [
    None, math.nan, -math.inf, 1e300, 10**9000, True, "", "x" * 10**6, [], [...], [0] * 10**6, {}, np.zeros((3, 3)),
    Odd(), [Odd()], ENDLESS, print, ({1: 2}, "a" * 200)], ids=lambda guess: type(guess).__name__)
def test_no_guess_is_too_odd(capsys, guess):
    checks.compare_guess(guess, 0.5)
    said = capsys.readouterr().out
    assert said.startswith("you said ") and said.endswith("; it is 0.50\n")
    assert len(said) < 500 and said.count("\n") == 1
