"""The comparison keeps its protocol, and page, table and charts hold what was measured."""

import itertools
import json
import re
import sys
from types import ModuleType

import matplotlib
import numpy as np
import pandas as pd
import pytest
from experiments import comparison, costs, report
from lessons import NOTEBOOKS, markdown, read
from PIL import Image
from sklearn.linear_model import LogisticRegression

from helpers import evaluation, models, splits
from helpers._cache import file_digest
from helpers.data import Corpus
from helpers.preparation import Prepared

CLASSES, WORDS, LENGTH = 4, 30, 150
N = {"train": 120, "validation": 40, "test": 60}
ATTENTION, ONE_TOKEN = "attention network, GloVe frozen", "one-token network, GloVe frozen"
BOTH = "naive Bayes and sentence encoder"


def prepared(seed=0, matrix_seed=0):
    """A split of posts whose class is told by one word, 2 + class; the other words tell nothing."""
    rng, arrays, start = np.random.RandomState(seed), {}, 0
    for part, n in N.items():
        labels = np.arange(n) % CLASSES
        x = rng.randint(10, WORDS, (n, LENGTH)).astype(np.int32)
        x[:, :30:3] = 2 + labels[:, None]
        x[:, 60:] = 0
        arrays |= {f"x_{part}": x, f"y_{part}": labels, part: np.arange(start, start + n)}
        start += n
    matrix = np.random.RandomState(matrix_seed).randn(WORDS, 8).astype(np.float32)
    matrix[:2] = 0
    return Prepared(**arrays, matrix=matrix, vocabulary=["", "[UNK]", *map(str, range(2, WORDS))])


@pytest.fixture
def posts(monkeypatch):
    """Let runs find these posts, and an encoder that knows nothing."""
    found = prepared()
    labels = np.concatenate([found.y_train, found.y_validation, found.y_test])
    encoded = np.random.RandomState(3).randn(len(labels), CLASSES)
    monkeypatch.setattr(comparison, "prepared", lambda *_: found)
    monkeypatch.setattr(comparison, "_encoded", lambda *_: encoded)
    object.__setattr__(found, "encoded", encoded)  # two more things for the tests
    object.__setattr__(found, "labels", labels)
    return found


@pytest.fixture
def trained(monkeypatch):
    """Record what networks are trained with, and do not train them."""
    calls = []

    def train(model, *arrays, **options):
        calls.append((model, [weight.copy() for weight in model.get_weights()], arrays, options))
        return {"val_accuracy": [0.25, 0.5, 0.5], "val_loss": [3, 2, 1], "loss": [1, 1, 1], "accuracy": [0, 0, 0]}

    monkeypatch.setattr(models, "train", train)
    return calls


def run(model, seed=11, **options):
    return comparison.run(model=model, condition="body", seed=seed, **options)


# --- one run

@pytest.mark.parametrize("model", ["naive Bayes", "linear model", "naive Bayes, words and pairs", BOTH])
def test_what_one_word_tells_is_learned_and_permuted_labels_are_not(model, posts):
    row = run(model)
    assert row["accuracy"] == 1 and evaluation.correct_posts(row).all() and row["n_test"] == N["test"]
    for part in ("y_train", "y_validation"):
        getattr(posts, part)[:] = np.random.RandomState(1).permutation(getattr(posts, part))
    row = run(model)
    assert row["accuracy"] < 0.7  # four words, four classes: chance may give two of them right
    assert row["accuracy"] == pytest.approx(evaluation.correct_posts(row).mean(), abs=1e-6)


def test_the_baseline_answers_the_most_frequent_class(posts):
    posts.y_train[:60] = 2
    row = run("most frequent class")
    assert row["accuracy"] == 0.25 and np.array_equal(evaluation.correct_posts(row), posts.y_test == 2)


