"""Service room: one check an exercise, and a learner's guess beside the outcome.

Each check takes the learner's answer first and prints one line: ``not done yet: ...``,
``hint: ...`` with one hint aimed at the mistake, or ``correct: ...``. Whatever the answer is,
no check raises, and none takes much longer than `LIMIT_SECONDS`.
"""

import copy
import ctypes
import functools
import math
import reprlib
import string
import threading
from collections import Counter
from contextlib import suppress

import numpy as np

from helpers.glove import nearest_words
from helpers.headers import clean_text, header_field
from helpers.splits import Split, take
from helpers.vectorization import count_tokens, texts_to_sequences, tokenize

LIMIT_SECONDS = 10


class _Hint(Exception):
    """The sentence that helps with a wrong answer."""

    kind = "hint"


class _NotDone(_Hint):
    """The same for no answer."""

    kind = "not done yet"


def _guarded(check):
    """Print one line for a check that returns what to say of a right answer, and raises hints."""
    @functools.wraps(check)
    def guarded(answer, *given):
        lines = [f"hint: this takes more than {LIMIT_SECONDS} seconds; does a loop never end, or run too often?"]

        def work():
            try:
                if answer is ... or isinstance(answer, (list, tuple)) and any(item is ... for item in answer):
                    raise _NotDone("put your answer in place of the `...` above, run that cell, then this one.")
                with np.errstate(all="ignore"):
                    lines.append(f"correct: {check(answer, *given)}")
            except _Hint as hint:
                lines.append(f"{hint.kind}: {hint}")
            except BaseException as error:  # an answer may be anything, and its own methods may raise anything
                lines.append(f"hint: this answer cannot be read ({type(error).__name__}); what type has it?")

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            thread.join(LIMIT_SECONDS)
            print(lines[-1])
        finally:
            if thread.is_alive():  # or an endless loop would keep a core busy as long as the notebook is open
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit))
    return guarded


def _hint(wrong, sentence):
    if wrong:
        raise _Hint(sentence)


def _show(value):
    try:
        return " ".join(reprlib.repr(value).split())
    except Exception:
        return f"a {type(value).__name__}"


def _call(function, *given, when):
    """Call a learner's function with copies of what it is given; `when` says what that is."""
    _hint(not callable(function), f"expected a function, not {_show(function)}; give its name without brackets.")
    try:
        got = function(*copy.deepcopy(given))
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:100]
        raise _Hint(f"your function stops when it gets {when} ({reason}).") from None
    if got is None or got is ...:
        raise _NotDone(f"your function gives back nothing when it gets {when}; replace the `...`, end with `return`.")
    return got


def _number(answer):
    odd = isinstance(answer, (str, bytes, bool, np.bool_)) or not hasattr(answer, "__float__") or np.ndim(answer) > 0
    _hint(odd, f"expected one number, not {_show(answer)}.")
    try:
        number = float(answer)
    except OverflowError:
        number = math.inf
    _hint(not math.isfinite(number), f"expected an ordinary number, not {number}; was something divided by zero?")
    return number


def _array(answer, n_dims):
    array = np.zeros(())
    if isinstance(answer, (list, tuple)) or hasattr(answer, "__array__"):  # a range would fit too, and fill the memory
        with suppress(TypeError, ValueError, OverflowError):
            array = np.asarray(answer, dtype=float)
    _hint(array.ndim != n_dims, f"expected a {('', 'row', 'table')[n_dims]} of numbers, not {_show(answer)}.")
    _hint(not np.isfinite(array).all(), "it holds NaN or infinity; was something divided by zero?")
    return array


def _text(answer):
    _hint(not isinstance(answer, str), f"expected text (str), not {_show(answer)}.")
    return answer


def _names(answer):
    answer = answer.tolist() if isinstance(answer, np.ndarray) else answer
    good = isinstance(answer, (list, tuple)) and all(isinstance(name, str) for name in answer)
    _hint(not good, f"expected a list of names (str), not {_show(answer)}.")
    return list(answer)


