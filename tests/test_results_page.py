"""The results page and README hold what was measured, value by value."""

import json
import re

import pytest
from experiments import results_page
from lessons import ROOT

RESULTS = json.loads(results_page.RESULTS.read_text(encoding="utf-8"))


def rows_below(text, heading):
    """Return the cells of the first table below a heading."""
    part = text.split(heading)[1]
    lines = re.findall(r"(?m)^\| (.+) \|$", part)
    cells = [line.split(" | ") for line in lines]
    return cells[2:]


def test_the_page_is_written_from_the_file():
    text, blocks = results_page.PAGE.read_text(encoding="utf-8"), results_page.blocks(RESULTS)
    assert results_page.filled(text, blocks) == text
    assert all(f"<!-- {name} -->\n{content}\n<!-- end of {name} -->" in text for name, content in blocks.items())


def test_the_ablation_is_the_measured_one():
    found = rows_below(results_page.PAGE.read_text(encoding="utf-8"), "## The ablation")
    for step, cells in zip(RESULTS["ablation"], found, strict=False):
        mean = sum(step["accuracies"]) / len(step["accuracies"])
        assert cells[0] == step["name"]
        assert float(cells[1]) == pytest.approx(mean, abs=0.0006)
        low, high = re.findall(r"\d\.\d+", cells[2])
        assert float(low) == pytest.approx(min(step["accuracies"]), abs=0.0006)
        assert float(high) == pytest.approx(max(step["accuracies"]), abs=0.0006)
        assert ("one split" in cells[2]) == (step["splits"] == 1)
    assert found[len(RESULTS["ablation"]) - 1][0] == RESULTS["ablation"][-1]["name"]


def test_the_cost_of_a_random_split_is_a_difference():
    found = rows_below(results_page.PAGE.read_text(encoding="utf-8"), "## Text and split")
    for text, random, thread, difference in found[:4]:
        assert text.strip("`") in {step["text"] for step in RESULTS["text_by_split"]}
        assert float(difference) == pytest.approx(float(random) - float(thread), abs=0.0011)


def test_readme_says_the_measured_accuracies():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    said = text.partition("<!-- ablation -->")[2].partition("<!-- end of ablation -->")[0]
    assert said == f"\n{results_page.sentences(RESULTS)}\n"
    steps = {step["name"]: step["mean"] for step in RESULTS["ablation"]}
    figures = [float(number) / 100 for number in re.findall(r"(\d+\.\d)%", said)]
    expected = [steps["full post"], steps["header parsed"], steps["thread-wise split"]]
    assert figures == pytest.approx(expected, abs=0.0006)


def test_the_shares_of_lines_sum_to_one():
    assert sum(RESULTS["share_of_lines"].values()) == pytest.approx(1, abs=0.001)