def test_models_with_nothing_to_choose_learn_from_all_labeled_posts_and_networks_do_not(posts, trained):
    """Posts of class 3 are only among those for validation: who learns from them knows its word."""
    posts.x_train[posts.y_train == 3] = posts.x_train[posts.y_train == 0]
    posts.y_train[posts.y_train == 3] = 0
    assert run("naive Bayes")["accuracy"] == 1
    run(ONE_TOKEN)
    (_, _, (x_train, y_train, x_validation, y_validation), _), = trained
    assert np.array_equal(x_train, posts.x_train) and np.array_equal(y_train, posts.y_train)
    assert np.array_equal(x_validation, posts.x_validation) and np.array_equal(y_validation, posts.y_validation)


def test_labels_for_validation_count(posts, trained):
    for n_labels, n_train, n_validation in ((100, 80, 20), (150, 120, 30), (0, 120, 40)):
        row = run(ONE_TOKEN, n_labels=n_labels)
        assert (row["n_train"], row["n_validation"], row["n_labels"]) == (n_train, n_validation, n_labels)
        (x_train, _, x_validation, _) = trained[-1][2]
        assert np.array_equal(x_train, posts.x_train[:n_train])
        assert np.array_equal(x_validation, posts.x_validation[:n_validation])
    for wrong in (201, -5):
        with pytest.raises(ValueError, match=f"n_labels must be 0 or a number up to 160, but is {wrong}"):
            run("naive Bayes", n_labels=wrong)


def test_a_small_validation_set_costs_no_labels(posts):
    """What validation cannot take is trained on: a run of 100 labels has 100."""
    for name in ("x_validation", "y_validation", "validation"):
        object.__setattr__(posts, name, getattr(posts, name)[:10])
    row = run("naive Bayes", n_labels=100)
    assert (row["n_train"], row["n_validation"]) == (90, 10)


def test_few_labels_are_all_that_a_model_learns_from(posts):
    """Of 50 labeled posts 40 are the first of training, 10 the first of validation; all others are mislabeled."""
    posts.y_train[40:] = (posts.y_train[40:] + 1) % CLASSES
    posts.y_validation[10:] = (posts.y_validation[10:] + 1) % CLASSES
    assert run("naive Bayes", n_labels=50)["accuracy"] == 1
    assert run("naive Bayes")["accuracy"] < 0.1


@pytest.mark.parametrize("model", comparison.NETWORKS)
def test_networks_are_built_seeded_and_measured_as_their_name_says(model, posts, trained):
    row = run(model)
    network, weights, _, options = trained[-1]
    answers = network.predict(posts.x_test, verbose=0).argmax(axis=1)
    assert np.array_equal(evaluation.correct_posts(row), answers == posts.y_test), "the test set, with these weights"
    assert row["validation_accuracy"] == 0.5 and row["epoch"] == 2, "the first of the best epochs"
    frozen = "frozen" in model
    assert row["learned_parameters"] == sum(weight.size for weight in weights[frozen:]) - (
        2 * 32 * (8 + 16) if "attention" in model else 0), "moving averages are not learned"
    embedding = network.get_layer("embedding")
    assert embedding.trainable is not frozen
    if "random" not in model:
        raw = posts.matrix if "attention" not in model else models.standardized_matrix(posts.matrix, 11)
        assert np.array_equal(weights[0], raw)
    expected = {"example": models.build_example_network, "one-token": models.build_one_token_network,
                "attention": models.build_attention_network}
    kind = next(kind for kind in expected if kind in model)
    built = expected[kind](posts.matrix, CLASSES)
    assert [layer.name for layer in network.layers][1:2] == ["embedding"] and network.name == built.name
    assert options["monitor"] == "val_accuracy" and options["epochs"] == comparison.EPOCHS
    assert ("decay" in options) is ("attention" in model)
    run(model)
    assert all(np.array_equal(*pair) for pair in zip(weights, trained[-1][1], strict=True)), "the same seed"
    run(model, seed=12)
    assert not all(np.array_equal(*pair) for pair in zip(weights, trained[-1][1], strict=True)), "another seed"


@pytest.mark.parametrize("model", [name for name in comparison.NETWORKS if "random" in name])
def test_random_vectors_know_nothing_of_glove(model, posts, trained, monkeypatch):
    run(model)
    other = prepared(matrix_seed=9)
    monkeypatch.setattr(comparison, "prepared", lambda *_: other)
    run(model)
    assert np.array_equal(trained[0][1][0], trained[1][1][0]) and trained[0][1][0][1:].any(axis=1).all()


