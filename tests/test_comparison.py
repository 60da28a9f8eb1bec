"""The comparison: one run measures what it says, and the tables hold what was run."""

import json

import numpy as np
import pytest
import report_models
from PIL import Image

from experiments import comparison

RESULTS = comparison.RESULTS


def row(model, condition, seed, accuracy, **more):
    return {"model": model, "condition": condition, "seed": seed, "accuracy": accuracy, "seconds": 2.0, "parameters": 9,
            "posts_per_second": 100, "n_train": 500, "versions": {"keras": "3"}, **more}


def test_a_run_of_each_kind(own_cache, capsys):
    majority, bayes, linear = (comparison.run(model=name, condition="honest", seed=3) for name in comparison.BASELINES)
    assert majority["accuracy"] < 0.1 < 0.5 < min(bayes["accuracy"], linear["accuracy"])
    # twenty weights a word; the linear model has twenty intercepts more
    assert linear["parameters"] == bayes["parameters"] + 20 and bayes["accuracy"] != linear["accuracy"]
    assert linear["n_train"] + linear["n_validation"] + linear["n_test"] == 1_997
    network = comparison.run(model="attention network, GloVe frozen", condition="honest", seed=3, n_train=300, epochs=2)
    assert network["n_train"] == 300 and len(network["history"]["loss"]) == 2
    assert network["trainable_parameters"] < network["parameters"] and network["n_test"] == linear["n_test"]
    json.dumps([majority, bayes, linear, network], allow_nan=False)
    assert capsys.readouterr().out == "", "many runs stand above one table"


def test_the_same_seed_gives_the_same_accuracy_and_another_seed_other_posts(own_cache):
    first, again, other = (comparison.run(model="linear model", condition="strict", seed=seed)["accuracy"] for seed in (5, 5, 6))
    assert first == again != other


def test_conditions_differ_as_they_should(own_cache):
    at = {condition: comparison.run(model="linear model", condition=condition, seed=3)["accuracy"]
          for condition in comparison.CONDITIONS}
    assert at["reference"] > at["honest"] > at["strict"]


def test_bad_use_gets_a_sentence(own_cache):
    with pytest.raises(ValueError, match="There is no model 'forest'; there are: majority class; naive Bayes; linear model"):
        comparison.run(model="forest", condition="honest", seed=1)
    with pytest.raises(ValueError, match="There is no condition 'lenient'"):
        comparison.run(model="linear model", condition="lenient", seed=1)
    with pytest.raises(ValueError, match="n_train must lie between 0 and the 1,[0-9]+ training posts, but is 5000"):
        comparison.run(model="linear model", condition="honest", seed=1, n_train=5_000)


def test_the_grid_holds_every_model_under_every_condition():
    for dataset, seeds in comparison.SEEDS.items():
        grid = comparison.grid(dataset)
        assert len({json.dumps(run, sort_keys=True) for run in grid}) == len(grid)
        whole = {(run["model"], run["condition"], run["seed"]) for run in grid if run["n_train"] == 0}
        assert len(whole) == len(comparison.MODELS) * len(comparison.CONDITIONS) * len(seeds)
    assert {run["n_train"] for run in comparison.grid("full")} == set(comparison.SIZES)


def test_summary_and_what_is_missing():
    runs = [row("linear model", "honest", seed, accuracy) for seed, accuracy in ((1, 0.5), (2, 0.7))]
    runs.append(row("majority class", "reference", 1, 0.05, seconds=0.0))
    first, second = comparison.summary(runs)
    assert (first["condition"], first["model"], first["n_seeds"]) == ("reference", "majority class", 1)
    assert (second["mean"], second["low"], second["high"], second["n_seeds"]) == (0.6, 0.5, 0.7, 2)
    missing = comparison.missing([first, second])
    assert "honest: linear model (2 of 5 seeds)" in missing and "strict: linear model (0 of 5 seeds)" in missing
    assert len(missing) == len(comparison.MODELS) * len(comparison.CONDITIONS)
    lines = comparison.table([first, second]).splitlines()
    assert len(lines) == 3 and len({len(line) for line in lines}) == 1


def test_the_learning_curve_compares_the_same_seeds_at_each_size():
    first, *others = comparison.CURVE
    runs = [row(first, "honest", seed, accuracy, n_train=size, measured_n_train=size or 900 + seed)
            for size, seed, accuracy in ((0, 1, 0.9), (0, 2, 0.1), (0, 3, 0.7), (200, 1, 0.4), (200, 3, 0.3), (500, 1, 0.5))]
    runs.append(row(first, "strict", 1, 0.1, n_train=200, measured_n_train=200))
    assert comparison.learning_curve(runs) == comparison.learning_curve([]) == {}, "the other models are missing"
    runs += [row(model, "honest", seed, 0.6, n_train=size) for model in others for size in (0, 200) for seed in (1, 3)]
    curve = comparison.learning_curve(runs)
    assert curve["n_posts"] == [200, 902] and curve["n_seeds"] == 2, "500 posts have one model only"
    assert (curve["mean"][first], curve["low"][first], curve["high"][first]) == ([0.35, 0.8], [0.3, 0.7], [0.4, 0.9])
    assert list(curve["mean"]) == list(comparison.CURVE) and curve["mean"][others[0]] == [0.6, 0.6]


