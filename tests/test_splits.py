"""The split of lesson 02 onwards: disjoint, complete, repeatable, and the reference's own."""

import numpy as np
import pytest

from helpers import splits
from helpers.data import Corpus
from helpers.splits import Split, random_split, take


@pytest.mark.parametrize(("n_posts", "validation", "test"), [
    (1997, 0.2, 0.1), (1997, 0.2, 0.0), (19997, 0.2, 0.1), (10, 0.29, 0.29), (7, 0.89, 0.0), (3, 0.01, 0.01), (0, 0.2, 0.1)])
def test_disjoint_and_complete(n_posts, validation, test):
    split = random_split(n_posts, validation_split=validation, test_split=test, seed=1337)
    assert sorted(np.concatenate([split.train, split.validation, split.test])) == list(range(n_posts))
    assert len(split.validation) == int(validation * n_posts) and len(split.test) == int(test * n_posts)


def test_deterministic():
    first, again, other = (random_split(100, validation_split=0.2, test_split=0.1, seed=seed) for seed in (5, 5, 6))
    for part in ("train", "validation", "test"):
        assert np.array_equal(getattr(first, part), getattr(again, part))
        assert not np.array_equal(getattr(first, part), getattr(other, part))


def test_numpys_global_state_plays_no_part():
    np.random.seed(1)
    first = random_split(50, seed=9)
    np.random.seed(2)
    state = np.random.get_state()[1].copy()
    assert np.array_equal(first.train, random_split(50, seed=9).train)
    assert np.array_equal(state, np.random.get_state()[1]), "and is left as it was"


@pytest.mark.parametrize("seed", [0, 1337, 2**32 - 1])
@pytest.mark.parametrize("n_posts", [11, 1997])
def test_the_last_part_is_the_references(n_posts, seed):
    """The reference example shuffles a list of texts and cuts the last fifth off."""
    samples = [f"post {n}" for n in range(n_posts)]
    shuffled = list(samples)
    np.random.RandomState(seed).shuffle(shuffled)
    n_validation = int(0.2 * len(shuffled))
    split = random_split(n_posts, validation_split=0.2, seed=seed)
    assert take(samples, split.validation) == shuffled[-n_validation:]
    assert take(samples, split.train) == shuffled[:-n_validation]
    # with a test part, that one is the reference's, and the validation part is taken from its training part
    three = random_split(n_posts, validation_split=0.1, test_split=0.2, seed=seed)
    assert np.array_equal(three.test, split.validation)
    assert np.array_equal(np.concatenate([three.train, three.validation]), split.train)


def test_take_keeps_the_order():
    assert take(["a", "b", "c"], np.array([2, 0, 2])) == ["c", "a", "c"] and take(["a"], []) == []


# --- the splits that keep something apart

def post(number, *, subject="", author="", answers="", body="", date=""):
    return (f"From: {author or f'a{number}@host.example'}\nMessage-ID: <{number}@host.example>\n"
            f"Subject: {subject or f'subject {number}'}\nDate: {date or '5 Apr 1993 12:00:00 GMT'}\n"
            f"References: {answers}\n\n{body or f'body {number}'}\n")


def split_texts(how, texts, labels=None, **options):
    """Split a few posts as a corpus; without labels all are of one group."""
    labels = np.zeros(len(texts), int) if labels is None else np.array(labels)
    return splits.split_corpus(Corpus(list(texts), labels, ("a", "b"), (), ""), how, **options, seed=1)


def parts_of(split, numbers):
    """The parts in which each group lies."""
    where = {}
    for name, part in vars(split).items():
        for number in numbers[part].tolist():
            where.setdefault(number, set()).add(name)
    return where


@pytest.mark.parametrize("how", list(splits.SPLITS))
def test_each_split_is_disjoint_complete_and_repeatable(how, sample_corpus):
    split, again, other = (splits.split_corpus(sample_corpus, how, validation_split=0.2, test_split=0.1, seed=seed)
                           for seed in (5, 5, 6))
    n_posts = len(sample_corpus)
    assert sorted(np.concatenate(list(vars(split).values()))) == list(range(n_posts))
    assert abs(len(split.validation) - 0.2 * n_posts) < 5 and abs(len(split.test) - 0.1 * n_posts) < 5
    assert all(np.array_equal(getattr(split, part), getattr(again, part)) for part in vars(split))
    assert np.array_equal(split.train, other.train) == ("date" in how), "by date there is one split only"
    without_test = splits.split_corpus(sample_corpus, how, seed=5)
    assert len(without_test.test) == 0 and abs(len(without_test.validation) - 0.2 * n_posts) < 5