def test_few_posts_get_small_batches(posts, trained, monkeypatch):
    run(ONE_TOKEN)
    monkeypatch.setattr(comparison, "MANY", 100)
    run(ONE_TOKEN)
    assert [options["batch_size"] for *_, options in trained] == [32, 128]


def test_the_weight_of_naive_bayes_is_chosen_on_validation_posts(posts):
    assert run(BOTH)["weight"] > 0, "the encoder knows nothing"
    posts.encoded[:] = 5 * np.eye(CLASSES)[posts.labels]  # now it knows all
    for x in (posts.x_train, posts.x_validation, posts.x_test):
        x[x < 10] = 0  # and the words nothing
    row = run(BOTH)
    assert (row["weight"], row["accuracy"], row["validation_accuracy"]) == (0, 1, 1)
    assert run("sentence encoder")["accuracy"] == 1 > run("naive Bayes")["accuracy"]


def test_the_weight_is_chosen_on_posts_that_nothing_was_fitted_on(posts, monkeypatch):
    """The encoder knows each post by heart that its model has learned, and nothing of others."""
    monkeypatch.setattr(comparison, "_encoded", lambda *_: 5 * np.eye(len(posts.labels)))
    row = run(BOTH)
    assert row["weight"] > 0 and row["accuracy"] == 1


@pytest.mark.parametrize("n_labels", [0, 100])
@pytest.mark.parametrize("model", ["sentence encoder", BOTH])
def test_the_penalty_of_the_encoder_is_chosen_on_the_run_s_own_validation_posts(model, n_labels, posts, monkeypatch):
    """Each constant is tried on the training posts alone; with the best one, all labeled posts are learned from."""
    seen, fit = [], LogisticRegression.fit
    monkeypatch.setattr(LogisticRegression, "fit", lambda self, x, y: seen.append((self.C * len(y), len(y))) or fit(self, x, y))
    row = run(model, n_labels=n_labels)
    tried, (constant, n_posts) = seen[:-1], seen[-1]
    assert [n for _, n in tried] == [row["n_train"]] * len(comparison.CONSTANTS)
    assert np.allclose([c for c, _ in tried], comparison.CONSTANTS)
    assert n_posts == row["n_train"] + row["n_validation"] and constant == pytest.approx(row["constant"])


@pytest.mark.parametrize("model", ["sentence encoder", BOTH])
def test_the_best_constant_on_the_validation_posts_is_taken(model, posts, monkeypatch):
    """Only the classifier with one of the constants knows the validation posts."""
    fit = LogisticRegression.fit

    def learn(self, x, y):
        knows = np.isclose(self.C * len(y), 30_000)
        return fit(self, x if knows else np.random.RandomState(0).permutation(x), y)

    posts.encoded[:] = 5 * np.eye(CLASSES)[posts.labels]
    for x in (posts.x_train, posts.x_validation, posts.x_test):
        x[x < 10] = 0  # the words tell nothing
    monkeypatch.setattr(LogisticRegression, "fit", learn)
    row = run(model)
    assert row["constant"] == 30_000 and row["validation_accuracy"] == row["accuracy"] == 1


def test_the_mean_of_vectors_is_over_the_words_that_have_one(posts):
    posts.matrix[10:] = 0  # only the telling words have a vector
    assert run("mean of GloVe vectors")["accuracy"] == 1
    posts.x_test[:, 1:] = 0  # a post of one word has that word's vector as its mean, like a post of many
    assert run("mean of GloVe vectors")["accuracy"] == 1


def test_bad_use_gets_a_sentence(posts):
    with pytest.raises(ValueError, match="There is no model 'forest'; there are: most frequent class; naive Bayes"):
        run("forest")
    with pytest.raises(ValueError, match="There is no condition 'lenient'; there are: reference; body; strict"):
        comparison.run(model="linear model", condition="lenient", seed=1)