def _compare(answer, truth, mistakes, otherwise="not this number: say in words what is counted, then compare with "
             "your code.", *, n_all=None, tolerance=5e-4):
    """Accept the number `truth` (a share, if `n_all` is given), else give the hint of the nearest mistake."""
    number = _number(answer)
    if abs(number - truth) <= tolerance:
        return
    if n_all:
        _hint(abs(number / 100 - truth) <= tolerance, "this is per cent; a share lies between 0 and 1.")
        _hint(abs(number / n_all - truth) <= tolerance, "this is a count; divide it by how many there are in all.")
        _hint(not 0 <= number <= 1, "a share lies between 0 and 1; what did you divide by what?")
        mistakes = {**mistakes, "this is the share of all the others; take it from 1.": 1 - truth}
    hint = min(mistakes, key=lambda hint: abs(mistakes[hint] - number), default=otherwise)
    raise _Hint(hint if abs(mistakes.get(hint, math.inf) - number) <= tolerance else otherwise)


def _match(got, truth, mistakes, otherwise):
    """Accept what equals `truth`, else give the hint of the mistake that was made."""
    if got != truth:
        raise _Hint(next((hint for hint, wrong in mistakes.items() if got == wrong), otherwise))


# Predictions

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
            return f"{value:,.2f}" if 0.01 <= abs(value) < 1e12 else f"{value:.2g}"
    return _show(value)


def compare_guess(guess, outcome):
    """Print a learner's guess beside the outcome, and nothing while the guess is still `...`.

    Parameters
    ----------
    guess : object
        What the learner wrote: a number, a word, a list; nothing is refused.
    outcome : int, float, str or list of str
        What came out.
    """
    if guess is not ...:
        print(f"you said {_said(guess)}; it is {_said(outcome)}")


# Lesson 01

@_guarded
def read_bytes(answer):
    """Check a function from any bytes to text that loses nothing."""
    letters = _text(_call(answer, b"Subject: hi", when="plain letters"))
    _hint(letters != "Subject: hi", f"the bytes of `Subject: hi` became {_show(letters)}; decode them.")
    every = bytes(range(256))
    text = _text(_call(answer, every, when="each of the 256 bytes: which encoding has a character for all?"))
    _hint("\ufffd" in text or text.count("?") > 1, "all unknown bytes became the same sign; which were they?")
    _hint(len(text) < 256, f"{256 - len(text)} of the 256 bytes vanished; nothing may be left out.")
    raws = [*(bytes([number]) for number in every), b"\xc3\xa9", rb"\x80", b" \r\n", b"\r\n", b""]
    texts = {_text(_call(answer, raw, when=f"the bytes {raw}")) for raw in raws}
    _hint(len(texts) < len(raws), "two different files came out as the same text; nobody can tell which it was.")
    return "all 256 bytes stay apart, so encoding the text again gives back the file, byte for byte."


@_guarded
def cross_posts(answer, ids, labels):
    """Check the share of posts whose Message-ID (in `ids`) also stands under another label."""
    groups, counts = {}, Counter(ids)
    for mid, label in zip(ids, labels, strict=True):
        groups.setdefault(mid, set()).add(label)
    across = {mid for mid, own in groups.items() if mid and len(own) > 1}
    n_posts = sum(counts[mid] for mid in across)
    _compare(answer, n_posts / len(ids), {
        "you counted Message-IDs; each of them belongs to two posts or more.": len(across) / len(ids),
        "this is a share of all Message-IDs; asked for is one of all posts.": len(across) / len(groups),
        "copies within one group count here too; asked for is another group.":
            sum(n for mid, n in counts.items() if mid and n > 1) / len(ids),
    }, n_all=len(ids))
    return f"{n_posts} posts share {len(across)} Message-IDs; of each such set a model gets at most one label right."


