"""Lesson 02's measures: predictors of almost nothing, the ladder, and the file of results."""

import json
from dataclasses import replace
from pathlib import Path

import measure_leakage
import numpy as np
import pytest
from PIL import Image

from helpers import data, headers, leakage
from helpers.splits import Split, random_split, thread_split

RESULTS = Path(__file__).resolve().parent.parent / "results" / "leakage.json"
SEEDS = (1337, 1338, 1339)


# --- look-ups

def look_up(keys, labels=(0, 0, 1, 1, 2)):
    """Learn from the first three posts, guess the last two."""
    return leakage.look_up("a", keys, np.array(labels), Split(np.arange(3), np.array([3, 4]), np.array([], int)))


def test_a_key_answers_with_the_class_it_was_seen_with():
    assert look_up([{"x"}, {"x"}, {"y"}, {"y"}, {"z"}]) == leakage.Guess("a", 0.5, 1.0)
    assert look_up([{"x"}, {"x"}, {"y"}, {"x"}, {"z"}]) == leakage.Guess("a", 0.5, 0.0)


def test_the_majority_wins_and_keys_vote_together():
    assert look_up([{"x"}, {"x"}, {"x"}, {"x"}, set()], (1, 0, 1, 1, 0)).accuracy == 1
    # "x" was seen with both classes, "y" with one only: it decides
    assert look_up([{"x"}, {"q"}, {"x", "y"}, {"x", "y"}, set()]).accuracy == 1


def test_nothing_seen_is_no_answer():
    guess = look_up([{"x"}, set(), {"y"}, {"z"}, set()])
    assert guess.coverage == 0 and np.isnan(guess.accuracy)
    assert look_up([set()] * 5).coverage == 0


def test_a_guess_looks_at_the_training_part_only():
    keys = [{"x"}, {"x"}, {"y"}, {"z"}, {"z"}]
    assert look_up(keys).coverage == 0, "the held-out posts share a key with each other, but not with training"


def test_predictors_on_the_sample(sample_corpus):
    split = random_split(len(sample_corpus), seed=1)
    guesses = {guess.what: guess for guess in leakage.predictors(sample_corpus, split)}
    assert list(guesses) == ["header only", "header without the groups' names", "subject", "author", "organization",
                             "signature", "verbatim lines"]
    assert guesses["header only"].accuracy > 0.95 and guesses["header only"].coverage == 1
    assert guesses["subject"].coverage > 0.6 and guesses["subject"].accuracy > 0.9
    assert all(0 < guess.coverage <= 1 and 0 <= guess.accuracy <= 1 for guess in guesses.values())
    split = thread_split(sample_corpus.texts, seed=1)
    apart = {guess.what: guess for guess in leakage.predictors(sample_corpus, split)}
    assert apart["subject"].coverage == 0, "no subject of a thread-disjoint split was seen in training"


# --- group names left

def test_group_names_left(sample_corpus):
    left = {text: leakage.group_names_left(sample_corpus, text) for text in leakage.TEXTS}
    assert left["full"]["own"] == len(sample_corpus), "the line Newsgroups: names it"
    assert left["full"]["own"] > left["reference"]["own"] > 0, "ten lines leave some"
    for more, less in (("full", "body"), ("body", "unquoted"), ("unquoted", "strict")):
        assert all(left[more][key] >= left[less][key] for key in ("any", "own", "times"))


@pytest.mark.parametrize(("text", "times"), [
    ("see sci.med.", 1), ("SCI.MED, sci.med", 2), ("sci.medicine", 0), ("my-sci.med", 0), ("sci.med.aids", 0),
    ("sci med", 0), ("scixmed", 0), ("x.sci.med", 0), ("sci.med-2", 0)])
def test_a_group_name_is_a_whole_name(text, times, sample_corpus):
    label = sample_corpus.class_names.index("sci.med")
    corpus = replace(sample_corpus, texts=[text], labels=np.array([label]))
    assert leakage.group_names_left(corpus, "full") == {"any": min(times, 1), "own": min(times, 1), "times": times}


# --- the ladder

@pytest.fixture(scope="module")
def ladder(sample_corpus):
    return leakage.ladder(sample_corpus, SEEDS)


def test_the_ladder_goes_down(ladder):
    assert len(ladder) >= 10 and all(len(rung.accuracies) == len(SEEDS) for rung in ladder)
    mean = {rung.name: rung.mean for rung in ladder}
    assert mean["full post"] > mean["ten lines dropped"] > mean["quotes out"] > mean["signatures out"]
    assert abs(mean["ten lines dropped"] - mean["header parsed"]) < 0.02
    last = [mean[name] for name in ("copies out", "by author", "by thread", "by thread, unseen authors",
                                    "by date, one for all groups")]
    # neighbours lie close on the sample: another version of a library may swap two
    assert all(lower < higher + 0.01 for higher, lower in zip(last, last[1:])) and last[-1] < last[0] - 0.03


