"""What the checks of the exercises say: of answers that learners write, and of nonsense.

answers.py holds the answers. They are judged in this process; how an answer is run where it can be
stopped is tested with a few of them.
"""

# ruff: noqa: F401 - the answers use these names
import inspect
import math
import re
import statistics
import sys
import threading
import time
import warnings
from collections import Counter
from fractions import Fraction

import answers
import numpy as np
import pandas as pd
import pytest
import scipy.special
import sklearn.metrics

from helpers import checks, data, glove, headers, vectorization
from helpers.checks import _guard
from helpers.splits import random_split, take

# ---- what the lessons give to the checks, made small; the names are those that the answers use

corpus = data.load_corpus("sample", "data")
corpus = type(corpus)(corpus.texts[::7], corpus.labels[::7], *(
    getattr(corpus, field) for field in ("class_names", "names", "fingerprint")))
ids = [headers.header_field(text, "message-id") for text in corpus.texts]
split = random_split(len(corpus.texts), test_split=0.2, seed=1)
held_out = take(corpus.texts, split.test)
train_counts = vectorization.count_tokens(take(corpus.texts, split.train))
vocabulary = vectorization.learn_vocabulary(take(corpus.texts, split.train), 20_000)
counts = vectorization.count_tokens(held_out)
embedding_dim, n_words = 100, 1000
known = {word: np.eye(3)[n] for n, word in enumerate(("king", "man", "woman"))}
PROBABILITIES = np.array([[0.9, 0.1], [0.45, 0.55], [0.2, 0.8], [0.5, 0.5]])

GIVEN = {
    "cross_posts": (ids, corpus.labels), "best_possible": (corpus,), "header_share": (corpus,),
    "integers": (["", "[UNK]", "the", "me", "mail", "dont"], "Don't MAIL the e-mail, mail me!", 10),
    "coverage": (vocabulary[:1000], held_out, take(corpus.texts, split.train)), "learn_words": (corpus.texts, split),
    "analogy": (known,), "conv_parameters": (64, 3, 100, 200), "answer_or_abstain": (PROBABILITIES, np.array([0, 0, 1, 0])),
    "attention_parameters": (1000, 100, 16, 32)}
NAMES = sorted(set(checks.__all__) - {"compare_guess"})


def make(source):
    """Return an answer as a notebook would hold it: its globals are those of this module."""
    if not source.startswith("def "):
        return eval(source, globals())
    made = {}
    exec(source, globals(), made)
    return made["f"]


FUNCTIONS = [name for name in NAMES if callable(make(answers.RIGHT[name][0]))]
NUMBERS = ["attention_parameters", "conv_parameters", "coverage", "header_share"]