@_guarded
def best_possible(answer, corpus):
    """Check a function from texts and labels to the highest accuracy; `corpus` lends its subject lines."""
    texts, labels = [*"abcadbdacccef"], [1, 2, 3, 0, 1, 2, 0, 0, 3, 3, 2, 4, 4]

    def most_frequent(texts):
        groups = [[label for other, label in zip(texts, labels) if other == text] for text in dict.fromkeys(texts)]
        return groups, [max(map(own.count, own)) for own in groups]

    groups, most = most_frequent(texts)
    got = _call(answer, texts, np.array(labels), when="thirteen texts and their labels")
    _compare(got, sum(most) / len(texts), {
        "a text under two labels is not lost whole: its most frequent label can be answered.":
            sum(len(own) for own in groups if len(set(own)) == 1) / len(texts),
        "a model had better answer with a text's most frequent label, not with its first.":
            sum(own.count(own[0]) for own in groups) / len(texts),
        "each text counts once here; a text that three posts have counts three times.":
            np.mean([n / len(own) for n, own in zip(most, groups)]),
        "the texts were put in order and the labels were not: a text and its label move together.":
            sum(most_frequent(sorted(texts))[1]) / len(texts),
    }, n_all=len(texts))
    reach = answer([header_field(text, "subject") for text in corpus.texts], corpus.labels)
    return f"by your function, no model that reads only the subject line can pass {reach:.1%}."


# Lesson 02

@_guarded
def still_named(answer, corpus):
    """Check the share of posts that name their own group after ten dropped lines."""
    own = [corpus.class_names[label] for label in corpus.labels]
    rest = [clean_text(text, "reference") for text in corpus.texts]
    named = np.mean([name in text for name, text in zip(own, rest)])
    _compare(answer, named, {
        "these are whole posts; drop ten lines before you look.":
            np.mean([name in text for name, text in zip(own, corpus.texts)]),
        "this is the header cut by the rule; asked for is the cut after ten lines.":
            np.mean([name in clean_text(text, "body") for name, text in zip(own, corpus.texts)]),
    }, n_all=len(own))
    return f"{named * len(own):.0f} posts still hold the answer itself, many in header lines that the cut has left."


_HEADER = "From: kim@moon.example (Kim)\nNewsgroups: sci.space\nSubject: Re: tides"
_POSTS = {  # what is special about a post: its header and its body
    "a header of three lines": (_HEADER, "\n".join(f"This is line {n}" for n in range(15))),
    "a header of thirteen lines": (_HEADER + "".join(f"\nX-Field-{n}: {n}" for n in range(10)), "Short.\nAnd sweet."),
    "a folded line in its header": (_HEADER + "\nReferences: <1@moon.example>\n\t<2@moon.example>", "Thanks."),
    "three paragraphs": (_HEADER, "First.\n\nSecond.\n\nThird."),
    "a body that quotes a header line": (_HEADER, "You wrote:\nSubject: tides\nIs it so?"),
    "an indented first line": (_HEADER, "  indented\nand not\n"),
    "no empty line, so no body": (_HEADER, ""),
}


@_guarded
def cut_header(answer):
    """Check a function from a post to its body."""
    for what, (header, body) in _POSTS.items():
        got = _text(_call(answer, f"{header}\n\n{body}" if body else header, when=f"a post with {what}"))
        if got != body:
            _hint(got == header and body, "this is the header; asked for is what follows it.")
            _hint(got.strip() == body.strip(), f"at the body's edges blanks or line ends changed (a post with {what}).")
            _hint(got.endswith(body), f"a piece of the header is left (a post with {what}).")
            _hint(body.endswith(got), f"the cut eats the body's beginning (a post with {what}).")
            _hint(body.startswith(got), f"the cut eats the body's end (a post with {what}).")
            raise _Hint(f"lines within the body are gone or changed (a post with {what}); one cut is enough.")
    return "short, long and folded headers alike, and not one line of a body lost."


_LINES = [  # a line, whether it stays, and the hint if that went wrong
    ("My aunt writes:", True, "`... writes:` goes only right above a quote."),
    ("Keep the receipt, 7 > 5.", True, "a `>` in the middle of a sentence is no quote mark."),
    ("kim@moon.example (Kim) writes:", False, "the line above the quote, which says who is quoted, is still there."),
    ("> Is the moon full?", False, "a line that starts with `>` is still there."),
    ("KM> Is it bright?", False, "a line quoted with initials (`KM>`) is still there."),
    ("| Is it cold?", False, "a line that starts with `|` is still there."),
    ("Look out, it is: it moves.", True, "an ordinary line right below a quote is gone."),
]