def test_conditions_differ_on_the_sample_as_they_should(own_cache, capsys):
    rows = [comparison.run(model="linear model", condition=name, seed=3) for name in evaluation.CONDITIONS]
    assert rows[0]["accuracy"] > rows[1]["accuracy"] > rows[2]["accuracy"]
    json.dumps(rows, allow_nan=False)
    assert capsys.readouterr().out == "", "many runs stand above one table"


# --- all runs

def test_the_grid_holds_every_model_under_every_condition_and_the_curve_under_one():
    grid = comparison.grid()
    assert len({comparison.key_of({**row, "dataset": "full"}) for row in grid}) == len(grid)
    for model in comparison.MODELS:
        for condition in evaluation.CONDITIONS:
            own = {row["seed"] for row in grid if (row["model"], row["condition"], row["n_labels"]) == (model, condition, 0)}
            assert own == {*range(11, 16 if model in comparison.NETWORKS else 21)}
    few = [row for row in grid if row["n_labels"]]
    assert {row["condition"] for row in few} == {"body"} and {row["model"] for row in few} == {*comparison.CURVE}
    for model in comparison.CURVE:
        own = {(row["seed"], row["n_labels"]) for row in few if row["model"] == model}
        assert own == set(itertools.product(range(11, 16 if model in comparison.NETWORKS else 21), comparison.SIZES))


def test_runs_are_kept_and_not_run_again(posts, tmp_path, monkeypatch, own_cache, capsys):
    path = tmp_path / "runs.jsonl"
    some = [{"model": model, "condition": "body", "seed": 11, "n_labels": n_labels}
            for model, n_labels in (("naive Bayes", 0), ("most frequent class", 999), ("most frequent class", 0))]
    monkeypatch.setattr(comparison, "grid", lambda: some)
    assert comparison.main(["--runs", str(path)]) == 1, "one of them asks for too many labels"
    assert "failed: most frequent class, body, seed 11, 999 labels: n_labels must be" in capsys.readouterr().err
    rows = comparison.read_runs(path)
    assert [row["model"] for row in rows] == ["naive Bayes", "most frequent class"]
    with open(path, "a", encoding="utf-8") as file:
        file.write('{"model": "cut')  # as after a power cut
    assert comparison.read_runs(path) == rows
    some[1]["n_labels"] = 100
    assert comparison.main(["--runs", str(path), "--only", "n_labels=0"]) == 0 and comparison.read_runs(path) == rows
    assert comparison.main(["--runs", str(path)]) == 0
    assert comparison.read_runs(path)[:2] == rows and len(comparison.read_runs(path)) == 3
    assert path.read_text(encoding="utf-8").count("\n") == 3
    with pytest.raises(ValueError, match="--only model=forest: there is no such run"):
        comparison.main(["--runs", str(path), "--only", "model=forest"])


# --- the sentence encoder

def test_texts_are_encoded_once_and_only_their_first_words(own_cache, monkeypatch):
    package, seen = ModuleType("sentence_transformers"), []

    class SentenceTransformer:
        def __init__(self, name):
            self.name = name

        def encode(self, texts, batch_size):
            seen.append((self.name, self.max_seq_length, list(texts)))
            return np.array([[len(text), 1] for text in texts], dtype=np.float64)

    package.SentenceTransformer = SentenceTransformer
    monkeypatch.setitem(sys.modules, "sentence_transformers", package)
    monkeypatch.setattr(comparison, "MAX_WORDS", 2)
    vectors = comparison.encode_texts(["one  two\nthree", "four"])
    assert vectors.dtype == np.float32 and vectors.tolist() == [[7, 1], [4, 1]]
    assert seen == [("all-MiniLM-L6-v2", 256, ["one two", "four"])]
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)  # as if it were not installed
    assert np.array_equal(comparison.encode_texts(["one two other", "four"]), vectors)
    with pytest.raises(TypeError, match="A list of texts is needed"):
        comparison.encode_texts("one two other")
    with pytest.raises(RuntimeError, match="pip install sentence-transformers"):
        comparison.encode_texts(["three", "four"])


