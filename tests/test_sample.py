"""The bundled sample is invented and has the real collection's shape."""

import binascii
import re
import zipfile
from collections import Counter, defaultdict

import numpy as np
import pytest

from helpers import data, headers
from helpers.splits import random_split, take
from helpers.vectorization import count_tokens

GROUPS = 20


@pytest.fixture(scope="module")
def posts(sample_corpus):
    return dict(zip(sample_corpus.names, sample_corpus.texts))


@pytest.fixture(scope="module")
def bodies(sample_corpus):
    return [headers.split_post(text)[1] for text in sample_corpus.texts]


@pytest.fixture(scope="module")
def header_lengths(sample_corpus):
    return np.array([headers.split_post(text)[0].count("\n") for text in sample_corpus.texts])


def shared_with_training(keys, n_posts):
    split = random_split(n_posts, validation_split=0.2, seed=1337)
    known = set(take(keys, split.train))
    return np.mean([key in known for key in take(keys, split.validation)])


def test_counts(sample_corpus):
    sizes = np.bincount(sample_corpus.labels)
    assert len(sample_corpus) == 1997 and len(sizes) == GROUPS
    assert sizes[sample_corpus.class_names.index("soc.religion.christian")] == 97
    assert Counter(sizes.tolist()) == {100: 19, 97: 1}


def test_names_and_encoding(posts):
    assert all(re.fullmatch(r"[a-z.-]+/\d{4,6}", name) for name in posts)
    assert all(text.encode("latin-1") and text.endswith("\n") and "\r" not in text for text in posts.values())


def test_a_few_bytes_above_127_that_are_not_utf8(sample_corpus):
    high = [text.encode("latin-1") for text in sample_corpus.texts if not text.isascii()]
    assert 4 <= len(high) <= 20, "73 of 19,997 real posts"
    for raw in high:
        with pytest.raises(UnicodeDecodeError):
            raw.decode("utf-8")


def test_addresses_lie_under_the_reserved_domain(sample_corpus):
    addresses = {word for text in sample_corpus.texts for word in re.findall(r"[\w.-]+@([\w.-]*\w)", text)}
    assert len(addresses) > 100
    assert all(address.endswith(".example") for address in addresses)


def test_headers_are_of_the_real_lengths(header_lengths):
    assert (header_lengths.min(), np.median(header_lengths), header_lengths.max()) == (7, 11, 23)
    assert np.mean(header_lengths > 10) == pytest.approx(0.544, abs=0.05)
    assert np.mean(header_lengths < 10) == pytest.approx(0.181, abs=0.05)


def test_header_fields_vary_in_order_and_some_are_folded(sample_corpus):
    orders, folded = set(), 0
    for text in sample_corpus.texts:
        header = headers.split_post(text)[0]
        names = tuple(name for name, _ in headers.parse_header(header))
        orders.add(names)
        folded += any(line[0] in " \t" for line in header.split("\n") if line)
        required = {"From", "Newsgroups", "Subject", "Message-ID", "Date", "Path", "Lines"}
        assert required <= set(names)
    assert len(orders) > 500 and folded > 20


def test_lines_field_counts_the_body(sample_corpus, bodies):
    for text, body in zip(sample_corpus.texts, bodies):
        assert int(headers.header_field(text, "lines")) == body.count("\n")


def test_cross_posts_and_duplicates(sample_corpus, bodies):
    groups_of = defaultdict(list)
    for text, label in zip(sample_corpus.texts, sample_corpus.labels):
        groups_of[headers.header_field(text, "message-id")].append(int(label))
    repeated = [labels for labels in groups_of.values() if len(labels) > 1]
    crossed = sum(len(set(labels)) > 1 for labels in repeated)
    assert 20 <= crossed <= 32, "520 of 19,997 real posts have a copy in another group"
    assert len(repeated) == crossed + 1, "one message lies twice in one group, as five real ones"
    posts_of_body = Counter(headers.folded_body(text) for text in sample_corpus.texts)
    extra = sum(count - 1 for body, count in posts_of_body.items() if body)
    assert extra > len(repeated), "some were sent twice, under two Message-IDs"


def test_a_message_that_is_filed_twice_is_the_same_text(posts):
    assert posts["rec.sport.hockey/13515"] == posts["rec.sport.hockey/13551"]


def test_two_posts_are_mostly_an_encoded_file(posts):
    encoded = re.compile(r"(?m)^M[!-`]{60}$")
    found = {name: text for name, text in posts.items() if len(encoded.findall(text)) > 20}
    assert {name.split("/")[0] for name in found} == {"comp.os.ms-windows.misc"} and len(found) == 2
    for text in found.values():
        body = headers.split_post(text)[1]
        own, _, rest = body.partition("\nbegin 644 ")
        file, _, _ = rest.partition("\n`\nend\n")
        rows = [binascii.a2b_uu(line) for line in file.split("\n")[1:]]
        assert 2 <= own.count("\n") <= 6 and len(rows) == 110
        assert {len(row) for row in rows} == {45} and set(b"".join(rows)) == {0x86, 0x8F}


def test_empty_short_and_very_long_bodies(sample_corpus, bodies):
    words = np.array([len(body.split()) for body in bodies])
    assert 1 <= (words == 0).sum() <= 12
    assert 60 <= np.median(words) <= 200
    assert 0.2 < np.mean(words > 200) < 0.5
    assert 100_000 < max(map(len, sample_corpus.texts)) < 200_000


def test_vocabulary_is_rich(bodies):
    counts = count_tokens(bodies)
    assert sum(token.isalpha() for token in counts) >= 5_000


def test_quotes_and_signatures(sample_corpus, bodies):
    kinds = [set(headers.line_kinds(text)) for text in sample_corpus.texts]
    assert np.mean(["quote" in own for own in kinds]) == pytest.approx(0.644, abs=0.08)
    assert 0.3 < np.mean(["signature" in own for own in kinds]) < 0.6
    assert sum("\n-- \n" in body for body in bodies) > 500


def test_threads_and_authors_cross_a_random_split(sample_corpus):
    texts, n_posts = sample_corpus.texts, len(sample_corpus)
    subjects = [(headers.thread_subject(text), label) for text, label in zip(texts, sample_corpus.labels)]
    assert shared_with_training(subjects, n_posts) == pytest.approx(0.70, abs=0.12)
    assert shared_with_training([headers.author(text) for text in texts], n_posts) == pytest.approx(0.70, abs=0.10)
    assert 0.01 < shared_with_training([headers.folded_body(text) for text in texts], n_posts) < 0.06


def test_replies_name_what_they_answer(sample_corpus):
    ids = {headers.header_field(text, "message-id") for text in sample_corpus.texts}
    replies = [text for text in sample_corpus.texts if headers.header_field(text, "subject").startswith("Re: ")]
    answered = [headers.message_ids(text)[1:] for text in replies]
    assert len(replies) > 900
    assert np.mean([bool(names) and names[-1] in ids for names in answered]) > 0.6


def test_the_slice_of_glove_is_small_and_of_the_real_format():
    vectors = data.SAMPLE / "glove.6B.zip"
    assert vectors.stat().st_size <= 4_000_000
    with zipfile.ZipFile(vectors) as archive:
        assert archive.namelist() == ["glove.6B.100d.txt"]
        lines = archive.read("glove.6B.100d.txt").decode("utf-8").splitlines()
    assert len(lines) > 10_000 and lines[0].startswith("the ")
    assert all(len(line.split(" ")) == 101 for line in lines)
    assert len({line.split(" ")[0] for line in lines}) == len(lines)
