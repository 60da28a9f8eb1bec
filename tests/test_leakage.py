"""Lesson 02's measures: the ablation, predictors from metadata, the audit of a split, and the file of results."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from experiments import ablation as command
from experiments import results_page
from PIL import Image

from helpers import data, headers, leakage, splits
from helpers._cache import file_digest
from helpers.data import Corpus
from helpers.splits import Split, random_split, split_corpus, take

RESULTS = command.RESULTS
SEEDS = (1337, 1338)
WORDS = [f"{a}{b}{c}" for a in "bdfgklm" for b in "aeiou" for c in ("n", "r", "st", "lt")]


def prose(seed, n_words=60):
    """Invented words that no two seeds put in the same order."""
    return " ".join(np.random.RandomState(seed).choice(WORDS, n_words))


def post(seed, *, author=None, subject=None, message_id=None, body=None, group="a.b"):
    return (f"From: {author or f'a{seed}@host.example'}\nSubject: {subject or f'matter {seed}'}\n"
            f"Message-ID: {message_id or f'<{seed}@host.example>'}\nNewsgroups: {group}\n"
            f"Date: {1 + seed % 28} Apr 1993 12:00:00 GMT\n\n{body or prose(seed)}\n")


def toy_corpus(texts, labels, class_names=("a.b", "c.d", "e.f")):
    names = tuple(f"{class_names[label]}/{n}" for n, label in enumerate(labels))
    return Corpus(list(texts), np.array(labels), class_names, names, "toy")


# --- the linear model and its words

@pytest.fixture(scope="module")
def telling():
    """60 posts of three classes; one word tells the class."""
    labels = [n % 3 for n in range(60)]
    return [f"{prose(n, 6)} {('gull', 'ferry', 'lamp')[label]}" for n, label in enumerate(labels)], np.array(labels)


def test_the_words_that_tell_come_first_under_the_right_name(telling):
    texts, labels = telling
    names = ("birds", "ships", "lights")
    words = leakage.top_words(leakage.linear_model(0).fit(texts, labels), names, k=4)
    assert {name: own[0] for name, own in words.items()} == {"birds": "gull", "ships": "ferry", "lights": "lamp"}
    assert all(len(own) == 4 for own in words.values())
    # a class that the training set lacks shifts no name: one of three classes, and one of four
    for missing in range(3):
        some = [text for text, label in zip(texts, labels) if label != missing]
        model = leakage.linear_model(0).fit(some, labels[labels != missing])
        words = leakage.top_words(model, names)
        assert {name: own[0] for name, own in words.items()} == {
            name: word for name, word in zip(names, ("gull", "ferry", "lamp")) if name != names[missing]}
    model = leakage.linear_model(0).fit(texts, labels + (labels > 0))
    assert leakage.top_words(model, ("birds", "none", "ships", "lights"))["lights"][0] == "lamp"


def test_permuted_labels_teach_nothing(telling):
    texts, labels = telling
    corpus = toy_corpus(texts, np.random.RandomState(0).permutation(labels))
    (step,) = leakage.ablation(corpus, range(5), steps=[("a", "full", False, "random")])["mean"]
    assert step < 0.6
    (step,) = leakage.ablation(toy_corpus(texts, labels), range(5), steps=[("a", "full", False, "random")])["mean"]
    assert step > 0.9


# --- the ablation

@pytest.fixture(scope="module")
def steps(sample_corpus):
    return leakage.ablation(sample_corpus, SEEDS)


def test_the_accuracy_falls_as_leaks_are_removed(steps):
    assert steps.index.tolist() == [step[0] for step in leakage.STEPS]
    assert (steps["accuracies"].map(len) == len(SEEDS)).all()
    mean = steps["mean"]
    assert mean["full post"] > max(0.93, mean["ten lines dropped"] + 0.02)
    assert abs(mean["ten lines dropped"] - mean["header parsed"]) < 0.02
    assert mean["header parsed"] > mean["quotes removed"] + 0.05
    assert mean["quotes removed"] > mean["signatures and files removed"]
    assert 0.55 < mean["signatures and files removed"] < 0.85
    assert mean["thread-wise split"] < mean["duplicates removed"] + 0.01
    assert mean["chronological split"] < mean["duplicates removed"] - 0.03


def test_a_step_knows_its_spread_and_its_splits(steps):
    assert steps["n_splits"].tolist() == [len(SEEDS)] * 9 + [1], "the seeds change no chronological split"
    for step in steps.itertuples():
        assert step.mean == pytest.approx(sum(step.accuracies) / len(SEEDS))
        assert (step.low, step.high) == (min(step.accuracies), max(step.accuracies))
    assert steps["low"].iloc[0] < steps["mean"].iloc[0] < steps["high"].iloc[0]


def test_a_step_is_what_its_parts_give_by_hand(sample_corpus, steps):
    texts = [headers.clean_text(text, "strict") for text in sample_corpus.texts]
    kept = splits.distinct_posts(sample_corpus.texts)
    texts, labels = take(texts, kept), sample_corpus.labels[kept]
    split = splits.group_split(splits.thread_groups(take(sample_corpus.texts, kept)), seed=SEEDS[1])
    model = leakage.linear_model(SEEDS[1]).fit(take(texts, split.train), labels[split.train])
    step = steps.loc["thread-wise split"]
    assert step.accuracies[1] == model.score(take(texts, split.validation), labels[split.validation])
    assert step.n_train + step.n_held_out == len(kept)


def test_unseen_authors_are_fewer(steps):
    held_out = steps["n_held_out"]
    assert held_out["thread-wise, unseen authors"] < held_out["thread-wise split"] == held_out["author-wise split"]


# --- predictors from metadata

def look_up(keys, labels=(0, 0, 1, 1, 2)):
    """Learn from the first three posts, predict the last two."""
    return leakage._look_up(keys, np.array(labels), Split(np.arange(3), np.array([3, 4]), np.array([], int)))


@pytest.mark.parametrize(("keys", "labels", "coverage", "accuracy"), [
    ([{"x"}, {"x"}, {"y"}, {"y"}, {"z"}], (0, 0, 1, 1, 2), 0.5, 1.0),
    ([{"x"}, {"x"}, {"y"}, {"x"}, {"z"}], (0, 0, 1, 1, 2), 0.5, 0.0),
    ([{"x"}, {"x"}, {"x"}, {"x"}, {"x"}], (1, 0, 1, 1, 0), 1.0, 0.5),  # the majority wins
    ([{"x"}, {"x"}, {"x", "y"}, {"x", "y"}, set()], (0, 0, 1, 1, 0), 0.5, 1.0),  # "x" is ambiguous, "y" decides
    ([{"x"}, {"x"}, {"y"}, {"z"}, {"z"}], (0, 0, 1, 1, 1), 0.0, None),  # held-out posts share keys with each other only
    ([set()] * 5, (0, 0, 1, 1, 2), 0.0, None),
])
def test_keys_predict_the_class_in_which_they_were_seen(keys, labels, coverage, accuracy):
    found = look_up(keys, labels)
    assert found["coverage"] == coverage
    assert np.isnan(found["accuracy"]) if accuracy is None else found["accuracy"] == accuracy


def test_predictors_are_measured_on_held_out_posts():
    """Each class has its subject, group and author in training; in validation all but the author are exchanged."""
    train = [post(n, subject=f"topic{n % 2}", group=f"group{n % 2}", author=f"a{n % 2}@b") for n in range(20)]
    held_out = [post(100 + n, subject=f"topic{1 - n % 2}", group=f"group{1 - n % 2}", author=f"a{n % 2}@b")
                for n in range(10)]
    corpus = toy_corpus(train + held_out, [n % 2 for n in range(30)])
    found = leakage.metadata_predictors(corpus, Split(np.arange(20), np.arange(20, 30), np.array([], int)))
    assert found.loc["whole header", "accuracy"] < 0.5 and found.loc["whole header", "coverage"] == 1
    assert found.loc["subject"].to_dict() == {"coverage": 1, "accuracy": 0}
    assert found.loc["author"].to_dict() == {"coverage": 1, "accuracy": 1}
    assert found.loc[["organization", "signature"], "coverage"].tolist() == [0, 0]


def test_what_each_header_predictor_reads():
    """The group's name decides until its fields are out, the subject until those are out."""
    texts = [post(n, group="xyz"[n % 3], subject=("gulls", "ferries", "lamps")[n % 3], author="a@b") for n in range(60)]
    texts += [post(n, group="xyz"[(n + 1) % 3] * 3, subject=("gulls", "ferries", "lamps")[n % 3], author="a@b") for n in range(60, 75)]
    corpus = toy_corpus(texts, [n % 3 for n in range(75)])
    found = leakage.metadata_predictors(
        corpus, Split(np.arange(60), np.arange(60, 75), np.array([], int)))["accuracy"]
    assert found["header without group names"] == 1 > found["header without both"]