def test_the_encoder_comes_from_a_folder_if_one_is_named(own_cache, monkeypatch, tmp_path):
    package, names = ModuleType("sentence_transformers"), []

    class SentenceTransformer:
        def __init__(self, name):
            names.append(name)

        def encode(self, texts, batch_size):
            return np.zeros((len(texts), 3))

    package.SentenceTransformer = SentenceTransformer
    monkeypatch.setitem(sys.modules, "sentence_transformers", package)
    assert comparison.encode_texts(["word"], folder=tmp_path).shape == (1, 3)
    assert names == [str(tmp_path)]


# --- page, tables and charts

def line(model, condition, seed, accuracy, n_labels=0):
    return {"model": model, "condition": condition, "seed": seed, "n_labels": n_labels, "accuracy": accuracy,
            "dataset": "full", "n_train": n_labels or 900, "n_validation": 0, "n_test": 8, "correct": "8A==",
            "versions": {"keras": "3"}}


@pytest.fixture
def runs(monkeypatch):
    """Three splits of two models, the mean far from the middle of the range; the threads of eight posts."""
    monkeypatch.setattr(evaluation, "threads_of_test_set", lambda condition, seed: np.arange(8))
    rows = []
    for condition, lost in (("body", 0), ("strict", 0.1)):
        for model, accuracies in (("naive Bayes", (0.5, 0.6, 0.91)), (ATTENTION, (0.4, 0.55, 0.7))):
            rows += [line(model, condition, 11 + i, value - lost) for i, value in enumerate(accuracies)]
    rows += [line("naive Bayes", "body", 11 + i, value, 200) for i, value in enumerate((0.2, 0.3, 0.31))]
    return pd.DataFrame(rows)


def cells(text, start):
    """Return the rows of the first table below a line that begins with `start`."""
    lines = text.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith(start))
    rows = []
    for entry in lines[at + 1:]:
        if entry.startswith("|"):
            rows.append([cell.strip() for cell in entry.strip("|").split("|")])
        elif rows:
            break
    return rows[2:]


def test_the_page_holds_the_values(runs):
    text = report.page(runs)
    assert cells(text, "### body")[0] == ["naive Bayes", "0.670", "0.500 to 0.910", "3", "–"]
    mean, low, high = evaluation.paired_difference([0.4, 0.55, 0.7], [0.5, 0.6, 0.91])
    assert cells(text, "### body")[1] == [ATTENTION, "0.550", "0.400 to 0.700", "3",
                                          f"{mean:+.3f} ({low:+.3f} to {high:+.3f})"]
    assert cells(text, "### strict")[0][1:3] == ["0.570", "0.400 to 0.810"]
    assert "Mean accuracy over the splits (3 for naive Bayes), with" in text
    assert cells(text, "Mean accuracy over the splits") == [["200", "0.270 (0.200 to 0.310)"],
                                                            ["all", "0.670 (0.500 to 0.910)"]]
    low, high = evaluation.thread_interval([1, 1, 1, 1, 0, 0, 0, 0], np.arange(8), seed=0)
    assert cells(text, "### One split")[0] == ["body", "naive Bayes", "0.500", f"{low:.3f} to {high:.3f}"]


def test_the_page_says_which_runs_ran_on_jax_and_how_far_the_same_runs_differ(runs, monkeypatch, tmp_path):
    assert "JAX" not in report.page(runs)
    monkeypatch.setattr(report, "ON_JAX", tmp_path / "jax.csv")
    pd.DataFrame([(ATTENTION, "body", 11, 0.45), (ATTENTION, "body", 12, 0.56), (ATTENTION, "body", 13, 0.1)],
                 columns=["model", "condition", "seed", "accuracy"]).to_csv(report.ON_JAX, index=False)
    only_there = (runs["model"] == ATTENTION) & (runs["condition"] == "body") & (runs["seed"] == 13)
    runs["versions"] = [{"keras": "3", "jax": "1"} if there else {"keras": "3"} for there in only_there]
    mean, low, high = evaluation.paired_difference([0.45, 0.56], [0.4, 0.55])
    text = report.page(runs).partition("## Measured with")[2]
    assert f"Keras on JAX: 1 of *{ATTENTION}*. " in text and " 2 runs were made in both ways" in text
    assert f"is {mean:+.3f} ({low:+.3f} to {high:+.3f}) on average" in text and mean == pytest.approx(0.03)