@_guarded
def own_words(answer):
    """Check a function that takes quotes, and the lines that announce them, out of a body."""
    got = _text(_call(answer, "\n".join(line for line, _, _ in _LINES), when="a post with quotes"))
    left = [line for line in got.split("\n") if line.strip()]
    _hint("Is the moon full?" in left, "the quote mark is gone, but the quoted words are still there.")
    for line, stays, hint in _LINES:
        _hint((line in left) != stays, hint)
    _hint(left != [line for line, stays, _ in _LINES if stays], "lines that stay came out changed.")
    return "the name above a quote had to go as well: people stay in their groups, and a name gives one away."


# Lesson 03

@_guarded
def integers(answer, vocabulary, text, length):
    """Check the integers of `text`, worked out by hand and padded to `length`."""
    truth = texts_to_sequences([text], vocabulary, length)[0].tolist()
    n_words = len(tokenize(text))
    delete, index = str.maketrans("", "", string.punctuation), {word: n for n, word in enumerate(vocabulary)}

    def row(words, unknown=1):
        return [*(index.get(word, unknown) for word in words), *[0] * length][:length]

    small, capitals = text.lower(), text.translate(delete).split()
    _match(_array(answer, 1).tolist(), truth, {
        f"fill the row up with padding, to {length} numbers.": truth[:n_words],
        "padding stands behind the words, not before them.": truth[n_words:] + truth[:n_words],
        "0 is padding; a word out of the vocabulary has a number of its own.": row(small.translate(delete).split(), 0),
        "the first two entries have numbers too: the first word is number 2.": [max(n - 2, 0) for n in truth],
        "punctuation is deleted, inside a word too.": row(small.split()),
        "capital letters become small before the look-up.": row(capitals),
        "a hyphen is deleted, not made a blank: two words become one.":
            row(small.replace("-", " ").translate(delete).split()),
    }, f"not this row of {length} numbers; take one word after the other through the three rules.")
    return f"{truth.count(1)} of the {n_words} words is [UNK] now, and looks like any other unknown word to a network."


@_guarded
def coverage(answer, vocabulary, texts, train_texts):
    """Check the share of running words of `texts` that a vocabulary knows."""
    counts, others = count_tokens(texts), count_tokens(train_texts)
    words = [word.encode() for word in vocabulary[2:]]
    by_word = sum(word in counts for word in words) / len(counts)
    _compare(answer, sum(counts[word] for word in words) / counts.total(), {
        "each different word counts once here; a running word counts as often as it occurs.": by_word,
        "this is measured on training posts; asked for are the held-out ones.":
            sum(others[word] for word in words) / others.total(),
        "this is a share of the vocabulary; asked for is one of the running words.":
            sum(word in counts for word in words) / len(words),
    }, n_all=counts.total())
    return f"and yet these words are only {by_word:.1%} of the different words in the held-out posts."


@_guarded
def learn_words(answer, texts, split):
    """Check a function that learns a vocabulary; `texts` and `split` show what cheating would bring."""
    small = ["Puck puck puck puck, puck ice", "The moon, the tide: far", "Engine engine engine engine, oil",
             "The moon and a moon", "Tide and tide, the near tide", ""]
    parts = Split(train=np.array([4, 1, 3, 5]), validation=np.array([0]), test=np.array([2]))
    words = _names(_call(answer, small, parts, 6, when="six short texts and their split"))
    counts = count_tokens(take(small, parts.train))
    for part in ("validation", "test"):
        looked = [word for word in words[1:] if word.encode() in count_tokens(take(small, getattr(parts, part)))]
        _hint(looked, f"it knows `{''.join(looked[:1])}`, which stands only in {part} posts: it has seen the exam.")
    _hint(words[:2] != ["", "[UNK]"], "the first two entries are padding and [UNK].")
    _hint(any(word.encode() not in counts for word in words[2:]), "some entries are no tokens: apply the three rules.")
    _hint(len(words) != 6, f"asked for 6 entries, padding and [UNK] among them; got {len(words)}.")
    ranks, best = [counts[word.encode()] for word in words[2:]], [count for _, count in counts.most_common(4)]
    _hint(ranks != best, "expected the most frequent words of the training posts, by falling count.")
    more = len(count_tokens(texts)) - len(count_tokens(take(texts, split.train)))
    return f"whoever learns from all posts of this lesson knows {more:,} words more, each of them from the exam."


# Lesson 04

