"""Every figure: a description computed from its own data, and colours that can be told apart."""

import io
import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from helpers import plots


class Shown(list):
    """What `display` was given: (data, metadata) pairs, and the figures as they were drawn."""

    def __init__(self):
        self.figures = []

    def __call__(self, data, metadata=None, raw=False):
        assert raw is True
        self.append((data, metadata))

    @property
    def text(self):
        return self[-1][0]["text/plain"]

    @property
    def figure(self):
        return self.figures[-1]


@pytest.fixture
def shown(monkeypatch):
    shown = Shown()
    show = plots.show

    def keep(figure, description):
        shown.figures.append(figure)
        show(figure, description)

    monkeypatch.setattr(plots, "display", shown)
    monkeypatch.setattr(plots, "show", keep)
    return shown


NAMES = ["alpha", "beta", "gamma"]
HISTORY = {"loss": [3.0, 2.0, 1.5], "val_loss": [2.9, 2.2, 2.6], "accuracy": [0.1, 0.5, 0.8], "val_accuracy": [0.2, 0.45, 0.4]}
CONFUSED = np.array([[8, 2, 0], [0, 5, 5], [1, 0, 9]])
POINTS = np.array([[0.0, 0.0], [2.0, 4.0], [-1.0, 1.0]])

# a call, another with one number changed, and what either must say
CASES = {
    "bars": (lambda: plots.bars(NAMES, [5, 9, 2], title="Posts", xlabel="posts"),
             lambda: plots.bars(NAMES, [5, 1, 2], title="Posts", xlabel="posts"),
             "Bar chart. Posts. 3 bars; x axis: posts. Longest: beta (9); shortest: gamma (2).",
             "Bar chart. Posts. 3 bars; x axis: posts. Longest: alpha (5); shortest: beta (1)."),
    "bars with decimals": (lambda: plots.bars(NAMES, {1: .5, 2: .25, 3: 1}.values(), title="T", xlabel="share", decimals=2),
                           lambda: plots.bars(NAMES, [.5, .25, .75], title="T", xlabel="share", decimals=2),
                           "Bar chart. T. 3 bars; x axis: share. Longest: gamma (1.00); shortest: beta (0.25).",
                           "Bar chart. T. 3 bars; x axis: share. Longest: gamma (0.75); shortest: beta (0.25)."),
    "histogram": (lambda: plots.histogram([1, 2, 3, 4, 500], title="T", xlabel="words", ylabel="posts", limit=100, line=(3, "3 words")),
                  lambda: plots.histogram([1, 2, 9, 4, 500], title="T", xlabel="words", ylabel="posts", limit=100, line=(3, "3 words")),
                  "Histogram. T. x axis: words, up to 100; y axis: posts. Median 3, 10th percentile 1, 90th 302, largest 500. "
                  "Marked: 3 words; 40.0% of the values lie above it.",
                  "Histogram. T. x axis: words, up to 100; y axis: posts. Median 4, 10th percentile 1, 90th 304, largest 500. "
                  "Marked: 3 words; 60.0% of the values lie above it."),
    "lines": (lambda: plots.lines([10, 20, 30], {"up": [.1, .9, .8], "down": [.5, .4, .3]}, title="T", xlabel="limit (words)",
                                  ylabel="share", percent=True, line=(20, "the limit")),
              lambda: plots.lines([10, 20, 30], {"up": [.1, .7, .8], "down": [.5, .4, .3]}, title="T", xlabel="limit (words)",
                                  ylabel="share", percent=True, line=(20, "the limit")),
              "Line chart. T. x axis: limit (words), 10 to 30; y axis: share. up goes from 10% to 80% (lowest 10%, highest 90%); "
              "down goes from 50% to 30% (lowest 30%, highest 50%). Marked: the limit.",
              "Line chart. T. x axis: limit (words), 10 to 30; y axis: share. up goes from 10% to 80% (lowest 10%, highest 80%); "
              "down goes from 50% to 30% (lowest 30%, highest 50%). Marked: the limit."),
    "lines with a shadow": (
        lambda: plots.lines([1, 10], {"up": [1.0, 3.0]}, title="T", xlabel="posts", ylabel="share", logarithmic=True,
                            spread={"up": ([0.5, 2.5], [1.5, 3.25])}),
        lambda: plots.lines([1, 10], {"up": [1.0, 3.0]}, title="T", xlabel="posts", ylabel="share", logarithmic=True,
                            spread={"up": ([0.5, 2.0], [1.5, 4.0])}),
        "Line chart. T. x axis: posts, 1 to 10, logarithmic; y axis: share. up goes from 1.00 to 3.00 (lowest 1.00, highest 3.00), "
        "its shadow at most 1.00 wide.",
        "Line chart. T. x axis: posts, 1 to 10, logarithmic; y axis: share. up goes from 1.00 to 3.00 (lowest 1.00, highest 3.00), "
        "its shadow at most 2.00 wide."),
    "curves": (lambda: plots.curves(HISTORY, 2),
               lambda: plots.curves({**HISTORY, "loss": [1.5, 2.0, 3.0]}, 2),
               "Two line charts over 3 epochs. Loss: training goes from 3.00 to 1.50; validation is lowest at epoch 2 (2.20) and "
               "ends at 2.60. Accuracy: training ends at 0.80, validation at 0.40.",
               "Two line charts over 3 epochs. Loss: training goes from 1.50 to 3.00; validation is lowest at epoch 2 (2.20) and "
               "ends at 2.60. Accuracy: training ends at 0.80, validation at 0.40."),
    "confusion": (lambda: plots.confusion(CONFUSED, NAMES, title="T"),
                  lambda: plots.confusion(CONFUSED.T, NAMES, title="T"),
                  "Confusion matrix, 3 groups, rows are true, columns predicted. T. Best found: gamma (90%); least: beta (50%). "
                  "Most frequent mistakes: beta taken for gamma (5); alpha taken for beta (2); gamma taken for alpha (1).",
                  "Confusion matrix, 3 groups, rows are true, columns predicted. T. Best found: alpha (89%); least: gamma (64%). "
                  "Most frequent mistakes: gamma taken for beta (5); beta taken for alpha (2); alpha taken for gamma (1)."),
    "scatter": (lambda: plots.scatter(POINTS, ["a", "b", "c"], ["x", "x", "y"], title="T"),
                lambda: plots.scatter(POINTS, ["a", "b", "c"], ["x", "y", "y"], title="T"),
                "Scatter plot of 3 words of 2 groups in two dimensions. T. x around (1.0, 2.0); y around (-1.0, 1.0).",
                "Scatter plot of 3 words of 2 groups in two dimensions. T. x around (0.0, 0.0); y around (0.5, 2.5)."),
}
FIRSTS = {name: case[0] for name, case in CASES.items()}