def test_the_threads_are_those_of_the_test_sets(monkeypatch, sample_corpus):
    monkeypatch.setattr(report, "load_corpus", lambda *_: sample_corpus)
    threads, found = splits.thread_groups(sample_corpus.texts), report.find_threads("anywhere")
    assert list(found) == [f"{condition}-11" for condition in evaluation.CONDITIONS]
    for own, rules in zip(found.values(), evaluation.CONDITIONS.values()):
        split = splits.split_corpus(sample_corpus, rules["split_by"], seed=11, validation_split=0.05, test_split=0.2)
        pairs = set(zip(threads[split.test].tolist(), own.tolist(), strict=True))
        assert len(pairs) == len(set(own.tolist())) == len(set(threads[split.test].tolist())), "one number per thread"


def test_the_bars_are_as_long_as_the_means_and_the_lines_end_at_the_ranges(runs):
    figure = report.draw_table(runs)
    rows = evaluation.summary(runs)
    drawn = []
    for axes in figure.axes:
        condition = axes.get_title("left").split(":")[0]
        names = [label.get_text() for label in axes.get_yticklabels()]
        (lines,) = [item for item in axes.collections if isinstance(item, matplotlib.collections.LineCollection)]
        for name, bar, segment in zip(names, axes.patches, lines.get_segments(), strict=True):
            drawn.append([condition, name, bar.get_width(), segment[:, 0].min(), segment[:, 0].max()])
    expected = rows[["condition", "model", "mean", "low", "high"]].values.tolist()
    for one, other in zip(drawn, expected, strict=True):
        assert one[:2] == other[:2] and one[2:] == pytest.approx(other[2:])


def test_the_curve_is_drawn_from_few_labels_to_all(runs):
    (axes,) = report.draw_curve(runs).axes
    (drawn,) = axes.get_lines()
    assert drawn.get_label() == "naive Bayes"
    assert drawn.get_xydata().tolist() == [[200, pytest.approx(0.27)], [900, pytest.approx(0.67)]]
    band = axes.collections[0].get_paths()[0].vertices
    assert (band[:, 1].min(), band[:, 1].max()) == pytest.approx((0.2, 0.91))


# --- what was measured on the real posts

def test_page_tables_and_charts_hold_what_the_file_of_runs_holds():
    runs = evaluation.results()
    for name, table in (("summary", evaluation.summary(runs)), ("differences", report.differences(runs))):
        kept = pd.read_csv(report.RESULTS / f"{name}.csv")
        pd.testing.assert_frame_equal(kept, table, check_dtype=False, atol=5.1e-5, rtol=0)
    for name in ("comparison", "learning_curve"):
        with Image.open(report.RESULTS / f"{name}.png") as picture:
            assert picture.info["source"] == file_digest(evaluation.RUNS)
    assert report.PAGE.read_text(encoding="utf-8").partition(report.START)[2] == report.page(runs)


def test_each_run_was_measured_once_by_the_protocol():
    runs = evaluation.results()
    assert not runs.duplicated(list(comparison.KEY)).any() and set(runs["dataset"]) == {"full"}
    known = {comparison.key_of({**row, "dataset": "full"}) for row in comparison.grid()}
    assert {comparison.key_of(row) for row in runs.to_dict("records")} == known, "all, and no other"
    for row in runs.to_dict("records"):
        assert row["accuracy"] == pytest.approx(evaluation.correct_posts(row).mean(), abs=1e-6)
        if row["n_labels"]:
            assert row["n_train"] + row["n_validation"] == row["n_labels"]
    one = runs[runs["seed"] == report.SEED].drop_duplicates("condition")
    for condition, n_test in zip(one["condition"], one["n_test"]):
        assert len(evaluation.threads_of_test_set(condition, report.SEED)) == n_test


# --- costs