def test_the_random_split_of_a_corpus_is_the_references(sample_corpus):
    ours = splits.split_corpus(sample_corpus, "random", seed=1337)
    assert np.array_equal(ours.validation, random_split(len(sample_corpus), seed=1337).validation)


def test_what_hangs_together_is_one_thread():
    texts = [
        post(0, subject="the harbor"), post(1, subject="Re: The  HARBOR"),  # the same subject
        post(2, answers="<0@host.example>"),  # an answer under another subject
        post(3, answers="<9@gone.example>"), post(4, answers="<8@gone.example>\n <9@gone.example>"),  # a lost parent
        post(5, body="a  copy"), post(6, body="a\ncopy"),  # a copy
        post(7),
    ]
    assert splits.thread_groups(texts).tolist() == [0, 0, 0, 1, 1, 2, 2, 3]


def test_nothing_joins_nothing():
    texts = ["Subject: \n\n", "Subject: Re:\n\n", "", "body", "other body"]
    assert len(set(splits.thread_groups(texts).tolist())) == 5 == len(set(splits.GROUPS["author"](texts).tolist()))
    assert splits.thread_groups([]).shape == (0,)


def test_keys_of_different_kinds_join_nothing():
    """A post whose body is another one's subject, or whose subject is a Message-ID, is no part of its thread."""
    texts = [post(0, subject="the harbor"), post(1, body="the harbor"), post(2, subject="<0@host.example>")]
    assert splits.thread_groups(texts).tolist() == [0, 1, 2]


def test_an_answer_that_is_named_in_reply_to_only():
    texts = [post(0), post(1).replace("References:", "In-Reply-To: <0@host.example>")]
    assert splits.thread_groups(texts).tolist() == [0, 0]


def test_the_order_of_the_posts_does_not_change_the_threads(sample_corpus):
    texts = sample_corpus.texts
    order = np.random.RandomState(3).permutation(len(texts))
    forward, shuffled = splits.thread_groups(texts), np.empty(len(texts), int)
    shuffled[order] = splits.thread_groups(take(texts, order))
    assert len(set(zip(forward.tolist(), shuffled.tolist()))) == len(set(forward.tolist())) == len(set(shuffled.tolist()))


def test_sets_of_whole_groups_are_shuffled(sample_corpus):
    """A model that is trained in batches sees no class at a time."""
    split = splits.split_corpus(sample_corpus, "thread", test_split=0.1, seed=1)
    for part in vars(split).values():
        labels = sample_corpus.labels[part]
        assert np.mean(labels[1:] == labels[:-1]) < 0.12, "neighbors of one class are as rare as by chance (0.05)"


def test_a_group_that_just_fits_is_taken():
    """With groups of one post each, the sets have exactly their shares."""
    split = splits.group_split(np.arange(100), validation_split=0.2, test_split=0.1, seed=1)
    assert [len(part) for part in vars(split).values()] == [70, 20, 10]


def test_no_thread_and_no_author_lies_in_two_parts(sample_corpus):
    texts = sample_corpus.texts
    for how, groups in splits.GROUPS.items():
        split = splits.split_corpus(sample_corpus, how, validation_split=0.2, test_split=0.1, seed=1)
        where = parts_of(split, groups(texts))
        assert all(len(parts) == 1 for parts in where.values()) and len(where) > 100


def test_stratified_sets_have_equal_shares(sample_corpus):
    split = splits.split_corpus(sample_corpus, "stratified", validation_split=0.2, test_split=0.1, seed=1)
    for part in vars(split).values():
        assert np.ptp(np.bincount(sample_corpus.labels[part], minlength=20) / len(part)) < 0.006


def test_by_date_trains_on_the_oldest():
    days = [9, 1, 5, 3, 8, 2, 7, 4, 6, 10]
    texts = [post(day, date=f"{day} Apr 93 12:00 {zone}") for day, zone in zip(days, ("GMT", "EDT") * 5)]
    split = split_texts("one date", texts, validation_split=0.3, test_split=0.2)
    assert [[days[n] for n in part] for part in vars(split).values()] == [[1, 2, 3, 4, 5], [6, 7, 8], [9, 10]]


def test_by_date_cuts_each_class_by_itself():
    labels = np.array([0, 1] * 10)
    texts = [post(n, date=f"{1 + n // 2} {'Apr' if label else 'May'} 93 12:00 GMT") for n, label in enumerate(labels)]
    split = split_texts("date", texts, labels, validation_split=0.2, test_split=0.1)
    assert [sorted(part.tolist()) for part in (split.validation, split.test)] == [[14, 15, 16, 17], [18, 19]]
    assert set(split_texts("one date", texts, labels, validation_split=0.5).train % 2) == {1}, "with one date a class is missing"