def test_a_rung_knows_its_spread(ladder):
    for rung in ladder:
        assert rung.low <= rung.mean <= rung.high and rung.low == min(rung.accuracies)
        assert rung.n_train > rung.n_held_out > 0
        assert len(rung.words) == 20 and all(len(words) == 10 for words in rung.words.values())


def test_unseen_authors_are_fewer(ladder):
    held_out = {rung.name: rung.n_held_out for rung in ladder}
    assert held_out["by thread, unseen authors"] < held_out["by thread"] == held_out["by author"]


def test_a_rung_is_the_same_twice(ladder, sample_corpus):
    again = leakage.ladder(sample_corpus, SEEDS, rungs=[leakage.RUNGS[7]])
    assert again == [ladder[7]]


def test_words_give_way(ladder, sample_corpus):
    sorts = leakage.word_sorts(ladder, sample_corpus)
    assert all(sum(counts.values()) == 200 for counts in sorts.values())
    assert sorts["full post"]["group name"] > 2 * sorts["header parsed"]["group name"]
    assert sorts["full post"]["writer"] > sorts["signatures out"]["writer"]


def test_the_texts_of_the_ladder_are_the_courses(sample_corpus):
    for text in sample_corpus.texts[:200]:
        for rule in ("full", "reference", "body", "strict"):
            assert leakage.TEXTS[rule](text) == headers.clean_text(text, rule)


def test_tables(ladder):
    lines = leakage.table(ladder).split("\n")
    assert len(lines) == len(ladder) + 1 and len({len(line) for line in lines}) == 1
    assert leakage.table([leakage.Guess("a", 0.5, 1.0)]).split("\n")[1].split() == ["a", "50.0%", "100.0%"]


# --- what was measured on the full data

@pytest.fixture(scope="module")
def results():
    return json.loads(RESULTS.read_text(encoding="utf-8"))


def test_the_file_has_the_ladder_of_the_code(results):
    assert [(row["name"], row["text"], row["split"]) for row in results["ladder"]] == [
        (name, text, how) for name, text, _, how in leakage.RUNGS]
    assert results["dataset"] == "full" and results["posts"] == 19_997 and len(results["seeds"]) >= 3
    assert {"python", "numpy", "scipy", "scikit-learn"} == set(results["versions"]) and results["date"]
    for row in results["ladder"] + results["side_by_side"]:
        assert len(row["accuracies"]) == len(results["seeds"])
        assert row["mean"] == pytest.approx(np.mean(row["accuracies"]), abs=2e-4)
        assert (row["low"], row["high"]) == (min(row["accuracies"]), max(row["accuracies"]))


def test_sample_and_full_data_agree_on_the_order(results, ladder):
    """But for neighbours that lie too close to tell apart."""
    names = [[row[1] for row in sorted(rows, reverse=True)] for rows in (
        [(row["mean"], row["name"]) for row in results["ladder"]], [(rung.mean, rung.name) for rung in ladder])]
    firmly = ["full post", "ten lines dropped", "quotes out", "copies out", "by thread", "by date, one for all groups"]
    for order in names:
        assert [name for name in order if name in firmly] == firmly


def test_the_file_holds_no_text(results):
    """Only names of ours, numbers and short labels: no address, and nothing as long as a sentence."""
    def strings(value):
        if isinstance(value, dict):
            return [*value, *(text for item in value.values() for text in strings(item))]
        if isinstance(value, list):
            return [text for item in value for text in strings(item)]
        return [value] if isinstance(value, str) else []

    assert not [text for text in strings(results) if "@" in text or len(text) > 40]


def test_the_chart_is_drawn_from_the_file(results):
    with Image.open(RESULTS.with_suffix(".png")) as picture:
        assert picture.info["Description"] == measure_leakage.describe(results)


def test_readme_shows_what_the_file_holds(results):
    readme = (RESULTS.parent.parent / "README.md").read_text(encoding="utf-8")
    shown = readme.split(measure_leakage.START + "\n")[1].split(measure_leakage.END)[0]
    assert shown == measure_leakage.section(results)
    assert f"| full post | {results['ladder'][0]['mean']:.3f} |" in shown


def test_the_command_draws_again(results, tmp_path, capsys):
    (tmp_path / "leakage.json").write_text(json.dumps(results), encoding="utf-8")
    measure_leakage.main(["--draw", "--output", str(tmp_path)])
    assert capsys.readouterr().out.startswith("Bar chart.")
    with Image.open(tmp_path / "leakage.png") as picture:
        assert picture.info["Description"] == measure_leakage.describe(results)


@pytest.mark.full
def test_the_first_rungs_come_out_again(full_folder, results):
    corpus = data.load_corpus("full", full_folder)
    for rung, row in zip(leakage.ladder(corpus, SEEDS[:1], rungs=leakage.RUNGS[:3]), results["ladder"]):
        assert rung.accuracies[0] == pytest.approx(row["accuracies"][0], abs=0.01)