def test_words_weigh_their_numbers_and_their_letters(posts):
    words = {str(word) for row in posts.x_train for word in row if word > 1}
    answer, megabytes = costs.word_model("naive Bayes", posts.x_train, posts.y_train)
    assert megabytes * 1e6 == CLASSES * len(words) * 8 + sum(map(len, words))
    assert list(answer(posts.x_test)) == list(posts.y_test)


def test_the_mean_of_vectors_weighs_the_vectors_too(posts):
    answer, megabytes = costs.mean_of_vectors(posts.x_train, posts.y_train, posts.matrix)
    assert megabytes * 1e6 == WORDS * 8 * 4 + CLASSES * 8 * 8
    assert len(answer(posts.x_test)) == N["test"]


@pytest.mark.parametrize("name", [name for name in costs.INSTALLED if name in comparison.NETWORKS])
def test_each_network_is_built_under_its_name_and_answers(name, posts):
    answer, megabytes = costs.network(name, posts.matrix, CLASSES)
    assert answer(posts.x_test).shape == (N["test"],) and set(answer(posts.x_test)) <= set(range(CLASSES))
    trained = {"one": 256 * 9, "att": WORDS * 16, "Ker": 128 * 5 * 8}[name[:3]]
    assert megabytes * 1e6 > 4 * (trained + posts.matrix.size)


def test_a_raw_post_is_cleaned_cut_and_answered(posts, monkeypatch):
    """The time starts at the raw post: what the model gets is what the lessons give it."""
    texts = [f"From: a@b.example\n\n{n} {n % 4 + 2}\n" for n in range(len(posts.labels))]
    monkeypatch.setattr(comparison, "load_corpus", lambda *_: Corpus(texts, posts.labels, tuple("abcd"), (), ""))
    seen = []
    monkeypatch.setattr(costs, "network", lambda *_: (seen.append, 1.23))
    cost = costs.measure(ONE_TOKEN, "", "")
    assert len(seen) == 1 + costs.TIMES and seen[0].shape == (N["test"], comparison.LIMITS["sequence_length"])
    first = posts.test[0]
    expected = [first if first in range(2, WORDS) else 1, first % 4 + 2, 0]
    assert seen[0][0, :3].tolist() == expected
    assert cost["megabytes"] == 1.2 and cost["packages"] == ["keras", "tensorflow"] and cost["posts_per_s"] > 0


def test_the_costs_are_those_of_the_models_in_the_table():
    measured = json.loads(costs.COSTS.read_text(encoding="utf-8"))
    assert list(measured) == list(costs.INSTALLED) and set(measured) <= set(comparison.MODELS)
    for cost in measured.values():
        assert cost["posts_per_s"] > 0 and cost["megabytes"] > 0 and cost["installed_mb"] > 10


# --- lesson 8

BAYES, ENCODER = "naive Bayes", "sentence encoder"


def mean_weights(*sizes):
    runs = evaluation.results().set_index(["condition", "model", "n_labels"])
    return [runs.loc[("body", BOTH, size), "weight"].mean() for size in sizes]


def steps(weights):
    """Return "rises" if each weight is higher than the one before."""
    return ["rises" if (np.diff(weights) > 0).all() else "does not rise"]


def verdict(model, other, *sizes):
    """Return the lesson's verdict on two models, which must be the same at each number of labels."""
    rows = [evaluation.difference(evaluation.results(), model, other, "body", size) for size in sizes]
    (sign,) = {(row["low"] > 0) - (row["high"] < 0) for row in rows}
    return ("not decided", "ahead", "behind")[sign]


def in_each_other_row():
    """Return the verdict on both models together and the better one alone, the same with 500 labels or more."""
    (found,) = {verdict(BOTH, ENCODER, 500, 1000), verdict(BOTH, BAYES, 2000, 4000, 8000, 0)}
    return [found]


def lower(n_labels):
    curve = evaluation.learning_curve().set_index("model").loc[[BAYES, ENCODER]]
    return curve.loc[curve["n_labels"] == n_labels, "mean"].idxmin()


def one_split():
    runs = evaluation.results().set_index(["condition", "model", "seed", "n_labels"])
    correct = evaluation.correct_posts(runs.loc["body", BAYES, 11, 0])
    threads = evaluation.threads_of_test_set("body", 11)
    intervals = [evaluation.thread_interval(correct, own, 11) for own in (threads, np.arange(len(threads)))]
    return [*intervals[0], *intervals[1], np.bincount(threads).max(), len(threads)]