def test_by_date_tells_of_posts_without_a_date():
    texts = [post(1), post(2, date="some day"), "no header", post(3, date="6 Apr 93 12:00 GMT")]
    with pytest.warns(UserWarning, match=r"2 of 4 posts \(50.0%\) have no date that can be read"):
        split = split_texts("one date", texts, validation_split=0.25)
    assert split.train.tolist() == [1, 2, 0] and split.validation.tolist() == [3]


def test_every_date_of_the_sample_is_read(sample_corpus, recwarn):
    splits.split_corpus(sample_corpus, "one date", seed=1)
    assert [warning for warning in recwarn if "date" in str(warning.message)] == []


@pytest.mark.parametrize(("n_first", "n_second", "shares"), [
    (20, 2, {"validation_split": 0.2}), (40, 3, {"validation_split": 0.1, "test_split": 0.1}),
    (40, 2, {"validation_split": 0.1, "test_split": 0.4}), (20, 2, {"validation_split": 0.8})])
def test_a_set_without_a_class_is_not_stratified(n_first, n_second, shares):
    """In the last case, the training set would lack the class."""
    labels = [0] * n_first + [1] * n_second
    with pytest.raises(ValueError, match=f"smallest class has {n_second} of {len(labels)} posts: too few"):
        split_texts("stratified", [post(n) for n in range(len(labels))], labels, **shares)


@pytest.mark.parametrize("n_labels", [0, 9, 11])
@pytest.mark.parametrize("how", list(splits.SPLITS))
def test_labels_of_another_length_get_a_sentence(how, n_labels):
    with pytest.raises(ValueError, match=f"corpus has 10 posts and {n_labels} labels"):
        split_texts(how, [post(n) for n in range(10)], [0] * n_labels)


@pytest.mark.parametrize("function", [splits.thread_groups, splits.GROUPS["author"], splits.distinct_posts])
def test_one_text_is_no_list_of_texts(function):
    with pytest.raises(TypeError, match="A list of texts is needed"):
        function(post(1))


def test_groups_too_large_get_a_sentence():
    with pytest.raises(ValueError, match="largest of 1 groups holds 10 of 10 posts: sets of 2 and 0"):
        splits.group_split(np.zeros(10, int), seed=1)


@pytest.mark.parametrize("function", [
    lambda **shares: random_split(100, seed=1, **shares),
    lambda **shares: split_texts("stratified", [post(n) for n in range(10)], [0, 1] * 5, **shares),
    lambda **shares: splits.group_split(range(10), seed=1, **shares),
    lambda **shares: split_texts("date", [post(n) for n in range(10)], **shares)], ids=["random", "stratified", "group", "date"])
def test_impossible_shares_get_a_sentence(function):
    with pytest.raises(ValueError, match="leave nothing to train on"):
        function(validation_split=0.5, test_split=0.5)
    with pytest.raises(ValueError, match="validation_split 0.7 and test_split 0.7 leave nothing"):
        function(validation_split=0.7, test_split=0.7)
    with pytest.raises(ValueError, match="test_split must be a share from 0 to below 1, but is -0.1"):
        function(test_split=-0.1)


def test_an_unknown_split_gets_a_sentence(sample_corpus):
    with pytest.raises(ValueError, match="no split 'tread'; the splits are random, .*, date, one date"):
        splits.split_corpus(sample_corpus, "tread", seed=1)


def test_small_corpora():
    assert [len(part) for part in vars(split_texts("thread", [])).values()] == [0, 0, 0]
    assert len(split_texts("date", [post(1)]).train) == 1 == len(split_texts("thread", [post(1)]).train)


def test_copies_are_left_out():
    texts = [post(0), post(1, body="a copy"), post(2, body="a  copy"), post(0, body="crossed"), "\n", "\n"]
    assert splits.distinct_posts(texts).tolist() == [0, 1, 4, 5]


def test_only_unseen_drops_what_the_training_set_has():
    split = Split(np.array([0, 1]), np.array([2, 3, 4]), np.array([5, 6]))
    rest = splits.only_unseen(split, np.array([0, 0, 1, 1, 0, 2, 0]))
    assert [part.tolist() for part in vars(rest).values()] == [[0, 1], [2, 3], [5]], "in validation and in test"