def test_predictors_on_the_sample(sample_corpus):
    split = random_split(len(sample_corpus), seed=1)
    found = leakage.metadata_predictors(sample_corpus, split)
    assert found.loc["whole header", "accuracy"] > 0.95 and found.loc["whole header", "coverage"] == 1
    assert found.loc["subject", "coverage"] > 0.6 and found.loc["subject", "accuracy"] > 0.9
    apart = leakage.metadata_predictors(sample_corpus, split_corpus(sample_corpus, "thread", seed=1))
    assert apart.loc["subject", "coverage"] == 0, "no subject of a thread-wise split was seen in training"


# --- group names left

@pytest.mark.parametrize(("text", "times"), [
    ("see sci.med.", 1), ("SCI.MED, sci.med", 2), ("sci.medicine", 0), ("my-sci.med", 0), ("sci.med.aids", 0),
    ("sci med", 0), ("scixmed", 0), ("x.sci.med", 0), ("sci.med-2", 0)])
def test_a_group_name_is_a_whole_name(text, times, sample_corpus):
    for group, own in (("sci.med", min(times, 1)), ("sci.space", 0)):
        corpus = replace(sample_corpus, texts=[text], labels=np.array([sample_corpus.class_names.index(group)]))
        assert command.group_names_left(corpus, "full") == {"any": min(times, 1), "own": own, "times": times}
        capitals = replace(corpus, class_names=[name.title() for name in corpus.class_names])
        assert command.group_names_left(capitals, "full") == command.group_names_left(corpus, "full")