@_guarded
def cosine(answer):
    """Check the cosine of two vectors."""
    a, b = np.array([3.0, 4.0]), np.array([4.0, 3.0])
    truth = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
    _compare(_call(answer, a, b, when="two vectors"), truth, {
        "this is the scalar product; divide it by both lengths.": a @ b,
        "this is divided by one of the two lengths only.": a @ b / np.linalg.norm(a),
        "this is the angle; asked for is its cosine.": np.arccos(truth),
        "this is a distance; the cosine is 1 for the same direction.": 1 - truth,
    }, "not the cosine: the scalar product, divided by the product of both lengths.")
    _compare(_call(answer, a, -2 * b, when="two opposite vectors"), -truth, {
        "for opposite directions the cosine is negative.": truth,
    }, "with one vector twice as long the cosine changes; divide by both lengths.")
    got = _call(answer, a, 0 * b, when="a vector of zeros")
    _hint(np.ndim(got) == 0 and got != got, "a word without a vector (all zeros) gives NaN; give 0.0 for it.")
    _compare(got, 0, {}, "a word without a vector (all zeros) is similar to nothing: give 0.0 for it.")
    return "without your rule for zeros one unknown word would fill a list of neighbours with NaN."


@_guarded
def build_matrix(answer):
    """Check a function from vocabulary and vectors to a matrix that has the mean for unknown words."""
    words = ["", "[UNK]", "moon", "xyzzy", "engine", "goalie"]
    vectors = {"engine": [4, 1, -2], "puck": [9, 9, 9], "goalie": [-1, 5, 2], "moon": [3, -3, 6]}
    found = np.array([vectors[word] for word in words if word in vectors], dtype=float)
    mean, arrays = found.mean(axis=0), {word: np.array(numbers, dtype=float) for word, numbers in vectors.items()}
    got = _array(_call(answer, words, arrays, 3, when="six entries, four vectors and dim=3"), 2)
    _hint(got.shape == (3, 6), "the matrix is transposed: one row an entry, one column a number.")
    _hint(got.shape == (8, 3), "two rows too many: padding and [UNK] are in the vocabulary already.")
    _hint(got.shape != (6, 3), f"each of the 6 entries has a row, with a vector or without; got shape {got.shape}.")
    _hint(np.allclose(got[0], found[0]), "the rows are shifted: the first word has the integer 2, so row 2.")
    _hint(got[0].any(), "row 0 is not zero: padding is no word, not even an average one.")
    known = {row: arrays[word] for row, word in enumerate(words) if word in arrays}
    _hint(any(not np.allclose(got[row], vector) for row, vector in known.items()),
          "a row does not hold its word's vector: follow the order of the vocabulary, not of the vectors.")
    for row, who in ((1, "[UNK]"), (3, "a word without a vector")):
        _hint(not got[row].any(), f"the row of {who} is still zero; asked for is the mean.")
        _hint(np.allclose(got[row], mean / 2), "zero rows came into the mean; take it over the vectors.")
        _hint(not np.allclose(got[row], mean), f"the row of {who} is not the mean of the vocabulary's vectors.")
    return "an unknown word is an average word now, and padding is still nothing: short posts are full of it."


@_guarded
def analogy(answer, known):
    """Check a function for 'a is to b as c is to what?'; `known` maps some real words to their vectors."""
    words = ["the", "king", "man", "woman", "queen", "prince", "duke"]
    rows = np.array([[-4.0, 12, 8], [3, 3, 1], [0, -3, 0], [3, 1, 1], [1, 1, 2], [-3, -1, 2], [3, 0, 1]])
    (king, man, woman), asked = rows[1:4], ("man", "king", "woman")
    target = king - man + woman

    def nearest(vector, without=asked):
        return nearest_words(rows, words, vector, k=1, without=without)[0][0]

    got = _call(answer, *asked, words, rows, when="man, king, woman")
    _match(_text(got), nearest(target), {
        f"{nearest(target, ())!r} was put in itself; leave the three given words out.": nearest(target, ()),
        "the step goes the wrong way: it leads from a to b.": nearest(man - king + woman),
        "a was not taken away: the step from a to b is a difference.": nearest(king + woman),
        "a long vector won: divide by the lengths, as the cosine does.": words[int(np.argmax(rows @ target))],
    }, f"{_show(got)} does not point the same way as the step from a to b, taken from c.")
    truth = nearest_words(np.array([*known.values()]), [*known], known["king"] - known["man"] + known["woman"], k=1)
    return f"with nothing left out, GloVe's own answer would have been {truth[0][0]!r}."