MEASURED = {  # sentence -> what the file of runs says in place of the braces
    "from {:.3f} to {:.3f}, with single posts only from {:.3f} to {:.3f}.": lambda: one_split()[:4],
    "one thread alone has {} of the {:,} posts.": lambda: one_split()[4:],
    "At the left end {} is the lower line.": lambda: [lower(200)],
    "At the right end the {} is the lower line.": lambda: [lower(0)],
    "With 200, 500 and 1,000 labels the encoder is {}.": lambda: [verdict(ENCODER, BAYES, 200, 500, 1000)],
    "It is {} with 200 labels and with 500 labels.": lambda: [verdict(ENCODER, BAYES, 200, 500)],
    "With 2,000 labels or more the encoder is {}.": lambda: [verdict(ENCODER, BAYES, 2000, 4000, 8000, 0)],
    "With 200 labels it is {} whether both together are better": lambda: [verdict(BOTH, ENCODER, 200)],
    "In each other row, both together are {}.": in_each_other_row,
    "With 200 labels the mean weight is {:.2f}, with all labels {:.2f}.": lambda: mean_weights(200, 0),
    "In between, the mean weight {} at each step.": lambda: steps(mean_weights(200, 500, 1000, 2000, 4000, 8000, 0)),
}


def test_the_page_s_short_answer_is_what_was_measured():
    rows = evaluation.summary(evaluation.results()).set_index(["condition", "model"])["mean"]
    best = {condition: rows[condition].idxmax() for condition in evaluation.CONDITIONS}
    assert best == {"body": BOTH, "strict": BOTH, "reference": "naive Bayes, words and pairs"}
    differences = report.differences(evaluation.results())
    networks = differences[differences["model"].str.contains("GloVe (?:frozen|fine-tuned)", regex=True)]
    assert len(networks[networks["other"] == BAYES]) and (networks[networks["other"] == BAYES]["low"] <= 0).all()
    assert verdict(ENCODER, BAYES, 200, 500, 1000) == "ahead"


def test_lesson_05_names_the_mean_of_the_example_under_the_page_s_conditions():
    rows = evaluation.summary(evaluation.results()).set_index(["condition", "model"])
    row = rows.loc[("reference", "Keras example, GloVe frozen")]
    (sentence,) = re.findall(r"The mean test accuracy\]\(\S+\) over five splits is about ([\d.]+\d)\.",
                             "\n".join(markdown(read(NOTEBOOKS[4]))))
    assert sentence == f"{row['mean']:.2f}" and row["splits"] == 5


def test_lesson_08_says_what_was_measured_and_nothing_else():
    text = "\n".join(markdown(read(NOTEBOOKS[7])))
    section = text.partition("## Results on the real posts")[2].partition("## Exercises")[0]
    section += text.partition("## Appendix: only one test set")[2].partition("## Appendix: two models together")[0]
    section += text.partition("### One model or both together?")[2].partition("## Appendix: error analysis")[0]
    for sentence, values in MEASURED.items():
        told = sentence.format(*values())
        assert told in text
        section = section.replace(told, "")
    for method in ("19,997", "first 200 tokens", "value 0", "lesson 2", "2,000 times", "lowest 2.5%", "2.5%", "unless the other model is *ahead*",
                   "with 200 labels, one"):
        section = section.replace(method, "")
    assert not re.findall(r".*(?:\d|ahead|behind|not decided|lower|lowest).*", section), "untested"


@pytest.mark.full
def test_a_run_comes_out_again(full_folder, own_cache):
    kept = next(row for row in comparison.read_runs(evaluation.RUNS) if row["model"] == "naive Bayes")
    again = comparison.run(model="naive Bayes", condition=kept["condition"], seed=kept["seed"], dataset="full",
                           data_dir=str(full_folder))
    assert again["accuracy"] == pytest.approx(kept["accuracy"], abs=0.001) and again["n_test"] == kept["n_test"]