# --- the audit

FIRST = [post(seed) for seed in range(20)]
SECOND = [post(seed) for seed in range(100, 110)]

# what is planted in the second list, and comes from post 7 of the first; what else it brings with it
LEAKS = {
    "same Message-ID": (post(103, message_id="<7@host.example>"), set()),
    "same body": (post(103, body=prose(7).replace(" ", "\n  ", 9)), {"same line"}),
    "same subject": (post(103, subject="RE: re:  Matter 7"), set()),
    "same author": (post(103, author="Ann <A7@host.EXAMPLE>"), set()),
    "same line": (post(103, body=f"> {prose(7)}\n{prose(103, 300)}"), set()),
    "near-duplicate": (post(103, body=prose(7).replace(" ", "  ", 1) + " and three more"), set()),
}


def found(second):
    return leakage.audit(FIRST, second)


def test_clean_sets_are_not_accused():
    rows = found(SECOND)
    assert rows.index.tolist() == list(LEAKS)
    assert not rows.to_numpy().any()
    # what everybody has is no leak: empty fields, ruled lines, blank lines
    first, second = (["From:\nSubject: Re:\nMessage-ID:\n\n" + "-" * 50 + f"\n{word}\n" + " \n" * 50, "From:\nSubject:\n\n"]
                     for word in ("one", "two"))
    assert not leakage.audit(first, second)["posts"].any()


@pytest.mark.parametrize("what", LEAKS)
def test_a_planted_leak_is_found(what):
    planted, brings = LEAKS[what]
    rows = found([*SECOND[:3], planted, *SECOND[4:]])
    assert rows.loc[what].to_dict() == {"posts": 1, "share": 0.1}
    assert set(rows.index[rows["posts"] > 0]) - brings == {what}