# Lesson 05

@_guarded
def stopped_epoch(answer, val_loss, patience):
    """Check the epoch, counted from 1, whose weights early stopping puts back."""
    best = end = 0
    while end + 1 < len(val_loss) and end - best < patience:
        end += 1
        best = end if val_loss[end] < val_loss[best] else best
    lowest = int(np.argmin(val_loss)) + 1
    _compare(answer, best + 1, {
        "off by one: the first epoch is number 1, though its place in the list is 0.": best,
        "training ends there; put back are the weights of the best epoch until then.": end + 1,
        f"nobody ever saw epoch {lowest}: with patience={patience} training had ended before.": lowest,
        "this is the last epoch; the best one is where the validation loss was lowest.": len(val_loss),
    }, f"walk through the losses: {patience} epochs in a row without a new lowest one end the training.")
    return f"and the lowest loss of all is in epoch {lowest}: patience is a guess, and a short one may miss the best."


@_guarded
def conv_parameters(answer, n_filters, width, embedding_dim, sequence_length):
    """Check how many numbers a convolution learns."""
    weights = width * embedding_dim * n_filters
    _compare(answer, weights + n_filters, {
        "each filter has a bias as well.": weights,
        "one bias in all is too few: each filter has its own.": weights + 1,
        "a filter sees whole vectors; how many numbers has one?": width * n_filters + n_filters,
        "a filter sees several words at a time; how wide is its window?": embedding_dim * n_filters + n_filters,
        "this is one filter; the layer has more.": width * embedding_dim + 1,
        "the same filters slide along the post: its length does not count.": (weights + n_filters) * sequence_length,
    }, "count one filter (words in its window, numbers a word, one bias), then take all filters.")
    return "and a post twice as long needs no number more, because the filters slide along it."


@_guarded
def choose(answer):
    """Check a function that chooses by validation and measures on the test part once."""
    for validation, tests in (
        ({"small": [0.60, 0.62, 0.61], "lucky": [0.56, 0.71, 0.58], "large": [0.65, 0.63, 0.64]},
         {"small": 0.66, "lucky": 0.59, "large": 0.615}),
        ({"wide": [0.72, 0.74], "deep": [0.50, 0.52], "both": [0.60, 0.75]},
         {"wide": 0.70, "deep": 0.76, "both": 0.73}),
    ):
        touched = []

        def test(name, tests=tests, touched=touched):
            touched.append(name)
            return tests[name]

        got = _call(answer, validation, test, when="three settings")
        pair = isinstance(got, (tuple, list)) and len(got) == 2
        _hint(not pair, f"expected a name and an accuracy, not {_show(got)}.")
        name, reported = got
        _hint(len(touched) > 1, f"the test part was touched {len(touched)} times; once, for the chosen setting only.")
        means = {setting: float(np.mean(accuracies)) for setting, accuracies in validation.items()}
        luckiest = max(validation, key=lambda setting: max(validation[setting]))
        _match(_text(name), max(means, key=means.get), {
            "one lucky seed won; compare the means over the seeds.": luckiest,
        }, f"{_show(name)} is not the best setting on the validation part.")
        _compare(reported, tests[name], {
            "this is its validation accuracy; it was chosen by that, so it looks too good.": means[name],
        }, "report the test accuracy of the chosen setting.")
    return "another setting did better on the test part; whoever picks that one has no honest number left."


# Lesson 06

@_guarded
def top_three(answer):
    """Check a function from one post's probabilities to the three likeliest groups."""
    names, p = ("sci.space", "rec.autos", "alt.atheism", "sci.med", "misc.forsale"), [0.05, 0.4, 0.12, 0.28, 0.15]
    ranked = np.argsort(p)[::-1]
    got = _call(answer, np.array(p), names, when="five probabilities and five names")
    _match(_names(got), [names[i] for i in ranked[:3]], {
        "the right three; the likeliest comes first.": [names[i] for i in ranked[2::-1]],
        "these are the three least likely ones.": [names[i] for i in ranked[:1:-1]],
        "the names were sorted: name i belongs to probability i.": [sorted(names)[i] for i in ranked[:3]],
        "these are the first three names; the probabilities were not used.": [*names[:3]],
    }, "expected three names, in the order of the three largest probabilities.")
    return "for two groups about computers often both answers are right; a list of three shows it."