def judged(name, answer):
    """Return what a check says, judged in this process."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return "correct: " + getattr(checks, name).__wrapped__(answer, *GIVEN.get(name, ()))
        except _guard.Hint as hint:
            return f"{hint.kind}: {hint}"


@pytest.fixture
def said(capfd):
    """Return what a check prints: one line, or two for an input that fails, and no warning."""
    def call(name, answer):
        capfd.readouterr()
        assert getattr(checks, name)(answer, *GIVEN.get(name, ())) is None
        out, err = capfd.readouterr()
        assert 1 <= out.count("\n") <= 2 and out.endswith("\n") and len(out) < 600 and not err
        return " ".join(out.split())
    return call


# ---- right and wrong answers

@pytest.mark.parametrize("name", NAMES)
def test_right_answers_of_any_style_are_accepted(name):
    assert len(answers.RIGHT[name]) >= 5
    for source in answers.RIGHT[name]:
        line = judged(name, make(source))
        assert line.startswith("correct: ") and line.endswith(".") and "nan" not in line, source


@pytest.mark.parametrize("name", NAMES)
def test_wrong_answers_get_their_hint(name):
    assert len(answers.WRONG[name]) >= 10
    for source, words in [*answers.WRONG[name], answers.MISTAKES[name]]:
        line = " ".join(judged(name, make(source)).split())
        assert line.startswith(("hint: ", "not done yet: ")) and words in line, source


def test_no_exercise_is_left_out():
    assert set(answers.RIGHT) == set(answers.WRONG) == set(answers.MISTAKES) == set(NAMES)
    assert len(NAMES) == 27 and all(hasattr(getattr(checks, name), "__wrapped__") for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_hint_that_names_a_mistake_is_given_for_that_mistake_only(name, monkeypatch):
    """The known mistakes of a check, given as answers: none is accepted, each gets its own hint."""
    banks = []

    def record(answer, reference, cases, mistakes, **how):
        banks.append((reference, mistakes))
        return original(answer, reference, cases, mistakes, **how)

    original = _guard.check_function
    module = sys.modules[getattr(checks, name).__module__]
    if name not in FUNCTIONS:
        pytest.skip("the answer is no function")
    monkeypatch.setattr(module, "check_function", record)
    judged(name, make(answers.RIGHT[name][0]))
    ((reference, mistakes),) = banks
    assert judged(name, reference).startswith("correct: ")
    assert len({hint for hint, _ in mistakes}) >= 4
    for hint, mistake in mistakes:
        assert judged(name, mistake) == f"hint: {hint}"


@pytest.mark.parametrize("name", NUMBERS)
def test_each_known_mistake_of_a_number_shows_on_the_lesson_s_data(name, monkeypatch):
    """On the whole sample: another number for each mistake, and its own hint."""
    found = []
    whole = data.load_corpus("sample", "data")
    parts = random_split(len(whole.texts), test_split=0.2, seed=1)
    train = take(whole.texts, parts.train)
    given = {"header_share": (whole,), "coverage": (vectorization.learn_vocabulary(train, 1000), take(whole.texts, parts.test), train)}
    monkeypatch.setitem(GIVEN, name, given.get(name, GIVEN.get(name)))
    module = sys.modules[getattr(checks, name).__module__]
    for engine in ("check_value", "check_share"):
        monkeypatch.setattr(module, engine, lambda answer, truth, mistakes, *_, **__: found.append((truth, mistakes)), raising=False)
    judged(name, 0)
    monkeypatch.undo()
    monkeypatch.setitem(GIVEN, name, given.get(name, GIVEN.get(name)))
    ((truth, mistakes),) = found
    assert judged(name, truth).startswith("correct: ")
    for hint, value in mistakes:
        assert judged(name, value) == f"hint: {hint}"
        far = (truth - value) * 2
        assert abs(far) < 0.0006 or "correct" not in judged(name, truth + far)


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_of_any_kind_is_read(name):
    right = make(answers.RIGHT[name][0])
    for answer in (np.float64(right), np.array(right), Fraction(right)):
        assert judged(name, answer).startswith("correct: ")
    for answer in (str(right), [right], True, 1j):
        assert "expected one number" in judged(name, answer)


def test_three_decimals_of_a_share_are_enough():
    near = [("near", 0.3502), ("nearer", 0.34995)]
    for answer in (0.35, 0.3497, 0.34968):
        _guard.check_share(answer, 0.34972, near, "no", n_all=100)
    for answer, words in ((0.3, "rounded"), (0.29982, "no"), (0.35028, "no"), (0.3502, "near"), (0.4, "no"), (34.972, "cent"), (0.65028, "others"), (34.97, "cent")):
        with pytest.raises(_guard.Hint, match=words):
            _guard.check_share(answer, 0.34972, near, "no", n_all=1000)


def test_the_truth_follows_what_a_check_is_given():
    assert checks.conv_parameters.__wrapped__(2 * 5 * 7 + 7, 7, 2, 5, 100)
    assert checks.attention_parameters.__wrapped__(10 * 3 + 8 * 2, 10, 5, 3, 2)
    assert checks.integers.__wrapped__([2, 1], ["", "[UNK]", "tide"], "Tide, moon, tide", 2)
    with pytest.raises(_guard.Hint, match="several words"):
        checks.conv_parameters.__wrapped__(5 * 7 + 7, 7, 2, 5, 100)


# ---- how a function is judged

def judge(function, cases=((1, 2), (3, 5), (10, 20)), mistakes=(), **how):
    try:
        _guard.check_function(function, lambda a, b: a + b, list(cases), mistakes, read=_guard.number, **how)
    except _guard.Hint as hint:
        return f"{hint.kind}: {hint}"
    return "correct"


def test_a_hint_is_given_only_if_the_mistake_agrees_everywhere():
    mistakes = [("the product", lambda a, b: a * b), ("the first", lambda a, b: a)]
    assert judge(lambda a, b: b + a, mistakes=mistakes) == "correct"
    assert judge(lambda a, b: b * a, mistakes=mistakes) == "hint: the product"
    almost = judge(lambda a, b: a * b if a < 10 else 7, mistakes=mistakes)
    assert almost == "hint: your function(1, 2) gives 2.0, expected 3.0."
    assert judge(lambda a, b: 1 / 0, mistakes=[("zero", lambda a, b: 1 / 0)]) == "hint: zero"


def test_the_shortest_failing_input_is_shown():
    def late(a, b):
        return a + b if a < 3 else 0

    assert judge(late, [(1, 2), (300, 500), (30, 50)]) == "hint: late(30, 50) gives 0.0, expected 80.0."
    assert "stops with TypeError" in judge(lambda a: a)
    assert "returns None" in judge(lambda a, b: None if a == 3 else a + b)
    assert "does not fit: expected one number, not 'x'." in judge(lambda a, b: "x")


def test_an_argument_that_is_changed_is_named_and_does_no_harm():
    def careless(a, b):
        total = a[0] + b
        a.clear()
        return total

    cases, given = [([1], 2), ([3], 5)], []
    try:
        _guard.check_function(careless, lambda a, b: a[0] + b, cases, [], read=_guard.number)
    except _guard.Hint as hint:
        given.append(str(hint))
    assert given == ["right, but your function changes what it is given; work on a copy."]
    assert cases == [([1], 2), ([3], 5)]


LIST_OF_THE_NOTEBOOK = [1, 2, 3]


def test_a_variable_of_the_notebook_is_named():
    line = judge(lambda a, b: a + LIST_OF_THE_NOTEBOOK[1])
    assert "it reads `LIST_OF_THE_NOTEBOOK` from the notebook" in line
    assert "from the notebook" not in judge(lambda a, b: math.floor(a))


# ---- how an answer is run

@pytest.fixture(params=["child", "thread"])
def way(request, monkeypatch):
    """Run an answer in each of the two ways; a short limit."""
    monkeypatch.setattr(_guard, "LIMIT_SECONDS", 0.3)
    monkeypatch.setattr(_guard, "_runner", lambda answer: getattr(_guard, f"_in_{request.param}"))
    if request.param == "child" and not _guard._CAN_FORK:
        pytest.skip("no fork here")
    return request.param


def endless(body):
    while True:
        pass


def stubborn(body):
    end = time.monotonic() + 8  # a thread cannot stop it, and it should not run on beside other tests
    while time.monotonic() < end:
        try:  # noqa: SIM105
            sum(range(1000))
        except:  # noqa: E722
            pass


def catastrophic(body):
    return "x" if re.match(r"(a+)+$", "a" * 60 + "b") else ""


def in_c(body):
    return str(sum(range(10 ** 11)))


@pytest.mark.parametrize("function", [endless, stubborn, catastrophic, in_c])
def test_what_never_ends_is_stopped(function, way, said):
    if (function, way) in [(catastrophic, "thread"), (in_c, "thread")]:
        pytest.skip("nothing but a process of its own helps")
    before, start = threading.active_count(), time.monotonic()
    assert "takes more than 0.3 seconds" in said("own_words", function)
    assert time.monotonic() - start < 5
    if function is endless:
        assert threading.active_count() == before
    assert said("conv_parameters", 19264).startswith("correct: ")


def test_what_ends_otherwise_gets_a_sentence(way, said, monkeypatch):
    monkeypatch.setattr(_guard, "LIMIT_SECONDS", 10)

    def leaving(body):
        sys.exit(3)

    def interrupting(body):
        raise KeyboardInterrupt

    def recursive(body):
        return recursive(body)

    def loud(body):
        print("printed")
        print("more", file=sys.stderr)
        warnings.warn("a warning", stacklevel=1)
        return body

    assert "leaving('') stops with SystemExit: 3." in said("own_words", leaving)
    assert "interrupting('') stops with KeyboardInterrupt." in said("own_words", interrupting)
    assert "stops with RecursionError" in said("own_words", recursive)
    assert "printed" not in said("own_words", loud)


def test_the_end_of_the_process_and_an_interrupt_get_a_sentence(monkeypatch, said):
    import os

    def work(_):
        raise KeyboardInterrupt

    if _guard._CAN_FORK:
        assert "ended Python itself" in said("own_words", lambda body: os._exit(0))
    monkeypatch.setattr(_guard, "_runner", lambda answer: work)
    assert "was interrupted" in said("own_words", lambda body: body)


def test_functions_of_keras_stay_in_this_process():
    module = type(sys)("keras.ops")
    make_with = eval("lambda body: ops.sum(body)", {"ops": module})
    assert _guard._runner(make_with) is not _guard._in_child
    if _guard._CAN_FORK:
        assert _guard._runner(lambda body: body) is _guard._in_child


@pytest.mark.skipif(not _guard._CAN_FORK, reason="the answer runs in this process")
def test_an_answer_changes_nothing_in_the_notebook(said):
    def careless(texts, labels):
        corpus.labels[:] = 0
        LIST_OF_THE_NOTEBOOK.clear()
        return 1.0

    before = corpus.labels.copy()
    assert said("best_possible", careless).startswith("hint: ")
    assert (corpus.labels == before).all() and LIST_OF_THE_NOTEBOOK == [1, 2, 3]


@pytest.mark.parametrize("name", NAMES)
def test_stub(name, said):
    def stub(*given):
        ...

    def documented(*given):
        """Do something."""
        ...

    for answer in (..., [1, ...], *([stub, documented] if name in FUNCTIONS else [])):
        assert said(name, answer).startswith("not done yet: ")
    assert said(name, make(answers.RIGHT[name][0])).startswith("correct: ")


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
    None, True, "", "0.4", b"0.4", [], {}, (), [[1], [1, 2]], math.nan, -math.inf, 10**400, -1, 1j, "x" * 10**6,
    np.zeros((1000, 1000)), np.full((3, 3), np.nan), np.array([]), np.array("x"), np.array([1, None]), [None] * 10**5,
    object(), Hostile(), Many(), range(10**9), {1: 2}, [math.nan] * 3, slice(3), pd.DataFrame(), np.array(["a", "b"])]


@pytest.mark.parametrize("name", NAMES)
def test_nonsense_gets_a_sentence(name):
    check = getattr(checks, name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_guard, "_runner", lambda answer: lambda work: lines.append(work()))
        for number, answer in enumerate(NONSENSE):
            lines = []
            check(answer, *GIVEN.get(name, ()))
            if name in FUNCTIONS and number % 3 == NAMES.index(name) % 3:
                check(lambda *given, answer=answer: answer, *GIVEN.get(name, ()))
            assert all(line.startswith(("hint: ", "not done yet: ")) and len(line) < 700 for line in lines), lines


def test_a_lesson_s_checks_take_no_time(said):
    for lesson in range(1, 10):
        module = sys.modules[f"helpers.checks.lesson{lesson:02}"]
        own = [name for name in NAMES if getattr(checks, name).__module__ == module.__name__]
        assert len(own) == 3
        start = time.monotonic()
        for name in own:
            said(name, make(answers.RIGHT[name][0]))
            said(name, make(answers.MISTAKES[name][0]))
        assert time.monotonic() - start < 10  # 5 s on a machine with nothing else to do


def test_docstrings_state_the_task():
    for name in NAMES:
        assert inspect.getdoc(getattr(checks, name)).startswith("Check ")


# ---- guesses

@pytest.mark.parametrize(("guess", "outcome", "line"), [
    (0.6, 0.9749, "you said 0.6; it is 0.975"),
    (20, 97, "you said 20; it is 97"),
    (np.int64(5), np.float64(1234.5), "you said 5; it is 1,234.5"),
    (0, 0.0012, "you said 0; it is 0.0012"),
    (["wheel", "oil"], ("engines", "powered"), "you said wheel, oil; it is engines, powered"),
    (" all\nof them ", "none", "you said all of them; it is none"),
    (..., 0.9749, "outcome: 0.975"),
])
def test_a_guess_stands_beside_the_outcome(capsys, guess, outcome, line):
    checks.compare_guess(guess, outcome)
    assert capsys.readouterr().out == line + "\n"


ENDLESS = []
ENDLESS.append(ENDLESS)


@pytest.mark.parametrize("guess", [
    None, math.nan, -math.inf, 1e300, 10**9000, True, "", "x" * 10**6, [], [...], [0] * 10**6, {}, np.zeros((3, 3)),
    Hostile(), [Hostile()], ENDLESS, print, ({1: 2}, "a" * 200)], ids=lambda guess: type(guess).__name__)
def test_no_guess_is_too_odd(capsys, guess):
    checks.compare_guess(guess, 0.5)
    said = capsys.readouterr().out
    assert said.startswith("you said ") and said.endswith("; it is 0.5\n")
    assert len(said) < 1200 and said.count("\n") == 1