@pytest.mark.parametrize(("draw", "draw_changed", "expected", "expected_changed"), CASES.values(), ids=CASES)
def test_the_description_is_computed_from_the_data(shown, draw, draw_changed, expected, expected_changed):
    for call, text in ((draw, expected), (draw_changed, expected_changed)):
        call()
        assert shown[-2][0]["text/plain"] == text
        assert shown[-1][0] == {"text/plain": text}, "and stands under the figure"


@pytest.mark.parametrize("draw", FIRSTS.values(), ids=FIRSTS)
def test_the_picture_carries_the_description(shown, draw):
    draw()
    data, metadata = shown[-2]
    assert metadata == {"image/png": {"alt": data["text/plain"]}}
    picture = Image.open(io.BytesIO(data["image/png"]))
    assert picture.format == "PNG" and picture.width > 400 and len(data["image/png"]) < 40_000
    assert np.asarray(picture.convert("L")).std() > 5, "it is not blank"
    assert plt.get_fignums() == [], "and the figure is closed"


@pytest.mark.parametrize("draw", FIRSTS.values(), ids=FIRSTS)
def test_every_axis_has_a_name_and_every_figure_a_title(shown, draw):
    draw()
    for axes in shown.figure.axes:
        if axes.get_label() != "<colorbar>":
            assert axes.get_title() and axes.get_xlabel()
            assert axes.get_ylabel() or [tick.get_text() for tick in axes.get_yticklabels()] == NAMES
        else:
            assert axes.get_ylabel()