def test_each_post_counts_once():
    rows = found([post(200 + n, author="a1@host.example") for n in range(5)])
    assert rows.loc["same author"].to_dict() == {"posts": 5, "share": 1}


def n_alike(first, second):
    """The number of near-duplicates among posts without a header."""
    return leakage.audit(first, second)["posts"].iloc[-1]


def test_the_similarity_is_jaccards():
    words = [f"w{n}" for n in range(94)]
    others = [f"v{n}" for n in range(50)]
    # 90 runs of five words each; of 120 different ones 60 are in both, of 121 only 59
    assert n_alike([" ".join(words)], [" ".join(words[30:] + others[:30])]) == 1
    assert n_alike([" ".join(words)], [" ".join(words[31:] + others[:31])]) == 0
    assert n_alike([" ".join(others), " ".join(words)], [" ".join(words[1:]), " ".join(others[1:]), " ".join(words[2:])]) == 3
    thrice = " ".join(words[:40] * 3 + others)
    assert n_alike([" ".join(words)], [thrice]) == 0, "a run counts once"


@pytest.mark.parametrize("n_words", [23, 24])
def test_short_bodies_are_no_near_duplicates_in_either_list(n_words):
    """20 runs of five words, that is 24 words, are needed on both sides."""
    short, long = prose(1, n_words), prose(1, n_words) + " more and more"
    for a, b in (([short], [long]), ([long], [short])):
        assert n_alike(a, b) == (n_words == 24)


@pytest.mark.parametrize("n_posts", [98, 99])
def test_runs_common_to_more_than_a_hundred_posts_prove_nothing(n_posts):
    """A license below many posts makes no two of them duplicates; what a hundred posts share still counts."""
    license_text, others = prose(1, 40), [f"{prose(1, 40)} {prose(2000 + n, 300)}" for n in range(n_posts)]
    assert n_alike([license_text, *others], [f"{license_text} three more words"]) == (n_posts == 98)


def test_odd_lists_get_an_answer_or_a_sentence():
    for first, second in (([], []), (FIRST, []), ([], SECOND), (["", "a"], ["b"])):
        assert not leakage.audit(first, second).to_numpy().any()
    with pytest.raises(TypeError, match="must be a str, but this one is a bytes"):
        leakage.audit([b"Subject: a\n\n"], SECOND)
    for first, second in ((FIRST[0], SECOND), (FIRST, SECOND[0]), ("", [])):
        with pytest.raises(TypeError, match="A list of texts is needed"):
            leakage.audit(first, second)


def test_what_can_be_read_once_gives_the_same(telling):
    copies = [*FIRST[:5], *SECOND]
    audited = leakage.audit(FIRST, copies)
    assert leakage.audit(iter(FIRST), iter(copies)).equals(audited) and audited["posts"].any()
    corpus, steps = toy_corpus(*telling), [("a", "full", False, "random"), ("b", "body", False, "random")]
    assert leakage.ablation(corpus, SEEDS, steps=[]).empty
    assert leakage.ablation(corpus, iter(SEEDS), steps=iter(steps)).equals(leakage.ablation(corpus, SEEDS, steps=steps))


def test_splits_keep_what_they_promise(sample_corpus):
    """The random split shares all kinds of things; the thread-wise one no thread, the author-wise one no author."""
    def counts(how):
        split = splits.split_corpus(sample_corpus, how, seed=1)
        return leakage.audit(take(sample_corpus.texts, split.train), take(sample_corpus.texts, split.validation))["posts"]

    assert counts("random").min() > 0
    thread = counts("thread")
    assert thread["same Message-ID"] == thread["same body"] == thread["same subject"] == 0 < thread["same author"]
    assert counts("author")["same author"] == 0


# --- what was measured on the real posts

@pytest.fixture(scope="module")
def results():
    return json.loads(RESULTS.read_text(encoding="utf-8"))