@_guarded
def same_answers(answer):
    """Check a function that says whether two models give the same probabilities."""
    p = np.array([[0.7, 0.2, 0.099999, 1e-6], [0.4, 0.3, 0.2, 0.1], [0.1, 0.1, 0.1, 0.7]])
    many, step, lost = np.tile(p, (400, 1)), np.array([-1, 1, 0, 0]), p + np.where(np.eye(3, 4), np.nan, 0)
    for what, a, b, truth, hint in (
        ("the same numbers twice", p, p, True, "the same numbers twice are the same."),
        ("a difference of 0.0000001", p, p + 1e-7 * step[::-1], True,
         "0.0000001 is rounding; allow an absolute difference of 0.00001."),
        ("two columns swapped", p, p[:, [1, 0, 2, 3]], False,
         "two columns were swapped, which no sum shows; compare number by number, without signs."),
        ("a difference of 0.01", p, p + 0.01 * step, False, "the likeliest groups agree, the probabilities do not."),
        ("a model that lost its softmax", p, np.log(p), False,
         "the groups come in the same order, but one side's rows do not sum to one: they are no probabilities."),
        ("one other post of 1,200", many, many + 0.001 * step * np.eye(len(many))[:, :1], False,
         "one post of 1,200 differs, and a mean hides it; look at the largest difference."),
        ("a difference of 0.0001", p, p + 1e-4 * step, False, "0.0001 is more than the 0.00001 allowed."),
        ("three posts and one post", np.tile(p[:1], (3, 1)), p[:1], False,
         "three posts against one: NumPy stretches the single row; compare the shapes first."),
        ("a NaN on one side", p, lost, False, "one side holds NaN: a comparison with it is never True."),
    ):
        got = _call(answer, a, b, when=what)
        _hint(not isinstance(got, (bool, np.bool_)), f"expected True or False, not {_show(got)}.")
        _hint(got != truth, hint)
    return "a model that passes can take the other one's place, and nobody will notice."


@_guarded
def answer_or_abstain(answer, probabilities, labels):
    """Check a function that answers when it is sure; a model's probabilities show what that brings."""
    names, cases = ("sci.space", "rec.autos", "sci.med"), [  # text, probabilities, answer, hint
        ("the moon", [0.7, 0.2, 0.1], "sci.space", "a sure answer came out wrong or was held back."),
        ("an engine", [0.1, 0.5, 0.4], "rec.autos", "exactly at the threshold is sure enough; abstain only below it."),
        ("a puck", [0.35, 0.25, 0.4], "?", "0.4 is below the threshold: look at the largest one, not at the sum."),
        ("", [0.8, 0.1, 0.1], "?", "an empty text got an answer: softmax may be sure even there."),
        (" \n ", [0.9, 0.05, 0.05], "?", "a text of white space got an answer; it is as empty as the empty one."),
        ("a pill", [0.0, 0.0, 1.0], "sci.med", "a sure answer came out wrong or was held back."),
    ]
    texts, rows, _, _ = zip(*cases)
    got = _names(_call(answer, list(texts), np.array(rows), names, 0.5, when="six texts and the threshold 0.5"))
    _hint(len(got) == len(names), "these are as many answers as groups; asked for is one a text: take the other axis.")
    _hint(len(got) != len(cases), f"expected one answer a text, {len(cases)} in all; got {len(got)}.")
    truths = [truth for _, _, truth, _ in cases]
    _hint(got != truths and Counter(got) == Counter(truths),
          "the right answers, but not at their texts' places: a text, its row and its answer stay together.")
    for mine, (_, _, truth, hint) in zip(got, cases):
        _hint(mine != truth, hint)
    right, sure = probabilities.argmax(axis=1) == labels, probabilities.max(axis=1) >= 0.5
    return (f"at 0.5 the lesson's model answers {sure.mean():.0%} of the test posts and is right in "
            f"{right[sure].mean() if sure.any() else 0:.0%} of these; answering all, in {right.mean():.0%}.")