def test_a_column_of_a_confusion_matrix_has_the_number_of_its_row(shown):
    plots.confusion(CONFUSED, NAMES, title="T")
    axes = shown.figure.axes[0]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["1", "2", "3"]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["alpha 1", "beta 2", "gamma 3"]


def test_the_training_curves_share_one_legend_that_covers_no_point(shown):
    plots.curves(HISTORY, 2)
    (legend,) = shown.figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["training", "validation", "best epoch: 2"]
    box = legend.get_window_extent()
    assert all(box.y1 < axes.get_window_extent().y0 for axes in shown.figure.axes), "it lies below both panels"


def test_the_tail_is_gathered_in_the_last_bar(shown):
    plots.histogram([5, 15, 99, 1000], title="T", xlabel="words", ylabel="posts", limit=100, bins=10)
    heights = [patch.get_height() for patch in shown.figure.axes[0].patches]
    assert heights == [1, 1, 0, 0, 0, 0, 0, 0, 0, 2]


def test_an_empty_row_of_a_confusion_matrix(shown):
    plots.confusion(np.array([[0, 0], [1, 3]]), ["a", "b"], title="T")
    assert "least: a (0%)" in shown.text
    plots.confusion(np.eye(2, dtype=int), ["a", "b"], title="T")
    assert shown.text.endswith("Most frequent mistakes: none.")


@pytest.mark.parametrize("spread", [None, [(2, 6), (8, 10), (0, 0.2)]])
def test_the_numbers_beside_bars_can_be_read(shown, spread):
    """They lie on white: right of the bar and of its error bar, inside the axes."""
    plots.bars(NAMES, [5, 9, 0.1], title="T", xlabel="x", spread=spread, decimals=1)
    figure = shown.figure
    figure.canvas.draw()
    (axes,) = figure.axes
    ends = [5, 9, 0.1] if spread is None else [high for _, high in spread]
    for number, end in zip(axes.texts, ends, strict=True):
        box = number.get_window_extent()
        assert box.x0 > axes.transData.transform((end, 0))[0]
        assert box.x1 < figure.bbox.x1
        assert number.get_color() == "black"


# --- colours

def linear(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    return np.array([part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts])


def contrast_on_white(colour):
    """WCAG 2's ratio."""
    return 1.05 / (linear(colour) @ [0.2126, 0.7152, 0.0722] + 0.05)


def test_colours_stand_out_from_white():
    """3:1 for graphics (WCAG 2, 1.4.11), but for the last two, as a comment beside them says."""
    assert len(set(plots.PALETTE)) == 7 and plots.PALETTE[-2:] == (plots.ORANGE, plots.SKY)
    assert all(contrast_on_white(colour) >= 3 for colour in plots.PALETTE[:-2])
    assert all(2 < contrast_on_white(colour) < 3 for colour in plots.PALETTE[-2:])


def test_the_courses_charts_need_no_pale_colour(shown):
    """Four series or groups are the most that a lesson draws."""
    for count in (4, 5):
        plots.lines([1, 2], {str(n): [n, n] for n in range(count)}, title="T", xlabel="x", ylabel="y")
        colours = [line.get_color() for line in shown.figure.axes[0].lines]
        assert len(set(colours)) == count and not {plots.ORANGE, plots.SKY} & set(colours)


# Machado, Oliveira and Fernandes 2009, severity 1: from linear RGB to linear RGB
SIGHTS = {
    "normal": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def lab(rgb):
    x, y, z = np.cbrt(TO_XYZ @ np.clip(rgb, 0, 1) / [0.9505, 1, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", SIGHTS.values(), ids=SIGHTS)
def test_colours_stay_apart_for_everybody(sight):
    """A difference of 2.3 in CIELAB is just noticeable; ten is plain."""
    for one, other in itertools.combinations(plots.PALETTE, 2):
        assert np.linalg.norm(lab(sight @ linear(one)) - lab(sight @ linear(other))) > 10


def test_each_colour_has_its_own_marker():
    assert len(set(plots.MARKERS)) == len(plots.MARKERS) == len(plots.PALETTE)
