"""The model card: its format, and that each figure in it comes from the run."""

import re

import pytest
import yaml

from helpers import card

ABOUT = {
    "dataset": "sample", "fingerprint": "f1e2d3", "text": "body", "split_by": "thread", "seed": 41, "validation_split": 0.23,
    "test_split": 0.17, "class_names": ["comp.graphics", "rec.autos", "sci.space"], "test_accuracy": 0.61234,
    "test_posts": 4_321, "versions": {"tensorflow": "2.77.0", "keras": "3.99.1"}, "max_tokens": 777, "sequence_length": 151,
    "embedding_dim": 50, "epochs": 3, "batch_size": 64, "format": 1,
}
FIGURES = [
    {"model": "linear", "condition": "reference", "mean": 0.8123, "low": 0.8011, "high": 0.8233, "n_seeds": 7},
    {"model": "pooled", "condition": "strict", "mean": 0.6987, "low": 0.6911, "high": 0.7022, "n_seeds": 9},
]


def written(tmp_path, figures=FIGURES, **changed):
    text = card.write(tmp_path / "README.md", about={**ABOUT, **changed}, figures=figures).read_text(encoding="utf-8")
    _, head, body = text.split("---\n", 2)
    return yaml.safe_load(head), body


@pytest.mark.parametrize("dataset", sorted(card.DATA))
def test_metadata_by_the_documented_fields(tmp_path, dataset):
    """https://github.com/huggingface/hub-docs, modelcard.md: what is required there is here, and of that type."""
    head, _ = written(tmp_path, dataset=dataset)
    assert list(head) == ["language", "license", "library_name", "pipeline_tag", "tags",
                          *(["datasets"] if dataset == "full" else []), "metrics", "model-index"]
    assert head["language"] == ["en"] and head["license"] == "mit" and head["library_name"] == "keras"
    ((model,),) = [head["model-index"]]
    (result,) = model["results"]
    assert result["task"]["type"] in head["tags"]
    assert result["dataset"]["name"] and result["dataset"]["type"] == card.DATA[dataset][1]
    assert result["dataset"]["revision"] == "f1e2d3" and result["dataset"]["split"] == "test"
    assert result["metrics"] == [{"type": "accuracy", "name": "Accuracy", "value": 0.6123}]


def test_the_hub_s_own_library_reads_it(tmp_path):
    hub = pytest.importorskip("huggingface_hub", reason="needs the package huggingface_hub, which gradio brings")
    loaded = hub.ModelCard.load(card.write(tmp_path / "README.md", about=ABOUT, figures=FIGURES))
    (result,) = loaded.data.eval_results
    assert isinstance(result, hub.EvalResult) and (result.metric_type, result.metric_value) == ("accuracy", 0.6123)
    assert result.dataset_args["split_by"] == "thread" and loaded.data.model_name == "which-newsgroup"
    assert hub.ModelCardData(**loaded.data.to_dict()).to_yaml()


def test_the_run_s_figures_and_parameters(tmp_path):
    _, body = written(tmp_path)
    for expected in ("**Accuracy 0.612** on the 4,321 posts", "seed 41", "between 0.598 and 0.627", "stopping: 23%", "\n17%,",
                     "by thread", "keras 3.99.1, tensorflow 2.77.0", "comp.graphics, rec.autos, sci.space", "`f1e2d3`",
                     "| linear | reference | 0.812 | 0.801 to 0.823 | 7 |", "| pooled | strict | 0.699 | 0.691 to 0.702 | 9 |",
                     "-p dataset sample -p text body -p split_by thread -p seed 41 -p validation_split 0.23", "| epochs | 3 |"):
        assert expected in body, expected


def test_no_figure_is_typed():
    """What is left of the template without its fields holds no number but those of titles, licences and links."""
    prose = re.sub(r"\{[^}]*\}|\(?https?://\S+", "", card._CARD)
    prose = prose.replace("PDDL 1.0", "").replace("others, 2017", "").replace("95 % Wilson", "").replace("06_export", "")
    assert {number.rstrip(".,") for number in re.findall(r"\d[\d.,]*", prose)} == {"1993"}


def test_without_figures_it_says_so(tmp_path):
    _, body = written(tmp_path, figures=[])
    assert "was not measured here" in body and "| seeds |" not in body


def test_what_differs_with_the_data(tmp_path):
    _, sample = written(tmp_path)
    _, full = written(tmp_path, dataset="full", split_by="one date", text="reference")
    assert "say nothing about real ones" in sample and "CC BY 4.0" in sample and "data_dir" not in sample
    assert "copyright is their writers'" in full and "-p data_dir /path/to/data" in full and "leaked" in full
    assert "-p split_by 'one date'" in full


def test_wilson_interval():
    assert card.wilson_interval(0.5, 100) == pytest.approx((0.4038, 0.5962), abs=1e-4)  # the usual textbook case
    assert card.wilson_interval(1.0, 10)[1] == pytest.approx(1) and card.wilson_interval(0.0, 10)[0] == pytest.approx(0)


@pytest.mark.parametrize("about, figures, said", [
    ({name: ABOUT[name] for name in ABOUT if name != "seed"}, [], "does not say its seed"),
    ({**ABOUT, "text": "odd"}, [], "text is 'odd', and not one of full, reference, body, strict"),
    (ABOUT, [{"model": "linear"}], "lacks condition, mean"),
])
def test_what_is_missing_is_named_and_nothing_is_written(tmp_path, about, figures, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        card.write(tmp_path / "README.md", about=about, figures=figures)
    assert not list(tmp_path.iterdir())


def test_every_rule_and_split_of_the_course_has_its_sentence():
    from helpers import _parameters

    assert set(card.TEXT) == set(_parameters.TEXT_RULES) and set(card.SPLIT) == set(_parameters.SPLITS)
    assert set(card.DATA) == set(_parameters.DATASETS)
