"""The audit of lesson 02: each planted leak is found, and clean parts are not accused."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from helpers import audit, splits
from helpers.splits import random_split, take

ROOT = Path(__file__).resolve().parent.parent
WORDS = [f"{a}{b}{c}" for a in "bdfgklm" for b in "aeiou" for c in ("n", "r", "st", "lt")]


def prose(seed, n_words=60):
    """Invented words that no two seeds put in the same order."""
    return " ".join(np.random.RandomState(seed).choice(WORDS, n_words))


def post(seed, *, author=None, subject=None, message_id=None, body=None):
    return (f"From: {author or f'a{seed}@host.example'}\nSubject: {subject or f'matter {seed}'}\n"
            f"Message-ID: {message_id or f'<{seed}@host.example>'}\n"
            f"Organization: The same for everybody of the harbour\n\n{body or prose(seed)}\n")


FIRST = [post(seed) for seed in range(20)]
SECOND = [post(seed) for seed in range(100, 110)]

# what is planted as post 3 of the second list, which comes from post 7 of the first; what else it brings with it
LEAKS = {
    "same Message-ID": (post(103, message_id="<7@host.example>"), set()),
    "same body": (post(103, body=prose(7).replace(" ", "\n  ", 9)), {"same line of 30+ characters"}),
    "same subject": (post(103, subject="RE: re:  Matter 7"), set()),
    "same author": (post(103, author="Ann <A7@host.EXAMPLE>"), set()),
    "same line of 30+ characters": (post(103, body=f"> {prose(7)}\n{prose(103, 300)}"), set()),
    "near-copy (50% alike)": (post(103, body=prose(7).replace(" ", "  ", 1) + " and three more"), set()),
}


def found(second, **options):
    return {row.what: row for row in audit.audit(FIRST, second, **options)}


def test_clean_parts_are_not_accused():
    rows = found(SECOND, labels_a=[0] * 20, labels_b=[0] * 10)
    assert all((row.count, row.share, row.examples) == (0, 0.0, ()) for row in rows.values())
    assert list(rows) == [*list(LEAKS)[:4], "same subject and label", *list(LEAKS)[4:]]


@pytest.mark.parametrize("what", LEAKS)
def test_a_planted_leak_is_found(what):
    planted, brings = LEAKS[what]
    rows = found([*SECOND[:3], planted, *SECOND[4:]])
    assert rows[what].count == 1 and rows[what].share == 0.1
    ((first, second, shared),) = rows[what].examples
    assert (first, second) == (7, 3) and shared
    assert {name for name, row in rows.items() if row.count} - brings == {what}


def test_a_subject_counts_with_its_label():
    second = [*SECOND[:3], post(103, subject="matter 7"), post(104, subject="matter 8")]
    rows = found(second, labels_a=np.arange(20), labels_b=np.array([0, 0, 0, 7, 9]))
    assert rows["same subject"].count == 2 and rows["same subject and label"].count == 1
    assert rows["same subject and label"].examples == ((7, 3, "matter 7"),)


def test_three_examples_and_no_more():
    rows = found([post(200 + n, author="a1@host.example") for n in range(5)])
    assert rows["same author"].count == 5 and [b for _, b, _ in rows["same author"].examples] == [0, 1, 2]


def test_what_everybody_has_is_no_leak():
    """Header lines, ruled lines, blank lines and empty fields prove nothing."""
    first, second = (["Subject: Re:\nFrom:\nMessage-ID:\n\n" + "-" * 50 + f"\n{word}\n" + " \n" * 50, "Subject:\n\n"]
                     for word in ("one", "two"))
    assert not any(row.count for row in audit.audit(first, second))


def test_short_posts_are_no_near_copies():
    rows = {row.what: row for row in audit.audit([post(1, body=prose(1, 20))], [post(2, body=prose(1, 20) + " more")])}
    assert rows["near-copy (50% alike)"].count == 0


def test_the_similarity_is_jaccards():
    words = [f"w{n}" for n in range(104)]
    a, b = " ".join(words), " ".join(words[50:] + [f"v{n}" for n in range(50)])
    # 100 runs of five words each, of which 50 are the same: 50 of 150
    assert audit.near_copies([a], [b], 1 / 3) == [(0, 0, "33% alike")] and audit.near_copies([a], [b], 0.34) == []
    assert audit.near_copies([b, a, a], [a, b], 0.9) == [(1, 0, "100% alike"), (0, 1, "100% alike")]


@pytest.mark.parametrize("value", [0, -1, 1.5])
def test_an_impossible_similarity_gets_a_sentence(value):
    with pytest.raises(ValueError, match="similarity must lie above 0"):
        audit.audit(FIRST, SECOND, similarity=value)


def test_bytes_get_a_sentence():
    with pytest.raises(TypeError, match="must be a str, but this one is a bytes"):
        audit.audit([b"Subject: a\n\n"], SECOND)


@pytest.mark.parametrize(("first", "second"), [([], []), (FIRST, []), ([], SECOND)], ids=["both", "second", "first"])
def test_empty_lists(first, second):
    assert all(row.count == 0 and row.share == 0 for row in audit.audit(first, second))


def test_it_looks_the_same_twice():
    second = [planted for planted, _ in LEAKS.values()]
    assert audit.audit(FIRST, second) == audit.audit(FIRST, second)


def test_the_table():
    planted, _ = LEAKS["same subject"]
    lines = audit.table(audit.audit(FIRST, [planted])).split("\n")
    assert len(lines) == 7 and lines[0].endswith("posts   share")
    assert lines[3].split() == ["same", "subject", "1", "100.0%"] and len({len(line) for line in lines}) == 1
    assert "    7 and 0: matter 7" in audit.table(audit.audit(FIRST, [planted]), examples=True)


def test_splits_keep_what_they_promise(sample_corpus):
    """The random split shares all kinds of things; the split by thread no thread, that by author no author."""
    def counts(split):
        texts = sample_corpus.texts
        return {row.what: row.count for row in audit.audit(take(texts, split.train), take(texts, split.validation))}

    random = counts(random_split(len(sample_corpus), seed=1))
    assert min(random.values()) > 0
    thread = counts(splits.thread_split(sample_corpus.texts, seed=1))
    assert thread["same Message-ID"] == thread["same body"] == thread["same subject"] == 0 < thread["same author"]
    assert counts(splits.author_split(sample_corpus.texts, seed=1))["same author"] == 0


def test_a_post_of_five_megabytes():
    start = time.process_time()
    for body in ("x" * 5_000_000, "word " * 1_000_000, "> " * 2_500_000, "-" * 5_000_000):
        audit.audit([post(1, body=body)], [post(2, body=body + "y")])
    assert time.process_time() - start < 60


@pytest.mark.full
def test_the_whole_collection_in_time_and_memory(full_folder):
    """The figures of a random split, in a process of its own; `resource` gives its greatest memory."""
    program = ("import resource, sys, time; from helpers import audit, data; "
               "from helpers.splits import random_split, take; "
               "corpus = data.load_corpus('full', sys.argv[1]); split = random_split(len(corpus), seed=1337); "
               "start = time.process_time(); rows = audit.audit(take(corpus.texts, split.train), "
               "take(corpus.texts, split.validation)); print(time.process_time() - start, "
               "resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, *(row.share for row in rows))")
    done = subprocess.run([sys.executable, "-c", program, full_folder], cwd=ROOT, capture_output=True, text=True,
                          check=True)
    seconds, peak, *shares = map(float, done.stdout.split("\n")[1].split())
    assert seconds < 30 and peak * (1 if sys.platform == "darwin" else 1024) < 1.5e9
    assert shares == pytest.approx([0.043, 0.054, 0.707, 0.702, 0.730, 0.103], abs=0.005)