def test_bands_hold_the_spread_of_each_epoch_that_all_seeds_have():
    model = "attention network, GloVe frozen"
    names = ("loss", "val_loss", "accuracy", "val_accuracy")
    runs = [row(model, "reference", seed, 0.5, history={name: values for name in names})
            for seed, values in ((1, [3.0, 2.0, 1.0]), (2, [4.0, 2.0]))]
    runs.append(row(model, "honest", 1, 0.5, history={name: [9.0] for name in names}))
    bands = comparison.bands([*runs, row("linear model", "reference", 1, 0.5)])
    assert set(bands) == {model} and bands[model]["n_seeds"] == 2
    assert bands[model]["val_loss"] == {"mean": [3.5, 2.0], "low": [3.0, 2.0], "high": [4.0, 2.0]}


def test_runs_on_a_part_of_the_posts_and_failed_runs_stay_out_of_the_table():
    swept = {"status": "finished", "n_train": 0, "measured_n_train": 500}
    runs = [row("linear model", "honest", 1, 0.6, **swept), row("linear model", "honest", 1, 0.2, **swept | {"n_train": 100}),
            row("linear model", "honest", 2, 0.9, **swept | {"status": "failed"}),
            # a seed of which the runs on all posts are missing
            row("linear model", "honest", 3, 0.3, **swept | {"n_train": 400, "measured_n_train": 400})]
    (only,) = report_models.gather(runs)["rows"]
    assert only["mean"] == 0.6 and only["n_seeds"] == 1


# --- what was measured on the full data

@pytest.fixture(scope="module")
def results():
    return json.loads(RESULTS.read_text(encoding="utf-8"))


def test_the_file_is_complete_or_says_what_is_missing(results):
    assert results["dataset"] == "full" and results["missing"] == comparison.missing(results["rows"])
    for entry in results["rows"]:
        assert entry["low"] <= entry["mean"] <= entry["high"] and entry["condition"] in comparison.CONDITIONS
        assert entry["model"] in comparison.MODELS


def test_chart_and_readme_show_what_the_file_holds(results):
    with Image.open(RESULTS.with_suffix(".png")) as picture:
        assert picture.info["Description"] == report_models.describe(results)
    readme = report_models.README.read_text(encoding="utf-8")
    assert readme.split(report_models.START + "\n")[1].split(report_models.END)[0] == report_models.section(results)


def test_what_the_texts_say_about_the_table(results):
    """README and lesson 05: with all posts a model that weighs single words is ahead of every network."""
    for condition, best in (("reference", "linear model"), ("honest", "naive Bayes"), ("strict", "naive Bayes")):
        rows = [entry for entry in results["rows"] if entry["condition"] == condition]
        assert max(rows, key=lambda entry: entry["mean"])["model"] == best
        means = {entry["model"]: entry["mean"] for entry in rows}
        lost = {kind: means[f"{kind} network, GloVe fine-tuned"] - means[f"{kind} network, random vectors"]
                for kind in ("reference", "attention")}
        assert 0.295 < lost["reference"] < 0.345 and 0 < lost["attention"] < 0.02
    mean = results["learning_curve"]["mean"]
    assert list(np.argmax(list(mean.values()), axis=0)[1:]) == [list(mean).index("naive Bayes")] * (len(comparison.SIZES) - 1)


def test_without_the_file_a_sentence_stands_in_the_table(tmp_path, monkeypatch):
    found = comparison.published()
    assert found["rows"] and "attention network" in comparison.full_table() and "not measured" not in comparison.full_table()
    monkeypatch.setattr(comparison, "published", lambda: {**found, "missing": ["honest: linear model (2 of 5 seeds)"]})
    assert comparison.full_table().endswith("not measured with all their seeds yet: 1")
    monkeypatch.undo()
    monkeypatch.setattr(comparison, "RESULTS", tmp_path / "models.json")
    assert comparison.published() == {} and "README.md" in comparison.full_table()


@pytest.mark.full
def test_a_row_comes_out_again(full_folder, results):
    again = comparison.run(model="linear model", condition="reference", seed=comparison.SEEDS["full"][0], dataset="full",
                           data_dir=str(full_folder))
    (entry,) = (e for e in results["rows"] if (e["condition"], e["model"]) == ("reference", "linear model"))
    assert entry["low"] - 0.01 <= again["accuracy"] <= entry["high"] + 0.01
    assert np.isclose(again["n_test"], 0.2 * 19_997, atol=1)