def test_the_file_holds_the_steps_of_the_code(results):
    assert [(row["name"], row["text"], row["split"]) for row in results["ablation"]] == [
        (name, text, how) for name, text, _, how in leakage.STEPS]
    assert results["dataset"] == "full" and results["posts"] == 19_997
    for row in results["ablation"] + results["text_by_split"]:
        assert row["mean"] == pytest.approx(np.mean(row["accuracies"]), abs=2e-4)
        assert (row["low"], row["high"]) == (min(row["accuracies"]), max(row["accuracies"]))
        assert row["splits"] == (1 if "date" in row["split"] else len(results["seeds"]))
    assert set(results["share_of_lines"]) == {"header", *headers.BODY_RULES, "own"}


def test_the_file_holds_no_text(results):
    """Only names of ours, numbers and short labels: no address, and nothing as long as a sentence."""
    strings = re.findall(r'"([^"]*)"', json.dumps(results))
    assert not [text for text in strings if "@" in text or len(text) > 40]


def test_the_chart_is_drawn_from_the_file(results):
    with Image.open(RESULTS.with_suffix(".png")) as picture:
        assert picture.info["source"] == file_digest(RESULTS)
    figure = results_page.draw(results)
    axes, (legend,) = figure.axes[0], figure.legends
    colors = {text.get_text(): patch.get_facecolor() for text, patch in zip(legend.get_texts(), legend.legend_handles)}
    stages = ["random split, header lines in the text"] * 2 + ["random split, header removed"] * 4 + ["other splits, header removed"] * 4
    assert [bar.get_facecolor() for bar in axes.patches] == [colors[stage] for stage in stages] and len(set(colors.values())) == 3
    assert [bar.get_width() for bar in axes.patches] == [row["mean"] for row in results["ablation"]]
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names[0] == "full post" and names[-1] == "chronological split (one split)"
    for segment, row in zip(axes.collections[0].get_segments(), results["ablation"], strict=True):
        assert segment[:, 0].tolist() == pytest.approx([row["low"], row["high"]])


@pytest.mark.slow
def test_the_command_measures(tmp_path, monkeypatch, sample_corpus):
    """On a fifth of the sample; what it writes is what the functions give."""
    fifth = range(0, len(sample_corpus), 5)
    corpus = replace(sample_corpus, texts=take(sample_corpus.texts, fifth), labels=sample_corpus.labels[::5],
                     names=sample_corpus.names[::5])
    monkeypatch.setattr(data, "load_corpus", lambda *_: corpus)
    monkeypatch.setattr(command, "RESULTS", tmp_path / "leakage.json")
    command.main([])
    written = json.loads((tmp_path / "leakage.json").read_text(encoding="utf-8"))
    assert written["posts"] == 400 and written["seeds"] == [1337, 1338, 1339]
    split = splits.split_corpus(corpus, "thread", seed=SEEDS[0])
    rows = leakage.audit(take(corpus.texts, split.train), take(corpus.texts, split.validation))
    assert [row["count"] for row in written["shared"]["thread"]] == rows["posts"].tolist()
    assert written["splits"]["thread"] == [len(part) for part in vars(split).values()]
    assert written["predictors"]["thread"][4] == {"what": "subject", "coverage": 0.0, "accuracy": None}
    last = leakage.ablation(corpus, written["seeds"], steps=leakage.STEPS[-1:]).iloc[0]
    assert written["ablation"][-1]["accuracies"] == [round(value, 4) for value in last.accuracies]


@pytest.mark.full
def test_the_first_steps_come_out_again(full_folder, results):
    corpus = data.load_corpus("full", full_folder)
    steps = leakage.ablation(corpus, SEEDS[:1], steps=leakage.STEPS[:3])
    for step, row in zip(steps.itertuples(), results["ablation"]):
        assert step.accuracies[0] == pytest.approx(row["accuracies"][0], abs=0.01)
    split = random_split(len(corpus), seed=1337)
    rows = leakage.audit(take(corpus.texts, split.train), take(corpus.texts, split.validation))
    assert rows["share"].tolist() == pytest.approx([0.043, 0.054, 0.707, 0.702, 0.730, 0.103], abs=0.005)
